//! A run in a process of its own, watched from this one and killed.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{Child, Stdio};

use super::*;

const LEDGER: &str = "HANDBILL_TEST_LEDGER";

/// Is the other process when it is told a ledger: claims `ann`, says so, and
/// holds on until it is killed.
#[test]
fn a_run_holds_a_claim() {
    let Ok(text) = env::var(LEDGER) else { return };
    let mut ledger = ledger::open(&Location::parse(&text, Path::new("/")).expect("a place"))
        .expect("the ledger opens");
    let run = live_run(&mut *ledger);
    claims(&mut *ledger, run, &["ann"]);
    writeln!(io::stdout(), "\nclaimed").expect("somebody reads");
    let _ = io::stdin().read(&mut [0]);
}

fn start(desk: &Desk) -> Child {
    let mut child = Command::new(env::current_exe().expect("this test"))
        .args(["--exact", "another_process::a_run_holds_a_claim", "--nocapture"])
        .env(LEDGER, desk.text())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let said = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    assert!(said.map_while(Result::ok).any(|line| line == "claimed"), "it claims");
    child
}

#[test]
fn a_killed_run_leaves_its_claims_in_doubt_at_once() {
    let desk = Desk::new();
    let mut child = start(&desk);
    let counted = || desk.read().totals("spring", NOW).unwrap();
    assert_eq!((counted().remaining, counted().in_doubt), (1, 0), "it is alive");
    child.kill().expect("killed");
    // Dead and not yet fetched by its parent: a zombie mails nobody.
    let stat = format!("/proc/{}/stat", child.id());
    while !fs::read_to_string(&stat).expect("it is not fetched").contains(") Z ") {
        std::thread::yield_now();
    }
    assert_eq!((counted().remaining, counted().in_doubt), (0, 1));
    child.wait().expect("fetched");
    assert_eq!((counted().remaining, counted().in_doubt), (0, 1));
    let mut ledger = desk.open();
    let run = live_run(&mut *ledger);
    assert_eq!(claim(&mut *ledger, run, &["ann"]), [Answer::Already(State::InDoubt)]);
}

#[test]
fn looking_at_a_run_of_another_process_changes_no_byte() {
    let desk = Desk::new();
    let mut child = start(&desk);
    look(&desk, Totals { remaining: 1, ..Totals::default() });
    child.kill().expect("killed");
    child.wait().expect("fetched");
    look(&desk, Totals { in_doubt: 1, ..Totals::default() });
}

fn look(desk: &Desk, expected: Totals) {
    let before = desk.files();
    assert!(desk.url.is_some() || before.len() == 3, "the file, its -wal and its -shm");
    let rehearsal = ledger::scratch(Some(&desk.location())).unwrap();
    assert_eq!(desk.read().totals("spring", NOW).unwrap(), expected);
    drop(rehearsal);
    assert!(desk.files() == before, "a byte was changed");
}
