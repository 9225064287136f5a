//! All that a run tells: claims, outcomes, settlements, suppressions. Everything here may be
//! told twice, and comes to the same.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use tokio::join;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use crate::address::Address;
use crate::ledger::entry::{
    Answer, Claim, ClaimRequest, NewRun, Outcome, Record, RunId, Settlement, State, Step,
    Suppression,
};
use crate::ledger::standing::{Standing, Turn};

use super::link::Link;
use super::queries;
use super::runs::{self, Runs};
use super::trouble::Trouble;

/// The longest reply that is kept, in bytes.
const REPLY_MAX: usize = 1000;

/// The claim: whoever's insert makes the row has it, however many ask. The run is held while
/// it claims (`FOR SHARE`): one that others end at this moment can claim nothing more. In the
/// order of their addresses, so that two who claim the same never wait for each other in a ring.
/// What it is given is numbered behind what `RECORD` is given.
const CLAIM: &str = "
    INSERT INTO recipients (campaign, address, email, domain, run, batch, at, state, attempts)
    SELECT run.campaign, asked.address, asked.email, asked.domain, run.id, $13, $14,
           CASE WHEN suppressions.address IS NULL THEN 'claimed' ELSE 'suppressed' END, 1
    FROM (SELECT id, campaign FROM runs WHERE id = $12 AND finished_at IS NULL FOR SHARE) AS run
    CROSS JOIN unnest($9::text[], $10::text[], $11::text[]) AS asked (address, email, domain)
    LEFT JOIN suppressions ON suppressions.address = asked.address
    ORDER BY asked.address
    ON CONFLICT (campaign, address) DO NOTHING
    RETURNING id, address, state";

/// Where those stand who were there before.
const STANDING: &str = "
    SELECT recipients.id, recipients.address, state, run, retry_at, batch, attempts, prior_state,
           EXISTS (SELECT 1 FROM suppressions WHERE suppressions.address = recipients.address)
    FROM recipients
    WHERE campaign = (SELECT campaign FROM runs WHERE id = $1 AND finished_at IS NULL)
      AND address = ANY ($2::text[])";

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
                               heartbeat_at, planned, beyond)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
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

/// Takes all steps: outcomes and what is given back first, then claims; none of them is
/// about a recipient of another, but for addresses that a list has twice. All is on its way
/// before the first answer is waited for, so it costs one round trip while nobody of those
/// who are asked for is known.
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
    let told = Told::of(&records);
    let released = async {
        if !given.is_empty() {
            release(link, &given).await?;
        }
        if requests.is_empty() && !records.is_empty() {
            link.execute(RECORD, &told.given()).await?;
        }
        Ok(())
    };
    let nothing = Told::of(&[]);
    let asked = async {
        let mut answers = Vec::with_capacity(requests.len());
        let mut told = &told;
        // Those of one run, which is all but always all of them, are one.
        for group in requests.chunk_by(|a, b| a.run == b.run && a.retry_failed == b.retry_failed) {
            answers.extend(claim(link, told, group, batch).await?);
            told = &nothing;
        }
        Ok::<_, Trouble>(answers)
    };
    let (released, asked) = join!(released, asked);
    let released: Result<(), Trouble> = released;
    released?;
    let mut asked = asked?.into_iter();
    Ok(steps
        .iter()
        .map(|step| match step {
            Step::Claim(_) => asked.next().unwrap_or_default(),
            Step::Record(_) | Step::Release(_) => Vec::new(),
        })
        .collect())
}

/// An answer, and whether the address is the run's by it.
struct Given {
    answer: Answer,
    is_new: bool,
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
    let (run, now) = (first.run, first.now);
    // Each once: a second one in the same request is a duplicate.
    let mut seen = HashSet::new();
    let mut keys: Vec<String> = Vec::new();
    let (mut emails, mut domains) = (Vec::new(), Vec::new());
    for address in requests.iter().flat_map(|request| &request.addresses) {
        let key = address.key();
        if seen.insert(key.clone()) {
            keys.push(key);
            emails.push(address.as_str());
            domains.push(address.domain());
        }
    }
    let mut given = told.given().to_vec();
    let own: [&(dyn ToSql + Sync); 6] = [&keys, &emails, &domains, &run.0, &batch, &now];
    given.extend(own);
    let made = link.rows(&RECORD_AND_CLAIM, &given).await?;
    let mut answers = HashMap::with_capacity(keys.len());
    for row in made {
        let recipient = row.try_get(0)?;
        let answer = match state(&row, 2)? {
            State::Suppressed => Answer::Suppressed,
            _ => Answer::Yours(Claim { recipient, run, attempt: 1, again: false }),
        };
        answers.insert(row.try_get::<_, String>(1)?, Given { answer, is_new: true });
    }
    let mut known: Vec<String> =
        keys.into_iter().filter(|key| !answers.contains_key(key)).collect();
    // Whoever was claimed by others between the look and the claim is looked at again.
    while !known.is_empty() {
        let found = claim_known(link, first, &known, batch).await?;
        known.retain(|key| !found.contains_key(key));
        answers.extend(found);
    }
    let mut answered = |address: &Address| {
        let given = answers.get_mut(&address.key()).expect("everybody who was asked for is known");
        let again = given.again();
        std::mem::replace(&mut given.answer, again)
    };
    Ok(requests
        .iter()
        .map(|request| request.addresses.iter().map(&mut answered).collect())
        .collect())
}

/// Answers for recipients that the campaign knows, and claims them again if it is their turn.
/// Those who moved meanwhile get none.
async fn claim_known(
    link: &Link,
    request: &ClaimRequest,
    keys: &[String],
    batch: i64,
) -> Result<HashMap<String, Given>, Trouble> {
    let run = request.run;
    let rows = link.rows(STANDING, &[&run.0, &keys]).await?;
    if rows.is_empty() {
        // Where an address was given back in between, it is as if it had never been there.
        return if runs::is_open(link, run).await? {
            Err(Trouble::Moved)
        } else {
            Err(Trouble::RunOver)
        };
    }
    let mut runs = Runs::new(link, request.now);
    let mut answers = HashMap::with_capacity(rows.len());
    let (mut ids, mut states, mut holders) = (Vec::new(), Vec::new(), Vec::new());
    let (mut new, mut coming) = (Vec::new(), HashMap::new());
    for row in &rows {
        let Seen { id, key, stored, holder, standing, is_told_again, attempts } =
            seen(row, run, batch, &mut runs).await?;
        if is_told_again {
            let again = attempts > 1;
            let answer = match stored {
                State::Suppressed => Answer::Suppressed,
                _ => Answer::Yours(Claim { recipient: id, run, attempt: attempts, again }),
            };
            answers.insert(key, Given { answer, is_new: true });
            continue;
        }
        let state = match standing.turn(request.retry_failed, request.now) {
            Turn::Stay(answer) => {
                answers.insert(key, Given { answer, is_new: false });
                continue;
            }
            Turn::Claim => State::Claimed,
            Turn::Suppress => State::Suppressed,
        };
        ids.push(id);
        states.push(stored.as_str());
        holders.push(holder.0);
        new.push(state.as_str());
        coming.insert(id, (key, state, standing.is_mine));
    }
    if !ids.is_empty() {
        let given: super::link::Given<'_> =
            &[&ids, &states, &holders, &new, &run.0, &batch, &request.now];
        for row in link.rows(CLAIM_AGAIN, given).await? {
            let (recipient, attempt) = (row.try_get(0)?, attempts(&row, 1)?);
            let Some((key, state, again)) = coming.remove(&recipient) else { continue };
            let answer = match state {
                State::Suppressed => Answer::Suppressed,
                _ => Answer::Yours(Claim { recipient, run, attempt, again }),
            };
            answers.insert(key, Given { answer, is_new: true });
        }
    }
    Ok(answers)
}

/// A recipient as it was found.
struct Seen {
    id: i64,
    key: String,
    stored: State,
    holder: RunId,
    standing: Standing,
    /// Whether this very request has it already.
    is_told_again: bool,
    attempts: u32,
}

async fn seen(row: &Row, run: RunId, batch: i64, runs: &mut Runs<'_>) -> Result<Seen, Trouble> {
    let (stored, holder) = (state(row, 2)?, RunId(row.try_get(3)?));
    let standing = Standing {
        state: Some(runs.seen_as(stored, holder).await?),
        retry_at: row.try_get(4)?,
        is_mine: holder == run,
        is_suppressed: row.try_get(8)?,
    };
    let is_open = matches!(stored, State::Claimed | State::Suppressed);
    Ok(Seen {
        id: row.try_get(0)?,
        key: row.try_get(1)?,
        stored,
        holder,
        standing,
        is_told_again: is_open && holder == run && row.try_get::<_, i64>(5)? == batch,
        attempts: attempts(row, 6)?,
    })
}

fn attempts(row: &Row, column: usize) -> Result<u32, Trouble> {
    Ok(u32::try_from(row.try_get::<_, i64>(column)?).unwrap_or(u32::MAX))
}

/// A state as it is stored.
pub(super) fn state(row: &Row, column: usize) -> Result<State, Trouble> {
    let text: &str = row.try_get(column)?;
    let found = State::ALL.into_iter().find(|state| state.as_str() == text);
    found.ok_or_else(|| Trouble::Unknown(format!("unknown state `{text}`")))
}

/// Outcomes, column by column.
#[derive(Default)]
struct Told {
    ids: Vec<i64>,
    holders: Vec<i64>,
    states: Vec<&'static str>,
    ats: Vec<i64>,
    codes: Vec<Option<i64>>,
    enhanced: Vec<Option<String>>,
    texts: Vec<Option<String>>,
    retries: Vec<Option<i64>>,
}

impl Told {
    fn of(records: &[&Record]) -> Self {
        let mut told = Self::default();
        for Record { claim, outcome, reply, at } in records {
            let (state, retry_at) = match *outcome {
                Outcome::Sent => (State::Sent, None),
                Outcome::Failed => (State::Failed, None),
                Outcome::Deferred { retry_at } => (State::Deferred, Some(retry_at)),
                Outcome::InDoubt => (State::InDoubt, None),
                // Any later run may look whether the row is complete by then.
                Outcome::Skipped => (State::Skipped, Some(0)),
            };
            told.ids.push(claim.recipient);
            told.holders.push(claim.run.0);
            told.states.push(state.as_str());
            told.ats.push(*at);
            told.codes.push(reply.code.map(i64::from));
            told.enhanced.push(reply.enhanced.as_deref().map(text));
            told.texts.push(reply.text.as_deref().map(|said| text(shortened(said))));
            told.retries.push(retry_at);
        }
        told
    }

    /// As `RECORD` wants them.
    fn given(&self) -> [&(dyn ToSql + Sync); 8] {
        [
            &self.ids,
            &self.holders,
            &self.states,
            &self.ats,
            &self.codes,
            &self.enhanced,
            &self.texts,
            &self.retries,
        ]
    }
}

fn shortened(text: &str) -> &str {
    &text[..text.floor_char_boundary(REPLY_MAX)]
}

/// A text as PostgreSQL takes it: without NUL.
pub(super) fn text(text: &str) -> String {
    text.replace('\0', "")
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
    link.execute(
        "UPDATE recipients SET state = $2, retry_at = $3, at = $4, prior_state = NULL
         WHERE campaign = $1
           AND (state = 'in_doubt' OR (state = 'claimed' AND run = ANY ($5::bigint[])))",
        &[&campaign, &state.as_str(), &retry_at, &now, &dead],
    )
    .await
}

/// Suppresses addresses. The first reason stays: it is the one that counts.
pub(super) async fn suppress(link: &Link, suppressions: &[Suppression]) -> Result<u64, Trouble> {
    let keys: Vec<_> = suppressions.iter().map(|one| one.address.key()).collect();
    let emails: Vec<&str> = suppressions.iter().map(|one| one.address.as_str()).collect();
    let reasons: Vec<String> = suppressions.iter().map(|one| text(&one.reason)).collect();
    let ats: Vec<i64> = suppressions.iter().map(|one| one.at).collect();
    link.execute(
        "INSERT INTO suppressions (address, email, reason, at)
         SELECT DISTINCT ON (address) address, email, reason, at
         FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) WITH ORDINALITY
             AS told (address, email, reason, at, place)
         ORDER BY address, place
         ON CONFLICT (address) DO NOTHING",
        &[&keys, &emails, &reasons, &ats],
    )
    .await
}

/// Takes addresses off the suppressions.
pub(super) async fn unsuppress(link: &Link, addresses: &[Address]) -> Result<u64, Trouble> {
    let keys: Vec<_> = addresses.iter().map(Address::key).collect();
    link.execute("DELETE FROM suppressions WHERE address = ANY ($1::text[])", &[&keys]).await
}
