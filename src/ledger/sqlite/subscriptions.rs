//! Who signed up by the form: subscribed, and handed over.

use std::ops::ControlFlow;

use rusqlite::{Connection, OptionalExtension, params};

use crate::address::Address;
use crate::ledger::subscription::{Joined, Subscription, may_come_back};

use super::schema::{self, WITH_SUBSCRIPTIONS};
use super::trouble::Trouble;

/// Subscribes who confirmed it, inside a transaction of the caller's.
pub(super) fn subscribe(
    connection: &Connection,
    subscriptions: &[Subscription],
) -> Result<Vec<Joined>, Trouble> {
    subscriptions.iter().map(|one| subscribe_one(connection, one)).collect()
}

fn subscribe_one(connection: &Connection, one: &Subscription) -> Result<Joined, Trouble> {
    let key = one.address.key();
    if let Some((reason, at)) = suppression(connection, &key)? {
        if !may_come_back(&reason, at, one.asked_at) {
            return Ok(Joined::No);
        }
        connection
            .prepare_cached("DELETE FROM suppressions WHERE address = ?1")?
            .execute([&key])?;
    }
    // Of two links the one that was asked for later counts, however often and in whatever
    // order they are opened.
    connection
        .prepare_cached(
            "INSERT INTO subscriptions (address, email, fields, asked_at, confirmed_at)
             VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (address) DO UPDATE SET email = excluded.email, fields = excluded.fields,
                 asked_at = excluded.asked_at, confirmed_at = excluded.confirmed_at
             WHERE excluded.asked_at > subscriptions.asked_at",
        )?
        .execute(params![key, one.address.as_str(), one.json(), one.asked_at, one.confirmed_at])?;
    Ok(Joined::Yes)
}

/// Why and since when an address is suppressed.
pub(super) fn suppression(
    connection: &Connection,
    key: &str,
) -> Result<Option<(String, i64)>, Trouble> {
    let found = connection
        .prepare_cached("SELECT reason, at FROM suppressions WHERE address = ?1")?
        .query_row([key], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(found)
}

/// Hands over whoever is subscribed and not suppressed, by address.
pub(super) fn each(
    connection: &Connection,
    each: &mut dyn FnMut(Subscription) -> ControlFlow<()>,
) -> Result<(), Trouble> {
    if schema::version(connection)? < WITH_SUBSCRIPTIONS {
        return Ok(());
    }
    let mut query = connection.prepare(
        "SELECT email, fields, asked_at, confirmed_at FROM subscriptions
         WHERE address NOT IN (SELECT address FROM suppressions) ORDER BY address",
    )?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let (email, fields): (String, String) = (row.get(0)?, row.get(1)?);
        // Whoever adds a row by hand may add one that is no address.
        let Ok(address) = Address::parse(&email) else { continue };
        let (asked_at, confirmed_at) = (row.get(2)?, row.get(3)?);
        let fields = Subscription::fields_of(&fields);
        if each(Subscription { address, fields, asked_at, confirmed_at }).is_break() {
            break;
        }
    }
    Ok(())
}
