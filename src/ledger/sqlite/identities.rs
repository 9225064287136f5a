//! Identities that a program of a version before left out: filled in when the ledger is opened, and
//! where two rows of one reader meet by it, one of them counts.
//!
//! Many rows are done in many transactions, so that nobody waits for long and memory stays
//! bounded; one that is interrupted goes on the next time.

use rusqlite::{Connection, params};

use crate::address::Address;
use crate::ledger::entry::{RunId, State};
use crate::ledger::spelling::Spelling;

use super::in_transaction;
use super::meetings::{self, Scope};
use super::runs::Runs;
use super::schema::NOT_PLAIN;
use super::trouble::Trouble;

/// How many rows are done in one transaction.
const BATCH: usize = 1000;

/// Fills in all that is missing.
pub(super) fn fill(connection: &mut Connection, now: i64) -> Result<(), Trouble> {
    fill_others(connection)?;
    let old = old_runs(connection)?;
    if old.is_empty() {
        return Ok(());
    }
    let mut after = Some(0);
    while let Some(last) = after {
        after = in_transaction(connection, |transaction| batch(transaction, last, now))?;
    }
    in_transaction(connection, |transaction| {
        let mut runs = Runs::new(transaction, now);
        for run in old {
            // One that is still alive goes on to leave them out.
            if runs.seen_as(State::Claimed, run)? != State::Claimed {
                let sql = "UPDATE runs SET identifies = 1 WHERE id = ?1";
                transaction.prepare_cached(sql)?.execute([run.0])?;
            }
        }
        Ok(())
    })
}

/// Fills in those of suppressions and subscriptions, which no run writes.
pub(super) fn fill_others(connection: &mut Connection) -> Result<(), Trouble> {
    for table in ["suppressions", "subscriptions"] {
        let next = format!(
            "SELECT address FROM {table} WHERE identity IS NULL AND {NOT_PLAIN} LIMIT {BATCH}"
        );
        let set = format!("UPDATE {table} SET identity = ?2 WHERE address = ?1");
        // Looked at without a lock: all but always there is nobody.
        while connection.prepare_cached(&next)?.exists([])? {
            in_transaction(connection, |transaction| {
                let mut query = transaction.prepare_cached(&next)?;
                let keys: Vec<String> =
                    query.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
                let mut update = transaction.prepare_cached(&set)?;
                for key in keys {
                    update.execute(params![key, identity(&key)])?;
                }
                Ok(())
            })?;
        }
    }
    Ok(())
}

/// SQL and we agree on what is plain. If they did not, the row would come again and again.
fn identity(key: &str) -> String {
    Address::identity_of_key(key).unwrap_or_else(|| key.to_owned())
}

/// The runs of older programs.
fn old_runs(connection: &Connection) -> Result<Vec<RunId>, Trouble> {
    let mut query = connection.prepare("SELECT id FROM runs WHERE identifies IS NULL")?;
    let runs = query.query_map([], |row| Ok(RunId(row.get(0)?)))?;
    Ok(runs.collect::<Result<_, _>>()?)
}

/// Does the next recipients; gives the last of them, unless there are no more.
fn batch(connection: &Connection, after: i64, now: i64) -> Result<Option<i64>, Trouble> {
    let mut query = connection.prepare_cached(&format!(
        "SELECT id, campaign, address, email FROM recipients WHERE id > ?1 AND {NOT_PLAIN}
         ORDER BY id LIMIT {BATCH}"
    ))?;
    let found: Vec<(i64, i64, String, String)> = query
        .query_map([after], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?
        .collect::<Result<_, _>>()?;
    let mut runs = Runs::new(connection, now);
    let mut set = connection
        .prepare_cached("UPDATE recipients SET identity = ?2 WHERE id = ?1 AND identity IS NULL")?;
    for (id, campaign, key, email) in &found {
        set.execute(params![id, identity(key)])?;
        // Whoever adds a row by hand may add one that is no address.
        let Ok(address) = Address::parse(email) else { continue };
        let spelling = Spelling::of(&address);
        let rows =
            meetings::rows(connection, *campaign, &spelling, Scope::Everything, None, &mut runs)?;
        meetings::merge_into_counting(connection, &rows)?;
    }
    Ok(found.last().filter(|_| found.len() == BATCH).map(|(id, ..)| *id))
}
