//! The ledger lies on media that cannot be written to.

use crate::mailing::{Mailing, recipients};
use crate::small_disk::{Disk, with_own_mounts};
use crate::smtp_server::Script;

#[test]
#[ignore = "needs a mount namespace: see main.rs"]
fn a_ledger_on_read_only_media_is_refused_and_can_still_be_asked() {
    with_own_mounts(
        "read_only::a_ledger_on_read_only_media_is_refused_and_can_still_be_asked",
        || {
            let disk = Disk::new(16);
            let server = Script::new().start();
            let mailing = Mailing::new(500, &server.url(), Some(&disk.ledger()));
            disk.read_only();
            assert_is_refused(&mailing, "");
            assert_eq!(server.connections(), 0, "the server heard nothing");
            mailing.desk.run("status").ends(0).says("nothing was sent yet");

            disk.writable();
            mailing.send("--limit 5").ends(0);
            disk.read_only();
            assert_is_refused(&mailing, "");
            assert_eq!((server.accepted_count(), mailing.count("sent")), (5, 5));

            // The same beside what a killed run left.
            disk.writable();
            let running = mailing.start();
            while server.accepted_count() < 50 {
                std::thread::yield_now();
            }
            running.kill();
            let known = mailing.known(None);
            disk.read_only();
            assert_is_refused(&mailing, "");
            assert_is_refused(&mailing, "--in-doubt resend");
            assert_eq!(mailing.known(None), known);
            // What the killed run had sent may still be coming in.
            let nobody_else = recipients(&server).iter().all(|who| known.contains(who));
            assert!(nobody_else, "somebody was mailed without a claim");

            disk.writable();
            mailing.send("");
            mailing.assert_nobody_twice_and_nobody_missing(&recipients(&server));
        },
    );
}

fn assert_is_refused(mailing: &Mailing, more: &str) {
    mailing.send(more).ends(1).says("error[ledger-read-only]").says("help: make the file");
}
