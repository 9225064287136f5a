//! What there is to say of a list as a whole, once and with counts, gathered in the first look at
//! its rows.

use super::cell;
use super::columns::Column;
use super::garbled::Garbled;
use super::open::List;
use super::person;
use super::rows::Unit;
use super::source::Source;
use crate::finding::Finding;
use crate::place::Place;

/// Rows of one kind: how many there are, and where the first one stands.
#[derive(Clone, Copy, Debug, Default)]
struct Kind {
    count: u64,
    first: u64,
}

impl Kind {
    fn add(&mut self, line: u64) {
        if self.count == 0 {
            self.first = line;
        }
        self.count += 1;
    }

    fn rows(self) -> String {
        format!("{} {}", self.count, if self.count == 1 { "row" } else { "rows" })
    }

    fn place(self, name: &str) -> Place {
        Place::new(name, usize::try_from(self.first).unwrap_or(usize::MAX), 1)
    }
}

/// How the rows of a list fit its columns.
#[derive(Clone, Debug, Default)]
pub(super) struct Shape {
    /// The columns without a name that most rows leave blank: what stands there was moved there by
    /// a delimiter that should have stood in quotes.
    pub(super) stray: Vec<usize>,
    /// Whether every row ends in a delimiter that the header lacks.
    pub(super) are_rows_longer: bool,
    /// Whether `psql` has drawn the rows as a table.
    pub(super) is_ruled: bool,
    /// Whether rows were cut by line breaks that stood in their cells: a row that is too short has
    /// lines without an address below it, and together they have the cells of a row. A short row
    /// alone is one whose last cells are blank, as spreadsheets write it.
    pub(super) are_rows_cut: bool,
}

/// What was seen so far.
pub(super) struct Notes {
    columns: usize,
    emails: Vec<usize>,
    surplus: Kind,
    repeated_headers: Kind,
    /// The columns without a name, and how many rows have something there.
    nameless: Vec<(usize, u64)>,
    rows: u64,
    /// How many rows have more cells than the header, blank ones included.
    longer: u64,
    /// Whether `psql` has drawn its line below the names: `----+----`.
    is_ruled: bool,
    /// How many cells a short row and the lines below it have together, each cut one once.
    joined: usize,
    /// How many rows were cut in two by a line break.
    cut: u64,
    garbled: Garbled,
    /// For each other column that may hold addresses, the rows in which it has another one.
    other_addresses: Vec<Kind>,
}

impl Notes {
    /// Begins with the columns, and those of them that may hold addresses.
    pub(super) fn new(columns: &[Column], emails: &[usize], unit: Unit) -> Self {
        Self {
            columns: columns.len(),
            emails: emails.to_vec(),
            surplus: Kind::default(),
            repeated_headers: Kind::default(),
            nameless: columns
                .iter()
                .enumerate()
                .filter(|(_, column)| column.header.is_empty())
                .map(|(index, _)| (index, 0))
                .collect(),
            rows: 0,
            longer: 0,
            is_ruled: false,
            joined: 0,
            cut: 0,
            garbled: Garbled::new(unit),
            other_addresses: vec![Kind::default(); emails.len().saturating_sub(1)],
        }
    }

    /// A line of names that stands there once more.
    pub(super) fn repeated_header(&mut self, line: u64) {
        self.repeated_headers.add(line);
    }

    /// A line that is no row.
    pub(super) fn none(&mut self, row: &Source) {
        self.is_ruled |= row.is_ruler() && row.cell(0).contains('+');
    }

    /// Looks at a row.
    pub(super) fn row(&mut self, row: &Source) {
        let line = row.line();
        if (self.columns..row.len()).any(|index| !cell::is_blank(row.cell(index))) {
            self.surplus.add(line);
        }
        self.rows += 1;
        self.longer += u64::from(row.len() > self.columns);
        if matches!(row, Source::File(_)) {
            self.join(row);
        }
        for index in (0..self.columns).filter(|index| !self.emails.contains(index)) {
            self.garbled.add(line, index, row.cell(index));
        }
        for (index, filled) in &mut self.nameless {
            *filled += u64::from(!cell::is_blank(row.cell(*index)));
        }
        let (first, others) = self.emails.split_first().expect("a list has a column of addresses");
        for (index, kind) in others.iter().zip(&mut self.other_addresses) {
            let other = row.cell(*index);
            if other.contains('@') && !is_same(row.cell(*first), other) {
                kind.add(line);
            }
        }
    }

    /// How the rows fit the columns.
    pub(super) fn shape(&self) -> Shape {
        let is_stray = |(_, filled): &&(usize, u64)| filled * 2 < self.rows;
        Shape {
            stray: self.nameless.iter().filter(is_stray).map(|(index, _)| *index).collect(),
            are_rows_longer: self.longer == self.rows,
            is_ruled: self.is_ruled,
            are_rows_cut: self.cut > 0,
        }
    }

    fn join(&mut self, row: &Source) {
        let address = row.cell(self.emails[0]);
        // The other half may have something like it there.
        let is_short = row.len() < self.columns;
        if address.contains('@') && (!is_short || person::read(address).is_ok()) {
            self.joined = row.len();
        } else if self.joined > 0 {
            self.joined += row.len() - 1;
            self.cut += u64::from(self.joined >= self.columns);
        }
        if self.joined >= self.columns {
            self.joined = 0;
        }
    }

    /// Several columns may hold the address, and they do not agree.
    pub(super) fn unclear_address(
        &self,
        list: &List,
        place: &dyn Fn(usize) -> Place,
    ) -> Option<Finding> {
        let header = |index: usize| cell::shown(&list.columns()[index].header);
        let others = self.emails[1..].iter().zip(&self.other_addresses);
        let differing: Vec<String> = others
            .filter(|(_, kind)| kind.count > 0)
            .map(|(index, kind)| format!("`{}` has another one in {}", header(*index), kind.rows()))
            .collect();
        if differing.is_empty() {
            return None;
        }
        let first = header(self.emails[0]);
        let message = format!(
            "several columns may hold the address: beside `{first}`, {}",
            differing.join(", ")
        );
        let help = format!(
            "say which one is mailed, by `--email-column` or in handbill.toml:\n[list]\nemail_column = \"{first}\""
        );
        Some(Finding::error("unclear-address-column", message, help).at(place(self.emails[0])))
    }

    /// What else there is to say.
    pub(super) fn findings(&self, list: &List) -> Vec<Finding> {
        let name = list.name();
        let mut findings = self.garbled.findings(name, list.columns());
        if self.surplus.count > 0 {
            findings.push(
                Finding::warning(
                    "surplus-cells",
                    format!(
                        "{} of `{name}` with more cells than the header has columns, the first one here",
                        self.surplus.rows()
                    ),
                    "look whether a value holds the delimiter; such a value needs quotes around it",
                )
                .at(self.surplus.place(name)),
            );
        }
        if self.repeated_headers.count > 0 {
            findings.push(
                Finding::warning(
                    "repeated-header",
                    format!(
                        "the line of names stands in `{name}` once more, in {}; it is passed over",
                        self.repeated_headers.rows()
                    ),
                    "nothing is lost; delete these lines if the list is kept",
                )
                .at(self.repeated_headers.place(name)),
            );
        }
        findings
    }
}

/// Whether two cells name the same person.
fn is_same(one: &str, other: &str) -> bool {
    if one == other {
        return true;
    }
    match (person::read(one), person::read(other)) {
        (Ok(one), Ok(other)) => one.address.key() == other.address.key(),
        // An address in one of them alone: nobody knows whether it may be mailed.
        (_, Ok(_)) => false,
        (_, Err(_)) => true,
    }
}
