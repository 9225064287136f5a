//! The bytes of a JSON file, one at a time, with the line and column of each; UTF-16, which Windows
//! writes, becomes UTF-8.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};

use encoding_rs::{Decoder, UTF_16BE, UTF_16LE};

use super::super::trouble::Trouble;

/// How much is read at a time.
const CHUNK: usize = 64 << 10;

/// Where something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Position {
    /// The line, from 1.
    pub(super) line: u64,
    /// The character in it, from 1.
    pub(super) column: u64,
}

/// Bytes, and where they stand.
pub(super) struct Source<R> {
    bytes: R,
    at: Position,
}

impl Source<Box<dyn BufRead>> {
    /// Opens a file at its beginning.
    pub(super) fn open(mut file: &File) -> Result<Self, Trouble> {
        file.rewind()?;
        let mut mark = Vec::new();
        file.take(3).read_to_end(&mut mark)?;
        let (skipped, decoder) = match mark.as_slice() {
            [0xff, 0xfe, ..] => (2, Some(UTF_16LE.new_decoder_without_bom_handling())),
            [0xfe, 0xff, ..] => (2, Some(UTF_16BE.new_decoder_without_bom_handling())),
            [0xef, 0xbb, 0xbf] => (3, None),
            _ => (0, None),
        };
        file.seek(SeekFrom::Start(skipped))?;
        let file = BufReader::with_capacity(CHUNK, file.try_clone()?);
        Ok(Self::new(match decoder {
            Some(decoder) => Box::new(Transcoded { file, decoder, text: Vec::new(), at: 0 }),
            None => Box::new(file),
        }))
    }
}

impl<R: BufRead> Source<R> {
    /// Starts at the first line.
    pub(super) fn new(bytes: R) -> Self {
        Self { bytes, at: Position { line: 1, column: 1 } }
    }

    /// Where the next byte stands.
    pub(super) fn position(&self) -> Position {
        self.at
    }

    /// The next byte, which stays.
    pub(super) fn peek(&mut self) -> Result<Option<u8>, Trouble> {
        Ok(self.bytes.fill_buf()?.first().copied())
    }

    /// The next byte.
    pub(super) fn next(&mut self) -> Result<Option<u8>, Trouble> {
        let byte = self.peek()?;
        if let Some(byte) = byte {
            self.bytes.consume(1);
            if byte == b'\n' {
                self.at = Position { line: self.at.line + 1, column: 1 };
            } else if byte & 0xc0 != 0x80 {
                self.at.column += 1;
            }
        }
        Ok(byte)
    }

    /// The next byte that is no white space, which stays.
    pub(super) fn peek_token(&mut self) -> Result<Option<u8>, Trouble> {
        while let Some(byte) = self.peek()? {
            if !matches!(byte, b' ' | b'\t' | b'\r' | b'\n') {
                return Ok(Some(byte));
            }
            self.next()?;
        }
        Ok(None)
    }
}

/// A file whose bytes are decoded.
struct Transcoded {
    file: BufReader<File>,
    decoder: Decoder,
    text: Vec<u8>,
    at: usize,
}

impl BufRead for Transcoded {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.at == self.text.len() {
            let bytes = self.file.fill_buf()?;
            let (is_last, length) = (bytes.is_empty(), bytes.len());
            let room = self.decoder.max_utf8_buffer_length(length).unwrap_or(4 * CHUNK);
            self.text.resize(room, 0);
            let (_, read, written, _) = self.decoder.decode_to_utf8(bytes, &mut self.text, is_last);
            self.text.truncate(written);
            self.at = 0;
            self.file.consume(read);
            if is_last {
                break;
            }
        }
        Ok(&self.text[self.at..])
    }

    fn consume(&mut self, amount: usize) {
        self.at += amount;
    }
}

impl Read for Transcoded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(buffer)?;
        self.consume(count);
        Ok(count)
    }
}
