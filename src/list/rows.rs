//! The rows of a list, one at a time: a subscriber, somebody who has left,
//! or a row that cannot be mailed, with the reason.

use std::fmt;

use super::cell;
use super::open::List;
use super::records::Step;
use super::refusal;
use super::source::Source;
use crate::address::{Address, Mailbox};
use crate::finding::{Checked, Finding};
use crate::place::Place;

/// What a row of a list is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Row {
    /// Somebody to mail.
    Subscriber(Subscriber),
    /// Somebody who has left, by a status column.
    Gone(Gone),
    /// Nobody who could be mailed.
    Invalid(InvalidRow),
}

/// What rows are counted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unit {
    /// The lines of a file.
    #[default]
    Line,
    /// The rows of an answer.
    Row,
}

impl fmt::Display for Unit {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Line => "line",
            Self::Row => "row",
        })
    }
}

/// Somebody on the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscriber {
    /// The address, and a name where the cell holds one.
    pub mailbox: Mailbox,
    /// The line where the row begins, or its number in an answer.
    pub line: u64,
    /// Which of the two.
    pub unit: Unit,
    /// A cell for every column, cleaned; an empty one is blank.
    pub cells: Vec<String>,
    /// How many cells beyond the last column hold something. Mostly a comma
    /// without quotes around it has moved the cells after it.
    pub surplus: u32,
}

impl Subscriber {
    /// What there is to say about the row's shape.
    pub fn finding(&self, file: &str) -> Option<Finding> {
        let cells = if self.surplus == 1 { "cell" } else { "cells" };
        (self.surplus > 0).then(|| {
            Finding::warning(
                "surplus-cells",
                format!("{} {cells} more than the header has columns", self.surplus),
                "look whether a value holds the delimiter; such a value needs quotes around it",
            )
            .at(Place::new(file, usize::try_from(self.line).unwrap_or(usize::MAX), 1))
        })
    }
}

/// Somebody who is on the list but not to be mailed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gone {
    /// The address, if it is one: another row with it does not bring them back.
    pub address: Option<Address>,
    /// The line where the row begins.
    pub line: u64,
}

/// A row that cannot be mailed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidRow {
    /// The line where the row begins.
    pub line: u64,
    /// What is wrong with it: a phrase.
    pub reason: String,
    /// The beginning of the cell that is wrong, safe to print.
    pub value: String,
    place: Place,
}

impl InvalidRow {
    /// The same as something to say, with its place.
    pub fn finding(&self) -> Finding {
        let message = if self.value.is_empty() {
            self.reason.clone()
        } else {
            format!("{}: `{}`", self.reason, self.value)
        };
        Finding::warning("invalid-row", message, "correct the row or delete it; it is not mailed")
            .at(self.place.clone())
    }
}

/// Walks a list from its first row to its last.
pub struct Rows {
    list: List,
    records: Source,
    ended: bool,
}

impl Rows {
    /// Goes on where the records stand, behind the header.
    pub(super) fn new(list: List, records: Source) -> Self {
        Self { list, records, ended: false }
    }

    fn step(&mut self) -> Checked<Option<Row>> {
        loop {
            match self
                .records
                .next()
                .map_err(|error| refusal::unreadable(self.list.name(), &error))?
            {
                Step::End => return Ok(None),
                Step::OpenQuote { line } => {
                    let Source::File(records) = &self.records else { return Ok(None) };
                    return Err(refusal::open_quote(self.list.name(), records, line).into());
                }
                Step::TooLong => {
                    let reason = "the row is longer than 1 MiB";
                    return Ok(Some(self.invalid(0, "", reason.to_owned())));
                }
                Step::Record if self.records.is_blank() => {}
                Step::Record => return Ok(Some(self.row())),
            }
        }
    }

    fn row(&self) -> Row {
        let email = self.list.email_index();
        let value = cell::trim(self.records.cell(email));
        if self.list.is_gone(|index| cell::trim(self.records.cell(index))) {
            let address = Mailbox::parse(value).ok().map(|mailbox| mailbox.address);
            return Row::Gone(Gone { address, line: self.records.line() });
        }
        let mailbox = match Mailbox::parse(value) {
            Ok(mailbox) => mailbox,
            Err(why) => return self.invalid(email, value, why.to_string()),
        };
        if let Some(index) = self.swallowing_cell() {
            let reason = "a quote is not closed here, and the rows below are taken for its cell";
            return self.invalid(index, self.records.cell(index), reason.to_owned());
        }
        let columns = self.list.columns().len();
        let cells = (0..columns).map(|index| cell::clean(self.records.cell(index))).collect();
        let surplus = (columns..self.records.len())
            .filter(|index| !cell::is_blank(self.records.cell(*index)))
            .count();
        let surplus = u32::try_from(surplus).unwrap_or(u32::MAX);
        let (line, unit) = (self.records.line(), self.list.unit());
        Row::Subscriber(Subscriber { mailbox, line, unit, cells, surplus })
    }

    fn invalid(&self, index: usize, value: &str, reason: String) -> Row {
        let place = self.records.place(self.list.name(), index, value.chars().count());
        Row::Invalid(InvalidRow {
            line: self.records.line(),
            reason,
            value: cell::shown(value),
            place,
        })
    }

    /// A cell with whole rows in it: a quote was left open, and the next
    /// quote, many rows below, closed it. Nobody among them may vanish.
    fn swallowing_cell(&self) -> Option<usize> {
        let columns = self.list.columns().len();
        let (Source::File(records), Some(delimiter)) = (&self.records, self.list.delimiter())
        else {
            return None;
        };
        if columns < 2 || !records.has_line_breaks() {
            return None;
        }
        let is_row = |line: &str| {
            let cells: Vec<&str> = line.split(delimiter).collect();
            cells.len() >= columns && cells.iter().any(|cell| Address::parse(cell).is_ok())
        };
        (0..records.len()).find(|index| {
            let cell = records.cell(*index);
            cell.contains('@') && cell.split(['\n', '\r']).any(is_row)
        })
    }
}

impl Iterator for Rows {
    type Item = Checked<Row>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let row = self.step().transpose();
        self.ended = !matches!(row, Some(Ok(_)));
        row
    }
}
