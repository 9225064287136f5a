//! What became of a mailing: the counts, how it ended, and who hears of it.

use std::time::Duration;

use super::transport;
use crate::address::Address;
use crate::finding::Finding;
use crate::ledger::{self, Outcome};

/// What became of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Accepted by the server in this run.
    pub sent: u64,
    /// Refused for good.
    pub failed: u64,
    /// Refused for now.
    pub deferred: u64,
    /// Sent or not: nobody knows.
    pub in_doubt: u64,
    /// Sent by another run in the meantime.
    pub already: u64,
    /// Suppressed in the meantime.
    pub suppressed: u64,
    /// Suppressed by this run, of those who were refused for good.
    pub gone: u64,
}

impl Tally {
    /// How many mails were tried.
    pub fn tried(&self) -> u64 {
        self.sent + self.failed + self.deferred + self.in_doubt
    }

    /// How many of those who were to be mailed came to an end, for now or
    /// for good. A second try adds nothing.
    pub fn settled(&self) -> u64 {
        self.tried() + self.already + self.suppressed
    }
}

/// How far a run has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moment {
    /// What it did so far.
    pub tally: Tally,
    /// The time since it began.
    pub elapsed: Duration,
    /// How long it still leaves the server alone, which asked for that.
    pub pause: Duration,
}

/// How a run ended.
#[derive(Debug, Default)]
pub struct Ended {
    /// What it did.
    pub tally: Tally,
    /// Why it ended before its time, if it did.
    pub stopped: Vec<Finding>,
    /// Whether the user stopped it.
    pub interrupted: bool,
    /// How long it took.
    pub took: Duration,
}

/// Hears what becomes of each mail.
pub trait Witness: Send {
    /// A mail came to its end, by this outcome and these words of the
    /// server's; `again` where it was put off before in this run.
    fn settled(
        &mut self,
        recipient: &Address,
        outcome: Outcome,
        reply: &ledger::Reply,
        again: bool,
    );
    /// Some time has passed, whether anything happened or not.
    fn moment(&mut self, moment: &Moment);
    /// The user has asked to stop, and one mail is still under way.
    fn stopping(&mut self);
}

impl Tally {
    /// Counts an outcome.
    pub(super) fn count(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Sent => self.sent += 1,
            Outcome::Failed => self.failed += 1,
            Outcome::Deferred { .. } => self.deferred += 1,
            Outcome::InDoubt => self.in_doubt += 1,
            Outcome::Skipped => {}
        }
    }
}

/// A server's reply, as the ledger keeps it.
pub(super) fn said(reply: &transport::Reply) -> ledger::Reply {
    ledger::Reply {
        code: Some(reply.code),
        enhanced: reply
            .enhanced
            .map(|(class, subject, detail)| format!("{class}.{subject}.{detail}")),
        text: Some(reply.text.clone()),
    }
}

/// A reply on one line.
pub fn words(reply: &ledger::Reply) -> String {
    let code = reply.code.map(|code| code.to_string());
    let parts = [code, reply.enhanced.clone(), reply.text.clone()].into_iter().flatten();
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Words without those that name somebody: what is said alike to many.
pub fn nameless(words: &str) -> String {
    let words = words.split_whitespace().map(|word| if word.contains('@') { "…" } else { word });
    words.collect::<Vec<_>>().join(" ")
}
