//! Wraps paragraphs at 78 columns; URLs and long words stay whole.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The longest line, in columns (RFC 5322 §2.1.1).
const COLUMNS: usize = 78;

/// A soft paragraph: `SOFT first FIELD rest FIELD text END`.
const SOFT: char = '\u{1}';
const FIELD: char = '\u{2}';
const END: char = '\u{3}';

/// A quotation: `QUOTE prefix FIELD text QUOTE_END`; quotations nest.
const QUOTE: char = '\u{4}';
const QUOTE_END: char = '\u{5}';

/// How many columns a text takes on a terminal.
pub(super) fn width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// Writes a paragraph in lines, each with its indent. Line breaks in it stay.
pub(super) fn wrap(text: &str, first: &str, rest: &str, out: &mut String) {
    for (number, line) in text.split('\n').enumerate() {
        wrap_line(line, if number == 0 { first } else { rest }, rest, out);
    }
}

fn wrap_line(line: &str, first: &str, rest: &str, out: &mut String) {
    out.push_str(first);
    let mut column = width(first);
    let mut at_start = true;
    for word in line.split_whitespace() {
        let wide = if word.is_ascii() { word.len() } else { width(word) };
        if !at_start && column + 1 + wide > COLUMNS && !begins_like_a_block(word) {
            out.push('\n');
            out.push_str(rest);
            column = width(rest);
            at_start = true;
        }
        if !at_start {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += wide;
        at_start = false;
    }
    out.truncate(out.trim_end_matches(' ').len());
    out.push('\n');
}

/// A line never begins with a lone dash: it would read as a new list item.
fn begins_like_a_block(word: &str) -> bool {
    matches!(word, "-" | "–" | "—")
}

/// Writes a paragraph that can only be wrapped when its values are there.
pub(super) fn soft(text: &str, first: &str, rest: &str, out: &mut String) {
    out.extend([SOFT]);
    out.push_str(first);
    out.push(FIELD);
    out.push_str(rest);
    out.push(FIELD);
    out.push_str(text);
    out.push(END);
}

/// Marks a piece of text whose every line gets a prefix, after wrapping.
pub(crate) fn quoted(text: &str, prefix: &str) -> String {
    format!("{QUOTE}{prefix}{FIELD}{}{QUOTE_END}", text.trim())
}

/// Wraps the soft paragraphs of a merged text and prefixes its quotations. A
/// paragraph of which the merge left nothing takes its blank line with it.
pub(crate) fn reflow(merged: &str) -> String {
    let mut out = String::with_capacity(merged.len() + 64);
    flow(merged, "", &mut out);
    squeezed(&out)
}

/// Writes text up to the end of the quotation that it is in; what is left.
fn flow<'t>(text: &'t str, quote: &str, out: &mut String) -> &'t str {
    let mut rest = text;
    while let Some(at) = rest.find([SOFT, QUOTE, QUOTE_END]) {
        lines(&rest[..at], quote, out);
        let inside = &rest[at + 1..];
        rest = match rest.as_bytes()[at] {
            b if b == SOFT as u8 => soft_paragraph(inside, quote, out),
            b if b == QUOTE as u8 => {
                let (prefix, inside) = inside.split_once(FIELD).unwrap_or(("", inside));
                let rest = flow(inside, &format!("{quote}{prefix}"), out);
                if !out.ends_with('\n') {
                    out.push('\n');
                }
                rest
            }
            _ => return inside,
        };
    }
    lines(rest, quote, out);
    ""
}

fn soft_paragraph<'t>(inside: &'t str, quote: &str, out: &mut String) -> &'t str {
    let (paragraph, rest) = inside.split_once(END).unwrap_or((inside, ""));
    let mut fields = paragraph.splitn(3, FIELD);
    let (first, others) = (fields.next().unwrap_or(""), fields.next().unwrap_or(""));
    let text = fields.next().unwrap_or("").trim();
    if text.is_empty() {
        return rest.strip_prefix('\n').unwrap_or(rest);
    }
    wrap(text, &format!("{quote}{first}"), &format!("{quote}{others}"), out);
    rest
}

/// Lines as they are, each after the prefix of the quotation.
fn lines(text: &str, quote: &str, out: &mut String) {
    if quote.is_empty() {
        return out.push_str(text);
    }
    for piece in text.split_inclusive('\n') {
        if out.is_empty() || out.ends_with('\n') {
            out.push_str(if piece == "\n" { quote.trim_end() } else { quote });
        }
        out.push_str(piece);
    }
}

/// No more than one blank line in a row, none at the beginning or end.
fn squeezed(text: &str) -> String {
    let trimmed = text.trim_matches('\n');
    if !trimmed.contains("\n\n\n") {
        return trimmed.to_owned();
    }
    let mut out = String::with_capacity(trimmed.len());
    let mut breaks = 0;
    for c in trimmed.chars() {
        breaks = if c == '\n' { breaks + 1 } else { 0 };
        if breaks <= 2 {
            out.push(c);
        }
    }
    out
}

/// Cuts or fills a text to a number of columns.
pub(super) fn padded(text: &str, columns: usize) -> String {
    let wide: usize = text.chars().map(|c| c.width().unwrap_or(0)).sum();
    format!("{text}{}", " ".repeat(columns.saturating_sub(wide)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_hold_78_columns_and_urls_stay_whole() {
        let mut out = String::new();
        let url = format!("https://example.org/{}", "x".repeat(90));
        wrap(&format!("{} {url} end", "word ".repeat(20)), "- ", "  ", &mut out);
        assert!(out.lines().all(|line| width(line) <= 78 || line.trim() == url), "{out}");
        assert!(out.starts_with("- word") && out.contains("\n  word"), "{out}");
    }

    #[test]
    fn a_soft_paragraph_is_wrapped_when_its_values_are_there() {
        let mut out = String::new();
        soft("Dear NAME, welcome", "> ", "> ", &mut out);
        let merged = out.replace("NAME", "Ann\nof Leeds");
        assert_eq!(reflow(&merged), "> Dear Ann\n> of Leeds, welcome");
    }

    #[test]
    fn a_quotation_has_its_prefix_on_every_line_also_after_wrapping() {
        let mut inside = String::new();
        soft(&"NAME ".repeat(20), "", "", &mut inside);
        inside.push_str("\nEnd\n");
        let text = reflow(&format!("Before\n\n{}after", quoted(&inside, "> ")));
        assert!(text.starts_with("Before\n\n> NAME"), "{text}");
        assert!(text.contains("\n> NAME") && text.contains("\n>\n> End\nafter"), "{text}");
    }

    #[test]
    fn an_empty_soft_paragraph_leaves_no_gap() {
        let mut out = String::from("one\n\n");
        soft("X", "", "", &mut out);
        out.push_str("\ntwo\n");
        assert_eq!(reflow(&out.replace('X', "")), "one\n\ntwo");
    }
}
