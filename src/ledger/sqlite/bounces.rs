//! What came back: counted once each, and a reason to suppress.

use rusqlite::{Connection, OptionalExtension, params};

use crate::ledger::bounce::{Bounce, Fate, SOFT_BOUNCES, SOFT_DAYS};
use crate::ledger::entry::Suppression;

use super::claims;
use super::trouble::Trouble;

/// In seconds.
const DAY: i64 = 86_400;

/// Takes note of bounces, inside a transaction of the caller's.
pub(super) fn take(
    connection: &Connection,
    bounces: &[Bounce],
    now: i64,
) -> Result<Vec<Fate>, Trouble> {
    bounces.iter().map(|bounce| take_one(connection, bounce, now)).collect()
}

fn take_one(connection: &Connection, bounce: &Bounce, now: i64) -> Result<Fate, Trouble> {
    // Only what was mailed, or may have been, can come back.
    let recipient: Option<i64> = connection
        .prepare_cached(
            "SELECT r.id FROM recipients r JOIN campaigns c ON c.id = r.campaign
             WHERE c.name = ?1 AND r.address = ?2
               AND r.state IN ('sent', 'in_doubt')",
        )?
        .query_row(params![bounce.campaign, bounce.address.key()], |row| row.get(0))
        .optional()?;
    let Some(recipient) = recipient else { return Ok(Fate::Stranger) };
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
            bounce.address.key(),
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
    } else if has_enough(connection, bounce)? {
        format!("{SOFT_BOUNCES} soft bounces within {SOFT_DAYS} days, at last {}", bounce.reason)
    } else {
        return Ok(Fate::Counted);
    };
    let suppression = Suppression { address: bounce.address.clone(), reason, at: now };
    let is_new = claims::suppress(connection, &[suppression])? == 1;
    Ok(if is_new { Fate::Suppressed } else { Fate::Counted })
}

/// Whether an address has bounced softly on enough days that lie together.
/// They may be read in any order.
fn has_enough(connection: &Connection, bounce: &Bounce) -> Result<bool, Trouble> {
    let mut query = connection.prepare_cached(
        "SELECT DISTINCT at / ?2 AS day FROM bounces
         WHERE address = ?1 AND is_final = 0 ORDER BY day DESC LIMIT 1000",
    )?;
    let days: Vec<i64> = query
        .query_map(params![bounce.address.key(), DAY], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    Ok(days.windows(SOFT_BOUNCES).any(|days| days[0] - days[SOFT_BOUNCES - 1] < SOFT_DAYS))
}
