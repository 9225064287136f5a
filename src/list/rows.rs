//! The rows of a list, one at a time: a subscriber, somebody who has left,
//! or a row that cannot be mailed, with the reason.

use std::fmt;

use super::cell;
use super::consent::{Judge, Verdict};
use super::header::{self, Repeated};
use super::open::List;
use super::person;
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
    /// Somebody whom a column of consent keeps out.
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
    /// Every address that can be read in it.
    pub addresses: Vec<Address>,
    /// The line where the row begins.
    pub line: u64,
    /// Why: they left, have not confirmed yet, or it is not known.
    pub verdict: Verdict,
    /// A cell for every column, cleaned.
    pub cells: Vec<String>,
    /// What is wrong with the row where no address can be read in it.
    pub invalid: Option<InvalidRow>,
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
    judge: Judge,
    ended: bool,
}

impl Rows {
    /// Goes on where the records stand, behind the header.
    pub(super) fn new(list: List, records: Source) -> Self {
        let judge = list.judge.clone();
        Self { list, records, judge, ended: false }
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
                Step::Record if self.records.is_none() || self.is_repeated_header() => {}
                Step::Record => return Ok(Some(self.row())),
            }
        }
    }

    fn is_repeated_header(&self) -> bool {
        let cell = |index| self.records.cell(index);
        let (columns, email) = (self.list.columns(), self.list.email_index());
        header::repeated(columns, email, self.records.len(), cell) == Some(Repeated::Same)
    }

    fn row(&mut self) -> Row {
        let email = self.list.email_index();
        let records = &self.records;
        let verdict = self.judge.row(|index| records.cell(index));
        let value = cell::trim(self.records.cell(email));
        if matches!(verdict, Verdict::Left | Verdict::NotYet) {
            return Row::Gone(self.gone(verdict));
        }
        let mailbox = match person::read(value) {
            Ok(mailbox) => mailbox,
            Err(why) => return self.invalid(email, value, why.to_string()),
        };
        if let Some((index, reason)) =
            self.list.unreadable(&self.records, self.list.tells_consent())
        {
            return self.invalid(index, self.records.cell(index), reason.to_owned());
        }
        if verdict == Verdict::Unclear {
            return Row::Gone(self.gone(verdict));
        }
        let (columns, cells) = (self.list.columns().len(), self.cells());
        let surplus = u32::try_from(surplus(&self.records, columns)).unwrap_or(u32::MAX);
        let (line, unit) = (self.records.line(), self.list.unit());
        Row::Subscriber(Subscriber { mailbox, line, unit, cells, surplus })
    }

    fn gone(&self, verdict: Verdict) -> Gone {
        let records = &self.records;
        let emails = self.list.email_indexes().iter();
        let addresses: Vec<Address> =
            emails.flat_map(|index| person::everybody(records.cell(*index))).collect();
        let email = self.list.email_index();
        let value = cell::trim(records.cell(email));
        let invalid = addresses.is_empty().then(|| person::read(value).err()).flatten();
        let invalid = invalid.map(|why| self.invalid_row(email, value, why.to_string()));
        Gone { addresses, line: records.line(), verdict, cells: self.cells(), invalid }
    }

    /// A cell for every column, cleaned.
    fn cells(&self) -> Vec<String> {
        (0..self.list.columns().len()).map(|index| self.list.cell(&self.records, index)).collect()
    }

    fn invalid(&self, index: usize, value: &str, reason: String) -> Row {
        Row::Invalid(self.invalid_row(index, value, reason))
    }

    fn invalid_row(&self, index: usize, value: &str, reason: String) -> InvalidRow {
        let place = self.records.place(self.list.name(), index, value.chars().count());
        InvalidRow { line: self.records.line(), reason, value: cell::shown(value), place }
    }
}

/// How many cells beyond the last column hold something.
fn surplus(records: &Source, columns: usize) -> usize {
    (columns..records.len()).filter(|index| !cell::is_blank(records.cell(*index))).count()
}

/// A cell in quotes whose end nobody knows.
fn malformed(records: &Source) -> Option<usize> {
    match records {
        Source::File(records) => records.malformed(),
        Source::Kept(..) => None,
    }
}

/// A cell that begins with a space and a quote: the quote is part of the cell then, and the
/// next delimiter ends it.
fn spaced_quote(records: &Source) -> Option<usize> {
    let Source::File(records) = records else { return None };
    if !records.knows_quotes() {
        return None;
    }
    let is_spaced = |index: &usize| {
        let cell = records.cell(*index);
        cell.starts_with([' ', '\t'])
            && cell.trim_start_matches([' ', '\t']).starts_with('"')
            && !records.is_quoted(*index)
    };
    (0..records.len()).find(is_spaced)
}

impl List {
    /// A cell, cleaned; empty where it says nothing.
    pub(super) fn cell(&self, records: &Source, index: usize) -> String {
        let raw = records.cell(index);
        // A spreadsheet's mark of text: it stands before all cells of the row then.
        let raw = match raw.strip_prefix('\'') {
            Some(rest) if person::has_text_mark(records.cell(self.email_index())) => rest,
            _ => raw,
        };
        let cell = cell::clean(&cell::unwrapped(raw));
        if self.says_nothing(index, &self.columns()[index], &cell) { String::new() } else { cell }
    }

    /// Whether a row could be mailed, as far as its form tells. What the half of one does not say
    /// is asked about: it is not known whether the other half would.
    pub(super) fn is_readable(&self, records: &Source) -> bool {
        person::read(records.cell(self.email_index())).is_ok()
            && self.misread(records, true).is_none()
    }

    /// Whether a row can be read by the header.
    pub(super) fn is_whole(&self, records: &Source) -> bool {
        self.unreadable(records, true).is_none()
    }

    /// Why a row cannot be read by the header, and at which of its cells that is seen.
    fn unreadable(&self, records: &Source, tells_consent: bool) -> Option<(usize, &'static str)> {
        self.misread(records, tells_consent).or_else(|| {
            let reason = "the row ends before the columns do, and the next line goes on with it: a line break in a cell needs quotes around the cell";
            self.cut_row(records).filter(|_| tells_consent).map(|index| (index, reason))
        })
    }

    /// The same of what is there of a row, were it the half of one.
    fn misread(&self, records: &Source, tells_consent: bool) -> Option<(usize, &'static str)> {
        let columns = self.columns().len();
        if let Some(index) = self.swallowing_cell(records) {
            let reason = "a quote is not closed here, and the rows below are taken for its cell";
            return Some((index, reason));
        }
        if let Some(index) = malformed(records) {
            let reason = "a quote inside the quotes is not written twice, so nobody knows where the cell ends";
            return Some((index, reason));
        }
        if let Some(index) = spaced_quote(records) {
            let reason = "a space stands before the quote, which opens no cell then; take it out";
            return Some((index, reason));
        }
        if let Some(index) = self.wrapped_cell(records) {
            let reason = "a line break in a cell is drawn as `+` here, and the rest of it stands in the row below; export the list as CSV";
            return Some((index, reason));
        }
        let is_filled = |index: &&usize| !cell::is_blank(records.cell(**index));
        if let Some(index) = self.shape.stray.iter().find(is_filled).filter(|_| tells_consent) {
            let reason = "something stands in a column without a name, where hardly any row has anything: nobody knows whether the cells before it are where they belong";
            return Some((*index, reason));
        }
        // A cell too many may be blank, and those before it have moved all the same.
        let is_longer = match records {
            Source::File(_) => records.len() > columns && !self.shape.are_rows_longer,
            Source::Kept(..) => false,
        };
        if tells_consent && (is_longer || surplus(records, columns) > 0) {
            let reason = "more cells than columns: nobody knows which one tells of consent; a value that holds the delimiter needs quotes around it";
            return Some((columns, reason));
        }
        None
    }

    /// A cell that goes on in the next line: `psql` draws its tables so.
    fn wrapped_cell(&self, records: &Source) -> Option<usize> {
        let is_wrapped = |index: &usize| records.cell(*index).ends_with('+');
        self.shape.is_ruled.then(|| (0..records.len()).find(is_wrapped)).flatten()
    }

    /// The last cell of a row that lacks columns, where rows are cut in two: what the other half
    /// says of consent would be said of nobody.
    fn cut_row(&self, records: &Source) -> Option<usize> {
        (self.shape.are_rows_cut && records.len() < self.columns().len()).then(|| records.len() - 1)
    }

    /// A cell with whole rows in it: a quote was left open, and the next
    /// quote, many rows below, closed it. Nobody among them may vanish.
    fn swallowing_cell(&self, records: &Source) -> Option<usize> {
        let columns = self.columns().len();
        let (Source::File(records), Some(delimiter)) = (records, self.delimiter()) else {
            return None;
        };
        if columns < 2 || !records.has_line_breaks() {
            return None;
        }
        let is_row = |line: &str| {
            let cells: Vec<&str> = line.split(delimiter).collect();
            let is_whole = cells.len() >= columns;
            let has_address = |cell: &&str| Address::parse(cell.trim_matches('"')).is_ok();
            // The beginning of a row up to its address is enough, where more stands beside it.
            let is_begun =
                cells.len() > 1 && cells.get(self.email_index()).is_some_and(has_address);
            is_begun || (is_whole && cells.iter().any(has_address))
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
