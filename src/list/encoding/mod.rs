//! Which characters the bytes of a list stand for: what a mark says, what was told, UTF-8, or what
//! is plausibly Windows-1252. Anything else is not guessed but asked, with how it would read.
//!
//! It promises one pass over the file in constant memory, and that no name is read wrongly without a
//! word. It leaves cells whose text was garbled before to `garbled`.

mod candidates;
mod charset;
mod decoded;
mod judge;
mod letters;
mod reading;
mod said;
mod sample;
mod script;
mod survey;
mod symbols;
mod told;

use std::io::{self, Read};

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

pub(super) use self::charset::Charset;
pub(super) use self::decoded::{Decoded, push_mixed};
pub(super) use self::said::{Note, Unclear};

use self::decoded::{CHUNK, cut_short, read_full};
use self::judge::{Verdict, are_latin, judge};
use self::survey::{Survey, is_separator};
use self::told::Trial;

/// How much of a file's beginning decides whether it is text.
const SAMPLE: usize = 8 * 1024;
/// How far back from the end of a chunk it is cut between two cells.
const CUT: usize = 512;

/// What a file holds, as far as its bytes tell.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// Text in an encoding, and what there is to say about it.
    Text(Charset, Vec<Note>),
    /// Nothing.
    Empty,
    /// A workbook: XLSX and ODS are ZIP archives, XLS is an OLE file.
    Spreadsheet,
    /// A database of SQLite's.
    Database,
    /// Text in an encoding that cannot be told.
    Unclear(Unclear),
    /// None of these.
    Binary,
}

/// Reads a file once to its end. A byte order mark decides; without one, NULs
/// at every other byte mean UTF-16; then what was told; then text that is UTF-8 is UTF-8, and the
/// rest is what Windows wrote in the west, or asked about.
pub(super) fn detect(source: &mut impl Read, told: Option<Charset>) -> io::Result<Content> {
    let chunks = Chunks::begin(source)?;
    let sample = &chunks.buffer[..chunks.filled.min(SAMPLE)];
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
    if sample.starts_with(b"\xff\xfe\0\0") || sample.starts_with(b"\0\0\xfe\xff") {
        return Ok(Content::Unclear(Unclear::Utf32));
    }
    let mark = Encoding::for_bom(sample).map(|(encoding, _)| encoding);
    if let Some(found) = mark.filter(|mark| *mark != UTF_8).or_else(|| utf16_without_mark(sample)) {
        return Ok(marked(found, told));
    }
    if told.is_some_and(Charset::is_utf_16) && !sample.contains(&0) && mark.is_none() {
        return Ok(Content::Unclear(Unclear::NotUtf16));
    }
    if is_binary(sample) {
        return Ok(Content::Binary);
    }
    match told.filter(|told| *told != Charset::UTF_8) {
        Some(told) if mark.is_none() => try_told(chunks, told),
        other => {
            let mut survey = Survey::new();
            chunks.each(|bytes, _| survey.take(bytes))?;
            let mut content = conclude(&survey, mark.is_some(), told.is_some() && other.is_none());
            if let (Content::Text(_, notes), Some(told)) = (&mut content, other) {
                notes.push(Note::Marked { told, found: Charset::UTF_8 });
            }
            Ok(content)
        }
    }
}

/// UTF-16, whatever was told.
fn marked(found: &'static Encoding, told: Option<Charset>) -> Content {
    let found = Charset::Standard(found);
    let contradicted = told.filter(|told| !told.is_utf_16());
    let note = contradicted.map(|told| Note::Marked { told, found });
    Content::Text(found, note.into_iter().collect())
}

/// Reads a list as was told, and says what in it is no character.
fn try_told<R: Read>(chunks: Chunks<'_, R>, told: Charset) -> io::Result<Content> {
    let (mut survey, mut trial) = (Survey::new(), Trial::new(told));
    chunks.each(|bytes, last| {
        survey.take(bytes);
        trial.take(bytes, last);
    })?;
    // No other encoding is UTF-8 by chance, but for a few characters of two bytes.
    let is_utf8 = survey.has_utf8() && survey.broken.count == 0;
    if is_utf8 && (told.is_single_byte() || trial.malformed > 0) {
        return Ok(Content::Unclear(Unclear::IsUtf8 { told }));
    }
    let malformed = Note::Malformed { charset: told, count: trial.malformed, lines: trial.places };
    let notes = if trial.malformed > 0 { vec![malformed] } else { Vec::new() };
    Ok(Content::Text(told, notes))
}

/// What all bytes of a list say.
fn conclude(survey: &Survey, has_mark: bool, is_told_utf8: bool) -> Content {
    if is_told_utf8 && survey.broken.count > 0 {
        return Content::Unclear(Unclear::NotUtf8 { lines: survey.broken.clone() });
    }
    let is_utf8 = has_mark || is_told_utf8 || survey.has_utf8();
    if survey.has_escapes && !is_utf8 && survey.broken.count == 0 {
        return Content::Unclear(Unclear::Escapes);
    }
    let words = survey.words();
    if survey.broken.count == 0 && (is_utf8 || words.is_empty() || !are_latin(&words)) {
        return Content::Text(Charset::UTF_8, Vec::new());
    }
    let lines = survey.broken.clone();
    match judge(&words) {
        Verdict::Western { odd } => {
            let mixed = is_utf8.then_some(Note::Mixed { lines });
            let odd = (!odd.is_empty()).then_some(Note::Odd { words: odd });
            let charset = if is_utf8 { Charset::UTF_8 } else { Charset::WESTERN };
            Content::Text(charset, mixed.into_iter().chain(odd).collect())
        }
        // What is UTF-8 here and there may be so by chance.
        Verdict::Unclear(proposals) if has_mark || survey.meant > lines.count => {
            Content::Unclear(Unclear::Mixed { lines, proposals })
        }
        Verdict::Unclear(proposals) => Content::Unclear(Unclear::Words { proposals }),
    }
}

/// A file's bytes, a chunk at a time, cut between two cells where that can be.
struct Chunks<'a, R> {
    source: &'a mut R,
    buffer: Vec<u8>,
    filled: usize,
}

impl<'a, R: Read> Chunks<'a, R> {
    /// Reads the first.
    fn begin(source: &'a mut R) -> io::Result<Self> {
        let mut buffer = vec![0; CHUNK];
        let filled = read_full(source, &mut buffer)?;
        Ok(Self { source, buffer, filled })
    }

    /// Hands out all of them, and says which is the last.
    fn each(mut self, mut take: impl FnMut(&[u8], bool)) -> io::Result<()> {
        loop {
            let bytes = &self.buffer[..self.filled];
            if bytes.len() < CHUNK {
                take(bytes, true);
                return Ok(());
            }
            let tail = &bytes[CHUNK - CUT..];
            let cut = match tail.iter().rposition(|byte| is_separator(*byte)) {
                Some(at) => CHUNK - CUT + at + 1,
                None => CHUNK - cut_short(bytes),
            };
            take(&bytes[..cut], false);
            self.buffer.copy_within(cut.., 0);
            self.filled = CHUNK - cut;
            self.filled += read_full(self.source, &mut self.buffer[self.filled..])?;
        }
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

#[cfg(test)]
mod tests;
