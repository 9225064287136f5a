//! The rows of a query or a workbook, kept while they are in use, in a nameless temporary file of
//! mode 600.
//!
//! A list is walked several times (checked, rehearsed, mailed), and a mailing may take hours. All
//! of that sees the same rows when they are asked for once; the database holds no snapshot
//! meanwhile, which would keep it from cleaning up, and may go away. Memory does not grow with
//! the list: a row is written as it comes, and read as it is needed.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::sync::Arc;

use super::records::{ROW_MAX, Step};
use super::snapshot::{Position, nameless};

/// In a row's place: it was longer than a row may be.
const TOO_LONG: u32 = u32::MAX;

/// Rows that were kept.
#[derive(Clone, Debug)]
pub(super) struct Spool {
    file: Arc<File>,
    /// How many rows have something in them.
    pub(super) filled: u64,
}

impl Spool {
    /// The rows, from the first.
    pub(super) fn replay(&self) -> Replay {
        Replay {
            source: BufReader::with_capacity(64 << 10, Position::of(&self.file)),
            ends: Vec::new(),
            text: Vec::new(),
            number: 0,
        }
    }
}

/// Keeps rows.
pub(super) struct Writer {
    file: BufWriter<File>,
    ends: Vec<u32>,
    text: Vec<u8>,
    number: u64,
    filled: u64,
}

impl Writer {
    /// Begins with no rows.
    pub(super) fn new() -> io::Result<Self> {
        let file = BufWriter::with_capacity(64 << 10, nameless()?);
        Ok(Self { file, ends: Vec::new(), text: Vec::new(), number: 0, filled: 0 })
    }

    /// The next cell of a row, a piece at a time.
    pub(super) fn push(&mut self, piece: &str) {
        // What is longer is not kept, so that a row of gigabytes does no harm.
        if self.text.len() <= ROW_MAX {
            self.text.extend_from_slice(piece.as_bytes());
        }
    }

    /// Ends a cell.
    pub(super) fn end_cell(&mut self) {
        self.ends.push(u32::try_from(self.text.len()).unwrap_or(TOO_LONG));
    }

    /// Ends a row, whose number is one more than that of the row before.
    pub(super) fn end_row(&mut self) -> io::Result<()> {
        self.end_row_at(self.number + 1)
    }

    /// Ends a row, and says its number.
    pub(super) fn end_row_at(&mut self, number: u64) -> io::Result<()> {
        self.number = number;
        self.filled += u64::from(!self.text.is_empty());
        self.file.write_all(&number.to_le_bytes())?;
        if self.text.len() > ROW_MAX {
            self.file.write_all(&TOO_LONG.to_le_bytes())?;
        } else {
            let cells = u32::try_from(self.ends.len()).unwrap_or(TOO_LONG);
            self.file.write_all(&cells.to_le_bytes())?;
            for end in &self.ends {
                self.file.write_all(&end.to_le_bytes())?;
            }
            self.file.write_all(&self.text)?;
        }
        self.ends.clear();
        self.text.clear();
        Ok(())
    }

    /// All rows are there.
    pub(super) fn finish(self) -> io::Result<Spool> {
        let file = self.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        Ok(Spool { file: Arc::new(file), filled: self.filled })
    }
}

/// Reads one row after the other.
pub(super) struct Replay {
    source: BufReader<Position>,
    ends: Vec<u32>,
    text: Vec<u8>,
    number: u64,
}

impl Replay {
    /// The next row.
    pub(super) fn next(&mut self) -> io::Result<Step> {
        let (mut number, mut word) = ([0; 8], [0; 4]);
        match self.source.read_exact(&mut number) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(Step::End),
            Err(error) => return Err(error),
        }
        self.number = u64::from_le_bytes(number);
        self.source.read_exact(&mut word)?;
        let cells = u32::from_le_bytes(word);
        if cells == TOO_LONG {
            return Ok(Step::TooLong);
        }
        self.ends.clear();
        for _ in 0..cells {
            self.source.read_exact(&mut word)?;
            self.ends.push(u32::from_le_bytes(word));
        }
        self.text.resize(self.ends.last().map_or(0, |end| *end as usize), 0);
        self.source.read_exact(&mut self.text)?;
        Ok(Step::Record)
    }

    /// Which row it is, from 1.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// How many cells it has.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// A cell of it. Only after [`Step::Record`].
    pub(super) fn cell(&self, index: usize) -> &str {
        let Some(end) = self.ends.get(index) else { return "" };
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        let bytes = &self.text[start as usize..*end as usize];
        std::str::from_utf8(bytes).expect("it was text when it was kept")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_kept_is_read_as_often_as_it_is_wanted() {
        let mut writer = Writer::new().expect("a temporary file");
        let long = "x".repeat(ROW_MAX + 1);
        for row in [["ann@example.org", "Zoë"], [&long, "n"], ["", ""], ["", "end"]] {
            for cell in row {
                writer.push(cell);
                writer.end_cell();
            }
            writer.end_row().expect("room");
        }
        let spool = writer.finish().expect("room");
        assert_eq!(spool.filled, 3);
        for _ in 0..2 {
            let mut replay = spool.replay();
            let mut steps = Vec::new();
            loop {
                let step = replay.next().expect("readable");
                if step == Step::End {
                    break;
                }
                let cells = match step {
                    Step::Record => [replay.cell(0).to_owned(), replay.cell(1).to_owned()],
                    _ => Default::default(),
                };
                steps.push((replay.number(), step, cells));
            }
            let row = |number, one: &str, two: &str| {
                (number, Step::Record, [one.to_owned(), two.to_owned()])
            };
            let expected = [
                row(1, "ann@example.org", "Zoë"),
                (2, Step::TooLong, Default::default()),
                row(3, "", ""),
                row(4, "", "end"),
            ];
            assert_eq!(steps, expected);
        }
    }
}
