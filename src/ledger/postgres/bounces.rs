//! What came back: counted once each, and a reason to suppress.

use crate::ledger::bounce::{Bounce, Fate, SoftLimit};
use crate::ledger::entry::Suppression;
use crate::ledger::spelling::Spelling;

use super::link::Link;
use super::meetings;
use super::outcomes::text;
use super::suppressions;
use super::trouble::Trouble;

/// In seconds.
const DAY: i64 = 86_400;

/// Takes note of bounces.
pub(super) async fn take(
    link: &Link,
    bounces: &[Bounce],
    limit: SoftLimit,
    now: i64,
) -> Result<Vec<Fate>, Trouble> {
    let mut fates = Vec::with_capacity(bounces.len());
    link.batch("BEGIN").await?;
    for bounce in bounces {
        match take_one(link, bounce, limit, now).await {
            Ok(fate) => fates.push(fate),
            Err(trouble) => {
                // It may be the connection that is gone.
                let _ = link.batch("ROLLBACK").await;
                return Err(trouble);
            }
        }
    }
    link.batch("COMMIT").await?;
    Ok(fates)
}

async fn take_one(
    link: &Link,
    bounce: &Bounce,
    limit: SoftLimit,
    now: i64,
) -> Result<Fate, Trouble> {
    let reader = Spelling::of(&bounce.address);
    let (key, keys) = (&reader.key, meetings::keys(link, &reader).await?);
    // Only what was mailed, or may have been, can come back; that very spelling first of all.
    let recipient = link
        .row(
            "SELECT recipients.id FROM recipients
             JOIN campaigns ON campaigns.id = recipients.campaign
             WHERE campaigns.name = $1 AND recipients.address = ANY ($4::text[])
               AND ($3 OR recipients.state IN ('sent', 'in_doubt'))
             ORDER BY recipients.address <> $2, recipients.id LIMIT 1",
            &[&bounce.campaign, key, &bounce.at_once, &keys],
        )
        .await?;
    let Some(recipient) = recipient else { return Ok(Fate::Stranger) };
    let recipient: i64 = recipient.try_get(0)?;
    let at = bounce.at.clamp(0, now);
    let (enhanced, reply) =
        (bounce.enhanced.as_deref().map(text), bounce.reply.as_deref().map(text));
    let added = link
        .execute(
            "INSERT INTO bounces (digest, recipient, address, is_final, at, enhanced, reply)
             VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (digest, recipient) DO NOTHING",
            &[&bounce.digest, &recipient, key, &bounce.is_final, &at, &enhanced, &reply],
        )
        .await?;
    if added == 0 {
        return Ok(Fate::Known);
    }
    let reason = if bounce.is_final {
        bounce.reason.clone()
    } else if limit.is_reached(&soft_days(link, &keys).await?) {
        limit.reason(&bounce.reason)
    } else {
        return Ok(Fate::Counted);
    };
    let suppression = Suppression { address: bounce.address.clone(), reason, at: now };
    let is_new = suppressions::suppress(link, &[suppression]).await? == 1;
    Ok(if is_new { Fate::Suppressed } else { Fate::Counted })
}

/// The days on which a reader bounced softly, from the latest on; they may be read in any
/// order.
async fn soft_days(link: &Link, keys: &[String]) -> Result<Vec<i64>, Trouble> {
    let rows = link
        .rows(
            "SELECT DISTINCT at / $2 AS day FROM bounces
             WHERE address = ANY ($1::text[]) AND NOT is_final ORDER BY day DESC LIMIT 1000",
            &[&keys, &DAY],
        )
        .await?;
    let days: Vec<i64> =
        rows.iter().map(|row| row.try_get(0)).collect::<Result<_, tokio_postgres::Error>>()?;
    Ok(days)
}
