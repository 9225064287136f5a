//! The one rule about who may be claimed: given where a recipient stands,
//! whether it is this run's turn. Pure, and the same for a rehearsal.

use super::entry::{Answer, State};

/// Where a recipient of a campaign stands when it is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Standing {
    /// Its state; `InDoubt` also where a dead run holds the claim. Nothing where the
    /// campaign does not know it.
    pub state: Option<State>,
    /// When it may be tried again, if ever.
    pub retry_at: Option<i64>,
    /// Whether the run that asks is the one that put it there.
    pub is_mine: bool,
    /// Whether the address is suppressed by now.
    pub is_suppressed: bool,
}

/// What a request for a recipient comes to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// It is claimed.
    Claim,
    /// It would be, were it not suppressed; the ledger notes that.
    Suppress,
    /// It stays where it is.
    Stay(Answer),
}

impl Standing {
    /// How much it speaks for leaving a reader alone; the least first. Of two rows about one
    /// reader the one counts whose mail left, or may have.
    pub(super) fn weight(self) -> u8 {
        match (self.state, self.retry_at) {
            (Some(State::Sent), _) => 0,
            (Some(State::InDoubt), _) => 1,
            (Some(State::Claimed), _) => 2,
            // A doubt that was settled by leaving it so.
            (Some(State::Skipped), None) => 3,
            (Some(State::Failed), _) => 4,
            (Some(State::Deferred), _) => 5,
            (Some(State::Suppressed), _) => 6,
            (Some(State::Skipped), Some(_)) => 7,
            (None, _) => 8,
        }
    }

    /// Decides. In this run's own time only deferred recipients come back:
    /// a second row with the same address is a duplicate.
    pub(super) fn turn(self, retry_failed: bool, now: i64) -> Turn {
        let Some(state) = self.state else {
            return if self.is_suppressed { Turn::Suppress } else { Turn::Claim };
        };
        let is_due = self.retry_at.is_some_and(|at| at <= now);
        let comes_back = match state {
            State::Deferred => is_due,
            State::Skipped => is_due && !self.is_mine,
            State::Failed => retry_failed && !self.is_mine && !self.is_suppressed,
            State::Suppressed => !self.is_mine && !self.is_suppressed,
            State::Claimed | State::Sent | State::InDoubt => false,
        };
        match state {
            _ if comes_back && self.is_suppressed => Turn::Suppress,
            _ if comes_back => Turn::Claim,
            _ if self.is_mine => Turn::Stay(Answer::Duplicate),
            State::Suppressed => Turn::Stay(Answer::Suppressed),
            State::Deferred => {
                Turn::Stay(Answer::NotYet { retry_at: self.retry_at.unwrap_or(i64::MAX) })
            }
            state => Turn::Stay(Answer::Already(state)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1000;

    fn standing(state: State, retry_at: Option<i64>) -> Standing {
        Standing { state: Some(state), retry_at, is_mine: false, is_suppressed: false }
    }

    #[test]
    fn only_what_was_never_taken_comes_back_in_a_later_run() {
        let cases = [
            (standing(State::Deferred, Some(NOW)), Turn::Claim),
            (
                standing(State::Deferred, Some(NOW + 1)),
                Turn::Stay(Answer::NotYet { retry_at: NOW + 1 }),
            ),
            (standing(State::Skipped, Some(0)), Turn::Claim),
            (standing(State::Skipped, None), Turn::Stay(Answer::Already(State::Skipped))),
            (standing(State::Suppressed, None), Turn::Claim),
            (standing(State::Failed, None), Turn::Stay(Answer::Already(State::Failed))),
            (standing(State::Sent, None), Turn::Stay(Answer::Already(State::Sent))),
            (standing(State::InDoubt, None), Turn::Stay(Answer::Already(State::InDoubt))),
            (standing(State::Claimed, None), Turn::Stay(Answer::Already(State::Claimed))),
        ];
        for (standing, turn) in cases {
            assert_eq!(standing.turn(false, NOW), turn, "{standing:?}");
        }
        assert_eq!(standing(State::Failed, None).turn(true, NOW), Turn::Claim);
        let new = Standing { state: None, ..standing(State::Sent, None) };
        assert_eq!(new.turn(false, NOW), Turn::Claim);
        assert_eq!(Standing { is_suppressed: true, ..new }.turn(false, NOW), Turn::Suppress);
    }

    #[test]
    fn in_the_same_run_a_second_row_is_a_duplicate() {
        for state in State::ALL {
            let mine = Standing { is_mine: true, ..standing(state, None) };
            assert_eq!(mine.turn(true, NOW), Turn::Stay(Answer::Duplicate), "{state:?}");
        }
        let due = Standing { is_mine: true, ..standing(State::Deferred, Some(NOW)) };
        assert_eq!(due.turn(false, NOW), Turn::Claim);
    }

    #[test]
    fn a_suppressed_recipient_never_comes_back() {
        for state in State::ALL {
            for is_mine in [true, false] {
                let standing =
                    Standing { is_mine, is_suppressed: true, ..standing(state, Some(0)) };
                assert_ne!(standing.turn(true, NOW), Turn::Claim, "{standing:?}");
            }
        }
    }
}
