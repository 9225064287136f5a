//! Who is never mailed, under whatever spelling.

use rusqlite::{Connection, params};

use crate::address::Address;
use crate::ledger::entry::Suppression;
use crate::ledger::spelling::Spelling;

use super::schema::{self, WITH_IDENTITIES};
use super::trouble::Trouble;

const OF_READER: &str = "
    SELECT reason, at FROM suppressions WHERE address IN (?1, ?2) OR identity = ?2";
const BEFORE_IDENTITIES: &str = "
    SELECT reason, at FROM suppressions WHERE address IN (?1, ?2)";

/// How suppressions are to be looked up, found out once for many readers.
#[derive(Clone, Copy, Debug)]
pub(super) enum Lookup {
    /// Nobody is suppressed.
    Nobody,
    /// By the key: nobody who is suppressed could be spelled otherwise.
    Key,
    /// By every spelling.
    Reader,
    /// By that spelling and the plainest: the ledger is of a version before identities.
    Before,
}

impl Lookup {
    /// Looks which it is, in the transaction that asks: nobody is added in between.
    pub(super) fn of(connection: &Connection) -> Result<Self, Trouble> {
        let is_any = |sql| -> Result<bool, Trouble> {
            Ok(connection.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
        };
        Ok(if !is_any("SELECT EXISTS (SELECT 1 FROM suppressions)")? {
            Self::Nobody
        } else if schema::version(connection)? < WITH_IDENTITIES {
            Self::Before
        } else if is_any("SELECT EXISTS (SELECT 1 FROM suppressions WHERE identity > '')")? {
            Self::Reader
        } else {
            Self::Key
        })
    }

    /// Whether a reader is suppressed.
    pub(super) fn finds(
        self,
        connection: &Connection,
        spelling: &Spelling<'_>,
    ) -> Result<bool, Trouble> {
        let reader = [&*spelling.key, spelling.identity()];
        Ok(match self {
            Self::Nobody => false,
            Self::Key if spelling.is_plain() => {
                let sql = "SELECT 1 FROM suppressions WHERE address = ?1";
                connection.prepare_cached(sql)?.exists([&spelling.key])?
            }
            Self::Key | Self::Reader => connection.prepare_cached(OF_READER)?.exists(reader)?,
            Self::Before => connection.prepare_cached(BEFORE_IDENTITIES)?.exists(reader)?,
        })
    }
}

/// Whether a reader is suppressed, asked by somebody who may not write down first what an older
/// program left out: such rows are looked at one by one. They are few.
pub(super) fn contains(connection: &Connection, spelling: &Spelling<'_>) -> Result<bool, Trouble> {
    let lookup = Lookup::of(connection)?;
    if lookup.finds(connection, spelling)? {
        return Ok(true);
    }
    let unidentified = if matches!(lookup, Lookup::Before) { "TRUE" } else { "identity IS NULL" };
    let sql =
        format!("SELECT address FROM suppressions WHERE {unidentified} AND {}", schema::NOT_PLAIN);
    let mut query = connection.prepare_cached(&sql)?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let other = Address::identity_of_key(row.get_ref(0)?.as_str().unwrap_or_default());
        if other.is_some_and(|other| other == spelling.identity()) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Why and since when a reader is suppressed; for each spelling that is.
pub(super) fn reasons(
    connection: &Connection,
    spelling: &Spelling<'_>,
) -> Result<Vec<(String, i64)>, Trouble> {
    let is_before = schema::version(connection)? < WITH_IDENTITIES;
    let sql = if is_before { BEFORE_IDENTITIES } else { OF_READER };
    let mut query = connection.prepare_cached(sql)?;
    let found = query
        .query_map([&*spelling.key, spelling.identity()], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// Suppresses addresses. The first reason stays: it is the one that counts.
pub(super) fn suppress(
    connection: &Connection,
    suppressions: &[Suppression],
) -> Result<u64, Trouble> {
    let mut insert = connection.prepare_cached(
        "INSERT INTO suppressions (address, email, reason, at, identity)
         VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (address) DO NOTHING",
    )?;
    let mut lookup = Lookup::of(connection)?;
    let mut added = 0;
    for Suppression { address, reason, at } in suppressions {
        let spelling = Spelling::of(address);
        if !spelling.is_plain() {
            lookup = Lookup::Reader;
        }
        // Where all are plain, the key finds it out by itself.
        if matches!(lookup, Lookup::Reader) && lookup.finds(connection, &spelling)? {
            continue;
        }
        added +=
            insert.execute(params![spelling.key, address.as_str(), reason, at, spelling.other])?;
    }
    Ok(u64::try_from(added).expect("a count of rows fits"))
}

/// Takes addresses off the suppressions, under whatever spelling they stand there.
pub(super) fn unsuppress(connection: &Connection, addresses: &[Address]) -> Result<u64, Trouble> {
    let mut removed = 0;
    for address in addresses {
        removed += u64::from(remove(connection, &Spelling::of(address))?);
    }
    Ok(removed)
}

/// Takes a reader off; says whether they stood there.
pub(super) fn remove(connection: &Connection, spelling: &Spelling<'_>) -> Result<bool, Trouble> {
    let mut delete = connection
        .prepare_cached("DELETE FROM suppressions WHERE address IN (?1, ?2) OR identity = ?2")?;
    Ok(delete.execute([&*spelling.key, spelling.identity()])? > 0)
}
