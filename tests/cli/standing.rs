//! `status` for people: how a campaign stands, who waits until when, which run
//! is at work, and where the time goes.

use crate::desk::Desk;
use crate::smtp_server::{Gate, Script, Step, at};
use crate::{many, send, until_stands};

fn desk(list: &str) -> Desk {
    Desk::new().campaign("---\nsubject: x\n---\nHi\n").list(list)
}

#[test]
fn everybody_who_waits_is_shown_with_the_time_of_the_next_try() {
    let desk = desk(&many(3));
    let server = Script::new().rule(at(Step::Rcpt).about("n1@").says("451 4.2.0 later")).start();
    send(&desk, &server, "").ends(3);
    // Somebody looks before and after the time of the next try.
    let database = rusqlite::Connection::open(desk.path(".handbill/ledger.db")).expect("opens");
    let put_off = |until: i64| {
        let set = "UPDATE recipients SET retry_at = ?1 WHERE state = 'deferred'";
        database.execute(set, [until]).expect("written");
    };
    put_off(4_102_444_741);
    let status = desk.run("status spring").ends(0);
    let status = status.prints("         1 deferred: the next try at 2100-01-01 00:00 UTC\n");
    status.prints("deferred  n1@example.org  next try 2100-01-01 00:00 UTC  451 4.2.0 later\n");
    put_off(1);
    let status = desk.run("status spring --only deferred").ends(0);
    status.prints_only("deferred  n1@example.org  to be tried again now  451 4.2.0 later\n");
}

#[test]
fn domains_are_counted_with_all_that_became_of_their_readers() {
    let desk =
        desk("email\nann@big.test\nbob@big.test\ncyd@big.test\ndee@big.test\neve@small.test\n");
    let server = Script::new()
        .rule(at(Step::Rcpt).about("ann@").says("550 5.1.1 who"))
        .rule(at(Step::Rcpt).about("bob@").says("451 4.2.0 later"))
        .rule(at(Step::Dot).about("cyd@").hangs_up())
        .start();
    send(&desk, &server, "").ends(3);
    desk.run("status spring").ends(0).prints(
        "      sent    failed  deferred  in doubt  domain\n\
         \x20        1         1         1         1  big.test\n\
         \x20        1         -         -         -  small.test\n",
    );
}

#[test]
fn a_run_that_is_at_work_is_shown_with_how_far_it_is() {
    let gate = Gate::default();
    let desk = desk(&many(5));
    let server = Script::new().rule(at(Step::Dot).about("n2@").waits_for(&gate)).start();
    let running = desk.start(&format!("send campaigns/spring.md --yes --via {}", server.url()));
    gate.until_reached();
    // Two have theirs, the third is at the gate.
    until_stands(&desk, 2);
    let status = desk.run("status spring").ends(0).prints("a run is at work since 20");
    assert!(status.out.contains(" UTC: 2 of 5\n"), "{}", status.out);
    gate.open();
    running.wait().ends(0);
    let status = desk.run("status spring").ends(0);
    assert!(!status.out.contains("at work") && !status.out.contains("to go"), "{}", status.out);
}

#[test]
fn a_run_that_was_killed_leaves_the_rest_to_go() {
    let gate = Gate::default();
    let desk = desk(&many(5));
    let server = Script::new().rule(at(Step::Dot).about("n1@").waits_for(&gate)).start();
    let running = desk.start(&format!("send campaigns/spring.md --yes --via {}", server.url()));
    gate.until_reached();
    // One is under way, and one may be claimed ahead of it.
    until_stands(&desk, 1);
    running.kill();
    gate.open();
    let status = desk.run("status spring").ends(0).prints("         4 to go: send again\n");
    let doubts = [1, 2].map(|number| format!("         1 sent\n         {number} in doubt: "));
    assert!(doubts.iter().any(|lines| status.out.contains(lines)), "{}", status.out);
}

#[test]
fn the_slowest_stages_are_those_that_were_waited_for_longest() {
    let desk = desk(&many(3));
    let server = Script::new().start();
    send(&desk, &server, "").ends(0);
    let database = rusqlite::Connection::open(desk.path(".handbill/ledger.db")).expect("opens");
    let kept: i64 = database
        .query_row("SELECT count FROM stages WHERE stage = 'dot'", [], |row| row.get(0))
        .expect("the run kept its stages");
    assert_eq!(kept, 3);
    // Any other times would do: a test cannot know how fast the machine is.
    database
        .execute_batch(
            "UPDATE stages SET total_us = 1000;
             UPDATE stages SET total_us = 360000, longest_us = 3100000 WHERE stage = 'dot';
             UPDATE stages SET total_us = 24400, longest_us = 9940 WHERE stage = 'rcpt'",
        )
        .expect("written");
    desk.run("status spring").ends(0).prints(
        "   average   longest  slowest stages\n\
         \x20   120 ms     3.1 s  message and final dot\n\
         \x20   8.1 ms    9.9 ms  RCPT\n",
    );
    let json = desk.run("status spring --format json").ends(0).json();
    assert_eq!(json.as_object().expect("a table").len(), 9, "programs see no new keys");
}

#[test]
fn of_many_campaigns_only_the_counts_are_shown() {
    let desk = desk(&many(2)).file("campaigns/autumn.md", "---\nsubject: y\n---\nHi\n");
    let server = Script::new().rule(at(Step::Rcpt).about("n1@").says("550 5.7.1 no")).start();
    send(&desk, &server, "").ends(3);
    desk.run(&format!("send campaigns/autumn.md --yes --via {}", server.url())).ends(3);
    let ran = desk.run("status").ends(0);
    let told = ran.out.replace(|c: char| c.is_ascii_digit(), "0");
    let when = "since 0000-00-00 00:00 UTC";
    assert_eq!(
        told,
        format!(
            "autumn  “y”, {when}\n         0 sent\n         0 failed\n\n\
             spring  “x”, {when}\n         0 sent\n         0 failed\n"
        )
    );
}
