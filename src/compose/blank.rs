//! Blanks that only a row makes: a filled cell of which a filter leaves nothing. A blank goes
//! through the filters that work on text, up to where it is printed: there it is refused, or
//! a fallback takes its place.

#![allow(clippy::needless_pass_by_value, reason = "Tera hands values and arguments over")]

use std::cell::Cell;
use std::fmt::Write as _;

use tera::{Error, Kwargs, State, Tera, TeraResult, Value};

use super::visible::is_blank;

/// Refuses what a reader would not see.
pub(super) const SHOWN: &str = "__shown";
/// The same for what no row can change.
pub(super) const FIXED: &str = "__fixed";
/// A blank as what is false, so that a fallback takes its place.
pub(super) const GIVEN: &str = "__given";
/// Joins two values, if both are there.
pub(super) const GLUE: &str = "__glue";

/// What is said of a value of which nothing is seen.
pub(crate) const BLANK: &str = "the value is blank";
/// What is said of a variable that nobody has set.
pub(super) const MISSING: &str = "the value is not there";

/// What a made-up reader sees instead.
const EXAMPLE: &str = "Example";

thread_local! {
    /// Whether a made-up reader is merged, whose cells may be too short for a filter.
    static MADE_UP: Cell<bool> = const { Cell::new(false) };
}

/// Runs something for a made-up reader: what a filter leaves blank gets a stand-in.
pub(super) fn for_somebody<T>(is_made_up: bool, run: impl FnOnce() -> T) -> T {
    MADE_UP.set(is_made_up);
    let result = run();
    MADE_UP.set(false);
    result
}

/// Registers them, and the filters that a blank goes through.
pub(super) fn register(tera: &mut Tera) {
    tera.register_filter(SHOWN, shown);
    tera.register_filter(FIXED, fixed);
    tera.register_filter(GIVEN, given);
    tera.register_filter(GLUE, glue);
    tera.register_filter("default", default);
    tera.register_filter("str", str);
    tera.register_filter("first", |value: Value, _: Kwargs, _: &State| {
        picked(&value, "first", <[Value]>::first)
    });
    tera.register_filter("last", |value: Value, _: Kwargs, _: &State| {
        picked(&value, "last", <[Value]>::last)
    });
    tera.register_filter("nth", |value: Value, arguments: Kwargs, _: &State| {
        let number = arguments.must_get::<usize>("n")?;
        picked(&value, "nth", |values| values.get(number))
    });
    tera.register_filter("split", split);
    let texts: [(&str, Change); 8] = [
        ("upper", |text, _| Ok(text.to_uppercase())),
        ("lower", |text, _| Ok(text.to_lowercase())),
        ("capitalize", |text, _| Ok(capitalized(text))),
        ("title", |text, _| Ok(titled(text))),
        ("trim", |text, arguments| trimmed(text, arguments, true, true)),
        ("trim_start", |text, arguments| trimmed(text, arguments, true, false)),
        ("trim_end", |text, arguments| trimmed(text, arguments, false, true)),
        ("truncate", truncated),
    ];
    for (name, change) in texts {
        tera.register_filter(name, move |value: Value, arguments: Kwargs, _: &State| {
            changed(value, &arguments, name, change)
        });
    }
}

/// Whether a reader would see nothing of a value.
pub(super) fn is_nothing(value: &Value) -> bool {
    value.is_undefined() || value.is_none() || value.as_str().is_some_and(is_blank)
}

fn shown(value: Value, _: Kwargs, _: &State) -> TeraResult<Value> {
    if !is_nothing(&value) {
        return Ok(value);
    }
    if MADE_UP.get() { Ok(Value::from(EXAMPLE)) } else { Err(Error::message(BLANK)) }
}

fn fixed(value: Value, _: Kwargs, _: &State) -> TeraResult<Value> {
    match () {
        () if value.is_undefined() => Err(Error::message(MISSING)),
        () if is_nothing(&value) => Err(Error::message(BLANK)),
        () => Ok(value),
    }
}

fn given(value: Value, _: Kwargs, _: &State) -> Value {
    if is_nothing(&value) { Value::from("") } else { value }
}

/// Joins a value with another; nothing comes of it if one of them is blank.
fn glue(value: Value, arguments: Kwargs, _: &State) -> TeraResult<Value> {
    let mut joined = value.to_string();
    if let Some(other) = arguments.get::<&Value>("with")? {
        if is_nothing(other) {
            return Ok(Value::none());
        }
        let _ = write!(joined, "{other}");
    }
    Ok(if is_nothing(&value) { Value::none() } else { Value::from(joined) })
}

/// Tera's `default` is for what is not there; a reader misses what is blank as well.
fn default(value: Value, arguments: Kwargs, _: &State) -> TeraResult<Value> {
    let boolean = arguments.get::<bool>("boolean")?.unwrap_or(false);
    if is_nothing(&value) || boolean && !value.is_truthy() {
        arguments.must_get::<Value>("value")
    } else {
        Ok(value)
    }
}

fn str(value: Value, _: Kwargs, _: &State) -> Value {
    if value.is_none() { value } else { Value::from(value.to_string()) }
}

/// One of several values; none if it is not there.
fn picked(
    value: &Value,
    name: &str,
    pick: impl Fn(&[Value]) -> Option<&Value>,
) -> TeraResult<Value> {
    match value.as_array() {
        Some(values) => Ok(pick(values).cloned().unwrap_or_else(Value::none)),
        None if value.is_none() => Ok(Value::none()),
        None => Err(wrong(name, "a list, such as `split` makes", value)),
    }
}

fn split(value: Value, arguments: Kwargs, _: &State) -> TeraResult<Value> {
    if value.is_none() {
        return Ok(value);
    }
    let Some(text) = value.as_str() else { return Err(wrong("split", "a text", &value)) };
    let pattern = arguments.must_get::<&str>("pat")?;
    Ok(text.split(pattern).map(Value::from).collect::<Vec<_>>().into())
}

/// What a filter makes of a text.
type Change = fn(&str, &Kwargs) -> TeraResult<String>;

/// A text, changed; as safe as it was. A blank stays one.
fn changed(value: Value, arguments: &Kwargs, name: &str, change: Change) -> TeraResult<Value> {
    if value.is_none() {
        return Ok(value);
    }
    let Some(text) = value.as_str() else { return Err(wrong(name, "a text", &value)) };
    let text = change(text, arguments)?;
    Ok(if value.is_safe() { Value::safe_string(&text) } else { Value::from(text) })
}

fn wrong(name: &str, wanted: &str, value: &Value) -> Error {
    if value.is_undefined() {
        return Error::message(BLANK);
    }
    let is = match value.name() {
        "string" => "a text",
        "bool" => "true or false",
        "array" => "a list",
        "map" => "a table",
        _ => "a number",
    };
    Error::message(format!("`{name}` works on {wanted}, and this is {is}"))
}

/// The first letter large, the others small.
fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters.flat_map(char::to_lowercase)).collect()
}

/// Every word with a large letter first. An apostrophe ends no word: `the people's path`.
fn titled(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut begins = true;
    for c in text.chars() {
        if c.is_whitespace() || c.is_ascii_punctuation() {
            begins |= c != '\'';
            out.push(c);
        } else if std::mem::take(&mut begins) {
            out.extend(c.to_uppercase());
        } else {
            out.extend(c.to_lowercase());
        }
    }
    out
}

fn trimmed(text: &str, arguments: &Kwargs, start: bool, end: bool) -> TeraResult<String> {
    let pattern = arguments.get::<&str>("pat")?;
    let mut rest = text;
    if start {
        rest = pattern.map_or_else(|| rest.trim_start(), |pat| rest.trim_start_matches(pat));
    }
    if end {
        rest = pattern.map_or_else(|| rest.trim_end(), |pat| rest.trim_end_matches(pat));
    }
    Ok(rest.to_owned())
}

fn truncated(text: &str, arguments: &Kwargs) -> TeraResult<String> {
    let length = arguments.must_get::<usize>("length")?;
    let end = arguments.get::<&str>("end")?.unwrap_or("…");
    Ok(match text.char_indices().nth(length) {
        Some((at, _)) => format!("{}{end}", &text[..at]),
        None => text.to_owned(),
    })
}
