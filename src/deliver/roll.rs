//! The roll: every row of a list with what is to become of it. Walks the
//! list in batches over a scratch ledger, which finds duplicates by the same
//! rule as a mailing does, and in memory that does not grow with the list.

use std::collections::VecDeque;
use std::time::Duration;

use crate::address::Address;
use crate::clock;
use crate::finding::Checked;
use crate::ledger::{
    self, Answer, ClaimRequest, Fingerprint, Ledger, Location, NewRun, Process, RunId, State,
};
use crate::list::{InvalidRow, List, Row, Rows, Subscriber, Verdict};

/// How many rows share a question to the ledger.
const BATCH: usize = 256;

/// A row of the list, and where it stands.
#[derive(Debug)]
pub enum Entry {
    /// To be mailed.
    Open(Subscriber),
    /// Left out by the condition.
    Unselected,
    /// The address stood further up.
    Duplicate,
    /// Kept out by a column of consent.
    Left(Verdict),
    /// Cannot be mailed.
    Invalid(InvalidRow),
    /// An earlier run, or another one that is alive, has it.
    Already(Subscriber, State),
    /// Never to be mailed.
    Suppressed(Subscriber),
}

/// How many rows were what, so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// To be mailed.
    pub open: u64,
    /// Left out by the condition.
    pub unselected: u64,
    /// There a second time.
    pub duplicates: u64,
    /// Kept out by a column of consent: those who left, …
    pub left: u64,
    /// … those who have not confirmed yet, …
    pub not_yet: u64,
    /// … and those of whom it is not known.
    pub unclear: u64,
    /// Unusable.
    pub invalid: u64,
    /// Sent by an earlier run.
    pub sent: u64,
    /// Failed in an earlier run.
    pub failed: u64,
    /// Deferred by an earlier run, and not due.
    pub deferred: u64,
    /// In doubt since an earlier run.
    pub in_doubt: u64,
    /// Held by a run that is alive.
    pub held: u64,
    /// Skipped for good by an earlier run.
    pub skipped: u64,
    /// Suppressed.
    pub suppressed: u64,
}

impl Counts {
    /// All rows.
    pub fn rows(&self) -> u64 {
        self.open
            + self.unselected
            + self.duplicates
            + self.kept_out()
            + self.invalid
            + self.known()
    }

    /// All whom a column of consent keeps out.
    pub fn kept_out(&self) -> u64 {
        self.left + self.not_yet + self.unclear
    }

    /// Those that an earlier run or a suppression settled.
    fn known(&self) -> u64 {
        self.sent
            + self.failed
            + self.deferred
            + self.in_doubt
            + self.held
            + self.skipped
            + self.suppressed
    }

    fn count(&mut self, entry: &Entry) {
        *match entry {
            Entry::Open(_) => &mut self.open,
            Entry::Unselected => &mut self.unselected,
            Entry::Duplicate => &mut self.duplicates,
            Entry::Left(Verdict::NotYet) => &mut self.not_yet,
            Entry::Left(Verdict::Unclear) => &mut self.unclear,
            Entry::Left(_) => &mut self.left,
            Entry::Invalid(_) => &mut self.invalid,
            Entry::Suppressed(_) | Entry::Already(_, State::Suppressed) => &mut self.suppressed,
            Entry::Already(_, State::Sent) => &mut self.sent,
            Entry::Already(_, State::Failed) => &mut self.failed,
            Entry::Already(_, State::Deferred) => &mut self.deferred,
            Entry::Already(_, State::InDoubt) => &mut self.in_doubt,
            Entry::Already(_, State::Claimed) => &mut self.held,
            Entry::Already(_, State::Skipped) => &mut self.skipped,
        } += 1;
    }
}

/// Walks a list.
pub struct Roll {
    rows: Rows,
    scratch: Box<dyn Ledger>,
    run: RunId,
    now: i64,
    /// Whose time comes no later than this is to be mailed.
    deadline: i64,
    retry_failed: bool,
    ready: VecDeque<Entry>,
    counts: Counts,
}

/// The campaign that a roll is called for, and what is known of it.
pub struct Mailing<'a> {
    /// The campaign's id.
    pub campaign: &'a str,
    /// Where the real ledger is, if it exists; it is only read.
    pub ledger: &'a Location,
    /// Whether those that failed earlier are to be tried again.
    pub retry_failed: bool,
    /// How long the mailing waits for those who were put off earlier.
    pub patience: Duration,
}

impl Roll {
    /// The roll of a list by itself, or as a mailing would find it.
    pub fn call(list: &List, mailing: Option<&Mailing<'_>>) -> Checked<Self> {
        let mut scratch = ledger::scratch(mailing.map(|mailing| mailing.ledger))?;
        let now = clock::unix_now();
        let run = scratch.open_run(&NewRun {
            campaign: mailing.map_or_else(String::new, |mailing| mailing.campaign.to_owned()),
            fingerprint: Fingerprint { subject: String::new(), content_hash: String::new() },
            process: Process::this(),
            planned: 0,
            beyond: 0,
            now,
        })?;
        let retry_failed = mailing.is_some_and(|mailing| mailing.retry_failed);
        let patience = mailing.map_or(Duration::ZERO, |mailing| mailing.patience);
        let deadline = now.saturating_add(i64::try_from(patience.as_secs()).unwrap_or(i64::MAX));
        let mut roll = Self {
            rows: list.rows()?,
            scratch,
            run,
            now,
            deadline,
            retry_failed,
            ready: VecDeque::new(),
            counts: Counts::default(),
        };
        roll.set_aside_the_gone(list)?;
        Ok(roll)
    }

    /// What was counted so far.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// The next row, or nothing after the last.
    pub fn next_entry(&mut self) -> Checked<Option<Entry>> {
        self.next_selected(&mut |_| Ok(true))
    }

    /// The same under a condition, which also those must fulfil who have it
    /// already: what is counted is the condition's share of the list. Of two
    /// rows with one address the condition looks at the first alone.
    pub fn next_selected(
        &mut self,
        selects: &mut dyn FnMut(&Subscriber) -> Checked<bool>,
    ) -> Checked<Option<Entry>> {
        if self.ready.is_empty() {
            self.read_batch()?;
        }
        let Some(mut entry) = self.ready.pop_front() else { return Ok(None) };
        if let Entry::Open(subscriber)
        | Entry::Already(subscriber, _)
        | Entry::Suppressed(subscriber) = &entry
            && !selects(subscriber)?
        {
            entry = Entry::Unselected;
        }
        self.counts.count(&entry);
        Ok(Some(entry))
    }

    /// Somebody who has left in one row has left in all of them, wherever
    /// that row stands: they come first, and their other rows are duplicates.
    fn set_aside_the_gone(&mut self, list: &List) -> Checked<()> {
        let mut addresses = Vec::new();
        for address in list.gone() {
            addresses.push(address?);
            if addresses.len() == BATCH {
                self.claim(std::mem::take(&mut addresses))?;
            }
        }
        self.claim(addresses)?;
        Ok(())
    }

    fn claim(&mut self, addresses: Vec<Address>) -> Checked<Vec<Answer>> {
        let request = ClaimRequest {
            run: self.run,
            addresses,
            retry_failed: self.retry_failed,
            now: self.now,
        };
        Ok(self.scratch.claim(request)?)
    }

    fn read_batch(&mut self) -> Checked<()> {
        let mut rows = Vec::with_capacity(BATCH);
        let mut addresses = Vec::with_capacity(BATCH);
        for row in self.rows.by_ref().take(BATCH) {
            let row = row?;
            if let Row::Subscriber(subscriber) = &row {
                addresses.push(subscriber.mailbox.address.clone());
            }
            rows.push(row);
        }
        let mut answers = self.claim(addresses)?.into_iter();
        for row in rows {
            self.ready.push_back(match row {
                Row::Gone(gone) => Entry::Left(gone.verdict),
                Row::Invalid(row) => Entry::Invalid(row),
                Row::Subscriber(subscriber) => match answers.next() {
                    Some(Answer::Yours(_)) | None => Entry::Open(subscriber),
                    Some(Answer::NotYet { retry_at }) if retry_at <= self.deadline => {
                        Entry::Open(subscriber)
                    }
                    Some(Answer::NotYet { .. }) => Entry::Already(subscriber, State::Deferred),
                    Some(Answer::Already(state)) => Entry::Already(subscriber, state),
                    Some(Answer::Duplicate) => Entry::Duplicate,
                    Some(Answer::Suppressed) => Entry::Suppressed(subscriber),
                },
            });
        }
        Ok(())
    }
}
