//! A list that a database answers. It is asked once, only to be read, and what it says goes row
//! by row into a [`Spool`](super::spool::Spool), from which everybody reads.
//!
//! Values become the text that a person expects, and all rules for a file's cells hold for them
//! then: numbers as they are written, whole ones without a point; `true` and `false`; days and
//! moments as ISO 8601 writes them; NULL is blank.

mod postgres;
mod sqlite;
mod trouble;

use std::io;

use super::columns::Column;
use super::origin::{Database, Query};
use super::spool::{Spool, Writer};
use crate::finding::Checked;
use trouble::unkept;

/// A database that has understood a query, and has said nothing yet but which columns there are.
pub(super) enum Answer<'a> {
    Sqlite(sqlite::Answer<'a>),
    Postgres(postgres::Answer<'a>),
}

impl<'a> Answer<'a> {
    /// Asks.
    pub(super) fn to(query: &'a Query) -> Checked<Self> {
        Ok(match &query.database {
            Database::Sqlite(path) => Self::Sqlite(sqlite::Answer::to(query, path)?),
            Database::Postgres(server) => Self::Postgres(postgres::Answer::to(query, server)?),
        })
    }

    /// The columns, from left to right.
    pub(super) fn columns(&self) -> Vec<Column> {
        let headers = match self {
            Self::Sqlite(answer) => answer.headers(),
            Self::Postgres(answer) => answer.headers(),
        };
        headers.iter().enumerate().map(|(index, header)| Column::new(header, index)).collect()
    }

    /// All rows.
    pub(super) fn keep(self) -> Checked<Spool> {
        let unkept = |error: io::Error| unkept(&error);
        let mut writer = Writer::new().map_err(unkept)?;
        match self {
            Self::Sqlite(answer) => answer.pour(&mut writer)?,
            Self::Postgres(answer) => answer.pour(&mut writer)?,
        }
        Ok(writer.finish().map_err(unkept)?)
    }
}
