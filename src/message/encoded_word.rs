//! Encoded-words (RFC 2047): text beyond ASCII in a header.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::hex::escaped;

/// Longest encoded-word (RFC 2047 §2).
const WORD_MAX: usize = 75;
/// `=?utf-8?q?` and `?=`.
const WRAPPING: usize = 12;

/// Cuts a text into encoded-words, of which the first has to fit into `room`
/// columns; the first is empty when not even one character does. Words end
/// between characters (RFC 2047 §5), and spaces are inside of them, since
/// readers drop what stands between two.
pub(super) fn encoded_words(text: &str, room: usize) -> Vec<String> {
    let q_len: usize = text.bytes().map(q_width).sum();
    let encoding = if q_len <= text.len().div_ceil(3) * 4 { Encoding::Q } else { Encoding::B };
    let mut words = Vec::new();
    let mut rest = text;
    let mut room = room.min(WORD_MAX);
    while !rest.is_empty() {
        let (now, later) = rest.split_at(encoding.fitting(rest, room.saturating_sub(WRAPPING)));
        words.push(if now.is_empty() { String::new() } else { encoding.word(now) });
        rest = later;
        room = WORD_MAX;
    }
    words
}

#[derive(Clone, Copy)]
enum Encoding {
    Q,
    B,
}

impl Encoding {
    /// How many bytes of a text, in whole characters, fit into so many columns;
    /// up to a space if there is one, for the readers who show a space between
    /// encoded-words.
    fn fitting(self, text: &str, columns: usize) -> usize {
        let mut used = 0;
        for (at, c) in text.char_indices() {
            let end = at + c.len_utf8();
            used = match self {
                Self::Q => {
                    used + text.as_bytes()[at..end].iter().copied().map(q_width).sum::<usize>()
                }
                Self::B => end.div_ceil(3) * 4,
            };
            if used > columns {
                return text[..at].rfind(' ').map_or(at, |space| space + 1);
            }
        }
        text.len()
    }

    fn word(self, text: &str) -> String {
        match self {
            Self::B => format!("=?utf-8?b?{}?=", STANDARD.encode(text)),
            Self::Q => {
                let mut word = String::with_capacity(WORD_MAX);
                word.push_str("=?utf-8?q?");
                for byte in text.bytes() {
                    match byte {
                        b' ' => word.push('_'),
                        _ if q_width(byte) == 1 => word.push(char::from(byte)),
                        _ => word.extend(escaped(b'=', byte).map(char::from)),
                    }
                }
                word.push_str("?=");
                word
            }
        }
    }
}

/// The columns of a byte in Q encoding: what may stand for itself in a
/// display name, the strictest place (RFC 2047 §5 rule 3).
fn q_width(byte: u8) -> usize {
    if byte.is_ascii_alphanumeric() || b" !*+-/".contains(&byte) { 1 } else { 3 }
}

#[cfg(test)]
mod tests {
    use super::encoded_words;

    #[test]
    fn the_shorter_encoding_is_taken() {
        assert_eq!(encoded_words("Café news", 60), ["=?utf-8?q?Caf=C3=A9_news?="]);
        assert_eq!(encoded_words("新聞", 60), ["=?utf-8?b?5paw6IGe?="]);
        assert_eq!(encoded_words("=?", 60), ["=?utf-8?b?PT8=?="]);
    }

    #[test]
    fn words_are_short_and_end_between_characters() {
        for text in ["é".repeat(200), "書".repeat(200), "👩‍🌾".repeat(50), "a = é ".repeat(90)]
        {
            for room in 0..80 {
                let words = encoded_words(&text, room);
                assert!(words[0].len() <= room.min(75), "{room}: {}", words[0]);
                assert!(words[1..].iter().all(|word| (13..=75).contains(&word.len())));
            }
        }
        assert_eq!(encoded_words("é", 15), ["", "=?utf-8?b?w6k=?="], "left for the next line");
        assert_eq!(encoded_words("é", 16), ["=?utf-8?b?w6k=?="]);
    }
}
