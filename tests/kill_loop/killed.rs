//! `kill -9`, again and again, at full speed and at moments that nobody chose.

use std::fs;

use crate::desk::Running;
use crate::mailing::{Chance, DOUBTS, Mailing, recipients};
use crate::smtp_server::{Script, SmtpServer};

#[test]
fn nobody_gets_it_twice_and_nobody_is_missing_after_fifty_kills() {
    let server = Script::new().start();
    let mailing = Mailing::new(5000, &server.url(), None);
    let mut chance = Chance::new();
    let mut doubts = 0;
    let mut largest_wal = 0;
    for kill in 1..=50 {
        let mut running = mailing.start();
        // Never before the run has begun.
        await_more(&server, 10 + chance.below(60), || running.is_over());
        running.kill_unless_over();
        let wal = fs::metadata(mailing.desk.path(".handbill/ledger.db-wal"));
        largest_wal = wal.map_or(0, |wal| wal.len()).max(largest_wal);
        doubts = assert_doubts_are_bounded(&mailing, doubts, kill);
    }
    assert!(largest_wal > 1 << 20, "a long -wal was recovered: {largest_wal} bytes");
    mailing.send("").ends(if doubts > 0 { 3 } else { 0 });
    mailing.assert_nobody_twice_and_nobody_missing(&recipients(&server));
    assert_eq!(mailing.send("").json()["sent"], 0);
}

#[test]
fn two_sends_of_which_one_is_killed_again_and_again_mail_everybody_once() {
    let server = Script::new().start();
    let mailing = Mailing::new(5000, &server.url(), None);
    let mut chance = Chance::new();
    let mut doubts = 0;
    let mut both = vec![mailing.start(), mailing.start()];
    for kill in 1..=50 {
        // Also while it starts, or comes to its end.
        await_more(&server, chance.below(120), || both.iter_mut().all(Running::is_over));
        both.swap_remove(chance.below(2)).kill_unless_over();
        doubts = assert_doubts_are_bounded(&mailing, doubts, kill);
        both.push(mailing.start());
    }
    for running in both {
        running.wait().ends(if doubts > 0 { 3 } else { 0 });
    }
    mailing.assert_nobody_twice_and_nobody_missing(&recipients(&server));
    assert_eq!(mailing.send("").json()["sent"], 0, "the two left nobody out");
}

/// Waits until the server has taken so many more, or nothing more can come.
fn await_more(server: &SmtpServer, more: usize, mut is_over: impl FnMut() -> bool) {
    let wanted = server.accepted_count() + more;
    while server.accepted_count() < wanted && !is_over() {
        std::thread::yield_now();
    }
}

/// A kill adds two a connection at most; says how many there are by now.
fn assert_doubts_are_bounded(mailing: &Mailing, before: u64, kill: usize) -> u64 {
    // Before its first claim there is nothing to ask about.
    if !mailing.desk.path(".handbill/ledger.db").exists() {
        return 0;
    }
    let doubts = mailing.count("in_doubt");
    assert!(doubts <= before + DOUBTS, "{doubts} in doubt after kill {kill}, {before} before");
    doubts
}
