//! Pace: how fast mail leaves. A rate is spread evenly, never sent in bursts:
//! a provider that counts per minute sees one thing, and so does one that counts per second.
//! The ledger hands out the turns, some at a time, so that a rate holds for all runs that
//! share it. Pure: time comes in as what has passed since the run began.

use std::collections::VecDeque;
use std::time::Duration;

use crate::rate::Rate;

/// For how long turns are asked for at a time: whoever dies wastes no more than that.
const AHEAD: Duration = Duration::from_millis(500);
/// From so many turns at a time on, new ones are asked for before the last is taken.
const SMOOTH: u128 = 4;
/// The most turns that are asked for at a time.
const MOST: u128 = 1000;

/// Keeps the moments at which mails may leave.
#[derive(Clone, Debug)]
pub struct Pacer {
    interval: Duration,
    /// Moments that were handed out and not used, the next first.
    turns: VecDeque<Duration>,
    /// Somebody waits for a turn.
    is_wanted: bool,
    is_asking: bool,
}

impl Pacer {
    /// A pacer for a rate.
    pub fn new(rate: Rate) -> Self {
        Self {
            interval: rate.interval(),
            turns: VecDeque::new(),
            is_wanted: false,
            is_asking: false,
        }
    }

    /// The time from one turn to the next.
    pub fn interval(&self) -> Duration {
        self.interval
    }

    /// How many turns to ask for, if it is time; they are to be [given](Self::give). Of a slow
    /// pace only when somebody waits: a turn that nobody takes is lost for others too.
    pub fn asks(&mut self) -> Option<u32> {
        let most = (AHEAD.as_nanos() / self.interval.as_nanos().max(1)).clamp(1, MOST);
        let left = self.turns.len() as u128;
        let is_low = most >= SMOOTH && (1..most.div_ceil(2)).contains(&left);
        if self.is_asking || !(self.is_wanted || is_low) {
            return None;
        }
        self.is_asking = true;
        self.is_wanted = false;
        u32::try_from(most).ok()
    }

    /// Gets turns, the first of them at a moment.
    pub fn give(&mut self, first: Duration, count: u32) {
        self.is_asking = false;
        self.turns.extend((0..count).map(|number| first + self.interval * number));
    }

    /// Takes the next turn, and says how long it is until then; nothing where there is none
    /// yet. Those that passed unused are lost, but for the last: after a pause there is no burst.
    pub fn take(&mut self, now: Duration) -> Option<Duration> {
        while self.turns.get(1).is_some_and(|second| *second <= now) {
            self.turns.pop_front();
        }
        let turn = self.turns.pop_front();
        self.is_wanted |= turn.is_none();
        turn.map(|turn| turn.saturating_sub(now))
    }

    /// How long until a turn, without taking it; without an end where there is none yet.
    pub fn wait(&mut self, now: Duration) -> Duration {
        self.is_wanted |= self.turns.is_empty();
        self.turns.front().map_or(Duration::MAX, |turn| turn.saturating_sub(now))
    }
}

/// How long a recipient that was refused for now waits: growing from
/// attempt to attempt, spread by a fifth so that those refused together do
/// not all come back together. `chance` is any number.
pub fn retry_delay(attempt: u32, chance: u64) -> i64 {
    /// Greylisting lets a second try pass after one to five minutes (RFC 6647
    /// §4); the first ones are earlier, since a full queue is often free again at once.
    const DELAYS: [i64; 8] = [2, 10, 30, 120, 300, 900, 3600, 14400];
    let at = usize::try_from(attempt.saturating_sub(1)).unwrap_or(usize::MAX);
    let delay = DELAYS[at.min(DELAYS.len() - 1)];
    let spread = (delay / 5).max(1);
    let chance = i64::try_from(chance % 1_000_000).unwrap_or(0);
    delay - spread / 2 + chance % (spread + 1)
}

/// How many may be sent today where a sender is new: `ramp = [50, 100, 500]`,
/// a number for each day since the first mail; after the last day there is
/// no limit. Days are spans of 24 hours.
pub fn ramp_limit(ramp: &[u64], first_sent: Option<i64>, now: i64) -> Option<u64> {
    let day = first_sent.map_or(0, |first| (now - first).max(0) / 86_400);
    ramp.get(usize::try_from(day).ok()?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mails_leave_evenly_and_a_pause_is_not_made_up_for() {
        let mut pacer = Pacer::new(Rate::parse("10/s").expect("a rate"));
        let at = Duration::from_millis;
        assert_eq!((pacer.take(at(0)), pacer.wait(at(0))), (None, Duration::MAX));
        assert_eq!((pacer.asks(), pacer.asks()), (Some(5), None), "once, until they are given");
        pacer.give(at(20), 5);
        assert_eq!(pacer.take(at(0)), Some(at(20)));
        assert_eq!(pacer.take(at(20)), Some(at(100)));
        assert_eq!((pacer.wait(at(120)), pacer.asks()), (at(100), None), "three are enough");
        assert_eq!(pacer.take(at(5000)), Some(at(0)));
        assert_eq!(pacer.take(at(5000)), None, "those that passed are lost");
    }

    #[test]
    fn a_slow_pace_asks_for_one_turn_at_a_time_and_a_quick_one_for_half_a_second() {
        let asks = |rate| {
            let mut pacer = Pacer::new(Rate::parse(rate).expect("a rate"));
            assert_eq!(pacer.asks(), None, "nobody waits");
            assert_eq!(pacer.take(Duration::ZERO), None);
            pacer.asks()
        };
        assert_eq!(
            [asks("3/hour"), asks("100/s"), asks("90000/s")],
            [Some(1), Some(50), Some(1000)]
        );
    }

    #[test]
    fn delays_grow_and_are_spread() {
        for chance in [0, 7, u64::MAX] {
            assert!((2..=3).contains(&retry_delay(1, chance)));
            assert!(retry_delay(9, chance) <= 14400 + 1440);
        }
        assert!((2..9).all(|attempt| retry_delay(attempt, 0) > retry_delay(attempt - 1, 0)));
    }

    #[test]
    fn a_new_sender_is_warmed_up_day_by_day() {
        let day = 86_400;
        assert_eq!(ramp_limit(&[50, 100], None, 0), Some(50));
        assert_eq!(ramp_limit(&[50, 100], Some(0), day - 1), Some(50));
        assert_eq!(ramp_limit(&[50, 100], Some(0), day), Some(100));
        assert_eq!(ramp_limit(&[50, 100], Some(0), 2 * day), None);
    }
}
