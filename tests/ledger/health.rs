//! How a ledger is can be asked before anything is sent.

use super::*;

#[test]
fn a_ledger_says_how_it_is_and_nothing_is_changed() {
    let desk = Desk::new();
    assert_eq!(ledger::health(&desk.location()).expect("nothing is wrong"), None);
    let mut writer = desk.open();
    let run = live_run(&mut *writer);
    claims(&mut *writer, run, &["ann"]);
    drop(writer);
    let before = desk.files();
    let health = ledger::health(&desk.location()).expect("it answers").expect("there is one");
    assert!(desk.files() == before, "a byte was changed");
    assert_eq!((health.version, health.damage.len()), (health.newest, 0));
    assert!(health.is_writable && health.is_durable, "{health:?}");
    if desk.url.is_some() {
        assert!(health.engine.starts_with("PostgreSQL 1"), "{health:?}");
        assert!(health.ahead.is_some_and(|ahead| ahead.abs() < 60), "{health:?}");
    } else {
        assert!(health.engine.starts_with("SQLite 3."), "{health:?}");
        assert!(health.room.is_some() && health.ahead.is_none(), "{health:?}");
    }
}

#[test]
fn a_ledger_is_asked_beside_a_run() {
    let desk = Desk::new();
    let mut writer = desk.open();
    live_run(&mut *writer);
    let health = ledger::health(&desk.location()).expect("it answers").expect("there is one");
    assert!(health.damage.is_empty() && health.is_writable, "{health:?}");
}

#[test]
fn damage_in_the_middle_of_a_file_is_found_though_it_opens() {
    let desk = Desk::in_a_file();
    let mut writer = desk.open();
    let run = live_run(&mut *writer);
    let names: Vec<String> = (0..400).map(|number| format!("reader{number}")).collect();
    claims(&mut *writer, run, &names.iter().map(String::as_str).collect::<Vec<_>>());
    drop(writer);
    let mut bytes = fs::read(desk.path()).expect("a file");
    // Somewhere among the rows, by pages of 2048.
    let pages = bytes.len() / 2048;
    bytes[(pages - 4) * 2048..(pages - 2) * 2048].fill(0xAA);
    fs::write(desk.path(), &bytes).expect("writable");
    assert!(ledger::read(&desk.location()).expect("it opens").is_some());
    match ledger::health(&desk.location()) {
        Ok(health) => assert!(!health.expect("there is one").damage.is_empty()),
        Err(finding) => assert_eq!(finding.code, "ledger-corrupt"),
    }
}
