//! `[bounces]`: where bounces come back to, where they are read, and what they do to a reader.

use std::ops::Range;

use super::owned;
use crate::address::Address;
use crate::finding::Finding;
use crate::place::{Passage, Place, Source};
use crate::settings::{Kind, Reader};

/// How many soft bounces are enough where the settings say nothing, and within how many days.
const SOFT: (u64, u64) = (3, 30);
/// The longest time within which soft bounces are counted, in days.
const DAYS_MAX: u64 = 999;
/// The longest local part, and the longest address (RFC 5321 §4.5.3.1).
const LOCAL_MAX: usize = 64;
const ADDRESS_MAX: usize = 254;
/// What is added for each reader: `+` and a token.
const TOKEN: usize = 33;

/// What comes back.
#[derive(Clone, Debug)]
pub struct Bounces {
    /// Where it comes back to, `MAIL FROM`; the address of `From` if it is not set.
    pub address: Option<Address>,
    /// The same as it was written.
    pub written: Option<Passage>,
    /// Whether each reader's mail has a return path of its own, `bounces+TOKEN@…`.
    pub verp: bool,
    /// Soft bounces on so many different days suppress an address …
    pub soft: u64,
    /// … within so many days.
    pub days: u64,
    /// What `handbill bounces` reads when no source is told: a path or `imaps://…`.
    pub source: Option<Passage>,
    /// A command that prints the password of the IMAP server.
    pub password_command: Option<String>,
}

impl Default for Bounces {
    fn default() -> Self {
        Self {
            address: None,
            written: None,
            verp: false,
            soft: SOFT.0,
            days: SOFT.1,
            source: None,
            password_command: None,
        }
    }
}

/// Reads the table.
pub(super) fn read(
    source: &Source,
    mut reader: Reader<'_>,
    findings: &mut Vec<Finding>,
) -> Bounces {
    let written = reader.text("address").filter(|written| !written.text().is_empty());
    let address = written.as_ref().and_then(|written| {
        Address::parse(written.text())
            .map_err(|why| reader.findings.push(invalid(written, &why.to_string())))
            .ok()
    });
    let verp = reader.take("verp").and_then(|value| {
        if let Kind::Bool(verp) = value.kind {
            return Some((verp, value.range));
        }
        reader.wrong_type("verp", &value, "`true` or `false`");
        None
    });
    if let (None, Some((true, range))) = (&written, &verp) {
        reader.findings.push(without_address().at(source.place(range.clone())));
    }
    let verp = verp.map_or(address.is_some(), |(verp, _)| verp);
    if let (Some(written), Some(address), true) = (&written, &address, verp) {
        reader.findings.extend(no_room(address).map(|finding| finding.at(whole(written))));
    }
    let soft = limit(&mut reader, "soft");
    let days = limit(&mut reader, "days");
    let (many, within) = (
        soft.as_ref().map_or(SOFT.0, |(soft, _)| *soft),
        days.as_ref().map_or(SOFT.1, |(days, _)| *days),
    );
    if let Some((_, range)) = soft.or(days).filter(|_| many > within) {
        reader.findings.push(never(many, within).at(source.place(range)));
    }
    let where_it_lies = reader.text("source").filter(|source| !source.text().is_empty());
    let password_command = owned(&mut reader, "password_command");
    if let Some(place) = reader.forbidden("password") {
        findings.push(password().at(place));
    }
    findings.append(&mut reader.finish());
    Bounces {
        address,
        written,
        verp,
        soft: many,
        days: within,
        source: where_it_lies,
        password_command,
    }
}

/// A number of days, and where it stands.
fn limit(reader: &mut Reader<'_>, key: &'static str) -> Option<(u64, Range<usize>)> {
    let value = reader.take(key)?;
    let number = match value.kind {
        Kind::Integer(number) => u64::try_from(number).ok(),
        _ => None,
    };
    let number = number.filter(|number| (1..=DAYS_MAX).contains(number));
    if number.is_none() {
        reader.wrong_type(key, &value, "a whole number from 1 to 999");
    }
    Some((number?, value.range))
}

fn whole(written: &Passage) -> Place {
    written.place(0..written.text().len())
}

fn invalid(written: &Passage, why: &str) -> Finding {
    Finding::error(
        "invalid-address",
        format!("`address` is no address: {why}"),
        "write it as `bounces@example.org`",
    )
    .at(whole(written))
}

fn password() -> Finding {
    Finding::error(
        "password-in-config",
        "a password does not belong in this file",
        "take it out, change it, and use `password_command = \"…\"` or the environment's `HANDBILL_IMAP_PASSWORD`",
    )
}

fn without_address() -> Finding {
    Finding::error(
        "verp-without-address",
        "`verp` needs an address to which bounces come back",
        "write `address = \"bounces@example.org\"` beside it; its server must deliver `bounces+…@` there too",
    )
}

/// Why an address cannot take a token, if it cannot.
fn no_room(address: &Address) -> Option<Finding> {
    let local = address.local();
    let help = "use another address, or `verp = false`";
    if local.starts_with('"') {
        let message = format!("`{address}` cannot take a token: its name stands in quotes");
        return Some(Finding::error("verp-address", message, help));
    }
    let has_room =
        local.len() + TOKEN <= LOCAL_MAX && address.as_str().len() + TOKEN <= ADDRESS_MAX;
    (!has_room).then(|| {
        let message = format!(
            "`{address}` has no room for a token: its name may have {} characters (RFC 5321 §4.5.3.1)",
            LOCAL_MAX - TOKEN
        );
        Finding::error("verp-address", message, help)
    })
}

fn never(soft: u64, days: u64) -> Finding {
    Finding::error(
        "bounces-limit",
        format!("soft bounces on {soft} different days cannot happen within {days}"),
        "make `days` larger, or `soft` smaller",
    )
}
