//! Why a list cannot be used, and what to do about it.

use std::io;

use super::cell;
use super::origin::Query;
use super::records::Records;
use crate::finding::Finding;
use crate::place::Place;

pub(super) fn not_found(name: &str) -> Finding {
    Finding::error(
        "list-not-found",
        format!("there is no list `{name}`"),
        "check the name; a list is given by `--list FILE` or as `file` under `[list]`",
    )
}

pub(super) fn not_a_file(name: &str, is_folder: bool) -> Finding {
    let what = if is_folder { "a folder" } else { "not a regular file" };
    Finding::error(
        "list-not-a-file",
        format!("the list `{name}` is {what}"),
        "name a CSV file; what comes from a pipe must be saved to one first",
    )
}

pub(super) fn unreadable(name: &str, error: &io::Error) -> Finding {
    Finding::error(
        "list-unreadable",
        format!("the list `{name}` cannot be read: {error}"),
        "check the file's permissions, and that its disk is there",
    )
}

pub(super) fn binary(name: &str) -> Finding {
    Finding::error(
        "list-not-text",
        format!("the list `{name}` is not a text file"),
        "a list is a CSV file, as spreadsheet programs export it",
    )
}

pub(super) fn long_header(name: &str) -> Finding {
    Finding::error(
        "list-not-text",
        format!("the first line of the list `{name}` is too long to be one of column names"),
        "a list begins with a line of column names, such as `email,first_name`",
    )
}

pub(super) fn empty(name: &str) -> Finding {
    Finding::error(
        "empty-list",
        format!("the list `{name}` is empty"),
        "a list has a line of column names, such as `email,first_name`, and a line per subscriber",
    )
}

pub(super) fn without_rows(name: &str) -> Finding {
    Finding::error(
        "empty-list",
        format!("the list `{name}` has column names but no subscribers"),
        "add a line per subscriber",
    )
}

pub(super) fn answer_without_rows(query: &Query) -> Finding {
    Finding::error(
        "empty-list",
        format!("the query of `{}` gives no rows", query.name()),
        "see what it should have found: nobody would be mailed",
    )
    .at(query.sql.whole())
}

pub(super) fn unsteady(name: &str) -> Finding {
    Finding::error(
        "list-changed",
        format!("the list `{name}` is being written to and does not hold still"),
        "run the command again when the file is complete",
    )
}

/// A line of names that stands below the first line.
pub(super) fn header_below<R: io::Read>(name: &str, records: &Records<R>, index: usize) -> Finding {
    let width = records.cell(index).chars().count();
    Finding::error(
        "header-below",
        format!("the names of the columns of `{name}` stand here, not in its first line"),
        format!("delete the lines above line {}, and run the command again", records.line()),
    )
    .at(records.place(name, index, width))
}

/// Every line is in quotes as a whole, so that it has one cell.
pub(super) fn quoted_lines(name: &str, place: Place) -> Finding {
    Finding::error(
        "quoted-lines",
        format!("each line of `{name}` is in quotes as a whole, and is one cell then"),
        "export the list again without quoting it twice, or take the outer quotes off",
    )
    .at(place)
}

/// Another line of names among the rows.
pub(super) fn second_header(place: Place) -> Finding {
    Finding::error(
        "second-header",
        "a second line of names stands here: the rows below have other columns",
        "these are two lists in one file: cut it here, and give each part a file of its own",
    )
    .at(place)
}

/// No line names the columns.
pub(super) fn without_header(name: &str) -> Finding {
    Finding::warning(
        "no-header",
        format!("the first line of `{name}` is a person, so the columns have no names"),
        "name them in handbill.toml, or put a line of names above the first:\n[list]\nheader = false\ncolumns = [\"email\", \"first_name\"]",
    )
}

/// Rows of a workbook that it does not show, and that the settings leave out.
pub(super) fn hidden_left_out(name: &str, count: u64) -> Option<Finding> {
    let rows = if count == 1 { "row is" } else { "rows are" };
    (count > 0).then(|| {
        Finding::warning(
            "hidden-rows",
            format!("{count} hidden {rows} left out of `{name}`"),
            "`hidden = \"leave\"` under `[list]` says so; `\"mail\"` mails them like all others",
        )
    })
}

/// People who left, in whose rows no address can be read.
pub(super) fn nameless(name: &str, (count, first): (u64, Option<u64>)) -> Option<Finding> {
    let rows = if count == 1 { "row" } else { "rows" };
    let line = usize::try_from(first?).unwrap_or(usize::MAX);
    Some(
        Finding::warning(
            "left-without-address",
            format!("{count} {rows} of `{name}` of people who left have no address that can be read, the first one here"),
            "correct the address: if they stand on the list once more, that row is mailed",
        )
        .at(Place::new(name, line, 1)),
    )
}

/// Backslashes that may be themselves, or the beginning of a tab or a line break.
pub(super) fn unclear_backslashes(name: &str, cell: &str) -> Finding {
    let cell = cell::shown(cell);
    Finding::error(
        "unclear-backslashes",
        format!(
            "nobody knows what the backslash in `{cell}` means in `{name}`: itself, or what databases write for a tab, a line break or a delimiter"
        ),
        "export the list again as CSV, in which it is itself: psql by `CSV HEADER`, Miller by `--ocsv`, a spreadsheet by `Save As`",
    )
}

/// Rows that say that somebody left, and whose cells may not be where they belong.
pub(super) fn doubtful(name: &str, (count, first): (u64, Option<u64>)) -> Option<Finding> {
    let rows = if count == 1 { "row" } else { "rows" };
    let line = usize::try_from(first?).unwrap_or(usize::MAX);
    Some(
        Finding::warning(
            "doubtful-row",
            format!("{count} {rows} of `{name}` would leave somebody out, and cannot be read by the header: their cells may have moved, the first one here"),
            "nobody in them is mailed; a value that holds the delimiter, a quote or a line break needs quotes around it",
        )
        .at(Place::new(name, line, 1)),
    )
}

/// The quote that the records ended in, which was opened on a line.
pub(super) fn open_quote<R: io::Read>(name: &str, records: &Records<R>, line: u64) -> Finding {
    let place = if line == records.line() {
        records.place(name, records.len().saturating_sub(1), 1)
    } else {
        Place::new(name, usize::try_from(line).unwrap_or(usize::MAX), 1)
    };
    Finding::error(
        "open-quote",
        "a quote is opened here and never closed",
        "close it at the end of the value; a quote inside a quoted value is written twice",
    )
    .at(place)
}
