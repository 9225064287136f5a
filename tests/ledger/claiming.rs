//! An address is claimed once (P3).

use super::*;

#[test]
fn an_address_is_claimed_by_one_run_only() {
    let desk = Desk::new();
    let (mut one, mut other) = (desk.open(), desk.open());
    let (first, second) = (live_run(&mut *one), live_run(&mut *other));
    claims(&mut *one, first, &["ann", "bob"]);
    assert_eq!(
        claim(&mut *other, second, &["bob", "ann"]),
        [Answer::Already(State::Claimed), Answer::Already(State::Claimed)]
    );
    claims(&mut *other, second, &["cy"]);
}

#[test]
fn many_threads_that_want_the_same_list_share_it_without_overlap() {
    let desk = Desk::new();
    let names: Vec<String> = (0..200).map(|number| format!("reader{number}")).collect();
    let claimed = Mutex::new(0);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut ledger = desk.open();
                let run = live_run(&mut *ledger);
                for name in &names {
                    let answers = claim(&mut *ledger, run, &[name]);
                    let mine = answers.into_iter().filter_map(yours).count();
                    *claimed.lock().expect("no thread panicked") += mine;
                }
            });
        }
    });
    assert_eq!(claimed.into_inner().expect("no thread panicked"), 200);
    assert_eq!(totals(&*desk.open()).remaining, 200);
}

#[test]
fn two_rows_with_one_address_are_one_recipient() {
    let desk = Desk::new();
    let mut ledger = desk.open();
    let run = live_run(&mut *ledger);
    let answers = claim(&mut *ledger, run, &["Ann", "bob", "ANN"]);
    assert_eq!(answers[2], Answer::Duplicate);
    assert_eq!(claim(&mut *ledger, run, &["bob"]), [Answer::Duplicate]);
    let shown: Vec<String> =
        recipients(&*ledger, None).into_iter().map(|recipient| recipient.email).collect();
    assert_eq!(shown, ["Ann@example.org", "bob@example.org"], "as they were written");
}

#[test]
fn an_answer_is_durable_before_it_is_given() {
    let desk = Desk::new();
    let handle = ledger::spawn(desk.open()).expect("a thread");
    let run = handle.ask(|ledger| ledger.open_run(&run_of(Process::this()))).wait().unwrap();
    for name in ["ann", "bob", "cy"] {
        let before = desk.read().totals("spring", NOW).unwrap().remaining;
        handle.claim(request(run, &[name])).wait().unwrap();
        let after = desk.read().totals("spring", NOW).unwrap().remaining;
        assert_eq!(after, before + 1, "another connection sees it at once");
    }
}

#[test]
fn a_claim_given_back_can_be_claimed_again() {
    let desk = Desk::new();
    let mut ledger = desk.open();
    let run = live_run(&mut *ledger);
    let held = claims(&mut *ledger, run, &["ann", "bob"]);
    ledger.release(held).expect("released");
    assert_eq!(totals(&*ledger), Totals::default());
    let next = live_run(&mut *ledger);
    let again = claims(&mut *ledger, next, &["ann", "bob"]);
    assert_eq!(again[0].attempt(), 1, "what was never attempted does not count");
}

#[test]
fn what_was_sent_is_never_claimed_again() {
    let desk = Desk::new();
    let mut ledger = desk.open();
    let run = live_run(&mut *ledger);
    let held = claims(&mut *ledger, run, &["ann"]);
    record(&mut *ledger, held, Outcome::Sent);
    ledger.finish_run(run, NOW).unwrap();
    let next = live_run(&mut *ledger);
    let again = ClaimRequest { retry_failed: true, ..request(next, &["ann"]) };
    assert_eq!(ledger.claim(again).unwrap(), [Answer::Already(State::Sent)]);
    ledger.settle("spring", Settlement::Resend, NOW).unwrap();
    assert_eq!(claim(&mut *ledger, next, &["ann"]), [Answer::Already(State::Sent)]);
}

#[test]
fn another_campaign_may_mail_the_same_address() {
    let desk = Desk::new();
    let mut ledger = desk.open();
    let spring = live_run(&mut *ledger);
    let autumn = NewRun { campaign: "autumn".into(), ..run_of(Process::this()) };
    let autumn = ledger.open_run(&autumn).unwrap();
    claims(&mut *ledger, spring, &["ann"]);
    claims(&mut *ledger, autumn, &["ann"]);
}
