//! All that writes: runs, claims, outcomes, settlements, suppressions. Every
//! function works inside a transaction that its caller begins and commits.

use rusqlite::{Connection, OptionalExtension, params};

use crate::address::Address;
use crate::ledger::entry::{
    Answer, Claim, ClaimRequest, NewRun, Outcome, Record, RunId, Settlement, State, Step,
    Suppression,
};
use crate::ledger::standing::Turn;

use super::queries;
use super::runs::{self, Runs};
use super::trouble::Trouble;

/// The longest reply that is kept, in bytes.
const REPLY_MAX: usize = 1000;

/// The claim: whoever's insert makes the row has it, however many ask. The
/// count of rows says so; `RETURNING` would, for a sixth of the time more.
const CLAIM: &str = "
    INSERT INTO recipients (campaign, address, email, domain, run, at, state, attempts)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 1)
    ON CONFLICT (campaign, address) DO NOTHING";

const CLAIM_AGAIN: &str = "
    UPDATE recipients
    SET prior_state = state, state = ?2, run = ?3, at = ?4, attempts = attempts + 1
    WHERE id = ?1
    RETURNING attempts";

/// A late outcome of a claim that others settled meanwhile still counts, as
/// long as nobody has claimed it again: it is the truth.
const RECORD: &str = "
    UPDATE recipients
    SET state = ?3, at = ?4, code = ?5, enhanced = ?6, reply = ?7, retry_at = ?8,
        prior_state = NULL
    WHERE id = ?1 AND run = ?2";

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
             (campaign, machine, pid, process_start, started_at, heartbeat_at, planned, beyond)
         VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6, ?7)
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
    /// Whether any address is suppressed at all.
    anybody_is_suppressed: Option<bool>,
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

    /// Seen in the transaction that claims: nobody can be added in between.
    fn anybody_is_suppressed(&mut self, connection: &Connection) -> Result<bool, Trouble> {
        if let Some(known) = self.anybody_is_suppressed {
            return Ok(known);
        }
        let anybody = connection
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM suppressions)")?
            .query_row([], |row| row.get(0))?;
        self.anybody_is_suppressed = Some(anybody);
        Ok(anybody)
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
    let anybody_is = known.anybody_is_suppressed(connection)?;
    let mut insert = connection.prepare_cached(CLAIM)?;
    let mut is_suppressed =
        connection.prepare_cached("SELECT 1 FROM suppressions WHERE address = ?1")?;
    let mut runs = Runs::new(connection, now);
    let mut answers = Vec::with_capacity(request.addresses.len());
    for address in &request.addresses {
        let (key, email, domain) = (address.key(), address.as_str(), address.domain());
        let suppressed = anybody_is && is_suppressed.exists([&key])?;
        let state = if suppressed { State::Suppressed } else { State::Claimed };
        let made = insert.execute(params![campaign, key, email, domain, run.0, now, state])?;
        answers.push(match (made, state) {
            (0, _) => claim_known(connection, campaign, &key, request, &mut runs)?,
            (_, State::Suppressed) => Answer::Suppressed,
            _ => {
                let recipient = connection.last_insert_rowid();
                Answer::Yours(Claim { recipient, run, attempt: 1, again: false })
            }
        });
    }
    Ok(answers)
}

/// Answers for a recipient that the campaign knows, and claims it again if it
/// is its turn.
fn claim_known(
    connection: &Connection,
    campaign: i64,
    key: &str,
    request: &ClaimRequest,
    runs: &mut Runs<'_>,
) -> Result<Answer, Trouble> {
    let (recipient, standing) =
        queries::standing(connection, campaign, key, Some(request.run), runs)?
            .expect("an address that conflicts is there, in the same transaction");
    let state = match standing.turn(request.retry_failed, request.now) {
        Turn::Stay(answer) => return Ok(answer),
        Turn::Claim => State::Claimed,
        Turn::Suppress => State::Suppressed,
    };
    let attempt = connection
        .prepare_cached(CLAIM_AGAIN)?
        .query_row(params![recipient, state, request.run.0, request.now], |row| row.get(0))?;
    Ok(match state {
        State::Claimed => {
            let again = standing.is_mine;
            Answer::Yours(Claim { recipient, run: request.run, attempt, again })
        }
        _ => Answer::Suppressed,
    })
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
    let mut settled = connection.execute(
        "UPDATE recipients SET state = ?2, retry_at = ?3, at = ?4, prior_state = NULL
         WHERE campaign = ?1 AND state = 'in_doubt'",
        params![campaign, state, retry_at, now],
    )?;
    for run in runs::dead_runs_with_claims(connection, campaign, now)? {
        settled += connection.execute(
            "UPDATE recipients SET state = ?3, retry_at = ?4, at = ?5, prior_state = NULL
             WHERE campaign = ?1 AND state = 'claimed' AND run = ?2",
            params![campaign, run.0, state, retry_at, now],
        )?;
        finish_run(connection, run, now)?;
    }
    Ok(u64::try_from(settled).expect("a count of rows fits"))
}

/// Suppresses addresses. The first reason stays: it is the one that counts.
pub(super) fn suppress(
    connection: &Connection,
    suppressions: &[Suppression],
) -> Result<u64, Trouble> {
    let mut insert = connection.prepare_cached(
        "INSERT INTO suppressions (address, email, reason, at) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (address) DO NOTHING",
    )?;
    let mut added = 0;
    for Suppression { address, reason, at } in suppressions {
        added += insert.execute(params![address.key(), address.as_str(), reason, at])?;
    }
    Ok(u64::try_from(added).expect("a count of rows fits"))
}

/// Takes addresses off the suppressions.
pub(super) fn unsuppress(connection: &Connection, addresses: &[Address]) -> Result<u64, Trouble> {
    let mut delete = connection.prepare_cached("DELETE FROM suppressions WHERE address = ?1")?;
    let mut removed = 0;
    for address in addresses {
        removed += delete.execute([address.key()])?;
    }
    Ok(u64::try_from(removed).expect("a count of rows fits"))
}
