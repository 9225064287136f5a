//! The course of a run: how far it is, how fast, and how long the rest will
//! take. Pure: counts and the time that has passed go in, a text comes out.

use std::collections::VecDeque;
use std::time::Duration;

use crate::calendar::from_minute;
use crate::deliver::tally::Moment;
use crate::ui::grouped;

/// The speed is that of the last while, but of so many mails at least: what
/// was a pause an hour ago says nothing about the next minute.
const WHILE: Duration = Duration::from_secs(30);
const AT_LEAST: u64 = 10;

/// The course of a run.
pub(super) struct Course {
    /// How many mails are to be sent.
    to_send: u64,
    /// The time between two of them, by the settings.
    interval: Duration,
    /// How many are for another day, and from when on.
    others: Option<(u64, i64)>,
    /// Some moments, and how many mails were settled by then.
    marks: VecDeque<(Duration, u64)>,
}

impl Course {
    /// At its beginning.
    pub(super) fn new(to_send: u64, interval: Duration, others: Option<(u64, i64)>) -> Self {
        Self { to_send, interval, others, marks: VecDeque::from([(Duration::ZERO, 0)]) }
    }

    /// How many mails are to be sent.
    pub(super) fn to_send(&self) -> u64 {
        self.to_send
    }

    /// Where it stands: `sent 1,234 · failed 3 · deferred 12 · 20/s · 2 min left`.
    pub(super) fn at(&mut self, moment: &Moment) -> String {
        let tally = moment.tally;
        let done = tally.settled();
        self.mark(moment.elapsed, done);
        let mut parts = vec![format!("sent {}", grouped(tally.sent))];
        for (count, what) in
            [(tally.failed, "failed"), (tally.deferred, "deferred"), (tally.in_doubt, "in doubt")]
        {
            if count > 0 {
                parts.push(format!("{what} {}", grouped(count)));
            }
        }
        let rest = self.to_send.saturating_sub(done);
        if !moment.pause.is_zero() {
            parts.push(format!("the server wants a rest: {}", span(moment.pause)));
        } else if rest > 0 {
            parts.extend(self.per_second(moment.elapsed, done).map(speed));
            parts.extend(self.left(moment.elapsed, done, rest));
        } else if tally.deferred > 0 {
            parts.push("waiting to try the deferred again".to_owned());
        }
        let mut text = parts.join(" · ");
        if let Some((others, from)) = self.others {
            text.push_str(&format!(
                "\ntoday; the other {} from {}",
                grouped(others),
                from_minute(from)
            ));
        }
        text
    }

    /// The same on a line of its own, where no bar says how far it is.
    pub(super) fn line(&mut self, moment: &Moment) -> String {
        let done = grouped(moment.tally.settled());
        format!("{done} of {}: {}", grouped(self.to_send), self.at(moment))
    }

    /// How long the rest takes: as long as it takes now, and never less than
    /// the rate allows.
    fn left(&self, elapsed: Duration, done: u64, rest: u64) -> Option<String> {
        let mails = u32::try_from(rest).unwrap_or(u32::MAX);
        let by_rate = self.interval.saturating_mul(mails);
        #[allow(clippy::cast_precision_loss, reason = "an estimate")]
        let measured = self.per_second(elapsed, done).map_or(Duration::ZERO, |speed| {
            Duration::try_from_secs_f64(rest as f64 / speed).unwrap_or(Duration::MAX)
        });
        let left = by_rate.max(measured);
        (!left.is_zero()).then(|| format!("{} left", span(left)))
    }

    fn mark(&mut self, elapsed: Duration, done: u64) {
        let is_news = self
            .marks
            .back()
            .is_none_or(|(at, before)| elapsed >= *at + Duration::from_secs(1) && done > *before);
        if is_news {
            self.marks.push_back((elapsed, done));
        }
        let is_enough =
            |(at, before): &(Duration, u64)| *at + WHILE <= elapsed && before + AT_LEAST <= done;
        while self.marks.get(1).is_some_and(is_enough) {
            self.marks.pop_front();
        }
    }

    /// Mails a second, once anything can be said about it.
    #[allow(clippy::cast_precision_loss, reason = "an estimate")]
    fn per_second(&self, elapsed: Duration, done: u64) -> Option<f64> {
        let (since, before) = *self.marks.front()?;
        let time = elapsed.saturating_sub(since);
        let mails = done.saturating_sub(before);
        (mails > 0 && time >= Duration::from_millis(500)).then(|| mails as f64 / time.as_secs_f64())
    }
}

/// A speed in the unit that makes it a number of some size.
pub(in crate::cli) fn speed(per_second: f64) -> String {
    match per_second {
        9.5.. => {
            #[allow(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "it is rounded, positive, and small"
            )]
            let whole = per_second.round() as u64;
            format!("{}/s", grouped(whole))
        }
        0.95.. => format!("{per_second:.1}/s"),
        0.02.. => format!("{:.0}/min", per_second * 60.0),
        _ => format!("{:.0}/hour", per_second * 3600.0),
    }
}

/// A time as people say it, to two figures or so: `45 s`, `12 min`, `1 h 20 min`.
pub(in crate::cli) fn span(time: Duration) -> String {
    let seconds = time.as_secs() + u64::from(time.subsec_nanos() > 0);
    let minutes = seconds.div_ceil(60);
    match seconds {
        0..90 => format!("{} s", seconds.max(1)),
        90..5_400 => format!("{minutes} min"),
        5_400..172_800 if minutes.is_multiple_of(60) => format!("{} h", minutes / 60),
        5_400..172_800 => format!("{} h {} min", minutes / 60, minutes % 60),
        _ => format!("{} days", seconds.div_ceil(86_400)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deliver::tally::Tally;

    fn moment(seconds: u64, sent: u64) -> Moment {
        let tally = Tally { sent, ..Tally::default() };
        Moment { tally, elapsed: Duration::from_secs(seconds), pause: Duration::ZERO }
    }

    fn free(to_send: u64) -> Course {
        Course::new(to_send, Duration::ZERO, None)
    }

    #[test]
    fn a_run_tells_what_it_did_how_fast_it_is_and_how_long_it_will_take() {
        let tally = Tally { sent: 1_185, failed: 3, deferred: 12, ..Tally::default() };
        let moment = Moment { tally, ..moment(60, 0) };
        assert_eq!(
            free(6_000).at(&moment),
            "sent 1,185 · failed 3 · deferred 12 · 20/s · 4 min left"
        );
        assert_eq!(
            free(6_000).line(&moment),
            "1,200 of 6,000: sent 1,185 · failed 3 · deferred 12 · 20/s · 4 min left"
        );
    }

    #[test]
    fn a_second_try_does_not_bring_a_run_beyond_its_end() {
        let mut course = free(3);
        let put_off = Tally { sent: 2, deferred: 1, ..Tally::default() };
        let at = |tally| Moment { tally, ..moment(9, 0) };
        assert_eq!(
            course.line(&at(put_off)),
            "3 of 3: sent 2 · deferred 1 · waiting to try the deferred again"
        );
        assert_eq!(course.line(&at(Tally { sent: 3, ..Tally::default() })), "3 of 3: sent 3");
    }

    #[test]
    fn nobody_is_promised_more_than_the_rate_allows() {
        let mut course = Course::new(1_000, Duration::from_millis(50), None);
        // A burst at the beginning, and before anything was sent.
        assert_eq!(course.at(&moment(0, 0)), "sent 0 · 50 s left");
        assert_eq!(course.at(&moment(1, 400)), "sent 400 · 400/s · 30 s left");
        // A server that is slower than the rate is believed.
        assert_eq!(course.at(&moment(101, 900)), "sent 900 · 5.0/s · 20 s left");
    }

    #[test]
    fn who_is_for_another_day_is_not_in_the_time_that_is_left() {
        let tomorrow = 1_795_250_700;
        let mut course = Course::new(2_000, Duration::ZERO, Some((3_000, tomorrow)));
        assert_eq!(
            course.at(&moment(50, 1_000)),
            "sent 1,000 · 20/s · 50 s left\ntoday; the other 3,000 from 2026-11-21 08:45 UTC"
        );
    }

    #[test]
    fn the_speed_is_that_of_the_last_while_and_not_of_an_hour_ago() {
        let mut course = free(1_000_000);
        for second in 1..=100 {
            course.at(&moment(second, second * 1_000));
        }
        for second in 101..=200 {
            course.at(&moment(second, 100_000 + (second - 100) * 10));
        }
        assert!(course.at(&moment(201, 101_010)).contains(" · 10/s · "));
        assert!(course.marks.len() < 40, "what is remembered is bounded");
    }

    #[test]
    fn slow_speeds_are_told_in_a_unit_that_says_something() {
        let told = [9_000.4, 12.4, 1.66, 0.5, 0.005].map(speed);
        assert_eq!(told, ["9,000/s", "12/s", "1.7/s", "30/min", "18/hour"]);
    }

    #[test]
    fn a_pause_that_the_server_wanted_is_told_and_nothing_is_foretold() {
        let pause = Duration::from_secs(8);
        let moment = Moment { pause, ..moment(60, 600) };
        assert_eq!(free(1_000).at(&moment), "sent 600 · the server wants a rest: 8 s");
    }

    #[test]
    fn a_time_is_told_as_exactly_as_anybody_wants_to_know_it() {
        let told = |seconds| span(Duration::from_secs(seconds));
        assert_eq!([told(0), told(89), told(90)], ["1 s", "89 s", "2 min"]);
        assert_eq!([told(5_399), told(5_400), told(7_200)], ["90 min", "1 h 30 min", "2 h"]);
        assert_eq!([told(172_799), told(172_800)], ["48 h", "2 days"]);
        assert_eq!(span(Duration::from_millis(1_200)), "2 s");
    }
}
