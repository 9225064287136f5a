//! Who signed up by the form: subscribed, and handed over.

use tokio_postgres::Row;

use crate::address::Address;
use crate::ledger::spelling::Spelling;
use crate::ledger::subscription::{Joined, Subscription, may_come_back};

use super::link::Link;
use super::outcomes::text;
use super::suppressions;
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
    let reader = Spelling::of(&one.address);
    let (key, identity) = (&reader.key, reader.identity());
    // Another process may be writing down at this moment that they leave: its row is waited for.
    let sql = "SELECT reason, at FROM suppressions
               WHERE address IN ($1, $2) OR identity = $2 FOR UPDATE";
    let rows = link.rows(sql, &[key, &identity]).await?;
    for row in &rows {
        if !may_come_back(row.try_get(0)?, row.try_get(1)?, one.asked_at) {
            return Ok(Joined::No);
        }
    }
    if !rows.is_empty() {
        suppressions::unsuppress(link, std::slice::from_ref(&one.address)).await?;
    }
    let sql = "SELECT max(asked_at) FROM subscriptions
               WHERE address IN ($1, $2) OR identity = $2";
    let latest: Option<i64> = link.one(sql, &[key, &identity]).await?.try_get(0)?;
    // Of two links the one that was asked for later counts, however often and in whatever
    // order they are opened.
    if latest.is_some_and(|latest| latest >= one.asked_at) {
        return Ok(Joined::Yes);
    }
    let sql = "DELETE FROM subscriptions
               WHERE (address = $2 OR identity = $2) AND address <> $1";
    link.execute(sql, &[key, &identity]).await?;
    link.execute(
        "INSERT INTO subscriptions (address, email, fields, asked_at, confirmed_at, identity)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (address) DO UPDATE SET email = excluded.email, fields = excluded.fields,
             asked_at = excluded.asked_at, confirmed_at = excluded.confirmed_at
         WHERE excluded.asked_at > subscriptions.asked_at",
        &[
            key,
            &one.address.as_str(),
            &text(&one.json()),
            &one.asked_at,
            &one.confirmed_at,
            &reader.other,
        ],
    )
    .await?;
    Ok(Joined::Yes)
}

/// Those who are subscribed, were it not that they are suppressed under another spelling, or that
/// another spelling of theirs, which an older program took for another reader, has the later wish.
const UNDER_ANY_SPELLING: &str = r#"
    AND NOT EXISTS (SELECT 1 FROM suppressions
                    WHERE suppressions.address = one.identity
                       OR suppressions.identity = coalesce(one.identity, one.address))
    AND NOT EXISTS (SELECT 1 FROM subscriptions AS other
                    WHERE (other.address = one.identity
                           OR other.identity = coalesce(one.identity, one.address))
                      AND other.address <> one.address
                      AND (other.asked_at, other.address COLLATE "C")
                          > (one.asked_at, one.address COLLATE "C"))"#;

/// A piece of those who are subscribed and not suppressed, behind an address: their keys, and
/// what is known of them unless a row is no address.
pub(super) async fn piece(
    link: &Link,
    after: &str,
    most: i64,
) -> Result<Vec<(String, Option<Subscription>)>, Trouble> {
    let holds = link.holds().await?;
    if !holds.subscriptions {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT address, email, fields, asked_at, confirmed_at FROM subscriptions AS one
         WHERE address COLLATE \"C\" > $1
           AND NOT EXISTS (SELECT 1 FROM suppressions WHERE suppressions.address = one.address)
           {}
         ORDER BY address COLLATE \"C\" LIMIT $2",
        if holds.identities { UNDER_ANY_SPELLING } else { "" }
    );
    let rows = link.rows(&sql, &[&after, &most]).await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, subscription(row)?))).collect()
}

fn subscription(row: &Row) -> Result<Option<Subscription>, Trouble> {
    let fields = Subscription::fields_of(row.try_get(2)?);
    let (asked_at, confirmed_at) = (row.try_get(3)?, row.try_get(4)?);
    // Whoever adds a row by hand may add one that is no address.
    let address = Address::parse(row.try_get(1)?).ok();
    Ok(address.map(|address| Subscription { address, fields, asked_at, confirmed_at }))
}
