//! A ledger that cannot be used is told before anything is sent.

use std::fs;

use rusqlite::Connection;

use crate::mailing::{Mailing, recipients};
use crate::smtp_server::Script;

/// What happens to a ledger, and gives back whatever must live as long as it
/// is so.
type Mishap = fn(&Mailing) -> Option<Connection>;

#[test]
fn a_ledger_that_cannot_be_used_is_told_before_anything_is_sent() {
    let mishaps: [(Mishap, &str, &str); 5] = [
        (is_locked, "ledger-locked", "close the program that holds it"),
        (is_half_gone, "ledger-corrupt", "restore it from a backup"),
        (is_scribbled_over, "ledger-corrupt", "restore it from a backup"),
        (is_newer, "ledger-newer", "install a newer handbill"),
        (is_foreign, "ledger-foreign", "name another file"),
    ];
    for (mishap, code, help) in mishaps {
        let server = Script::new().start();
        let mailing = Mailing::new(200, &server.url(), None);
        mailing.send("--limit 100").ends(0);
        let whole = mailing.desk.read(LEDGER);
        let held = mishap(&mailing);
        let before = mailing.desk.read(LEDGER);
        let ran = mailing.send("").ends(1).says(&format!("error[{code}]")).says(help);
        assert_eq!(ran.err.matches("error[").count(), 1, "{}", ran.err);
        mailing.send("--in-doubt resend").ends(1).says(&format!("error[{code}]"));
        assert_eq!(server.accepted_count(), 100, "{code}: the server heard nothing more");
        assert!(mailing.desk.read(LEDGER) == before, "{code}: it is left as it was found");
        // Once that is over, the rest get it.
        drop(held);
        fs::write(mailing.desk.path(LEDGER), whole).expect("writable");
        mailing.send("").ends(0);
        mailing.assert_nobody_twice_and_nobody_missing(&recipients(&server));
    }
}

const LEDGER: &str = ".handbill/ledger.db";

/// This process is another one than the program's.
fn is_locked(mailing: &Mailing) -> Option<Connection> {
    let holder = open(mailing);
    holder.execute_batch("BEGIN EXCLUSIVE").expect("nobody else has it");
    Some(holder)
}

fn is_half_gone(mailing: &Mailing) -> Option<Connection> {
    let mut bytes = mailing.desk.read(LEDGER);
    bytes.truncate(bytes.len() / 2);
    fs::write(mailing.desk.path(LEDGER), bytes).expect("writable");
    None
}

fn is_scribbled_over(mailing: &Mailing) -> Option<Connection> {
    let mut bytes = mailing.desk.read(LEDGER);
    let middle = bytes.len() / 2;
    bytes[middle..middle + 4096].fill(0xAA);
    fs::write(mailing.desk.path(LEDGER), bytes).expect("writable");
    None
}

fn is_newer(mailing: &Mailing) -> Option<Connection> {
    open(mailing).pragma_update(None, "user_version", 99).expect("writable");
    None
}

fn is_foreign(mailing: &Mailing) -> Option<Connection> {
    fs::remove_file(mailing.desk.path(LEDGER)).expect("it is there");
    open(mailing).execute_batch("CREATE TABLE bookmarks (url TEXT)").expect("writable");
    None
}

fn open(mailing: &Mailing) -> Connection {
    Connection::open(mailing.desk.path(LEDGER)).expect("it opens")
}
