//! A suppressed address is never claimed (P4).

use super::*;

#[test]
fn a_suppressed_address_is_never_claimed_however_it_is_written() {
    let desk = Desk::new();
    let mut ledger = desk.open();
    suppress(&mut *ledger, "Ann");
    let run = live_run(&mut *ledger);
    assert_eq!(claim(&mut *ledger, run, &["aNN"]), [Answer::Suppressed]);
    assert_eq!(totals(&*ledger).suppressed, 1, "and is accounted for");
}

#[test]
fn a_suppression_in_mid_run_counts_from_the_next_claim_on() {
    let desk = Desk::new();
    let (mut ledger, mut beside) = (desk.open(), desk.open());
    let run = live_run(&mut *ledger);
    let held = claims(&mut *ledger, run, &["ann", "bob"]);
    record(&mut *ledger, held, Outcome::Deferred { retry_at: NOW });
    suppress(&mut *beside, "ann");
    suppress(&mut *beside, "cy");
    let answers = claim(&mut *ledger, run, &["ann", "bob", "cy"]);
    assert_eq!((&answers[0], &answers[2]), (&Answer::Suppressed, &Answer::Suppressed));
    assert!(matches!(answers[1], Answer::Yours(_)));
}

#[test]
fn whoever_is_taken_off_the_suppressions_is_mailed_by_the_next_run() {
    let desk = Desk::new();
    let mut ledger = desk.open();
    suppress(&mut *ledger, "ann");
    let run = live_run(&mut *ledger);
    assert_eq!(claim(&mut *ledger, run, &["ann"]), [Answer::Suppressed]);
    assert_eq!(ledger.unsuppress(&addresses(&["ann", "bob"])).unwrap(), 1);
    let next = live_run(&mut *ledger);
    claims(&mut *ledger, next, &["ann"]);
}

#[test]
fn suppressions_are_listed_with_their_first_reason_and_date() {
    let desk = Desk::new();
    let mut ledger = desk.open();
    suppress(&mut *ledger, "bob");
    let again =
        Suppression { address: address("bob@example.org"), reason: "bounced".into(), at: 1 };
    assert_eq!(ledger.suppress(&[again]).unwrap(), 0);
    suppress(&mut *ledger, "ann");
    drop(ledger);
    let book = desk.read();
    let mut found = Vec::new();
    book.suppressions(&mut |one| {
        found.push((one.address.to_string(), one.reason, one.at));
        ControlFlow::Continue(())
    })
    .unwrap();
    let expected = ["ann@example.org", "bob@example.org"]
        .map(|email| (email.to_owned(), "asked to leave".to_owned(), NOW));
    assert_eq!(found, expected);
    assert!(book.is_suppressed(&address("BOB@example.org")).unwrap());
    assert!(!book.is_suppressed(&address("cy@example.org")).unwrap());
}
