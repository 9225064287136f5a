//! Which runs are alive, and what is kept of each. A claim of a dead run is stored as
//! `claimed` and read as in doubt: nobody is there any more to write it down.

use std::collections::HashMap;
use std::time::Duration;

use tokio_postgres::Row;

use crate::ledger::entry::{RunId, State};
use crate::ledger::past::{RunRecord, Runner, StageTime};
use crate::ledger::process::Process;

use super::claims::stored;
use super::link::Link;
use super::outcomes::text;
use super::queries::count;
use super::trouble::Trouble;

/// Which runs are alive, each looked at once.
pub(super) struct Runs<'a> {
    link: &'a Link,
    now: i64,
    alive: HashMap<RunId, bool>,
}

impl<'a> Runs<'a> {
    /// Looks at the runs of a ledger as they are at a moment of this machine's clock.
    pub(super) fn new(link: &'a Link, now: i64) -> Self {
        Self { link, now, alive: HashMap::new() }
    }

    /// The state that a stored one comes to: a claim is in doubt when its run is dead.
    pub(super) async fn seen_as(&mut self, stored: State, run: RunId) -> Result<State, Trouble> {
        if stored == State::Claimed && !self.is_alive(run).await? {
            return Ok(State::InDoubt);
        }
        Ok(stored)
    }

    async fn is_alive(&mut self, run: RunId) -> Result<bool, Trouble> {
        if let Some(&known) = self.alive.get(&run) {
            return Ok(known);
        }
        let row = self
            .link
            .row(
                "SELECT machine, pid, process_start, heartbeat_at FROM runs
                 WHERE id = $1 AND finished_at IS NULL",
                &[&run.0],
            )
            .await?;
        let now = self.link.there(self.now);
        let alive = row.map_or(Ok(false), |row| looks_alive(&row, now))?;
        self.alive.insert(run, alive);
        Ok(alive)
    }
}

/// Whether a run is alive that has not ended: its machine, process and heartbeat stand first.
fn looks_alive(row: &Row, now: i64) -> Result<bool, Trouble> {
    let process = Process {
        machine: row.try_get(0)?,
        pid: u32::try_from(row.try_get::<_, i64>(1)?).unwrap_or_default(),
        start: row.try_get(2)?,
    };
    Ok(process.is_alive(row.try_get(3)?, now))
}

/// The runs that are at a campaign now.
pub(super) async fn at_work(link: &Link, campaign: &str, now: i64) -> Result<Vec<RunId>, Trouble> {
    let sql = "SELECT machine, pid, process_start, heartbeat_at, id FROM runs
               WHERE campaign = (SELECT id FROM campaigns WHERE name = $1) AND finished_at IS NULL";
    let mut runs = Vec::new();
    for row in link.rows(sql, &[&campaign]).await? {
        if looks_alive(&row, link.there(now))? {
            runs.push(RunId(row.try_get(4)?));
        }
    }
    Ok(runs)
}

/// Whether a run goes on.
pub(super) async fn is_open(link: &Link, run: RunId) -> Result<bool, Trouble> {
    let sql = "SELECT 1 FROM runs WHERE id = $1 AND finished_at IS NULL";
    Ok(link.row(sql, &[&run.0]).await?.is_some())
}

/// The runs of a campaign that are dead and left claims open.
pub(super) async fn dead_with_claims(
    link: &Link,
    campaign: i64,
    now: i64,
) -> Result<Vec<RunId>, Trouble> {
    let rows = link
        .rows(
            "SELECT DISTINCT run FROM recipients WHERE campaign = $1 AND state = 'claimed'",
            &[&campaign],
        )
        .await?;
    let mut runs = Runs::new(link, now);
    let mut dead = Vec::new();
    for row in rows {
        let run = RunId(row.try_get(0)?);
        if runs.seen_as(State::Claimed, run).await? == State::InDoubt {
            dead.push(run);
        }
    }
    Ok(dead)
}

/// Every run of a campaign, the latest first.
pub(super) async fn records(
    link: &Link,
    campaign: i64,
    now: i64,
) -> Result<Vec<RunRecord>, Trouble> {
    let rows = link
        .rows(
            "SELECT id, started_at, planned, beyond FROM runs WHERE campaign = $1
             ORDER BY id DESC",
            &[&campaign],
        )
        .await?;
    let mut runs = Runs::new(link, now);
    let mut records = Vec::with_capacity(rows.len());
    for row in rows {
        records.push(RunRecord {
            is_alive: runs.is_alive(RunId(row.try_get(0)?)).await?,
            started_at: row.try_get(1)?,
            planned: row.try_get::<_, Option<i64>>(2)?.map(i64::unsigned_abs),
            beyond: row.try_get::<_, Option<i64>>(3)?.map(i64::unsigned_abs),
        });
    }
    Ok(records)
}

/// Every run that nobody has ended. What each has claimed is found by an index, and little.
pub(super) async fn runners(link: &Link, now: i64) -> Result<Vec<Runner>, Trouble> {
    let sql = "
        SELECT runs.id, campaigns.name, machine, pid, process_start, started_at, heartbeat_at,
               (SELECT count(*) FROM recipients WHERE recipients.campaign = runs.campaign
                   AND recipients.state = 'claimed' AND recipients.run = runs.id),
               planned, (SELECT count FROM stages WHERE run = runs.id AND stage = 'dot')
        FROM runs JOIN campaigns ON campaigns.id = runs.campaign
        WHERE finished_at IS NULL ORDER BY runs.id";
    let rows = link.rows(sql, &[]).await?;
    let runner = |row: &tokio_postgres::Row| {
        let process = Process {
            machine: row.try_get(2)?,
            pid: u32::try_from(row.try_get::<_, i64>(3)?).unwrap_or_default(),
            start: row.try_get(4)?,
        };
        let heartbeat_at: i64 = row.try_get(6)?;
        Ok(Runner {
            run: RunId(row.try_get(0)?),
            campaign: row.try_get(1)?,
            is_alive: process.is_alive(heartbeat_at, link.there(now)),
            process,
            started_at: row.try_get(5)?,
            heartbeat_at: link.here(heartbeat_at),
            in_flight: count(row, 7)?,
            planned: row.try_get::<_, Option<i64>>(8)?.map(i64::unsigned_abs),
            dots: row.try_get::<_, Option<i64>>(9)?.unwrap_or(0).unsigned_abs(),
        })
    };
    rows.iter().map(runner).collect()
}

/// Keeps how long a run has waited so far.
pub(super) async fn keep_stages(
    link: &Link,
    run: RunId,
    stages: &[StageTime],
) -> Result<(), Trouble> {
    let names: Vec<String> = stages.iter().map(|stage| text(&stage.stage)).collect();
    let counts: Vec<i64> = stages.iter().map(|stage| stored(stage.count)).collect();
    let totals: Vec<i64> = stages.iter().map(|stage| micros(stage.total)).collect();
    let longest: Vec<i64> = stages.iter().map(|stage| micros(stage.longest)).collect();
    link.execute(
        "INSERT INTO stages (run, stage, count, total_us, longest_us)
         SELECT $1, * FROM unnest($2::text[], $3::bigint[], $4::bigint[], $5::bigint[])
         ON CONFLICT (run, stage) DO UPDATE
         SET count = excluded.count, total_us = excluded.total_us,
             longest_us = excluded.longest_us",
        &[&run.0, &names, &counts, &totals, &longest],
    )
    .await?;
    Ok(())
}

/// How long all runs of a campaign waited.
pub(super) async fn stages(link: &Link, campaign: i64) -> Result<Vec<StageTime>, Trouble> {
    let rows = link
        .rows(
            "SELECT stage, sum(count)::bigint, sum(total_us)::bigint, max(longest_us) FROM stages
             WHERE run IN (SELECT id FROM runs WHERE campaign = $1)
             GROUP BY stage ORDER BY 3 DESC",
            &[&campaign],
        )
        .await?;
    rows.iter()
        .map(|row| {
            Ok(StageTime {
                stage: row.try_get(0)?,
                count: count(row, 1)?,
                total: Duration::from_micros(count(row, 2)?),
                longest: Duration::from_micros(count(row, 3)?),
            })
        })
        .collect()
}

fn micros(time: Duration) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX)
}
