//! Header fields (RFC 5322 §2.2): what kind of value a field has decides how
//! it is quoted or encoded; where a line gets long, it is folded.
//!
//! Every value goes through [`clean`] first: no line break, control character
//! or direction override gets further.

use std::borrow::Cow;

use super::encoded_word::encoded_words;
use crate::address::{Address, Mailbox, is_bidi_control};

/// Longest line where folding can help. RFC 5322 says 78, RFC 2047 §2 says 76
/// for lines with encoded-words; one figure is simpler.
const LINE_MAX: usize = 76;
/// Longest word of a subject that stays as it is: it fits into a line behind
/// any name that a text field has.
const TEXT_WORD_MAX: usize = 60;
/// Longest word of a machine's value that stays as it is: with any name, the
/// line stays under 998 bytes (RFC 5322 §2.1.1).
const DATA_WORD_MAX: usize = 900;
/// Longest field name.
const NAME_MAX: usize = 60;

/// Whether a text can be a field's name: a token (RFC 2045 §5.1), not overlong.
pub(super) fn is_name(name: &str) -> bool {
    (1..=NAME_MAX).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`{|}~".contains(&b))
}

/// A field whose value people read: the subject.
pub(super) fn text(out: &mut Vec<u8>, name: &str, value: &str) {
    let value = clean(value);
    let mut field = Field::start(out, name);
    field.text_or_encoded(&value, &value);
    field.end();
}

/// A field whose value programs read, such as `List-Unsubscribe`: as it is,
/// for an encoded URL is no URL. Only what could not stand in a header at all
/// is encoded.
pub(super) fn data(out: &mut Vec<u8>, name: &str, value: &str) {
    let value = clean(value);
    let mut field = Field::start(out, name);
    let words = value.split(' ').filter(|word| !word.is_empty());
    if value.is_ascii()
        && !holds_encoded_word(&value)
        && words.clone().all(|word| word.len() <= DATA_WORD_MAX)
    {
        words.for_each(|word| field.word(word));
    } else {
        field.encoded(&value);
    }
    field.end();
}

/// A field with one mailbox: `Maya Levin <maya@example.org>`, or the address
/// alone.
pub(super) fn mailbox(out: &mut Vec<u8>, name: &str, mailbox: &Mailbox) {
    let mut field = Field::start(out, name);
    match mailbox.name.as_deref().map(clean).filter(|name| !name.is_empty()) {
        Some(name) => {
            field.phrase(&name);
            field.word(&format!("<{}>", mailbox.address));
        }
        None => field.word(mailbox.address.as_str()),
    }
    field.end();
}

/// The identifier of a list behind its name (RFC 2919 §3).
pub(super) fn list_id(out: &mut Vec<u8>, list_name: &str, id: &str) {
    let mut field = Field::start(out, "List-Id");
    match clean(list_name) {
        name if name.is_empty() => {}
        name => field.phrase(&name),
    }
    field.word(&format!("<{id}>"));
    field.end();
}

/// Whether an address makes a message need SMTPUTF8 (RFC 6531). Its domain is
/// A-labels in any case.
pub(super) fn needs_smtputf8(address: &Address) -> bool {
    !address.local().is_ascii()
}

/// A value with nothing in it that a header cannot carry: a line break and
/// every other control character is a space, direction overrides are gone
/// (they make a sender's name read backwards), nothing but text at both ends.
pub(super) fn clean(value: &str) -> Cow<'_, str> {
    let value = value.trim();
    if !value.chars().any(|c| breaks_a_line(c) || is_bidi_control(c)) {
        return Cow::Borrowed(value);
    }
    let value: String = value
        .replace("\r\n", "\n")
        .chars()
        .filter(|c| !is_bidi_control(*c))
        .map(|c| if breaks_a_line(c) { ' ' } else { c })
        .collect();
    Cow::Owned(value.trim().to_owned())
}

/// Control characters, and the two separators of U+2028 that some readers
/// take for a line's end.
fn breaks_a_line(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

/// Whether a reader would decode a piece of it.
fn holds_encoded_word(text: &str) -> bool {
    text.split_once("=?").is_some_and(|(_, rest)| rest.contains("?="))
}

/// A field being written. Its first word stays on the first line, since some
/// readers stumble over a name with nothing behind it.
struct Field<'a> {
    out: &'a mut Vec<u8>,
    column: usize,
    empty: bool,
}

impl<'a> Field<'a> {
    fn start(out: &'a mut Vec<u8>, name: &str) -> Self {
        out.extend_from_slice(name.as_bytes());
        out.push(b':');
        Self { out, column: name.len() + 1, empty: true }
    }

    /// Adds a word behind a space, on the next line where it does not fit.
    fn word(&mut self, word: &str) {
        if self.column + 1 + word.len() > LINE_MAX && !self.empty {
            self.fold();
        }
        self.out.push(b' ');
        self.out.extend_from_slice(word.as_bytes());
        self.column += 1 + word.len();
        self.empty = false;
    }

    fn encoded(&mut self, text: &str) {
        let room = LINE_MAX.saturating_sub(self.column + 1);
        for word in encoded_words(text, room) {
            if word.is_empty() {
                self.fold();
                self.empty = true;
            } else {
                self.word(&word);
            }
        }
    }

    /// A display name (RFC 5322 §3.2.5): atoms, else a quoted string, else
    /// encoded-words.
    fn phrase(&mut self, name: &str) {
        let plain = if name.bytes().all(is_phrase_byte) { name.into() } else { quoted(name) };
        self.text_or_encoded(&plain, name);
    }

    /// A plain form of a text if it travels well, else encoded-words.
    fn text_or_encoded(&mut self, plain: &str, text: &str) {
        let fits = |word: &str| word.len() <= TEXT_WORD_MAX;
        // No reader may decode it, and none drop one of two spaces.
        if text.is_ascii()
            && !text.contains("=?")
            && !text.contains("  ")
            && plain.split(' ').all(fits)
        {
            plain.split(' ').for_each(|word| self.word(word));
        } else {
            self.encoded(text);
        }
    }

    fn fold(&mut self) {
        self.out.extend_from_slice(b"\r\n");
        self.column = 0;
    }

    fn end(self) {
        self.out.extend_from_slice(b"\r\n");
    }
}

/// A quoted string (RFC 5322 §3.2.4) of printable ASCII.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// What an unquoted display name is made of. `atext` has more, but a name
/// with such characters is safer in quotes.
fn is_phrase_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b" -'".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).expect("text in, text out")
    }

    fn subject(value: &str) -> String {
        written(|out| text(out, "Subject", value))
    }

    fn to(name: &str) -> String {
        let address = Address::parse("ann@example.org").expect("an address");
        written(|out| mailbox(out, "To", &Mailbox { name: Some(name.to_owned()), address }))
    }

    #[test]
    fn a_display_name_takes_the_plainest_form_that_carries_it() {
        assert_eq!(to("Ann O'Hara"), "To: Ann O'Hara <ann@example.org>\r\n");
        assert_eq!(to("Hara, \"Ann\" \\"), "To: \"Hara, \\\"Ann\\\" \\\\\" <ann@example.org>\r\n");
        assert_eq!(to("Zoë"), "To: =?utf-8?q?Zo=C3=AB?= <ann@example.org>\r\n");
        assert_eq!(to(" \r\n\0 "), "To: ann@example.org\r\n");
        assert_eq!(
            to("Ann\r\nBcc: x@example.org"),
            "To: \"Ann Bcc: x@example.org\" <ann@example.org>\r\n"
        );
    }

    #[test]
    fn a_subject_that_looks_encoded_is_encoded_so_that_it_arrives_as_typed() {
        assert_eq!(subject("=?utf-8?q?x?="), "Subject: =?utf-8?b?PT91dGYtOD9xP3g/PQ==?=\r\n");
        assert_eq!(subject("one  two"), "Subject: =?utf-8?q?one__two?=\r\n");
        assert_eq!(subject("1 + 1 = 2?"), "Subject: 1 + 1 = 2?\r\n");
    }

    #[test]
    fn long_values_are_folded_and_no_line_is_left_empty() {
        let long = "a word and ".repeat(400);
        let url = format!("<https://example.org/{}>, <mailto:leave@example.org>", "x".repeat(500));
        let fields = [
            subject(&long),
            subject(&"x".repeat(5000)),
            subject(&format!("a{}b", " ".repeat(5000))),
            to(&long),
            written(|out| data(out, "List-Unsubscribe", &url)),
            written(|out| data(out, "X-Note", &"x".repeat(5000))),
            written(|out| data(out, &"X".repeat(NAME_MAX), "é")),
        ];
        for field in &fields {
            let mut lines = field.strip_suffix("\r\n").expect("it ends").split("\r\n");
            assert!(
                lines.clone().all(|line| line.len() <= 76 || line.contains("https:")),
                "{field}"
            );
            assert!(lines.all(|line| !line.trim().is_empty()), "{field}");
        }
        assert!(
            fields[4].contains(&format!(" {}\r\n <mailto", url.split(' ').next().expect("a URL")))
        );
        assert_eq!(fields[0].replace("\r\n", ""), format!("Subject: {}", long.trim()));
    }

    #[test]
    fn a_list_without_a_name_still_has_its_id_in_brackets() {
        assert_eq!(written(|out| list_id(out, " ", "l.test")), "List-Id: <l.test>\r\n");
        assert_eq!(written(|out| list_id(out, "A, B", "l.test")), "List-Id: \"A, B\" <l.test>\r\n");
    }

    #[test]
    fn direction_overrides_are_dropped_and_marks_stay() {
        assert_eq!(clean("\u{202e}gro\u{2066}\u{200f}"), "gro\u{200f}");
    }
}
