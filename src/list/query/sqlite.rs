//! A query of an SQLite database.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Error, ErrorCode, OpenFlags, Statement};

use super::super::encoding::push_mixed;
use super::super::origin::Query;
use super::super::refusal;
use super::super::spool::Writer;
use super::trouble::{disliked, no_reading, parameters, unkept};
use crate::finding::{Checked, Finding};
use crate::place::printable;

/// How long a lock of another program's is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// A database that has understood a query.
pub(in crate::list) struct Answer<'a> {
    query: &'a Query,
    connection: Connection,
    headers: Vec<String>,
    /// Which columns were declared to be true or false. SQLite keeps them as 1 or 0.
    booleans: Vec<bool>,
}

impl<'a> Answer<'a> {
    /// Opens the database to read, and asks.
    pub(super) fn to(query: &'a Query, path: &Path) -> Checked<Self> {
        let name = query.name();
        match path.metadata() {
            Ok(data) if data.is_file() => {}
            Ok(data) => return Err(refusal::not_a_file(name, data.is_dir()).into()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(refusal::not_found(name).into());
            }
            Err(error) => return Err(refusal::unreadable(name, &error).into()),
        }
        let trouble = |error: Error| trouble(query, &error);
        // No flag for URIs: a path with `?` or `%` is a path.
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(trouble)?;
        let (headers, booleans) = {
            connection.busy_timeout(PATIENCE).map_err(trouble)?;
            // A column that is not there would become a text, and stand in every letter.
            connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false).map_err(trouble)?;
            // Read-only the file is already; this holds for whatever a query attaches, too.
            connection
                .execute_batch("PRAGMA query_only = ON; PRAGMA cache_size = -4096;")
                .map_err(trouble)?;
            let statement = prepare(&connection, query)?;
            let is_boolean = |declared: &str| {
                ["BOOLEAN", "BOOL"].iter().any(|name| declared.eq_ignore_ascii_case(name))
            };
            let columns = statement.columns();
            columns
                .map(|column| {
                    (column.name().to_owned(), column.decl_type().is_some_and(is_boolean))
                })
                .unzip()
        };
        Ok(Self { query, connection, headers, booleans })
    }

    pub(super) fn headers(&self) -> &[String] {
        &self.headers
    }

    /// All rows: one statement sees one state of the database.
    pub(super) fn pour(&self, writer: &mut Writer) -> Checked<()> {
        let trouble = |error: Error| trouble(self.query, &error);
        let mut statement = prepare(&self.connection, self.query)?;
        let mut rows = statement.query([]).map_err(trouble)?;
        while let Some(row) = rows.next().map_err(trouble)? {
            for (index, is_boolean) in self.booleans.iter().enumerate() {
                push(row.get_ref(index).map_err(trouble)?, *is_boolean, writer);
                writer.end_cell();
            }
            writer.end_row().map_err(|error| unkept(&error))?;
        }
        Ok(())
    }
}

fn prepare<'a>(connection: &'a Connection, query: &Query) -> Checked<Statement<'a>> {
    let statement = connection.prepare(query.sql.text()).map_err(|error| trouble(query, &error))?;
    if statement.column_count() == 0 || !statement.readonly() {
        return Err(no_reading(query, "does not only read").into());
    }
    // What is not bound would be NULL without a word.
    if statement.parameter_count() > 0 {
        return Err(parameters(query).into());
    }
    Ok(statement)
}

fn push(value: ValueRef<'_>, is_boolean: bool, writer: &mut Writer) {
    match value {
        ValueRef::Null => {}
        ValueRef::Integer(0) if is_boolean => writer.push("false"),
        ValueRef::Integer(1) if is_boolean => writer.push("true"),
        ValueRef::Integer(number) => writer.push(&number.to_string()),
        // The shortest text that is this number: 25, not 25.0, as in a letter.
        ValueRef::Real(number) => writer.push(&number.to_string()),
        ValueRef::Text(bytes) => push_mixed(bytes, &mut |piece| writer.push(piece)),
        // Text that a program has put there as bytes; what is none is shown as such.
        ValueRef::Blob(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) if !text.contains('\0') => writer.push(text),
            _ => {
                writer.push("\\x");
                for byte in bytes {
                    writer.push(&format!("{byte:02x}"));
                }
            }
        },
    }
}

fn trouble(query: &Query, error: &Error) -> Finding {
    let name = query.name();
    let said: String = match error {
        Error::SqlInputError { msg, .. } | Error::SqliteFailure(_, Some(msg)) => msg.clone(),
        other => other.to_string(),
    };
    let said: String = said.chars().map(printable).collect();
    if let Error::MultipleStatement = error {
        return no_reading(query, "is more than one statement");
    }
    if let Error::SqlInputError { offset, .. } = error {
        let place = match usize::try_from(*offset) {
            Ok(at) => query.sql.word(at),
            Err(_) => query.sql.whole(),
        };
        return disliked(query, place, &said, None);
    }
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => Finding::error(
            "list-not-database",
            format!("`{name}` is no database of SQLite's, and cannot be asked"),
            "name a CSV file without `?query=`",
        ),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Finding::error(
            "list-locked",
            format!("the list `{name}` is locked by another program"),
            "end what writes to it, then run the command again",
        ),
        Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied | ErrorCode::ReadOnly) => {
            Finding::error(
                "list-unreadable",
                format!("the list `{name}` cannot be read: {said}"),
                "check the file's permissions; one that another program is writing to (WAL) needs a folder that can be written to",
            )
        }
        _ => disliked(query, query.sql.whole(), &said, None),
    }
}
