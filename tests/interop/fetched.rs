//! Bounces in a mailbox of a real Dovecot: over every kind of connection they
//! are what they are in a folder, and the mailbox stays as it was.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::desk::{Desk, Ran, SETTINGS};
use crate::dovecot::{Dovecot, PASSWORD, USER};
use crate::smtp_server::TestCa;

fn corpus() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/bounces");
    let is_mail = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "eml");
    let entries = fs::read_dir(folder).expect("readable").flatten().map(|entry| entry.path());
    let mut mails: Vec<PathBuf> = entries.filter(is_mail).collect();
    mails.sort();
    mails
}

fn desk(ca: &TestCa) -> Desk {
    let trusted = format!("connections = 1\nca = \"{}\"", ca.file().display());
    Desk::new().settings(&SETTINGS.replace("connections = 1", &trusted))
}

fn bounces(desk: &Desk, source: &str) -> Ran {
    let password = ("HANDBILL_IMAP_PASSWORD", PASSWORD);
    desk.run_with(&[password], &format!("bounces '{source}' --dry-run --format json"))
}

/// What was read, and the names of the mails.
fn read(ran: &Ran) -> (Vec<Value>, Vec<String>) {
    let mut messages = ran.json()["messages"].as_array().expect("a list").clone();
    let mut take = |message: &mut Value| {
        let file = message.as_object_mut().expect("a table").remove("file");
        file.expect("a name").as_str().expect("text").to_owned()
    };
    let names = messages.iter_mut().map(&mut take).collect();
    (messages, names)
}

#[test]
#[ignore = "needs scripts/install-test-servers.sh"]
fn bounces_on_a_server_are_what_they_are_in_a_folder_and_stay_as_they_were() {
    let ca = TestCa::vouching_for(&["localhost"]);
    let dovecot = Dovecot::start(&ca, "");
    let corpus = corpus();
    dovecot.deliver(None, corpus.iter().map(|file| fs::read(file).expect("readable")));
    let before = dovecot.files();
    let desk = desk(&ca);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/bounces");
    let (wanted, files) = read(&bounces(&desk, &folder.display().to_string()).ends(0));
    let (port, tls_port) = (dovecot.port, dovecot.tls_port);
    for url in [
        format!("imaps://{USER}@localhost:{tls_port}/INBOX"),
        format!("imap://{USER}@localhost:{port}?tls=required"),
        format!("imap://{USER}@127.0.0.1:{port}/INBOX?auth=login"),
    ] {
        let (found, names) = read(&bounces(&desk, &url).ends(0));
        for ((found, wanted), file) in found.iter().zip(&wanted).zip(&files) {
            assert_eq!(found, wanted, "{file}");
        }
        assert_eq!(found.len(), wanted.len());
        assert!(names[0].starts_with("INBOX;UIDVALIDITY=") && names[0].ends_with("/;UID=1"));
        let last = format!("/;UID={}", corpus.len());
        assert!(names.last().expect("a mail").ends_with(&last));
        assert_eq!(dovecot.files(), before, "nothing was marked or moved");
    }
}

#[test]
#[ignore = "needs scripts/install-test-servers.sh"]
fn any_folder_is_found_by_its_name_and_refusals_are_told() {
    let ca = TestCa::vouching_for(&["localhost"]);
    let dovecot = Dovecot::start(&ca, "");
    let mails = || corpus().into_iter().take(3).map(|file| fs::read(file).expect("readable"));
    dovecot.deliver(None, mails().take(1));
    dovecot.deliver(Some("Zur&APw-ck \"gekommen\" &- da"), mails());
    let desk = desk(&ca);
    let at = |path: &str| format!("imaps://{USER}@localhost:{}/{path}", dovecot.tls_port);
    let ran = bounces(&desk, &at("Zurück%20%22gekommen%22%20&%20da")).ends(0);
    ran.says("3 mails read")
        .prints("\"file\":\"Zur%C3%BCck%20%22gekommen%22%20&%20da;UIDVALIDITY=");
    bounces(&desk, &at("Nowhere")).ends(1).says("error[no-such-folder]").says("`Nowhere`");
    desk.run_with(&[("HANDBILL_IMAP_PASSWORD", "wrong")], &format!("bounces {} --dry-run", at("")))
        .ends(1)
        .says("error[auth-refused]");
    let today = format!("bounces {} --dry-run --since 1", at(""));
    desk.run_with(&[("HANDBILL_IMAP_PASSWORD", PASSWORD)], &today).ends(0).says("1 mail read");
}

#[test]
#[ignore = "needs scripts/install-test-servers.sh"]
fn mails_that_somebody_takes_away_meanwhile_cost_no_other() {
    const MAILS: usize = 4000;
    let ca = TestCa::vouching_for(&["localhost"]);
    let dovecot = Dovecot::start(&ca, "");
    dovecot.deliver(None, (0..MAILS).map(|_| b"From: ann@example.org\r\n\r\nHello.\r\n".to_vec()));
    let files = dovecot.files();
    let desk = desk(&ca);
    let url = format!("imaps://{USER}@localhost:{}", dovecot.tls_port);
    // From now on each mail has its number.
    let (_, names) = read(&bounces(&desk, &url).ends(0));
    assert_eq!(names.len(), MAILS);
    let (ran, gone) = std::thread::scope(|scope| {
        let reading = scope.spawn(|| bounces(&desk, &url).ends(0));
        let mut gone = Vec::new();
        // Every second one, from the front, for as long as it reads.
        for (number, file) in files.iter().enumerate().step_by(2) {
            if reading.is_finished() {
                break;
            }
            fs::remove_file(file).expect("it lies there");
            gone.push(number + 1);
        }
        (reading.join().expect("it ends"), gone)
    });
    let (_, names) = read(&ran);
    for uid in (1..=MAILS).filter(|uid| !gone.contains(uid)) {
        let ending = format!("/;UID={uid}");
        assert_eq!(names.iter().filter(|name| name.ends_with(&ending)).count(), 1, "{uid}");
    }
}
