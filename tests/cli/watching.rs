//! `status --watch`: all runs on a campaign, until none is left.

use serde_json::Value;

use crate::desk::{Desk, Ran, Running};
use crate::smtp_server::{Gate, Script, SmtpServer, Step, at};
use crate::{many, send, until_stands};

fn desk(count: usize) -> Desk {
    Desk::new().campaign("---\nsubject: x\n---\nHi\n").list(&many(count))
}

/// A server at which the third mail waits.
fn server(gate: &Gate) -> SmtpServer {
    Script::new().rule(at(Step::Dot).about("n2@").waits_for(gate)).start()
}

/// A run that has sent two of its mails.
fn under_way<'a>(desk: &'a Desk, server: &SmtpServer, gate: &Gate) -> Running<'a> {
    let running = desk.start(&format!("send campaigns/spring.md --yes --via {}", server.url()));
    gate.until_reached();
    until_stands(desk, 2);
    running
}

fn objects(ran: &Ran) -> Vec<Value> {
    ran.out.lines().map(|line| serde_json::from_str(line).expect("an object a line")).collect()
}

#[test]
fn programs_read_an_object_a_line_until_the_last_run_has_ended() {
    let gate = Gate::default();
    let (desk, server) = (desk(5), server(&gate));
    let running = under_way(&desk, &server, &gate);
    let mut watch = desk.start("status spring --watch --every 0.1 --format json");
    let first = watch.reads_line();
    let first: Value = serde_json::from_str(&first).expect("an object");
    assert_eq!((&first["campaign"], &first["sent"]), (&"spring".into(), &2.into()));
    let (run, held) = (&first["runs"][0], first["remaining"].as_u64().expect("a count"));
    assert!((1..=2).contains(&held), "{first}");
    assert_eq!(
        (&run["alive"], &run["sent"], &run["in_flight"]),
        (&true.into(), &2.into(), &held.into())
    );
    assert_eq!(run["pid"], running.id());
    assert_eq!(first["to_go"], 3);
    assert!(run["started_at"].as_str().is_some_and(|at| at.ends_with('Z')), "{first}");
    gate.open();
    running.wait().ends(0);
    let ended = watch.wait().ends(0).says("no run is at work");
    let last = objects(&ended).pop().expect("a last one");
    assert_eq!(
        (&last["sent"], &last["remaining"], &last["to_go"]),
        (&5.into(), &0.into(), &0.into())
    );
    assert_eq!(last["runs"], Value::Array(Vec::new()));
}

#[test]
fn ctrl_c_ends_the_watch_and_not_the_run() {
    let gate = Gate::default();
    let (desk, server) = (desk(5), server(&gate));
    let running = under_way(&desk, &server, &gate);
    let mut watch = desk.start("status --watch --every 1000");
    let line = watch.reads_line();
    assert!(line.starts_with("spring: 2 sent · 3 to go"), "{line}");
    assert!(line.ends_with("· 1 run\n"), "{line}");
    watch.interrupt();
    watch.wait().ends(130);
    gate.open();
    running.wait().ends(0);
}

#[test]
fn watching_changes_nothing_beside_a_run_and_after_it() {
    let gate = Gate::default();
    let (desk, server) = (desk(5), server(&gate));
    let running = under_way(&desk, &server, &gate);
    let ledger = || [".handbill/ledger.db", ".handbill/ledger.db-wal"].map(|name| desk.read(name));
    let before = ledger();
    let mut watch = desk.start("status --watch --every 1000 --format json");
    watch.reads_line();
    assert!(ledger() == before, "a byte was changed");
    watch.interrupt();
    watch.wait().ends(130);
    gate.open();
    running.wait().ends(0);
    let before = desk.tree();
    desk.run("status --watch").ends(0).says("no run is at work").prints_only("");
    desk.run("status spring --watch").ends(0).prints("spring: 5 sent · ");
    assert!(desk.tree() == before, "a byte was changed");
}

#[test]
fn a_run_that_was_killed_is_shown_dead_with_what_it_held_in_doubt() {
    let gate = Gate::default();
    let (desk, server) = (desk(5), server(&gate));
    under_way(&desk, &server, &gate).kill();
    gate.open();
    let json = &objects(&desk.run("status spring --watch --format json").ends(0))[0];
    let doubts = json["in_doubt"].as_u64().expect("a count");
    assert!((1..=2).contains(&doubts), "{json}");
    assert_eq!((&json["runs"][0]["alive"], &json["remaining"]), (&false.into(), &0.into()));
    let ran = desk.at_terminal("status spring --watch", "");
    ran.prints(" dead ").prints("in doubt");
}

#[test]
fn a_board_on_a_terminal_is_drawn_anew_in_its_place() {
    let gate = Gate::default();
    let (desk, server) = (desk(5), server(&gate));
    let running = under_way(&desk, &server, &gate);
    let watched = std::thread::scope(|scope| {
        let watch =
            scope.spawn(|| desk.at_wide_terminal(60, "status spring --watch --every 0.1", ""));
        gate.open();
        let watched = watch.join().expect("it ends");
        running.wait().ends(0);
        watched
    });
    let out = watched.ends(0).out;
    assert!(out.contains("spring  “x”, since 20"), "{out}");
    let drawn: Vec<&str> = out.split("\u{1b}[J").skip(1).collect();
    let board = drawn.last().expect("at least one");
    assert!(board.contains("  5 sent\r\n"), "{out}");
    assert!(
        board.lines().all(|line| line.chars().count() <= 60 || line.contains('\u{1b}')),
        "{out}"
    );
}

#[test]
fn what_cannot_be_watched_is_refused() {
    let desk = desk(1);
    let gate = Gate::default();
    gate.open();
    send(&desk, &server(&gate), "").ends(0);
    desk.run("status --every 2").ends(2);
    desk.run("status --watch --every 0").ends(2);
    desk.run("status --watch --only failed").ends(2);
    desk.run("status --watch --format csv").ends(1).says("error[usage]");
    desk.run("status nobody --watch").ends(1).says("error[unknown-campaign]");
}
