//! The feed: rows become messages and wait, a few ahead, for a connection.
//! One thread walks the list; between its rows come those who were put off
//! and whose time has come. The rows go in batches to a [`press`](super::press),
//! so that threads wake each other once for many mails.

use std::mem;
use std::sync::Arc;
use std::time::Duration;

use super::later::{Later, Next, Ticket};
use super::press::Intake;
use super::rehearsal::{Job, Walk};
use super::share::Share;
use super::smtp::Body;
use super::transport::Envelope;
use crate::address::Address;
use crate::clock;
use crate::finding::{Checked, Finding};
use crate::list::Subscriber;

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

/// A row that is to become a message.
#[derive(Debug)]
pub struct Row {
    /// The recipient's row.
    pub subscriber: Subscriber,
    /// Whether it comes back.
    pub again: bool,
    /// It counts as under way from here on.
    pub ticket: Ticket,
}

/// Walks the list and hands rows over.
pub struct Feed<'a> {
    /// What is merged, for whom.
    pub job: &'a Job<'a>,
    /// Those who were put off.
    pub later: Arc<Later>,
    /// How long they are waited for at the end of the list.
    pub retry_wait: Duration,
    /// Whether the list is walked only for them.
    pub again: bool,
    /// Which stretches of the list this run takes first.
    pub share: Share,
    /// What makes messages of rows.
    pub press: Intake,
    /// Rows that wait for company.
    pub batch: Vec<Row>,
}

impl Feed<'_> {
    /// Until nobody is left, or nobody takes messages any more.
    pub fn fill(mut self) {
        let walked = self.walk();
        if let Err(findings) = walked {
            self.press.breaks(mem::take(&mut self.batch), findings);
        }
    }

    fn walk(&mut self) -> Checked<()> {
        let mut is_wanted = self.walk_list(true)?;
        // What other runs were to take they may not live to take.
        if is_wanted && self.share.has_left_some() {
            is_wanted = self.walk_list(false)?;
        }
        if !is_wanted {
            return Ok(());
        }
        let wait = i64::try_from(self.retry_wait.as_secs()).unwrap_or(i64::MAX);
        let deadline = clock::unix_now().saturating_add(wait);
        while self.hand_over()
            && let Next::Again(subscriber) = self.later.next_until(deadline)
        {
            self.add(subscriber, true);
        }
        Ok(())
    }

    /// The whole list, or this run's share of it; whether somebody takes more.
    fn walk_list(&mut self, shares: bool) -> Checked<bool> {
        let mut walk = Walk::new(self.job)?;
        while !self.later.is_list_ended()
            && let Some(subscriber) = walk.next_open(&mut |_| {})?
        {
            if shares && !self.share.takes(walk.counts().rows())? {
                continue;
            }
            self.add(subscriber, self.again);
            while let Some(subscriber) = self.later.due() {
                self.add(subscriber, true);
            }
            if self.batch.len() >= self.press.room() && !self.hand_over() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn add(&mut self, subscriber: Subscriber, again: bool) {
        self.batch.push(Row { subscriber, again, ticket: self.later.ticket() });
    }

    /// Whether somebody takes what is made of the rows so far.
    fn hand_over(&mut self) -> bool {
        self.batch.is_empty() || self.press.take(mem::take(&mut self.batch))
    }
}
