//! The index of readers' tokens, as SQLite's ledger has it. Several processes may fill it at
//! the same time: what one has done another finds done.

use crate::address::Address;
use crate::ledger::entry::{Holder, TokenMaker};

use super::link::Link;
use super::trouble::Trouble;

const HOLDERS: &str = "
    SELECT asked.place, campaigns.name, recipients.address, recipients.email
    FROM unnest($1::bytea[]) WITH ORDINALITY AS asked (token, place)
    JOIN tokens ON tokens.token = asked.token
    JOIN recipients ON recipients.id = tokens.recipient
    JOIN campaigns ON campaigns.id = recipients.campaign";

const NEXT: &str = "
    SELECT recipients.id, campaigns.name, recipients.address FROM recipients
    JOIN campaigns ON campaigns.id = recipients.campaign
    WHERE recipients.id > $1 AND recipients.id <= $2 ORDER BY recipients.id LIMIT $3";

/// Takes the next recipients in, and says whether there are more.
pub(super) async fn index(link: &Link, maker: &TokenMaker, most: usize) -> Result<bool, Trouble> {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let row =
        link.row("SELECT through FROM token_index WHERE mark = $1", &[&&maker.mark[..]]).await?;
    let through: Option<i64> = row.map(|row| row.try_get(0)).transpose()?;
    let from = through.unwrap_or(0);
    if through.is_some() && newest(link).await? <= from {
        return Ok(false);
    }
    if through.is_none() {
        link.batch("DELETE FROM tokens").await?;
    }
    let to = newest_of_all(link).await?;
    let rows = link.rows(NEXT, &[&from, &to, &most]).await?;
    let (mut tokens, mut recipients) = (Vec::new(), Vec::new());
    for row in &rows {
        let token = (maker.token)(row.try_get(1)?, row.try_get(2)?);
        tokens.push(token.to_vec());
        recipients.push(row.try_get::<_, i64>(0)?);
    }
    link.execute(
        "INSERT INTO tokens (token, recipient) SELECT * FROM unnest($1::bytea[], $2::bigint[])
         ON CONFLICT (token) DO UPDATE SET recipient = excluded.recipient",
        &[&tokens, &recipients],
    )
    .await?;
    let is_full = i64::try_from(rows.len()).is_ok_and(|found| found == most);
    let last = if is_full { recipients.last().copied().unwrap_or(to) } else { to };
    link.execute(
        "INSERT INTO token_index (id, mark, through) VALUES (1, $1, $2)
         ON CONFLICT (id) DO UPDATE SET mark = excluded.mark, through = excluded.through",
        &[&&maker.mark[..], &last],
    )
    .await?;
    Ok(is_full)
}

async fn newest(link: &Link) -> Result<i64, Trouble> {
    let row = link.one("SELECT coalesce(max(id), 0) FROM recipients", &[]).await?;
    Ok(row.try_get(0)?)
}

/// The newest recipient of which is sure that nobody older is still under way: numbers are
/// given before they are committed. The lock waits for those who claim at this moment, and
/// is given up at once.
async fn newest_of_all(link: &Link) -> Result<i64, Trouble> {
    link.batch("BEGIN; LOCK TABLE recipients IN SHARE MODE").await?;
    let newest = newest(link).await;
    link.batch("COMMIT").await?;
    newest
}

/// Whose tokens these are. What the index says is proven by making the token again.
pub(super) async fn holders(
    link: &Link,
    maker: &TokenMaker,
    tokens: &[[u8; 16]],
) -> Result<Vec<Option<Holder>>, Trouble> {
    let asked: Vec<&[u8]> = tokens.iter().map(|token| &token[..]).collect();
    let mut holders = vec![None; tokens.len()];
    for row in link.rows(HOLDERS, &[&asked]).await? {
        let place = usize::try_from(row.try_get::<_, i64>(0)? - 1).unwrap_or(usize::MAX);
        let (campaign, key): (String, &str) = (row.try_get(1)?, row.try_get(2)?);
        let is_right =
            tokens.get(place).is_some_and(|token| (maker.token)(&campaign, key) == *token);
        // Whoever changes a row by hand may make one that is no address.
        let address = Address::parse(row.try_get(3)?).ok().filter(|_| is_right);
        if let (Some(slot), Some(address)) = (holders.get_mut(place), address) {
            *slot = Some(Holder { campaign, address });
        }
    }
    Ok(holders)
}
