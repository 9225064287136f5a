//! The allowance: how many mails may still leave today, by the daily cap and
//! by the warm-up of a new sender. Days are spans of 24 hours, as providers count them.

use super::pace::ramp_limit;
use crate::finding::Finding;
use crate::ledger::Book;

/// A day, in seconds.
const DAY: i64 = 86_400;

/// What the settings say about days.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Daily {
    /// No more mails than this in 24 hours.
    pub most: Option<u64>,
    /// For a new sender: a limit for each day since the first mail.
    pub ramp: Vec<u64>,
}

/// What may still leave, and when there will be more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// So many mails.
    pub mails: u64,
    /// When more may leave, in unix seconds.
    pub more_at: i64,
}

/// Looks into the ledger; nothing where no limit is set.
pub fn allowance(
    daily: &Daily,
    book: Option<&dyn Book>,
    now: i64,
) -> Result<Option<Allowance>, Finding> {
    let first = match book {
        Some(book) if !daily.ramp.is_empty() => book.first_sent_since(i64::MIN)?,
        _ => None,
    };
    let ramp = if daily.ramp.is_empty() { None } else { ramp_limit(&daily.ramp, first, now) };
    let Some(most) = daily.most.into_iter().chain(ramp).min() else { return Ok(None) };
    let (sent, oldest) = match book {
        Some(book) => (book.sent_since(now - DAY)?, book.first_sent_since(now - DAY)?),
        None => (0, None),
    };
    Ok(Some(Allowance { mails: most.saturating_sub(sent), more_at: oldest.unwrap_or(now) + DAY }))
}
