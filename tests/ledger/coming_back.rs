//! Who was deferred, has failed or was incomplete is tried again, when it is time.

use super::*;

#[test]
fn a_deferred_recipient_comes_back_only_when_its_time_has_come() {
    let desk = Desk::new();
    let mut ledger = desk.open();
    let run = live_run(&mut *ledger);
    let held = claims(&mut *ledger, run, &["ann"]);
    record(&mut *ledger, held, Outcome::Deferred { retry_at: NOW + 300 });
    assert_eq!(ledger.waiting("spring", NOW).unwrap(), Waiting { due: 0, next: Some(NOW + 300) });
    let next = live_run(&mut *ledger);
    assert_eq!(claim(&mut *ledger, next, &["ann"]), [Answer::NotYet { retry_at: NOW + 300 }]);
    let later = NOW + 300;
    assert_eq!(ledger.waiting("spring", later).unwrap(), Waiting { due: 1, next: None });
    let answers = ledger.claim(ClaimRequest { now: later, ..request(next, &["ann"]) }).unwrap();
    let [Answer::Yours(claim)] = &answers[..] else { panic!("it is due: {answers:?}") };
    assert_eq!(claim.attempt(), 2);
}

#[test]
fn a_deferred_recipient_given_back_is_deferred_still() {
    let desk = Desk::new();
    let mut ledger = desk.open();
    let run = live_run(&mut *ledger);
    let held = claims(&mut *ledger, run, &["ann"]);
    record(&mut *ledger, held, Outcome::Deferred { retry_at: NOW });
    let held = claims(&mut *ledger, run, &["ann"]);
    ledger.release(held).unwrap();
    assert_eq!(totals(&*ledger), Totals { deferred: 1, ..Totals::default() });
}

#[test]
fn a_failed_recipient_comes_back_only_when_asked_for_and_once_a_run() {
    let desk = Desk::new();
    let mut ledger = desk.open();
    let run = live_run(&mut *ledger);
    let held = claims(&mut *ledger, run, &["ann"]);
    record(&mut *ledger, held, Outcome::Failed);
    let next = live_run(&mut *ledger);
    assert_eq!(claim(&mut *ledger, next, &["ann"]), [Answer::Already(State::Failed)]);
    let retry = || ClaimRequest { retry_failed: true, ..request(next, &["ann"]) };
    let held: Vec<Claim> = ledger.claim(retry()).unwrap().into_iter().filter_map(yours).collect();
    record(&mut *ledger, held, Outcome::Failed);
    assert_eq!(ledger.claim(retry()).unwrap(), [Answer::Duplicate]);
}

#[test]
fn an_incomplete_row_is_looked_at_again_by_the_next_run() {
    let desk = Desk::new();
    let mut ledger = desk.open();
    let run = live_run(&mut *ledger);
    let held = claims(&mut *ledger, run, &["ann"]);
    record(&mut *ledger, held, Outcome::Skipped);
    assert_eq!(claim(&mut *ledger, run, &["ann"]), [Answer::Duplicate]);
    let next = live_run(&mut *ledger);
    claims(&mut *ledger, next, &["ann"]);
}
