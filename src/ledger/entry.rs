//! The words of the ledger: claims and their answers, outcomes, states.

use crate::address::Address;

use super::process::Process;

/// The name of a run in its ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RunId(pub(super) i64);

impl RunId {
    /// A number that no other run of its ledger has.
    pub fn number(self) -> u64 {
        self.0.unsigned_abs()
    }
}

#[cfg(test)]
impl RunId {
    /// One for a test that has no ledger.
    pub(crate) fn numbered(number: i64) -> Self {
        Self(number)
    }
}

/// What opens a run.
#[derive(Clone, Debug)]
pub struct NewRun {
    /// The campaign's id.
    pub campaign: String,
    /// What it is about to send.
    pub fingerprint: Fingerprint,
    /// The process that sends.
    pub process: Process,
    /// How many mails it sets out to send.
    pub planned: u64,
    /// How many more of the list it leaves for another run.
    pub beyond: u64,
    /// The moment, in unix seconds.
    pub now: i64,
}

/// What was sent under a campaign's id, so that a changed one is noticed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    /// The subject as the author wrote it.
    pub subject: String,
    /// A hash over everything else that reaches a reader.
    pub content_hash: String,
}

/// A campaign as the ledger knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CampaignRecord {
    /// The campaign's id.
    pub id: String,
    /// What its latest run set out to send.
    pub fingerprint: Fingerprint,
    /// When its first run began.
    pub since: i64,
}

/// One thing to be done to the ledger. Steps that wait together share a commit.
#[derive(Debug)]
pub enum Step {
    /// Claims addresses.
    Claim(ClaimRequest),
    /// Records outcomes.
    Record(Vec<Record>),
    /// Gives back claims that were never attempted.
    Release(Vec<Claim>),
}

/// Addresses that a run would like to mail.
#[derive(Clone, Debug)]
pub struct ClaimRequest {
    /// The run, and by it the campaign.
    pub run: RunId,
    /// The addresses, in the order of the list.
    pub addresses: Vec<Address>,
    /// Whether those that failed in an earlier run are tried again.
    pub retry_failed: bool,
    /// The moment, in unix seconds.
    pub now: i64,
}

/// Whether an address may be mailed by the one who asked.
#[derive(Debug, PartialEq, Eq)]
pub enum Answer {
    /// It may: nobody else will.
    Yours(Claim),
    /// An earlier run, or another one that is alive, has it; `Claimed` means
    /// that a live run is at it.
    Already(State),
    /// It is deferred, and its time has not come.
    NotYet {
        /// When it will have, in unix seconds.
        retry_at: i64,
    },
    /// This run had the address before.
    Duplicate,
    /// It may never be mailed.
    Suppressed,
}

/// The right, and the duty, to mail one recipient once. It cannot be copied:
/// it ends as a [`Record`] or is released.
#[derive(Debug, PartialEq, Eq)]
pub struct Claim {
    pub(super) recipient: i64,
    pub(super) run: RunId,
    pub(super) attempt: u32,
    pub(super) again: bool,
}

impl Claim {
    /// How often this recipient has been tried, this time included. Retries
    /// wait longer from one to the next, also over several runs.
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// Whether this run has tried this recipient before, and was put off.
    pub fn is_again(&self) -> bool {
        self.again
    }
}

/// What became of a claim.
#[derive(Debug)]
pub struct Record {
    /// The claim, which ends here.
    pub claim: Claim,
    /// What became of it.
    pub outcome: Outcome,
    /// What the server said.
    pub reply: Reply,
    /// The moment, in unix seconds.
    pub at: i64,
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The server took it.
    Sent,
    /// The server refused it for good.
    Failed,
    /// The server refused it for now.
    Deferred {
        /// When it may be tried again.
        retry_at: i64,
    },
    /// The final dot may have been written, and no reply came.
    InDoubt,
    /// The row is incomplete; a later run may find it mended.
    Skipped,
}

/// What a server said, or what went wrong on the way to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reply {
    /// The reply code (RFC 5321 §4.2).
    pub code: Option<u16>,
    /// The enhanced status code, such as `5.1.1` (RFC 3463).
    pub enhanced: Option<String>,
    /// The text.
    pub text: Option<String>,
}

/// Where a recipient stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// A live run is at it.
    Claimed,
    /// The server took it.
    Sent,
    /// The server refused it for good.
    Failed,
    /// It is to be tried again.
    Deferred,
    /// It may have been sent or not.
    InDoubt,
    /// The row was incomplete, or a doubt was settled by leaving it so.
    Skipped,
    /// The address was suppressed when its turn came.
    Suppressed,
}

impl State {
    /// Every state, in the order of a report.
    pub(super) const ALL: [Self; 7] = [
        Self::Sent,
        Self::Failed,
        Self::Deferred,
        Self::InDoubt,
        Self::Skipped,
        Self::Suppressed,
        Self::Claimed,
    ];

    /// Its name in the database and in data that is printed.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Claimed => "claimed",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Deferred => "deferred",
            Self::InDoubt => "in_doubt",
            Self::Skipped => "skipped",
            Self::Suppressed => "suppressed",
        }
    }
}

/// What to do about everything that is in doubt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settlement {
    /// Nobody of them is mailed again; they count as skipped.
    Skip,
    /// All of them may be mailed again, and some may so get it twice.
    Resend,
}

/// How many recipients are in which state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Taken by a server.
    pub sent: u64,
    /// Refused for good.
    pub failed: u64,
    /// To be tried again.
    pub deferred: u64,
    /// Sent or not: nobody knows.
    pub in_doubt: u64,
    /// Incomplete rows, and doubts that were left so.
    pub skipped: u64,
    /// Suppressed when their turn came.
    pub suppressed: u64,
    /// Held by runs that are alive.
    pub remaining: u64,
}

impl Totals {
    pub(super) fn add(&mut self, state: State, count: u64) {
        *match state {
            State::Sent => &mut self.sent,
            State::Failed => &mut self.failed,
            State::Deferred => &mut self.deferred,
            State::InDoubt => &mut self.in_doubt,
            State::Skipped => &mut self.skipped,
            State::Suppressed => &mut self.suppressed,
            State::Claimed => &mut self.remaining,
        } += count;
    }
}

/// The deferred recipients of a campaign.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// How many may be tried now.
    pub due: u64,
    /// When the next of the others may.
    pub next: Option<i64>,
}

/// One recipient as a report shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    /// The address as it was written in the list.
    pub email: String,
    /// Where it stands.
    pub state: State,
    /// What the server said last.
    pub reply: Reply,
    /// When it came to stand there.
    pub at: i64,
    /// When it may be tried again, if it is deferred.
    pub retry_at: Option<i64>,
}

/// An address that is never mailed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    /// The address.
    pub address: Address,
    /// Why: a person's wish, a hard bounce, a complaint.
    pub reason: String,
    /// Since when, in unix seconds.
    pub at: i64,
}

/// Whose token it is: a reader of a campaign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The campaign's id.
    pub campaign: String,
    /// The reader.
    pub address: Address,
}

/// The token of a campaign's id and the key of an address.
pub type MakeToken = Box<dyn Fn(&str, &str) -> [u8; 16] + Send>;

/// How tokens are made, for the index of them.
pub struct TokenMaker {
    /// Tells its key from others. An index of another key is built anew.
    pub mark: [u8; 16],
    /// Makes one.
    pub token: MakeToken,
}
