//! Who signed up by the form: subscribed, and handed over.

use std::ops::ControlFlow;

use rusqlite::{Connection, params};

use crate::address::Address;
use crate::ledger::spelling::Spelling;
use crate::ledger::subscription::{Joined, Subscription, may_come_back};

use super::schema::{self, WITH_IDENTITIES, WITH_SUBSCRIPTIONS};
use super::suppressions::{self, Lookup};
use super::trouble::Trouble;

/// Subscribes who confirmed it, inside a transaction of the caller's.
pub(super) fn subscribe(
    connection: &Connection,
    subscriptions: &[Subscription],
) -> Result<Vec<Joined>, Trouble> {
    subscriptions.iter().map(|one| subscribe_one(connection, one)).collect()
}

fn subscribe_one(connection: &Connection, one: &Subscription) -> Result<Joined, Trouble> {
    let spelling = Spelling::of(&one.address);
    let reasons = suppressions::reasons(connection, &spelling)?;
    if reasons.iter().any(|(reason, at)| !may_come_back(reason, *at, one.asked_at)) {
        return Ok(Joined::No);
    }
    if !reasons.is_empty() {
        suppressions::remove(connection, &spelling)?;
    }
    let reader = [&*spelling.key, spelling.identity()];
    let latest: Option<i64> = connection
        .prepare_cached(
            "SELECT max(asked_at) FROM subscriptions WHERE address IN (?1, ?2) OR identity = ?2",
        )?
        .query_row(reader, |row| row.get(0))?;
    // Of two links the one that was asked for later counts, however often and in whatever
    // order they are opened.
    if latest.is_some_and(|latest| latest >= one.asked_at) {
        return Ok(Joined::Yes);
    }
    connection
        .prepare_cached("DELETE FROM subscriptions WHERE address IN (?1, ?2) OR identity = ?2")?
        .execute(reader)?;
    connection
        .prepare_cached(
            "INSERT INTO subscriptions (address, email, fields, asked_at, confirmed_at, identity)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            spelling.key,
            one.address.as_str(),
            one.json(),
            one.asked_at,
            one.confirmed_at,
            spelling.other
        ])?;
    Ok(Joined::Yes)
}

/// Hands over whoever is subscribed and not suppressed, by address.
pub(super) fn each(
    connection: &Connection,
    each: &mut dyn FnMut(Subscription) -> ControlFlow<()>,
) -> Result<(), Trouble> {
    let version = schema::version(connection)?;
    if version < WITH_SUBSCRIPTIONS {
        return Ok(());
    }
    // Of two spellings that an older program took for two readers, the later wish counts.
    let latest = "NOT EXISTS (
        SELECT 1 FROM subscriptions AS other
        WHERE (other.identity = coalesce(one.identity, one.address) OR other.address = one.identity)
          AND other.rowid <> one.rowid AND (other.asked_at, other.rowid) > (one.asked_at, one.rowid))";
    let latest = if version < WITH_IDENTITIES { "TRUE" } else { latest };
    let mut query = connection.prepare(&format!(
        "SELECT email, fields, asked_at, confirmed_at FROM subscriptions AS one
         WHERE {latest} ORDER BY address"
    ))?;
    let (lookup, mut rows) = (Lookup::of(connection)?, query.query([])?);
    while let Some(row) = rows.next()? {
        let (email, fields): (String, String) = (row.get(0)?, row.get(1)?);
        // Whoever adds a row by hand may add one that is no address.
        let Ok(address) = Address::parse(&email) else { continue };
        if lookup.finds(connection, &Spelling::of(&address))? {
            continue;
        }
        let (asked_at, confirmed_at) = (row.get(2)?, row.get(3)?);
        let fields = Subscription::fields_of(&fields);
        if each(Subscription { address, fields, asked_at, confirmed_at }).is_break() {
            break;
        }
    }
    Ok(())
}
