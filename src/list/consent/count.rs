//! The second look at all rows: how many may be mailed by each column, and who left.

use std::io;

use super::super::person;
use super::super::records::Step;
use super::super::spool::{Spool, Writer};
use super::column::ConsentColumn;
use super::report::{ColumnConsent, ColumnCount};
use super::speech::Verdict;
use super::{Judge, worse};
use crate::address::Address;

/// Counts rows, and keeps the addresses of those who left.
pub(in crate::list) struct Count {
    judge: Judge,
    counts: Vec<ColumnCount>,
    verdicts: Vec<Verdict>,
    leavers: Leavers,
}

/// Keeps the addresses of those who left.
pub(in crate::list) struct Leavers {
    addresses: Writer,
    /// Rows of people who left in which no address can be read, with the first one's number.
    nameless: (u64, Option<u64>),
    /// Rows of people who left by cells that may not be where they belong, with the first one's.
    doubtful: (u64, Option<u64>),
}

impl Leavers {
    /// Nobody yet.
    pub(in crate::list) fn new() -> io::Result<Self> {
        Ok(Self { addresses: Writer::new()?, nameless: (0, None), doubtful: (0, None) })
    }

    /// Adds whom the cells of a row name that may hold addresses, and tells whether they do.
    pub(in crate::list) fn add<'a>(
        &mut self,
        number: u64,
        cells: impl Iterator<Item = &'a str>,
    ) -> io::Result<bool> {
        let mut has_one = false;
        for address in cells.flat_map(person::everybody) {
            has_one = true;
            self.addresses.push(address.as_str());
            self.addresses.end_cell();
            self.addresses.end_row_at(number)?;
        }
        if !has_one {
            self.nameless.0 += 1;
            self.nameless.1.get_or_insert(number);
        }
        Ok(has_one)
    }

    /// Counts a row that may say it only because its cells have moved.
    fn doubt(&mut self, number: u64) {
        self.doubtful.0 += 1;
        self.doubtful.1.get_or_insert(number);
    }

    /// All of them.
    pub(in crate::list) fn finish(self) -> io::Result<Gone> {
        let addresses = self.addresses.finish()?;
        Ok(Gone { addresses, nameless: self.nameless, doubtful: self.doubtful })
    }
}

impl Count {
    /// Begins with the columns that tell.
    pub(in crate::list) fn new(columns: &[ConsentColumn]) -> io::Result<Self> {
        Ok(Self {
            judge: Judge::new(columns),
            counts: vec![ColumnCount::default(); columns.len()],
            verdicts: Vec::new(),
            leavers: Leavers::new()?,
        })
    }

    /// Counts a row. `addresses` are its cells that may hold addresses; `is_whole` tells whether it
    /// can be read by the header, `is_usable` whether it has an address, too.
    pub(in crate::list) fn row<'a>(
        &mut self,
        number: u64,
        addresses: &[usize],
        is_whole: impl Fn() -> bool,
        is_usable: impl Fn() -> bool,
        cell: impl Fn(usize) -> &'a str,
    ) -> io::Result<()> {
        self.verdicts.clear();
        let mut whole = Verdict::Mail;
        for position in 0..self.counts.len() {
            let index = self.judge.columns[position].index;
            let verdict = self.judge.cell(position, cell(index));
            self.verdicts.push(verdict);
            whole = worse(whole, verdict);
        }
        // What a column does not say of somebody whom another one keeps out does not matter.
        let matters = whole == Verdict::Unclear && is_usable();
        for (position, verdict) in self.verdicts.iter().enumerate() {
            let index = self.judge.columns[position].index;
            self.counts[position].add(*verdict, cell(index), matters);
        }
        let has_left = whole == Verdict::Left
            && self.leavers.add(number, addresses.iter().map(|index| cell(*index)))?;
        if (has_left || whole == Verdict::NotYet) && !is_whole() {
            self.leavers.doubt(number);
        }
        Ok(())
    }

    /// What was counted.
    pub(in crate::list) fn finish(
        self,
        headers: impl Fn(usize) -> String,
    ) -> io::Result<(Vec<ColumnConsent>, Gone)> {
        let columns = self.judge.columns.iter().zip(self.counts);
        let report = columns
            .filter(|(column, count)| column.is_worth_telling(count))
            .map(|(column, count)| count.report(column, headers(column.index)))
            .collect();
        Ok((report, self.leavers.finish()?))
    }
}

/// Those who left.
#[derive(Clone, Debug)]
pub(in crate::list) struct Gone {
    addresses: Spool,
    /// In how many rows no address can be read, and the first of them.
    pub(in crate::list) nameless: (u64, Option<u64>),
    /// How many rows may say it only because their cells have moved, and the first of them.
    pub(in crate::list) doubtful: (u64, Option<u64>),
}

impl Gone {
    /// Their addresses.
    pub(in crate::list) fn addresses(&self) -> impl Iterator<Item = io::Result<Address>> + use<> {
        let mut replay = self.addresses.replay();
        std::iter::from_fn(move || match replay.next() {
            Ok(Step::End) => None,
            Ok(_) => Some(Address::parse(replay.cell(0)).map_err(io::Error::other)),
            Err(error) => Some(Err(error)),
        })
    }
}
