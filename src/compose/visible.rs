//! What a reader sees of a text, and what not: spaces, controls, characters of no width.

/// Whether a reader sees nothing of a text.
pub(crate) fn is_blank(text: &str) -> bool {
    text.chars().all(is_unseen)
}

/// Whether a character leaves no ink: white space, controls, and what Unicode calls default
/// ignorable (UAX #44, `Default_Ignorable_Code_Point`), with the blank pattern of braille.
pub(crate) fn is_unseen(c: char) -> bool {
    // Most texts begin with a letter: one look is enough.
    if c.is_ascii() {
        return c <= ' ' || c == '\u{7f}';
    }
    c.is_whitespace() || c.is_control() || has_no_width(c) || c == '\u{2800}'
}

/// Whether a character has no width at all: it may stand in the middle of a word, unseen.
pub(crate) fn has_no_width(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'
            | '\u{1160}'
            | '\u{17b4}'
            | '\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fff8}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_sees_is_blank() {
        for text in ["", " \t\r\n", "\u{a0}\u{2003}", "\u{200b}\u{feff}", "\u{ad}\u{200e}\u{2060}"]
        {
            assert!(is_blank(text), "{text:?}");
        }
        for text in ["0", "-", "\u{200b}a", "é", "م", "\u{1f600}", "."] {
            assert!(!is_blank(text), "{text:?}");
        }
    }
}
