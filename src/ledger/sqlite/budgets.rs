//! What all runs share that use this ledger: the pace, and the mails of a day.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, params};

use crate::ledger::entry::{RunId, State};

use super::claims::stored;
use super::queries;
use super::runs::Runs;
use super::schema;
use super::trouble::Trouble;

/// What a run that goes on has still to send by its plan.
const PLANS: &str = "
    SELECT runs.id,
           planned - (SELECT count(*) FROM recipients
                      WHERE recipients.campaign = runs.campaign AND recipients.run = runs.id
                        AND recipients.state <> 'claimed')
    FROM runs WHERE finished_at IS NULL AND planned IS NOT NULL AND id < ?1";

/// How many mails live runs before this one still have to send.
pub(super) fn promised(
    connection: &Connection,
    before: Option<RunId>,
    now: i64,
) -> Result<u64, Trouble> {
    if schema::version(connection)? < schema::WITH_PLANS {
        return Ok(0);
    }
    let mut runs = Runs::new(connection, now);
    let mut query = connection.prepare(PLANS)?;
    let mut rows = query.query([before.map_or(i64::MAX, |run| run.0)])?;
    let mut promised = 0;
    while let Some(row) = rows.next()? {
        let left: i64 = row.get(1)?;
        if runs.seen_as(State::Claimed, RunId(row.get(0)?))? == State::Claimed {
            promised += u64::try_from(left).unwrap_or(0);
        }
    }
    Ok(promised)
}

/// Keeps what the day leaves of a run's plan.
pub(super) fn reserve(
    connection: &Connection,
    run: RunId,
    most: u64,
    since: i64,
    now: i64,
) -> Result<u64, Trouble> {
    let left = most
        .saturating_sub(queries::sent_since(connection, since)?)
        .saturating_sub(promised(connection, Some(run), now)?);
    let planned: Option<i64> = connection
        .query_row(
            "UPDATE runs SET beyond = beyond + max(planned - ?2, 0), planned = min(planned, ?2)
             WHERE id = ?1 RETURNING planned",
            params![run.0, stored(left)],
            |row| row.get(0),
        )
        .optional()?;
    planned.map(i64::unsigned_abs).ok_or(Trouble::RunOver)
}

/// Takes turns of a pace.
pub(super) fn turns(
    connection: &Connection,
    pace: &str,
    interval: Duration,
    count: u32,
    now: Duration,
) -> Result<Duration, Trouble> {
    let micros = |time: Duration| i64::try_from(time.as_micros()).unwrap_or(i64::MAX);
    let (now, taken) = (micros(now), micros(interval.saturating_mul(count)));
    let next: i64 = connection
        .prepare_cached(
            "INSERT INTO paces (name, next_us) VALUES (?1, ?2 + ?3)
             ON CONFLICT (name) DO UPDATE SET next_us = max(next_us, ?2) + ?3
             RETURNING next_us",
        )?
        .query_row(params![pace, now, taken], |row| row.get(0))?;
    Ok(Duration::from_micros(u64::try_from(next - taken - now).unwrap_or(0)))
}
