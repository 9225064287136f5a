//! Throttle: how many connections may work, and when. A server that says *too
//! fast* gets a pause and half the connections; with every stretch of mails
//! that it takes again, one more may work. Pure: time comes in.

use std::time::Duration;

/// The first pause, and how long a pause may become.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_mins(5);
/// After how many accepted mails one more connection may work.
const STRETCH: u32 = 50;
/// After how many pauses in a row a run ends: the next one goes on.
const HOPELESS: u32 = 5;

/// The state of a run towards its server.
#[derive(Clone, Debug)]
pub struct Throttle {
    most: usize,
    allowed: usize,
    accepted: u32,
    pause: Duration,
    /// Pauses since a mail was taken.
    pauses: u32,
    until: Duration,
}

impl Throttle {
    /// Full speed, with so many connections.
    pub fn new(connections: usize) -> Self {
        Self {
            most: connections,
            allowed: connections,
            accepted: 0,
            pause: FIRST_PAUSE,
            pauses: 0,
            until: Duration::ZERO,
        }
    }

    /// The server took a mail.
    pub fn accepted(&mut self) {
        self.accepted += 1;
        self.pauses = 0;
        if self.accepted >= STRETCH {
            self.accepted = 0;
            self.allowed = (self.allowed + 1).min(self.most);
            self.pause = (self.pause / 2).max(FIRST_PAUSE);
        }
    }

    /// The server said that it is too much, or could not be reached. Those
    /// who complain during a pause complain about the same thing.
    /// Says whether this is a new pause.
    pub fn slow_down(&mut self, now: Duration) -> bool {
        if now < self.until {
            return false;
        }
        self.pauses += 1;
        self.accepted = 0;
        self.allowed = (self.allowed / 2).max(1);
        self.until = now + self.pause;
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        true
    }

    /// Whether it paused again and again and nothing was taken in between.
    pub fn is_hopeless(&self) -> bool {
        self.pauses >= HOPELESS
    }

    /// How long all connections leave the server alone.
    pub fn pause_left(&self, now: Duration) -> Duration {
        self.until.saturating_sub(now)
    }

    /// How long connection number `number` (from 0) has to wait; nothing where
    /// it may work. One that is not among those allowed looks again soon.
    pub fn wait(&self, number: usize, now: Duration) -> Option<Duration> {
        let pause = self.pause_left(now);
        if !pause.is_zero() {
            return Some(pause);
        }
        (number >= self.allowed).then_some(Duration::from_millis(250))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Duration = Duration::from_secs(100);

    #[test]
    fn a_throttled_run_pauses_with_half_its_connections_and_recovers() {
        let mut throttle = Throttle::new(8);
        assert_eq!(throttle.wait(7, AT), None);
        throttle.slow_down(AT);
        throttle.slow_down(AT);
        assert_eq!(throttle.wait(0, AT), Some(FIRST_PAUSE));
        let later = AT + FIRST_PAUSE;
        assert_eq!(throttle.wait(3, later), None);
        assert!(throttle.wait(4, later).is_some());
        for _ in 0..STRETCH * 4 {
            throttle.accepted();
        }
        assert_eq!(throttle.wait(7, later), None);
    }

    #[test]
    fn pauses_grow_while_the_server_goes_on_complaining() {
        let mut throttle = Throttle::new(2);
        let mut now = AT;
        let mut pauses = Vec::new();
        for _ in 0..12 {
            throttle.slow_down(now);
            let pause = throttle.wait(0, now).expect("a pause");
            pauses.push(pause);
            now += pause;
        }
        assert!(pauses.windows(2).all(|pair| pair[0] <= pair[1]));
        assert_eq!(pauses.last(), Some(&LONGEST_PAUSE));
        assert_eq!(throttle.wait(0, now), None);
    }
}
