//! A look at stretches of a list by one dialect: how many rows are odd in it.

use std::io::{self, Read};

use super::stretch::{Stretch, Stretches};
use super::{Dialect, Quoting};
use crate::list::encoding::{Charset, Decoded};
use crate::list::records::{Records, Step};

/// How much of a stretch that is cut is passed over at its end, where rows are cut, too.
const MARGIN: u64 = 64 * 1024;

/// What was seen.
#[derive(Default)]
pub(super) struct Look {
    /// How many rows have another number of cells than the header, stand in a cell of another row,
    /// or have cells of which nobody knows where they end.
    pub(super) misfits: u64,
    /// How many rows there are.
    pub(super) rows: u64,
    /// How many rows have quotes where the dialect would have written none, or others.
    pub(super) odd: u64,
    /// Whether a backslash stands before a quote outside of quotes.
    pub(super) has_bare_escape: bool,
    /// Whether a cell has something in quotes.
    pub(super) has_wrapped: bool,
    /// What backslashes say.
    pub(super) backslashes: Backslashes,
}

impl Look {
    /// Reads all stretches by a dialect.
    pub(super) fn at(stretches: &Stretches, dialect: Dialect) -> io::Result<Self> {
        let mut look = Self::default();
        for part in &stretches.parts {
            look.read(&stretches.header, part, dialect)?;
        }
        Ok(look)
    }

    fn read(&mut self, header: &str, part: &Stretch, dialect: Dialect) -> io::Result<()> {
        let header = if part.has_header { "" } else { header };
        let source = header.as_bytes().chain(&b"\n"[..]).chain(part.text.as_bytes());
        let mut records = Records::new(Decoded::new(source, Charset::UTF_8), dialect);
        let (mut columns, mut read) = (None, 0);
        let all =
            if part.is_cut { (part.text.len() as u64).saturating_sub(MARGIN) } else { u64::MAX };
        while read < all {
            match records.next()? {
                Step::End => break,
                Step::OpenQuote { .. } => {
                    self.misfits += records.lines();
                    break;
                }
                Step::TooLong => self.misfits += records.lines(),
                Step::Record => {
                    let columns = *columns.get_or_insert(records.len());
                    read += records.bytes();
                    self.row(&records, columns, dialect);
                }
            }
        }
        Ok(())
    }

    fn row<R: Read>(&mut self, records: &Records<R>, columns: usize, dialect: Dialect) {
        let is_text = matches!(dialect.quoting, Quoting::Text { .. });
        let mut is_misfit = records.len() != columns || records.malformed().is_some();
        let (mut is_odd, mut is_needless, mut has_bare_address) = (false, false, false);
        let mut swallowed = 0;
        for index in 0..records.len() {
            let cell = records.cell(index);
            let is_quoted = records.is_quoted(index);
            self.backslashes.see(cell, is_quoted);
            let has_quote = memchr::memchr(b'"', cell.as_bytes()).is_some();
            if is_text {
                let is_wrapped = cell.len() > 2 && cell.starts_with('"') && cell.ends_with('"');
                is_odd |= is_wrapped;
                continue;
            }
            self.has_wrapped |= is_quoted && !cell.is_empty();
            swallowed += swallowed_rows(cell, dialect.delimiter);
            match dialect.quoting {
                Quoting::Doubled => is_misfit |= cell.contains("\\\""),
                Quoting::Single => is_misfit |= is_doubled(cell),
                Quoting::Escaped { .. } | Quoting::Text { .. } => {}
            }
            is_odd |= has_quote && !is_quoted;
            is_needless |= is_quoted && !cell.is_empty() && !wants_quotes(cell, dialect.delimiter);
            has_bare_address |= !is_quoted && cell.contains('@');
        }
        // Who quotes what needs none quotes addresses, too.
        is_odd |= is_needless && has_bare_address;
        self.has_bare_escape |= records.has_bare_escape();
        self.rows += 1;
        self.misfits += swallowed.max(u64::from(is_misfit));
        self.odd += u64::from(is_odd);
    }
}

/// How many rows of the list stand in a cell: a quote was left open above them.
fn swallowed_rows(cell: &str, delimiter: u8) -> u64 {
    if !cell.contains(['\n', '\r']) {
        return 0;
    }
    let is_row = |line: &&str| line.contains('@') && line.contains(char::from(delimiter));
    cell.split(['\n', '\r']).filter(is_row).count() as u64
}

/// Whether quotes were doubled in a cell all the same.
fn is_doubled(cell: &str) -> bool {
    cell.contains("\"\"") && !cell.bytes().all(|byte| byte == b'"')
}

/// Whether a cell could not stand there without quotes.
fn wants_quotes(cell: &str, delimiter: u8) -> bool {
    cell.contains([char::from(delimiter), '"', '\n', '\r', '\\'])
        || cell.starts_with(char::is_whitespace)
        || cell.ends_with(char::is_whitespace)
}

/// What the backslashes in cells say of who wrote them.
#[derive(Default)]
pub(super) struct Backslashes {
    /// Whether a cell without quotes around it is `\N`, as databases write nothing.
    pub(super) has_null: bool,
    /// Whether some stand twice where paths have them once, or are `\0`, the byte of a bit that is off.
    pub(super) are_escapes: bool,
    /// A cell that ends with one.
    pub(super) last: Option<String>,
    /// Whether a sign stands behind one that no program escapes.
    pub(super) are_plain: bool,
    /// How many line breaks within quotes stand behind one, and how many do not.
    pub(super) escaped_breaks: u64,
    pub(super) other_breaks: u64,
    /// A cell with one before a letter that means a tab or a line break.
    pub(super) unclear: Option<String>,
}

impl Backslashes {
    fn see(&mut self, cell: &str, is_quoted: bool) {
        let bytes = cell.as_bytes();
        for at in memchr::memchr_iter(b'\n', bytes).filter(|_| is_quoted) {
            let is_escaped = bytes[..at].ends_with(b"\\");
            self.escaped_breaks += u64::from(is_escaped);
            self.other_breaks += u64::from(!is_escaped);
        }
        if memchr::memchr(b'\\', bytes).is_none() {
            return;
        }
        if cell == "\\N" {
            self.has_null |= !is_quoted;
            return;
        }
        let mut at = 0;
        while let Some(found) = bytes.get(at..).and_then(|rest| memchr::memchr(b'\\', rest)) {
            let start = at + found;
            at = start + 2;
            let is_drive = start >= 1 && bytes[start - 1] == b':';
            match bytes.get(start + 1) {
                None => _ = self.last.get_or_insert_with(|| cell.to_owned()),
                // `\\server` begins a path.
                Some(b'\\') => {
                    let is_server = start == 0
                        && bytes.get(2).is_some_and(u8::is_ascii_alphanumeric)
                        && cell != "\\\\N";
                    self.are_escapes |= !is_server;
                }
                Some(b'0') if !bytes.get(at).is_some_and(u8::is_ascii_digit) => {
                    self.are_escapes = true;
                }
                Some(b't' | b'n' | b'r' | b'b' | b'f' | b'v') if !is_drive => {
                    self.unclear.get_or_insert_with(|| cell.to_owned());
                }
                Some(b'"' | b'\'' | b'\n' | b'\r') => {}
                Some(_) => self.are_plain = true,
            }
        }
    }
}
