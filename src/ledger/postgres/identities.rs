//! Identities that a program of a version before left out, filled in as in SQLite's ledger: many
//! rows in many transactions, each of which can be told twice.

use std::collections::BTreeMap;

use crate::address::Address;
use crate::ledger::entry::{RunId, State};
use crate::ledger::spelling::Spelling;

use super::link::Link;
use super::meetings;
use super::runs::Runs;
use super::schema::NOT_PLAIN;
use super::trouble::Trouble;

/// How many rows are done at a time.
const BATCH: i64 = 1000;

/// Rows that are to be done, and those of them that meet others.
const SET: &str = "
    UPDATE recipients SET identity = told.identity
    FROM unnest($1::bigint[], $2::text[]) AS told (id, identity)
    WHERE recipients.id = told.id AND recipients.identity IS NULL";
const MEETING: &str = "
    SELECT told.place
    FROM unnest($1::bigint[], $2::bigint[], $3::text[]) WITH ORDINALITY
        AS told (id, campaign, identity, place)
    WHERE EXISTS (SELECT 1 FROM recipients WHERE recipients.identity = told.identity
                  AND recipients.campaign = told.campaign AND recipients.id <> told.id)
       OR EXISTS (SELECT 1 FROM recipients WHERE recipients.campaign = told.campaign
                  AND recipients.address = told.identity AND recipients.id <> told.id)";

/// The runs of older programs.
pub(super) async fn old_runs(link: &Link) -> Result<Vec<RunId>, Trouble> {
    let rows = link.rows("SELECT id FROM runs WHERE identifies IS NULL", &[]).await?;
    rows.iter().map(|row| Ok(RunId(row.try_get(0)?))).collect()
}

/// Says of those runs that nothing is left out any more; one that is still alive goes on to.
pub(super) async fn are_done(link: &Link, old: &[RunId], now: i64) -> Result<(), Trouble> {
    let (mut runs, mut over) = (Runs::new(link, now), Vec::new());
    for run in old {
        if runs.seen_as(State::Claimed, *run).await? != State::Claimed {
            over.push(run.0);
        }
    }
    let sql = "UPDATE runs SET identifies = 1 WHERE id = ANY ($1::bigint[])";
    link.execute(sql, &[&over]).await?;
    Ok(())
}

/// Does the next recipients; gives the last of them, unless there are no more.
pub(super) async fn batch(link: &Link, after: i64, now: i64) -> Result<Option<i64>, Trouble> {
    link.by_key().await?;
    let sql = format!(
        "SELECT id, campaign, address, email FROM recipients WHERE id > $1 AND {NOT_PLAIN}
         ORDER BY id LIMIT $2"
    );
    let rows = link.rows(&sql, &[&after, &BATCH]).await?;
    let (mut ids, mut campaigns, mut identities) = (Vec::new(), Vec::new(), Vec::new());
    let mut addresses = Vec::new();
    for row in &rows {
        ids.push(row.try_get::<_, i64>(0)?);
        campaigns.push(row.try_get::<_, i64>(1)?);
        identities.push(identity(row.try_get(2)?));
        // Whoever adds a row by hand may add one that is no address.
        addresses.push(Address::parse(row.try_get(3)?).ok());
    }
    link.execute(SET, &[&ids, &identities]).await?;
    let mut meeting: BTreeMap<i64, Vec<Spelling<'_>>> = BTreeMap::new();
    for row in link.rows(MEETING, &[&ids, &campaigns, &identities]).await? {
        let place = usize::try_from(row.try_get::<_, i64>(0)? - 1).unwrap_or(usize::MAX);
        if let (Some(campaign), Some(Some(address))) = (campaigns.get(place), addresses.get(place))
        {
            meeting.entry(*campaign).or_default().push(Spelling::of(address));
        }
    }
    for (campaign, readers) in meeting {
        let readers: Vec<&Spelling<'_>> = readers.iter().collect();
        meetings::merge_all(link, campaign, &readers, now).await?;
    }
    let is_full = i64::try_from(rows.len()).is_ok_and(|found| found == BATCH);
    Ok(ids.last().copied().filter(|_| is_full))
}

/// Fills in those of suppressions and subscriptions, which no run writes.
pub(super) async fn fill_others(link: &Link) -> Result<(), Trouble> {
    for table in ["suppressions", "subscriptions"] {
        let next =
            format!("SELECT address FROM {table} WHERE identity IS NULL AND {NOT_PLAIN} LIMIT $1");
        let set = format!(
            "UPDATE {table} SET identity = told.identity
             FROM unnest($1::text[], $2::text[]) AS told (address, identity)
             WHERE {table}.address = told.address"
        );
        loop {
            let rows = link.rows(&next, &[&BATCH]).await?;
            if rows.is_empty() {
                break;
            }
            let keys: Vec<String> =
                rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?;
            let identities: Vec<String> = keys.iter().map(|key| identity(key)).collect();
            link.execute(&set, &[&keys, &identities]).await?;
        }
    }
    Ok(())
}

/// SQL and we agree on what is plain. If they did not, the row would come again and again.
fn identity(key: &str) -> String {
    Address::identity_of_key(key).unwrap_or_else(|| key.to_owned())
}
