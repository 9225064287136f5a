//! What came back: counted once each, and a reason to suppress.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension, params};

use crate::ledger::bounce::{Bounce, Fate, SoftLimit};
use crate::ledger::entry::Suppression;
use crate::ledger::spelling::Spelling;

use super::meetings;
use super::suppressions;
use super::trouble::Trouble;

/// In seconds.
const DAY: i64 = 86_400;

/// Takes note of bounces, inside a transaction of the caller's.
pub(super) fn take(
    connection: &Connection,
    bounces: &[Bounce],
    limit: SoftLimit,
    now: i64,
) -> Result<Vec<Fate>, Trouble> {
    bounces.iter().map(|bounce| take_one(connection, bounce, limit, now)).collect()
}

fn take_one(
    connection: &Connection,
    bounce: &Bounce,
    limit: SoftLimit,
    now: i64,
) -> Result<Fate, Trouble> {
    let spelling = Spelling::of(&bounce.address);
    let keys = meetings::keys(connection, &spelling)?;
    let Some(recipient) = recipient(connection, bounce, &spelling.key, &keys)? else {
        return Ok(Fate::Stranger);
    };
    let at = bounce.at.clamp(0, now);
    let added = connection
        .prepare_cached(
            "INSERT INTO bounces (digest, recipient, address, is_final, at, enhanced, reply)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT (digest, recipient) DO NOTHING",
        )?
        .execute(params![
            bounce.digest,
            recipient,
            spelling.key,
            bounce.is_final,
            at,
            bounce.enhanced,
            bounce.reply
        ])?;
    if added == 0 {
        return Ok(Fate::Known);
    }
    let reason = if bounce.is_final {
        bounce.reason.clone()
    } else if limit.is_reached(&soft_days(connection, &keys)?) {
        limit.reason(&bounce.reason)
    } else {
        return Ok(Fate::Counted);
    };
    let suppression = Suppression { address: bounce.address.clone(), reason, at: now };
    let is_new = suppressions::suppress(connection, &[suppression])? == 1;
    Ok(if is_new { Fate::Suppressed } else { Fate::Counted })
}

/// The row of what came back. Only what was mailed, or may have been, can; that very spelling
/// first of all.
fn recipient(
    connection: &Connection,
    bounce: &Bounce,
    key: &str,
    keys: &[String],
) -> Result<Option<i64>, Trouble> {
    let mut query = connection.prepare_cached(
        "SELECT r.id FROM recipients r JOIN campaigns c ON c.id = r.campaign
         WHERE c.name = ?1 AND r.address = ?2 AND (?3 OR r.state IN ('sent', 'in_doubt'))",
    )?;
    let others = keys.iter().map(String::as_str).filter(|other| *other != key);
    for spelled in std::iter::once(key).chain(others) {
        let given = params![bounce.campaign, spelled, bounce.at_once];
        if let Some(found) = query.query_row(given, |row| row.get(0)).optional()? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// The days on which a reader bounced softly, from the latest on; they may be
/// read in any order.
fn soft_days(connection: &Connection, keys: &[String]) -> Result<Vec<i64>, Trouble> {
    let mut query = connection.prepare_cached(
        "SELECT DISTINCT at / ?2 AS day FROM bounces
         WHERE address = ?1 AND is_final = 0 ORDER BY day DESC LIMIT 1000",
    )?;
    let mut days = BTreeSet::new();
    for key in keys {
        let found = query.query_map(params![key, DAY], |row| row.get(0))?;
        days.extend(found.collect::<Result<Vec<i64>, _>>()?);
    }
    Ok(days.into_iter().rev().collect())
}
