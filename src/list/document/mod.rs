//! Lists that are no CSV: workbooks and JSON, read row by row, and the names of everything that is
//! no list.
//!
//! What a file is, is told by what is in it. Cells become text as people would have typed it. What is
//! not sure is asked for (which sheet, what hidden rows are), and what is hostile or damaged is
//! refused, in bounded memory.

mod json;
mod kind;
mod name;
mod trouble;
mod workbook;

use std::fs::File;

use super::rows::Unit;
use crate::consent::Hidden;
use crate::finding::{Checked, Finding};
use json::Json;
use trouble::{FILE_MAX, Trouble};
use workbook::{HiddenRows, Table};

pub(super) use kind::{Kind, kind};
pub(super) use name::find;

/// A list that is no CSV, opened: its header is known, its rows can be had.
pub(super) struct Document {
    /// The names of its columns, from left to right; a column may have none.
    pub(super) headers: Vec<String>,
    /// The number of the row that they stand in; 0 where they stand in no row.
    pub(super) header_row: u64,
    /// What its rows are counted by.
    pub(super) unit: Unit,
    /// How many of them are hidden, and left out.
    pub(super) left_out: u64,
    name: String,
    source: Source,
}

/// Takes the number of a row, whether it is left out, and its cells.
pub(super) type Take<'a> = dyn FnMut(u64, bool, &[String]) -> Checked<()> + 'a;
/// The same, inside.
type EachRow<'a> = dyn FnMut(u64, bool, &[String]) -> Result<(), Trouble> + 'a;

enum Source {
    Table { table: Box<Table>, with_hidden: bool },
    Json(Box<Json>),
}

impl Document {
    /// Opens a file. `name` is what messages call it, `sheet` which of its sheets is meant, or
    /// which array of a JSON file.
    ///
    /// # Errors
    ///
    /// `list-not-text` for what is no list, `list-too-large`, `list-password`, `list-unreadable`,
    /// `empty-list`, `unclear-sheet`, `no-sheet`, `hidden-rows`, `formula-without-value`,
    /// `unclear-json` and `broken-json`.
    pub(super) fn of(
        file: File,
        name: &str,
        sheet: Option<&str>,
        hidden: Option<Hidden>,
    ) -> Checked<Self> {
        Self::try_of(file, name, sheet, hidden).map_err(|trouble| trouble.findings(name))
    }

    /// Gives all rows behind the header: the row's number as people count it, whether it is
    /// hidden and left out, and its cells, as many as it has.
    pub(super) fn pour(self, take: &mut Take<'_>) -> Checked<()> {
        let mut each = |number, is_left_out, cells: &[String]| {
            take(number, is_left_out, cells).map_err(Trouble::Said)
        };
        let poured = match self.source {
            Source::Table { table, with_hidden } => table.pour(with_hidden, &mut each),
            Source::Json(json) => json.pour(&mut each),
        };
        poured.map_err(|trouble| trouble.findings(&self.name))
    }

    fn try_of(
        mut file: File,
        name: &str,
        sheet: Option<&str>,
        hidden: Option<Hidden>,
    ) -> Result<Self, Trouble> {
        // What is to be written begins with the file alone.
        let file_name = sheet.and_then(|sheet| name.strip_suffix(sheet)?.strip_suffix('#'));
        let file_name = file_name.unwrap_or(name);
        match kind(&mut file)? {
            Kind::Workbook(kind) => {
                if file.metadata()?.len() > FILE_MAX {
                    return Err(Trouble::TooLarge("a workbook may have 200 MiB".into()));
                }
                let mut book = workbook::open(file, kind)?;
                let index = workbook::choose(&mut *book, sheet, file_name)?;
                let title = book.sheets().get(index).map(|sheet| sheet.name.clone());
                let table = Table::of(book, index)?;
                Self::of_table(table, name, &title.unwrap_or_default(), hidden)
            }
            Kind::Json | Kind::NdJson => Self::of_json(Json::open(file, file_name, sheet)?, name),
            Kind::Other(other) => Err(other.finding(file_name).into()),
            Kind::Delimited => Err(name::without_sheets(file_name).into()),
        }
    }

    fn of_table(
        table: Table,
        name: &str,
        sheet: &str,
        hidden: Option<Hidden>,
    ) -> Result<Self, Trouble> {
        if table.rows == 0 {
            return Err(empty(name, table.header_row > 0).into());
        }
        let with_hidden = match hidden {
            None if table.hidden.count > 0 => {
                return Err(hidden_rows(name, sheet, &table.hidden).into());
            }
            None | Some(Hidden::Mail) => true,
            Some(Hidden::Leave) => false,
        };
        Ok(Self {
            headers: table.headers.clone(),
            header_row: table.header_row,
            unit: Unit::Row,
            left_out: if with_hidden { 0 } else { table.hidden.count },
            name: name.to_owned(),
            source: Source::Table { table: Box::new(table), with_hidden },
        })
    }

    fn of_json(json: Json, name: &str) -> Result<Self, Trouble> {
        if json.rows == 0 || json.headers.is_empty() {
            return Err(empty(name, false).into());
        }
        Ok(Self {
            headers: json.headers.clone(),
            header_row: 0,
            unit: if json.is_by_lines() { Unit::Line } else { Unit::Row },
            left_out: 0,
            name: name.to_owned(),
            source: Source::Json(Box::new(json)),
        })
    }
}

fn empty(name: &str, has_header: bool) -> Finding {
    if has_header {
        let message = format!("the list `{name}` has column names but no subscribers");
        return Finding::error("empty-list", message, "add a row per subscriber");
    }
    Finding::error(
        "empty-list",
        format!("the list `{name}` is empty"),
        "a list has a row of column names, such as `email` and `first_name`, and a row per subscriber",
    )
}

/// Whoever filters a sheet for those who left, and saves it, leaves them in the file.
fn hidden_rows(name: &str, sheet: &str, hidden: &HiddenRows) -> Finding {
    let first: Vec<String> = hidden.first.iter().map(u64::to_string).collect();
    let first = first.join(", ");
    let (rows, are, which) = match hidden.count {
        1 => ("row", "is", format!("row {first}")),
        count if count == hidden.first.len() as u64 => ("rows", "are", format!("rows {first}")),
        _ => ("rows", "are", format!("rows {first} and others")),
    };
    Finding::error(
        "hidden-rows",
        format!(
            "{} {rows} of the sheet `{}` in `{name}` {are} hidden: {which}",
            hidden.count,
            sheet.chars().map(crate::place::printable).collect::<String>(),
        ),
        "often they are people who have left; say what they are in `handbill.toml` under `[list]`: \
         `hidden = \"leave\"` leaves them out, `hidden = \"mail\"` mails them like all others",
    )
}

#[cfg(test)]
mod tests;
