//! Where what comes back lies: the source that was typed, or the project's.

use std::path::Path;

use super::{Workshop, placed, whole};
use crate::finding::{Checked, Finding};
use crate::mailbox::Mailbox;
use crate::mailbox::imap::Account;
use crate::place::Passage;

impl Workshop {
    /// Opens the source that was typed, or the project's. Of each mail at most
    /// `max` bytes will be read; on a server, only those of `since` and later.
    pub fn mailbox(
        &self,
        typed: Option<&Path>,
        max: usize,
        since: Option<String>,
    ) -> Checked<Mailbox> {
        let settings = &self.project.bounces;
        let configured = settings.source.as_ref().filter(|_| typed.is_none());
        let text = typed.map(Path::to_string_lossy);
        let Some(source) = text.as_deref().or(configured.map(Passage::text)) else {
            return Err(no_source().into());
        };
        if Account::is_url(source) {
            let ca = self.project.delivery.ca.as_ref().map(|file| self.project.root.join(file));
            let account = Account::new(source, settings.password_command.as_deref(), ca.as_deref())
                .map_err(|findings| match configured {
                    // The line may hold a password: its place is named, the line is not shown.
                    Some(passage) => placed(findings, &whole(passage).without_excerpt()),
                    None => findings,
                })?;
            let imap = account.since(since).open(max)?;
            return Ok(Mailbox::Imap(Box::new(imap)));
        }
        if since.is_some() {
            return Err(since_without_server().into());
        }
        match (typed, configured) {
            (None, Some(passage)) => Mailbox::open(&self.project.root.join(passage.text()))
                .map_err(|finding| finding.at(whole(passage)).into()),
            (typed, _) => Ok(Mailbox::open(typed.unwrap_or(Path::new("")))?),
        }
    }
}

fn no_source() -> Finding {
    Finding::error(
        "no-source",
        "there is nothing to read",
        "name a Maildir, an mbox file, a folder of .eml files or `imaps://user@host/INBOX`, or write it as `source` into `[bounces]`",
    )
}

fn since_without_server() -> Finding {
    Finding::error(
        "since-without-server",
        "`--since` asks a server for what came lately, and the source is no server",
        "leave it out: what was read before is not counted twice",
    )
}
