//! A server that refuses a reader while it is sent to says the same as a
//! bounce, and does the same: to a reader who is gone, and to nobody else.

use crate::desk::{Desk, SETTINGS};
use crate::smtp_server::{Rule, Script, Step, at};
use crate::{counts, got, send};

fn rcpt(who: &str) -> Rule {
    at(Step::Rcpt).about(who)
}

/// A desk with another letter than the last one, for the same list.
fn another(desk: Desk, id: &str) -> Desk {
    desk.campaign(&format!("---\nsubject: x\nid: {id}\n---\nHi\n"))
}

#[test]
fn whom_the_server_does_not_know_is_suppressed_and_never_tried_again() {
    let desk = Desk::new();
    let server = Script::new().rule(rcpt("bob@").says("550 5.1.1 no such user")).start();
    let ran = send(&desk, &server, "").ends(3);
    ran.says("1 failed\n").says("1 suppressed: no mail reaches them any more\n");
    desk.run("suppress export").prints("bob@example.org,refused 5.1.1,");
    desk.run("status spring").ends(0).prints("1 failed; suppressed of them: 1\n");
    // Not by a wish about those who failed, nor by the next campaign.
    let ran = send(&desk, &server, "--retry-failed").ends(3);
    assert_eq!(counts(&ran), [0, 1, 0, 0, 0, 2, 0, 0]);
    let desk = another(desk, "summer");
    let ran = send(&desk, &server, "").ends(0);
    assert_eq!(counts(&ran), [2, 0, 0, 0, 0, 0, 1, 0]);
    let asked = server.transcript().iter().filter(|line| line.contains("RCPT TO:<bob@")).count();
    assert_eq!(asked, 1, "{:?}", server.transcript());
    // Who takes somebody off means it.
    desk.run("suppress remove bob@example.org").ends(0);
    let good = Script::new().start();
    send(&desk, &good, "").ends(0);
    assert_eq!(got(&good), ["bob"]);
}

#[test]
fn who_is_refused_for_what_is_no_fault_of_theirs_is_not_suppressed() {
    for reply in [
        "550 5.7.1 blocked by policy",
        "554 5.7.1 <bob@example.org>: Relay access denied",
        "550 5.6.0 the content is not welcome",
        "550 no",
        "550 5.1.0 <news@example.org>: Sender address rejected: User unknown",
        "451 4.1.1 user unknown, for now",
    ] {
        let desk = Desk::new();
        let server = Script::new().rule(rcpt("bob@").says(reply)).start();
        send(&desk, &server, "").ends(3).never_says("suppressed");
        desk.run("suppress list").prints_only("");
    }
    // What is said of the message is not about the reader.
    let desk = Desk::new();
    let rule = at(Step::Dot).after(1).times(1).says("550 5.1.1 user unknown");
    send(&desk, &Script::new().rule(rule).start(), "").ends(3);
    desk.run("suppress list").prints_only("");
}

#[test]
fn a_mailbox_that_is_full_for_good_is_counted_as_a_soft_bounce() {
    let desk = Desk::new().settings(&format!("{SETTINGS}\n[bounces]\nsoft = 1\ndays = 1\n"));
    let server = Script::new().rule(rcpt("bob@").says("552 5.2.2 over quota")).start();
    send(&desk, &server, "").ends(3).says("1 suppressed");
    desk.run("suppress export")
        .prints("bob@example.org,\"1 soft bounce within 1 day, at last refused 5.2.2\",");
    let desk = Desk::new();
    send(&desk, &server, "").ends(3).never_says("suppressed");
    desk.run("suppress list").prints_only("");
}

#[test]
fn a_server_that_knows_nobody_suppresses_nobody() {
    let unknown = "550 5.1.1 user unknown";
    for (script, flags, told) in [
        // From the first on: the run ends.
        (Script::new().rule(at(Step::Rcpt).says(unknown)), "", 1),
        // After it took some: it goes on, and they are failed.
        (Script::new().rule(at(Step::Rcpt).after(5).says(unknown)), "", 3),
        // Of one domain: the others are taken.
        (Script::new().rule(rcpt("@example.org").says(unknown)), "", 3),
        // Nobody was taken yet when it was stopped by its limit.
        (Script::new().rule(at(Step::Rcpt).says(unknown)), "--limit 3", 3),
    ] {
        let both = |number| format!("m{number}@example.net\nn{number}@example.org\n");
        let list: String = (0..30).map(both).collect();
        let desk =
            Desk::new().campaign("---\nsubject: x\n---\nHi\n").list(&format!("email\n{list}"));
        let server = script.start();
        send(&desk, &server, flags).ends(told).never_says("suppressed");
        desk.run("suppress list").prints_only("");
    }
}

#[test]
fn who_was_refused_before_anybody_was_taken_is_suppressed_once_the_server_has_taken_somebody() {
    let desk = Desk::new();
    let server = Script::new().rule(rcpt("ann@").says("550 5.1.1 no such user")).start();
    send(&desk, &server, "").ends(3).says("1 suppressed");
    desk.run("suppress list").prints_only("ann@example.org\n");
}

#[test]
fn a_run_that_is_stopped_keeps_what_it_learned() {
    let gate = crate::smtp_server::Gate::default();
    let desk = Desk::new();
    let server = Script::new()
        .rule(rcpt("bob@").says("550 5.1.1 no such user"))
        .rule(at(Step::Dot).after(1).waits_for(&gate))
        .start();
    let running = desk.start(&format!("send campaigns/spring.md --yes --via {}", server.url()));
    gate.until_reached();
    running.interrupt();
    gate.open();
    running.wait();
    desk.run("suppress list").prints_only("bob@example.org\n");
}
