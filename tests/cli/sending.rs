//! `send` to a server: everyone once, whatever happens in between (P3, P4, P7).

use handbill::ledger::{self, Fingerprint, Location, NewRun, Process};

use crate::desk::{CAMPAIGN, Desk, LIST, SETTINGS};
use crate::smtp_server::{Gate, Script, Step, at};
use crate::{counts, got, send, suppress, until_stands};

#[test]
fn everyone_gets_it_once_and_a_second_send_sends_nobody() {
    let desk = Desk::new();
    let server = Script::new().start();
    let ran = send(&desk, &server, "").ends(0).says("3 mails sent");
    assert_eq!(counts(&ran), [3, 0, 0, 0, 0, 0, 0, 0]);
    let ran = send(&desk, &server, "").ends(0).says("there is nothing to send");
    assert_eq!(counts(&ran), [0, 0, 0, 0, 0, 3, 0, 0]);
    assert_eq!(got(&server), ["ann", "bob", "cyd"]);
    assert_eq!(server.connections(), 1, "who has nothing to send does not connect");
}

#[test]
fn new_rows_of_the_list_are_simply_mailed() {
    let desk = Desk::new();
    let server = Script::new().start();
    send(&desk, &server, "").ends(0);
    let desk = desk.list(&format!("{LIST}dee@example.org,Dee,Hull\n"));
    let ran = send(&desk, &server, "").ends(0).says("1 mail sent");
    assert_eq!(counts(&ran), [1, 0, 0, 0, 0, 3, 0, 0]);
    assert_eq!(got(&server), ["ann", "bob", "cyd", "dee"]);
}

#[test]
fn a_limit_is_kept_and_the_next_send_goes_on() {
    let desk = Desk::new();
    let server = Script::new().start();
    let ran = send(&desk, &server, "--limit 0").ends(0);
    assert_eq!(counts(&ran), [0, 0, 0, 0, 0, 0, 0, 3]);
    let ran = send(&desk, &server, "--limit 2").ends(0).says("1 is beyond the limit");
    assert_eq!(counts(&ran), [2, 0, 0, 0, 0, 0, 0, 1]);
    assert_eq!(got(&server), ["ann", "bob"]);
    let ran = send(&desk, &server, "--limit 2").ends(0);
    assert_eq!(counts(&ran), [1, 0, 0, 0, 0, 2, 0, 0]);
}

#[test]
fn duplicates_the_gone_and_the_suppressed_are_not_mailed() {
    let desk = Desk::new().list(
        "email,first_name,status\n\
         ann@example.org,Ann,active\n\
         Ann@Example.org,Anna,active\n\
         bob@example.org,Bob,unsubscribed\n\
         nobody,Zed,active\n\
         cyd@example.org,Cyd,active\n\
         bob@example.org,Bob,active\n",
    );
    suppress(&desk, "CYD@example.org");
    let server = Script::new().start();
    let ran = send(&desk, &server, "").ends(0);
    assert_eq!(counts(&ran), [1, 0, 0, 0, 0, 0, 1, 0]);
    ran.says("2 stand there a second time")
        .says("1 has left, by the list")
        .says("1 has no usable address")
        .says("1 is suppressed");
    assert_eq!(got(&server), ["ann"]);
}

#[test]
fn incomplete_rows_refuse_all_or_are_skipped() {
    let desk = Desk::new().campaign("---\nsubject: x\n---\nDear {{ first_name }},\n");
    let server = Script::new().start();
    let ran = send(&desk, &server, "").ends(1).says("error[incomplete-rows]: 1 row of");
    assert_eq!(counts(&ran), [0, 0, 0, 0, 1, 0, 0, 2]);
    assert_eq!(server.connections(), 0);
    let ran = send(&desk, &server, "--skip-incomplete").ends(3).says("1 skipped as incomplete");
    assert_eq!(counts(&ran), [2, 0, 0, 0, 1, 0, 0, 0]);
    // The row is mended, and gets its mail.
    let desk = desk.list(&LIST.replace("cyd@example.org,", "cyd@example.org,Cyd"));
    let ran = send(&desk, &server, "").ends(0);
    assert_eq!(counts(&ran), [1, 0, 0, 0, 0, 2, 0, 0]);
    assert_eq!(got(&server), ["ann", "bob", "cyd"]);
}

#[test]
fn a_changed_campaign_is_refused_with_what_changed() {
    let desk = Desk::new();
    let server = Script::new().start();
    send(&desk, &server, "--limit 1").ends(0);
    let changes = [
        (
            CAMPAIGN.replace("News", "Old news"),
            "its subject was `News for {{ first_name or \"you\" }}`",
        ),
        (CAMPAIGN.replace("open", "closed"), "its text or its template"),
        (
            CAMPAIGN.replace("---\n\nDear", "from: Cyd <cyd@example.org>\n---\n\nDear"),
            "its text or its template",
        ),
        (
            CAMPAIGN.replace("---\n\nDear", "attachments: [map.pdf]\n---\n\nDear"),
            "its sender, its attachments or its images",
        ),
    ];
    let mut desk = desk.file("campaigns/map.pdf", "a map");
    for (text, what) in changes {
        desk = desk.campaign(&text);
        let ran = send(&desk, &server, "").ends(1);
        ran.says("error[changed-campaign]").says(what).says("--changed");
    }
    assert_eq!(got(&server), ["ann"]);
    send(&desk, &server, "--changed").ends(0).says("2 mails sent");
    // A condition and a list may change: they are not the letter.
    let desk = desk.campaign(CAMPAIGN);
    let desk = desk.list(&format!("{LIST}dee@example.org,Dee,Hull\n"));
    send(&desk, &server, "--where 'city == \"Hull\"'").ends(1);
    send(&desk, &server, "--changed --where 'city == \"Hull\"'").ends(0).says("1 mail sent");
}

#[test]
fn nothing_is_sent_by_accident() {
    let desk = Desk::new();
    desk.run("send campaigns/spring.md --yes").ends(1).says("error[no-server]");
    let server = Script::new().start();
    let line = format!("send campaigns/spring.md --via {}", server.url());
    desk.run(&line).ends(1).says("error[not-confirmed]").says("--yes");
    for answer in ["", "y", "yes", "2", "33"] {
        let ran = desk.at_terminal(&line, answer).ends(1);
        assert!(ran.out.contains("Type 3 to send `spring` through smtp://"), "{}", ran.out);
        assert!(ran.out.contains("nothing was sent"), "{}", ran.out);
    }
    assert_eq!(server.connections(), 0);
    desk.at_terminal(&line, "3").ends(0);
    assert_eq!(got(&server), ["ann", "bob", "cyd"]);
}

#[test]
fn who_asks_says_what_for_also_quietly() {
    let desk = Desk::new();
    let server = Script::new().start();
    let ran = desk.at_terminal(&format!("-q send campaigns/spring.md --via {}", server.url()), "x");
    assert!(ran.out.contains("Type 3 to send `spring` through smtp://127.0.0.1:"), "{}", ran.out);
}

#[test]
fn a_locked_ledger_is_told_before_anybody_is_asked() {
    let desk = Desk::new().file("occupied", "");
    let server = Script::new().start();
    let line =
        format!("send campaigns/spring.md --via {} --ledger occupied/ledger.db", server.url());
    let ran = desk.at_terminal(&line, "3").ends(1);
    assert!(ran.out.contains("error[ledger-") && !ran.out.contains("Type 3"), "{}", ran.out);
}

#[test]
fn ctrl_c_finishes_the_mail_under_way_and_leaves_nothing_in_doubt() {
    let gate = Gate::default();
    let desk = Desk::new();
    let server = Script::new().rule(at(Step::Dot).about("bob@").waits_for(&gate)).start();
    let line = format!("send campaigns/spring.md --yes --format json --via {}", server.url());
    let mut running = desk.start(&line);
    gate.until_reached();
    running.interrupt();
    running.until_says("Ctrl-C again leaves it in doubt");
    gate.open();
    let ran = running.wait().ends(130).says("stopped; 1 mail remains: run the same command again");
    assert_eq!(counts(&ran), [2, 0, 0, 0, 0, 0, 0, 1]);
    let ran = send(&desk, &server, "").ends(0);
    assert_eq!(counts(&ran), [1, 0, 0, 0, 0, 2, 0, 0]);
    assert_eq!(got(&server), ["ann", "bob", "cyd"]);
}

#[test]
fn ctrl_c_need_not_wait_for_a_server_that_never_greets() {
    let gate = Gate::default();
    let desk = Desk::new();
    let server = Script::new().rule(at(Step::Connect).times(1).waits_for(&gate)).start();
    let line = format!("send campaigns/spring.md --yes --format json --via {}", server.url());
    let running = desk.start(&line);
    gate.until_reached();
    running.interrupt();
    let ran = running.wait().ends(130);
    gate.open();
    assert_eq!(counts(&ran), [0, 0, 0, 0, 0, 0, 0, 3]);
    let ran = send(&desk, &server, "").ends(0);
    assert_eq!(counts(&ran), [3, 0, 0, 0, 0, 0, 0, 0]);
}

#[test]
fn a_second_ctrl_c_does_not_wait_and_leaves_the_mail_in_doubt() {
    let gate = Gate::default();
    let desk = Desk::new();
    let server = Script::new().rule(at(Step::Dot).about("bob@").waits_for(&gate)).start();
    let line = format!("send campaigns/spring.md --yes --format json --via {}", server.url());
    let mut running = desk.start(&line);
    gate.until_reached();
    running.interrupt();
    running.until_says("Ctrl-C again leaves it in doubt");
    running.interrupt();
    let ran = running.wait().ends(130).says("1 in doubt");
    assert_eq!(counts(&ran), [1, 0, 0, 1, 0, 0, 0, 1]);
    gate.open();
    let ran = send(&desk, &server, "").ends(3);
    assert_eq!(counts(&ran), [1, 0, 0, 1, 0, 1, 0, 0]);
}

#[test]
fn a_send_that_was_killed_leaves_one_in_doubt_and_the_next_goes_on() {
    let gate = Gate::default();
    let desk = Desk::new();
    let server = Script::new().rule(at(Step::Dot).about("bob@").waits_for(&gate)).start();
    let running = desk.start(&format!("send campaigns/spring.md --yes --via {}", server.url()));
    gate.until_reached();
    // Bob's mail is under way, and Cyd may be claimed ahead of it.
    until_stands(&desk, 1);
    running.kill();
    gate.open();
    let ran = send(&desk, &server, "").ends(3);
    let [sent, _, _, doubts, ..] = counts(&ran);
    assert!(doubts > 0 && sent + doubts == 2, "{:?}", counts(&ran));
    let ran = send(&desk, &server, "--in-doubt resend").ends(0);
    assert_eq!(counts(&ran)[0], doubts);
    let mut got = got(&server);
    got.sort();
    assert_eq!(got, ["ann", "bob", "bob", "cyd"], "who asks for it may get it twice");
}

#[test]
fn two_sends_at_the_same_moment_mail_nobody_twice() {
    let desk = Desk::new().campaign("---\nsubject: x\n---\nHi\n").list(&crate::many(60));
    let server = Script::new().start();
    let line = format!("send campaigns/spring.md --yes --format json --via {}", server.url());
    let both = [desk.start(&line), desk.start(&line)];
    let ran = both.map(|running| running.wait().ends(0));
    assert_eq!(ran.iter().map(|ran| counts(ran)[0]).sum::<u64>(), 60);
    let mut got = got(&server);
    assert_eq!(got.len(), 60);
    got.sort();
    got.dedup();
    assert_eq!(got.len(), 60);
}

#[test]
fn a_machine_with_another_key_is_refused_until_it_is_told_that_the_first_one_is_lost() {
    let desk = Desk::new();
    let server = Script::new().start();
    send(&desk, &server, "--limit 1").ends(0);
    let key = std::fs::read(desk.path(".handbill/unsubscribe.key")).expect("it was made");
    let desk = desk.file(".handbill/unsubscribe.key", "another one, as long as it has to be");
    let ran = send(&desk, &server, "").ends(1);
    ran.says("error[other-key]")
        .says("copy `.handbill/unsubscribe.key` from the machine that began");
    std::fs::write(desk.path(".handbill/unsubscribe.key"), key).expect("it is ours");
    send(&desk, &server, "--limit 1").ends(0);
    let desk = desk.file(".handbill/unsubscribe.key", "another one, as long as it has to be");
    send(&desk, &server, "--changed").ends(0).says("1 mail sent");
}

#[test]
fn whom_another_run_was_to_take_first_gets_it_although_that_one_does_nothing() {
    let desk = Desk::new().campaign("---\nsubject: x\n---\nHi\n").list(&crate::many(2000));
    let _idle = idle_run(&desk);
    let server = Script::new().start();
    let line =
        format!("send campaigns/spring.md --yes --changed --format json --via {}", server.url());
    let ran = desk.run(&line).ends(0);
    assert_eq!(counts(&ran)[0], 2000);
    // Connections overtake each other by a few.
    let goes_back = |pair: &[String]| number(&pair[0]) > number(&pair[1]) + 64;
    assert!(got(&server).windows(2).any(goes_back), "it took its own share first");
}

#[test]
fn whoever_is_put_off_while_others_send_too_is_tried_again_once_and_counted_once() {
    let settings = SETTINGS.replace("retry_wait = 0", "retry_wait = 30");
    let desk = Desk::new().settings(&settings).campaign("---\nsubject: x\n---\nHi\n");
    let desk = desk.list(&crate::many(2000));
    let _idle = idle_run(&desk);
    // Near the end of its own share: they wait when it looks through the whole list.
    let greylisting = at(Step::Rcpt).after(600).times(40).says("451 4.7.1 come back later");
    let server = Script::new().rule(greylisting).start();
    let line =
        format!("send campaigns/spring.md --yes --changed --format json --via {}", server.url());
    assert_eq!(counts(&desk.run(&line).ends(0)), [2000, 0, 0, 0, 0, 0, 0, 0]);
    let asked = server.transcript().iter().filter(|line| line.contains("RCPT TO")).count();
    assert_eq!(asked, 2040);
}

/// A run of the campaign that does nothing, and lives as long as this test does: a part of the
/// list is its to take first.
fn idle_run(desk: &Desk) -> Box<dyn ledger::Ledger> {
    let location = Location::parse(".handbill/ledger.db", &desk.path("")).expect("a path");
    let mut ledger = ledger::open(&location).expect("a ledger");
    let idle = NewRun {
        campaign: "spring".into(),
        fingerprint: Fingerprint { subject: "x".into(), content_hash: String::new() },
        process: Process::this(),
        planned: 2000,
        beyond: 0,
        now: handbill::clock::unix_now(),
    };
    ledger.open_run(&idle).expect("a run");
    ledger
}

/// The row of somebody of a long list.
fn number(name: &str) -> usize {
    name.trim_start_matches('n').parse().expect("a number")
}

#[test]
fn the_settings_name_the_server_and_the_command_line_another() {
    let server = Script::new().start();
    let settings = format!("{SETTINGS}via = \"{}\"\n", server.url());
    let desk = Desk::new().settings(&settings);
    desk.run("send campaigns/spring.md --yes --limit 1").ends(0);
    let other = Script::new().start();
    desk.run(&format!("send campaigns/spring.md --yes --via {}", other.url())).ends(0);
    assert_eq!((got(&server).len(), got(&other).len()), (1, 2));
}

#[test]
fn the_curious_hear_of_every_mail() {
    let desk = Desk::new();
    let server = Script::new().start();
    desk.run(&format!("-v send campaigns/spring.md --yes --via {}", server.url()))
        .ends(0)
        .says("sent        ann@example.org: 250 2.0.0 queued as 4711\n");
}
