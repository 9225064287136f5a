//! How a ledger is, for who asks before anything is sent.

use super::location::Location;
use super::postgres::Postgres;
use super::sqlite::Sqlite;
use crate::finding::Finding;

/// What was found out about a ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// What keeps it: `SQLite 3.51.1`.
    pub engine: String,
    /// The version of its tables.
    pub version: usize,
    /// The version that this program makes of them when it writes.
    pub newest: usize,
    /// What is wrong inside, in the words of who looked.
    pub damage: Vec<String>,
    /// Whether it can be written to, as far as that shows without writing.
    pub is_writable: bool,
    /// Whether what was written is on the disk before it is answered for.
    pub is_durable: bool,
    /// How many bytes are free on its disk, where that can be known.
    pub room: Option<u64>,
    /// How many seconds its clock is ahead of this machine's, where it has one.
    pub ahead: Option<i64>,
}

/// Looks how a ledger is, if there is one; nothing is made or changed. A file is read from
/// its beginning to its end.
pub fn health(location: &Location) -> Result<Option<Health>, Finding> {
    match location {
        Location::Sqlite(path) => Sqlite::read(path)?.map(|ledger| ledger.health(path)).transpose(),
        Location::Postgres(server) => {
            Postgres::read(server)?.map(|ledger| ledger.health()).transpose()
        }
    }
}
