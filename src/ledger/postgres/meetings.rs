//! Rows of one reader under several spellings: found, claimed as one, and merged.
//!
//! A claim of somebody who can only be spelled in one way needs no more than the key. Whoever
//! claims anybody else waits until all claims that are under way are committed, and keeps new ones
//! waiting: each takes a row of `runs`, and with it a lock of that table, before its statement
//! looks at anything (`claims`), and this takes the lock that excludes it. So each sees what the
//! other has done, also where the other is an older program. A unique index of identities would do
//! it too, but every reader had to be in it for the sake of very few, and old rows may meet already.
//! It is not `recipients` that is locked: a vacuum of it, which takes long, conflicts with that.

use std::collections::HashMap;

use tokio::try_join;
use tokio_postgres::Row;

use crate::ledger::entry::{Answer, Claim, ClaimRequest, RunId, State};
use crate::ledger::spelling::{Known, Spelling, counting};
use crate::ledger::standing::{Standing, Turn};

use super::claims::{Given, attempts, state};
use super::link::Link;
use super::runs::Runs;
use super::trouble::Trouble;

/// A campaign, as those who ask know it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Campaign<'a> {
    /// By its name.
    Named(&'a str),
    /// That of a run which goes on.
    Of(RunId),
    /// By its number.
    Numbered(i64),
}

/// What is known of a reader.
#[derive(Debug)]
pub(super) struct Found {
    /// All rows of the campaign about them.
    pub(super) rows: Vec<Known>,
    /// Whether they are suppressed, under whatever spelling.
    pub(super) is_suppressed: bool,
}

const LOCK: &str = "BEGIN; LOCK TABLE runs IN EXCLUSIVE MODE";

const SUPPRESSED: &str = "
    SELECT asked.place
    FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS asked (key, identity, place)
    WHERE EXISTS (SELECT 1 FROM suppressions WHERE suppressions.address = asked.key)
       OR (asked.identity <> asked.key
           AND EXISTS (SELECT 1 FROM suppressions WHERE suppressions.address = asked.identity))";
const SUPPRESSED_OTHERWISE: &str = "
       OR (EXISTS (SELECT 1 FROM suppressions WHERE identity > '')
           AND EXISTS (SELECT 1 FROM suppressions WHERE suppressions.identity = asked.identity))";

const CLAIM: &str = "
    INSERT INTO recipients (campaign, address, email, domain, identity, run, batch, at, state,
                            attempts)
    SELECT $1, asked.*, $7, $8, $9, $6, 1
    FROM unnest($2::text[], $3::text[], $4::text[], $5::text[])
        AS asked (address, email, domain, identity)
    ON CONFLICT (campaign, address) DO NOTHING
    RETURNING id, address";

const CLAIM_AGAIN: &str = "
    UPDATE recipients
    SET prior_state = state, state = $2, run = $3, batch = $4, at = $5, attempts = attempts + 1,
        identity = $6
    WHERE id = $1
    RETURNING id, attempts";

/// The row of the spelling that is mailed now takes the place of the one that counted: its links
/// lead to it, and where the claim is given back, it stands where the other stood.
const TAKE_OVER: &str = "
    INSERT INTO recipients (campaign, address, email, domain, identity, run, batch, at, state,
                            attempts, prior_state, retry_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
    ON CONFLICT (campaign, address) DO UPDATE
    SET run = excluded.run, batch = excluded.batch, at = excluded.at, state = excluded.state,
        attempts = excluded.attempts, prior_state = excluded.prior_state,
        retry_at = excluded.retry_at, identity = excluded.identity, merged = NULL
    RETURNING id, attempts";

/// Holds rows as they were seen: an outcome that is told late must not be passed over.
const HOLD: &str = "
    SELECT recipients.id FROM recipients
    JOIN unnest($1::bigint[], $2::text[], $3::bigint[]) AS seen (id, state, run)
        ON recipients.id = seen.id AND recipients.state = seen.state AND recipients.run = seen.run
    FOR UPDATE OF recipients";

const MERGE: &str = "
    UPDATE recipients SET merged = nullif($2, id) WHERE id = ANY ($1::bigint[])";

/// The question for all rows about readers.
fn rows_of(campaign: Campaign<'_>, with_identities: bool) -> String {
    let campaign = match campaign {
        Campaign::Named(_) => "(SELECT id FROM campaigns WHERE name = $1)",
        Campaign::Of(_) => "(SELECT campaign FROM runs WHERE id = $1 AND finished_at IS NULL)",
        Campaign::Numbered(_) => "$1",
    };
    let merged = if with_identities { "merged IS NOT NULL" } else { "FALSE" };
    let select = format!(
        "SELECT id, address, state, run, retry_at, attempts, {merged} AS merged, batch
         FROM recipients WHERE campaign = {campaign}"
    );
    let otherwise = format!(
        "UNION ALL {select} AND identity = asked.identity
             AND address NOT IN (asked.key, asked.identity)
             AND EXISTS (SELECT 1 FROM recipients WHERE identity > '')"
    );
    let otherwise = if with_identities { &otherwise } else { "" };
    format!(
        "SELECT asked.place, found.*
         FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS asked (key, identity, place)
         CROSS JOIN LATERAL (
             {select} AND address = asked.key
             UNION ALL {select} AND address = asked.identity AND asked.identity <> asked.key
             {otherwise}
         ) AS found"
    )
}

/// Looks up readers: what is known of each, in their order.
pub(super) async fn look(
    link: &Link,
    campaign: Campaign<'_>,
    readers: &[&Spelling<'_>],
    asking: Option<RunId>,
    now: i64,
) -> Result<Vec<Found>, Trouble> {
    link.by_key().await?;
    let with_identities = link.holds().await?.identities;
    let keys: Vec<&str> = readers.iter().map(|reader| &*reader.key).collect();
    let identities: Vec<&str> = readers.iter().map(|reader| reader.identity()).collect();
    let otherwise = if with_identities { SUPPRESSED_OTHERWISE } else { "" };
    let (question, suppressed) =
        (rows_of(campaign, with_identities), format!("{SUPPRESSED}{otherwise}"));
    let rows = async {
        match campaign {
            Campaign::Named(name) => link.rows(&question, &[&name, &keys, &identities]).await,
            Campaign::Of(RunId(number)) | Campaign::Numbered(number) => {
                link.rows(&question, &[&number, &keys, &identities]).await
            }
        }
    };
    let suppressed = async { link.rows(&suppressed, &[&keys, &identities]).await };
    let (rows, suppressed) = try_join!(rows, suppressed)?;
    let nothing = || Found { rows: Vec::new(), is_suppressed: false };
    let mut found: Vec<Found> = readers.iter().map(|_| nothing()).collect();
    let mut runs = Runs::new(link, now);
    for row in rows {
        let known = known(&row, asking, &mut runs).await?;
        if let Some(reader) = found.get_mut(place(&row)?) {
            reader.rows.push(known);
        }
    }
    for row in suppressed {
        if let Some(reader) = found.get_mut(place(&row)?) {
            reader.is_suppressed = true;
        }
    }
    Ok(found)
}

fn place(row: &Row) -> Result<usize, Trouble> {
    Ok(usize::try_from(row.try_get::<_, i64>(0)? - 1).unwrap_or(usize::MAX))
}

async fn known(row: &Row, asking: Option<RunId>, runs: &mut Runs<'_>) -> Result<Known, Trouble> {
    let (stored, holder) = (state(row, 3)?, RunId(row.try_get(4)?));
    let standing = Standing {
        state: Some(runs.seen_as(stored, holder).await?),
        retry_at: row.try_get(5)?,
        is_mine: asking == Some(holder),
        is_suppressed: false,
    };
    Ok(Known {
        id: row.try_get(1)?,
        key: row.try_get(2)?,
        stored,
        holder,
        attempts: attempts(row, 6)?,
        is_merged: row.try_get(7)?,
        batch: row.try_get(8)?,
        standing,
    })
}

/// Claims readers who may have rows under other spellings; answers by their identities.
pub(super) async fn claim(
    link: &Link,
    request: &ClaimRequest,
    readers: &[&Spelling<'_>],
    batch: i64,
) -> Result<HashMap<String, Given>, Trouble> {
    alone(link, async || claim_alone(link, request, readers, batch).await).await
}

/// Does work while nobody claims anybody.
async fn alone<T>(
    link: &Link,
    work: impl AsyncFnOnce() -> Result<T, Trouble>,
) -> Result<T, Trouble> {
    let begun = link.batch(LOCK).await;
    let done = match begun {
        Ok(()) => work().await,
        Err(trouble) => Err(trouble),
    };
    // It may be the connection that is gone: then this is said by the first trouble.
    let ended = link.batch(if done.is_ok() { "COMMIT" } else { "ROLLBACK" }).await;
    let done = done?;
    ended?;
    Ok(done)
}

async fn claim_alone(
    link: &Link,
    request: &ClaimRequest,
    readers: &[&Spelling<'_>],
    batch: i64,
) -> Result<HashMap<String, Given>, Trouble> {
    let run = request.run;
    let sql = "SELECT campaign FROM runs WHERE id = $1 AND finished_at IS NULL";
    let campaign: i64 = link.row(sql, &[&run.0]).await?.ok_or(Trouble::RunOver)?.try_get(0)?;
    let at = Campaign::Numbered(campaign);
    let found = look(link, at, readers, Some(run), request.now).await?;
    let mut answers = HashMap::with_capacity(readers.len());
    for suppressed in [false, true] {
        let is_new = |found: &Found| found.rows.is_empty() && found.is_suppressed == suppressed;
        let new: Vec<&Spelling<'_>> = readers
            .iter()
            .zip(&found)
            .filter_map(|(reader, found)| is_new(found).then_some(*reader))
            .collect();
        if !new.is_empty() {
            answers.extend(claim_new(link, campaign, request, &new, suppressed, batch).await?);
        }
    }
    for (reader, found) in readers.iter().zip(&found) {
        if found.rows.is_empty() {
            continue;
        }
        let given = claim_known(link, campaign, request, (reader, found), batch).await?;
        answers.insert(reader.identity().to_owned(), given);
    }
    Ok(answers)
}

/// Claims readers of whom the campaign has no row; or notes that they are suppressed.
async fn claim_new(
    link: &Link,
    campaign: i64,
    request: &ClaimRequest,
    readers: &[&Spelling<'_>],
    suppressed: bool,
    batch: i64,
) -> Result<Vec<(String, Given)>, Trouble> {
    let column = |read: fn(&Spelling<'_>) -> Option<String>| -> Vec<Option<String>> {
        readers.iter().map(|reader| read(reader)).collect()
    };
    let keys = column(|reader| Some(reader.key.clone()));
    let emails = column(|reader| Some(reader.address.as_str().to_owned()));
    let domains = column(|reader| Some(reader.address.domain().to_owned()));
    let identities = column(|reader| reader.other.clone());
    let state = if suppressed { State::Suppressed } else { State::Claimed };
    let made = link
        .rows(
            CLAIM,
            &[
                &campaign,
                &keys,
                &emails,
                &domains,
                &identities,
                &state.as_str(),
                &request.run.0,
                &batch,
                &request.now,
            ],
        )
        .await?;
    let made: HashMap<String, i64> = made
        .iter()
        .map(|row| Ok((row.try_get(1)?, row.try_get(0)?)))
        .collect::<Result<_, tokio_postgres::Error>>()?;
    let given = |reader: &&Spelling<'_>| {
        // Nobody else can have come; only somebody who writes by hand.
        let recipient = *made.get(&reader.key).ok_or(Trouble::Moved)?;
        let answer = answer(state, recipient, request.run, 1, false);
        Ok((reader.identity().to_owned(), Given { answer, is_new: true }))
    };
    readers.iter().map(given).collect()
}

fn answer(state: State, recipient: i64, run: RunId, attempt: u32, again: bool) -> Answer {
    match state {
        State::Suppressed => Answer::Suppressed,
        _ => Answer::Yours(Claim { recipient, run, attempt, again }),
    }
}

/// Answers for a reader of whom the campaign has rows, and claims them if it is their turn.
async fn claim_known(
    link: &Link,
    campaign: i64,
    request: &ClaimRequest,
    (reader, found): (&Spelling<'_>, &Found),
    batch: i64,
) -> Result<Given, Trouble> {
    let (rows, run) = (&found.rows, request.run);
    if let Some(own) = rows.iter().find(|row| row.is_told_again(run, batch)) {
        let again = own.attempts > 1;
        let answer = answer(own.stored, own.id, run, own.attempts, again);
        return Ok(Given { answer, is_new: true });
    }
    let known = counting(rows).ok_or(Trouble::Moved)?;
    let standing = Standing { is_suppressed: found.is_suppressed, ..known.standing };
    let state = match standing.turn(request.retry_failed, request.now) {
        Turn::Stay(answer) => {
            merge_into_counting(link, rows).await?;
            return Ok(Given { answer, is_new: false });
        }
        Turn::Claim => State::Claimed,
        Turn::Suppress => State::Suppressed,
    };
    hold(link, rows).await?;
    let row = if known.key == reader.key {
        let given: super::link::Given<'_> =
            &[&known.id, &state.as_str(), &run.0, &batch, &request.now, &reader.other];
        link.one(CLAIM_AGAIN, given).await?
    } else {
        let attempts = i64::from(known.attempts) + 1;
        let (email, domain) = (reader.address.as_str(), reader.address.domain());
        let given: super::link::Given<'_> = &[
            &campaign,
            &reader.key,
            &email,
            &domain,
            &reader.other,
            &run.0,
            &batch,
            &request.now,
            &state.as_str(),
            &attempts,
            &known.stored.as_str(),
            &known.standing.retry_at,
        ];
        link.one(TAKE_OVER, given).await?
    };
    let (recipient, attempt) = (row.try_get(0)?, attempts(&row, 1)?);
    merge(link, rows, recipient).await?;
    let answer = answer(state, recipient, run, attempt, standing.is_mine);
    Ok(Given { answer, is_new: true })
}

/// Holds rows as they were seen, to the end of the transaction.
async fn hold(link: &Link, rows: &[Known]) -> Result<(), Trouble> {
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let states: Vec<&str> = rows.iter().map(|row| row.stored.as_str()).collect();
    let holders: Vec<i64> = rows.iter().map(|row| row.holder.0).collect();
    let held = link.rows(HOLD, &[&ids, &states, &holders]).await?;
    if held.len() == rows.len() { Ok(()) } else { Err(Trouble::Moved) }
}

/// Merges rows that meet into the one that counts. One that is claimed may be given back, and be
/// gone; then it is not this moment's affair.
async fn merge_into_counting(link: &Link, rows: &[Known]) -> Result<(), Trouble> {
    let Some(known) = counting(rows).filter(|known| known.stored != State::Claimed) else {
        return Ok(());
    };
    if Known::are_merged(rows, known.id) {
        return Ok(());
    }
    hold(link, rows).await?;
    merge(link, rows, known.id).await
}

async fn merge(link: &Link, rows: &[Known], into: i64) -> Result<(), Trouble> {
    // All but always, there is one.
    if Known::are_merged(rows, into) {
        return Ok(());
    }
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    link.execute(MERGE, &[&ids, &into]).await?;
    Ok(())
}

/// Merges the rows of readers who meet, while nobody claims anybody.
pub(super) async fn merge_all(
    link: &Link,
    campaign: i64,
    readers: &[&Spelling<'_>],
    now: i64,
) -> Result<(), Trouble> {
    alone(link, async || {
        for found in look(link, Campaign::Numbered(campaign), readers, None, now).await? {
            merge_into_counting(link, &found.rows).await?;
        }
        Ok(())
    })
    .await
}

/// The spellings under which any campaign knows a reader.
pub(super) async fn keys(link: &Link, reader: &Spelling<'_>) -> Result<Vec<String>, Trouble> {
    let sql = "SELECT DISTINCT address FROM recipients WHERE identity = $1";
    let mut keys = vec![reader.key.clone(), reader.identity().to_owned()];
    for row in link.rows(sql, &[&reader.identity()]).await? {
        keys.push(row.try_get(0)?);
    }
    keys.sort_unstable();
    keys.dedup();
    Ok(keys)
}
