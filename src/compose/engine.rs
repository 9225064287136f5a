//! Tera, set up for letters: what values become in HTML and in text, and
//! bounds that no template can exceed, however it loops and doubles.

#![allow(clippy::needless_pass_by_value, reason = "Tera hands values and arguments over")]

use std::cell::Cell;
use std::collections::HashMap;
use std::io::{self, Write};
use std::sync::Arc;

use tera::{Error, ErrorKind, Kwargs, State, Tera, TeraResult, Value};

use super::blank;
use super::escape::{escape_html, escape_text};
use super::events::{self, Event};
use super::filters;
use super::local::Language;
use super::rewrite::{NEED, TICK, WITHIN};
use super::schemes;
use super::typed;

/// The filter for the beginning of a URL.
pub(crate) const URL: &str = "__url";
/// The filter for the rest of a URL.
pub(crate) const URL_PART: &str = "__url_part";
/// The filter for the beginning of an image's address.
pub(crate) const IMAGE: &str = "__image";
/// The filter that brings an event along which is known by its number.
pub(crate) const EVENT: &str = "__event";
/// The filter for style sheets.
pub(crate) const CSS: &str = "__css";

/// The largest mail part that a template may produce, in bytes.
const MAX_OUTPUT: usize = 8 << 20;
/// The longest single text that joining may produce, in bytes.
pub(super) const MAX_TEXT: usize = 1 << 20;
/// How many bytes loops, components and variables may write on the way to one part.
const MAX_WORK: usize = MAX_OUTPUT;
/// How many turns of loops and calls of components one part may take.
const MAX_TURNS: u32 = 100_000;

/// Filters that letters may use; `check` suggests from these.
pub(crate) const FILTERS: [&str; 43] = [
    "abs",
    "bar",
    "calendar",
    "calendar_link",
    "capitalize",
    "date",
    "default",
    "first",
    "float",
    "get",
    "group_by",
    "int",
    "join",
    "keys",
    "last",
    "length",
    "lower",
    "money",
    "newlines_to_br",
    "nth",
    "number",
    "pairs",
    "percent",
    "plural",
    "pluralize",
    "quoted",
    "replace",
    "reverse",
    "round",
    "sort",
    "split",
    "str",
    "time",
    "title",
    "trim",
    "trim_end",
    "trim_start",
    "truncate",
    "unique",
    "upper",
    "urlencode",
    "wordcount",
    "zone",
];
/// Tests, as in `{% if name is starting_with(pat="A") %}`.
pub(crate) const TESTS: [&str; 17] = [
    "array",
    "bool",
    "containing",
    "defined",
    "divisible_by",
    "ending_with",
    "even",
    "float",
    "integer",
    "iterable",
    "map",
    "none",
    "number",
    "odd",
    "starting_with",
    "string",
    "undefined",
];
/// Functions.
pub(crate) const FUNCTIONS: [&str; 2] = ["range", "throw"];

thread_local! {
    static TURNS: Cell<u32> = const { Cell::new(0) };
    static WORK: Cell<usize> = const { Cell::new(0) };
}

/// What a letter knows besides its templates.
#[derive(Clone, Debug)]
pub(crate) struct Knows {
    /// The language that dates and numbers are written in.
    pub(crate) language: Language,
    /// Images that components may be given, and their Content-IDs.
    pub(crate) images: Arc<HashMap<String, String>>,
    /// Events of what was written once for everybody, by the numbers that stand in its place.
    pub(crate) events: Arc<Vec<Event>>,
}

/// A Tera whose values are escaped for HTML.
pub(crate) fn html(knows: &Knows) -> Tera {
    let mut tera = engine(escape_html, knows);
    let images = Arc::clone(&knows.images);
    tera.register_filter(IMAGE, move |value: Value, arguments: Kwargs, state: &State| {
        filters::image(&images, value, arguments, state)
    });
    tera.register_filter("calendar", events::calendar);
    let events = Arc::clone(&knows.events);
    tera.register_filter(EVENT, move |number: usize, _: Kwargs, _: &State| {
        events::show(events.get(number))
    });
    tera.register_filter("newlines_to_br", filters::newlines_to_br);
    tera.register_filter("quoted", filters::unquoted);
    tera
}

/// A Tera whose values are cleaned for plain text.
pub(crate) fn text(knows: &Knows) -> Tera {
    let mut tera = engine(escape_text, knows);
    filters::in_language(&mut tera, &knows.language.plain());
    tera.register_filter("calendar", events::checked);
    // A line break is one already.
    tera.register_filter("newlines_to_br", filters::unquoted);
    tera.register_filter("quoted", filters::quoted);
    tera
}

fn engine(escape: fn(&str, &mut dyn Write) -> io::Result<()>, knows: &Knows) -> Tera {
    let mut tera = Tera::default();
    tera.set_escape_fn(escape);
    tera.autoescape_on([""]);
    tera.register_filter(NEED, need);
    tera.register_filter(WITHIN, within);
    tera.register_filter(URL, filters::url_beginning);
    tera.register_filter(URL_PART, filters::url_part);
    tera.register_filter(schemes::MAIL_PART, schemes::mail_part);
    tera.register_filter(schemes::PHONE_PART, schemes::phone_part);
    tera.register_filter(CSS, filters::css);
    blank::register(&mut tera);
    typed::filters::register(&mut tera);
    tera.register_filter("bar", filters::bar);
    tera.register_filter("calendar_link", events::calendar_link);
    filters::in_language(&mut tera, &knows.language);
    tera.register_filter("percent", filters::percent);
    tera.register_filter("urlencode", filters::urlencode);
    tera.register_filter("replace", filters::replace);
    tera.register_filter("join", filters::join);
    tera.register_function(TICK, |arguments: Kwargs, _: &State| tick(&arguments));
    tera
}

/// Renders a template into a buffer, within bounds.
pub(crate) fn render(
    tera: &Tera,
    template: &str,
    context: &tera::Context,
    out: &mut Vec<u8>,
    is_made_up: bool,
) -> TeraResult<()> {
    begin(out);
    blank::for_somebody(is_made_up, || tera.render_to(template, context, &mut Bounded(out)))
}

/// The same for a piece that is rendered once, and may call the components that are there.
pub(crate) fn render_once(
    tera: &Tera,
    piece: &str,
    context: &tera::Context,
    out: &mut Vec<u8>,
) -> TeraResult<()> {
    begin(out);
    tera.render_str_to(piece, context, true, &mut Bounded(out))
}

fn begin(out: &mut Vec<u8>) {
    TURNS.set(0);
    WORK.set(0);
    events::begin();
    out.clear();
}

/// A writer that refuses to grow beyond any mail.
struct Bounded<'a>(&'a mut Vec<u8>);

impl Write for Bounded<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > MAX_OUTPUT {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "the mail is too large"));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What went wrong, in words, without Tera's drawing of the compiled text.
pub(crate) fn message(error: &Error) -> String {
    match error.kind() {
        ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) => {
            report.message().to_owned()
        }
        ErrorKind::Io(io::ErrorKind::FileTooLarge) => TOO_LARGE.to_owned(),
        other => other.to_string(),
    }
}

pub(super) const TOO_LARGE: &str = "the letter grows beyond 8 MB";

/// Passes a value that is there.
fn need(value: Value, arguments: Kwargs, state: &State) -> TeraResult<Value> {
    if value.is_undefined() {
        return Err(Error::message(blank::BLANK));
    }
    within(value, arguments, state)
}

/// Passes a value, and counts it.
fn within(value: Value, _: Kwargs, _: &State) -> TeraResult<Value> {
    let mut left = MAX_TEXT;
    if !fits(&value, &mut left) {
        return Err(Error::message(TOO_LARGE));
    }
    work(MAX_TEXT - left)?;
    Ok(value)
}

/// Whether a value is small enough to be written. It stops counting where it
/// is not: lists of lists of the same list are exponential.
fn fits(value: &Value, left: &mut usize) -> bool {
    let mut takes = |bytes: usize| {
        *left = left.saturating_sub(bytes);
        *left > 0
    };
    if let Some(text) = value.as_str() {
        takes(text.len())
    } else if let Some(values) = value.as_array() {
        takes(1) && values.iter().all(|value| fits(value, left))
    } else if let Some(map) = value.as_map() {
        takes(1) && map.values().all(|value| fits(value, left))
    } else {
        takes(8)
    }
}

fn work(bytes: usize) -> TeraResult<()> {
    WORK.set(WORK.get() + bytes);
    if WORK.get() > MAX_WORK { Err(Error::message(TOO_LARGE)) } else { Ok(()) }
}

/// Counts a turn of a loop or a call of a component, with the bytes that it
/// writes by itself and those that it captured.
fn tick(arguments: &Kwargs) -> TeraResult<Value> {
    let turns = TURNS.get() + 1;
    TURNS.set(turns);
    if turns > MAX_TURNS {
        return Err(Error::message(format!("more than {MAX_TURNS} turns of loops in one mail")));
    }
    work(arguments.get::<usize>("bytes")?.unwrap_or(0))?;
    if let Some(text) = arguments.get::<&str>("of")? {
        if text.len() > MAX_TEXT {
            return Err(Error::message(TOO_LARGE));
        }
        work(text.len())?;
    }
    Ok(Value::from(""))
}
