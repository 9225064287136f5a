//! Quotes around a value: where the same quotes inside end it too early, and how
//! to write it instead.

use std::ops::Range;

use crate::finding::Finding;
use crate::place::Source;

/// The first line whose value ends before the line does, though it begins with a quote:
/// `subject: "Hi {{ name or "friend" }}"`. `sign` stands between key and value.
pub(super) fn ended_early(source: &Source, range: &Range<usize>, sign: char) -> Option<Finding> {
    let mut at = range.start;
    for line in source.text()[range.clone()].split_inclusive('\n') {
        let start = at;
        at += line.len();
        let Some((before, value)) = value_of(line, sign) else { continue };
        let Some(end) = end_of_quoted(value, sign == ':') else { continue };
        let rest = value[end..].trim_start();
        if rest.is_empty() || rest.starts_with('#') {
            continue;
        }
        let start = start + before;
        let quote = &value[..1];
        // Where the quotes are a pair, the value is what stands between the outer ones.
        let inside = value.strip_suffix(quote).filter(|text| text.len() > end);
        let inside = inside.map_or(value, |text| &text[1..]);
        let finding = Finding::error(
            if sign == ':' { "yaml" } else { "toml" },
            format!("the `{quote}` here ends the value, and something follows it"),
            format!(
                "quotes of one kind stand around the value, those inside are of the other: `{}`",
                quoted(inside)
            ),
        );
        return Some(finding.at(source.place(start + end - 1..start + value.len())));
    }
    None
}

/// The same for a value without quotes that YAML reads as something else, or not at all:
/// `subject: [Update] The path`. `line` is the one in which it gave up.
pub(super) fn needed(source: &Source, range: &Range<usize>, line: usize) -> Option<Finding> {
    let before: usize = source.text().split_inclusive('\n').take(line - 1).map(str::len).sum();
    let line = source.text()[before..range.end.max(before)].split('\n').next()?.trim_end();
    let key = line.find(':').filter(|at| line[at + 1..].starts_with(' '))?;
    let value = line[key + 1..].trim_start();
    let first = value.chars().next()?;
    let mut from = 0;
    let why = if SIGNS.contains(first) {
        let sign = if value.starts_with("{{") { "{{" } else { &value[..first.len_utf8()] };
        format!("a value that begins with `{sign}` needs quotes around it")
    } else if let Some(colon) = value.find(": ").filter(|_| !value.starts_with(['"', '\''])) {
        from = colon;
        "a value with `: ` in it needs quotes around it".to_owned()
    } else {
        return None;
    };
    let end = before + line.len();
    let help = format!("write it as `{}`", quoted(value));
    Some(Finding::error("yaml", why, help).at(source.place(end - value.len() + from..end)))
}

/// Signs that mean something to YAML at the beginning of a value (YAML 1.2.2 §5.3).
const SIGNS: &str = "[]{}*&!|>%@`,?";

/// A text in quotes that do not stand in it.
pub(super) fn quoted(text: &str) -> String {
    match (text.contains('"'), text.contains('\'')) {
        (false, _) => format!("\"{text}\""),
        (true, false) => format!("'{text}'"),
        (true, true) => format!("\"{}\"", text.replace('"', "\\\"")),
    }
}

/// The quoted value of a line `key: "…"` or `- "…"`, and what stands before it.
fn value_of(line: &str, sign: char) -> Option<(usize, &str)> {
    let key = line.trim_start();
    let value = if let Some(item) = key.strip_prefix("- ") {
        item
    } else {
        let (key, value) = key.split_once(sign)?;
        let is_key = |c: char| c.is_alphanumeric() || "_-. ".contains(c);
        key.chars().all(is_key).then_some(value)?
    };
    let value = value.trim();
    let before = line.trim_end().len() - value.len();
    // Three quotes are another kind of string.
    (value.starts_with(['"', '\'']) && !value.starts_with("\"\"\"") && !value.starts_with("'''"))
        .then_some((before, value))
}

/// Where a quoted value ends, its quote included. In YAML, two single quotes are one of the text.
fn end_of_quoted(value: &str, is_yaml: bool) -> Option<usize> {
    let bytes = value.as_bytes();
    let quote = *bytes.first()?;
    let mut at = 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if quote == b'"' => at += 1,
            b'\'' if is_yaml && quote == b'\'' && bytes.get(at + 1) == Some(&b'\'') => at += 1,
            byte if byte == quote => return Some(at + 1),
            _ => {}
        }
        at += 1;
    }
    None
}
