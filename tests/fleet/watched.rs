//! A fleet that is watched from beside it.

use serde_json::Value;

use crate::database::Database;
use crate::mailing::Mailing;
use crate::smtp_server::{Gate, Script, Step, at};

#[test]
#[ignore = "needs PostgreSQL"]
fn whoever_watches_sees_every_process_and_what_they_do_together() {
    let database = Database::start();
    let gate = Gate::default();
    // Whoever comes to the middle waits: by then, both are at it.
    let server = Script::new().rule(at(Step::Dot).about("p2000@").waits_for(&gate)).start();
    let mailing = Mailing::new(4000, &server.url(), Some(&database.url));
    let both = [mailing.start(), mailing.start()];
    let runs = "SELECT count(DISTINCT run) FROM handbill.recipients WHERE state = 'sent'";
    gate.until_reached();
    while database.answers(runs) != "2" {
        std::thread::yield_now();
    }
    let mut watch = mailing.desk.start("status spring --watch --every 0.1 --format json");
    let first: Value = serde_json::from_str(&watch.reads_line()).expect("an object");
    let pids: Vec<u64> = first["runs"]
        .as_array()
        .expect("runs")
        .iter()
        .map(|run| run["pid"].as_u64().expect("a number"))
        .collect();
    assert_eq!(pids.len(), 2, "{first}");
    assert!(both.iter().all(|run| pids.contains(&u64::from(run.id()))), "{first}");
    let of_runs: u64 = first["runs"]
        .as_array()
        .expect("runs")
        .iter()
        .map(|run| run["sent"].as_u64().expect("a count"))
        .sum();
    assert_eq!(first["sent"], of_runs);
    gate.open();
    for running in both {
        running.wait().ends(0);
    }
    let ended = watch.wait().ends(0);
    let last: Value = serde_json::from_str(ended.out.lines().last().expect("a line")).unwrap();
    assert_eq!((&last["sent"], &last["to_go"]), (&4000.into(), &0.into()));
    assert!(last["runs"].as_array().is_some_and(Vec::is_empty), "{last}");
}

#[test]
#[ignore = "needs PostgreSQL"]
fn a_watch_goes_on_over_a_restart_and_hears_ctrl_c_while_the_database_is_away() {
    let database = Database::start();
    let gate = Gate::default();
    let server = Script::new().rule(at(Step::Dot).about("p9@").waits_for(&gate)).start();
    let mailing = Mailing::new(40, &server.url(), Some(&database.url));
    let running = mailing.start();
    gate.until_reached();
    let mut watch = mailing.desk.start("status spring --watch --every 0.1 --format json");
    watch.reads_line();
    database.restart();
    watch.reads_line();
    watch.reads_line();
    // From here on nobody answers.
    drop(database);
    watch.interrupt();
    watch.wait().ends(130);
    gate.open();
    running.kill_unless_over();
}
