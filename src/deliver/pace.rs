//! Pace: how fast mail leaves. A rate is spread evenly, never sent in bursts:
//! a provider that counts per minute sees one thing, and so does one that counts per second.
//! Pure: time comes in as what has passed since the run began.

use std::time::Duration;

use crate::rate::Rate;

/// Hands out the moments at which mails may leave.
#[derive(Clone, Debug)]
pub struct Pacer {
    interval: Duration,
    next: Duration,
}

impl Pacer {
    /// A pacer for a rate.
    pub fn new(rate: Rate) -> Self {
        Self { interval: rate.interval(), next: Duration::ZERO }
    }

    /// Takes the next moment, and says how long it is until then. What was
    /// not used is lost: after a pause there is no burst.
    pub fn take(&mut self, now: Duration) -> Duration {
        let at = self.next.max(now);
        self.next = at + self.interval;
        at.saturating_sub(now)
    }

    /// How long until a moment is free, without taking it.
    pub fn wait(&self, now: Duration) -> Duration {
        self.next.saturating_sub(now)
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
        assert_eq!(pacer.take(at(0)), at(0));
        assert_eq!(pacer.take(at(0)), at(100));
        assert_eq!(pacer.take(at(5000)), at(0));
        assert_eq!(pacer.take(at(5000)), at(100));
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
