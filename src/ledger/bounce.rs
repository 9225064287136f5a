//! What came back after a mail was sent, and what it does to its reader.

use crate::address::Address;

/// How many soft bounces are enough to suppress an address. Several on one day
/// count once: a mailbox that is full in the morning is so at noon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SoftLimit {
    /// On so many different days.
    pub days: usize,
    /// Within so many days.
    pub within: i64,
}

impl SoftLimit {
    /// Whether an address has bounced softly on enough days that lie together; they are
    /// given from the latest on.
    pub(super) fn is_reached(self, days: &[i64]) -> bool {
        let count = self.days.max(1);
        days.windows(count).any(|days| days[0] - days[count - 1] < self.within)
    }

    /// As a reason.
    pub(super) fn reason(self, last: &str) -> String {
        let (bounces, days) = (
            if self.days == 1 { "bounce" } else { "bounces" },
            if self.within == 1 { "day" } else { "days" },
        );
        format!("{} soft {bounces} within {} {days}, at last {last}", self.days, self.within)
    }
}

/// Something that came back for a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bounce {
    /// The campaign.
    pub campaign: String,
    /// Whom it was sent to.
    pub address: Address,
    /// Whether the server refused the reader while the mail was being sent. What came back
    /// by mail is only believed of what was sent.
    pub at_once: bool,
    /// Whether one is enough to suppress the address.
    pub is_final: bool,
    /// What it is, as a suppression's reason: `bounce 5.1.1`, `complaint`.
    pub reason: String,
    /// The enhanced status code.
    pub enhanced: Option<String>,
    /// What the server said.
    pub reply: Option<String>,
    /// The same for the same bounce, however often it is read.
    pub digest: String,
    /// When it was written, in unix seconds.
    pub at: i64,
}

/// What became of a bounce.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// That campaign was never sent to that address: nothing changes.
    Stranger,
    /// It was read before: nothing changes.
    Known,
    /// It was counted.
    Counted,
    /// It suppressed the address.
    Suppressed,
}
