//! What the ledger keeps of a run beside its recipients: what it set out to
//! do, and how long it waited for its server.

use std::time::Duration;

use super::entry::RunId;
use super::process::Process;

/// A run as a report shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunRecord {
    /// When it began, in unix seconds.
    pub started_at: i64,
    /// Whether it is at work.
    pub is_alive: bool,
    /// How many mails it set out to send; unknown of a run that an older
    /// program made.
    pub planned: Option<u64>,
    /// How many more of the list it left for another run.
    pub beyond: Option<u64>,
}

/// A run that nobody has ended, as those see it who look on: at work, or dead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Runner {
    /// The run.
    pub run: RunId,
    /// The id of its campaign.
    pub campaign: String,
    /// The process that sends.
    pub process: Process,
    /// Whether it is at work.
    pub is_alive: bool,
    /// When it began, in unix seconds.
    pub started_at: i64,
    /// When it last said that it is alive, in unix seconds.
    pub heartbeat_at: i64,
    /// How many mails it set out to send, if it said so.
    pub planned: Option<u64>,
    /// How many final dots it had an answer to, as of its last heartbeat: about as many as it
    /// has sent, known without counting anybody.
    pub dots: u64,
    /// How many it has claimed at this moment.
    pub in_flight: u64,
}

/// How long was waited for a server at one stage of its conversations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StageTime {
    /// The stage: `connect`, `rcpt`, `dot`, …
    pub stage: String,
    /// How often.
    pub count: u64,
    /// How long, all together.
    pub total: Duration,
    /// How long at most.
    pub longest: Duration,
}

impl StageTime {
    /// How long on average.
    pub fn average(&self) -> Duration {
        Duration::from_nanos(u64::try_from(self.total.as_nanos()).unwrap_or(u64::MAX))
            .checked_div(u32::try_from(self.count).unwrap_or(u32::MAX))
            .unwrap_or_default()
    }
}
