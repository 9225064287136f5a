//! The feed: on a thread of its own, row after row becomes a message and
//! waits, a few ahead, for a connection. Between the rows of the list come
//! those who were put off and whose time has come.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use super::later::{Later, Next, Ticket};
use super::rehearsal::{Job, Merged, Walk, write};
use super::smtp::Body;
use super::transport::Envelope;
use super::trouble;
use crate::address::Address;
use crate::clock;
use crate::finding::Checked;
use crate::finding::Finding;
use crate::list::Subscriber;
use crate::message::Frame;

/// A row on its way to a connection.
#[derive(Debug)]
pub enum Fed {
    /// A message, ready for the wire.
    Message(Ready),
    /// A row that lacks something, and is left out.
    Incomplete(Address),
    /// The list cannot be read on.
    Broken(Vec<Finding>),
}

/// A message for one recipient.
#[derive(Debug)]
pub struct Ready {
    /// The recipient's row.
    pub subscriber: Subscriber,
    /// Who it is for.
    pub envelope: Envelope,
    /// The message, ready for the wire.
    pub body: Body,
    /// Whether it comes back: it was put off in this run.
    pub again: bool,
    /// Lets the feed know when it has come to its end.
    pub ticket: Ticket,
}

impl Ready {
    /// The recipient.
    pub fn address(&self) -> &Address {
        &self.envelope.recipient
    }
}

impl Fed {
    /// Whom it is for.
    pub fn address(&self) -> Option<&Address> {
        match self {
            Self::Message(ready) => Some(ready.address()),
            Self::Incomplete(address) => Some(address),
            Self::Broken(_) => None,
        }
    }

    /// Whether it is the list's, and not somebody who comes back.
    pub fn is_first(&self) -> bool {
        matches!(self, Self::Message(Ready { again: false, .. }) | Self::Incomplete(_))
    }
}

/// Walks the list and hands messages over.
pub struct Feed<'a> {
    /// What is merged, for whom.
    pub job: &'a Job<'a>,
    /// What stands around it.
    pub frame: &'a Frame,
    /// Where bounces go.
    pub return_path: &'a Address,
    /// Those who were put off.
    pub later: Arc<Later>,
    /// How long they are waited for at the end of the list.
    pub retry_wait: Duration,
    /// Whether the list is walked only for them.
    pub again: bool,
}

impl Feed<'_> {
    /// Until nobody is left, or nobody takes messages any more.
    pub fn fill(self, out: &mpsc::Sender<Fed>) {
        if let Err(findings) = self.walk(out) {
            let _ = out.blocking_send(Fed::Broken(findings));
        }
    }

    fn walk(&self, out: &mpsc::Sender<Fed>) -> Checked<()> {
        let mut walk = Walk::new(self.job)?;
        while !self.later.is_list_ended()
            && let Some(merged) = walk.next_merged(&mut |_| {})?
        {
            if !self.hand_over(&mut walk, merged, self.again, out) {
                return Ok(());
            }
            while let Some(subscriber) = self.later.due() {
                let merged = walk.merge(subscriber);
                if !self.hand_over(&mut walk, merged, true, out) {
                    return Ok(());
                }
            }
        }
        let wait = i64::try_from(self.retry_wait.as_secs()).unwrap_or(i64::MAX);
        let deadline = clock::unix_now().saturating_add(wait);
        while let Next::Again(subscriber) = self.later.next_until(deadline) {
            let merged = walk.merge(subscriber);
            if !self.hand_over(&mut walk, merged, true, out) {
                break;
            }
        }
        Ok(())
    }

    /// Whether somebody took it.
    fn hand_over(
        &self,
        walk: &mut Walk<'_>,
        merged: Merged,
        again: bool,
        out: &mpsc::Sender<Fed>,
    ) -> bool {
        let fed = match merged {
            Merged::Incomplete(subscriber, _) => Fed::Incomplete(subscriber.mailbox.address),
            Merged::Mail(subscriber, mail) => {
                let mut bytes = Vec::new();
                write(self.frame, self.job.leave, &mail, &mut bytes);
                walk.recycle(mail);
                let recipient = subscriber.mailbox.address.clone();
                let envelope = Envelope { return_path: self.return_path.clone(), recipient };
                match Body::new(bytes) {
                    Ok(body) => {
                        let ticket = self.later.ticket();
                        Fed::Message(Ready { subscriber, envelope, body, again, ticket })
                    }
                    Err(why) => Fed::Broken(vec![trouble::malformed(why)]),
                }
            }
        };
        out.blocking_send(fed).is_ok()
    }
}
