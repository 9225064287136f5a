//! The index of readers' tokens. Sending does not fill it: whoever answers
//! readers does, from the recipients that came since. A token is an HMAC, so
//! there is no way back from it but a table.

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::address::Address;
use crate::ledger::entry::{Holder, TokenMaker};

use super::trouble::Trouble;

const HOLDER: &str = "
    SELECT campaigns.name, recipients.address, recipients.email FROM tokens
    JOIN recipients ON recipients.id = tokens.recipient
    JOIN campaigns ON campaigns.id = recipients.campaign
    WHERE tokens.token = ?1";

const NEXT: &str = "
    SELECT recipients.id, campaigns.name, recipients.address FROM recipients
    JOIN campaigns ON campaigns.id = recipients.campaign
    WHERE recipients.id > ?1 ORDER BY recipients.id LIMIT ?2";

/// Whether nobody is missing.
pub(super) fn is_whole(connection: &Connection, maker: &TokenMaker) -> Result<bool, Trouble> {
    let last: Option<i64> = connection
        .prepare_cached("SELECT max(id) FROM recipients")?
        .query_row([], |row| row.get(0))?;
    let through = through(connection, maker)?;
    Ok(through.is_some_and(|through| through >= last.unwrap_or(0)))
}

/// The last recipient in the index; none where it is of another key.
fn through(connection: &Connection, maker: &TokenMaker) -> Result<Option<i64>, Trouble> {
    let through = connection
        .prepare_cached("SELECT through FROM token_index WHERE mark = ?1")?
        .query_row([&maker.mark[..]], |row| row.get(0))
        .optional()?;
    Ok(through)
}

/// Takes the next recipients in, and says whether there are more.
pub(super) fn index(
    connection: &Connection,
    maker: &TokenMaker,
    most: usize,
) -> Result<bool, Trouble> {
    let through = through(connection, maker)?;
    if through.is_none() {
        connection.execute("DELETE FROM tokens", [])?;
    }
    let from = through.unwrap_or(0);
    let mut last = from;
    let mut found: Vec<([u8; 16], i64)> = Vec::new();
    let mut query = connection.prepare_cached(NEXT)?;
    let mut rows = query.query(params![from, i64::try_from(most).unwrap_or(i64::MAX)])?;
    while let Some(row) = rows.next()? {
        last = row.get(0)?;
        let token = (maker.token)(text(row, 1)?, text(row, 2)?);
        found.push((token, last));
    }
    let more = found.len() == most;
    // In their order they share pages; else each would write one of its own.
    found.sort_unstable();
    let mut insert = connection.prepare_cached(
        "INSERT INTO tokens (token, recipient) VALUES (?1, ?2)
         ON CONFLICT (token) DO UPDATE SET recipient = excluded.recipient",
    )?;
    for (token, recipient) in found {
        insert.execute(params![&token[..], recipient])?;
    }
    connection.execute(
        "INSERT INTO token_index (id, mark, through) VALUES (1, ?1, ?2)
         ON CONFLICT (id) DO UPDATE SET mark = excluded.mark, through = excluded.through",
        params![&maker.mark[..], last],
    )?;
    Ok(more)
}

/// Whose tokens these are. What the index says is proven by making the token
/// again: a row's id may be another recipient's by now. Nobody can guess 128
/// bits byte by byte from the time that a look-up takes: where it ends depends
/// on how the tree's pages were cut, and the tokens in it are hashes with a secret.
pub(super) fn holders(
    connection: &Connection,
    maker: &TokenMaker,
    tokens: &[[u8; 16]],
) -> Result<Vec<Option<Holder>>, Trouble> {
    let moment = connection.unchecked_transaction()?;
    let mut query = moment.prepare_cached(HOLDER)?;
    let holder = |token: &[u8; 16]| {
        let mut rows = query.query([&token[..]])?;
        let Some(row) = rows.next()? else { return Ok(None) };
        let (campaign, key): (String, String) = (row.get(0)?, row.get(1)?);
        if (maker.token)(&campaign, &key) != *token {
            return Ok(None);
        }
        // Whoever changes a row by hand may make one that is no address.
        let address = Address::parse(text(row, 2)?).ok();
        Ok(address.map(|address| Holder { campaign, address }))
    };
    tokens.iter().map(holder).collect()
}

fn text<'a>(row: &'a Row<'_>, column: usize) -> rusqlite::Result<&'a str> {
    Ok(row.get_ref(column)?.as_str()?)
}
