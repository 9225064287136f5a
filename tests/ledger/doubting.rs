//! What cannot be known is in doubt, and asked about (P3).

use std::process::Stdio;

use super::*;

/// A process that is gone.
fn dead() -> Process {
    // It reads until its input ends, which `wait` sees to.
    let mut child = Command::new("cat").stdin(Stdio::piped()).spawn().expect("cat starts");
    let process = Process::of(child.id()).expect("it waits for input");
    child.wait().expect("fetched");
    process
}

#[test]
fn claims_of_a_dead_process_are_in_doubt_and_those_of_a_live_one_remain() {
    let desk = Desk::new();
    let mut ledger = desk.open();
    let dead = ledger.open_run(&run_of(dead())).unwrap();
    claims(&mut *ledger, dead, &["ann"]);
    let live = live_run(&mut *ledger);
    claims(&mut *ledger, live, &["bob"]);
    let expected = Totals { in_doubt: 1, remaining: 1, ..Totals::default() };
    assert_eq!(totals(&*ledger), expected);
    let next = live_run(&mut *ledger);
    assert_eq!(
        claim(&mut *ledger, next, &["ann", "bob"]),
        [Answer::Already(State::InDoubt), Answer::Already(State::Claimed)]
    );
}

#[test]
fn claims_of_another_machine_are_in_doubt_when_its_lease_is_over() {
    let desk = Desk::new();
    let mut ledger = desk.open();
    let run = ledger.open_run(&run_of(elsewhere())).unwrap();
    claims(&mut *ledger, run, &["ann"]);
    let at = |ledger: &dyn Ledger, now| ledger.totals("spring", now).unwrap().in_doubt;
    assert_eq!(at(&*ledger, NOW + LEASE), 0);
    assert_eq!(at(&*ledger, NOW + LEASE + 1), 1);
    ledger.heartbeat(run, NOW + 30).unwrap();
    assert_eq!(at(&*ledger, NOW + LEASE + 1), 0);
}

#[test]
fn a_run_that_finished_with_open_claims_leaves_them_in_doubt() {
    let desk = Desk::new();
    let mut ledger = desk.open();
    let run = live_run(&mut *ledger);
    claims(&mut *ledger, run, &["ann"]);
    ledger.finish_run(run, NOW).unwrap();
    assert_eq!(totals(&*ledger).in_doubt, 1);
}

#[test]
fn a_reply_lost_after_the_final_dot_is_in_doubt_while_its_run_lives() {
    let desk = Desk::new();
    let mut ledger = desk.open();
    let run = live_run(&mut *ledger);
    let held = claims(&mut *ledger, run, &["ann"]);
    record(&mut *ledger, held, Outcome::InDoubt);
    assert_eq!(totals(&*ledger), Totals { in_doubt: 1, ..Totals::default() });
    let shown = recipients(&*ledger, Some(State::InDoubt));
    assert_eq!(shown[0].email, "ann@example.org");
}

/// One recipient whose run died, one whose reply was lost, one that a
/// live run holds.
fn in_doubt(desk: &Desk) -> (Box<dyn Ledger>, RunId) {
    let mut ledger = desk.open();
    let dead = ledger.open_run(&run_of(self::dead())).unwrap();
    claims(&mut *ledger, dead, &["ann"]);
    let live = live_run(&mut *ledger);
    let held = claims(&mut *ledger, live, &["bob"]);
    record(&mut *ledger, held, Outcome::InDoubt);
    claims(&mut *ledger, live, &["cy"]);
    (ledger, dead)
}

#[test]
fn a_doubt_settled_by_skipping_is_never_mailed() {
    let desk = Desk::new();
    let (mut ledger, _) = in_doubt(&desk);
    assert_eq!(ledger.settle("spring", Settlement::Skip, NOW).unwrap(), 2);
    let next = live_run(&mut *ledger);
    assert_eq!(
        claim(&mut *ledger, next, &["ann", "bob", "cy"]),
        [State::Skipped, State::Skipped, State::Claimed].map(Answer::Already)
    );
    let expected = Totals { skipped: 2, remaining: 1, ..Totals::default() };
    assert_eq!(totals(&*ledger), expected);
}

#[test]
fn a_doubt_settled_by_resending_is_mailed_once_more() {
    let desk = Desk::new();
    let (mut ledger, _) = in_doubt(&desk);
    assert_eq!(ledger.settle("spring", Settlement::Resend, NOW).unwrap(), 2);
    let next = live_run(&mut *ledger);
    let held = claims(&mut *ledger, next, &["ann", "bob"]);
    assert_eq!(claim(&mut *ledger, next, &["cy"]), [Answer::Already(State::Claimed)]);
    record(&mut *ledger, held, Outcome::Sent);
    assert_eq!(ledger.settle("spring", Settlement::Resend, NOW).unwrap(), 0);
}

#[test]
fn a_run_that_was_taken_for_dead_can_claim_nothing_more() {
    let desk = Desk::new();
    let (mut ledger, dead) = in_doubt(&desk);
    ledger.settle("spring", Settlement::Resend, NOW).unwrap();
    let refused = ledger.claim(request(dead, &["dee"])).expect_err("the run is over");
    assert_eq!(refused.code, "ledger-run-over");
    assert_eq!(ledger.heartbeat(dead, NOW).expect_err("over").code, "ledger-run-over");
}

#[test]
fn a_late_outcome_is_believed_unless_somebody_has_claimed_again() {
    for is_claimed_again in [false, true] {
        let desk = Desk::new();
        let mut ledger = desk.open();
        let asleep = ledger.open_run(&run_of(elsewhere())).unwrap();
        let held = claims(&mut *ledger, asleep, &["ann"]);
        ledger.settle("spring", Settlement::Resend, NOW + LEASE + 1).unwrap();
        let next = live_run(&mut *ledger);
        let retry = ClaimRequest { now: NOW + LEASE + 1, ..request(next, &["ann"]) };
        if is_claimed_again {
            assert!(matches!(ledger.claim(retry.clone()).unwrap()[..], [Answer::Yours(_)]));
        }
        record(&mut *ledger, held, Outcome::Sent);
        let expected = if is_claimed_again {
            Totals { remaining: 1, ..Totals::default() }
        } else {
            Totals { sent: 1, ..Totals::default() }
        };
        assert_eq!(totals(&*ledger), expected);
    }
}
