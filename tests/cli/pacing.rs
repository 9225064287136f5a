//! How fast and how much: connections, daily limits, domains, second tries.

use crate::desk::{Desk, SETTINGS};
use crate::smtp_server::{Gate, Script, Step, at};
use crate::{counts, many, send};

fn desk(delivery: &str, people: usize) -> Desk {
    let settings = SETTINGS.replace("connections = 1\nretry_wait = 0\n", delivery);
    Desk::new().settings(&settings).campaign("---\nsubject: x\n---\nHi\n").list(&many(people))
}

#[test]
fn as_many_connections_work_at_the_same_time_as_were_asked_for() {
    let gate = Gate::default();
    let desk = desk("connections = 3\nretry_wait = 0\n", 30);
    // While the first mail waits for its answer, the others go on.
    let server = Script::new().rule(at(Step::Dot).times(1).waits_for(&gate)).start();
    let running =
        desk.start(&format!("send campaigns/spring.md --yes --format json --via {}", server.url()));
    gate.until_reached();
    while server.accepted_count() < 28 {
        std::thread::yield_now();
    }
    gate.open();
    assert_eq!(counts(&running.wait().ends(0))[0], 30);
    assert_eq!(server.connections(), 3);
}

#[test]
fn a_connection_is_renewed_after_its_share_of_mails() {
    let desk = desk("connections = 1\nretry_wait = 0\nmessages_per_connection = 4\n", 10);
    let server = Script::new().start();
    assert_eq!(counts(&send(&desk, &server, "").ends(0))[0], 10);
    assert_eq!(server.connections(), 3);
}

#[test]
fn a_day_has_its_limit_and_the_rest_is_for_another_day() {
    let desk = desk("connections = 2\nretry_wait = 0\nper_day = 4\n", 10);
    let server = Script::new().start();
    let ran = send(&desk, &server, "").ends(0).says("to send     4 today by the daily limit;");
    assert_eq!(counts(&ran), [4, 0, 0, 0, 0, 0, 0, 6]);
    let ran = ran.says("the other 6 from 20").says("         6 to go: send again after 20");
    ran.never_says("beyond the limit");
    let status = desk.run("status spring").ends(0);
    status.prints("         4 sent\n         6 to go: send again after 20");
    let ran = send(&desk, &server, "").ends(0).says("to send     0 today by the daily limit;");
    assert_eq!(counts(&ran), [0, 0, 0, 0, 0, 4, 0, 6]);
    ran.says("nothing was sent: the daily limit is used up\n         6 to go: send again after 20");
    assert_eq!(server.accepted_count(), 4);
}

#[test]
fn two_that_send_at_the_same_time_share_what_a_day_leaves() {
    let gate = Gate::default();
    let desk = desk("connections = 2\nretry_wait = 0\nper_day = 30\n", 100);
    let server = Script::new().rule(at(Step::Dot).times(1).waits_for(&gate)).start();
    let command = format!("send campaigns/spring.md --yes --format json --via {}", server.url());
    let first = desk.start(&command);
    // It has begun, and has all of the day.
    gate.until_reached();
    desk.run(&command).ends(0).says("nothing was sent: the daily limit is used up");
    gate.open();
    assert_eq!(counts(&first.wait().ends(0))[0], 30);
    assert_eq!(server.accepted_count(), 30);
    // Those who begin together may each think that the day is theirs.
    let desk = self::desk("connections = 2\nretry_wait = 0\nper_day = 30\n", 100);
    let server = Script::new().start();
    let command = format!("send campaigns/spring.md --yes --format json --via {}", server.url());
    let all: Vec<_> = (0..4).map(|_| desk.start(&command)).collect();
    let sent: u64 = all.into_iter().map(|running| counts(&running.wait())[0]).sum();
    assert_eq!((sent, server.accepted_count()), (30, 30));
}

#[test]
fn what_a_day_leaves_after_refusals_may_leave_at_once() {
    let desk = desk("connections = 1\nretry_wait = 0\nper_day = 4\n", 10);
    let server = Script::new().rule(at(Step::Rcpt).about("n1@").says("550 5.1.1 who")).start();
    let ran = send(&desk, &server, "").ends(3);
    assert_eq!(counts(&ran), [3, 1, 0, 0, 0, 0, 0, 6]);
    ran.says("         6 to go: send again after 20").says(" UTC, or now for 1\n");
    let ran = send(&desk, &server, "").ends(3);
    assert_eq!(counts(&ran), [1, 1, 0, 0, 0, 3, 0, 5]);
}

#[test]
fn a_limit_of_ones_own_is_said_as_such_and_how_to_go_on() {
    let desk = desk("connections = 1\nretry_wait = 0\nper_day = 400\n", 10);
    let server = Script::new().start();
    let ran = send(&desk, &server, "--limit 3").ends(0);
    ran.says("to send     3\n")
        .says("left out    7 are beyond the limit\n")
        .says("7 to go: send again\n");
    desk.run("status spring").ends(0).prints("         3 sent\n         7 to go: send again\n");
}

#[test]
fn a_rate_says_how_long_it_will_take() {
    let desk = desk("connections = 1\nretry_wait = 0\nrate = \"1000/s\"\n", 3);
    let server = Script::new().start();
    send(&desk, &server, "").ends(0).says("time        about 1 s at 1000/s\n");
}

#[test]
fn a_second_try_is_no_way_around_the_limit_of_a_day() {
    let desk = desk("connections = 1\nretry_wait = 30\nper_day = 4\n", 10);
    let greylisting = at(Step::Rcpt).about("n1@").times(1).says("451 4.7.1 come back later");
    let server = Script::new().rule(greylisting).start();
    let ran = send(&desk, &server, "").ends(0);
    assert_eq!(counts(&ran), [4, 0, 0, 0, 0, 0, 0, 6]);
    assert_eq!(server.accepted_count(), 4);
}

#[test]
fn a_new_sender_is_warmed_up() {
    let desk = desk("connections = 2\nretry_wait = 0\nramp = [3, 50]\n", 10);
    let server = Script::new().start();
    assert_eq!(counts(&send(&desk, &server, "").ends(0)), [3, 0, 0, 0, 0, 0, 0, 7]);
}

#[test]
fn a_domain_gets_no_more_connections_than_its_share_and_holds_up_nobody() {
    let gate = Gate::default();
    let quick: String = (0..6).map(|number| format!("q{number}@quick.test\n")).collect();
    let list = format!("email\na@slow.test\nb@slow.test\nc@slow.test\n{quick}");
    let desk = desk(
        "connections = 3\nretry_wait = 0\n[delivery.domains.\"slow.test\"]\nconnections = 1\n",
        1,
    )
    .list(&list);
    let server =
        Script::new().rule(at(Step::Dot).about("slow.test").times(1).waits_for(&gate)).start();
    let running =
        desk.start(&format!("send campaigns/spring.md --yes --format json --via {}", server.url()));
    gate.until_reached();
    // One of the quick ones is claimed ahead by the connection that waits.
    while server.accepted_count() < 6 {
        std::thread::yield_now();
    }
    let early: Vec<String> = server.accepted().into_iter().flat_map(|message| message.to).collect();
    let slow = early.iter().filter(|to| to.ends_with("slow.test")).count();
    assert_eq!(slow, 1, "{early:?}");
    gate.open();
    assert_eq!(counts(&running.wait().ends(0))[0], 9);
}

#[test]
fn who_is_put_off_is_tried_again_before_the_run_ends() {
    let desk = desk("connections = 2\nretry_wait = 30\n", 6);
    let greylisting = at(Step::Rcpt).about("n1@").times(1).says("451 4.7.1 come back later");
    let server = Script::new().rule(greylisting).start();
    let ran = send(&desk, &server, "").ends(0);
    assert_eq!(counts(&ran), [6, 0, 0, 0, 0, 0, 0, 0]);
}

#[test]
fn settings_that_make_no_sense_are_refused_at_their_place() {
    for (line, says) in [
        ("rate = \"fast\"\n", "`rate` must be a rate such as"),
        ("connections = 0\n", "`connections` must be a whole number from 1"),
        ("ramp = \"50\"\n", "`ramp` must be a list of numbers"),
        ("[delivery.domains.\"x.test\"]\nspeed = 1\n", "error[unknown-key]"),
    ] {
        desk(line, 1).run("check").ends(1).says("handbill.toml:1").says(says);
    }
}
