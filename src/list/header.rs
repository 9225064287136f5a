//! The first line of a list: its columns, and which of them say where to
//! mail and whom not to.

use std::io::Read;

use super::StatusColumn;
use super::cell;
use super::columns::{self, Column};
use super::records::{Records, Step};
use super::refusal;
use super::status::Says;
use crate::address::Mailbox;
use crate::finding::{Checked, Finding, closest};
use crate::place::Place;

/// Reads the columns.
pub(super) fn read<R: Read>(records: &mut Records<R>, name: &str) -> Checked<Vec<Column>> {
    match records.next().map_err(|error| refusal::unreadable(name, &error))? {
        Step::End => Err(refusal::empty(name).into()),
        Step::OpenQuote { line } => Err(refusal::open_quote(name, records, line).into()),
        Step::TooLong => Err(refusal::long_header(name).into()),
        Step::Record => {
            Ok((0..records.len()).map(|index| Column::new(records.cell(index), index)).collect())
        }
    }
}

/// Refuses two columns of one name: a letter could not tell them apart.
/// `place` says where a column's name stands, and so many characters of it.
pub(super) fn check_names(
    columns: &[Column],
    place: &dyn Fn(usize, usize) -> Place,
) -> Checked<()> {
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
                .at(place(index, header.chars().count()))
        })
        .collect();
    if findings.is_empty() { Ok(()) } else { Err(findings) }
}

/// Finds the column of addresses: the one told, or by its name.
pub(super) fn email(columns: &[Column], name: &str, told: Option<&str>) -> Checked<usize> {
    if let Some(told) = told {
        return named("no-email-column", columns, name, told);
    }
    if let Some(index) = columns::find_email(columns) {
        return Ok(index);
    }
    let help = if columns.iter().any(|column| Mailbox::parse(&column.header).is_ok()) {
        "its first line is a subscriber: put a line of column names above it, such as \
         `email,first_name`"
            .to_owned()
    } else {
        format!("say which one by `--email-column NAME`; the columns are {}", names(columns))
    };
    let message = format!("no column of `{name}` is called like one of e-mail addresses");
    Err(Finding::error("no-email-column", message, help).into())
}

/// Finds the columns that say who has left.
pub(super) fn status(
    columns: &[Column],
    name: &str,
    status: &StatusColumn,
) -> Checked<Vec<(usize, Says)>> {
    match status {
        StatusColumn::Off => Ok(Vec::new()),
        StatusColumn::Auto => Ok(columns
            .iter()
            .enumerate()
            .filter_map(|(index, column)| Some((index, Says::of(column)?)))
            .collect()),
        StatusColumn::Named(told) => {
            let index = named("no-status-column", columns, name, told)?;
            Ok(vec![(index, Says::of_named(&columns[index]))])
        }
    }
}

fn named(code: &'static str, columns: &[Column], name: &str, told: &str) -> Checked<usize> {
    let exact = columns.iter().position(|column| column.name == told || column.header == told);
    if let Some(index) = exact.or_else(|| columns.iter().position(|column| column.is_called(told)))
    {
        return Ok(index);
    }
    let help = format!("the columns are {}", names(columns));
    let help = match closest(told, columns.iter().map(|column| column.name.as_str())) {
        Some(close) => format!("did you mean `{close}`? {help}"),
        None => help,
    };
    let message = format!("no column `{}` in `{name}`", cell::shown(told));
    Err(Finding::error(code, message, help).into())
}

/// The columns' names for a help line; the first of very many.
fn names(columns: &[Column]) -> String {
    const MOST: usize = 30;
    let shown: Vec<&str> = columns.iter().map(|column| column.name.as_str()).take(MOST).collect();
    match columns.len() - shown.len() {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
