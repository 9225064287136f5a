//! The filters behind every place, and those of Tera's own that a letter
//! needs otherwise: bounded, or with another meaning in text than in HTML.

#![allow(clippy::needless_pass_by_value, reason = "Tera hands values and arguments over")]

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Write as _;

use tera::{Error, Kwargs, State, StringInput, Tera, TeraResult, Value};

use super::blank::BLANK;
use super::engine::{MAX_TEXT, TOO_LARGE};
use super::escape;
use super::local::{Language, Moment};
use super::text;
use crate::place::printable;

/// The text of a value as a person reads it. What a `{% set %}` block of the HTML
/// part captured is HTML already.
pub(super) fn shown(value: &Value, state: &State) -> TeraResult<String> {
    if value.is_undefined() {
        return Err(Error::message(BLANK));
    }
    let Some(text) = value.as_str() else { return Ok(value.to_string()) };
    let is_html = value.is_safe() && state.escape("<")? != "<";
    let text = if is_html { html_escape::decode_html_entities(text) } else { Cow::Borrowed(text) };
    Ok(escape::plain(&text))
}

/// A value with which a URL begins must be one of a kind that a reader may
/// follow: never `javascript:`, `data:` or a path.
pub(super) fn url_beginning(value: Value, _: Kwargs, state: &State) -> TeraResult<String> {
    let text = shown(&value, state)?;
    let text = text.trim();
    let unusable = |why: &str| {
        let start: String = text.chars().take(60).map(printable).collect();
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
/// unreserved characters. What the author has encoded already stays as it is.
pub(super) fn url_part(value: Value, _: Kwargs, state: &State) -> TeraResult<String> {
    let text = shown(&value, state)?;
    Ok(if is_encoded(&value, &text) { text } else { encoded(&text, b"") })
}

/// The same by the author's own hand: the place, which encodes as well, is told by the
/// value's being safe that nothing is left to do.
pub(super) fn urlencode(value: Value, _: Kwargs, state: &State) -> TeraResult<Value> {
    Ok(Value::safe_string(&encoded(&shown(&value, state)?, b"")))
}

/// Whether a text may be what the filter `urlencode` has made.
pub(super) fn is_encoded(value: &Value, text: &str) -> bool {
    if !value.is_safe() {
        return false;
    }
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let is_digit = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_hexdigit());
        let is_fine = match byte {
            b'%' => is_digit(bytes.next()) && is_digit(bytes.next()),
            byte => byte.is_ascii_alphanumeric() || b"-._~".contains(&byte),
        };
        if !is_fine {
            return false;
        }
    }
    true
}

/// A text with every byte percent-encoded that is neither unreserved nor one of `others`.
pub(super) fn encoded(text: &str, others: &[u8]) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || others.contains(&byte) {
            out.push(byte as char);
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// How many per cent a number is of another, rounded; `most` bounds it.
pub(super) fn percent(value: f64, arguments: Kwargs, _: &State) -> TeraResult<i64> {
    let percent = (share(value, &arguments)? * 100.0).round();
    let most = arguments.get::<f64>("most")?.unwrap_or(f64::MAX);
    // No campaign collects a billion times its goal.
    #[allow(clippy::cast_possible_truncation, reason = "it is bounded just here")]
    Ok(percent.clamp(0.0, most.min(1e11)) as i64)
}

/// A bar of ten signs: `######----`. It is full when the goal is reached, not before.
pub(super) fn bar(value: f64, arguments: Kwargs, _: &State) -> TeraResult<String> {
    let share = share(value, &arguments)?;
    let is_full = |cell: u8| match cell {
        10 => share >= 1.0,
        _ => share * 10.0 + 0.5 >= f64::from(cell),
    };
    Ok((1..=10).map(|cell| if is_full(cell) { '#' } else { '-' }).collect())
}

fn share(value: f64, arguments: &Kwargs) -> TeraResult<f64> {
    let whole = arguments.must_get::<f64>("of")?;
    if whole > 0.0 && value.is_finite() {
        Ok(value / whole)
    } else {
        Err(Error::message("the goal must be more than 0"))
    }
}

/// The filters that write as the letter's language does: `date`, `time`, `zone`,
/// `number`, `money`, `plural`.
pub(super) fn in_language(tera: &mut Tera, language: &Language) {
    let own = || language.clone();
    let language = own();
    tera.register_filter("date", move |value: Value, arguments: Kwargs, state: &State| {
        date(&language, &shown(&value, state)?, &arguments)
    });
    let language = own();
    tera.register_filter("time", move |value: Value, arguments: Kwargs, state: &State| {
        time(&language, &shown(&value, state)?, &arguments)
    });
    let language = own();
    tera.register_filter("number", move |value: Value, _: Kwargs, state: &State| {
        let digits = format!("{}", number(&value, state)?);
        language.number(&digits).ok_or_else(|| no_number(&digits))
    });
    let language = own();
    tera.register_filter("money", move |value: Value, arguments: Kwargs, state: &State| {
        let amount = number(&value, state)?;
        language.money(amount, arguments.must_get::<&str>("currency")?).map_err(Error::message)
    });
    let language = own();
    tera.register_filter("plural", move |value: Value, arguments: Kwargs, state: &State| {
        plural(&language, number(&value, state)?, &arguments)
    });
    tera.register_filter("zone", |value: Value, _: Kwargs, state: &State| {
        let moment = Moment::read(&shown(&value, state)?).map_err(Error::message)?;
        Ok::<String, Error>(moment.zone().unwrap_or_default().replace('_', " "))
    });
}

/// A day, `style` as in [`STYLES`](super::local::STYLES), `later` so many minutes.
fn date(language: &Language, text: &str, arguments: &Kwargs) -> TeraResult<String> {
    let later = arguments.get::<u32>("later")?.unwrap_or(0);
    let style = arguments.get::<&str>("style")?.unwrap_or("long");
    let moment = Moment::read(text).and_then(|moment| moment.later(later));
    moment.and_then(|moment| language.date(&moment, style)).map_err(Error::message)
}

/// A time of the day, `later` so many minutes.
fn time(language: &Language, text: &str, arguments: &Kwargs) -> TeraResult<String> {
    let later = arguments.get::<u32>("later")?.unwrap_or(0);
    // A time may stand alone.
    let is_alone = !text.contains('-');
    let whole = if is_alone { format!("2000-01-01 {text}") } else { text.to_owned() };
    let moment = Moment::read(&whole).map_err(|why| {
        if is_alone { format!("`{text}` is no moment: write it as `18:30`") } else { why }
    });
    let moment = moment.and_then(|moment| moment.later(later));
    let time = moment.map_err(Error::message)?.time();
    time.and_then(|(hour, minute)| language.time(hour, minute))
        .ok_or_else(|| Error::message(format!("`{text}` has no time")))
}

/// The form that stands with a number; `#` in it is the number.
fn plural(language: &Language, number: f64, arguments: &Kwargs) -> TeraResult<String> {
    let digits = format!("{number}");
    let form = language.plural(&digits).ok_or_else(|| no_number(&digits))?;
    let text = match arguments.get::<&str>(form)? {
        Some(text) => text,
        None => arguments.must_get::<&str>("other")?,
    };
    let shown = language.number(&digits).ok_or_else(|| no_number(&digits))?;
    Ok(text.replace('#', &shown))
}

/// A number, also one that a list's cell holds as text.
fn number(value: &Value, state: &State) -> TeraResult<f64> {
    if let Some(number) = value.as_f64() {
        return Ok(number);
    }
    let text = shown(value, state)?;
    text.trim()
        .parse()
        .ok()
        .filter(|number: &f64| number.is_finite())
        .ok_or_else(|| no_number(&text))
}

fn no_number(text: &str) -> Error {
    let start: String = text.chars().take(40).map(printable).collect();
    Error::message(format!("`{start}` is no number"))
}

/// The address of an image: as for links, or a file that the letter brings along.
pub(super) fn image(
    images: &HashMap<String, String>,
    value: Value,
    arguments: Kwargs,
    state: &State,
) -> TeraResult<String> {
    match images.get(shown(&value, state)?.trim()) {
        Some(cid) => Ok(format!("cid:{cid}")),
        None => url_beginning(value, arguments, state),
    }
}

/// A colour, a length, a word: nothing that ends a declaration.
pub(super) fn css(value: Value, _: Kwargs, state: &State) -> TeraResult<String> {
    let text = shown(&value, state)?;
    let is_safe = |c: char| c.is_alphanumeric() || " #%.,-_".contains(c);
    if text.chars().all(is_safe) {
        Ok(text)
    } else {
        let start: String = text.chars().take(40).map(printable).collect();
        Err(Error::message(format!("`{start}` cannot stand in a style sheet")))
    }
}

/// In the text part: every line of a text after `> `.
pub(super) fn quoted(value: StringInput<'_>, arguments: Kwargs, _: &State) -> TeraResult<Value> {
    let prefix = arguments.get::<&str>("prefix")?.unwrap_or("> ");
    // What is not written by the template itself may hold the signs that quotations are made of.
    let text = if value.is_safe() { value.as_str().into() } else { escape::plain(value.as_str()) };
    Ok(Value::safe_string(&text::quoted(&text, &escape::plain(prefix))))
}

/// Where a filter has nothing to do.
pub(super) fn unquoted(value: Value, _: Kwargs, _: &State) -> Value {
    value
}

/// In the HTML part: line breaks that a reader sees.
pub(super) fn newlines_to_br(
    value: StringInput<'_>,
    _: Kwargs,
    state: &State,
) -> TeraResult<Value> {
    let text = value.rendered(state)?;
    Ok(Value::safe_string(&text.replace("\r\n", "\n").replace('\n', "<br>")))
}

/// Tera's `replace`, which knows no bounds.
pub(super) fn replace(
    value: StringInput<'_>,
    arguments: Kwargs,
    state: &State,
) -> TeraResult<Value> {
    let from = arguments.must_get::<&str>("from")?;
    let to = arguments.must_get::<StringInput<'_>>("to")?;
    let is_safe = value.is_safe() || to.is_safe();
    let (text, to) = if is_safe {
        (value.rendered(state)?, to.rendered(state)?)
    } else {
        (Cow::Borrowed(value.as_str()), Cow::Borrowed(to.as_str()))
    };
    if text.len() + text.matches(from).count() * to.len() > MAX_TEXT {
        return Err(Error::message(TOO_LARGE));
    }
    let out = text.replace(from, &to);
    Ok(if is_safe { Value::safe_string(&out) } else { Value::from(out) })
}

/// Tera's `join`, which knows no bounds.
pub(super) fn join(values: &[Value], arguments: Kwargs, state: &State) -> TeraResult<Value> {
    let separator = arguments.get::<StringInput<'_>>("sep")?;
    let is_safe = separator.as_ref().is_some_and(StringInput::is_safe)
        || values.iter().any(|value| value.is_string() && value.is_safe());
    let between = match &separator {
        Some(separator) if is_safe => separator.rendered(state)?,
        Some(separator) => Cow::Borrowed(separator.as_str()),
        None => Cow::Borrowed(""),
    };
    let mut out = String::new();
    for (number, value) in values.iter().enumerate() {
        if number > 0 {
            out.push_str(&between);
        }
        if is_safe {
            out.push_str(&state.escape_if_needed(value)?);
        } else {
            let _ = write!(out, "{value}");
        }
        if out.len() > MAX_TEXT {
            return Err(Error::message(TOO_LARGE));
        }
    }
    Ok(if is_safe { Value::safe_string(&out) } else { Value::from(out) })
}
