//! What came back after a mail was sent, and what it does to its reader.

use crate::address::Address;

/// How many soft bounces, on different days, make an address suppressed.
pub const SOFT_BOUNCES: usize = 3;
/// Within how many days.
pub const SOFT_DAYS: i64 = 30;

/// Something that came back for a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bounce {
    /// The campaign.
    pub campaign: String,
    /// Whom it was sent to.
    pub address: Address,
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
