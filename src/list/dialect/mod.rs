//! What separates the cells. Excel writes semicolons where the comma is the
//! decimal sign, tabs into UTF-16, and says so in a first line `sep=;` or not.

mod choice;
mod look;
mod plain;
mod stretch;

use std::io::{self, Read};

use stretch::Stretches;

use super::encoding::{Charset, Decoded};
use super::records::{Records, Step};

pub(super) use plain::{Form, Plain};

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
    /// What quotes and backslashes mean.
    pub(super) quoting: Quoting,
}

/// What quotes and backslashes mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quoting {
    /// A cell may stand in quotes; a quote in it is written twice (RFC 4180).
    Doubled,
    /// A quote in quotes has a backslash before it, as `MySQL` writes it.
    Escaped {
        /// Whether a backslash takes its meaning from the sign behind it outside of quotes, too.
        everywhere: bool,
    },
    /// A quote in quotes is written once, as `MySQL` does with `ESCAPED BY ''`.
    Single,
    /// A quote is a sign like any other, as in the text of databases' own exports.
    Text {
        /// Whether a tab in a cell is `\t`, a line break `\n`, a backslash `\\`.
        has_escapes: bool,
    },
}

/// What was found out about how a list is written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Sniffed {
    /// All that is needed.
    Dialect(Dialect),
    /// Backslashes may be themselves or the beginning of escapes, as in this cell.
    Unclear(String),
}

impl Dialect {
    /// Cells between such delimiters and nothing else.
    fn of(delimiter: u8) -> Self {
        Self { delimiter, has_sep_line: false, quoting: Quoting::Doubled }
    }

    /// Looks at a list: at its beginning for the delimiter, and at stretches of it where quotes or
    /// backslashes may mean something else than usual.
    pub(super) fn sniff<R: Read>(open: &dyn Fn() -> Decoded<R>) -> io::Result<Sniffed> {
        let mut sample = String::new();
        open().next(&mut sample)?;
        let dialect = match sep_line(&sample) {
            Some(delimiter) => Self { has_sep_line: true, ..Self::of(delimiter) },
            None => Self::of(delimiter(&sample)?),
        };
        let stretches = Stretches::of(open(), dialect.has_sep_line)?;
        Ok(match choice::quoting(&stretches, dialect)? {
            Ok(quoting) => Sniffed::Dialect(Self { quoting, ..dialect }),
            Err(cell) => Sniffed::Unclear(cell),
        })
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
    let mut records =
        Records::new(Decoded::new(sample.as_bytes(), Charset::UTF_8), Dialect::of(delimiter));
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
