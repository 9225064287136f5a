//! What a server does wrong is told, and held against nobody it is not about.

use crate::desk::Desk;
use crate::smtp_server::{Rule, Script, Step, at};
use crate::{counts, got, many, send};

fn bob(step: Step) -> Rule {
    at(step).about("bob@")
}

#[test]
fn one_who_is_refused_does_not_hold_up_the_others() {
    let desk = Desk::new();
    let server = Script::new().rule(bob(Step::Rcpt).says("550 5.1.1 no such user")).start();
    let ran = send(&desk, &server, "").ends(3).says("1 failed\n");
    assert_eq!(counts(&ran), [2, 1, 0, 0, 0, 0, 0, 0]);
    ran.says("failed      bob@example.org: 550 5.1.1 no such user\n");
    let ran = send(&desk, &server, "").ends(3);
    assert_eq!(counts(&ran), [0, 1, 0, 0, 0, 2, 0, 0]);
    assert_eq!(got(&server), ["ann", "cyd"]);
}

#[test]
fn who_failed_is_tried_again_when_somebody_says_so() {
    let desk = Desk::new();
    let server = Script::new().rule(bob(Step::Rcpt).times(1).says("550 5.7.1 not you")).start();
    send(&desk, &server, "").ends(3);
    let ran = send(&desk, &server, "--retry-failed").ends(0);
    assert_eq!(counts(&ran), [1, 0, 0, 0, 0, 2, 0, 0]);
    assert_eq!(got(&server), ["ann", "cyd", "bob"]);
}

#[test]
fn one_who_is_put_off_is_deferred() {
    let desk = Desk::new();
    let server = Script::new().rule(bob(Step::Rcpt).says("451 4.2.0 greylisted")).start();
    let ran = send(&desk, &server, "").ends(3).says("1 deferred: send again after 20");
    assert_eq!(counts(&ran), [2, 0, 1, 0, 0, 0, 0, 0]);
    // Its time has not come.
    let ran = send(&desk, &server, "").ends(3).says("1 deferred: send again");
    assert_eq!(counts(&ran), [0, 0, 1, 0, 0, 2, 0, 0]);
}

#[test]
fn a_connection_lost_after_the_dot_is_a_doubt_and_not_sent_again() {
    let desk = Desk::new();
    let server = Script::new().rule(bob(Step::Dot).keeps().hangs_up()).start();
    let ran = send(&desk, &server, "").ends(3).says("1 in doubt");
    assert_eq!(counts(&ran), [2, 0, 0, 1, 0, 0, 0, 0]);
    let ran = send(&desk, &server, "").ends(3);
    assert_eq!(counts(&ran), [0, 0, 0, 1, 0, 2, 0, 0]);
    assert_eq!(got(&server), ["ann", "bob", "cyd"]);
}

#[test]
fn a_connection_lost_before_the_dot_is_made_anew() {
    let desk = Desk::new();
    let server = Script::new().rule(bob(Step::Rcpt).times(1).hangs_up()).start();
    let ran = send(&desk, &server, "").ends(0);
    assert_eq!(counts(&ran), [3, 0, 0, 0, 0, 0, 0, 0]);
    assert_eq!(got(&server), ["ann", "bob", "cyd"]);
}

#[test]
fn a_mail_that_a_server_chokes_on_does_not_hold_up_the_rest() {
    let desk = Desk::new();
    let server = Script::new().rule(bob(Step::Rcpt).hangs_up()).start();
    let ran = send(&desk, &server, "").ends(3).says("closed the connection after RCPT");
    assert_eq!(counts(&ran), [2, 0, 1, 0, 0, 0, 0, 0]);
    assert_eq!(got(&server), ["ann", "cyd"]);
}

#[test]
fn a_server_that_takes_nobody_stops_the_run_and_nobody_is_blamed() {
    let cases = [
        (Script::new().rule(at(Step::Connect).hangs_up()), "server-unreachable"),
        (Script::new().rule(at(Step::Connect).says("554 no service here")), "server-refuses"),
        (
            Script::new().rule(at(Step::Connect).says("HTTP/1.1 400 Bad Request").hangs_up()),
            "not-smtp",
        ),
        (
            Script::new()
                .rule(at(Step::Ehlo).says("550 who are you"))
                .rule(at(Step::Helo).says("550 who")),
            "hello-refused",
        ),
        (Script::new().rule(at(Step::Mail).says("550 5.7.1 not you")), "sender-refused"),
        (Script::new().rule(at(Step::Mail).says("530 5.7.0 log in")), "auth-required"),
    ];
    for (script, code) in cases {
        let desk = Desk::new();
        let server = script.start();
        let ran = send(&desk, &server, "").ends(1).says(&format!("error[{code}]")).says("help: ");
        assert_eq!(counts(&ran), [0, 0, 0, 0, 0, 0, 0, 3], "{code}");
        let good = Script::new().start();
        let ran = send(&desk, &good, "").ends(0);
        assert_eq!(counts(&ran), [3, 0, 0, 0, 0, 0, 0, 0], "{code}");
    }
}

#[test]
fn a_server_that_is_not_there_is_named() {
    let desk = Desk::new();
    // A port that was just free.
    let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|bound| bound.local_addr());
    let port = port.expect("a free port").port();
    desk.run(&format!("send campaigns/spring.md --yes --via smtp://127.0.0.1:{port}"))
        .ends(1)
        .says("error[server-unreachable]")
        .says(&format!("`127.0.0.1:{port}`"))
        .says("help: look at the host and port");
}

#[test]
fn a_login_is_made_with_the_password_from_outside() {
    let server = Script::new().login("PLAIN", "ann", "open sesame").start();
    let line = format!("send campaigns/spring.md --yes --via smtp://ann@127.0.0.1:{}", server.port);
    let desk = Desk::new();
    desk.run(&line).ends(1).says("error[password-missing]").says("HANDBILL_SMTP_PASSWORD");
    assert_eq!(server.connections(), 0);
    desk.run_with(&[("HANDBILL_SMTP_PASSWORD", "wrong")], &line)
        .ends(1)
        .says("error[auth-refused]")
        .says("535 5.7.8")
        .never_says("wrong\n");
    assert!(got(&server).is_empty());
    desk.run_with(&[("HANDBILL_SMTP_PASSWORD", "open sesame")], &line).ends(0);
    assert_eq!(got(&server).len(), 3);
    assert_eq!(server.accepted()[0].user.as_deref(), Some("ann"));
}

#[test]
fn a_forgotten_login_does_not_mark_a_whole_list_as_failed() {
    let desk = Desk::new().campaign("---\nsubject: x\n---\nHi\n").list(&many(40));
    let server = Script::new().rule(at(Step::Rcpt).says("554 5.7.1 Relay access denied")).start();
    let ran = send(&desk, &server, "").ends(1);
    assert_eq!(counts(&ran), [0, 10, 0, 0, 0, 0, 0, 30]);
    ran.says("error[all-refused]").says("554 5.7.1 Relay access denied").says("--retry-failed");
    let good = Script::new().start();
    let ran = send(&desk, &good, "--retry-failed").ends(0);
    assert_eq!(counts(&ran), [40, 0, 0, 0, 0, 0, 0, 0]);
}

#[test]
fn a_server_that_wants_a_rest_gets_it() {
    let desk = Desk::new().campaign("---\nsubject: x\n---\nHi\n").list(&many(40));
    let busy = at(Step::Mail).after(3).says("421 4.3.2 too much").hangs_up();
    let server = Script::new().rule(busy).start();
    let ran = send(&desk, &server, "").ends(1).says("error[server-busy]");
    assert_eq!(counts(&ran), [3, 0, 5, 0, 0, 0, 0, 32]);
}

#[test]
fn a_list_that_breaks_off_under_way_does_not_take_back_what_was_sent() {
    let gate = crate::smtp_server::Gate::default();
    let desk = Desk::new().list(&many(600)).campaign("---\nsubject: x\n---\nHi\n");
    let server = Script::new().rule(at(Step::Dot).times(1).waits_for(&gate)).start();
    let line = format!("send campaigns/spring.md --yes --format json --via {}", server.url());
    let running = desk.start(&line);
    gate.until_reached();
    std::fs::write(desk.path("subscribers.csv"), "email\n").expect("writable");
    gate.open();
    let ran = running.wait();
    let [sent, _, _, in_doubt, ..] = counts(&ran);
    assert_eq!(in_doubt, 0);
    assert_eq!(sent, server.accepted().len() as u64);
    // Everybody who got it is known to have it.
    std::fs::write(desk.path("subscribers.csv"), many(600)).expect("writable");
    let ran = send(&desk, &server, "").ends(0);
    assert_eq!(counts(&ran)[5], sent);
    assert_eq!(server.accepted().len(), 600);
}

#[test]
fn a_list_that_cannot_be_read_on_leaves_nobody_in_doubt() {
    // Long rows: the list is not read whole before the first mail is through.
    let rows = |count: usize| {
        let rows = (0..count).map(|number| format!("n{number}@example.org,{:500}.\n", ""));
        format!("email,note\n{}", rows.collect::<String>())
    };
    let gate = crate::smtp_server::Gate::default();
    let desk = Desk::new().list(&rows(1000)).campaign("---\nsubject: x\n---\nHi\n");
    let server = Script::new().rule(at(Step::Dot).times(1).waits_for(&gate)).start();
    let line = format!("send campaigns/spring.md --yes --format json --via {}", server.url());
    let running = desk.start(&line);
    gate.until_reached();
    let open_quote = format!("{}\"n900@example.org\n", rows(900));
    std::fs::write(desk.path("subscribers.csv"), open_quote).expect("writable");
    gate.open();
    running.wait().ends(0).says("warning[list-changed]");
    assert_eq!(server.accepted().len(), 1000, "everybody of the list as it was");
}

#[test]
fn one_who_is_put_off_comes_back_while_others_are_still_under_way() {
    let gate = crate::smtp_server::Gate::default();
    let settings = crate::desk::SETTINGS
        .replace("connections = 1", "connections = 2")
        .replace("retry_wait = 0", "retry_wait = 60");
    let desk = Desk::new().settings(&settings);
    let server = Script::new()
        .rule(bob(Step::Rcpt).times(1).says("451 4.2.0 greylisted"))
        .rule(at(Step::Rcpt).about("cyd@").waits_for(&gate))
        .start();
    let line = format!("send campaigns/spring.md --yes --format json --via {}", server.url());
    let running = desk.start(&line);
    while !got(&server).contains(&"bob".to_owned()) {
        std::thread::yield_now();
    }
    gate.open();
    let ran = running.wait().ends(0);
    assert_eq!(counts(&ran), [3, 0, 0, 0, 0, 0, 0, 0]);
    assert_eq!(got(&server), ["ann", "bob", "cyd"]);
}

#[test]
fn one_who_was_put_off_by_an_earlier_send_is_waited_for() {
    let desk = Desk::new();
    let server = Script::new().rule(bob(Step::Rcpt).times(1).says("451 4.2.0 greylisted")).start();
    send(&desk, &server, "").ends(3);
    let patient = crate::desk::SETTINGS.replace("retry_wait = 0", "retry_wait = 60");
    let ran = send(&desk.settings(&patient), &server, "").ends(0);
    assert_eq!(counts(&ran), [1, 0, 0, 0, 0, 2, 0, 0]);
    assert_eq!(got(&server), ["ann", "cyd", "bob"]);
}

#[test]
fn no_more_mails_leave_than_were_confirmed_however_many_connections_ask() {
    let settings = crate::desk::SETTINGS.replace("connections = 1", "connections = 8");
    let desk =
        Desk::new().settings(&settings).campaign("---\nsubject: x\n---\nHi\n").list(&many(100));
    let server = Script::new().rule(at(Step::Rcpt).about("n1").says("451 4.2.0 later")).start();
    let ran = send(&desk, &server, "--limit 30");
    let [sent, _, deferred, ..] = counts(&ran);
    assert_eq!(sent + deferred, 30);
    assert_eq!(server.accepted().len() as u64, sent);
}

#[test]
fn a_server_that_takes_few_connections_gets_everything_over_those() {
    for refusal in [
        at(Step::Connect).after(2).says("421 4.7.0 too many connections").hangs_up(),
        at(Step::Connect).after(2).hangs_up(),
    ] {
        let settings = crate::desk::SETTINGS.replace("connections = 1", "connections = 4");
        let desk =
            Desk::new().settings(&settings).campaign("---\nsubject: x\n---\nHi\n").list(&many(90));
        let server = Script::new().rule(refusal).start();
        let ran = send(&desk, &server, "").ends(0);
        assert_eq!(counts(&ran), [90, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(server.accepted_count(), 90);
    }
}

#[test]
fn a_run_that_was_told_to_slow_down_comes_to_its_end_with_fewer_connections() {
    let settings = crate::desk::SETTINGS
        .replace("connections = 1", "connections = 4")
        .replace("retry_wait = 0", "retry_wait = 60");
    let desk =
        Desk::new().settings(&settings).campaign("---\nsubject: x\n---\nHi\n").list(&many(20));
    let busy = at(Step::Mail).after(5).times(1).says("450 4.7.1 too much mail from you");
    let server = Script::new().rule(busy).start();
    let ran = send(&desk, &server, "").ends(0);
    assert_eq!(counts(&ran), [20, 0, 0, 0, 0, 0, 0, 0]);
    assert_eq!(server.accepted_count(), 20);
}

#[test]
fn a_sender_that_is_refused_only_after_rcpt_is_held_against_nobody() {
    let desk = Desk::new();
    let kept_back = "553 5.7.1 <news@example.org>: Sender address rejected: not yours";
    let server = Script::new().rule(at(Step::Rcpt).says(kept_back)).start();
    let ran = send(&desk, &server, "").ends(1).says("error[sender-refused]");
    assert_eq!(counts(&ran), [0, 0, 0, 0, 0, 0, 0, 3]);
    // Where others were accepted, it is about those who were not.
    let server = Script::new().rule(bob(Step::Rcpt).says(kept_back)).start();
    let ran = send(&desk, &server, "").ends(3);
    assert_eq!(counts(&ran), [2, 1, 0, 0, 0, 0, 0, 0]);
    assert_eq!(got(&server), ["ann", "cyd"]);
}
