//! Who signed up by the form: subscribed, and handed over.

use tokio_postgres::Row;

use crate::address::Address;
use crate::ledger::subscription::{Joined, Subscription, may_come_back};

use super::claims::text;
use super::link::Link;
use super::trouble::Trouble;

/// Subscribes who confirmed it. To be told twice changes nothing.
pub(super) async fn subscribe(
    link: &Link,
    subscriptions: &[Subscription],
) -> Result<Vec<Joined>, Trouble> {
    let mut joined = Vec::with_capacity(subscriptions.len());
    link.batch("BEGIN").await?;
    for one in subscriptions {
        match subscribe_one(link, one).await {
            Ok(answer) => joined.push(answer),
            Err(trouble) => {
                // It may be the connection that is gone.
                let _ = link.batch("ROLLBACK").await;
                return Err(trouble);
            }
        }
    }
    link.batch("COMMIT").await?;
    Ok(joined)
}

async fn subscribe_one(link: &Link, one: &Subscription) -> Result<Joined, Trouble> {
    let key = one.address.key();
    // Another process may be writing down at this moment that they leave: its row is waited for.
    let sql = "SELECT reason, at FROM suppressions WHERE address = $1 FOR UPDATE";
    if let Some(row) = link.row(sql, &[&key]).await? {
        if !may_come_back(row.try_get(0)?, row.try_get(1)?, one.asked_at) {
            return Ok(Joined::No);
        }
        link.execute("DELETE FROM suppressions WHERE address = $1", &[&key]).await?;
    }
    link.execute(
        "INSERT INTO subscriptions (address, email, fields, asked_at, confirmed_at)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (address) DO UPDATE SET email = excluded.email, fields = excluded.fields,
             asked_at = excluded.asked_at, confirmed_at = excluded.confirmed_at
         WHERE excluded.asked_at > subscriptions.asked_at",
        &[&key, &one.address.as_str(), &text(&one.json()), &one.asked_at, &one.confirmed_at],
    )
    .await?;
    Ok(Joined::Yes)
}

/// Why and since when an address is suppressed.
pub(super) async fn suppression(link: &Link, key: &str) -> Result<Option<(String, i64)>, Trouble> {
    let row = link.row("SELECT reason, at FROM suppressions WHERE address = $1", &[&key]).await?;
    let read = |row: Row| Ok((row.try_get(0)?, row.try_get(1)?));
    row.map(read).transpose()
}

/// A piece of those who are subscribed and not suppressed, behind an address: their keys, and
/// what is known of them unless a row is no address.
pub(super) async fn piece(
    link: &Link,
    after: &str,
    most: i64,
) -> Result<Vec<(String, Option<Subscription>)>, Trouble> {
    let sql = "SELECT address, email, fields, asked_at, confirmed_at FROM subscriptions
               WHERE address COLLATE \"C\" > $1
                 AND NOT EXISTS (SELECT 1 FROM suppressions
                                 WHERE suppressions.address = subscriptions.address)
               ORDER BY address COLLATE \"C\" LIMIT $2";
    let rows = link.rows(sql, &[&after, &most]).await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, subscription(row)?))).collect()
}

fn subscription(row: &Row) -> Result<Option<Subscription>, Trouble> {
    let fields = Subscription::fields_of(row.try_get(2)?);
    let (asked_at, confirmed_at) = (row.try_get(3)?, row.try_get(4)?);
    // Whoever adds a row by hand may add one that is no address.
    let address = Address::parse(row.try_get(1)?).ok();
    Ok(address.map(|address| Subscription { address, fields, asked_at, confirmed_at }))
}
