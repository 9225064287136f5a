//! Merge: [`Letter`] × [`Subscriber`] → [`Mail`]. What is done here is done
//! once per reader, so everything that can be known before was done before.
//!
//! Blank cells are left out of the context: a field without a value fails in Tera
//! at its own span, and the row becomes a list of [`Gap`]s. A mail depends on its row alone:
//! what the page shows of a row (its subject, its preheader) is gone before the next one. Pure.

use tera::{Context, Value};

use crate::address::{Address, Mailbox};
use crate::compose::blank::BLANK;
use crate::compose::empty::{self, Emptiness};
use crate::compose::letter::{Form, HTML, PREHEADER, SUBJECT, TEXT, WHERE, as_finding, cell_help};
use crate::compose::typed::value_name;
use crate::compose::visible::is_blank;
use crate::compose::{ALWAYS, BODY, Event, FieldUse, Letter, SUBJECT_PART};
use crate::finding::Finding;
use crate::list::{Column, Subscriber, Unit};
use crate::place::Place;
use crate::types::{ColumnType, Kind, Scalar};

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
    /// `blank-field`, `empty-subject`, `empty-letter`, `unusable-link`, `unknown-time-zone`,
    /// `unknown-moment` or `merge`.
    pub code: &'static str,
    /// The field that is blank, if that is it.
    pub field: Option<String>,
    /// Where the letter needs it.
    pub place: Option<Place>,
    /// What is wrong, as a phrase.
    pub message: String,
    /// What to do about it.
    pub help: String,
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
        let message = format!("{} for {who}{at}", self.message);
        let finding = Finding::error(self.code, message, self.help.as_str());
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
    /// Those that it asks for what they mean, and the names of their meanings.
    values: Vec<(usize, String, &'a ColumnType)>,
    context: Context,
    /// The campaign as the page shows it, with the subject of the row before: often the same.
    campaign: Option<(String, Value)>,
    html: Vec<u8>,
    text: Vec<u8>,
    line: Vec<u8>,
    events: Vec<Event>,
    /// Whether somebody who is on no list is made up, and gets a stand-in for what is blank.
    makes_up: bool,
    is_made_up: bool,
}

/// Why a merge stopped.
enum Stop {
    /// A template failed.
    At(Form, &'static str, tera::Error),
    /// There is nothing in the subject, or in the letter.
    Empty(&'static str),
}

impl<'a> Merger<'a> {
    /// A merger for rows of these columns.
    pub fn new(letter: &'a Letter, columns: &[Column]) -> Self {
        let is_used = |name: &str| letter.fields.iter().any(|field| field.name == name);
        let fields: Vec<(usize, String)> = columns
            .iter()
            .enumerate()
            .filter(|(_, column)| is_used(&column.name) && !ALWAYS.contains(&column.name.as_str()))
            .map(|(at, column)| (at, column.name.clone()))
            .collect();
        let value = |(at, name): &(usize, String)| {
            let column = letter.types.get(name).filter(|column| column.kind != Kind::Text)?;
            Some((*at, value_name(name), column))
        };
        Self {
            letter,
            values: fields.iter().filter_map(value).collect(),
            fields,
            context: letter.constants.clone(),
            campaign: None,
            html: Vec::new(),
            text: Vec::new(),
            line: Vec::new(),
            events: Vec::new(),
            makes_up: true,
            is_made_up: false,
        }
    }

    /// The same, for somebody who is on no list and yet a reader: the public. What a filter
    /// leaves blank is missing to them, too.
    #[must_use]
    pub fn for_the_public(self) -> Self {
        Self { makes_up: false, ..self }
    }

    /// Whether a row fulfils the condition of `--where`; true without one.
    pub fn selects(&mut self, subscriber: &Subscriber) -> Result<bool, Finding> {
        if !self.letter.has_where {
            return Ok(true);
        }
        self.fill(subscriber);
        self.forget();
        self.letter
            .render(Form::Text, WHERE, &self.context, &mut self.line, false)
            .map_err(|error| self.letter.finding(Form::Text, WHERE, &error))?;
        Ok(!self.line.is_empty())
    }

    /// Merges one row. All that is missing is said at once.
    pub fn merge(&mut self, subscriber: &Subscriber, links: &Links) -> Result<Mail, Vec<Gap>> {
        self.fill(subscriber);
        self.forget();
        self.set("unsubscribe_url", links.unsubscribe.as_deref());
        self.is_made_up = self.makes_up && subscriber.line == 0;
        let merged = self.parts();
        match merged {
            Ok(subject) => Ok(Mail {
                to: subscriber.mailbox.clone(),
                subject,
                html: utf8(std::mem::take(&mut self.html)),
                text: Letter::reflow(&utf8(std::mem::take(&mut self.text))),
                events: std::mem::take(&mut self.events),
            }),
            Err(stop) => Err(self.gaps(stop)),
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
            match subscriber.cells.get(*at).filter(|cell| !is_blank(cell)) {
                Some(cell) => self.context.insert_value(name.clone(), Value::from(cell.as_str())),
                None => {
                    self.context.remove(name);
                }
            }
        }
        for (at, name, column) in &self.values {
            let cell = subscriber.cells.get(*at).filter(|cell| !is_blank(cell));
            match cell.and_then(|cell| column.read(cell, self.letter.types.zone)) {
                Some(scalar) => self.context.insert_value(name.clone(), value(scalar)),
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
    fn parts(&mut self) -> Result<String, Stop> {
        self.forget_heads();
        let (letter, is_made_up) = (self.letter, self.is_made_up);
        let mut line = std::mem::take(&mut self.line);
        let one = |form, template, context: &Context, out: &mut Vec<u8>| {
            letter
                .render(form, template, context, out, is_made_up)
                .map_err(|error| Stop::At(form, template, error))
        };
        one(Form::Text, SUBJECT, &self.context, &mut line)?;
        let subject = one_line(&line);
        if is_blank(&subject) && !is_made_up {
            return Err(Stop::Empty(SUBJECT));
        }
        self.show_subject(&subject);
        if letter.has_preheader {
            one(Form::Text, PREHEADER, &self.context, &mut line)?;
            self.context.insert_value("preheader", Value::from(one_line(&line)));
        }
        one(Form::Html, HTML, &self.context, &mut self.html)?;
        self.events = Letter::events_shown();
        one(Form::Text, TEXT, &self.context, &mut self.text)?;
        self.line = line;
        let is_empty = match letter.emptiness {
            Emptiness::Never => false,
            Emptiness::Perhaps => empty::take_edges(&mut self.text) && !is_made_up,
            Emptiness::Always => true,
        };
        if is_empty { Err(Stop::Empty(TEXT)) } else { Ok(subject) }
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
    fn gaps(&mut self, stop: Stop) -> Vec<Gap> {
        let mut gaps: Vec<Gap> = Vec::new();
        let mut stopped = Some(stop);
        let mut stand_ins = ["2027-06-15 18:30 UTC", "42"].into_iter().cycle().take(8);
        while let Some(stop) = stopped.take() {
            let (form, template, error) = match &stop {
                Stop::At(form, template, error) => (*form, *template, error),
                Stop::Empty(what) => {
                    gaps.push(self.empty(what));
                    break;
                }
            };
            let (place, tag) = self.letter.origins.locate(form, template, error);
            let blank: Vec<(String, Place)> = self
                .letter
                .fields
                .iter()
                .filter(|field| Some(field.tag) == tag && self.context.get(&field.name).is_none())
                .map(|field| (field.name.clone(), field.place.clone()))
                .collect();
            // What a stand-in is no number, moment or link for is no fault of the row.
            let made_up = |field: &&FieldUse| {
                Some(field.tag) == tag
                    && gaps.iter().any(|gap| gap.field.as_ref() == Some(&field.name))
            };
            let made_up = self.letter.fields.iter().filter(made_up).map(|field| field.name.clone());
            let made_up: Vec<String> = made_up.collect();
            if blank.is_empty() && !made_up.is_empty() && !is_blank_told(error) {
                let Some(other) = stand_ins.next() else { break };
                for name in made_up {
                    self.context.insert_value(name, Value::from(other));
                }
                stopped = self.parts().err();
                continue;
            }
            if blank.is_empty() {
                let is_of_row = self.letter.fields.iter().any(|field| Some(field.tag) == tag);
                let gap = self.other_gap(form, template, error, place, is_of_row);
                // What else is blank after a filter gets a stand-in, so that the rest is known.
                let goes_on = gap.code == "blank-field" && !self.is_made_up;
                gaps.push(gap);
                if !goes_on {
                    break;
                }
                self.is_made_up = true;
            }
            for (name, place) in blank {
                if gaps.iter().all(|gap| gap.field.as_ref() != Some(&name)) {
                    gaps.push(Gap {
                        code: "blank-field",
                        message: format!("`{name}` is blank"),
                        place: Some(place),
                        help: format!("fill the cell in, or write `{{{{ {name} or \"…\" }}}}`"),
                        field: Some(name.clone()),
                    });
                }
                if let Some(column) = self.letter.types.get(&name)
                    && let Some(scalar) = column.read(&column.sample(), self.letter.types.zone)
                {
                    self.context.insert_value(value_name(&name), value(scalar));
                }
                // A stand-in that a link may begin with, too.
                self.context.insert_value(name, Value::from("https://example.org/"));
            }
            stopped = self.parts().err();
        }
        for gap in &gaps {
            if let Some(name) = &gap.field {
                self.context.remove(name);
                self.context.remove(&value_name(name));
            }
        }
        gaps
    }

    /// There is nothing in a subject, or in a letter.
    fn empty(&self, what: &'static str) -> Gap {
        let parts = &self.letter.origins.parts;
        let (code, what, part) = match what {
            SUBJECT => ("empty-subject", "subject", &parts[SUBJECT_PART]),
            _ => ("empty-letter", "letter", &parts[BODY]),
        };
        let length = part.passage.text().trim_end().len();
        let first = part.passage.text()[..length].find('\n').unwrap_or(length);
        Gap {
            code,
            field: None,
            place: Some(part.passage.place(0..first)),
            message: format!("the {what} is empty"),
            help: "write something for those whom no condition fits: `{% else %}`; or leave them out with `where`".to_owned(),
        }
    }

    fn other_gap(
        &self,
        form: Form,
        template: &str,
        error: &tera::Error,
        place: Option<Place>,
        is_of_row: bool,
    ) -> Gap {
        let finding = as_finding(error, place);
        if finding.message == BLANK
            && let Some((place, text)) = self.letter.origins.blank(form, template, error)
        {
            return Gap {
                code: "blank-field",
                field: None,
                message: format!("`{text}` is blank"),
                place: Some(place),
                help: format!("write what is to stand there instead: `{text} or \"…\"`"),
            };
        }
        let is_link = finding.message.contains("usable link");
        let code = if is_link { "unusable-link" } else { finding.code };
        let help = if is_of_row { cell_help(&finding) } else { finding.help };
        Gap { code, field: None, place: finding.place, message: finding.message, help }
    }
}

fn is_blank_told(error: &tera::Error) -> bool {
    as_finding(error, None).message == BLANK
}

/// What a cell means, for a template.
fn value(scalar: Scalar) -> Value {
    match scalar {
        Scalar::Text(text) | Scalar::Day(text) => Value::from(text),
        Scalar::YesNo(is_yes) => Value::from(is_yes),
        // A whole number is written without a point.
        #[allow(clippy::cast_possible_truncation, reason = "it is whole and small")]
        Scalar::Number(number) if number.fract() == 0.0 && number.abs() < 1e15 => {
            Value::from(number as i64)
        }
        Scalar::Number(number) => Value::from(number),
    }
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
    let cells = names.iter().map(|name| match letter.types.get(name).map(ColumnType::sample) {
        Some(sample) if !sample.is_empty() => sample,
        _ => stand_in(name),
    });
    let cells = cells.collect();
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
