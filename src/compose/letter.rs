//! The letter: a campaign compiled with its template, once, for everybody.

use std::collections::BTreeMap;
use std::sync::Arc;

use tera::{Context, Tera};

use super::assemble::Template as Compiled;
use super::blank::{BLANK, FIXED, SHOWN};
use super::empty::Emptiness;
use super::engine;
use super::events::{self, Event};
use super::local::NO_DATES;
use super::names::FieldUse;
use super::node::{Node, NodeKind};
use super::part::Part;
use super::text;
use crate::finding::Finding;
use crate::place::Place;
use crate::template::is_built_in;
use crate::types::Types;

/// The names under which the compiled templates are known to Tera.
pub(crate) const HTML: &str = "html";
pub(crate) const TEXT: &str = "text";
pub(crate) const SUBJECT: &str = "subject";
pub(crate) const PREHEADER: &str = "preheader";
pub(crate) const WHERE: &str = "where";
pub(crate) const COMPONENTS: &str = "components";

/// A campaign and its template, compiled. What remains per subscriber is a merge.
pub struct Letter {
    pub(crate) html: Tera,
    pub(crate) text: Tera,
    pub(crate) has_preheader: bool,
    pub(crate) has_where: bool,
    pub(crate) emptiness: Emptiness,
    pub(crate) origins: Origins,
    /// Values that are the same for everybody: sender, campaign, variables.
    pub(crate) constants: Context,
    /// Events of what is written once for everybody.
    pub(crate) events: Arc<Vec<Event>>,
    /// The fields that the letter uses, each place of them.
    pub fields: Vec<FieldUse>,
    /// Image files that the letter shows, relative to the campaign's file.
    pub images: Vec<LocalImage>,
    /// What the columns are that the letter asks about.
    pub types: Types,
    /// What there is to say of how it asks.
    pub warnings: Vec<Finding>,
}

/// An image that goes with the mail: `![](photo.jpg)`.
#[derive(Clone, Debug)]
pub struct LocalImage {
    /// The file, relative to the campaign's.
    pub path: String,
    /// Its Content-ID, by which the page shows it.
    pub cid: String,
    /// Where the letter names it.
    pub place: Place,
}

/// Compiled templates with what they were made of, to tell mistakes at the
/// author's line.
pub(crate) struct Origins {
    pub(crate) parts: Vec<Part>,
    pub(crate) firsts: Vec<usize>,
    pub(crate) html: BTreeMap<&'static str, Compiled>,
    pub(crate) text: BTreeMap<&'static str, Compiled>,
}

/// Which of the two engines a template belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Html,
    Text,
}

impl Origins {
    /// A mistake that Tera found, at the author's place, and the number of the
    /// tag in which it happened.
    pub(crate) fn locate(
        &self,
        form: Form,
        template: &str,
        error: &tera::Error,
    ) -> (Option<Place>, Option<usize>) {
        let Some((part, at, length)) = self.position(form, template, error) else {
            let is_placed = matches!(
                error.kind(),
                tera::ErrorKind::SyntaxError(_) | tera::ErrorKind::RenderingError(_)
            );
            // A mail that is too large is so as a whole.
            let whole = self.parts.first().filter(|_| !is_placed);
            return (whole.map(|body| body.passage.place(0..0)), None);
        };
        let owner = &self.parts[part];
        let tag = owner.tag_at(at);
        let place = match tag {
            // The beginning of a tag stands for the whole of it.
            Some(tag) if at <= owner.tags[tag].inner.start => {
                let inner = owner.tags[tag].inner.clone();
                let text = owner.text(&inner);
                let from = inner.start + text.len() - text.trim_start().len();
                owner.passage.place(from..from + text.trim().len())
            }
            Some(tag) => {
                let end = owner.tags[tag].inner.end;
                let length = length.min(end.saturating_sub(at)).max(1);
                owner.passage.place(at..at + length)
            }
            None => owner.passage.place(at..at + 1),
        };
        (Some(place), tag.map(|tag| self.firsts[part] + tag))
    }

    /// Where a mistake is: the part, the offset in it, and how much of the template it covers.
    fn position(
        &self,
        form: Form,
        template: &str,
        error: &tera::Error,
    ) -> Option<(usize, usize, usize)> {
        let (tera::ErrorKind::SyntaxError(report) | tera::ErrorKind::RenderingError(report)) =
            error.kind()
        else {
            return None;
        };
        let compiled = match form {
            Form::Html => &self.html,
            Form::Text => &self.text,
        };
        let name = if report.filename().is_empty() { template } else { report.filename() };
        let span = &report.span().range;
        let template = compiled.get(name)?;
        // The filter that refuses a blank stands behind it, in its name.
        let refuses = [SHOWN, FIXED].into_iter().find_map(|filter| {
            let at = span.end.checked_sub(filter.len())?;
            template.text.get(at..span.end).filter(|text| *text == filter).map(|_| at)
        });
        let start = refuses.filter(|_| report.message() == BLANK).unwrap_or(span.start);
        let (mut part, mut at) = template.origin(start)?;
        // What a component of ours cannot do with its arguments is corrected where it was called.
        if is_built_in(self.parts[part].passage.source().name())
            && let Some(call) = call_site(&error.to_string(), compiled)
        {
            (part, at) = call;
        }
        Some((part, at, span.len()))
    }

    /// The expression of which a mail shows nothing, and its place.
    pub(crate) fn blank(
        &self,
        form: Form,
        template: &str,
        error: &tera::Error,
    ) -> Option<(Place, String)> {
        let (part, at, _) = self.position(form, template, error)?;
        let owner = &self.parts[part];
        let node = owner.statements[owner.tag_at(at)?].as_ref()?.node()?;
        let found = outermost(node, at).unwrap_or(node);
        let text = owner.text(&found.range).split_whitespace().collect::<Vec<_>>().join(" ");
        Some((owner.passage.place(found.range.clone()), text))
    }
}

/// The largest expression in which a position is, below what only calls or chooses.
fn outermost(node: &Node, at: usize) -> Option<&Node> {
    if !node.range.contains(&at) {
        return None;
    }
    match node.kind {
        NodeKind::Component { .. }
        | NodeKind::Interpolated { .. }
        | NodeKind::Or
        | NodeKind::Ternary
        | NodeKind::Group
        | NodeKind::Concat
        | NodeKind::Collection => node.children.iter().find_map(|child| outermost(child, at)),
        _ => Some(node),
    }
}

/// The outermost call of the component in which something went wrong. Tera gives it only
/// in its drawing of the error, as `note: called from NAME:LINE:COLUMN`.
fn call_site(drawing: &str, compiled: &BTreeMap<&'static str, Compiled>) -> Option<(usize, usize)> {
    const NOTE: &str = "\n\nnote: called from ";
    let at = drawing.rfind(NOTE)? + NOTE.len();
    let mut site = drawing[at..].lines().next()?.rsplitn(3, ':');
    let (column, line): (usize, usize) = (site.next()?.parse().ok()?, site.next()?.parse().ok()?);
    let template = compiled.get(site.next()?)?;
    let mut lines = template.text.split_inclusive('\n');
    let start: usize = lines.clone().take(line - 1).map(str::len).sum();
    let before = lines.nth(line - 1)?.chars().take(column - 1).map(char::len_utf8);
    template.origin(start + before.sum::<usize>())
}

impl Letter {
    /// Renders one of the compiled templates.
    pub(crate) fn render(
        &self,
        form: Form,
        template: &'static str,
        context: &Context,
        out: &mut Vec<u8>,
        is_made_up: bool,
    ) -> Result<(), tera::Error> {
        let tera = match form {
            Form::Html => &self.html,
            Form::Text => &self.text,
        };
        engine::render(tera, template, context, out, is_made_up)
    }

    /// The events of the page that was just rendered on this thread.
    pub(crate) fn events_shown() -> Vec<Event> {
        events::shown()
    }

    /// What the letter says to everybody, with its tags: pages (true), and lines of text.
    pub(crate) fn written(&self) -> Vec<(&str, bool)> {
        let Origins { html, text, .. } = &self.origins;
        let pages = html.values().map(|template| (template.text.as_str(), true));
        let lines = [SUBJECT, PREHEADER].into_iter().filter_map(|name| text.get(name));
        let lines = lines.map(|template| (template.text.as_str(), false));
        let events = self.events.iter().flat_map(|event| [&event.title, &event.place]);
        pages.chain(lines).chain(events.map(|text| (text.as_str(), false))).collect()
    }

    /// A hash over everything that reaches readers and is the same for all.
    pub fn fingerprint(&self) -> String {
        use sha2::{Digest, Sha256};
        let mut hash = Sha256::new();
        for templates in [&self.origins.html, &self.origins.text] {
            for (name, template) in templates.iter().filter(|(name, _)| **name != WHERE) {
                hash.update(name);
                hash.update([0]);
                hash.update(&template.text);
                hash.update([0]);
            }
        }
        for name in ["sender", "campaign", "template", "vars", "web_url"] {
            hash.update(self.constants.get(name).map(ToString::to_string).unwrap_or_default());
            hash.update([0]);
        }
        for event in self.events.iter() {
            hash.update(format!("{event:?}"));
        }
        hash.finalize().iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
    }

    /// Wraps a merged text part.
    pub(crate) fn reflow(text: &str) -> String {
        text::reflow(text)
    }

    /// A mistake in a letter that is the same for every row, as a finding.
    pub(crate) fn finding(&self, form: Form, template: &str, error: &tera::Error) -> Finding {
        let (place, _) = self.origins.locate(form, template, error);
        as_finding(error, place)
    }
}

/// What Tera says of types, without the names that they have in Rust.
fn in_words(message: &str) -> String {
    let word = |name: &str| match name {
        "usize" | "u32" | "u64" | "i32" | "i64" | "u128" | "i128" => "a whole number",
        "f64" | "number" => "a number",
        "&[Value]" | "array" => "a list",
        "bool" => "true or false",
        "&Map" | "map" => "a table",
        "none" | "undefined" => "nothing",
        _ => "a text",
    };
    let types = |rest: &str| {
        let mut names = rest.split('`').skip(1).step_by(2);
        Some((word(names.next()?), word(names.next()?)))
    };
    if let Some((_, rest)) = message.split_once("Invalid type for the value, expected ")
        && let Some((wanted, found)) = types(rest)
    {
        return format!("this works on {wanted}, and gets {found}");
    }
    if let Some((operator, rest)) = message.split_once(" requires both operands to be numbers")
        && let Some((left, right)) = types(rest)
    {
        return format!("{operator} works on two numbers, and gets {left} and {right}");
    }
    message.to_owned()
}

/// What filters say, with its code and its cure.
const KNOWN: [(&str, &str, &str); 11] = [
    (
        "this works on",
        "merge",
        "`| float` makes a number of a text, `| str` a text of a number, `| split(pat=\" \")` a list",
    ),
    (
        "the value is not there",
        "merge",
        "look for it in the front matter, under `vars`, or write `… or \"…\"`",
    ),
    ("turns of loops", "merge", TOO_LONG),
    ("8 MB", "merge", TOO_LONG),
    (
        "time zone",
        "unknown-time-zone",
        "write the zone as `Europe/Berlin`, a name of the IANA time zone database",
    ),
    (
        "is no moment",
        "unknown-moment",
        "write year, month and day first, then hour and minute, then the zone",
    ),
    (
        "is no currency",
        "unknown-currency",
        "write the currency as its code of three letters (ISO 4217) or its sign",
    ),
    (
        NO_DATES,
        "unknown-language",
        "write the date out, or set `lang` to a language whose dates are known",
    ),
    ("there is no style", "wrong-argument", "write one of these: `date(style=\"short\")`"),
    ("there is no calendar", "wrong-argument", "write `to=\"google\"` or `to=\"outlook\"`"),
    ("minutes is none", "merge", "`length` is in minutes, a fortnight at most"),
];
const TOO_LONG: &str = "make the loop shorter: a letter that large would be sent to nobody";

/// The same where a row's cell is at stake: what belongs into it, and that the letter may be
/// the one to correct.
pub(crate) fn cell_help(finding: &Finding) -> String {
    let wanted = match finding.code {
        // Whatever stands in the row.
        "unknown-currency" | "unknown-language" | "wrong-argument" => return finding.help.clone(),
        "unknown-moment" => "a date such as `2027-06-15`",
        _ if finding.message.contains("is no number") => "a number such as `1250.50`",
        _ if finding.message.contains("usable link") => {
            "an address such as `https://example.org/page`"
        }
        _ if finding.message.starts_with("this works on") => return finding.help.clone(),
        _ => return "correct the cell, or the letter where it uses it".to_owned(),
    };
    format!("the cell has to be {wanted}; if it is right as it is, correct the letter")
}

/// What Tera says, as a finding.
pub(crate) fn as_finding(error: &tera::Error, place: Option<Place>) -> Finding {
    let message = engine::message(error);
    let message = message.lines().next().unwrap_or("");
    // What Tera lists then are the program's own names.
    let message = message.split(". Available").next().unwrap_or(message);
    let message = in_words(message.trim_end_matches('.'));
    let mut lower = message.clone();
    if let Some(first) = lower.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    let (_, code, help) = KNOWN.iter().find(|(words, ..)| message.contains(words)).unwrap_or(&(
        "",
        "merge",
        "check the tag; `handbill render` shows what it makes of one row",
    ));
    let finding = Finding::error(code, lower, *help);
    match place {
        Some(place) => finding.at(place),
        None => finding,
    }
}
