//! What a cell says, without what nobody sees in it.

use crate::address::is_bidi_control;
use crate::place::printable;

/// The longest piece of a cell that a message shows, in characters.
const SHOWN: usize = 80;

/// Trims a cell, and takes out what could do harm in a letter: control
/// characters but tabs and line breaks, and characters that rearrange the
/// text around them. Line breaks become LF.
pub(super) fn clean(cell: &str) -> String {
    let cell = trim(cell);
    if cell.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return cell.to_owned();
    }
    let mut cleaned = String::with_capacity(cell.len());
    let mut after_cr = false;
    for c in cell.chars() {
        match c {
            '\n' if after_cr => {}
            '\r' | '\n' => cleaned.push('\n'),
            '\t' => cleaned.push(c),
            _ if c.is_control() || is_bidi_control(c) => {}
            _ => cleaned.push(c),
        }
        after_cr = c == '\r';
    }
    // A control character may have stood before a space.
    let trimmed = trim(&cleaned);
    if trimmed.len() == cleaned.len() { cleaned } else { trimmed.to_owned() }
}

/// A cell without white space at its ends: NBSP, a stray byte order mark
/// and spaces of no width included.
pub(super) fn trim(cell: &str) -> &str {
    cell.trim_matches(is_space)
}

/// Whether nothing would be left of a cell.
pub(super) fn is_blank(cell: &str) -> bool {
    cell.chars().all(|c| is_space(c) || c.is_control() || is_bidi_control(c))
}

/// A cell as a message shows it: its beginning, on one line.
pub(super) fn shown(cell: &str) -> String {
    let mut shown: String = cell.chars().take(SHOWN).map(printable).collect();
    if cell.chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    shown
}

fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200b}' | '\u{2060}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_trimmed_and_made_harmless() {
        let cases = [
            ("\u{a0} Ann \u{3000}", "Ann"),
            ("a\tb\r\nc\rd\ne", "a\tb\nc\nd\ne"),
            ("A\0n\u{7}n\u{85}", "Ann"),
            ("\u{1} x", "x"),
            ("gift\u{202e}gpj.exe", "giftgpj.exe"),
            ("\u{200f}שלום", "\u{200f}שלום"),
            ("\u{200b}\u{a0}", ""),
        ];
        for (cell, cleaned) in cases {
            assert_eq!(clean(cell), cleaned, "{cell:?}");
        }
    }

    #[test]
    fn what_is_shown_is_short_and_on_one_line() {
        assert_eq!(shown("a\r\nb"), "a··b");
        assert_eq!(shown(&"x".repeat(200)).chars().count(), SHOWN + 1);
    }
}
