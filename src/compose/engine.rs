//! Tera, set up for letters: what values become in HTML and in text, the
//! filters behind every place, and bounds that no template can exceed.

#![allow(clippy::needless_pass_by_value, reason = "Tera hands values and arguments over")]

use std::cell::Cell;
use std::fmt::Write as _;
use std::io::{self, Write};

use tera::{Error, ErrorKind, Kwargs, State, Tera, TeraResult, Value};

use super::rewrite::{NEED, TICK, WITHIN};
use super::text;

/// The filter for the beginning of a URL.
pub(crate) const URL: &str = "__url";
/// The filter for the rest of a URL.
pub(crate) const URL_PART: &str = "__url_part";
/// The filter for style sheets.
pub(crate) const CSS: &str = "__css";

/// The largest mail part that a template may produce, in bytes.
pub(crate) const MAX_OUTPUT: usize = 8 << 20;
/// The longest single text that joining may produce, in bytes.
const MAX_TEXT: usize = 1 << 20;
/// How many turns of loops and calls of components one mail may take.
const MAX_TURNS: u32 = 100_000;

/// Filters that letters may use; `check` suggests from these.
pub(crate) const FILTERS: [&str; 33] = [
    "abs",
    "capitalize",
    "default",
    "first",
    "float",
    "get",
    "group_by",
    "indent",
    "int",
    "join",
    "keys",
    "last",
    "length",
    "lower",
    "newlines_to_br",
    "nth",
    "pairs",
    "pluralize",
    "quoted",
    "replace",
    "reverse",
    "round",
    "sort",
    "split",
    "str",
    "title",
    "trim",
    "trim_end",
    "trim_start",
    "truncate",
    "unique",
    "upper",
    "wordcount",
];
/// Tests, as in `{% if name is starting_with("A") %}`.
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
}

/// A Tera whose values are escaped for HTML.
pub(crate) fn html() -> Tera {
    engine(escape_html)
}

/// A Tera whose values are cleaned for plain text.
pub(crate) fn text() -> Tera {
    engine(escape_text)
}

fn engine(escape: fn(&str, &mut dyn Write) -> io::Result<()>) -> Tera {
    let mut tera = Tera::default();
    tera.set_escape_fn(escape);
    tera.autoescape_on([""]);
    tera.register_filter(NEED, need);
    tera.register_filter(WITHIN, within);
    tera.register_filter(URL, url_beginning);
    tera.register_filter(URL_PART, url_part);
    tera.register_filter(CSS, css);
    tera.register_filter("quoted", |value: &str, arguments: Kwargs, _: &State| {
        quoted(value, &arguments)
    });
    tera.register_function(TICK, |arguments: Kwargs, _: &State| tick(&arguments));
    tera
}

/// Renders a template into a buffer, within bounds.
pub(crate) fn render(
    tera: &Tera,
    template: &str,
    context: &tera::Context,
    out: &mut Vec<u8>,
) -> TeraResult<()> {
    TURNS.set(0);
    out.clear();
    tera.render_to(template, context, &mut Bounded(out))
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

const TOO_LARGE: &str = "the letter grows beyond 8 MB";

/// `& < > " '` as references, in text and in attributes alike; control
/// characters out.
fn escape_html(value: &str, out: &mut dyn Write) -> io::Result<()> {
    escape_with(value, out, |byte| match byte {
        b'&' => Some("&amp;"),
        b'<' => Some("&lt;"),
        b'>' => Some("&gt;"),
        b'"' => Some("&quot;"),
        b'\'' => Some("&#39;"),
        byte => drop_control(byte),
    })
}

/// Control characters out, and nothing else.
fn escape_text(value: &str, out: &mut dyn Write) -> io::Result<()> {
    escape_with(value, out, drop_control)
}

fn drop_control(byte: u8) -> Option<&'static str> {
    (byte < b' ' && !matches!(byte, b'\t' | b'\n') || byte == 0x7f).then_some("")
}

fn escape_with(
    value: &str,
    out: &mut dyn Write,
    replacement: impl Fn(u8) -> Option<&'static str>,
) -> io::Result<()> {
    let mut written = 0;
    for (at, byte) in value.bytes().enumerate() {
        if let Some(replacement) = replacement(byte) {
            out.write_all(&value.as_bytes()[written..at])?;
            out.write_all(replacement.as_bytes())?;
            written = at + 1;
        }
    }
    out.write_all(&value.as_bytes()[written..])
}

fn need(value: Value, _: Kwargs, _: &State) -> TeraResult<Value> {
    if value.is_undefined() { Err(Error::message("the value is blank")) } else { Ok(value) }
}

fn within(value: Value, _: Kwargs, _: &State) -> TeraResult<Value> {
    match value.as_str() {
        Some(text) if text.len() > MAX_TEXT => Err(Error::message(TOO_LARGE)),
        _ => Ok(value),
    }
}

fn tick(arguments: &Kwargs) -> TeraResult<Value> {
    let turns = TURNS.get() + 1;
    TURNS.set(turns);
    if turns > MAX_TURNS {
        return Err(Error::message(format!("more than {MAX_TURNS} turns of loops in one mail")));
    }
    if arguments.get::<&str>("of")?.is_some_and(|text| text.len() > MAX_TEXT) {
        return Err(Error::message(TOO_LARGE));
    }
    Ok(Value::from(""))
}

fn quoted(value: &str, arguments: &Kwargs) -> TeraResult<Value> {
    let prefix = arguments.get::<&str>("prefix")?.unwrap_or("> ");
    Ok(Value::safe_string(&text::quoted(value, prefix)))
}

fn shown(value: &Value) -> TeraResult<String> {
    if value.is_undefined() {
        return Err(Error::message("the value is blank"));
    }
    Ok(value.as_str().map_or_else(|| value.to_string(), str::to_owned))
}

/// A value with which a URL begins must be one of a kind that a reader may
/// follow: never `javascript:`, `data:` or a path.
fn url_beginning(value: Value, _: Kwargs, _: &State) -> TeraResult<String> {
    let text = shown(&value)?;
    let text = text.trim();
    let unusable = |why: &str| {
        let start: String = text.chars().take(60).collect();
        Error::message(format!("`{start}` is no usable link: {why}"))
    };
    let url = url::Url::parse(text).map_err(|_| {
        unusable("it does not begin with `https://`, `http://`, `mailto:` or `tel:`")
    })?;
    match url.scheme() {
        // The browser reads `https:x` as `https://x`; a person does not.
        "http" | "https" if !text[url.scheme().len()..].starts_with("://") => {
            Err(unusable("`://` is missing"))
        }
        "http" | "https" | "mailto" | "tel" => {
            Ok(if is_plain_url(text) { text.to_owned() } else { url.into() })
        }
        scheme => Err(unusable(&format!("`{scheme}:` links are not sent"))),
    }
}

/// Whether a URL can stand as it was written.
fn is_plain_url(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&b))
}

/// Percent-encodes a value as one component (RFC 3986 §2.1): all but
/// unreserved characters.
fn url_part(value: Value, _: Kwargs, _: &State) -> TeraResult<String> {
    let text = shown(&value)?;
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(byte as char);
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    Ok(out)
}

/// A colour, a length, a word: nothing that ends a declaration.
fn css(value: Value, _: Kwargs, _: &State) -> TeraResult<String> {
    let text = shown(&value)?;
    let is_safe = |c: char| c.is_alphanumeric() || " #%.,-_".contains(c);
    if text.chars().all(is_safe) {
        Ok(text)
    } else {
        let start: String = text.chars().take(40).collect();
        Err(Error::message(format!("`{start}` cannot stand in a style sheet")))
    }
}
