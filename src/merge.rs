//! Merge: [`Letter`] × [`Subscriber`] → [`Mail`]. What is done here is done
//! once per reader, so everything that can be known before was done before.
//!
//! Blank cells are left out of the context: a field without a value fails in Tera
//! at its own span, and the row becomes a list of [`Gap`]s. A mail depends on its row alone:
//! what the page shows of a row (its subject, its preheader) is gone before the next one. Pure.

use tera::{Context, Value};

use crate::address::{Address, Mailbox};
use crate::compose::letter::{Form, HTML, PREHEADER, SUBJECT, TEXT, WHERE};
use crate::compose::{ALWAYS, Event, Letter};
use crate::finding::Finding;
use crate::list::{Column, Subscriber, Unit};
use crate::place::Place;

/// One letter merged for one subscriber.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// Whom it is for.
    pub to: Mailbox,
    /// The subject: one line.
    pub subject: String,
    /// The HTML part.
    pub html: String,
    /// The text part, wrapped.
    pub text: String,
    /// Events that the letter shows this reader.
    pub events: Vec<Event>,
}

/// Why a row cannot become a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// `blank-field`, `unusable-link`, `unknown-time-zone`, `unknown-moment` or `merge`.
    pub code: &'static str,
    /// The field that is blank, if that is it.
    pub field: Option<String>,
    /// Where the letter needs it.
    pub place: Option<Place>,
    /// What is wrong, as a phrase.
    pub message: String,
}

impl Gap {
    /// The same as something to say about a reader.
    pub fn about(&self, reader: &Subscriber) -> Finding {
        let who = &reader.mailbox.address;
        let at = if reader.line > 0 {
            format!(", {} {} of the list", reader.unit, reader.line)
        } else {
            String::new()
        };
        let help = match &self.field {
            Some(field) => format!("fill the cell in, or write `{{{{ {field} or \"…\" }}}}`"),
            None => "correct the row, or the letter where it uses it".to_owned(),
        };
        let finding = Finding::error(self.code, format!("{} for {who}{at}", self.message), help);
        match &self.place {
            Some(place) => finding.at(place.clone()),
            None => finding,
        }
    }
}

/// Links that belong to one reader.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Links {
    /// Where the reader leaves the list.
    pub unsubscribe: Option<String>,
}

/// Merges one letter for row after row, reusing what it can.
pub struct Merger<'a> {
    letter: &'a Letter,
    /// The columns that the letter uses, by their position.
    fields: Vec<(usize, String)>,
    context: Context,
    /// The campaign as the page shows it, with the subject of the row before: often the same.
    campaign: Option<(String, Value)>,
    html: Vec<u8>,
    text: Vec<u8>,
    line: Vec<u8>,
    events: Vec<Event>,
}

impl<'a> Merger<'a> {
    /// A merger for rows of these columns.
    pub fn new(letter: &'a Letter, columns: &[Column]) -> Self {
        let is_used = |name: &str| letter.fields.iter().any(|field| field.name == name);
        let fields = columns
            .iter()
            .enumerate()
            .filter(|(_, column)| is_used(&column.name) && !ALWAYS.contains(&column.name.as_str()))
            .map(|(at, column)| (at, column.name.clone()))
            .collect();
        Self {
            letter,
            fields,
            context: letter.constants.clone(),
            campaign: None,
            html: Vec::new(),
            text: Vec::new(),
            line: Vec::new(),
            events: Vec::new(),
        }
    }

    /// Whether a row fulfils the condition of `--where`; true without one.
    pub fn selects(&mut self, subscriber: &Subscriber) -> Result<bool, Finding> {
        if !self.letter.has_where {
            return Ok(true);
        }
        self.fill(subscriber);
        self.forget();
        self.letter
            .render(Form::Text, WHERE, &self.context, &mut self.line)
            .map_err(|error| self.letter.finding(Form::Text, WHERE, &error))?;
        Ok(!self.line.is_empty())
    }

    /// Merges one row. All that is missing is said at once.
    pub fn merge(&mut self, subscriber: &Subscriber, links: &Links) -> Result<Mail, Vec<Gap>> {
        self.fill(subscriber);
        self.forget();
        self.set("unsubscribe_url", links.unsubscribe.as_deref());
        let merged = self.parts();
        match merged {
            Ok(subject) => Ok(Mail {
                to: subscriber.mailbox.clone(),
                subject,
                html: utf8(std::mem::take(&mut self.html)),
                text: Letter::reflow(&utf8(std::mem::take(&mut self.text))),
                events: std::mem::take(&mut self.events),
            }),
            Err((form, template, error)) => Err(self.gaps(form, template, &error)),
        }
    }

    /// The preheader of the mail that was merged last, if the letter has one.
    pub fn preheader(&self) -> Option<&str> {
        self.context.get("preheader").and_then(Value::as_str)
    }

    /// Takes a mail's memory back, for the next one.
    pub fn recycle(&mut self, mail: Mail) {
        self.html = mail.html.into_bytes();
    }

    /// Puts a row's values into the context; blank ones leave it.
    fn fill(&mut self, subscriber: &Subscriber) {
        for (at, name) in &self.fields {
            match subscriber.cells.get(*at).filter(|cell| !cell.is_empty()) {
                Some(cell) => self.context.insert_value(name.clone(), Value::from(cell.as_str())),
                None => {
                    self.context.remove(name);
                }
            }
        }
        self.set("email", Some(subscriber.mailbox.address.as_str()));
    }

    /// Takes out of the context what was made for a row, not taken from it: a subject must
    /// not be made of the one before.
    fn forget(&mut self) {
        self.set("unsubscribe_url", None);
        self.forget_heads();
    }

    fn forget_heads(&mut self) {
        self.set("preheader", None);
        if let Some(campaign) = self.letter.constants.get("campaign") {
            self.context.insert_value("campaign", campaign.clone());
        }
    }

    fn set(&mut self, name: &'static str, value: Option<&str>) {
        match value {
            Some(value) => self.context.insert_value(name, Value::from(value)),
            None => {
                self.context.remove(name);
            }
        }
    }

    /// Renders everything; the subject first, since the page may show it.
    fn parts(&mut self) -> Result<String, (Form, &'static str, tera::Error)> {
        self.forget_heads();
        let letter = self.letter;
        let mut line = std::mem::take(&mut self.line);
        let one = |form, template, context: &Context, out: &mut Vec<u8>| {
            letter.render(form, template, context, out).map_err(|error| (form, template, error))
        };
        one(Form::Text, SUBJECT, &self.context, &mut line)?;
        let subject = one_line(&line);
        self.show_subject(&subject);
        if letter.has_preheader {
            one(Form::Text, PREHEADER, &self.context, &mut line)?;
            self.context.insert_value("preheader", Value::from(one_line(&line)));
        }
        one(Form::Html, HTML, &self.context, &mut self.html)?;
        self.events = Letter::events_shown();
        one(Form::Text, TEXT, &self.context, &mut self.text)?;
        self.line = line;
        Ok(subject)
    }

    /// Puts the subject where the page finds it.
    fn show_subject(&mut self, subject: &str) {
        let known = self.campaign.take().filter(|(known, _)| known == subject);
        let known = known.or_else(|| {
            let mut campaign = self.letter.constants.get("campaign")?.as_map()?.clone();
            campaign.insert("subject".into(), Value::from(subject));
            Some((subject.to_owned(), Value::from(campaign)))
        });
        if let Some((_, campaign)) = &known {
            self.context.insert_value("campaign", campaign.clone());
        }
        self.campaign = known;
    }

    /// What a row lacks: each blank field that stopped the merge, with a
    /// stand-in for it, until the rest is known too.
    fn gaps(&mut self, form: Form, template: &'static str, error: &tera::Error) -> Vec<Gap> {
        let mut gaps: Vec<Gap> = Vec::new();
        let mut failed = Some((form, template, None));
        let mut first = Some(error);
        while let Some((form, template, later)) = failed.take() {
            let Some(error) = first.take().or(later.as_ref()) else { break };
            let (place, tag) = self.letter.origins.locate(form, template, error);
            let blank: Vec<(String, Place)> = self
                .letter
                .fields
                .iter()
                .filter(|field| Some(field.tag) == tag && self.context.get(&field.name).is_none())
                .map(|field| (field.name.clone(), field.place.clone()))
                .collect();
            if blank.is_empty() {
                gaps.push(other_gap(error, place));
                break;
            }
            for (name, place) in blank {
                if gaps.iter().all(|gap| gap.field.as_ref() != Some(&name)) {
                    gaps.push(Gap {
                        code: "blank-field",
                        message: format!("`{name}` is blank"),
                        place: Some(place),
                        field: Some(name.clone()),
                    });
                }
                // A stand-in that a link may begin with, too.
                self.context.insert_value(name, Value::from("https://example.org/"));
            }
            failed =
                self.parts().err().map(|(form, template, error)| (form, template, Some(error)));
        }
        for gap in &gaps {
            if let Some(name) = &gap.field {
                self.context.remove(name);
            }
        }
        gaps
    }
}

fn other_gap(error: &tera::Error, place: Option<Place>) -> Gap {
    let finding = crate::compose::letter::as_finding(error, place);
    let is_link = finding.message.contains("usable link");
    let code = if is_link { "unusable-link" } else { finding.code };
    Gap { code, field: None, place: finding.place, message: finding.message }
}

/// A header's or preheader's text: one line, without control characters.
fn one_line(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    text.split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

fn utf8(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("templates and values are UTF-8")
}

/// A made-up reader, when there is no list: every field says its name.
pub fn made_up(letter: &Letter, address: &Address) -> (Vec<Column>, Subscriber) {
    let mut names: Vec<String> = letter.fields.iter().map(|field| field.name.clone()).collect();
    names.sort();
    names.dedup();
    let cells = names.iter().map(|name| stand_in(name)).collect();
    let columns = names.into_iter().map(|name| Column { header: name.clone(), name }).collect();
    let mailbox = Mailbox { name: None, address: address.clone() };
    (columns, Subscriber { mailbox, line: 0, unit: Unit::Line, cells, surplus: 0 })
}

fn stand_in(name: &str) -> String {
    if name.ends_with("url") || name.ends_with("link") || name.ends_with("website") {
        return "https://example.org/".to_owned();
    }
    let words = name.replace('_', " ");
    let mut chars = words.trim().chars();
    chars
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + chars.as_str())
}
