//! The variables that the built-in templates know. What cannot be one of them
//! is told where it was written, and not where a page stumbles over it.

use crate::settings::{Kind, Reader, Value};

/// How wide a letter may be: a line must still be one that is read.
const WIDTHS: std::ops::RangeInclusive<i64> = 320..=1000;

/// Says what is wrong with a variable of `[template]`; one of an author's own may be anything.
pub(super) fn check(reader: &mut Reader<'_>, name: &str, value: &Value) {
    let (is_right, wanted) = match name {
        "accent" => (is_text(value, is_colour), "a colour such as \"#0b5c8a\""),
        "font" => (is_text(value, is_font), "names of fonts with commas, without quotes"),
        "width" => (is_width(value), "a number of pixels from 320 to 1000"),
        "logo" => {
            (is_text(value, is_image), "an image's file, or an address that begins with https://")
        }
        "why" => (is_text(value, |_| true), "a sentence"),
        "links" => (is_table(value, is_link), "a table of addresses: \"Website\" = \"https://…\""),
        "words" => (is_table(value, |_| true), "a table of words: unsubscribe = \"…\""),
        _ => return,
    };
    if !is_right {
        reader.wrong_type(name, value, wanted);
    }
}

/// What is empty is not set.
fn is_text(value: &Value, is_right: impl Fn(&str) -> bool) -> bool {
    matches!(&value.kind, Kind::Text(text) if text.is_empty() || is_right(text))
}

fn is_table(value: &Value, is_right: impl Fn(&str) -> bool) -> bool {
    let Kind::Table(entries) = &value.kind else { return false };
    entries.iter().all(|(_, value)| is_text(value, &is_right))
}

fn is_width(value: &Value) -> bool {
    matches!(value.kind, Kind::Integer(width) if WIDTHS.contains(&width))
}

/// `#0b5c8a`, `#05a` or `teal`.
fn is_colour(text: &str) -> bool {
    match text.strip_prefix('#') {
        Some(digits) => {
            matches!(digits.len(), 3 | 6) && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
        }
        None => text.bytes().all(|letter| letter.is_ascii_alphabetic()),
    }
}

fn is_font(text: &str) -> bool {
    text.chars().all(|c| c.is_alphanumeric() || " ,-_".contains(c))
}

/// On the web, or a file beside the settings.
fn is_image(text: &str) -> bool {
    is_web(text) || !text.contains(':')
}

fn is_web(text: &str) -> bool {
    ["https://", "http://"].iter().any(|scheme| text.starts_with(scheme))
}

fn is_link(text: &str) -> bool {
    is_web(text) || text.starts_with("mailto:") || text.starts_with("tel:")
}
