//! The table of a sheet: where it stands, its header, and which of its rows are hidden.

use std::ops::ControlFlow;

use super::super::EachRow;
use super::super::trouble::{Trouble, UNPACKED_MAX};
use super::{Book, Row};

/// How many hidden rows are told by their numbers.
const TOLD: usize = 3;

/// A table in a sheet, whose rows can be had.
pub(in super::super) struct Table {
    book: Box<dyn Book>,
    sheet: usize,
    /// What stands in its first row.
    pub(in super::super) headers: Vec<String>,
    /// The number of that row.
    pub(in super::super) header_row: u64,
    /// How many rows are behind it.
    pub(in super::super) rows: u64,
    /// Those of them that are hidden.
    pub(in super::super) hidden: HiddenRows,
    /// The columns from the first that says something to the last.
    from: usize,
    to: usize,
}

/// How many rows are hidden, and the first of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in super::super) struct HiddenRows {
    pub(in super::super) count: u64,
    pub(in super::super) first: Vec<u64>,
}

impl Table {
    /// Looks over a sheet. Its first row that says something is the header.
    pub(in super::super) fn of(mut book: Box<dyn Book>, sheet: usize) -> Result<Self, Trouble> {
        let (mut headers, mut header_row) = (Vec::new(), 0);
        let mut hidden = HiddenRows::default();
        let (mut from, mut to, mut rows) = (usize::MAX, 0, 0);
        let mut budget = Budget::default();
        book.walk(sheet, &mut |row| {
            budget.spend(row)?;
            if header_row == 0 {
                header_row = row.number;
                headers = row.cells().to_vec();
            } else {
                rows += 1;
                if row.is_hidden {
                    hidden.add(row.number);
                }
            }
            let first = row.cells().iter().position(|cell| !cell.is_empty());
            from = from.min(first.unwrap_or(usize::MAX));
            to = to.max(row.cells().len());
            Ok(ControlFlow::Continue(()))
        })?;
        let from = from.min(to);
        headers.resize(to, String::new());
        headers.drain(..from);
        Ok(Self { book, sheet, headers, header_row, rows, hidden, from, to })
    }

    /// Gives the rows behind the header; hidden ones as left out, unless they are wanted.
    pub(in super::super) fn pour(
        mut self,
        with_hidden: bool,
        each: &mut EachRow<'_>,
    ) -> Result<(), Trouble> {
        let mut is_header = true;
        let (mut headers, mut rows) = (Vec::new(), 0);
        let (from, to) = (self.from, self.to);
        self.book.walk(self.sheet, &mut |row| {
            let cells = row.cells();
            let cells = &cells[from.min(cells.len())..to.min(cells.len())];
            if std::mem::replace(&mut is_header, false) {
                headers = cells.to_vec();
                return Ok(ControlFlow::Continue(()));
            }
            rows += 1;
            each(row.number, row.is_hidden && !with_hidden, cells)?;
            Ok(ControlFlow::Continue(()))
        })?;
        headers.resize(self.headers.len(), String::new());
        if headers != self.headers || rows != self.rows {
            return Err(Trouble::Changed);
        }
        Ok(())
    }
}

impl HiddenRows {
    fn add(&mut self, number: u64) {
        self.count += 1;
        if self.first.len() < TOLD {
            self.first.push(number);
        }
    }
}

/// How much rows may say in all. A text that is shared, or a row that is repeated, takes hardly
/// any room in a file.
#[derive(Default)]
struct Budget(u64);

impl Budget {
    fn spend(&mut self, row: &Row) -> Result<(), Trouble> {
        self.0 += row.bytes() as u64;
        if self.0 > UNPACKED_MAX {
            return Err(Trouble::TooLarge("its rows hold more than 2 GiB".into()));
        }
        Ok(())
    }
}
