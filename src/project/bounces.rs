//! `[bounces]`: where what comes back lies.

use super::owned;
use crate::finding::Finding;
use crate::place::Passage;
use crate::settings::Reader;

/// What comes back, and where.
#[derive(Clone, Debug, Default)]
pub struct Bounces {
    /// What `handbill bounces` reads when no source is told: a path or `imaps://…`.
    pub source: Option<Passage>,
    /// A command that prints the password of the IMAP server.
    pub password_command: Option<String>,
}

pub(super) fn read(mut reader: Reader<'_>, findings: &mut Vec<Finding>) -> Bounces {
    let bounces = Bounces {
        source: reader.text("source").filter(|source| !source.text().is_empty()),
        password_command: owned(&mut reader, "password_command"),
    };
    if let Some(place) = reader.forbidden("password") {
        let help = "take it out, change it, and use `password_command = \"…\"` or the environment's `HANDBILL_IMAP_PASSWORD`";
        findings.push(
            Finding::error("password-in-config", "a password does not belong in this file", help)
                .at(place),
        );
    }
    findings.append(&mut reader.finish());
    bounces
}
