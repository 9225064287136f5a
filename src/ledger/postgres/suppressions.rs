//! Who is never mailed, under whatever spelling.

use std::collections::BTreeSet;

use crate::address::Address;
use crate::ledger::entry::Suppression;
use crate::ledger::spelling::Spelling;

use super::link::Link;
use super::outcomes::text;
use super::schema::NOT_PLAIN;
use super::trouble::Trouble;

/// Suppresses addresses. The first reason stays: it is the one that counts. Two who suppress a
/// reader under two spellings at the same moment may both do: that harms nobody.
const SUPPRESS: &str = "
    INSERT INTO suppressions (address, email, reason, at, identity)
    SELECT DISTINCT ON (reader) address, email, reason, at, other
    FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[])
        WITH ORDINALITY AS told (address, email, reason, at, other, reader, place)
    WHERE NOT EXISTS (SELECT 1 FROM suppressions WHERE suppressions.address = told.reader)
      AND NOT EXISTS (SELECT 1 FROM suppressions WHERE suppressions.identity = told.reader)
    ORDER BY reader, place
    ON CONFLICT (address) DO NOTHING";

/// Suppresses addresses; says how many were not yet.
pub(super) async fn suppress(link: &Link, suppressions: &[Suppression]) -> Result<u64, Trouble> {
    let readers: Vec<Spelling<'_>> =
        suppressions.iter().map(|one| Spelling::of(&one.address)).collect();
    let keys: Vec<&str> = readers.iter().map(|reader| &*reader.key).collect();
    let emails: Vec<&str> = suppressions.iter().map(|one| one.address.as_str()).collect();
    let reasons: Vec<String> = suppressions.iter().map(|one| text(&one.reason)).collect();
    let ats: Vec<i64> = suppressions.iter().map(|one| one.at).collect();
    let others: Vec<Option<&str>> = readers.iter().map(|reader| reader.other.as_deref()).collect();
    let identities: Vec<&str> = readers.iter().map(Spelling::identity).collect();
    link.execute(SUPPRESS, &[&keys, &emails, &reasons, &ats, &others, &identities]).await
}

/// Takes addresses off the suppressions, under whatever spelling they stand there.
pub(super) async fn unsuppress(link: &Link, addresses: &[Address]) -> Result<u64, Trouble> {
    let readers: Vec<Spelling<'_>> = addresses.iter().map(Spelling::of).collect();
    let keys: Vec<&str> = readers.iter().map(|reader| &*reader.key).collect();
    let identities: Vec<&str> = readers.iter().map(Spelling::identity).collect();
    let sql = "DELETE FROM suppressions
               WHERE address = ANY ($1::text[] || $2::text[]) OR identity = ANY ($2::text[])
               RETURNING address";
    let gone: BTreeSet<String> = link
        .rows(sql, &[&keys, &identities])
        .await?
        .iter()
        .map(|row| {
            let key: String = row.try_get(0)?;
            Ok(Address::identity_of_key(&key).unwrap_or(key))
        })
        .collect::<Result<_, tokio_postgres::Error>>()?;
    Ok(gone.len() as u64)
}

/// Why and since when a reader is suppressed; for each spelling that is. Where an older program
/// has written, also those whose identity it left out: they are few, and looked at one by one.
pub(super) async fn reasons(
    link: &Link,
    reader: &Spelling<'_>,
) -> Result<Vec<(String, i64)>, Trouble> {
    let with_identities = link.holds().await?.identities;
    let otherwise = if with_identities { "OR identity = $2" } else { "" };
    let sql = format!("SELECT reason, at FROM suppressions WHERE address IN ($1, $2) {otherwise}");
    let mut reasons = Vec::new();
    for row in link.rows(&sql, &[&reader.key, &reader.identity()]).await? {
        reasons.push((row.try_get(0)?, row.try_get(1)?));
    }
    let unidentified = if with_identities { "identity IS NULL" } else { "TRUE" };
    let sql = format!(
        "SELECT reason, at, address FROM suppressions WHERE {unidentified} AND {NOT_PLAIN}"
    );
    for row in link.rows(&sql, &[]).await? {
        let other = Address::identity_of_key(row.try_get(2)?);
        if other.is_some_and(|other| other == reader.identity()) {
            reasons.push((row.try_get(0)?, row.try_get(1)?));
        }
    }
    Ok(reasons)
}
