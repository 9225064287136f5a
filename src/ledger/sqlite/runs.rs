//! Which runs are alive. A claim of a dead run is stored as `claimed` and read
//! as in doubt: nobody is there any more to write it down.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension};

use crate::ledger::entry::{RunId, State};
use crate::ledger::process::Process;

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
            .query_row([run.0], |row| {
                let process =
                    Process { machine: row.get(0)?, pid: row.get(1)?, start: row.get(2)? };
                Ok((process, row.get(3)?))
            })
            .optional()?;
        let alive = open.is_some_and(|(process, heartbeat)| process.is_alive(heartbeat, self.now));
        self.alive.insert(run, alive);
        Ok(alive)
    }
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
