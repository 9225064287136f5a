//! A rehearsal answers as the send would.

use super::*;

fn rehearse(desk: &Desk, now: i64, names: &[&str]) -> Vec<Answer> {
    let mut scratch = ledger::scratch(Some(&desk.location())).unwrap();
    let run = live_run(&mut *scratch);
    scratch.claim(ClaimRequest { now, ..request(run, names) }).unwrap()
}

/// What an answer says, the claim's own number apart.
fn kind(answer: &Answer) -> String {
    match answer {
        Answer::Yours(_) => "yours".into(),
        other => format!("{other:?}"),
    }
}

#[test]
fn a_rehearsal_answers_as_the_send_would_and_changes_nothing() {
    let desk = Desk::new();
    let mut ledger = desk.open();
    let run = live_run(&mut *ledger);
    let outcomes = [
        ("ann", Outcome::Sent),
        ("bob", Outcome::Failed),
        ("cy", Outcome::Deferred { retry_at: NOW }),
        ("dee", Outcome::Deferred { retry_at: NOW + 999 }),
        ("eve", Outcome::Skipped),
        ("fay", Outcome::InDoubt),
        ("guy", Outcome::Deferred { retry_at: NOW }),
    ];
    for (name, outcome) in outcomes {
        let held = claims(&mut *ledger, run, &[name]);
        record(&mut *ledger, held, outcome);
    }
    suppress(&mut *ledger, "guy");
    suppress(&mut *ledger, "ida");
    ledger.finish_run(run, NOW).unwrap();
    let list = ["ann", "bob", "cy", "dee", "eve", "fay", "guy", "hal", "ida", "hal", "ida", "cy"];
    for is_still in [false, true] {
        let open = (!is_still).then(|| desk.open());
        let before = desk.lasting_files();
        let rehearsed = rehearse(&desk, NOW, &list);
        assert!(desk.lasting_files() == before, "a byte was changed");
        drop(open);
        if is_still {
            let next = live_run(&mut *ledger);
            let real = claim(&mut *ledger, next, &list);
            let kinds = |answers: &[Answer]| answers.iter().map(kind).collect::<Vec<_>>();
            assert_eq!(kinds(&rehearsed), kinds(&real));
        }
    }
}

#[test]
fn a_second_row_of_somebody_who_has_it_is_a_duplicate_in_a_rehearsal() {
    let desk = Desk::new();
    let mut ledger = desk.open();
    let run = live_run(&mut *ledger);
    let held = claims(&mut *ledger, run, &["ann"]);
    record(&mut *ledger, held, Outcome::Sent);
    ledger.finish_run(run, NOW).unwrap();
    let answers = rehearse(&desk, NOW, &["ann", "ann"]);
    assert_eq!(answers, [Answer::Already(State::Sent), Answer::Duplicate]);
}

#[test]
fn a_rehearsal_makes_no_ledger_where_there_is_none() {
    let desk = Desk::in_a_file();
    let answers = rehearse(&desk, NOW, &["ann", "ann"]);
    assert_eq!(answers.iter().map(kind).collect::<Vec<_>>(), ["yours", "Duplicate"]);
    assert!(!desk.path().parent().expect("a parent").exists());
}

#[test]
fn a_send_that_starts_during_a_rehearsal_does_not_confuse_it() {
    let desk = Desk::new();
    drop(desk.open());
    let mut scratch = ledger::scratch(Some(&desk.location())).unwrap();
    let rehearsal = live_run(&mut *scratch);
    claims(&mut *scratch, rehearsal, &["ann"]);
    let mut real = desk.open();
    let run = live_run(&mut *real);
    let held = claims(&mut *real, run, &["bob"]);
    record(&mut *real, held, Outcome::Sent);
    assert_eq!(claim(&mut *scratch, rehearsal, &["bob"]), [Answer::Already(State::Sent)]);
}
