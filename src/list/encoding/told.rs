//! Whether a list is in the encoding that was told.

use encoding_rs::{Decoder, DecoderResult};

use super::charset::{Charset, Page};
use super::survey::{LineList, Lines};

/// A list's bytes, decoded and thrown away: what is no character in the encoding is counted.
pub(super) struct Trial {
    method: Method,
    lines: Lines,
    text: String,
    /// How many characters there are that are none.
    pub(super) malformed: u64,
    /// Their lines.
    pub(super) places: LineList,
}

enum Method {
    Standard(Decoder),
    Oem(&'static Page),
}

impl Trial {
    /// Starts with nothing.
    pub(super) fn new(charset: Charset) -> Self {
        let method = match charset {
            Charset::Standard(encoding) => {
                Method::Standard(encoding.new_decoder_with_bom_removal())
            }
            Charset::Oem(page) => Method::Oem(page),
        };
        let (text, places) = (String::new(), LineList::default());
        Self { method, lines: Lines::new(), text, malformed: 0, places }
    }

    /// Takes the next bytes.
    pub(super) fn take(&mut self, bytes: &[u8], last: bool) {
        if let Method::Oem(page) = self.method {
            let is_none = |byte: &u8| page.char(*byte) == char::REPLACEMENT_CHARACTER;
            let mut counted = 0;
            for (at, _) in bytes.iter().enumerate().filter(|(_, byte)| is_none(byte)) {
                self.lines.count(&bytes[counted..at]);
                counted = at;
                self.found();
            }
            self.lines.count(&bytes[counted..]);
            return;
        }
        let mut at = 0;
        loop {
            let Method::Standard(decoder) = &mut self.method else { return };
            self.text.clear();
            let room = decoder.max_utf8_buffer_length_without_replacement(bytes.len() - at);
            self.text.reserve(room.unwrap_or(bytes.len() * 4));
            let (result, read) =
                decoder.decode_to_string_without_replacement(&bytes[at..], &mut self.text, last);
            at += read;
            self.count_decoded();
            match result {
                DecoderResult::Malformed(..) => self.found(),
                DecoderResult::InputEmpty | DecoderResult::OutputFull => return,
            }
        }
    }

    /// Windows' encodings have holes that decode to control characters.
    fn count_decoded(&mut self) {
        let text = std::mem::take(&mut self.text);
        let mut counted = 0;
        if !text.is_ascii() {
            let is_hole = |c: &char| matches!(c, '\u{80}'..='\u{9f}');
            for (at, _) in text.char_indices().filter(|(_, c)| is_hole(c)) {
                self.lines.count(&text.as_bytes()[counted..at]);
                counted = at;
                self.found();
            }
        }
        self.lines.count(&text.as_bytes()[counted..]);
        self.text = text;
    }

    fn found(&mut self) {
        self.malformed += 1;
        self.places.add(self.lines.line);
    }
}
