//! Where rows are read from: both kinds look alike to whoever walks a list.

use std::io;

use super::cell;
use super::records::{Records, Step};
use super::rows::Unit;
use super::snapshot::Position;
use super::spool::Replay;
use crate::place::Place;

/// Rows, one at a time.
pub(super) enum Source {
    /// The records of a file.
    File(Box<Records<Position>>),
    /// What a database answered, or a document held, and what its rows are counted by.
    Kept(Box<Replay>, Unit),
}

impl Source {
    /// Reads the next row.
    pub(super) fn next(&mut self) -> io::Result<Step> {
        match self {
            Self::File(records) => records.next(),
            Self::Kept(replay, _) => replay.next(),
        }
    }

    /// The line where the row begins, or its number.
    pub(super) fn line(&self) -> u64 {
        match self {
            Self::File(records) => records.line(),
            Self::Kept(replay, _) => replay.number(),
        }
    }

    /// How many cells the row has.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::File(records) => records.len(),
            Self::Kept(replay, _) => replay.len(),
        }
    }

    /// A cell, as it came; nothing where the row is too short.
    pub(super) fn cell(&self, index: usize) -> &str {
        match self {
            Self::File(records) => records.cell(index),
            Self::Kept(replay, _) => replay.cell(index),
        }
    }

    /// Whether the row is none: an empty line, nothing but delimiters, which spreadsheets write by
    /// the hundred below the last row, or what databases' shells write around their rows.
    pub(super) fn is_none(&self) -> bool {
        (0..self.len()).all(|index| cell::is_blank(self.cell(index)))
            || (matches!(self, Self::File(_)) && (self.is_footer() || self.is_ruler()))
    }

    /// `(13 rows)`, `(1 row affected)`, alone on its line.
    fn is_footer(&self) -> bool {
        let inside = |cell: &'_ str| {
            let (count, words) = cell.strip_prefix('(')?.strip_suffix(')')?.split_once(' ')?;
            let is_count = !count.is_empty() && count.bytes().all(|byte| byte.is_ascii_digit());
            Some(is_count && words.chars().all(|c| c.is_alphabetic() || c == ' '))
        };
        self.len() == 1 && inside(cell::trim(self.cell(0))) == Some(true)
    }

    /// The line between the names of the columns and the rows: `-----+-----`, `--|--`.
    pub(super) fn is_ruler(&self) -> bool {
        let is_part = |index| {
            let cell = self.cell(index).trim();
            cell.starts_with(['-', '+']) && cell.bytes().all(|byte| matches!(byte, b'-' | b'+'))
        };
        // A dash alone is what some write for nothing.
        self.cell(0).trim().len() > 1 && (0..self.len()).all(is_part)
    }

    /// The place of a cell, with so many characters underlined.
    pub(super) fn place(&self, name: &str, index: usize, width: usize) -> Place {
        match self {
            Self::File(records) => records.place(name, index, width),
            Self::Kept(replay, unit) => {
                let number = usize::try_from(replay.number()).unwrap_or(usize::MAX);
                match unit {
                    Unit::Line => Place::new(name, number, 1),
                    Unit::Row => Place::row(name, number),
                }
            }
        }
    }
}
