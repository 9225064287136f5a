//! Which characters the bytes of a list stand for, and a reader that turns
//! them into UTF-8 piece by piece.

use std::io::{self, ErrorKind, Read};

use encoding_rs::{Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// How much is read at a time.
const CHUNK: usize = 64 * 1024;
/// How much of a file's beginning decides whether it is text.
const SAMPLE: usize = 8 * 1024;

/// What a file holds, as far as its bytes tell.
pub(super) enum Content {
    /// Text in an encoding.
    Text(&'static Encoding),
    /// Nothing.
    Empty,
    /// A workbook: XLSX and ODS are ZIP archives, XLS is an OLE file.
    Spreadsheet,
    /// A database of SQLite's.
    Database,
    /// Neither.
    Binary,
}

/// Reads a file once to its end. A byte order mark decides; without one, NULs
/// at every other byte mean UTF-16; then text that is UTF-8 is UTF-8, and the
/// rest is what Windows wrote.
pub(super) fn detect(source: &mut impl Read) -> io::Result<Content> {
    let mut chunk = vec![0; CHUNK];
    let mut filled = read_full(source, &mut chunk)?;
    let sample = &chunk[..filled.min(SAMPLE)];
    if sample.is_empty() {
        return Ok(Content::Empty);
    }
    if sample.starts_with(b"PK\x03\x04") || sample.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    {
        return Ok(Content::Spreadsheet);
    }
    if sample.starts_with(b"SQLite format 3\0") {
        return Ok(Content::Database);
    }
    if let Some((encoding, _)) = Encoding::for_bom(sample) {
        return Ok(Content::Text(encoding));
    }
    if let Some(encoding) = utf16_without_mark(sample) {
        return Ok(Content::Text(encoding));
    }
    if is_binary(sample) {
        return Ok(Content::Binary);
    }
    let mut tally = Tally::default();
    let mut kept = 0;
    loop {
        let last = kept + filled < CHUNK;
        let bytes = &chunk[..kept + filled];
        let whole = if last { bytes.len() } else { bytes.len() - cut_short(bytes) };
        tally.count(&bytes[..whole]);
        if last {
            return Ok(Content::Text(tally.encoding()));
        }
        let end = kept + filled;
        chunk.copy_within(whole..end, 0);
        kept = end - whole;
        filled = read_full(source, &mut chunk[kept..])?;
    }
}

/// Decodes a source into UTF-8, a chunk at a time.
pub(super) struct Decoded<R> {
    source: R,
    raw: Vec<u8>,
    kept: usize,
    /// None for UTF-8.
    decoder: Option<Decoder>,
    at_start: bool,
    ended: bool,
}

impl<R: Read> Decoded<R> {
    /// Starts at the beginning of a source.
    pub(super) fn new(source: R, encoding: &'static Encoding) -> Self {
        let decoder = (encoding != UTF_8).then(|| encoding.new_decoder_with_bom_removal());
        Self { source, raw: vec![0; CHUNK], kept: 0, decoder, at_start: true, ended: false }
    }

    /// Replaces the text by the next piece; an empty one is the end.
    pub(super) fn next(&mut self, text: &mut String) -> io::Result<()> {
        text.clear();
        while text.is_empty() && !self.ended {
            let filled = read_full(&mut self.source, &mut self.raw[self.kept..])?;
            let end = self.kept + filled;
            self.ended = end < CHUNK;
            match &mut self.decoder {
                Some(decoder) => decode(decoder, &self.raw[..end], text, self.ended),
                None => self.next_utf8(end, text),
            }
        }
        Ok(())
    }

    fn next_utf8(&mut self, end: usize, text: &mut String) {
        let cut = if self.ended { 0 } else { cut_short(&self.raw[..end]) };
        let mut bytes = &self.raw[..end - cut];
        if std::mem::take(&mut self.at_start) {
            bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        }
        push_mixed(bytes, &mut |piece| text.push_str(piece));
        self.raw.copy_within(end - cut..end, 0);
        self.kept = cut;
    }
}

/// Exports are glued together, and then a few rows are in Windows-1252
/// among thousands in UTF-8. Both are read as they were meant.
pub(super) fn push_mixed(bytes: &[u8], push: &mut dyn FnMut(&str)) {
    for piece in bytes.utf8_chunks() {
        push(piece.valid());
        push(&WINDOWS_1252.decode_without_bom_handling(piece.invalid()).0);
    }
}

fn decode(decoder: &mut Decoder, bytes: &[u8], text: &mut String, last: bool) {
    // With this much room, the decoder takes all bytes at once.
    let length = decoder.max_utf8_buffer_length(bytes.len()).expect("a chunk is small");
    text.reserve(length);
    let _ = decoder.decode_to_string(bytes, text, last);
}

/// What speaks for UTF-8, and what against it.
#[derive(Default)]
struct Tally {
    multibyte: usize,
    invalid: usize,
}

impl Tally {
    fn count(&mut self, bytes: &[u8]) {
        for piece in bytes.utf8_chunks() {
            self.multibyte += piece.valid().bytes().filter(|byte| *byte >= 0xc0).count();
            self.invalid += usize::from(!piece.invalid().is_empty());
        }
    }

    /// Windows-1252 is hardly ever valid UTF-8 by chance, so one row that is
    /// not must not garble the names in all others.
    fn encoding(&self) -> &'static Encoding {
        if self.invalid == 0 || self.multibyte > self.invalid { UTF_8 } else { WINDOWS_1252 }
    }
}

fn utf16_without_mark(sample: &[u8]) -> Option<&'static Encoding> {
    let nuls = |from: usize| sample.iter().skip(from).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (nuls(0), nuls(1));
    let pairs = sample.len() / 2;
    let is_half = |many: usize, few: usize| many > 0 && many * 4 >= pairs && few * 20 <= many;
    if is_half(odd, even) {
        Some(UTF_16LE)
    } else if is_half(even, odd) {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// Compressed and random bytes are a tenth control characters; a NUL that a
/// program left in a text is one of thousands.
fn is_binary(sample: &[u8]) -> bool {
    let is_odd = |byte: &&u8| matches!(byte, 0..=8 | 14..=25 | 28..=31 | 127);
    sample.iter().filter(is_odd).count() * 20 > sample.len()
}

/// How many bytes at the end begin a character that is not all there.
fn cut_short(bytes: &[u8]) -> usize {
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

fn read_full(source: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
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
