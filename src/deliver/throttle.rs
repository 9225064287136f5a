//! Throttle: how many connections may work, and when. A server that says *too
//! fast* gets a pause and half the connections, one that says *too many* keeps
//! those that it has; with every stretch of mails that it takes again, one
//! more may work. Pure: time comes in.

use std::time::Duration;

/// The first pause, and how long a pause may become.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_mins(5);
/// After how many accepted mails one more connection may work.
const STRETCH: u32 = 50;
/// After how many pauses in a row a run may end: the next one goes on.
const HOPELESS: u32 = 5;

/// The state of a run towards its server.
#[derive(Clone, Debug)]
pub struct Throttle {
    most: usize,
    allowed: usize,
    accepted: u32,
    pause: Duration,
    /// Pauses since a mail was taken, and when the first of them began.
    pauses: u32,
    since: Duration,
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
            since: Duration::ZERO,
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

    /// The server said that it is too much. Those who complain during a pause
    /// complain about the same thing. Says whether this is a new pause.
    pub fn slow_down(&mut self, now: Duration) -> bool {
        if now < self.until {
            return false;
        }
        if self.pauses == 0 {
            self.since = now;
        } else {
            // The last one was too short: nothing was taken after it.
            self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        }
        self.pauses += 1;
        self.accepted = 0;
        self.allowed = (self.allowed / 2).max(1);
        self.until = now + self.pause;
        true
    }

    /// The server takes no more connections than these.
    pub fn only(&mut self, connections: usize) {
        self.accepted = 0;
        self.allowed = self.allowed.min(connections).max(1);
    }

    /// Whether it paused again and again, for longer than one has patience,
    /// and nothing was taken in between.
    pub fn is_hopeless(&self, now: Duration, patience: Duration) -> bool {
        self.pauses >= HOPELESS && now.saturating_sub(self.since) >= patience
    }

    /// How many connections may work.
    pub fn allowed(&self) -> usize {
        self.allowed
    }

    /// How long the present pause still is, if there is one.
    pub fn pause(&self, now: Duration) -> Option<Duration> {
        self.until.checked_sub(now).filter(|left| !left.is_zero())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Duration = Duration::from_secs(100);

    #[test]
    fn a_throttled_run_pauses_with_half_its_connections_and_recovers() {
        let mut throttle = Throttle::new(8);
        assert_eq!((throttle.allowed(), throttle.pause(AT)), (8, None));
        throttle.slow_down(AT);
        throttle.slow_down(AT);
        assert_eq!((throttle.allowed(), throttle.pause(AT)), (4, Some(FIRST_PAUSE)));
        assert_eq!(throttle.pause(AT + FIRST_PAUSE), None);
        for _ in 0..STRETCH * 5 {
            throttle.accepted();
        }
        assert_eq!(throttle.allowed(), 8);
    }

    #[test]
    fn a_server_that_takes_few_connections_is_not_rested_and_asked_again_now_and_then() {
        let mut throttle = Throttle::new(8);
        throttle.only(5);
        throttle.only(2);
        assert_eq!((throttle.allowed(), throttle.pause(AT)), (2, None));
        for _ in 0..STRETCH {
            throttle.accepted();
        }
        assert_eq!(throttle.allowed(), 3);
    }

    #[test]
    fn a_pause_that_was_long_enough_grows_no_further() {
        let mut throttle = Throttle::new(2);
        let mut now = AT;
        let mut pause = |throttle: &mut Throttle| {
            throttle.slow_down(now);
            let pause = throttle.pause(now).expect("a pause");
            now += pause;
            pause.as_secs()
        };
        assert_eq!([1, 2, 3].map(|_| pause(&mut throttle)), [1, 2, 4]);
        throttle.accepted();
        assert_eq!([1, 2].map(|_| pause(&mut throttle)), [4, 8]);
    }

    #[test]
    fn a_run_is_hopeless_after_many_pauses_and_as_long_as_one_has_patience() {
        let mut throttle = Throttle::new(2);
        let mut now = AT;
        let patience = Duration::from_mins(1);
        let mut hopeless = Vec::new();
        for _ in 0..7 {
            throttle.slow_down(now);
            let verdicts = [Duration::ZERO, patience].map(|it| throttle.is_hopeless(now, it));
            hopeless.push(verdicts);
            now += throttle.pause(now).expect("a pause");
        }
        assert_eq!(hopeless.iter().position(|[hasty, _]| *hasty), Some(4));
        assert_eq!(hopeless.iter().position(|[_, patient]| *patient), Some(6));
    }

    #[test]
    fn pauses_grow_while_the_server_goes_on_complaining() {
        let mut throttle = Throttle::new(2);
        let mut now = AT;
        let mut pauses = Vec::new();
        for _ in 0..12 {
            throttle.slow_down(now);
            let pause = throttle.pause(now).expect("a pause");
            pauses.push(pause);
            now += pause;
        }
        assert!(pauses.windows(2).all(|pair| pair[0] <= pair[1]));
        assert_eq!(pauses.last(), Some(&LONGEST_PAUSE));
        assert_eq!(throttle.pause(now), None);
    }
}
