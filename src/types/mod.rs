//! Types of columns: what the cells of a list are beside text, so that conditions and filters
//! compare numbers as numbers and days as days.
//!
//! A type is read from all cells of a column ([`Tally`]) or told in the settings
//! ([`TypeRule`]). What nobody can be sure of, as `12,50` or `03/04/2026`, is a [`Doubt`], and
//! never guessed. Pure: cells come in.

mod day;
mod format;
mod number;
mod rules;
mod tally;
mod yes_no;

use std::collections::BTreeMap;
use std::fmt;

pub use self::day::{Zone, zone};
pub use self::format::Format;
pub use self::rules::{TypeRule, rules, timezone};
pub use self::tally::Tally;

/// The words for yes and no in many languages, as a table: meaning, language, words.
pub const YES_NO: &str = include_str!("yes_no.tsv");

/// What the cells of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Anything.
    Text,
    /// A number.
    Number,
    /// Yes or no, in any of many languages.
    YesNo,
    /// A day.
    Date,
    /// A day with a time.
    DateTime,
}

impl Kind {
    /// Its name in settings and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::YesNo => "yes/no",
            Self::Date => "date",
            Self::DateTime => "date-time",
        }
    }

    /// A cell of it, in a sentence: `12 of 300 cells are no number`.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::YesNo => "yes or no",
            Self::Date => "date",
            Self::DateTime => "date with a time",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

/// A cell, read by its column's type.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar {
    /// As it stands.
    Text(String),
    /// A number.
    Number(f64),
    /// Yes or no.
    YesNo(bool),
    /// `2026-05-14`, or `2026-05-14T18:30:00` on the clocks of the campaign: earlier ones are less.
    Day(String),
}

/// Why nobody can be sure of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// Cells that may mean one thing or another: `12,50`, `03/04/2026`.
    Unclear(Odd),
    /// Most cells are of one kind, and some are not.
    Mixed(Odd),
    /// The settings say what the cells are, and some are not.
    Misfits(Odd),
}

/// The cells that are in the way of a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Odd {
    /// What the column would be without them.
    pub kind: Kind,
    /// How many they are.
    pub cells: u64,
    /// How many cells of the column are filled.
    pub filled: u64,
    /// The first one.
    pub example: String,
    /// Where it stands in the list.
    pub line: u64,
}

/// The type of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnType {
    /// What its cells are.
    pub kind: Kind,
    /// Whether it is of numbers that are all 0 or 1, and so answers to true and false.
    pub is_flag: bool,
    /// Whether the settings tell it.
    pub is_told: bool,
    /// What is in the way.
    pub doubt: Option<Doubt>,
    /// A cell of it; blank if all are.
    pub example: String,
    decimal: char,
    format: Option<Format>,
}

impl ColumnType {
    /// A column of which nothing is known but what it is.
    pub fn of(kind: Kind) -> Self {
        Self {
            kind,
            is_flag: false,
            is_told: false,
            doubt: None,
            example: String::new(),
            decimal: '.',
            format: None,
        }
    }

    /// Reads a cell; nothing if it is none of this type.
    pub fn read(&self, cell: &str, zone: Zone) -> Option<Scalar> {
        match self.kind {
            Kind::Text => Some(Scalar::Text(cell.to_owned())),
            Kind::Number if self.is_told => number::told(cell, self.decimal).map(Scalar::Number),
            Kind::Number => number::plain(cell).map(Scalar::Number),
            Kind::YesNo => yes_no::read(cell).map(Scalar::YesNo),
            Kind::Date | Kind::DateTime => {
                let read = match &self.format {
                    Some(format) => format.read(cell),
                    None => day::read(cell, zone),
                };
                read.map(Scalar::Day)
            }
        }
    }

    /// Reads what stands in a letter beside such a column: as every letter may write it, or as
    /// the list does.
    pub fn literal(&self, text: &str, zone: Zone) -> Option<Scalar> {
        Self::of(self.kind).read(text, zone).or_else(|| self.read(text, zone))
    }

    /// A cell that such a column might hold.
    pub fn sample(&self) -> String {
        match self.kind {
            Kind::Text => String::new(),
            Kind::Number if self.is_flag => "1".to_owned(),
            Kind::Number => "42".to_owned(),
            Kind::YesNo => "yes".to_owned(),
            Kind::Date | Kind::DateTime => match &self.format {
                Some(format) => format.write((2027, 6, 15), (18, 30, 0)),
                None if self.kind == Kind::Date => "2027-06-15".to_owned(),
                None => "2027-06-15 18:30".to_owned(),
            },
        }
    }

    /// What it is, with how it is written: two that differ in it are two types.
    pub fn signature(&self) -> String {
        let format = self.format.as_ref().map_or("", Format::as_str);
        match (self.kind, self.decimal, format) {
            (Kind::Number, ',', _) => "number,".to_owned(),
            (kind, _, "") => kind.name().to_owned(),
            (kind, _, format) => format!("{kind}({})", format.replace(' ', "_")),
        }
    }
}

/// Reads a text as every letter may write it: `20`, `yes`, `2026-05-14`.
pub fn read(kind: Kind, text: &str) -> Option<Scalar> {
    ColumnType::of(kind).read(text, Zone::UTC)
}

/// The types of the columns that a letter asks about, by their names in it.
#[derive(Clone, Debug, Default)]
pub struct Types {
    columns: BTreeMap<String, ColumnType>,
    /// What messages call the list.
    pub list: String,
    /// Where days begin.
    pub zone: Zone,
}

impl Types {
    /// No types yet, of a list that messages call so.
    pub fn new(list: &str, zone: Zone) -> Self {
        Self { columns: BTreeMap::new(), list: list.to_owned(), zone }
    }

    /// Adds a column's.
    pub fn insert(&mut self, name: &str, column: ColumnType) {
        self.columns.insert(name.to_owned(), column);
    }

    /// The type of a column, if it is known.
    pub fn get(&self, name: &str) -> Option<&ColumnType> {
        self.columns.get(name)
    }

    /// All of them, by their names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &ColumnType)> {
        self.columns.iter().map(|(name, column)| (name.as_str(), column))
    }

    /// Only those of some names.
    #[must_use]
    pub fn only(mut self, is_wanted: impl Fn(&str) -> bool) -> Self {
        self.columns.retain(|name, _| is_wanted(name));
        self
    }
}
