//! A row of a sheet, in buffers that are used again for the next.

use super::super::trouble::Trouble;

/// The most columns: what spreadsheet programs have.
pub(super) const COLUMNS_MAX: usize = 16_384;
/// The longest row. All cells of a real one have less in them than one of these may hold.
const ROW_MAX: usize = 1 << 20;

/// A row of a sheet.
#[derive(Debug, Default)]
pub(in super::super) struct Row {
    /// Its number, as the program shows it.
    pub(super) number: u64,
    /// Whether the program does not show it: filtered away, or hidden by hand.
    pub(super) is_hidden: bool,
    cells: Vec<String>,
    used: usize,
    next: usize,
    bytes: usize,
}

impl Row {
    /// Begins another row.
    pub(super) fn begin(&mut self, number: u64, is_hidden: bool) {
        self.cells[..self.used].iter_mut().for_each(String::clear);
        (self.number, self.is_hidden) = (number, is_hidden);
        (self.used, self.next, self.bytes) = (0, 0, 0);
    }

    /// Fills a cell; columns count from 0. What is blank leaves no trace.
    pub(super) fn set(&mut self, column: usize, text: &str) -> Result<(), Trouble> {
        self.next = column.saturating_add(1);
        if text.trim().is_empty() {
            return Ok(());
        }
        if column >= COLUMNS_MAX {
            let most = "a sheet may have 16,384 columns";
            return Err(Trouble::TooLarge(format!("{most}, and row {} has more", self.number)));
        }
        self.bytes += text.len();
        if self.bytes > ROW_MAX {
            let number = self.number;
            return Err(Trouble::TooLarge(format!("row {number} is longer than 1 MiB")));
        }
        if self.cells.len() <= column {
            self.cells.resize_with(column + 1, String::new);
        }
        self.used = self.used.max(column + 1);
        text.clone_into(&mut self.cells[column]);
        Ok(())
    }

    /// The column behind the one that was filled last.
    pub(super) fn next(&self) -> usize {
        self.next
    }

    /// The cells, up to the last that says something.
    pub(super) fn cells(&self) -> &[String] {
        &self.cells[..self.used]
    }

    /// Whether it says nothing.
    pub(super) fn is_blank(&self) -> bool {
        self.used == 0
    }

    /// How much it says, in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }
}
