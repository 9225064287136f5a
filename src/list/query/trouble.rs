//! Why a query gives no list, and what to do about it.

use std::io;

use super::super::origin::Query;
use crate::files::plain;
use crate::finding::Finding;
use crate::place::Place;

/// What a query is, where it is something else.
pub(super) const ONLY_READS: &str =
    "a list is one statement that reads: SELECT, VALUES or WITH … SELECT";

/// The database does not like the query, in its own words.
pub(super) fn disliked(query: &Query, place: Place, said: &str, hint: Option<&str>) -> Finding {
    let help = hint.map_or_else(
        || "correct the query; the database's own client (`psql`, `sqlite3`) is a good place to try it".to_owned(),
        str::to_owned,
    );
    Finding::error("list-query", format!("the query of `{}` fails: {said}", query.name()), help)
        .at(place)
}

/// The query is none of those that are asked.
pub(super) fn no_reading(query: &Query, what: &str) -> Finding {
    Finding::error("list-query", format!("the query of `{}` {what}", query.name()), ONLY_READS)
        .at(query.sql.whole())
}

/// Nobody says what a parameter's value is.
pub(super) fn parameters(query: &Query) -> Finding {
    let message = format!("the query of `{}` has parameters (`?`, `$1`)", query.name());
    Finding::error("list-query", message, "write the values themselves").at(query.sql.whole())
}

/// There is no room for the rows.
pub(super) fn unkept(error: &io::Error) -> Finding {
    Finding::error(
        "list-spool",
        format!("the rows of the query cannot be kept: {}", plain(error)),
        "they take about as much room as a CSV would, in the folder for temporary files: make room there, or name another in `TMPDIR`",
    )
}
