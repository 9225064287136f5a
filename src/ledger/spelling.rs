//! Spellings of one reader: what each is stored under, and which of several rows counts.
//!
//! Every spelling that was ever mailed has a row of its own, under the key that its links are
//! made of. Where two rows meet, one counts, and the others are merged into it: kept, but neither
//! counted nor claimed. Pure.

use crate::address::Address;

use super::entry::{RunId, State};
use super::standing::Standing;

/// An address as it is spelled, with what a ledger knows it by.
#[derive(Debug)]
pub(super) struct Spelling<'a> {
    /// The address.
    pub(super) address: &'a Address,
    /// What this spelling is stored under.
    pub(super) key: String,
    /// What all spellings of this reader share; nothing for a plain key, which is its own. So it
    /// is stored: the index of identities has only those that others could spell otherwise.
    pub(super) other: Option<String>,
}

impl<'a> Spelling<'a> {
    pub(super) fn of(address: &'a Address) -> Self {
        let key = address.key();
        let other = Address::identity_of_key(&key);
        Self { address, key, other }
    }

    /// What all spellings of this reader share.
    pub(super) fn identity(&self) -> &str {
        self.other.as_deref().unwrap_or(&self.key)
    }

    /// Whether nobody needs to look at it twice, as long as nobody else is spelled otherwise.
    pub(super) fn is_plain(&self) -> bool {
        self.other.is_none()
    }
}

/// A row of a campaign about a reader.
#[derive(Clone, Debug)]
pub(super) struct Known {
    /// The row's number.
    pub(super) id: i64,
    /// The spelling that it is about.
    pub(super) key: String,
    /// The state as it is stored.
    pub(super) stored: State,
    /// The run that put it there.
    pub(super) holder: RunId,
    /// How often it was tried.
    pub(super) attempts: u32,
    /// The request that claimed it; 0 where nobody asks twice.
    pub(super) batch: i64,
    /// Whether another row counts in its place.
    pub(super) is_merged: bool,
    /// What it comes to.
    pub(super) standing: Standing,
}

impl Known {
    /// Whether it is a run's by this very request, whose answer was lost.
    pub(super) fn is_told_again(&self, run: RunId, batch: i64) -> bool {
        let is_open = matches!(self.stored, State::Claimed | State::Suppressed);
        is_open && self.holder == run && self.batch == batch
    }

    /// Whether all of a reader's rows but one are merged, and that one is not.
    pub(super) fn are_merged(rows: &[Self], into: i64) -> bool {
        rows.iter().all(|row| row.is_merged != (row.id == into))
    }
}

/// Which of a reader's rows counts: the one by which a mail may most likely have left. What was
/// merged stays so, unless it became known later that its mail left, or may have.
pub(super) fn counting(rows: &[Known]) -> Option<&Known> {
    let may_have_left =
        |row: &&Known| matches!(row.stored, State::Sent | State::InDoubt | State::Claimed);
    let counts = |row: &&Known| !row.is_merged || may_have_left(row);
    let place = |row: &&Known| (row.standing.weight(), row.id);
    rows.iter()
        .filter(counts)
        .min_by_key(place)
        // The row that it was merged into was taken away by hand.
        .or_else(|| rows.iter().min_by_key(place))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: i64, stored: State, retry_at: Option<i64>, is_merged: bool) -> Known {
        let standing =
            Standing { state: Some(stored), retry_at, is_mine: false, is_suppressed: false };
        Known {
            id,
            key: String::new(),
            stored,
            holder: RunId(1),
            attempts: 1,
            batch: 0,
            is_merged,
            standing,
        }
    }

    #[test]
    fn of_two_rows_the_one_counts_whose_mail_may_have_left() {
        let order = [
            (State::Sent, None),
            (State::InDoubt, None),
            (State::Claimed, None),
            (State::Skipped, None),
            (State::Failed, None),
            (State::Deferred, Some(5)),
            (State::Suppressed, None),
            (State::Skipped, Some(0)),
        ];
        for (place, one) in order.iter().enumerate() {
            for other in &order[place..] {
                let rows = [row(1, other.0, other.1, false), row(2, one.0, one.1, false)];
                let first = if one == other { 1 } else { 2 };
                assert_eq!(counting(&rows).map(|row| row.id), Some(first), "{one:?} {other:?}");
            }
        }
    }

    #[test]
    fn what_was_merged_counts_again_only_if_its_mail_left_after_all() {
        let counts = |merged: State, live: State| {
            counting(&[row(1, merged, None, true), row(2, live, Some(1), false)]).map(|row| row.id)
        };
        assert_eq!(counts(State::Failed, State::Deferred), Some(2));
        assert_eq!(counts(State::Sent, State::Deferred), Some(1));
        assert_eq!(counts(State::Claimed, State::Sent), Some(2));
        let alone = [row(1, State::Deferred, Some(1), true)];
        assert_eq!(counting(&alone).map(|row| row.id), Some(1));
        assert!(counting(&[]).is_none());
    }
}
