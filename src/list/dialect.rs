//! What separates the cells. Excel writes semicolons where the comma is the
//! decimal sign, tabs into UTF-16, and says so in a first line `sep=;` or not.

use std::io::{self, Read};

use encoding_rs::UTF_8;

use super::encoding::Decoded;
use super::records::{Records, Step};

/// What lists are separated by, the most common first.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// How many rows are looked at.
const ROWS: usize = 50;

/// How a list is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dialect {
    /// What separates the cells.
    pub(super) delimiter: u8,
    /// Whether the first line only names the delimiter.
    pub(super) has_sep_line: bool,
    /// Whether a quote inside quotes has a backslash before it, as MySQL writes it, and not
    /// another quote.
    pub(super) has_backslashes: bool,
}

impl Dialect {
    /// Cells between commas and nothing else.
    fn of(delimiter: u8) -> Self {
        Self { delimiter, has_sep_line: false, has_backslashes: false }
    }

    /// Looks at a list: at its beginning for the delimiter, and at all of it for backslashes.
    pub(super) fn sniff<R: Read>(open: &dyn Fn() -> Decoded<R>) -> io::Result<Self> {
        let mut sample = String::new();
        open().next(&mut sample)?;
        let mut dialect = match sep_line(&sample) {
            Some(delimiter) => Self { has_sep_line: true, ..Self::of(delimiter) },
            None => Self::of(delimiter(&sample)?),
        };
        if has_escaped_quote(open())? {
            let plain = misfits(open(), dialect)?;
            let escaped = Self { has_backslashes: true, ..dialect };
            if misfits(open(), escaped)? < plain {
                dialect = escaped;
            }
        }
        Ok(dialect)
    }
}

/// The delimiter by which most rows have as many cells as the header.
fn delimiter(sample: &str) -> io::Result<u8> {
    let mut best = (b',', (0, 0));
    for delimiter in DELIMITERS {
        let fit = fit(sample, delimiter)?;
        if fit > best.1 {
            best = (delimiter, fit);
        }
    }
    Ok(best.0)
}

/// Whether a backslash stands before a quote anywhere.
fn has_escaped_quote<R: Read>(mut source: Decoded<R>) -> io::Result<bool> {
    let finder = memchr::memmem::Finder::new(b"\\\"");
    let (mut text, mut last) = (String::new(), None);
    loop {
        source.next(&mut text)?;
        let bytes = text.as_bytes();
        let Some(first) = bytes.first() else { return Ok(false) };
        if finder.find(bytes).is_some() || (last == Some(b'\\') && *first == b'"') {
            return Ok(true);
        }
        last = bytes.last().copied();
    }
}

/// How many rows have another number of cells than the header, or are none.
fn misfits<R: Read>(source: Decoded<R>, dialect: Dialect) -> io::Result<u64> {
    let mut records = Records::new(source, dialect);
    if dialect.has_sep_line {
        records.skip_line()?;
    }
    let mut columns = None;
    let mut misfits = 0;
    loop {
        match records.next()? {
            Step::End => return Ok(misfits),
            Step::OpenQuote { .. } => return Ok(misfits + 1),
            Step::TooLong => misfits += 1,
            Step::Record => {
                let columns = *columns.get_or_insert(records.len());
                let is_left_over =
                    (0..records.len()).any(|index| records.cell(index).contains("\\\""));
                misfits += u64::from(records.len() != columns || is_left_over);
            }
        }
    }
}

/// The delimiter that a line such as `sep=;` names. Whoever opened and saved
/// the file since may have left quotes around it or delimiters behind it.
fn sep_line(sample: &str) -> Option<u8> {
    let line = sample.split(['\n', '\r']).next()?.trim_matches(['"', ' ']);
    let (key, value) = line.split_at_checked(4)?;
    let &delimiter = value.as_bytes().first()?;
    let is_alone = value.bytes().all(|byte| byte == delimiter || byte == b'"');
    (key.eq_ignore_ascii_case("sep=")
        && is_alone
        && delimiter != b'"'
        && (delimiter == b'\t' || delimiter.is_ascii_punctuation()))
    .then_some(delimiter)
}

/// How many of the first rows in a hundred have as many cells as the header
/// by this delimiter, then how many cells that is; nothing if it is one.
fn fit(sample: &str, delimiter: u8) -> io::Result<(usize, usize)> {
    let mut records = Records::new(Decoded::new(sample.as_bytes(), UTF_8), Dialect::of(delimiter));
    if records.next()? != Step::Record || records.len() < 2 {
        return Ok((0, 0));
    }
    let columns = records.len();
    let (mut rows, mut fitting) = (0, 0);
    while rows < ROWS && records.next()? == Step::Record {
        rows += 1;
        fitting += usize::from(records.len() == columns);
    }
    Ok((1 + (fitting * 100).checked_div(rows).unwrap_or(0), columns))
}
