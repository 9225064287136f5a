//! Why a list cannot be used, and what to do about it.

use std::io;

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

pub(super) fn spreadsheet(name: &str) -> Finding {
    Finding::error(
        "list-not-text",
        format!("the list `{name}` is a spreadsheet, not a CSV file"),
        "open it in the spreadsheet program and export it as CSV (UTF-8)",
    )
}

pub(super) fn database(name: &str) -> Finding {
    Finding::error(
        "list-not-text",
        format!("the list `{name}` is a database, not a CSV file"),
        format!("say which rows: `{name}?query=SELECT email, first_name FROM members`"),
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

pub(super) fn changed(name: &str) -> Finding {
    Finding::error(
        "list-changed",
        format!("the columns of the list `{name}` changed while it was in use"),
        "run the command again when the file is complete",
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
