//! Processes that are killed at moments that nobody chose, while the others go on.

use crate::database::Database;
use crate::desk::Running;
use crate::mailing::{Chance, DOUBTS, Mailing, recipients};
use crate::smtp_server::Script;

/// How many processes send at the same time.
const PROCESSES: usize = 4;

#[test]
#[ignore = "needs PostgreSQL"]
fn four_processes_of_which_one_after_the_other_is_killed_mail_everybody_once() {
    let database = Database::start();
    let server = Script::new().start();
    let mailing = Mailing::new(8000, &server.url(), Some(&database.url));
    let mut chance = Chance::new();
    let mut fleet: Vec<Running<'_>> = (0..PROCESSES).map(|_| mailing.start()).collect();
    let mut doubts = 0;
    for kill in 1..=40 {
        let wanted = server.accepted_count() + chance.below(200);
        while server.accepted_count() < wanted && !fleet.iter_mut().all(Running::is_over) {
            std::thread::yield_now();
        }
        fleet.swap_remove(chance.below(PROCESSES)).kill_unless_over();
        // Before the first run there is nothing to ask about.
        if server.accepted_count() > 0 {
            let now = mailing.count("in_doubt");
            assert!(now <= doubts + DOUBTS, "{now} in doubt after kill {kill}, {doubts} before");
            doubts = now;
        }
        fleet.push(mailing.start());
    }
    for running in fleet {
        running.wait();
    }
    let last = mailing.send("");
    last.ends(if mailing.count("in_doubt") > 0 { 3 } else { 0 });
    mailing.assert_nobody_twice_and_nobody_missing(&recipients(&server));
    assert_eq!(mailing.send("").json()["sent"], 0, "they left nobody out");
}
