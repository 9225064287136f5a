//! A ledger that cannot be used is told before anything is sent.

use std::fs;

use rusqlite::Connection;

use crate::mailing::{Mailing, recipients};
use crate::smtp_server::{Script, SmtpServer};

const LEDGER: &str = ".handbill/ledger.db";
/// A page of it, in bytes.
const PAGE: usize = 2048;
/// What happens to a ledger.
type Mishap = fn(&Mailing);
/// So many have it already.
const SENT: usize = 100;

#[test]
fn a_ledger_that_another_program_has_locked_is_told_before_anything_is_sent() {
    let (server, mailing) = half_sent();
    // This process is another one than the program's.
    let holder = open(&mailing);
    holder.execute_batch("BEGIN EXCLUSIVE").expect("nobody else has it");
    assert_is_told(&server, &mailing, "ledger-locked", "close the program that holds it");
    drop(holder);
    mailing.send("").ends(0);
    mailing.assert_nobody_twice_and_nobody_missing(&recipients(&server));
}

#[test]
fn a_ledger_that_is_damaged_newer_or_none_is_told_before_anything_is_sent() {
    let mishaps: [(Mishap, &str, &str); 4] = [
        (is_half_gone, "ledger-corrupt", "restore it from a backup"),
        (is_scribbled_over, "ledger-corrupt", "restore it from a backup"),
        (is_newer, "ledger-newer", "install a newer handbill"),
        (is_foreign, "ledger-foreign", "name another file"),
    ];
    for (mishap, code, help) in mishaps {
        let (server, mailing) = half_sent();
        let backup = mailing.desk.read(LEDGER);
        mishap(&mailing);
        assert_is_told(&server, &mailing, code, help);
        fs::write(mailing.desk.path(LEDGER), backup).expect("writable");
        mailing.send("").ends(0);
        mailing.assert_nobody_twice_and_nobody_missing(&recipients(&server));
    }
}

fn half_sent() -> (SmtpServer, Mailing) {
    let server = Script::new().start();
    let mailing = Mailing::new(2 * SENT, &server.url(), None);
    mailing.send(&format!("--limit {SENT}")).ends(0);
    (server, mailing)
}

fn assert_is_told(server: &SmtpServer, mailing: &Mailing, code: &str, help: &str) {
    let before = mailing.desk.read(LEDGER);
    for more in ["", "--in-doubt resend"] {
        let ran = mailing.send(more).ends(1).says(&format!("error[{code}]")).says(help);
        assert_eq!(ran.err.matches("error[").count(), 1, "{}", ran.err);
    }
    assert_eq!(server.accepted_count(), SENT, "{code}: the server got nothing more");
    assert!(mailing.desk.read(LEDGER) == before, "{code}: it is left as it was found");
}

fn is_half_gone(mailing: &Mailing) {
    let mut bytes = mailing.desk.read(LEDGER);
    bytes.truncate(bytes.len() / 2);
    fs::write(mailing.desk.path(LEDGER), bytes).expect("writable");
}

fn is_scribbled_over(mailing: &Mailing) {
    let mut bytes = mailing.desk.read(LEDGER);
    let middle = bytes.len() / 2 / PAGE * PAGE;
    bytes[middle..middle + 2 * PAGE].fill(0xAA);
    fs::write(mailing.desk.path(LEDGER), bytes).expect("writable");
}

fn is_newer(mailing: &Mailing) {
    open(mailing).pragma_update(None, "user_version", 99).expect("writable");
}

fn is_foreign(mailing: &Mailing) {
    fs::remove_file(mailing.desk.path(LEDGER)).expect("it is there");
    open(mailing).execute_batch("CREATE TABLE bookmarks (url TEXT)").expect("writable");
}

fn open(mailing: &Mailing) -> Connection {
    Connection::open(mailing.desk.path(LEDGER)).expect("it opens")
}
