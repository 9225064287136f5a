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
    /// A quote is a sign like any other, as in the text of databases' own exports.
    Text {
        /// Whether a tab in a cell is `\t`, a line break `\n`, a backslash `\\`.
        has_escapes: bool,
    },
}

impl Dialect {
    /// Cells between such delimiters and nothing else.
    fn of(delimiter: u8) -> Self {
        Self { delimiter, has_sep_line: false, quoting: Quoting::Doubled }
    }

    /// Looks at a list: at its beginning for the delimiter, and at all of it where quotes or
    /// backslashes may mean something else than usual.
    pub(super) fn sniff<R: Read>(open: &dyn Fn() -> Decoded<R>) -> io::Result<Self> {
        let mut sample = String::new();
        open().next(&mut sample)?;
        let dialect = match sep_line(&sample) {
            Some(delimiter) => Self { has_sep_line: true, ..Self::of(delimiter) },
            None => Self::of(delimiter(&sample)?),
        };
        let look = |quoting| Look::at(open(), Self { quoting, ..dialect });
        let quoting = if has(open(), b"\\\"")? {
            let escaped = look(Quoting::Escaped { everywhere: true })?;
            if escaped.misfits < look(Quoting::Doubled)?.misfits {
                Quoting::Escaped { everywhere: escaped.has_bare_escape }
            } else {
                Quoting::Doubled
            }
        } else {
            Quoting::Doubled
        };
        // Databases separate so what they write without quotes.
        if quoting == Quoting::Doubled && matches!(dialect.delimiter, b'\t' | b'|') {
            let has_quotes = has(open(), b"\"")?;
            if !has_quotes && !has(open(), b"\\")? {
                return Ok(dialect);
            }
            let text = look(Quoting::Text { has_escapes: false })?;
            let is_text = text.is_bare && text.misfits <= look(Quoting::Doubled)?.misfits;
            if !has_quotes || is_text {
                let has_escapes = text.has_database_escape;
                return Ok(Self { quoting: Quoting::Text { has_escapes }, ..dialect });
            }
        }
        Ok(Self { quoting, ..dialect })
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

/// Whether some bytes stand anywhere in a list.
fn has<R: Read>(mut source: Decoded<R>, bytes: &[u8]) -> io::Result<bool> {
    let finder = memchr::memmem::Finder::new(bytes);
    let (mut text, mut last) = (String::new(), Vec::new());
    loop {
        source.next(&mut text)?;
        if text.is_empty() {
            return Ok(false);
        }
        // What stands across two pieces is found, too.
        last.extend(text.bytes().take(bytes.len() - 1));
        if finder.find(text.as_bytes()).is_some() || finder.find(&last).is_some() {
            return Ok(true);
        }
        last = text.as_bytes()[text.len().saturating_sub(bytes.len() - 1)..].to_vec();
    }
}

/// A list, seen by one dialect.
struct Look {
    /// How many rows have another number of cells than the header, or are none.
    misfits: u64,
    /// Whether a backslash stands before a quote outside of quotes.
    has_bare_escape: bool,
    /// Whether cells begin with a quote, and none ends with the same one.
    is_bare: bool,
    /// Whether a cell has what databases write for nothing, or for a backslash: `\N`, `\\`.
    has_database_escape: bool,
}

impl Look {
    fn at<R: Read>(source: Decoded<R>, dialect: Dialect) -> io::Result<Self> {
        let mut records = Records::new(source, dialect);
        if dialect.has_sep_line {
            records.skip_line()?;
        }
        let mut look =
            Self { misfits: 0, has_bare_escape: false, is_bare: false, has_database_escape: false };
        let (mut columns, mut lone, mut wrapped) = (None, 0_u64, 0_u64);
        loop {
            match records.next()? {
                Step::End => break,
                Step::OpenQuote { .. } => {
                    look.misfits += 1;
                    break;
                }
                Step::TooLong => look.misfits += 1,
                Step::Record => {
                    let columns = *columns.get_or_insert(records.len());
                    let mut is_left_over = false;
                    for index in 0..records.len() {
                        let cell = records.cell(index);
                        is_left_over |= cell.contains("\\\"");
                        look.has_database_escape |= cell == "\\N" || cell.contains("\\\\");
                        if let Some(rest) = cell.strip_prefix('"') {
                            *(if rest.ends_with('"') { &mut wrapped } else { &mut lone }) += 1;
                        }
                    }
                    look.has_bare_escape |= records.has_bare_escape();
                    look.misfits += u64::from(records.len() != columns || is_left_over);
                }
            }
        }
        look.is_bare = lone > 0 && wrapped == 0;
        Ok(look)
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
