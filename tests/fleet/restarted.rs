//! A database that goes away in the middle of commits, and comes back.

use crate::database::Database;
use crate::desk::Running;
use crate::mailing::{DOUBTS, Mailing, recipients};
use crate::smtp_server::Script;

/// How often it is restarted.
const RESTARTS: u64 = 12;

#[test]
#[ignore = "needs PostgreSQL"]
fn a_database_that_is_restarted_again_and_again_leads_to_no_mail_twice() {
    let database = Database::start();
    let server = Script::new().start();
    let mailing = Mailing::new(9000, &server.url(), Some(&database.url));
    let mut both = vec![mailing.start(), mailing.start()];
    let mut restarts = 0;
    while restarts < RESTARTS {
        let wanted = server.accepted_count() + 200;
        while server.accepted_count() < wanted && !both.iter_mut().all(Running::is_over) {
            std::thread::yield_now();
        }
        assert!(!both.iter_mut().all(Running::is_over), "restart {restarts}: it was waited for");
        database.restart();
        restarts += 1;
    }
    for running in both {
        running.wait().ends(0);
    }
    let doubts = mailing.count("in_doubt");
    assert!(doubts <= DOUBTS * RESTARTS, "{doubts} in doubt");
    mailing.assert_nobody_twice_and_nobody_missing(&recipients(&server));
    assert_eq!(doubts, 0, "nobody was killed, and what was said twice was understood once");
    assert_eq!(mailing.send("").json()["sent"], 0, "they left nobody out");
}
