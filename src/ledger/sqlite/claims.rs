//! What a run writes: that it is there, claims, outcomes, settlements. Every
//! function works inside a transaction that its caller begins and commits.

use rusqlite::{Connection, OptionalExtension, params};

use crate::ledger::entry::{
    Answer, Claim, ClaimRequest, NewRun, Outcome, Record, RunId, Settlement, State, Step,
};
use crate::ledger::spelling::Spelling;

use super::meetings::{self, Scope};
use super::queries;
use super::runs::{self, Runs};
use super::suppressions::Lookup;
use super::trouble::Trouble;

/// The longest reply that is kept, in bytes.
const REPLY_MAX: usize = 1000;

/// The claim: whoever's insert makes the row has it, however many ask. The
/// count of rows says so; `RETURNING` would, for a sixth of the time more.
const CLAIM: &str = "
    INSERT INTO recipients (campaign, address, email, domain, run, at, state, attempts)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 1)
    ON CONFLICT (campaign, address) DO NOTHING";

/// The same for an address that others could spell otherwise, and nobody has yet.
const CLAIM_SPELLED: &str = "
    INSERT INTO recipients (campaign, address, email, domain, run, at, state, attempts, identity)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 1, ?8)";

/// A late outcome of a claim that others settled meanwhile still counts, as
/// long as nobody has claimed it again: it is the truth.
const RECORD: &str = "
    UPDATE recipients
    SET state = ?3, at = ?4, code = ?5, enhanced = ?6, reply = ?7, retry_at = ?8,
        prior_state = NULL
    WHERE id = ?1 AND run = ?2";

const SETTLE: &str = "
    UPDATE recipients SET state = ?2, retry_at = ?3, at = ?4, prior_state = NULL
    WHERE campaign = ?1 AND state = ?5 AND (?6 IS NULL OR run = ?6) AND (merged IS NULL) = ?7";

/// Opens a run.
pub(super) fn open_run(connection: &Connection, run: &NewRun) -> Result<RunId, Trouble> {
    let campaign: i64 = connection.query_row(
        "INSERT INTO campaigns (name, subject, content_hash, since) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (name) DO UPDATE
         SET subject = excluded.subject, content_hash = excluded.content_hash
         RETURNING id",
        params![run.campaign, run.fingerprint.subject, run.fingerprint.content_hash, run.now],
        |row| row.get(0),
    )?;
    let id = connection.query_row(
        "INSERT INTO runs
             (campaign, machine, pid, process_start, started_at, heartbeat_at, planned, beyond,
              identifies)
         VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6, ?7, 1)
         RETURNING id",
        params![
            campaign,
            run.process.machine,
            run.process.pid,
            run.process.start,
            run.now,
            stored(run.planned),
            stored(run.beyond)
        ],
        |row| row.get(0),
    )?;
    Ok(RunId(id))
}

/// A count as SQLite has them.
pub(super) fn stored(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Says that a run is alive.
pub(super) fn heartbeat(connection: &Connection, run: RunId, now: i64) -> Result<(), Trouble> {
    let found = connection.execute(
        "UPDATE runs SET heartbeat_at = ?2 WHERE id = ?1 AND finished_at IS NULL",
        params![run.0, now],
    )?;
    if found == 1 { Ok(()) } else { Err(Trouble::RunOver) }
}

/// Ends a run.
pub(super) fn finish_run(connection: &Connection, run: RunId, now: i64) -> Result<(), Trouble> {
    connection.execute(
        "UPDATE runs SET heartbeat_at = ?2, finished_at = ?2 WHERE id = ?1 AND finished_at IS NULL",
        params![run.0, now],
    )?;
    Ok(())
}

/// What is the same for all steps of a transaction, asked once.
#[derive(Default)]
pub(super) struct Known {
    /// The campaign of a run that goes on.
    campaign: Option<(RunId, i64)>,
    /// How suppressions are looked up.
    suppressions: Option<Lookup>,
    /// Whether anybody who was ever claimed could be spelled otherwise.
    are_there_others: Option<bool>,
}

impl Known {
    fn campaign(&mut self, connection: &Connection, run: RunId) -> Result<i64, Trouble> {
        if let Some((_, campaign)) = self.campaign.filter(|(known, _)| *known == run) {
            return Ok(campaign);
        }
        let campaign = connection
            .prepare_cached("SELECT campaign FROM runs WHERE id = ?1 AND finished_at IS NULL")?
            .query_row([run.0], |row| row.get(0))
            .optional()?
            .ok_or(Trouble::RunOver)?;
        self.campaign = Some((run, campaign));
        Ok(campaign)
    }

    fn is_suppressed(
        &mut self,
        connection: &Connection,
        spelling: &Spelling<'_>,
    ) -> Result<bool, Trouble> {
        let lookup = match self.suppressions {
            Some(known) => known,
            None => Lookup::of(connection)?,
        };
        self.suppressions = Some(lookup);
        lookup.finds(connection, spelling)
    }

    /// Where rows about a reader may be.
    fn scope(
        &mut self,
        connection: &Connection,
        spelling: &Spelling<'_>,
    ) -> Result<Scope, Trouble> {
        if !spelling.is_plain() {
            // From here on there are.
            self.are_there_others = Some(true);
        }
        let others = match self.are_there_others {
            Some(known) => known,
            None => meetings::are_there_others(connection)?,
        };
        self.are_there_others = Some(others);
        Ok(if others { Scope::Everything } else { Scope::Key })
    }
}

/// Takes one step of a transaction.
pub(super) fn take(
    connection: &Connection,
    known: &mut Known,
    step: &Step,
) -> Result<Vec<Answer>, Trouble> {
    match step {
        Step::Claim(request) => claim(connection, known, request),
        Step::Record(records) => record(connection, records).map(|()| Vec::new()),
        Step::Release(claims) => release(connection, claims).map(|()| Vec::new()),
    }
}

fn claim(
    connection: &Connection,
    known: &mut Known,
    request: &ClaimRequest,
) -> Result<Vec<Answer>, Trouble> {
    let ClaimRequest { run, now, .. } = *request;
    let campaign = known.campaign(connection, run)?;
    let mut insert = connection.prepare_cached(CLAIM)?;
    let mut insert_spelled = connection.prepare_cached(CLAIM_SPELLED)?;
    let mut runs = Runs::new(connection, now);
    let mut answers = Vec::with_capacity(request.addresses.len());
    for address in &request.addresses {
        let spelling = Spelling::of(address);
        let suppressed = known.is_suppressed(connection, &spelling)?;
        let state = if suppressed { State::Suppressed } else { State::Claimed };
        let scope = known.scope(connection, &spelling)?;
        let (key, email, domain) = (&spelling.key, address.as_str(), address.domain());
        let found = |scope, runs: &mut Runs<'_>| {
            meetings::rows(connection, campaign, &spelling, scope, Some(run), runs)
        };
        // Where everybody can only be spelled in one way, the key finds out by itself.
        let rows = match scope {
            Scope::Key => Vec::new(),
            scope => found(scope, &mut runs)?,
        };
        let made = match &spelling.other {
            _ if !rows.is_empty() => 0,
            None => insert.execute(params![campaign, key, email, domain, run.0, now, state])?,
            Some(identity) => insert_spelled
                .execute(params![campaign, key, email, domain, run.0, now, state, identity])?,
        };
        answers.push(match (made, state) {
            (0, _) => {
                let rows = if rows.is_empty() { found(Scope::Key, &mut runs)? } else { rows };
                let reader = (&spelling, suppressed);
                meetings::claim_known(connection, campaign, reader, &rows, request)?
            }
            (_, State::Suppressed) => Answer::Suppressed,
            _ => {
                let recipient = connection.last_insert_rowid();
                Answer::Yours(Claim { recipient, run, attempt: 1, again: false })
            }
        });
    }
    Ok(answers)
}

fn record(connection: &Connection, records: &[Record]) -> Result<(), Trouble> {
    let mut update = connection.prepare_cached(RECORD)?;
    for Record { claim, outcome, reply, at } in records {
        let (state, retry_at) = match *outcome {
            Outcome::Sent => (State::Sent, None),
            Outcome::Failed => (State::Failed, None),
            Outcome::Deferred { retry_at } => (State::Deferred, Some(retry_at)),
            Outcome::InDoubt => (State::InDoubt, None),
            // Any later run may look whether the row is complete by then.
            Outcome::Skipped => (State::Skipped, Some(0)),
        };
        let text = reply.text.as_deref().map(|text| &text[..text.floor_char_boundary(REPLY_MAX)]);
        update.execute(params![
            claim.recipient,
            claim.run.0,
            state,
            at,
            reply.code,
            reply.enhanced,
            text,
            retry_at
        ])?;
    }
    Ok(())
}

/// Nothing was attempted: a recipient that is new to the campaign goes, any
/// other stands again where it stood.
fn release(connection: &Connection, claims: &[Claim]) -> Result<(), Trouble> {
    for Claim { recipient, run, .. } in claims {
        connection
            .prepare_cached(
                "DELETE FROM recipients
                 WHERE id = ?1 AND run = ?2 AND state = 'claimed' AND prior_state IS NULL",
            )?
            .execute([*recipient, run.0])?;
        connection
            .prepare_cached(
                "UPDATE recipients
                 SET state = prior_state, prior_state = NULL, attempts = attempts - 1
                 WHERE id = ?1 AND run = ?2 AND state = 'claimed'",
            )?
            .execute([*recipient, run.0])?;
    }
    Ok(())
}

/// Decides about all that is in doubt.
pub(super) fn settle(
    connection: &Connection,
    campaign: &str,
    decision: Settlement,
    now: i64,
) -> Result<u64, Trouble> {
    let Some(campaign) = queries::campaign_id(connection, campaign)? else { return Ok(0) };
    let (state, retry_at) = match decision {
        Settlement::Skip => (State::Skipped, None),
        Settlement::Resend => (State::Deferred, Some(now)),
    };
    let settle_those = |stored: State, run: Option<RunId>| -> Result<usize, Trouble> {
        let run = run.map(|run| run.0);
        let mut update = connection.prepare_cached(SETTLE)?;
        // What is merged into another row is settled with it, and is nobody of its own.
        update.execute(params![campaign, state, retry_at, now, stored, run, false])?;
        Ok(update.execute(params![campaign, state, retry_at, now, stored, run, true])?)
    };
    let mut settled = settle_those(State::InDoubt, None)?;
    for run in runs::dead_runs_with_claims(connection, campaign, now)? {
        settled += settle_those(State::Claimed, Some(run))?;
        finish_run(connection, run, now)?;
    }
    Ok(u64::try_from(settled).expect("a count of rows fits"))
}
