//! A run falls asleep in mid-run (Ctrl-Z, a closed lid), longer than its
//! heartbeat allows; others go on; then it wakes up.

use std::collections::BTreeSet;

use rusqlite::Connection;

use crate::desk::Running;
use crate::mailing::{CONNECTIONS, DOUBTS, Mailing, doubled, recipients};
use crate::smtp_server::{Gate, Script, SmtpServer, Step, at};

const PEOPLE: usize = 400;
/// So many are through before it falls asleep.
const BEFORE: usize = 100;

/// A mailing whose first run will meet a gate on each of its connections: the
/// server has the mail, and its reply does not come.
fn mailing() -> (Gate, SmtpServer, Mailing) {
    let gate = Gate::default();
    let connections = usize::try_from(CONNECTIONS).expect("it is small");
    let wait = at(Step::Dot).after(BEFORE).times(connections).waits_for(&gate);
    let server = Script::new().rule(wait).start();
    let mailing = Mailing::new(PEOPLE, &server.url(), None);
    (gate, server, mailing)
}

/// A run that fell asleep, and how many it holds: on each connection a mail is
/// under way, and the next one is claimed if there was one at once.
fn fallen_asleep<'a>(mailing: &'a Mailing, server: &SmtpServer) -> (Running<'a>, u64) {
    let running = mailing.start();
    while (server.accepted_count() as u64) < BEFORE as u64 + CONNECTIONS {
        std::thread::yield_now();
    }
    let ledger = database(mailing);
    running.pause();
    // Not while it has the ledger locked: then nobody else could do anything.
    while ledger.execute_batch("BEGIN IMMEDIATE; ROLLBACK").is_err() {
        running.resume();
        running.pause();
    }
    let held = mailing.count("remaining");
    assert!((CONNECTIONS..=DOUBTS).contains(&held), "it holds {held}");
    (running, held)
}

/// The hour that it slept, as the ledger tells it.
fn an_hour_passes(mailing: &Mailing) {
    let aged = database(mailing).execute("UPDATE runs SET heartbeat_at = heartbeat_at - 3600", []);
    assert_eq!(aged.expect("writable"), 1);
}

/// For whoever looks, it was another machine where it ran.
fn it_ran_elsewhere(mailing: &Mailing) {
    let moved = database(mailing).execute("UPDATE runs SET machine = 'another'", []);
    assert_eq!(moved.expect("writable"), 1);
}

fn database(mailing: &Mailing) -> Connection {
    Connection::open(mailing.desk.path(".handbill/ledger.db")).expect("it opens")
}

#[test]
fn a_run_asleep_on_this_machine_keeps_its_claims_and_goes_on_when_it_wakes() {
    let (gate, server, mailing) = mailing();
    let (asleep, held) = fallen_asleep(&mailing, &server);
    an_hour_passes(&mailing);
    // What it holds is not in doubt, and so not settled.
    let ran = mailing.send("--in-doubt resend").ends(0);
    assert_eq!(ran.json()["remaining"], held);
    assert_eq!((mailing.count("remaining"), mailing.count("in_doubt")), (held, 0));
    gate.open();
    asleep.resume();
    asleep.wait().ends(0);
    assert_eq!(mailing.count("sent"), PEOPLE as u64);
    mailing.assert_nobody_twice_and_nobody_missing(&recipients(&server));
}

#[test]
fn a_run_asleep_elsewhere_wakes_to_find_its_doubts_left_as_they_were() {
    let (gate, server, mailing) = mailing();
    let (asleep, held) = fallen_asleep(&mailing, &server);
    an_hour_passes(&mailing);
    it_ran_elsewhere(&mailing);
    let in_doubt = mailing.known(Some("in-doubt"));
    let ran = mailing.send("--in-doubt skip").ends(3);
    assert_eq!(ran.json()["skipped"], held);
    let before = server.accepted_count();
    gate.open();
    asleep.resume();
    asleep.wait().ends(1).says("error[ledger-run-over]");
    let accepted = recipients(&server);
    assert_only_these(&accepted[before..], &in_doubt);
    assert!(doubled(&accepted).is_empty());
    // What it hears from the server, however late, is the truth.
    assert_eq!(mailing.count("sent"), accepted.len() as u64);
    assert_eq!(mailing.count("skipped"), PEOPLE as u64 - accepted.len() as u64);
}

/// `resend` warns that some may get it twice: here those whom the sleeper had
/// claimed, two a connection at most, and nobody else.
#[test]
fn a_run_asleep_elsewhere_wakes_to_find_its_doubts_sent_again() {
    let (gate, server, mailing) = mailing();
    let (asleep, held) = fallen_asleep(&mailing, &server);
    an_hour_passes(&mailing);
    it_ran_elsewhere(&mailing);
    let in_doubt = mailing.known(Some("in-doubt"));
    assert_eq!(in_doubt.len() as u64, held);
    mailing.send("--in-doubt resend").ends(0);
    let before = server.accepted_count();
    gate.open();
    asleep.resume();
    asleep.wait().ends(1).says("error[ledger-run-over]");
    let accepted = recipients(&server);
    assert_only_these(&accepted[before..], &in_doubt);
    assert_only_these(&doubled(&accepted), &in_doubt);
    let everybody: BTreeSet<&String> = accepted.iter().collect();
    assert_eq!(everybody.len(), PEOPLE, "nobody is missing");
    assert_eq!(mailing.count("sent"), PEOPLE as u64);
}

#[track_caller]
fn assert_only_these<'a>(some: impl IntoIterator<Item = &'a String>, these: &BTreeSet<String>) {
    let others: Vec<&String> = some.into_iter().filter(|one| !these.contains(*one)).collect();
    assert!(others.is_empty(), "{others:?} were not in doubt");
}
