//! A campaign under way, as its runs tell of it in the ledger: how far, how fast, how long
//! still. To count ten million rows takes seconds, so everybody is counted only as often as
//! that is a small share of the time; in between, the runs' own count of final dots, which
//! they write down with each heartbeat, says how many have come since. Pure.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use crate::ledger::{RunId, Runner, State, Totals};

/// Counting may take one part in so many of the time.
const SHARE: u32 = 20;
/// The speed is that of the last while.
const WHILE: Duration = Duration::from_secs(15);
/// Below this nothing can be said about a speed.
const MOMENT: Duration = Duration::from_millis(500);

/// Everybody of a campaign, counted.
#[derive(Clone, Debug, Default)]
pub(super) struct Count {
    /// How many each run has in which state.
    pub(super) tallies: Vec<(RunId, State, u64)>,
    /// How many of the list are left, if the last run has said.
    pub(super) left: Option<u64>,
    /// How long it took to count.
    pub(super) took: Duration,
}

/// A run as it is shown.
#[derive(Clone, Debug)]
pub(super) struct Run {
    /// What it tells of itself.
    pub(super) runner: Runner,
    /// How many it has sent.
    pub(super) sent: u64,
    /// How many mails a second came to an end in the last while, and since it began.
    pub(super) rate: f64,
    /// The same since it began.
    pub(super) overall: f64,
}

/// A campaign at a moment.
#[derive(Clone, Debug)]
pub(super) struct View {
    /// How many are where.
    pub(super) totals: Totals,
    /// Its runs: those at work, and dead ones that still matter.
    pub(super) runs: Vec<Run>,
    /// How many mails a second all of them bring to an end.
    pub(super) rate: f64,
    /// How many the runs have still to send.
    pub(super) to_go: Option<u64>,
    /// How long that takes.
    pub(super) eta: Option<Duration>,
}

impl View {
    /// How many runs are at work.
    pub(super) fn live(&self) -> usize {
        self.runs.iter().filter(|run| run.runner.is_alive).count()
    }
}

/// A campaign that is watched.
#[derive(Debug, Default)]
pub(super) struct Fleet {
    /// The last count, when it was made, and how many dots each run had then.
    counted: Option<(Count, Duration, HashMap<RunId, u64>)>,
    /// How many of each run had come to an end at some moments.
    marks: VecDeque<(Duration, HashMap<RunId, u64>)>,
    /// The runs that were at work a moment ago.
    live: Vec<RunId>,
}

impl Fleet {
    /// Whether everybody is to be counted now: it has been long enough, or a run has begun or
    /// ended, whose last mails no heartbeat tells.
    pub(super) fn wants_count(&self, elapsed: Duration, runners: &[Runner]) -> bool {
        let Some((count, at, _)) = &self.counted else { return true };
        let live: Vec<RunId> = live(runners).map(|runner| runner.run).collect();
        live != self.live || elapsed.saturating_sub(*at) >= count.took * SHARE
    }

    /// Takes a count.
    pub(super) fn count(&mut self, elapsed: Duration, runners: &[Runner], count: Count) {
        let dots = runners.iter().map(|runner| (runner.run, runner.dots)).collect();
        self.live = live(runners).map(|runner| runner.run).collect();
        self.counted = Some((count, elapsed, dots));
    }

    /// How the campaign stands, some time after the watch began.
    pub(super) fn view(&mut self, now: i64, elapsed: Duration, runners: Vec<Runner>) -> View {
        let (count, dots) = match &self.counted {
            Some((count, _, dots)) => (count.clone(), dots.clone()),
            None => Default::default(),
        };
        // What runs have done since everybody was counted, by their dots.
        let since = |runner: &Runner| {
            runner.dots.saturating_sub(dots.get(&runner.run).copied().unwrap_or(0))
        };
        let more: u64 = live(&runners).map(since).sum();
        let mut totals = totals(&count.tallies, &runners);
        totals.sent += more;
        totals.remaining = live(&runners).map(|runner| runner.in_flight).sum();
        let done = |runner: &Runner| settled(&count.tallies, runner.run) + since(runner);
        let planned = live(&runners)
            .map(|runner| Some(runner.planned?.saturating_sub(done(runner))))
            .sum::<Option<u64>>();
        let left = count.left.map(|left| left.saturating_sub(more));
        let to_go = planned.zip(left).map(|(planned, left)| planned.min(left)).or(left);
        self.mark(elapsed, live(&runners).map(|runner| (runner.run, done(runner))).collect());
        let since_when = live(&runners).map(|runner| runner.started_at).min().unwrap_or(now);
        let runs: Vec<Run> = runners
            .into_iter()
            .filter(|runner| {
                // A dead one matters that left somebody in doubt, or died beside those.
                runner.is_alive || runner.in_flight > 0 || runner.heartbeat_at >= since_when
            })
            .map(|runner| self.run(runner, now, elapsed, &count, since))
            .collect();
        let rate = runs.iter().map(|run| run.rate).sum();
        let eta = to_go.and_then(|to_go| time_for(to_go, rate));
        View { totals, runs, rate, to_go, eta }
    }

    fn run(
        &self,
        runner: Runner,
        now: i64,
        elapsed: Duration,
        count: &Count,
        since: impl Fn(&Runner) -> u64,
    ) -> Run {
        let more = if runner.is_alive { since(&runner) } else { 0 };
        let sent = tally(&count.tallies, runner.run, State::Sent) + more;
        let done = settled(&count.tallies, runner.run) + more;
        let until = if runner.is_alive { now } else { runner.heartbeat_at };
        let seconds = u64::try_from(until - runner.started_at).unwrap_or(0);
        let overall = per_second(done, Duration::from_secs(seconds)).unwrap_or(0.0);
        let rate = if runner.is_alive {
            self.recent(elapsed, runner.run, done).unwrap_or(overall)
        } else {
            0.0
        };
        Run { runner, sent, rate, overall }
    }

    fn mark(&mut self, elapsed: Duration, done: HashMap<RunId, u64>) {
        self.marks.push_back((elapsed, done));
        // The oldest mark is as old as a while, as soon as there is one.
        while self.marks.get(1).is_some_and(|(at, _)| *at + WHILE <= elapsed) {
            self.marks.pop_front();
        }
    }

    fn recent(&self, elapsed: Duration, run: RunId, done: u64) -> Option<f64> {
        let (at, before) =
            self.marks.iter().find_map(|(at, runs)| Some((*at, *runs.get(&run)?)))?;
        let time = elapsed.saturating_sub(at);
        if time < MOMENT { None } else { per_second(done.saturating_sub(before), time) }
    }
}

fn live(runners: &[Runner]) -> impl Iterator<Item = &Runner> {
    runners.iter().filter(|runner| runner.is_alive)
}

fn totals(tallies: &[(RunId, State, u64)], runners: &[Runner]) -> Totals {
    let mut totals = Totals::default();
    for (run, state, count) in tallies {
        let is_held = live(runners).any(|runner| runner.run == *run);
        *match state {
            State::Sent => &mut totals.sent,
            State::Failed => &mut totals.failed,
            State::Deferred => &mut totals.deferred,
            State::Skipped => &mut totals.skipped,
            State::Suppressed => &mut totals.suppressed,
            State::Claimed if is_held => &mut totals.remaining,
            State::InDoubt | State::Claimed => &mut totals.in_doubt,
        } += count;
    }
    totals
}

fn tally(tallies: &[(RunId, State, u64)], run: RunId, state: State) -> u64 {
    let of_run = tallies.iter().filter(|(of, stands, _)| (*of, *stands) == (run, state));
    of_run.map(|(_, _, count)| count).sum()
}

/// How many of a run's mails came to an end.
fn settled(tallies: &[(RunId, State, u64)], run: RunId) -> u64 {
    [State::Sent, State::Failed, State::Deferred, State::InDoubt, State::Suppressed]
        .into_iter()
        .map(|state| tally(tallies, run, state))
        .sum()
}

#[allow(clippy::cast_precision_loss, reason = "an estimate")]
fn per_second(count: u64, time: Duration) -> Option<f64> {
    (!time.is_zero()).then(|| count as f64 / time.as_secs_f64())
}

#[allow(clippy::cast_precision_loss, reason = "an estimate")]
fn time_for(count: u64, rate: f64) -> Option<Duration> {
    if count == 0 {
        return Some(Duration::ZERO);
    }
    if rate > 0.0 { Duration::try_from_secs_f64(count as f64 / rate).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::Process;

    const NOW: i64 = 1_750_000_000;

    fn runner(number: i64, dots: u64, planned: u64) -> Runner {
        Runner {
            run: run(number),
            campaign: "spring".into(),
            process: Process { machine: None, pid: 7, start: None },
            is_alive: true,
            started_at: NOW - 100,
            heartbeat_at: NOW,
            planned: Some(planned),
            dots,
            in_flight: 4,
        }
    }

    fn run(number: i64) -> RunId {
        RunId::numbered(number)
    }

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn count(sent: &[(i64, u64)], left: u64, took: Duration) -> Count {
        let tallies = sent.iter().map(|(of, sent)| (run(*of), State::Sent, *sent)).collect();
        Count { tallies, left: Some(left), took }
    }

    #[test]
    fn counting_takes_a_small_share_of_the_time_however_long_it_takes() {
        let mut fleet = Fleet::default();
        let runners = [runner(1, 0, 10)];
        assert!(fleet.wants_count(seconds(0), &runners));
        fleet.count(seconds(0), &runners, count(&[], 10, Duration::from_millis(1)));
        assert!(fleet.wants_count(seconds(1), &runners), "a short list is counted at every look");
        fleet.count(seconds(1), &runners, count(&[], 10, seconds(3)));
        assert!(!fleet.wants_count(seconds(60), &runners));
        assert!(fleet.wants_count(seconds(61), &runners));
        assert!(fleet.wants_count(seconds(2), &[]), "when a run ends, what it did is counted");
    }

    #[test]
    fn between_two_counts_heartbeats_tell_how_many_have_come_since() {
        let mut fleet = Fleet::default();
        let before = vec![runner(1, 500, 9_000), runner(2, 300, 9_000)];
        fleet.count(seconds(0), &before, count(&[(1, 510), (2, 300)], 8_190, seconds(60)));
        fleet.view(NOW, seconds(0), before);
        let view =
            fleet.view(NOW, seconds(10), vec![runner(1, 1_500, 9_000), runner(2, 500, 9_000)]);
        assert_eq!(view.totals.sent, 810 + 1_000 + 200);
        assert_eq!(view.totals.remaining, 8);
        let rates: Vec<String> = view.runs.iter().map(|run| format!("{:.0}", run.rate)).collect();
        assert_eq!((rates.join(" "), format!("{:.0}", view.rate)), ("100 20".into(), "120".into()));
        assert_eq!(view.to_go, Some(8_190 - 1_200));
        assert_eq!(view.eta.map(|eta| eta.as_secs()), Some((8_190 - 1_200) / 120));
    }

    #[test]
    fn the_speed_is_that_of_the_last_while() {
        let mut fleet = Fleet::default();
        let at = |dots| vec![runner(1, dots, 1_000_000)];
        fleet.count(seconds(0), &at(0), count(&[], 1_000_000, seconds(1_000)));
        for second in 0..=100 {
            fleet.view(NOW, seconds(second), at(second * 1_000));
        }
        let mut last = 0.0;
        for second in 101..=130 {
            last = fleet.view(NOW, seconds(second), at(100_000 + (second - 100) * 10)).rate;
        }
        assert_eq!(format!("{last:.0}"), "10");
        assert!(fleet.marks.len() < 20, "what is remembered is bounded");
    }

    #[test]
    fn nobody_is_to_go_whom_the_plans_leave_to_others() {
        let mut fleet = Fleet::default();
        // Two canaries of a hundred each, on a list of ten thousand.
        let runners = vec![runner(1, 0, 100), runner(2, 0, 100)];
        fleet.count(seconds(0), &runners, count(&[(1, 40), (2, 10)], 9_950, seconds(1)));
        assert_eq!(fleet.view(NOW, seconds(0), runners).to_go, Some(150));
    }

    #[test]
    fn a_dead_run_is_shown_while_it_matters_and_what_it_holds_is_in_doubt() {
        let mut fleet = Fleet::default();
        let dead = |number, in_flight, heartbeat_at| Runner {
            is_alive: false,
            in_flight,
            heartbeat_at,
            ..runner(number, 0, 10)
        };
        let runners = vec![
            dead(1, 0, NOW - 5_000),
            dead(2, 2, NOW - 5_000),
            dead(3, 0, NOW - 50),
            runner(4, 0, 10),
        ];
        let held = |of| (run(of), State::Claimed, 2);
        let tallies = vec![held(2), held(4)];
        fleet.count(seconds(0), &runners, Count { tallies, ..count(&[], 9, seconds(1)) });
        let view = fleet.view(NOW, seconds(0), runners);
        let shown: Vec<RunId> = view.runs.iter().map(|run| run.runner.run).collect();
        assert_eq!(shown, [run(2), run(3), run(4)]);
        assert_eq!((view.totals.in_doubt, view.totals.remaining, view.live()), (2, 4, 1));
    }
}
