//! Wraps paragraphs at 78 columns; URLs and long words stay whole.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The longest line, in columns (RFC 5322 §2.1.1).
const COLUMNS: usize = 78;

/// How many columns a text takes on a terminal.
pub(super) fn width(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { UnicodeWidthStr::width(text) }
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
    let mut words = line.split(is_space).filter(|word| !word.is_empty()).peekable();
    while let Some(word) = words.next() {
        let wide = width(word);
        // A line never begins with a lone dash: it would read as a new list item.
        let dash = words.peek().filter(|next| is_dash(next)).map_or(0, |_| 2);
        if !at_start && column + 1 + wide + dash > COLUMNS && !is_dash(word) {
            out.truncate(out.trim_end_matches(' ').len());
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

/// Underlines a heading that was written from a position on, as far as its longest line.
pub(super) fn underline(start: usize, rest: &str, rule: &str, out: &mut String) {
    if !rule.is_empty() {
        let lines = out[start..].lines();
        let longest = lines.map(|line| width(line).saturating_sub(width(rest))).max().unwrap_or(0);
        out.push_str(&format!("{rest}{}\n", rule.repeat(longest.clamp(3, 60))));
    }
}

/// Where a line may be broken: not at a no-break space.
fn is_space(c: char) -> bool {
    c.is_whitespace() && !matches!(c, '\u{a0}' | '\u{202f}' | '\u{2007}')
}

fn is_dash(word: &str) -> bool {
    matches!(word, "-" | "–" | "—")
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
        wrap(&format!("{} {url} – end", "word – ".repeat(20)), "- ", "  ", &mut out);
        assert!(out.lines().all(|line| width(line) <= 78 || line.contains(&url)), "{out}");
        assert!(out.starts_with("- word") && out.contains("\n  word"), "{out}");
        assert!(!out.contains("\n  –"), "{out}");
    }
}
