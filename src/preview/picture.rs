//! A picture: what a campaign is at one moment, and any reader's mail of it.

use std::sync::Arc;

use super::readers::Readers;
use crate::address::{Address, Mailbox};
use crate::campaign::Campaign;
use crate::compose::Letter;
use crate::deliver::rehearsal::write;
use crate::deliver::return_path::ReturnPath;
use crate::finding::{Checked, Finding};
use crate::list::{Column, Subscriber};
use crate::merge::{Mail, Merger, made_up};
use crate::message::Frame;
use crate::unsubscribe::Leave;
use crate::workshop::{Keep, ListChoice, Workshop, links};

/// Everything of which mails are made.
pub(super) struct Made {
    pub(super) campaign: Campaign,
    pub(super) letter: Letter,
    pub(super) frame: Frame,
    pub(super) leave: Leave,
    pub(super) from: Mailbox,
    pub(super) return_path: ReturnPath,
}

/// What a campaign is at one moment.
pub(super) struct Picture {
    pub(super) version: u64,
    pub(super) workshop: Option<Workshop>,
    /// What could be made of the files as they are.
    now: Option<Arc<Made>>,
    /// What was made of them when there was nothing wrong with them at last.
    before: Option<Arc<Made>>,
    pub(super) readers: Option<Arc<Readers>>,
    pub(super) findings: Vec<Finding>,
}

/// What a picture of broken files falls back on.
#[derive(Clone, Default)]
pub(super) struct Before {
    made: Option<Arc<Made>>,
    readers: Option<Arc<Readers>>,
}

/// A reader, and where on the list.
pub(super) struct Reader {
    pub(super) index: u64,
    pub(super) count: u64,
    pub(super) columns: Vec<Column>,
    pub(super) subscriber: Subscriber,
    pub(super) is_made_up: bool,
}

/// How a mail stands to what `send` would send now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Standing {
    /// It is the same.
    Good,
    /// The files are broken: it is of the last letter that could be made.
    Stale,
    /// This reader lacks something, and gets none.
    Incomplete,
    /// There never was a letter.
    None,
}

/// One reader's mail.
pub(super) struct Shown {
    pub(super) made: Arc<Made>,
    pub(super) mail: Mail,
    pub(super) preheader: Option<String>,
    pub(super) standing: Standing,
}

/// Why there is no mail.
pub(super) struct Missing {
    pub(super) standing: Standing,
    pub(super) findings: Vec<Finding>,
}

impl Picture {
    /// Makes what can be made. `readers` opens a list that is needed.
    pub(super) fn take(
        version: u64,
        workshop: Checked<Workshop>,
        campaign: Checked<Campaign>,
        choice: &ListChoice,
        before: &Before,
        readers: impl FnOnce(&Workshop, &Campaign, &ListChoice) -> Checked<Option<Arc<Readers>>>,
    ) -> Self {
        let mut findings = Vec::new();
        let workshop = keep(workshop, &mut findings);
        let campaign = keep(campaign, &mut findings);
        let (mut now, mut list) = (None, None);
        if let (Some(workshop), Some(campaign)) = (&workshop, campaign) {
            list = readers(workshop, &campaign, choice).unwrap_or_else(|mut slips| {
                findings.append(&mut slips);
                before.readers.clone()
            });
            if let Some((tokens, unkept)) = keep(workshop.tokens(Keep::May), &mut findings) {
                findings.extend(unkept);
                let readers = list.as_ref().map(|readers| &readers.list);
                let proof = workshop.proof(&campaign, readers, &tokens);
                findings.extend(proof.findings);
                let leave = workshop.leave(&campaign, &tokens);
                if let (Some(letter), Some(frame), Some(from)) =
                    (proof.letter, proof.frame, proof.from)
                {
                    let return_path = workshop.return_path(&campaign, &from, &tokens);
                    let made = Made { campaign, letter, frame, leave, from, return_path };
                    now = Some(Arc::new(made));
                }
            }
        }
        let readers = list.or_else(|| before.readers.clone().filter(|_| now.is_none()));
        let is_broken = findings.iter().any(Finding::is_error);
        let before = now.clone().filter(|_| !is_broken).or_else(|| before.made.clone());
        Self { version, workshop, now, before, readers, findings }
    }

    /// What the next one would fall back on.
    pub(super) fn as_before(&self) -> Before {
        Before { made: self.before.clone(), readers: self.readers.clone() }
    }

    /// The campaign, as far as it was ever read.
    pub(super) fn made(&self) -> Option<&Made> {
        self.now.as_deref().or(self.before.as_deref())
    }

    /// A reader by number; a made-up one where there is no list.
    pub(super) fn reader(&self, index: u64) -> Checked<Option<Reader>> {
        if let Some(readers) = &self.readers
            && let Some((index, subscriber)) = readers.get(index)?
        {
            let (count, columns) = (readers.count, readers.list.columns().to_vec());
            return Ok(Some(Reader { index, count, columns, subscriber, is_made_up: false }));
        }
        Ok(self.made().map(|made| {
            let address = Address::parse("reader@example.org").expect("it is an address");
            let (columns, subscriber) = made_up(&made.letter, &address);
            Reader { index: 0, count: 1, columns, subscriber, is_made_up: true }
        }))
    }

    /// A reader's mail: of the letter as it is, or of the last one where the
    /// files are broken.
    pub(super) fn mail(&self, reader: &Reader) -> Result<Shown, Missing> {
        let mut lacks = Vec::new();
        if let Some(made) = &self.now {
            match merge(made, reader) {
                Ok((mail, preheader)) => {
                    let standing = Standing::Good;
                    return Ok(Shown { made: Arc::clone(made), mail, preheader, standing });
                }
                Err(findings) => lacks = findings,
            }
        }
        // Where nothing is wrong but this row, the last letter is this one.
        if let Some(made) = &self.before
            && let Ok((mail, preheader)) = merge(made, reader)
        {
            let standing = Standing::Stale;
            return Ok(Shown { made: Arc::clone(made), mail, preheader, standing });
        }
        let standing = if self.now.is_some() { Standing::Incomplete } else { Standing::None };
        Err(Missing { standing, findings: lacks })
    }
}

impl Shown {
    /// Whether the campaign's condition chooses the reader.
    pub(super) fn chooses(&self, reader: &Reader) -> Checked<bool> {
        Ok(Merger::new(&self.made.letter, &reader.columns).selects(&reader.subscriber)?)
    }

    /// The message, byte for byte as it leaves (P6), the date apart.
    pub(super) fn message(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        write(&self.made.frame, &self.made.leave, &self.mail, &mut bytes);
        bytes
    }
}

fn merge(made: &Made, reader: &Reader) -> Checked<(Mail, Option<String>)> {
    let mut merger = Merger::new(&made.letter, &reader.columns);
    let own = links(&made.leave, &reader.subscriber.mailbox);
    match merger.merge(&reader.subscriber, &own) {
        Ok(mail) => Ok((mail, merger.preheader().map(str::to_owned))),
        Err(gaps) => Err(gaps.iter().map(|gap| gap.about(&reader.subscriber)).collect()),
    }
}

fn keep<T>(made: Checked<T>, findings: &mut Vec<Finding>) -> Option<T> {
    made.map_err(|mut slips| findings.append(&mut slips)).ok()
}
