//! The first line of a list: its columns, and which of them say where to mail. A list may come
//! without such a line: its first row is a person then.

use std::io::Read;

use super::Options;
use super::cell;
use super::columns::{self, Column};
use super::records::{Records, Step};
use super::refusal;
use crate::address::Mailbox;
use crate::finding::{Checked, Finding, closest};
use crate::place::Place;

/// How many rows are looked through for the names of the columns, where the first line has none.
const PREAMBLE: usize = 20;

/// The columns of a file.
#[derive(Clone, Debug)]
pub(super) struct Header {
    /// The columns, from left to right.
    pub(super) columns: Vec<Column>,
    /// The line of the file that names them, if one does.
    pub(super) line: Option<u64>,
    /// Whether the settings name them, where no line does.
    pub(super) is_told: bool,
    /// Where each column's name stands.
    pub(super) places: Vec<Place>,
}

impl Header {
    /// Reads the first record, and leaves it to be read again where it is a person's.
    pub(super) fn read<R: Read>(
        records: &mut Records<R>,
        name: &str,
        options: &Options,
    ) -> Checked<Self> {
        match records.next().map_err(|error| refusal::unreadable(name, &error))? {
            Step::End => return Err(refusal::empty(name).into()),
            Step::OpenQuote { line } => {
                return Err(refusal::open_quote(name, records, line).into());
            }
            Step::TooLong => return Err(refusal::long_header(name).into()),
            Step::Record => {}
        }
        let cells: Vec<&str> = (0..records.len()).map(|index| records.cell(index)).collect();
        let is_line = options.header.unwrap_or_else(|| !cells.iter().any(|cell| is_person(cell)));
        let columns = if is_line { named(&cells) } else { unnamed(&cells, &options.columns) };
        let width = |index: usize| cells[index].chars().count();
        let places = (0..cells.len()).map(|index| records.place(name, index, width(index)));
        let header = Self {
            places: places.collect(),
            columns,
            line: is_line.then(|| records.line()),
            is_told: !is_line && !options.columns.is_empty(),
        };
        if let [only] = header.columns.as_slice()
            && only.header.contains([',', ';', '\t'])
            && only.header.split([',', ';', '\t']).any(columns::is_email_name)
        {
            return Err(refusal::quoted_lines(name, header.places[0].clone()).into());
        }
        if is_line
            && options.email_column.is_none()
            && columns::find_email(&header.columns).is_none()
        {
            look_below(records, name)?;
        }
        Ok(header)
    }
}

/// Refuses a list whose names of columns stand below its first line: a title, a date.
fn look_below<R: Read>(records: &mut Records<R>, name: &str) -> Checked<()> {
    for _ in 0..PREAMBLE {
        if !matches!(records.next(), Ok(Step::Record)) {
            break;
        }
        let cells: Vec<&str> = (0..records.len()).map(|index| records.cell(index)).collect();
        if cells.iter().any(|cell| is_person(cell)) {
            break;
        }
        let below = named(&cells);
        if let Some(index) = columns::find_email(&below) {
            return Err(refusal::header_below(name, records, index).into());
        }
    }
    Ok(())
}

/// Whether a cell is an address, by which its row is a person's.
fn is_person(cell: &str) -> bool {
    cell.contains('@') && Mailbox::parse(cell).is_ok()
}

/// The columns of a line of names.
pub(super) fn named(cells: &[&str]) -> Vec<Column> {
    cells.iter().enumerate().map(|(index, cell)| Column::new(cell, index)).collect()
}

/// The columns of a list without a line of names: as told, or by what stands in its first row.
fn unnamed(cells: &[&str], told: &[String]) -> Vec<Column> {
    let email = cells.iter().position(|cell| is_person(cell));
    let width = cells.len().max(told.len());
    let name = |index: usize| match told.get(index) {
        Some(told) => told.clone(),
        None if Some(index) == email && told.is_empty() => "email".to_owned(),
        None => format!("column_{}", index + 1),
    };
    (0..width).map(|index| Column::new(&name(index), index)).collect()
}

/// Refuses two columns of one name: a letter could not tell them apart.
/// `place` says where a column's name stands.
pub(super) fn check_names(columns: &[Column], place: &dyn Fn(usize) -> Place) -> Checked<()> {
    let earlier = |index: usize| columns[..index].iter().find(|c| c.name == columns[index].name);
    let duplicates = (0..columns.len()).filter_map(|index| Some((index, earlier(index)?)));
    let findings: Vec<Finding> = duplicates
        .map(|(index, first)| {
            let Column { name: field, header } = &columns[index];
            let (one, other) = (cell::shown(&first.header), cell::shown(header));
            let message = if one == other {
                format!("two columns are called `{one}`")
            } else {
                format!("the columns `{one}` and `{other}` would both be `{field}`")
            };
            Finding::error("duplicate-column", message, "rename or delete one of them")
                .at(place(index))
        })
        .collect();
    if findings.is_empty() { Ok(()) } else { Err(findings) }
}

/// Finds the columns that may hold addresses, the one that is taken first: the one told, or by
/// their names.
pub(super) fn email(columns: &[Column], name: &str, told: Option<&str>) -> Checked<Vec<usize>> {
    if let Some(told) = told {
        return called("no-email-column", columns, name, told).map(|index| vec![index]);
    }
    let candidates = columns::email_candidates(columns);
    if !candidates.is_empty() {
        return Ok(candidates);
    }
    let help = format!(
        "say which one by `--email-column NAME`; the columns are {}",
        columns::names(columns)
    );
    let message = format!("no column of `{name}` is called like one of e-mail addresses");
    Err(Finding::error("no-email-column", message, help).into())
}

fn called(code: &'static str, columns: &[Column], name: &str, told: &str) -> Checked<usize> {
    if let Some(index) = columns::find_called(columns, told) {
        return Ok(index);
    }
    let help = format!("the columns are {}", columns::names(columns));
    let help = match closest(told, columns.iter().map(|column| column.name.as_str())) {
        Some(close) => format!("did you mean `{close}`? {help}"),
        None => help,
    };
    let message = format!("no column `{}` in `{name}`", cell::shown(told));
    Err(Finding::error(code, message, help).into())
}

/// What a row is that looks like a line of names among the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Repeated {
    /// The same line once more.
    Same,
    /// Another one: the rows below have other columns.
    Other,
}

/// Whether a row is a line of names, as where two exports were put one behind the other.
pub(super) fn repeated<'a>(
    columns: &[Column],
    email: usize,
    len: usize,
    cell: impl Fn(usize) -> &'a str,
) -> Option<Repeated> {
    let address = cell(email);
    // Nearly all rows have an address here.
    if address.contains('@') || (cell::is_blank(address) && len <= 1) {
        return None;
    }
    let is_own =
        |index: usize| columns.get(index).is_some_and(|column| column.is_called(cell(index)));
    if (0..len.max(columns.len()))
        .all(|index| is_own(index) || (index >= columns.len() && cell::is_blank(cell(index))))
    {
        return Some(Repeated::Same);
    }
    // A line of names has one of addresses, others beside it, and nobody's address.
    let filled: Vec<&str> = (0..len).map(&cell).filter(|cell| !cell::is_blank(cell)).collect();
    let names_addresses =
        |text: &&&str| columns[email].is_called(text) || columns::is_email_name(text);
    let is_header = filled.len() > 1
        && filled.iter().any(|text| names_addresses(&text))
        && !filled.iter().any(|text| text.contains('@'));
    is_header.then_some(Repeated::Other)
}
