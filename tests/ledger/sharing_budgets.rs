//! What all runs share: the pace, and the mails of a day.

use super::*;

const SECOND: Duration = Duration::from_secs(1);

/// The time since 1970 of a moment after `NOW`. A database has a clock of its own.
fn at(millis: u64) -> Duration {
    Duration::from_secs(NOW.unsigned_abs()) + Duration::from_millis(millis)
}

#[test]
fn two_who_keep_one_pace_get_turns_one_after_the_other() {
    let desk = Desk::new();
    let (mut one, mut other) = (desk.open(), desk.open());
    let pace = 100 * SECOND;
    let first = one.turns("", pace, 3, at(0)).unwrap();
    let second = other.turns("", pace, 2, at(0)).unwrap();
    let third = one.turns("", pace, 1, at(0)).unwrap();
    assert_eq!(first, Duration::ZERO);
    // By a clock that goes on, it is a little less.
    let close = |wait: Duration, exact: Duration| wait <= exact && wait + 5 * SECOND > exact;
    assert!(close(second, 3 * pace) && close(third, 5 * pace), "{second:?} {third:?}");
    let of_a_domain = other.turns("slow.test", pace, 1, at(0)).unwrap();
    assert_eq!(of_a_domain, Duration::ZERO, "it has a pace of its own");
}

#[test]
fn a_turn_that_passed_is_nobodys() {
    let desk = Desk::new();
    let mut ledger = desk.open();
    // Whatever clock there is, as much has passed by the next question.
    let pace = Duration::from_micros(1);
    ledger.turns("", pace, 1, at(0)).unwrap();
    assert_eq!(ledger.turns("", pace, 5, at(10_000)).unwrap(), Duration::ZERO);
    let wait = ledger.turns("", 1000 * SECOND, 1, at(10_000)).unwrap();
    assert!(wait <= 5 * pace, "nothing was saved up: {wait:?}");
}

fn run_that_plans(ledger: &mut dyn Ledger, planned: u64, process: Process) -> RunId {
    ledger.open_run(&NewRun { planned, beyond: 0, ..run_of(process) }).expect("a run")
}

#[test]
fn what_one_run_was_promised_of_a_day_no_other_gets() {
    let desk = Desk::new();
    let (mut one, mut other) = (desk.open(), desk.open());
    let first = run_that_plans(&mut *one, 60, Process::this());
    let second = run_that_plans(&mut *other, 60, Process::this());
    // Whoever comes to it first, the one that began earlier is first.
    assert_eq!(other.reserve(second, 100, NOW - 86_400, NOW).unwrap(), 40);
    assert_eq!(one.reserve(first, 100, NOW - 86_400, NOW).unwrap(), 60);
    assert_eq!(one.promised(NOW).unwrap(), 100);
    // What was sent counts as sent, and no longer as promised.
    let held = claims(&mut *one, first, &["ann", "bob"]);
    record(&mut *one, held, Outcome::Sent);
    assert_eq!(one.promised(NOW).unwrap(), 98);
    let third = run_that_plans(&mut *other, 10, Process::this());
    assert_eq!(other.reserve(third, 100, NOW - 86_400, NOW).unwrap(), 0);
    one.finish_run(first, NOW).unwrap();
    let fourth = run_that_plans(&mut *other, 100, Process::this());
    assert_eq!(other.reserve(fourth, 100, NOW - 86_400, NOW).unwrap(), 58, "it left them");
    let runs = one.runs("spring", NOW).unwrap();
    assert_eq!((runs[0].planned, runs[0].beyond), (Some(58), Some(42)));
}

#[test]
fn what_a_dead_run_was_promised_is_for_others() {
    let desk = Desk::new();
    let mut ledger = desk.open();
    run_that_plans(&mut *ledger, 100, elsewhere());
    let living = run_that_plans(&mut *ledger, 100, Process::this());
    assert_eq!(ledger.reserve(living, 100, NOW - 86_400, NOW).unwrap(), 0, "it may be alive");
    let later = NOW + LEASE + 1;
    assert_eq!(ledger.promised(later).unwrap(), 0, "the living has none");
    let next = run_that_plans(&mut *ledger, 100, Process::this());
    assert_eq!(ledger.reserve(next, 100, later - 86_400, later).unwrap(), 100);
}
