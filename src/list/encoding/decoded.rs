//! A reader that turns the bytes of a list into UTF-8, piece by piece.

use std::io::{self, ErrorKind, Read};

use encoding_rs::{Decoder, UTF_8, WINDOWS_1252};

use super::charset::{Charset, Page};

/// How much is read at a time.
pub(super) const CHUNK: usize = 64 * 1024;

/// Decodes a source into UTF-8, a chunk at a time.
pub(in crate::list) struct Decoded<R> {
    source: R,
    raw: Vec<u8>,
    kept: usize,
    method: Method,
    ended: bool,
}

enum Method {
    /// UTF-8, whose first chunk may begin with a mark.
    Utf8 {
        at_start: bool,
    },
    Standard(Decoder),
    Oem(&'static Page),
}

impl<R: Read> Decoded<R> {
    /// Starts at the beginning of a source.
    pub(in crate::list) fn new(source: R, charset: Charset) -> Self {
        let method = match charset {
            Charset::Oem(page) => Method::Oem(page),
            Charset::Standard(encoding) if encoding == UTF_8 => Method::Utf8 { at_start: true },
            Charset::Standard(encoding) => {
                Method::Standard(encoding.new_decoder_with_bom_removal())
            }
        };
        Self { source, raw: vec![0; CHUNK], kept: 0, method, ended: false }
    }

    /// Replaces the text by the next piece; an empty one is the end.
    pub(in crate::list) fn next(&mut self, text: &mut String) -> io::Result<()> {
        text.clear();
        while text.is_empty() && !self.ended {
            let filled = read_full(&mut self.source, &mut self.raw[self.kept..])?;
            let end = self.kept + filled;
            self.ended = end < CHUNK;
            match &mut self.method {
                Method::Standard(decoder) => decode(decoder, &self.raw[..end], text, self.ended),
                Method::Oem(page) => text.extend(self.raw[..end].iter().map(|b| page.char(*b))),
                Method::Utf8 { at_start } => {
                    let cut = if self.ended { 0 } else { cut_short(&self.raw[..end]) };
                    let mut bytes = &self.raw[..end - cut];
                    if std::mem::take(at_start) {
                        bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
                    }
                    push_mixed(bytes, &mut |piece| text.push_str(piece));
                    self.raw.copy_within(end - cut..end, 0);
                    self.kept = cut;
                }
            }
        }
        Ok(())
    }
}

/// Exports are glued together, and then a few rows are in Windows-1252
/// among thousands in UTF-8. Both are read as they were meant.
pub(in crate::list) fn push_mixed(bytes: &[u8], push: &mut dyn FnMut(&str)) {
    for piece in bytes.utf8_chunks() {
        push(piece.valid());
        if !piece.invalid().is_empty() {
            push(&WINDOWS_1252.decode_without_bom_handling(piece.invalid()).0);
        }
    }
}

fn decode(decoder: &mut Decoder, bytes: &[u8], text: &mut String, last: bool) {
    // With this much room, the decoder takes all bytes at once.
    let length = decoder.max_utf8_buffer_length(bytes.len()).expect("a chunk is small");
    text.reserve(length);
    let _ = decoder.decode_to_string(bytes, text, last);
}

/// How many bytes at the end begin a character that is not all there.
pub(super) fn cut_short(bytes: &[u8]) -> usize {
    for back in 1..=bytes.len().min(3) {
        let needed = match bytes[bytes.len() - back] {
            0x80..=0xbf => continue,
            0xc0..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xff => 4,
            _ => return 0,
        };
        return if needed > back { back } else { 0 };
    }
    0
}

/// Reads until the buffer is full or the source has ended.
pub(super) fn read_full(source: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match source.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
