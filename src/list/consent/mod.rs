//! Consent: whom a list says not to mail.
//!
//! Every column whose name or values look like consent is found by the [`vocabulary`] or by what
//! the settings say of it, and read as a whole before any row is used: what a value means may
//! depend on all others. Consent is never guessed: what looks like it and is not understood is
//! said, with its count, and stops a mailing.
//!
//! [`Survey`] sees every row once and decides how to read each column; [`Count`] then gives every
//! row its verdict and keeps the addresses of those who left, so that no other row with the same
//! person brings them back.

mod column;
mod count;
mod kind;
mod name;
mod names;
mod report;
mod rules;
mod speech;
mod telling;
mod value;
mod vocabulary;

pub use column::Rule;
pub use report::ColumnConsent;
pub use speech::Verdict;

pub(super) use column::ConsentColumn;
pub(super) use count::{Count, Gone, Leavers};
pub(super) use report::unclear;
pub(super) use rules::resolve;

use std::collections::HashMap;

use super::columns::Column;
use crate::consent::Told;
use column::{Readings, Tally};
use vocabulary::VOCABULARY;

/// How many values of a column are remembered while rows are judged, and how long ones.
const REMEMBERED: (usize, usize) = (256, 64);

/// Whether a column of this name says who may be mailed, or looks as if it did.
pub(super) fn is_about_consent(header: &str) -> bool {
    !matches!(Readings::of(header), Readings::Other | Readings::Nothing)
}

/// Looks at all rows of a list, to decide how its columns are read.
pub(super) struct Survey {
    readings: Vec<Readings>,
    tallies: Vec<Tally>,
    /// Which columns are only looked through for a word that nobody could miss.
    scanned: Vec<usize>,
    /// Which columns are read.
    read: Vec<usize>,
}

impl Survey {
    /// Begins with the columns, and what the settings say of some.
    /// A column without a name of its own may be any.
    pub(super) fn new(
        columns: &[Column],
        told: &HashMap<usize, Told>,
        email: usize,
        are_named: bool,
    ) -> Self {
        let readings: Vec<Readings> = columns
            .iter()
            .enumerate()
            .map(|(index, column)| match told.get(&index) {
                Some(told) => rules::readings(told, &column.header),
                None if index == email => Readings::Other,
                None if !are_named => Readings::Unnamed,
                None => Readings::of(&column.header),
            })
            .collect();
        let are = |wanted: fn(&Readings) -> bool| -> Vec<usize> {
            (0..columns.len()).filter(|index| wanted(&readings[*index])).collect()
        };
        let scanned = are(|readings| matches!(readings, Readings::Other));
        let read = are(|readings| !matches!(readings, Readings::Other | Readings::Nothing));
        Self { tallies: vec![Tally::default(); columns.len()], readings, scanned, read }
    }

    /// Looks at a row.
    pub(super) fn row<'a>(&mut self, cell: impl Fn(usize) -> &'a str) {
        for index in &self.read {
            self.tallies[*index].add(cell(*index));
        }
        for index in &self.scanned {
            let cell = cell(*index);
            if VOCABULARY.telling.has_cell(cell) {
                self.tallies[*index].add(cell);
            }
        }
    }

    /// How the columns are read that tell of consent.
    pub(super) fn decide(&self) -> Vec<ConsentColumn> {
        let columns = self.readings.iter().zip(&self.tallies).enumerate();
        columns
            .filter_map(|(index, (readings, tally))| ConsentColumn::decide(index, readings, tally))
            .collect()
    }
}

/// Gives rows their verdicts.
#[derive(Clone, Debug, Default)]
pub(super) struct Judge {
    columns: Vec<ConsentColumn>,
    known: Vec<HashMap<String, Verdict>>,
}

impl Judge {
    /// By some columns.
    pub(super) fn new(columns: &[ConsentColumn]) -> Self {
        Self { columns: columns.to_vec(), known: vec![HashMap::new(); columns.len()] }
    }

    /// The verdict on a row: a column that says no outweighs all others.
    pub(super) fn row<'a>(&mut self, cell: impl Fn(usize) -> &'a str) -> Verdict {
        let mut worst = Verdict::Mail;
        for position in 0..self.columns.len() {
            let index = self.columns[position].index;
            worst = worse(worst, self.cell(position, cell(index)));
        }
        worst
    }

    /// The verdict of a column, by its position among those that tell.
    fn cell(&mut self, position: usize, cell: &str) -> Verdict {
        let (column, known) = (&self.columns[position], &mut self.known[position]);
        if let Some(verdict) = known.get(cell) {
            return *verdict;
        }
        let verdict = column.verdict(cell);
        if known.len() < REMEMBERED.0 && cell.len() <= REMEMBERED.1 {
            known.insert(cell.to_owned(), verdict);
        }
        verdict
    }
}

fn worse(one: Verdict, other: Verdict) -> Verdict {
    let weight = |verdict| match verdict {
        Verdict::Mail => 0,
        Verdict::Unclear => 1,
        Verdict::NotYet => 2,
        Verdict::Left => 3,
    };
    if weight(other) > weight(one) { other } else { one }
}
