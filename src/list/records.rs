//! CSV records, read into buffers that never grow past their limits, with the
//! line in the file where each begins.

use std::io::{self, Read};

use csv_core::{ReadFieldResult, Reader, ReaderBuilder};

use super::dialect::{Dialect, Form, Plain, Quoting};
use super::encoding::Decoded;
use crate::place::Place;

/// The longest row. A quote left open makes a row of the rest of the file.
pub(super) const ROW_MAX: usize = 1024 * 1024;
/// The most cells in a row: what a spreadsheet has columns.
const CELLS_MAX: usize = 16_384;
/// How much of a row's first line is kept to be shown.
const LINE_MAX: usize = 4096;

/// What reading one more record came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// A record is there.
    Record,
    /// A record was there that is longer than a row may be; it was passed over.
    TooLong,
    /// The file ended inside quotes, which were opened on this line.
    OpenQuote {
        /// The line of the quote.
        line: u64,
    },
    /// The file ended.
    End,
}

/// Reads one record after the other.
pub(super) struct Records<R> {
    source: Decoded<R>,
    core: Core,
    lines: Lines,
    input: String,
    at: usize,
    /// Where the record begins in `input`, and what of it stood before that.
    start: usize,
    before: String,
    line: u64,
    text: Vec<u8>,
    length: usize,
    /// The record's text, once it is whole: its cells are looked at again and again.
    whole: String,
    /// How long the record is in the file.
    raw: usize,
    fields: Vec<Field>,
    quoting: Quoting,
    /// Whether a backslash stood before a quote outside of quotes.
    has_bare_escape: bool,
}

/// What finds the ends of fields.
enum Core {
    Csv(Box<Reader>),
    Plain(Plain),
}

impl Core {
    fn of(dialect: Dialect) -> Self {
        let mut csv = ReaderBuilder::new();
        csv.delimiter(dialect.delimiter);
        let form = match dialect.quoting {
            Quoting::Doubled => return Self::Csv(Box::new(csv.build())),
            Quoting::Escaped { .. } => {
                let csv = csv.escape(Some(b'\\')).double_quote(false);
                return Self::Csv(Box::new(csv.build()));
            }
            Quoting::Single => Form::Quotes,
            Quoting::Text { has_escapes: false } => Form::Bare,
            Quoting::Text { has_escapes: true } => Form::Backslashes,
        };
        Self::Plain(Plain::new(dialect.delimiter, form))
    }
}

/// Where a field ends in the record's text, and begins in the raw record, and how long it is there.
#[derive(Clone, Copy)]
struct Field {
    end: usize,
    at: usize,
    raw: usize,
}

impl<R: Read> Records<R> {
    /// Starts at the beginning of a source.
    pub(super) fn new(source: Decoded<R>, dialect: Dialect) -> Self {
        Self {
            source,
            core: Core::of(dialect),
            lines: Lines::of(dialect.quoting),
            input: String::new(),
            at: 0,
            start: 0,
            before: String::new(),
            line: 1,
            text: vec![0; ROW_MAX],
            length: 0,
            whole: String::new(),
            raw: 0,
            fields: Vec::new(),
            quoting: dialect.quoting,
            has_bare_escape: false,
        }
    }

    /// Passes over the rest of the line: Excel's `sep=;`.
    pub(super) fn skip_line(&mut self) -> io::Result<()> {
        while self.at < self.input.len() || self.fill()? {
            let rest = &self.input.as_bytes()[self.at..];
            match rest.iter().position(|byte| is_break(*byte)) {
                Some(end) => {
                    self.at += end;
                    break;
                }
                None => self.at = self.input.len(),
            }
        }
        Ok(())
    }

    /// Reads the next record. Empty lines are none.
    pub(super) fn next(&mut self) -> io::Result<Step> {
        if !self.skip_breaks()? {
            return Ok(Step::End);
        }
        self.begin();
        let mut step = Step::Record;
        let (mut raw, mut field_at, mut field_line) = (0, 0, self.line);
        loop {
            // A line break ends the last record, unless it stands in quotes.
            let at_end = self.at == self.input.len() && !self.fill()?;
            let input = if at_end { b"\n" } else { &self.input.as_bytes()[self.at..] };
            let output = &mut self.text[self.length..];
            let (result, read, written) = match &mut self.core {
                Core::Csv(core) => core.read_field(input, output),
                Core::Plain(core) => core.read_field(input, output, at_end),
            };
            self.lines.count(&input[..read]);
            self.at += if at_end { 0 } else { read };
            self.length += written;
            raw += read;
            self.raw = raw;
            match result {
                ReadFieldResult::InputEmpty if at_end => {
                    self.fields.push(Field { end: self.length, at: field_at, raw: 0 });
                    return Ok(Step::OpenQuote { line: field_line });
                }
                ReadFieldResult::InputEmpty => {}
                ReadFieldResult::OutputFull => step = Step::TooLong,
                ReadFieldResult::Field { record_end } => {
                    if self.fields.len() < CELLS_MAX && step == Step::Record {
                        let length = (raw - field_at).saturating_sub(1);
                        self.fields.push(Field { end: self.length, at: field_at, raw: length });
                    } else {
                        step = Step::TooLong;
                    }
                    if record_end {
                        if let (Quoting::Escaped { everywhere }, Step::Record) =
                            (self.quoting, step)
                        {
                            self.unescape(everywhere);
                        }
                        self.keep(step);
                        return Ok(step);
                    }
                    (field_at, field_line) = (raw, self.lines.line);
                }
                ReadFieldResult::End => return Ok(step),
            }
            if step == Step::TooLong {
                self.length = 0;
            }
        }
    }

    /// Keeps the text of a record.
    fn keep(&mut self, step: Step) {
        self.whole.clear();
        if step == Step::Record {
            let text = std::str::from_utf8(&self.text[..self.length]);
            self.whole.push_str(text.expect("UTF-8 is cut at ASCII only"));
        }
    }

    /// Takes the backslashes out of cells that stand in no quotes; `\N` is a word.
    fn unescape(&mut self, everywhere: bool) {
        self.has_bare_escape = false;
        let mut text = Vec::with_capacity(self.length);
        let mut start = 0;
        for index in 0..self.fields.len() {
            let end = self.fields[index].end;
            let cell = &self.text[start..end];
            start = end;
            let has_escape = cell.contains(&b'\\') && cell != b"\\N" && !self.is_quoted(index);
            self.has_bare_escape |= has_escape && memchr::memmem::find(cell, b"\\\"").is_some();
            if has_escape && everywhere {
                unescape(cell, &mut text);
            } else {
                text.extend_from_slice(cell);
            }
            self.fields[index].end = text.len();
        }
        self.length = text.len();
        self.text[..text.len()].copy_from_slice(&text);
    }

    /// Whether a backslash stands before a quote outside of quotes.
    pub(super) fn has_bare_escape(&self) -> bool {
        self.has_bare_escape
    }

    /// A cell in quotes with a quote in it that is not written twice, or has no backslash before it
    /// where that is the way: nobody knows where it ends.
    pub(super) fn malformed(&self) -> Option<usize> {
        let mut start = 0;
        (0..self.fields.len()).find(|index| {
            let field = self.fields[*index];
            let cell = &self.text[start..field.end];
            start = field.end;
            let quotes = || memchr::memchr_iter(b'"', cell).count();
            match self.quoting {
                // Without quotes around it a cell is as long as it is written.
                Quoting::Doubled => {
                    field.raw != cell.len() && field.raw != cell.len() + 2 + quotes()
                }
                Quoting::Escaped { .. } => {
                    quotes() > 0 && self.is_quoted(*index) && field.raw < cell.len() + 2 + quotes()
                }
                Quoting::Single | Quoting::Text { .. } => false,
            }
        })
    }

    /// How long the record is in the file, in UTF-8.
    pub(super) fn bytes(&self) -> u64 {
        self.raw as u64
    }

    /// The line where the record begins.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// How many lines the record has in the file.
    pub(super) fn lines(&self) -> u64 {
        (self.lines.line - self.line).max(1)
    }

    /// How many cells the record has.
    pub(super) fn len(&self) -> usize {
        self.fields.len()
    }

    /// A cell of a record, as it stands in the file but for its quotes;
    /// nothing where the record is too short. Only after [`Step::Record`].
    pub(super) fn cell(&self, index: usize) -> &str {
        let Some(field) = self.fields.get(index) else {
            return "";
        };
        let start = index.checked_sub(1).map_or(0, |before| self.fields[before].end);
        self.whole.get(start..field.end).unwrap_or("")
    }

    /// Whether a cell stands in quotes in the file.
    pub(super) fn is_quoted(&self, index: usize) -> bool {
        if !self.knows_quotes() {
            return false;
        }
        let Some(field) = self.fields.get(index) else { return false };
        let raw = match field.at.checked_sub(self.before.len()) {
            Some(at) => self.input.get(self.start + at..),
            None => self.before.get(field.at..),
        };
        raw.is_none_or(|raw| raw.starts_with('"'))
    }

    /// Whether quotes mean anything.
    pub(super) fn knows_quotes(&self) -> bool {
        !matches!(self.quoting, Quoting::Text { .. })
    }

    /// Whether a quoted cell goes on over several lines.
    pub(super) fn has_line_breaks(&self) -> bool {
        self.text[..self.length].iter().any(|byte| is_break(*byte))
    }

    /// The place of a cell, with the record's first line to show and so many
    /// characters underlined. It serves records that are too long as well.
    pub(super) fn place(&self, file: &str, index: usize, width: usize) -> Place {
        let mut line = self.before.clone();
        line.push_str(head(&self.input[self.start..]));
        let line = line.split(['\n', '\r']).next().unwrap_or_default();
        let number = usize::try_from(self.line).unwrap_or(usize::MAX);
        let cell = self.fields.get(index).and_then(|field| line.get(field.at..)).unwrap_or(line);
        let column = line[..line.len() - cell.trim_start().len()].chars().count() + 1;
        Place::new(file, number, column).with_excerpt(line, width.max(1))
    }

    fn begin(&mut self) {
        self.line = self.lines.line;
        self.start = self.at;
        self.before.clear();
        self.length = 0;
        self.fields.clear();
    }

    fn skip_breaks(&mut self) -> io::Result<bool> {
        while self.at < self.input.len() || self.fill()? {
            let rest = &self.input.as_bytes()[self.at..];
            let breaks = rest.iter().take_while(|byte| is_break(**byte)).count();
            self.lines.count(&rest[..breaks]);
            self.at += breaks;
            if self.at < self.input.len() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn fill(&mut self) -> io::Result<bool> {
        if self.before.len() < LINE_MAX {
            self.before.push_str(head(&self.input[self.start..]));
        }
        self.source.next(&mut self.input)?;
        (self.start, self.at) = (0, 0);
        Ok(!self.input.is_empty())
    }
}

/// Counts line breaks of all three kinds: LF, CR LF and the old Mac's CR, which databases' text has
/// in its cells.
struct Lines {
    line: u64,
    after_cr: bool,
    has_old: bool,
}

impl Lines {
    fn of(quoting: Quoting) -> Self {
        Self { line: 1, after_cr: false, has_old: !matches!(quoting, Quoting::Text { .. }) }
    }

    fn count(&mut self, bytes: &[u8]) {
        if !self.has_old {
            self.line += memchr::memchr_iter(b'\n', bytes).count() as u64;
            return;
        }
        for byte in bytes {
            self.line += u64::from(*byte == b'\r' || (*byte == b'\n' && !self.after_cr));
            self.after_cr = *byte == b'\r';
        }
    }
}

/// What a cell means in which a backslash takes its meaning from the sign behind it.
fn unescape(cell: &[u8], text: &mut Vec<u8>) {
    let mut bytes = cell.iter();
    while let Some(byte) = bytes.next() {
        let escaped = (*byte == b'\\').then(|| bytes.next()).flatten();
        text.push(*escaped.unwrap_or(byte));
    }
}

fn is_break(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

fn head(text: &str) -> &str {
    &text[..text.floor_char_boundary(LINE_MAX)]
}
