//! The ledger's disk is full, or fills up while mails are on their way.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::mailing::{DOUBTS, Mailing, recipients};
use crate::small_disk::{Disk, with_own_mounts};
use crate::smtp_server::{Script, SmtpServer};

#[test]
#[ignore = "needs a mount namespace: see main.rs"]
fn a_ledger_that_fills_its_disk_stops_the_run_and_nobody_is_in_doubt() {
    with_own_mounts(
        "disk_full::a_ledger_that_fills_its_disk_stops_the_run_and_nobody_is_in_doubt",
        || {
            let disk = Disk::new(3);
            let server = Script::new().start();
            let mailing = Mailing::new(3000, &server.url(), Some(&disk.ledger()));
            let ran = mailing.send("").ends(1);
            assert_eq!(ran.err.matches("error[ledger-full]").count(), 1, "{}", ran.err);
            let accepted = recipients(&server);
            assert!(!accepted.is_empty(), "it filled up in mid-run");
            assert_nobody_without_a_claim(&mailing, &accepted);
            // A run keeps room for the outcomes of what is under way.
            assert_eq!(mailing.count("in_doubt"), 0);
            assert_eq!(mailing.count("sent"), accepted.len() as u64);
            assert_eq!(ran.json()["sent"], accepted.len() as u64);

            disk.fill();
            mailing.send("").ends(1).says("error[ledger-full]");
            assert_eq!(recipients(&server), accepted, "nobody is mailed while it is full");

            disk.grow(64);
            mailing.send("").ends(0);
            mailing.assert_nobody_twice_and_nobody_missing(&recipients(&server));
        },
    );
}

/// Other programs may be faster at taking the room that a run had kept: then
/// the outcomes of what was under way cannot be written.
#[test]
#[ignore = "needs a mount namespace: see main.rs"]
fn a_disk_that_others_fill_in_mid_run_leaves_at_most_two_a_connection_in_doubt() {
    with_own_mounts(
        "disk_full::a_disk_that_others_fill_in_mid_run_leaves_at_most_two_a_connection_in_doubt",
        || {
            let disk = Disk::new(16);
            let server = Script::new().start();
            let mailing = Mailing::new(2000, &server.url(), Some(&disk.ledger()));
            let running = mailing.start();
            while server.accepted_count() < 200 {
                std::thread::yield_now();
            }
            let is_over = AtomicBool::new(false);
            std::thread::scope(|scope| {
                scope.spawn(|| {
                    while !is_over.load(Ordering::Relaxed) {
                        disk.fill();
                        std::thread::yield_now();
                    }
                });
                let ran = running.wait();
                is_over.store(true, Ordering::Relaxed);
                ran.ends(1).says("error[ledger-full]");
            });
            let accepted = recipients(&server);
            assert_nobody_without_a_claim(&mailing, &accepted);
            let in_doubt = mailing.count("in_doubt");
            assert!(in_doubt <= DOUBTS, "{in_doubt} are in doubt");

            disk.make_room();
            disk.grow(64);
            mailing.send("").ends(if in_doubt > 0 { 3 } else { 0 });
            mailing.assert_nobody_twice_and_nobody_missing(&recipients(&server));
        },
    );
}

#[test]
#[ignore = "needs a mount namespace: see main.rs"]
fn a_full_disk_is_told_before_anything_is_sent() {
    with_own_mounts("disk_full::a_full_disk_is_told_before_anything_is_sent", || {
        let disk = Disk::new(8);
        let server = Script::new().start();
        let mailing = Mailing::new(20, &server.url(), Some(&disk.ledger()));
        disk.fill();
        assert_is_refused(&mailing, &server);
        disk.make_room();
        mailing.send("--limit 5").ends(0);
        // Now there is a ledger, whole and closed.
        disk.fill();
        assert_is_refused(&mailing, &server);
        assert_eq!(mailing.count("sent"), 5);
        disk.make_room();
        mailing.send("").ends(0);
        mailing.assert_nobody_twice_and_nobody_missing(&recipients(&server));
    });
}

fn assert_is_refused(mailing: &Mailing, server: &SmtpServer) {
    let connections = server.connections();
    mailing.send("").ends(1).says("error[ledger-full]").says("help: make room on its disk");
    assert_eq!(server.connections(), connections, "the server heard nothing");
}

fn assert_nobody_without_a_claim(mailing: &Mailing, accepted: &[String]) {
    let known = mailing.known(None);
    let strangers: Vec<_> = accepted.iter().filter(|who| !known.contains(*who)).collect();
    assert!(strangers.is_empty(), "they were mailed without a claim: {strangers:?}");
}
