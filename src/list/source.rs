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

    /// Whether the row is an empty line: nothing but delimiters, which
    /// spreadsheets write by the hundred below the last row.
    pub(super) fn is_blank(&self) -> bool {
        (0..self.len()).all(|index| cell::is_blank(self.cell(index)))
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
