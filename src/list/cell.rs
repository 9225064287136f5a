//! What a cell says, without what nobody sees in it.

use std::borrow::Cow;

use crate::address::{is_bidi_control, is_invisible};
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

/// Whether there is nothing to see in a cell.
pub(super) fn is_blank(cell: &str) -> bool {
    cell.chars().all(|c| c.is_whitespace() || c.is_control() || is_invisible(c))
}

/// A cell without what other programs put around it for the sake of spreadsheets: `="0049"`, by
/// which Excel keeps zeros, is `0049`, and the apostrophe before what begins like a formula goes
/// (<https://owasp.org/www-community/attacks/CSV_Injection>). We write neither: what is exported
/// here is read back as it was.
pub(super) fn unwrapped(cell: &str) -> Cow<'_, str> {
    // Nearly all cells of nearly all lists.
    let first = cell.as_bytes().first();
    if first.is_none_or(u8::is_ascii_alphanumeric) || !cell.trim_start().starts_with(['=', '\'']) {
        return Cow::Borrowed(cell);
    }
    let text = trim(cell);
    let begins =
        |c: char| matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r' | '＝' | '＋' | '－' | '＠');
    // `'-'` is a dash in quotes.
    let unguarded =
        text.strip_prefix('\'').filter(|rest| rest.starts_with(begins) && !rest.ends_with('\''));
    text_formula(unguarded.unwrap_or(text))
        .or(unguarded.map(Cow::Borrowed))
        .unwrap_or(Cow::Borrowed(cell))
}

/// The text of a formula that is nothing but a text: `="0049"`.
pub(super) fn text_formula(cell: &str) -> Option<Cow<'_, str>> {
    let text = cell.strip_prefix("=\"")?.strip_suffix('"')?;
    if !text.contains('"') {
        return Some(Cow::Borrowed(text));
    }
    let undoubled = text.replace("\"\"", "");
    (!undoubled.contains('"')).then(|| Cow::Owned(text.replace("\"\"", "\"")))
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
    fn what_was_written_for_spreadsheets_is_taken_off() {
        let cases = [
            ("=\"0049\"", "0049"),
            (" =\"Ann\" ", "Ann"),
            ("=\"Ann \"\"The Pen\"\" Lee\"", "Ann \"The Pen\" Lee"),
            ("=\"\"", ""),
            ("'=1+1", "=1+1"),
            ("'=\"0049\"", "0049"),
            ("'+44 20 7946 0000", "+44 20 7946 0000"),
            ("'@ann", "@ann"),
            ("=\"a\"&\"b\"", "=\"a\"&\"b\""),
            ("=1+1", "=1+1"),
            ("'t Hooft", "'t Hooft"),
            ("'-'", "'-'"),
            ("O'Brien", "O'Brien"),
            ("=\"", "=\""),
            ("", ""),
        ];
        for (cell, text) in cases {
            assert_eq!(unwrapped(cell), text, "{cell:?}");
        }
    }

    #[test]
    fn a_cell_without_anything_to_see_is_blank() {
        for cell in
            ["", " \u{a0}", "\u{200b}\u{feff}", "\u{2800}", "\u{3164}", "\u{ffa0}\u{fe0f}", "\0"]
        {
            assert!(is_blank(cell), "{cell:?}");
        }
        assert!(!is_blank("-") && !is_blank("\u{200f}ש"));
    }

    #[test]
    fn what_is_shown_is_short_and_on_one_line() {
        assert_eq!(shown("a\r\nb"), "a··b");
        assert_eq!(shown(&"x".repeat(200)).chars().count(), SHOWN + 1);
    }
}
