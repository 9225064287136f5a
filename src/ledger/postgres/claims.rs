//! All that a run tells: that it is there, claims, outcomes, settlements. Everything here may be
//! told twice, and comes to the same.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use crate::ledger::entry::{
    Answer, Claim, ClaimRequest, NewRun, Record, RunId, Settlement, State, Step,
};
use crate::ledger::spelling::{Known, Spelling};
use crate::ledger::standing::{Standing, Turn};

use super::link::Link;
use super::meetings::{self, Campaign};
use super::outcomes::Told;
use super::queries;
use super::runs;
use super::trouble::Trouble;

/// The claim: whoever's insert makes the row has it, however many ask. The run is held while
/// it claims (`FOR SHARE`): one that others end at this moment can claim nothing more, and nobody
/// is claimed while `meetings` looks at who is spelled otherwise. In the
/// order of their addresses, so that two who claim the same never wait for each other in a ring.
/// What it is given is numbered behind what `RECORD` is given. All of them can only be spelled as
/// they are; where others have rows that can be spelled like them, those count, and they get none.
const CLAIM: &str = "
    INSERT INTO recipients (campaign, address, email, domain, run, batch, at, state, attempts)
    SELECT run.campaign, asked.address, asked.email, asked.domain, run.id, $13, $14,
           CASE WHEN suppressions.address IS NULL
                 AND NOT (EXISTS (SELECT 1 FROM suppressions WHERE identity > '')
                          AND EXISTS (SELECT 1 FROM suppressions AS other
                                      WHERE other.identity = asked.address))
                THEN 'claimed' ELSE 'suppressed' END, 1
    FROM (SELECT id, campaign FROM runs WHERE id = $12 AND finished_at IS NULL FOR SHARE) AS run
    CROSS JOIN unnest($9::text[], $10::text[], $11::text[]) AS asked (address, email, domain)
    LEFT JOIN suppressions ON suppressions.address = asked.address
    WHERE NOT (EXISTS (SELECT 1 FROM recipients WHERE identity > '')
               AND EXISTS (SELECT 1 FROM recipients AS other
                           WHERE other.identity = asked.address AND other.campaign = run.campaign))
    ORDER BY asked.address
    ON CONFLICT (campaign, address) DO NOTHING
    RETURNING id, address, state";

/// A claim of those whose turn has come again, if they still stand where they were seen.
const CLAIM_AGAIN: &str = "
    UPDATE recipients
    SET prior_state = recipients.state, state = seen.new_state, run = run.id, batch = $6, at = $7,
        attempts = attempts + 1
    FROM (SELECT id FROM runs WHERE id = $5 AND finished_at IS NULL FOR SHARE) AS run
    CROSS JOIN unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[])
        AS seen (id, state, run, new_state)
    WHERE recipients.id = seen.id AND recipients.state = seen.state AND recipients.run = seen.run
    RETURNING recipients.id, attempts";

/// A late outcome of a claim that others settled meanwhile still counts, as long as nobody
/// has claimed it again: it is the truth.
const RECORD: &str = "
    UPDATE recipients
    SET state = told.state, at = told.at, code = told.code, enhanced = told.enhanced,
        reply = told.reply, retry_at = told.retry_at, prior_state = NULL
    FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[], $5::bigint[], $6::text[],
                $7::text[], $8::bigint[])
        AS told (id, run, state, at, code, enhanced, reply, retry_at)
    WHERE recipients.id = told.id AND recipients.run = told.run";

/// Both, in one statement, so in one commit.
static RECORD_AND_CLAIM: LazyLock<String> =
    LazyLock::new(|| format!("WITH told AS ({RECORD}) {CLAIM}"));

/// Nothing was attempted: who is new to the campaign goes, any other stands again as before.
const RELEASE_NEW: &str = "
    DELETE FROM recipients
    USING unnest($1::bigint[], $2::bigint[]) AS given (id, run)
    WHERE recipients.id = given.id AND recipients.run = given.run
      AND state = 'claimed' AND prior_state IS NULL";
const RELEASE_AGAIN: &str = "
    UPDATE recipients
    SET state = prior_state, prior_state = NULL, attempts = attempts - 1
    FROM unnest($1::bigint[], $2::bigint[]) AS given (id, run)
    WHERE recipients.id = given.id AND recipients.run = given.run
      AND state = 'claimed' AND prior_state IS NOT NULL";

/// Opens a run. `token` is the same when it is told again.
pub(super) async fn open_run(link: &Link, run: &NewRun, token: i64) -> Result<RunId, Trouble> {
    let NewRun { campaign, fingerprint, process, planned, beyond, now } = run;
    let campaign: i64 = link
        .one(
            "INSERT INTO campaigns (name, subject, content_hash, since) VALUES ($1, $2, $3, $4)
             ON CONFLICT (name) DO UPDATE
             SET subject = excluded.subject, content_hash = excluded.content_hash
             RETURNING id",
            &[campaign, &fingerprint.subject, &fingerprint.content_hash, now],
        )
        .await?
        .try_get(0)?;
    let row = link
        .one(
            "INSERT INTO runs (campaign, token, machine, pid, process_start, started_at,
                               heartbeat_at, planned, beyond, identifies)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1)
             ON CONFLICT (token) DO UPDATE SET heartbeat_at = excluded.heartbeat_at
             RETURNING id",
            &[
                &campaign,
                &token,
                &process.machine,
                &i64::from(process.pid),
                &process.start,
                now,
                &link.there(*now),
                &stored(*planned),
                &stored(*beyond),
            ],
        )
        .await?;
    Ok(RunId(row.try_get(0)?))
}

/// A count as the database has them.
pub(super) fn stored(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Says that a run is alive.
pub(super) async fn heartbeat(link: &Link, run: RunId, now: i64) -> Result<(), Trouble> {
    let found = link
        .execute(
            "UPDATE runs SET heartbeat_at = $2 WHERE id = $1 AND finished_at IS NULL",
            &[&run.0, &link.there(now)],
        )
        .await?;
    if found == 1 { Ok(()) } else { Err(Trouble::RunOver) }
}

/// Ends a run.
pub(super) async fn finish_run(link: &Link, run: RunId, now: i64) -> Result<(), Trouble> {
    let now = link.there(now);
    link.execute(
        "UPDATE runs SET heartbeat_at = $2, finished_at = $2
         WHERE id = $1 AND finished_at IS NULL",
        &[&run.0, &now],
    )
    .await?;
    Ok(())
}

/// Takes all steps: what is given back first, then outcomes and claims; none of them is
/// about a recipient of another, but for addresses that a list has twice. It costs one round trip
/// while nobody is given back, and nobody of those who are asked for is known or spelled in a way
/// of their own.
pub(super) async fn apply(
    link: &Link,
    steps: &[Step],
    batch: i64,
) -> Result<Vec<Vec<Answer>>, Trouble> {
    let records: Vec<&Record> = steps
        .iter()
        .filter_map(|step| if let Step::Record(records) = step { Some(records) } else { None })
        .flatten()
        .collect();
    let given: Vec<&Claim> = steps
        .iter()
        .filter_map(|step| if let Step::Release(claims) = step { Some(claims) } else { None })
        .flatten()
        .collect();
    let requests: Vec<&ClaimRequest> = steps
        .iter()
        .filter_map(|step| if let Step::Claim(request) = step { Some(request) } else { None })
        .collect();
    link.by_key().await?;
    if !given.is_empty() {
        release(link, &given).await?;
    }
    let (mut told, nothing) = (&Told::of(&records), Told::of(&[]));
    if requests.is_empty() {
        record(link, told).await?;
    }
    let mut asked = Vec::with_capacity(requests.len());
    // Those of one run, which is all but always all of them, are one.
    for group in requests.chunk_by(|a, b| a.run == b.run && a.retry_failed == b.retry_failed) {
        asked.extend(claim(link, told, group, batch).await?);
        told = &nothing;
    }
    let mut asked = asked.into_iter();
    Ok(steps
        .iter()
        .map(|step| match step {
            Step::Claim(_) => asked.next().unwrap_or_default(),
            Step::Record(_) | Step::Release(_) => Vec::new(),
        })
        .collect())
}

async fn record(link: &Link, told: &Told) -> Result<(), Trouble> {
    if !told.is_empty() {
        link.execute(RECORD, &told.given()).await?;
    }
    Ok(())
}

/// An answer, and whether the address is the run's by it.
pub(super) struct Given {
    pub(super) answer: Answer,
    pub(super) is_new: bool,
}

impl Given {
    /// The answer to a second row with the same address.
    fn again(&self) -> Answer {
        match &self.answer {
            _ if self.is_new => Answer::Duplicate,
            Answer::Already(state) => Answer::Already(*state),
            Answer::NotYet { retry_at } => Answer::NotYet { retry_at: *retry_at },
            Answer::Suppressed => Answer::Suppressed,
            Answer::Duplicate | Answer::Yours(_) => Answer::Duplicate,
        }
    }
}

/// Answers for the addresses of some requests of one run, and writes down outcomes with it.
async fn claim(
    link: &Link,
    told: &Told,
    requests: &[&ClaimRequest],
    batch: i64,
) -> Result<Vec<Vec<Answer>>, Trouble> {
    let Some(first) = requests.first() else { return Ok(Vec::new()) };
    // Each reader once: a second spelling in the same request is a duplicate.
    let mut seen = HashSet::new();
    let asked: Vec<Vec<Spelling<'_>>> = requests
        .iter()
        .map(|request| request.addresses.iter().map(Spelling::of).collect())
        .collect();
    let (plain, spelled): (Vec<&Spelling<'_>>, Vec<&Spelling<'_>>) = asked
        .iter()
        .flatten()
        .filter(|reader| seen.insert(reader.identity()))
        .partition(|reader| reader.is_plain());
    let mut answers = HashMap::with_capacity(seen.len());
    if plain.is_empty() {
        record(link, told).await?;
    } else {
        claim_new(link, told, first, &plain, batch, &mut answers).await?;
    }
    let mut known: Vec<&Spelling<'_>> =
        plain.into_iter().filter(|reader| !answers.contains_key(&reader.key)).collect();
    // Whoever was claimed by others between the look and the claim is looked at again.
    while !known.is_empty() {
        let found = claim_known(link, first, &known, batch).await?;
        known.retain(|reader| !found.contains_key(&reader.key));
        answers.extend(found);
    }
    if !spelled.is_empty() {
        answers.extend(meetings::claim(link, first, &spelled, batch).await?);
    }
    let mut answered = |reader: &Spelling<'_>| {
        let given = answers.get_mut(reader.identity());
        let given = given.expect("everybody who was asked for is known");
        let again = given.again();
        std::mem::replace(&mut given.answer, again)
    };
    Ok(asked.iter().map(|readers| readers.iter().map(&mut answered).collect()).collect())
}

/// Claims those of whom the campaign has no row, and who can only be spelled as they are.
async fn claim_new(
    link: &Link,
    told: &Told,
    request: &ClaimRequest,
    readers: &[&Spelling<'_>],
    batch: i64,
    answers: &mut HashMap<String, Given>,
) -> Result<(), Trouble> {
    let run = request.run;
    let keys: Vec<&str> = readers.iter().map(|reader| &*reader.key).collect();
    let emails: Vec<&str> = readers.iter().map(|reader| reader.address.as_str()).collect();
    let domains: Vec<&str> = readers.iter().map(|reader| reader.address.domain()).collect();
    let mut given = told.given().to_vec();
    let own: [&(dyn ToSql + Sync); 6] = [&keys, &emails, &domains, &run.0, &batch, &request.now];
    given.extend(own);
    for row in link.rows(&RECORD_AND_CLAIM, &given).await? {
        let recipient = row.try_get(0)?;
        let answer = match state(&row, 2)? {
            State::Suppressed => Answer::Suppressed,
            _ => Answer::Yours(Claim { recipient, run, attempt: 1, again: false }),
        };
        answers.insert(row.try_get(1)?, Given { answer, is_new: true });
    }
    Ok(())
}

/// Answers for recipients that the campaign knows, and claims them again if it is their turn.
/// Those who moved meanwhile get none.
async fn claim_known(
    link: &Link,
    request: &ClaimRequest,
    readers: &[&Spelling<'_>],
    batch: i64,
) -> Result<HashMap<String, Given>, Trouble> {
    let run = request.run;
    let found = meetings::look(link, Campaign::Of(run), readers, Some(run), request.now).await?;
    if found.iter().all(|found| found.rows.is_empty()) {
        // Where an address was given back in between, it is as if it had never been there.
        return if runs::is_open(link, run).await? {
            Err(Trouble::Moved)
        } else {
            Err(Trouble::RunOver)
        };
    }
    let mut answers = HashMap::with_capacity(readers.len());
    let (mut again, mut meeting) = (Again::default(), Vec::new());
    for (reader, found) in readers.iter().zip(&found) {
        let [row] = &found.rows[..] else {
            meeting.extend((!found.rows.is_empty()).then_some(*reader));
            continue;
        };
        if row.key != reader.key {
            meeting.push(*reader);
            continue;
        }
        if row.is_told_again(run, batch) {
            let again = row.attempts > 1;
            let answer = match row.stored {
                State::Suppressed => Answer::Suppressed,
                _ => Answer::Yours(Claim { recipient: row.id, run, attempt: row.attempts, again }),
            };
            answers.insert(reader.key.clone(), Given { answer, is_new: true });
            continue;
        }
        let standing = Standing { is_suppressed: found.is_suppressed, ..row.standing };
        match standing.turn(request.retry_failed, request.now) {
            Turn::Stay(answer) => {
                answers.insert(reader.key.clone(), Given { answer, is_new: false });
            }
            Turn::Claim => again.push(row, State::Claimed),
            Turn::Suppress => again.push(row, State::Suppressed),
        }
    }
    answers.extend(again.claim(link, request, batch).await?);
    if !meeting.is_empty() {
        answers.extend(meetings::claim(link, request, &meeting, batch).await?);
    }
    Ok(answers)
}

/// Recipients whose turn has come again, column by column.
#[derive(Default)]
struct Again<'a> {
    ids: Vec<i64>,
    states: Vec<&'static str>,
    holders: Vec<i64>,
    new: Vec<&'static str>,
    coming: HashMap<i64, (&'a Known, State)>,
}

impl<'a> Again<'a> {
    fn push(&mut self, row: &'a Known, state: State) {
        self.ids.push(row.id);
        self.states.push(row.stored.as_str());
        self.holders.push(row.holder.0);
        self.new.push(state.as_str());
        self.coming.insert(row.id, (row, state));
    }

    /// Claims those who still stand where they were seen.
    async fn claim(
        mut self,
        link: &Link,
        request: &ClaimRequest,
        batch: i64,
    ) -> Result<Vec<(String, Given)>, Trouble> {
        let run = request.run;
        if self.ids.is_empty() {
            return Ok(Vec::new());
        }
        let given: super::link::Given<'_> =
            &[&self.ids, &self.states, &self.holders, &self.new, &run.0, &batch, &request.now];
        let mut claimed = Vec::with_capacity(self.ids.len());
        for row in link.rows(CLAIM_AGAIN, given).await? {
            let (recipient, attempt) = (row.try_get(0)?, attempts(&row, 1)?);
            let Some((known, state)) = self.coming.remove(&recipient) else { continue };
            let again = known.standing.is_mine;
            let answer = match state {
                State::Suppressed => Answer::Suppressed,
                _ => Answer::Yours(Claim { recipient, run, attempt, again }),
            };
            claimed.push((known.key.clone(), Given { answer, is_new: true }));
        }
        Ok(claimed)
    }
}

/// How often a recipient was tried.
pub(super) fn attempts(row: &Row, column: usize) -> Result<u32, Trouble> {
    Ok(u32::try_from(row.try_get::<_, i64>(column)?).unwrap_or(u32::MAX))
}

/// A state as it is stored.
pub(super) fn state(row: &Row, column: usize) -> Result<State, Trouble> {
    let text: &str = row.try_get(column)?;
    let found = State::ALL.into_iter().find(|state| state.as_str() == text);
    found.ok_or_else(|| Trouble::Unknown(format!("unknown state `{text}`")))
}

async fn release(link: &Link, claims: &[&Claim]) -> Result<(), Trouble> {
    let ids: Vec<i64> = claims.iter().map(|claim| claim.recipient).collect();
    let holders: Vec<i64> = claims.iter().map(|claim| claim.run.0).collect();
    link.execute(RELEASE_NEW, &[&ids, &holders]).await?;
    link.execute(RELEASE_AGAIN, &[&ids, &holders]).await?;
    Ok(())
}

/// Decides about all that is in doubt. A dead run ends before its claims are looked at: what
/// it claims at this very moment is waited for, and it can claim nothing after.
pub(super) async fn settle(
    link: &Link,
    campaign: &str,
    decision: Settlement,
    now: i64,
) -> Result<u64, Trouble> {
    let Some(campaign) = queries::campaign_id(link, campaign).await? else { return Ok(0) };
    let (state, retry_at) = match decision {
        Settlement::Skip => (State::Skipped, None),
        Settlement::Resend => (State::Deferred, Some(now)),
    };
    let dead = runs::dead_with_claims(link, campaign, now).await?;
    for run in &dead {
        finish_run(link, *run, now).await?;
    }
    let dead: Vec<i64> = dead.into_iter().map(|run| run.0).collect();
    let settled = link
        .one(
            "WITH settled AS (
                 UPDATE recipients SET state = $2, retry_at = $3, at = $4, prior_state = NULL
                 WHERE campaign = $1
                   AND (state = 'in_doubt' OR (state = 'claimed' AND run = ANY ($5::bigint[])))
                 RETURNING merged
             )
             SELECT count(*) FROM settled WHERE merged IS NULL",
            &[&campaign, &state.as_str(), &retry_at, &now, &dead],
        )
        .await?;
    // What is merged into another row is settled with it, and is nobody of its own.
    queries::count(&settled, 0)
}
