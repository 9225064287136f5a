//! Rows of one reader under several spellings: found, claimed as one, and merged.
//!
//! That two claims of one reader meet needs no key here: whoever writes holds the file's one
//! lock from before it looks, so nobody comes in between (`Sqlite::write`).

use rusqlite::{Connection, Row, params};

use crate::ledger::entry::{Answer, Claim, ClaimRequest, RunId, State};
use crate::ledger::spelling::{Known, Spelling, counting};
use crate::ledger::standing::{Standing, Turn};

use super::runs::Runs;
use super::schema::{self, WITH_IDENTITIES};
use super::trouble::Trouble;

/// Under which spellings a reader is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// Only that one: nobody is known to be spelled otherwise.
    Key,
    /// All of them.
    Everything,
    /// That one and the plainest: the ledger is of a version before identities.
    Before,
}

const OF_KEY: &str = "
    SELECT id, address, state, run, retry_at, attempts, 0 FROM recipients
    WHERE campaign = ?1 AND address = ?2";
const OF_READER: &str = "
    SELECT id, address, state, run, retry_at, attempts, merged IS NOT NULL FROM recipients
    WHERE campaign = ?1 AND address IN (?2, ?3)
    UNION ALL
    SELECT id, address, state, run, retry_at, attempts, merged IS NOT NULL FROM recipients
    WHERE identity = ?3 AND campaign = ?1 AND address NOT IN (?2, ?3)";
const BEFORE_IDENTITIES: &str = "
    SELECT id, address, state, run, retry_at, attempts, 0 FROM recipients
    WHERE campaign = ?1 AND address IN (?2, ?3)";

const CLAIM_AGAIN: &str = "
    UPDATE recipients
    SET prior_state = state, state = ?2, run = ?3, at = ?4, attempts = attempts + 1,
        identity = ?5
    WHERE id = ?1
    RETURNING attempts";

/// The row of the spelling that is mailed now takes the place of the one that counted: its links
/// lead to it, and where the claim is given back, it stands where the other stood.
const TAKE_OVER: &str = "
    INSERT INTO recipients (campaign, address, email, domain, identity, run, at, state, attempts,
                            prior_state, retry_at)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
    ON CONFLICT (campaign, address) DO UPDATE
    SET run = excluded.run, at = excluded.at, state = excluded.state,
        attempts = excluded.attempts, prior_state = excluded.prior_state,
        retry_at = excluded.retry_at, identity = excluded.identity, merged = NULL
    RETURNING id";

const MERGE: &str = "
    UPDATE recipients SET merged = nullif(?2, id) WHERE id = ?1 AND merged IS NOT nullif(?2, id)";

/// Whether any reader is spelled in more than one way at all, or could be. It costs a look at an
/// index that is empty for most.
pub(super) fn are_there_others(connection: &Connection) -> Result<bool, Trouble> {
    let sql = "SELECT EXISTS (SELECT 1 FROM recipients WHERE identity > '')";
    Ok(connection.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
}

/// Where a reader is to be looked for, by somebody who only reads.
pub(super) fn scope(connection: &Connection) -> Result<impl Fn(&Spelling<'_>) -> Scope, Trouble> {
    let is_before = schema::version(connection)? < WITH_IDENTITIES;
    let others = is_before || are_there_others(connection)?;
    Ok(move |spelling: &Spelling<'_>| match spelling.is_plain() && !others {
        _ if is_before => Scope::Before,
        true => Scope::Key,
        false => Scope::Everything,
    })
}

/// All rows of a campaign about a reader. Nothing is said yet of suppressions.
pub(super) fn rows(
    connection: &Connection,
    campaign: i64,
    spelling: &Spelling<'_>,
    scope: Scope,
    asking: Option<RunId>,
    runs: &mut Runs<'_>,
) -> Result<Vec<Known>, Trouble> {
    let (key, identity) = (&spelling.key, spelling.identity());
    let mut known = |row: &Row<'_>| -> Result<Known, Trouble> {
        let (stored, holder) = (row.get(2)?, RunId(row.get(3)?));
        let standing = Standing {
            state: Some(runs.seen_as(stored, holder)?),
            retry_at: row.get(4)?,
            is_mine: asking == Some(holder),
            is_suppressed: false,
        };
        Ok(Known {
            id: row.get(0)?,
            key: row.get(1)?,
            stored,
            holder,
            attempts: row.get(5)?,
            batch: 0,
            is_merged: row.get(6)?,
            standing,
        })
    };
    let mut query = connection.prepare_cached(match scope {
        Scope::Key => OF_KEY,
        Scope::Everything => OF_READER,
        Scope::Before => BEFORE_IDENTITIES,
    })?;
    let mut rows = match scope {
        Scope::Key => query.query(params![campaign, key])?,
        Scope::Everything | Scope::Before => query.query(params![campaign, key, identity])?,
    };
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(known(row)?);
    }
    Ok(found)
}

/// Answers for a reader of whom a campaign has rows, and claims them if it is their turn.
pub(super) fn claim_known(
    connection: &Connection,
    campaign: i64,
    (spelling, is_suppressed): (&Spelling<'_>, bool),
    rows: &[Known],
    request: &ClaimRequest,
) -> Result<Answer, Trouble> {
    let known = counting(rows).expect("there are rows");
    let standing = Standing { is_suppressed, ..known.standing };
    let state = match standing.turn(request.retry_failed, request.now) {
        Turn::Stay(answer) => {
            merge_into_counting(connection, rows)?;
            return Ok(answer);
        }
        Turn::Claim => State::Claimed,
        Turn::Suppress => State::Suppressed,
    };
    let (recipient, attempt) = if known.key == spelling.key {
        let given = params![known.id, state, request.run.0, request.now, spelling.other];
        let mut update = connection.prepare_cached(CLAIM_AGAIN)?;
        (known.id, update.query_row(given, |row| row.get(0))?)
    } else {
        take_over(connection, campaign, spelling, known, (state, request))?
    };
    merge(connection, rows, recipient)?;
    Ok(match state {
        State::Claimed => {
            let again = standing.is_mine;
            Answer::Yours(Claim { recipient, run: request.run, attempt, again })
        }
        _ => Answer::Suppressed,
    })
}

fn take_over(
    connection: &Connection,
    campaign: i64,
    spelling: &Spelling<'_>,
    known: &Known,
    (state, request): (State, &ClaimRequest),
) -> Result<(i64, u32), Trouble> {
    let attempt = known.attempts.saturating_add(1);
    let mut insert = connection.prepare_cached(TAKE_OVER)?;
    let given = params![
        campaign,
        spelling.key,
        spelling.address.as_str(),
        spelling.address.domain(),
        spelling.other,
        request.run.0,
        request.now,
        state,
        attempt,
        known.stored,
        known.standing.retry_at
    ];
    Ok((insert.query_row(given, |row| row.get(0))?, attempt))
}

/// Merges rows that meet into the one that counts. One that is claimed may be given back, and be
/// gone; then it is not this moment's affair.
pub(super) fn merge_into_counting(connection: &Connection, rows: &[Known]) -> Result<(), Trouble> {
    match counting(rows).filter(|known| known.stored != State::Claimed) {
        Some(known) => merge(connection, rows, known.id),
        None => Ok(()),
    }
}

/// Merges all rows of a reader into one of them, which stays for good.
fn merge(connection: &Connection, rows: &[Known], into: i64) -> Result<(), Trouble> {
    // All but always, there is one.
    if Known::are_merged(rows, into) {
        return Ok(());
    }
    let mut update = connection.prepare_cached(MERGE)?;
    for row in rows {
        update.execute(params![row.id, into])?;
    }
    Ok(())
}

/// The spellings under which any campaign knows a reader.
pub(super) fn keys(
    connection: &Connection,
    spelling: &Spelling<'_>,
) -> Result<Vec<String>, Trouble> {
    let mut keys = vec![spelling.key.clone()];
    if !spelling.is_plain() {
        keys.push(spelling.identity().to_owned());
    }
    let mut query =
        connection.prepare_cached("SELECT DISTINCT address FROM recipients WHERE identity = ?1")?;
    let mut rows = query.query([spelling.identity()])?;
    while let Some(row) = rows.next()? {
        keys.push(row.get(0)?);
    }
    keys.sort_unstable();
    keys.dedup();
    Ok(keys)
}
