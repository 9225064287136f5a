//! The rehearsal: the whole list, merged row by row and sent nowhere. It
//! comes before every mailing, so that what cannot be merged is known before
//! the first mail leaves; `--dry-run` is a rehearsal and nothing else.

use std::time::Duration;

use super::outbox::Outbox;
use super::roll::{Counts, Entry, Mailing, Roll};
use super::tally::{Ended, Moment, Witness};
use super::transport::{Envelope, Transport, Verdict};
use crate::address::{Address, Mailbox};
use crate::clock::{self, Stopwatch};
use crate::compose::Event;
use crate::compose::Letter;
use crate::finding::{Checked, Finding};
use crate::ledger::{self, Outcome};
use crate::list::{List, Subscriber};
use crate::merge::{self, Gap, Mail, Merger};
use crate::message::{self, Frame};
use crate::unsubscribe::Leave;

/// A letter, the list that it is for, and how its readers leave.
pub struct Job<'a> {
    /// The compiled letter.
    pub letter: &'a Letter,
    /// The list.
    pub list: &'a List,
    /// Links and headers for leaving.
    pub leave: &'a Leave,
    /// The campaign and its ledger.
    pub mailing: Mailing<'a>,
}

impl Job<'_> {
    /// Merges a row.
    pub fn merge(&self, merger: &mut Merger<'_>, subscriber: Subscriber) -> Merged {
        let unsubscribe = self.leave.link(&subscriber.mailbox.address);
        match merger.merge(&subscriber, &merge::Links { unsubscribe }) {
            Ok(mail) => Merged::Mail(subscriber, mail),
            Err(gaps) => Merged::Incomplete(subscriber, gaps),
        }
    }
}

/// What a rehearsal found.
#[derive(Debug, Default)]
pub struct Forecast {
    /// The rows of the list.
    pub counts: Counts,
    /// Rows that can be mailed.
    pub complete: u64,
    /// Rows that lack something.
    pub incomplete: u64,
    /// Whom it would go to first.
    pub first: Vec<Mailbox>,
}

/// One row that is to be mailed.
pub enum Merged {
    /// It became a mail.
    Mail(Subscriber, Mail),
    /// It lacks something.
    Incomplete(Subscriber, Vec<Gap>),
}

/// Walks a list and merges every row that is to be mailed.
pub struct Walk<'a> {
    job: &'a Job<'a>,
    merger: Merger<'a>,
    roll: Roll,
}

impl<'a> Walk<'a> {
    /// Begins at the first row.
    pub fn new(job: &'a Job<'a>) -> Checked<Self> {
        Ok(Self {
            job,
            merger: Merger::new(job.letter, job.list.columns()),
            roll: Roll::call(job.list, Some(&job.mailing))?,
        })
    }

    /// The next row that is to be mailed. `other` hears of every other row.
    pub fn next_open(&mut self, other: &mut dyn FnMut(&Entry)) -> Checked<Option<Subscriber>> {
        loop {
            let merger = &mut self.merger;
            let entry = self.roll.next_selected(&mut |row| Ok(merger.selects(row)?))?;
            match entry {
                Some(Entry::Open(subscriber)) => return Ok(Some(subscriber)),
                Some(entry) => other(&entry),
                None => return Ok(None),
            }
        }
    }

    /// The same, merged.
    pub fn next_merged(&mut self, other: &mut dyn FnMut(&Entry)) -> Checked<Option<Merged>> {
        let subscriber = self.next_open(other)?;
        Ok(subscriber.map(|subscriber| self.job.merge(&mut self.merger, subscriber)))
    }

    /// Takes a mail's memory back.
    pub fn recycle(&mut self, mail: Mail) {
        self.merger.recycle(mail);
    }

    /// What was counted so far.
    pub fn counts(&self) -> Counts {
        self.roll.counts()
    }
}

/// Hears of what a rehearsal meets.
pub trait Audience {
    /// A row was looked at.
    fn row(&mut self);
    /// A row cannot be used.
    fn unusable(&mut self, finding: &Finding);
    /// A row lacks something.
    fn incomplete(&mut self, subscriber: &Subscriber, gaps: &[Gap]);
}

/// Rehearses a mailing over the whole list.
pub fn rehearse(job: &Job<'_>, audience: &mut dyn Audience) -> Checked<Forecast> {
    let mut forecast = Forecast::default();
    let mut walk = Walk::new(job)?;
    loop {
        let merged = walk.next_merged(&mut |entry| {
            audience.row();
            if let Entry::Invalid(row) = entry {
                audience.unusable(&row.finding());
            }
        })?;
        let Some(merged) = merged else { break };
        audience.row();
        match merged {
            Merged::Mail(subscriber, mail) => {
                forecast.complete += 1;
                if forecast.first.len() < 3 {
                    forecast.first.push(subscriber.mailbox);
                }
                walk.recycle(mail);
            }
            Merged::Incomplete(subscriber, gaps) => {
                forecast.incomplete += 1;
                audience.incomplete(&subscriber, &gaps);
            }
        }
    }
    forecast.counts = walk.counts();
    Ok(forecast)
}

/// Writes every mail into a folder, up to a number: a rehearsal with the real
/// bytes, of which the ledger learns nothing.
pub async fn into_outbox(
    job: &Job<'_>,
    frame: &Frame,
    return_path: &Address,
    limit: u64,
    (outbox, witness): (&mut Outbox, &mut dyn Witness),
) -> Checked<Ended> {
    let mut walk = Walk::new(job)?;
    let mut ended = Ended::default();
    let begun = Stopwatch::start();
    let mut bytes = Vec::new();
    while ended.tally.tried() < limit {
        let Some(merged) = walk.next_merged(&mut |_| {})? else { break };
        let Merged::Mail(subscriber, mail) = merged else { continue };
        write(frame, job.leave, &mail, &mut bytes);
        let recipient = subscriber.mailbox.address;
        let envelope = Envelope { return_path: return_path.clone(), recipient };
        if let Verdict::Stop(finding) = outbox.deliver(&envelope, &bytes).await {
            ended.stopped.push(*finding);
            break;
        }
        ended.tally.sent += 1;
        witness.settled(&envelope.recipient, Outcome::Sent, &ledger::Reply::default(), false);
        let elapsed = begun.elapsed();
        witness.moment(&Moment { tally: ended.tally, elapsed, pause: Duration::ZERO });
        walk.recycle(mail);
    }
    ended.took = begun.elapsed();
    Ok(ended)
}

/// Makes a mail into the message that leaves. What `render` shows is made
/// here too (P6).
pub fn write(frame: &Frame, leave: &Leave, mail: &merge::Mail, bytes: &mut Vec<u8>) {
    let headers = leave.headers(&mail.to.address);
    let invites: Vec<message::Invite<'_>> = mail.events.iter().map(invite).collect();
    let mail = message::Mail {
        invites: &invites,
        to: &mail.to,
        subject: &mail.subject,
        html: &mail.html,
        text: &mail.text,
        headers: &headers,
    };
    frame.write(&mail, clock::unix_now(), bytes);
}

fn invite(event: &Event) -> message::Invite<'_> {
    message::Invite {
        title: &event.title,
        start: event.start,
        end: event.end,
        place: &event.place,
        url: event.url.as_deref(),
    }
}
