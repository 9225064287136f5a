//! What separates the cells. Excel writes semicolons where the comma is the
//! decimal sign, tabs into UTF-16, and says so in a first line `sep=;` or not.

use std::io::{self, Read};

use super::encoding::{Charset, Decoded};
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
}

impl Dialect {
    /// Looks at a list's beginning.
    pub(super) fn sniff<R: Read>(mut source: Decoded<R>) -> io::Result<Self> {
        let mut sample = String::new();
        source.next(&mut sample)?;
        if let Some(delimiter) = sep_line(&sample) {
            return Ok(Self { delimiter, has_sep_line: true });
        }
        let mut best = (b',', (0, 0));
        for delimiter in DELIMITERS {
            let fit = fit(&sample, delimiter)?;
            if fit > best.1 {
                best = (delimiter, fit);
            }
        }
        Ok(Self { delimiter: best.0, has_sep_line: false })
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
    let mut records = Records::new(Decoded::new(sample.as_bytes(), Charset::UTF_8), delimiter);
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
