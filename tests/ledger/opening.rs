//! What would stop a run is found when the ledger is opened, and reading leaves no trace.

use super::*;

#[test]
fn a_ledger_is_a_private_file_in_a_private_folder() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::in_a_file();
    let mut ledger = desk.open();
    live_run(&mut *ledger);
    let mode = |path: &Path| fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    let files = desk.files();
    assert_eq!(files.len(), 3, "the file, its -wal and its -shm");
    for path in files.keys() {
        assert_eq!(mode(path), 0o600, "{}", path.display());
    }
    assert_eq!(mode(desk.path().parent().expect("a parent")), 0o700);
}

#[test]
fn a_closed_ledger_is_one_file() {
    let desk = Desk::in_a_file();
    let handle = ledger::spawn(desk.open()).expect("a thread");
    handle.ask(|ledger| ledger.open_run(&run_of(Process::this()))).wait().unwrap();
    let other = handle.clone();
    handle.close().wait().unwrap();
    assert_eq!(desk.files().len(), 1);
    let refused = other.ask(|ledger| ledger.sent_since(0)).wait().expect_err("it is closed");
    assert_eq!(refused.code, "ledger-stopped");
}

#[test]
fn reading_makes_no_file_and_changes_none() {
    let desk = Desk::in_a_file();
    assert!(ledger::read(&desk.location()).unwrap().is_none());
    assert!(desk.files().is_empty());
    let mut writer = desk.open();
    let run = live_run(&mut *writer);
    claims(&mut *writer, run, &["ann"]);
    let before = desk.lasting_files();
    assert_eq!(desk.read().totals("spring", NOW).unwrap().remaining, 1);
    assert!(desk.lasting_files() == before, "a byte was changed beside a run");
    drop(writer);
    let before = desk.files();
    assert_eq!(desk.read().totals("spring", NOW).unwrap().remaining, 1);
    assert!(desk.files() == before, "a byte was changed");
}

#[test]
fn reading_works_beside_what_a_killed_run_left() {
    let desk = Desk::in_a_file();
    let mut writer = desk.open();
    let run = live_run(&mut *writer);
    claims(&mut *writer, run, &["ann"]);
    // The three files as they are at this moment: what `kill -9` leaves.
    let left = Desk::in_a_file();
    fs::create_dir(left.folder.path().join(".handbill")).unwrap();
    for (path, bytes) in desk.files() {
        let name = path.file_name().expect("a name");
        fs::write(left.folder.path().join(".handbill").join(name), bytes).unwrap();
    }
    let before = left.files();
    assert_eq!(left.read().totals("spring", NOW).unwrap().remaining, 1);
    assert!(left.files() == before, "a byte was changed");
    assert_eq!(totals(&*left.open()).remaining, 1, "and a writer recovers it");
}

#[test]
fn a_locked_ledger_is_refused_before_anything_is_sent() {
    let desk = Desk::in_a_file();
    drop(desk.open());
    let holder = desk.database();
    holder.execute_batch("BEGIN EXCLUSIVE").unwrap();
    assert_eq!(desk.refusal(), "ledger-locked");
}

#[test]
fn a_damaged_ledger_is_refused_before_anything_is_sent() {
    let damage: [fn(&mut Vec<u8>); 3] = [
        |bytes| bytes[..16].copy_from_slice(b"not a database!!"),
        |bytes| bytes[2048..6144].fill(0xAA),
        |bytes| bytes.truncate(bytes.len() / 2),
    ];
    for damage in damage {
        let desk = Desk::in_a_file();
        drop(desk.open());
        let mut bytes = fs::read(desk.path()).unwrap();
        damage(&mut bytes);
        fs::write(desk.path(), &bytes).unwrap();
        assert_eq!(desk.refusal(), "ledger-corrupt");
        assert_eq!(fs::read(desk.path()).unwrap(), bytes, "it is left as it was found");
    }
}

#[test]
fn a_ledger_of_a_newer_program_is_refused_and_one_newer_by_one_version_is_used() {
    let desk = Desk::in_a_file();
    drop(desk.open());
    let set = |version| desk.database().pragma_update(None, "user_version", version).unwrap();
    set(9);
    assert_eq!(desk.refusal(), "ledger-newer");
    assert_eq!(ledger::read(&desk.location()).err().expect("refused").code, "ledger-newer");
    set(8);
    drop(desk.open());
}

#[test]
fn a_database_of_another_program_is_left_alone() {
    let desk = Desk::in_a_file();
    drop(desk.open());
    fs::remove_file(desk.path()).unwrap();
    desk.database().execute_batch("CREATE TABLE bookmarks (url TEXT)").unwrap();
    let before = desk.files();
    assert_eq!(desk.refusal(), "ledger-foreign");
    assert!(desk.files() == before, "a byte was changed");
}

#[test]
fn a_path_that_can_hold_no_ledger_is_refused() {
    let desk = Desk::in_a_file();
    fs::create_dir_all(desk.path()).unwrap();
    assert_eq!(desk.refusal(), "ledger-unusable");
    assert_eq!(ledger::read(&desk.location()).err().expect("refused").code, "ledger-unusable");
    let below_a_file = Desk::in_a_file();
    fs::write(below_a_file.folder.path().join(".handbill"), "a file").unwrap();
    assert_eq!(below_a_file.refusal(), "ledger-unusable");
}
