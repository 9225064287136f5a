//! Which runs are alive, and what is kept of each. A claim of a dead run is
//! stored as `claimed` and read as in doubt: nobody is there any more to write
//! it down.

use std::collections::HashMap;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::ledger::entry::{RunId, State};
use crate::ledger::past::{RunRecord, Runner, StageTime};
use crate::ledger::process::Process;

use super::claims::stored;
use super::schema::{self, WITH_PLANS};
use super::trouble::Trouble;

/// Which runs are alive, each looked at once.
pub(super) struct Runs<'a> {
    connection: &'a Connection,
    now: i64,
    alive: HashMap<RunId, bool>,
}

impl<'a> Runs<'a> {
    /// Looks at the runs of a ledger as they are at a moment.
    pub(super) fn new(connection: &'a Connection, now: i64) -> Self {
        Self { connection, now, alive: HashMap::new() }
    }

    /// The state that a stored one comes to: a claim is in doubt when its run
    /// is dead.
    pub(super) fn seen_as(&mut self, stored: State, run: RunId) -> Result<State, Trouble> {
        if stored == State::Claimed && !self.is_alive(run)? {
            return Ok(State::InDoubt);
        }
        Ok(stored)
    }

    fn is_alive(&mut self, run: RunId) -> Result<bool, Trouble> {
        if let Some(&known) = self.alive.get(&run) {
            return Ok(known);
        }
        let open: Option<(Process, i64)> = self
            .connection
            .prepare_cached(
                "SELECT machine, pid, process_start, heartbeat_at FROM runs
                 WHERE id = ?1 AND finished_at IS NULL",
            )?
            .query_row([run.0], process_and_heartbeat)
            .optional()?;
        let alive = open.is_some_and(|(process, heartbeat)| process.is_alive(heartbeat, self.now));
        self.alive.insert(run, alive);
        Ok(alive)
    }
}

/// Of a row where they stand first.
fn process_and_heartbeat(row: &Row<'_>) -> rusqlite::Result<(Process, i64)> {
    let process = Process { machine: row.get(0)?, pid: row.get(1)?, start: row.get(2)? };
    Ok((process, row.get(3)?))
}

/// The runs that are at a campaign now.
pub(super) fn at_work(
    connection: &Connection,
    campaign: &str,
    now: i64,
) -> Result<Vec<RunId>, Trouble> {
    let mut query = connection.prepare_cached(
        "SELECT machine, pid, process_start, heartbeat_at, id FROM runs
         WHERE campaign = (SELECT id FROM campaigns WHERE name = ?1) AND finished_at IS NULL",
    )?;
    let mut rows = query.query([campaign])?;
    let mut runs = Vec::new();
    while let Some(row) = rows.next()? {
        let (process, heartbeat) = process_and_heartbeat(row)?;
        if process.is_alive(heartbeat, now) {
            runs.push(RunId(row.get(4)?));
        }
    }
    Ok(runs)
}

/// The runs of a campaign that are dead and left claims open.
pub(super) fn dead_runs_with_claims(
    connection: &Connection,
    campaign: i64,
    now: i64,
) -> Result<Vec<RunId>, Trouble> {
    let mut query = connection
        .prepare("SELECT DISTINCT run FROM recipients WHERE campaign = ?1 AND state = 'claimed'")?;
    let holders: Vec<i64> =
        query.query_map([campaign], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let mut runs = Runs::new(connection, now);
    let mut dead = Vec::new();
    for run in holders.into_iter().map(RunId) {
        if runs.seen_as(State::Claimed, run)? == State::InDoubt {
            dead.push(run);
        }
    }
    Ok(dead)
}

/// Every run of a campaign, the latest first.
pub(super) fn records(
    connection: &Connection,
    campaign: i64,
    now: i64,
) -> Result<Vec<RunRecord>, Trouble> {
    let plan =
        if schema::version(connection)? < WITH_PLANS { "NULL, NULL" } else { "planned, beyond" };
    let mut query = connection.prepare(&format!(
        "SELECT id, started_at, {plan} FROM runs WHERE campaign = ?1 ORDER BY id DESC"
    ))?;
    let mut rows = query.query([campaign])?;
    let mut runs = Runs::new(connection, now);
    let mut records = Vec::new();
    while let Some(row) = rows.next()? {
        records.push(RunRecord {
            is_alive: runs.is_alive(RunId(row.get(0)?))?,
            started_at: row.get(1)?,
            planned: row.get::<_, Option<i64>>(2)?.map(i64::unsigned_abs),
            beyond: row.get::<_, Option<i64>>(3)?.map(i64::unsigned_abs),
        });
    }
    Ok(records)
}

/// Every run that nobody has ended. What each has claimed is found by an index, and little.
pub(super) fn runners(connection: &Connection, now: i64) -> Result<Vec<Runner>, Trouble> {
    let of_plans = if schema::version(connection)? < WITH_PLANS {
        "NULL, NULL"
    } else {
        "planned, (SELECT count FROM stages WHERE run = runs.id AND stage = 'dot')"
    };
    let mut query = connection.prepare(&format!(
        "SELECT runs.id, campaigns.name, machine, pid, process_start, started_at, heartbeat_at,
                (SELECT count(*) FROM recipients WHERE recipients.campaign = runs.campaign
                    AND recipients.state = 'claimed' AND recipients.run = runs.id),
                {of_plans}
         FROM runs JOIN campaigns ON campaigns.id = runs.campaign
         WHERE finished_at IS NULL ORDER BY runs.id"
    ))?;
    let runners = query.query_map([], |row| {
        let process = Process { machine: row.get(2)?, pid: row.get(3)?, start: row.get(4)? };
        let heartbeat_at = row.get(6)?;
        Ok(Runner {
            run: RunId(row.get(0)?),
            campaign: row.get(1)?,
            is_alive: process.is_alive(heartbeat_at, now),
            process,
            started_at: row.get(5)?,
            heartbeat_at,
            in_flight: row.get::<_, i64>(7)?.unsigned_abs(),
            planned: row.get::<_, Option<i64>>(8)?.map(i64::unsigned_abs),
            dots: row.get::<_, Option<i64>>(9)?.unwrap_or(0).unsigned_abs(),
        })
    })?;
    Ok(runners.collect::<Result<_, _>>()?)
}

/// Keeps how long a run has waited so far.
pub(super) fn keep_stages(
    connection: &Connection,
    run: RunId,
    stages: &[StageTime],
) -> Result<(), Trouble> {
    let mut keep = connection.prepare_cached(
        "INSERT INTO stages (run, stage, count, total_us, longest_us) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (run, stage) DO UPDATE
         SET count = excluded.count, total_us = excluded.total_us, longest_us = excluded.longest_us",
    )?;
    for StageTime { stage, count, total, longest } in stages {
        keep.execute(params![run.0, stage, stored(*count), micros(*total), micros(*longest)])?;
    }
    Ok(())
}

/// How long all runs of a campaign waited.
pub(super) fn stages(connection: &Connection, campaign: i64) -> Result<Vec<StageTime>, Trouble> {
    if schema::version(connection)? < WITH_PLANS {
        return Ok(Vec::new());
    }
    let mut query = connection.prepare(
        "SELECT stage, sum(count), sum(total_us), max(longest_us) FROM stages
         WHERE run IN (SELECT id FROM runs WHERE campaign = ?1) GROUP BY stage ORDER BY 3 DESC",
    )?;
    let stages = query.query_map([campaign], |row| {
        Ok(StageTime {
            stage: row.get(0)?,
            count: row.get::<_, i64>(1)?.unsigned_abs(),
            total: duration(row, 2)?,
            longest: duration(row, 3)?,
        })
    })?;
    Ok(stages.collect::<Result<_, _>>()?)
}

fn micros(time: Duration) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX)
}

fn duration(row: &Row<'_>, column: usize) -> rusqlite::Result<Duration> {
    Ok(Duration::from_micros(row.get::<_, i64>(column)?.unsigned_abs()))
}
