//! Text that was garbled before it came into a list: letters that somebody's program could not
//! write (`?ukasz`), could not read (`�`), or read in the wrong encoding and saved again (`ZoÃ©`).
//!
//! It is fed with all cells, counts, and remembers the first of each kind. Nothing is corrected:
//! who has the source of the list gets it right.

mod mojibake;
mod questions;

use std::collections::{BTreeMap, BTreeSet};

use super::cell::shown;
use super::columns::Column;
use super::rows::Unit;
use crate::finding::Finding;
use crate::place::Place;

pub(super) use self::questions::is_lost;

use self::questions::Questions;

/// How many cells of a kind are shown.
const SHOWN: usize = 3;

/// What is garbled in a list, so far.
#[derive(Debug, Default)]
pub(super) struct Garbled {
    unit: Unit,
    replaced: Tally,
    questions: Tally,
    mojibake: Tally,
    /// Cells with a question mark behind a word: letters were lost if others of the column were.
    doubtful: BTreeMap<usize, Tally>,
    /// Columns in which letters were lost.
    lossy: BTreeSet<usize>,
}

/// Cells of one kind: how many, and the first.
#[derive(Clone, Debug, Default)]
struct Tally {
    cells: u64,
    first: Vec<Example>,
}

#[derive(Clone, Debug)]
struct Example {
    line: u64,
    column: usize,
    cell: String,
    /// What it should read.
    meant: Option<String>,
}

impl Garbled {
    /// Starts with no cells.
    pub(super) fn new(unit: Unit) -> Self {
        Self { unit, ..Self::default() }
    }

    /// Looks at a cell; `line` is where its row begins, or the row's number.
    pub(super) fn add(&mut self, line: u64, column: usize, cell: &str) {
        // Nearly all cells are ASCII without a question mark.
        if cell.bytes().fold(0, |odd, byte| odd | byte & 0x80 | u8::from(byte == b'?')) == 0 {
            return;
        }
        let example = |meant| Example { line, column, cell: shown(cell), meant };
        if cell.contains(char::REPLACEMENT_CHARACTER) {
            self.replaced.add(|| example(None));
        }
        match questions::of(cell) {
            Questions::None => {}
            Questions::Lost => {
                self.questions.add(|| example(None));
                self.lossy.insert(column);
            }
            Questions::Doubtful => {
                self.doubtful.entry(column).or_default().add(|| example(None));
            }
        }
        if !cell.is_ascii()
            && let Some(meant) = mojibake::repaired(cell)
        {
            self.mojibake.add(|| example(Some(shown(&meant))));
        }
    }

    /// A warning for each kind of which there are any.
    pub(super) fn findings(&self, name: &str, columns: &[Column]) -> Vec<Finding> {
        let mut questions = self.questions.clone();
        for (_, tally) in self.doubtful.iter().filter(|(column, _)| self.lossy.contains(column)) {
            questions.merge(tally);
        }
        let kinds = [
            (
                "replacement-characters",
                &self.replaced,
                ("cell has `�` where a letter was", "cells have `�` where letters were"),
                "the letters were lost when the list was made; export it again from where it \
                 comes from, as UTF-8, or correct the cells",
            ),
            (
                "question-marks",
                &questions,
                (
                    "cell has a question mark where a letter was",
                    "cells have question marks where letters were",
                ),
                "the program that wrote the list could not write these letters; export it again \
                 as UTF-8 (Excel: `CSV UTF-8`), or correct the cells",
            ),
            (
                "mojibake",
                &self.mojibake,
                (
                    "cell was read in the wrong encoding and saved again",
                    "cells were read in the wrong encoding and saved again",
                ),
                "export the list again from where it comes from, as UTF-8, or correct the cells",
            ),
        ];
        kinds
            .into_iter()
            .filter(|(_, tally, ..)| tally.cells > 0)
            .map(|(code, tally, (one, many), help)| {
                let what = if tally.cells == 1 { one } else { many };
                let examples = tally.examples(self.unit, columns);
                let message = format!("{} {what}: {examples}", tally.cells);
                Finding::warning(code, message, help).at(self.place(name, tally))
            })
            .collect()
    }

    fn place(&self, name: &str, tally: &Tally) -> Place {
        let line = tally.first.first().map_or(1, |example| example.line);
        let line = usize::try_from(line).unwrap_or(usize::MAX);
        match self.unit {
            Unit::Line => Place::new(name, line, 1),
            Unit::Row => Place::row(name, line),
        }
    }
}

impl Tally {
    fn add(&mut self, example: impl FnOnce() -> Example) {
        self.cells += 1;
        if self.first.len() < SHOWN {
            self.first.push(example());
        }
    }

    fn merge(&mut self, other: &Self) {
        self.cells += other.cells;
        self.first.extend(other.first.iter().cloned());
        self.first.sort_by_key(|example| example.line);
        self.first.truncate(SHOWN);
    }

    fn examples(&self, unit: Unit, columns: &[Column]) -> String {
        let one = |example: &Example| {
            let meant = example.meant.as_ref().map(|meant| format!(" for `{meant}`"));
            let header = columns.get(example.column).map(|column| column.header.as_str());
            let column = header.map(|header| format!("`{}`, ", shown(header))).unwrap_or_default();
            let (cell, line) = (&example.cell, example.line);
            format!("`{cell}`{} ({column}{unit} {line})", meant.unwrap_or_default())
        };
        let shown: Vec<String> = self.first.iter().map(one).collect();
        let others = if self.cells > shown.len() as u64 { ", …" } else { "" };
        format!("{}{others}", shown.join(", "))
    }
}

#[cfg(test)]
mod tests;
