//! What all runs share that use this ledger, on whatever machine: the pace, and the mails of
//! a day. Turns that were taken in an answer that got lost are nobody's: it may be a moment
//! slower, and never faster.

use std::time::Duration;

use crate::ledger::entry::{RunId, State};

use super::claims::stored;
use super::link::Link;
use super::queries;
use super::runs::Runs;
use super::trouble::Trouble;

/// What a run that goes on has still to send by its plan.
const PLANS: &str = "
    SELECT runs.id,
           planned - (SELECT count(*) FROM recipients
                      WHERE recipients.campaign = runs.campaign AND recipients.run = runs.id
                        AND recipients.state <> 'claimed')
    FROM runs WHERE finished_at IS NULL AND planned IS NOT NULL AND id < $1";

/// How many mails live runs before this one still have to send.
pub(super) async fn promised(link: &Link, before: Option<RunId>, now: i64) -> Result<u64, Trouble> {
    let mut runs = Runs::new(link, now);
    let mut promised = 0;
    for row in link.rows(PLANS, &[&before.map_or(i64::MAX, |run| run.0)]).await? {
        let left: i64 = row.try_get(1)?;
        if runs.seen_as(State::Claimed, RunId(row.try_get(0)?)).await? == State::Claimed {
            promised += u64::try_from(left).unwrap_or(0);
        }
    }
    Ok(promised)
}

/// Keeps what the day leaves of a run's plan. Whoever reserves at the same moment waits.
pub(super) async fn reserve(
    link: &Link,
    run: RunId,
    most: u64,
    since: i64,
    now: i64,
) -> Result<u64, Trouble> {
    link.batch("BEGIN; LOCK TABLE runs IN SHARE ROW EXCLUSIVE MODE").await?;
    let reserved = reserved(link, run, most, since, now).await;
    // It may be the connection that is gone: then this is said by the first trouble.
    let ended = link.batch(if reserved.is_ok() { "COMMIT" } else { "ROLLBACK" }).await;
    let reserved = reserved?;
    ended?;
    Ok(reserved)
}

async fn reserved(
    link: &Link,
    run: RunId,
    most: u64,
    since: i64,
    now: i64,
) -> Result<u64, Trouble> {
    let left = most
        .saturating_sub(queries::sent_since(link, since).await?)
        .saturating_sub(promised(link, Some(run), now).await?);
    let row = link
        .row(
            "UPDATE runs SET beyond = beyond + greatest(planned - $2, 0),
                             planned = least(planned, $2)
             WHERE id = $1 RETURNING planned",
            &[&run.0, &stored(left)],
        )
        .await?;
    let planned: i64 = row.ok_or(Trouble::RunOver)?.try_get(0)?;
    Ok(planned.unsigned_abs())
}

/// Takes turns of a pace, by the database's clock.
pub(super) async fn turns(
    link: &Link,
    pace: &str,
    interval: Duration,
    count: u32,
) -> Result<Duration, Trouble> {
    let taken = i64::try_from(interval.saturating_mul(count).as_micros()).unwrap_or(i64::MAX);
    let row = link
        .one(
            "WITH clock AS (
                 SELECT floor(extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS now_us
             ), taken AS (
                 INSERT INTO paces (name, next_us) SELECT $1, now_us + $2 FROM clock
                 ON CONFLICT (name) DO UPDATE
                 SET next_us = greatest(paces.next_us, excluded.next_us - $2) + $2
                 RETURNING next_us
             )
             SELECT next_us - $2 - now_us FROM taken, clock",
            &[&pace, &taken],
        )
        .await?;
    Ok(Duration::from_micros(u64::try_from(row.try_get::<_, i64>(0)?).unwrap_or(0)))
}
