//! What is kept of a run beside its recipients: its plan, and how long it
//! waited for its server; also where an older program left nothing of it.

use std::time::Duration;

use super::*;

fn stage(name: &str, count: u64, total: u64, longest: u64) -> StageTime {
    let millis = Duration::from_millis;
    StageTime { stage: name.into(), count, total: millis(total), longest: millis(longest) }
}

/// Makes a ledger what a program of version 1 made.
fn as_of_version_1(desk: &Desk) {
    as_before_identities(desk);
    let undo = "DROP TRIGGER recipient_given_back; DROP TABLE tokens; DROP TABLE token_index;
                DROP TABLE bounces; DROP TABLE paces; DROP TABLE subscriptions; DROP TABLE stages; ALTER TABLE runs DROP COLUMN planned;
                ALTER TABLE runs DROP COLUMN beyond; PRAGMA user_version = 1";
    desk.database().execute_batch(undo).unwrap();
}

#[test]
fn a_run_is_remembered_with_what_it_set_out_to_do_and_whether_it_is_at_work() {
    let desk = Desk::new();
    let mut ledger = desk.open();
    let first = ledger.open_run(&run_of(elsewhere())).unwrap();
    ledger.finish_run(first, NOW + 1).unwrap();
    let second = NewRun { planned: 7, beyond: 0, now: NOW + 5, ..run_of(Process::this()) };
    ledger.open_run(&second).unwrap();
    let record = |started_at, is_alive, planned, beyond| RunRecord {
        started_at,
        is_alive,
        planned: Some(planned),
        beyond: Some(beyond),
    };
    assert_eq!(
        desk.read().runs("spring", NOW + 6).unwrap(),
        [record(NOW + 5, true, 7, 0), record(NOW, false, 5, 2)]
    );
    assert!(ledger.runs("autumn", NOW).unwrap().is_empty());
}

#[test]
fn those_who_came_to_an_end_since_a_run_began_are_counted_whoever_mailed_them() {
    let desk = Desk::new();
    let mut ledger = desk.open();
    let run = live_run(&mut *ledger);
    let outcomes = [Outcome::Sent, Outcome::Failed, Outcome::Deferred { retry_at: 1 }];
    for (name, outcome) in ["ann", "bob", "cyd"].into_iter().zip(outcomes) {
        let held = claims(&mut *ledger, run, &[name]);
        record(&mut *ledger, held, outcome);
    }
    claims(&mut *ledger, run, &["dee"]);
    let held = claims(&mut *ledger, run, &["eve"]);
    record(&mut *ledger, held, Outcome::Skipped);
    assert_eq!(ledger.settled_since("spring", NOW).unwrap(), 3);
    assert_eq!(ledger.settled_since("spring", NOW + 1).unwrap(), 0);
}

#[test]
fn waiting_adds_up_over_runs_and_a_heartbeat_replaces_the_one_before() {
    let desk = Desk::new();
    let mut ledger = desk.open();
    let first = live_run(&mut *ledger);
    ledger.keep_stages(first, &[stage("rcpt", 1, 5, 5)]).unwrap();
    ledger.keep_stages(first, &[stage("dot", 10, 1200, 300), stage("rcpt", 10, 50, 9)]).unwrap();
    ledger.finish_run(first, NOW).unwrap();
    let second = live_run(&mut *ledger);
    ledger.keep_stages(second, &[stage("dot", 20, 600, 3100)]).unwrap();
    let other = NewRun { campaign: "autumn".into(), ..run_of(Process::this()) };
    let other = ledger.open_run(&other).unwrap();
    ledger.keep_stages(other, &[stage("auth", 1, 9, 9)]).unwrap();
    let stages = desk.read().stages("spring").unwrap();
    assert_eq!(stages, [stage("dot", 30, 1800, 3100), stage("rcpt", 10, 50, 9)]);
    assert_eq!(stages[0].average(), Duration::from_millis(60));
}

#[test]
fn mails_are_found_in_the_order_in_which_they_were_sent() {
    let desk = Desk::new();
    let mut ledger = desk.open();
    let run = live_run(&mut *ledger);
    for (name, at) in [("ann", 30), ("bob", 10), ("cyd", 20)] {
        let claim = claims(&mut *ledger, run, &[name]).remove(0);
        let (outcome, reply) = (Outcome::Sent, Reply::default());
        ledger.record(vec![Record { claim, outcome, reply, at: NOW + at }]).unwrap();
    }
    let nth = |since, nth| ledger.nth_sent_since(NOW + since, nth).unwrap();
    assert_eq!([nth(0, 1), nth(0, 2), nth(0, 3)], [10, 20, 30].map(|at| Some(NOW + at)));
    assert_eq!((nth(0, 4), nth(11, 1)), (None, Some(NOW + 20)));
}

#[test]
fn a_ledger_of_the_version_before_is_read_as_it_is_and_brought_up_to_date_by_a_run() {
    let desk = Desk::in_a_file();
    let mut ledger = desk.open();
    let run = live_run(&mut *ledger);
    claims(&mut *ledger, run, &["ann"]);
    drop(ledger);
    as_of_version_1(&desk);
    let before = desk.files();
    let old = desk.read();
    let runs = old.runs("spring", NOW).unwrap();
    assert_eq!((runs.len(), runs[0].planned, runs[0].beyond), (1, None, None));
    assert!(old.stages("spring").unwrap().is_empty());
    assert_eq!(old.totals("spring", NOW).unwrap().remaining, 1);
    assert!(desk.files() == before, "a byte was changed");
    let mut ledger = desk.open();
    let run = live_run(&mut *ledger);
    ledger.keep_stages(run, &[stage("dot", 1, 1, 1)]).unwrap();
    assert_eq!(ledger.stages("spring").unwrap().len(), 1);
    assert_eq!(ledger.runs("spring", NOW).unwrap()[1].planned, None);
}

#[test]
fn a_program_one_version_older_goes_on_with_a_newer_ledger() {
    let desk = Desk::in_a_file();
    drop(desk.open());
    // What the program of version 1 says when it opens a run.
    desk.database()
        .execute_batch(
            "INSERT INTO campaigns (name, subject, content_hash, since) VALUES ('spring', 'x', 'y', 1);
             INSERT INTO runs (campaign, machine, pid, process_start, started_at, heartbeat_at)
             VALUES (1, NULL, 7, NULL, 1, 1)",
        )
        .unwrap();
    assert_eq!(desk.read().runs("spring", NOW).unwrap()[0].planned, None);
}
