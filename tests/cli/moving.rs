//! `ledger`: checked, put in order, and moved to another place, where nobody gets a campaign
//! twice (P3) and whoever is suppressed stays so (P4).

use std::os::unix::fs::PermissionsExt as _;

use crate::desk::Desk;
use crate::smtp_server::{Gate, Script, SmtpServer, Step, at};
use crate::{counts, got, many, send, suppress, until_stands};

const NEW: &str = "--ledger sqlite:new/ledger.db";

/// Ann has it, Bob is in doubt, Cyd's server was busy, and Dee is suppressed.
fn sent(server: &SmtpServer) -> Desk {
    let desk = Desk::new()
        .campaign("---\nsubject: x\n---\nHi\n")
        .list("email\nann@example.org\nbob@example.org\ncyd@example.org\ndee@example.org\n");
    suppress(&desk, "dee@example.org");
    send(&desk, server, "").ends(3);
    desk
}

fn server() -> SmtpServer {
    Script::new()
        .rule(at(Step::Dot).about("bob@").hangs_up())
        .rule(at(Step::Rcpt).about("cyd@").says("451 4.2.0 later"))
        .start()
}

/// Sends with the ledger of the new place, with a reader more: only she gets it.
fn only_eve_is_left(desk: Desk, ledger: &str) {
    let list = "email\nann@example.org\nbob@example.org\ndee@example.org\neve@example.org\n";
    let desk = desk.list(list);
    let server = Script::new().start();
    let ran = send(&desk, &server, ledger).ends(3);
    assert_eq!(got(&server), ["eve"]);
    let [sent, failed, _, in_doubt, _, already, suppressed, _] = counts(&ran);
    assert_eq!([sent, failed, in_doubt, already, suppressed], [1, 0, 1, 1, 1], "{}", ran.told());
}

#[test]
fn after_an_export_and_an_import_nobody_is_mailed_again() {
    let desk = sent(&server());
    let wrote = desk.run("ledger export -o who.ndjson").ends(0);
    wrote
        .says("written: 1 campaign, 1 run, 3 recipients, 1 suppression, 0 bounces")
        .prints_only("");
    let mode =
        std::fs::metadata(desk.path("who.ndjson")).expect("it is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "readers' addresses are nobody else's");
    desk.run(&format!("ledger import who.ndjson {NEW}")).ends(0).says("read: 1 campaign, 1 run");
    let again = desk.run(&format!("ledger export {NEW}")).ends(0);
    let first = desk.run("ledger export -o -").ends(0);
    assert_eq!(again.out, first.out, "an export of what was imported is the same");
    assert_eq!(first.raw, desk.read("who.ndjson"));
    desk.run(&format!("ledger import who.ndjson {NEW}")).ends(1).says("error[ledger-not-empty]");
    only_eve_is_left(desk, NEW);
}

#[test]
fn after_a_copy_nobody_is_mailed_again() {
    let desk = sent(&server());
    let before = desk.read(".handbill/ledger.db");
    let copied = desk.run("ledger copy sqlite:new/ledger.db").ends(0);
    copied
        .says("copied: 1 campaign, 1 run")
        .says("now set `[ledger] url = \"sqlite:new/ledger.db\"`");
    assert_eq!(desk.read(".handbill/ledger.db"), before, "the old one stays as it is");
    desk.run("ledger copy sqlite:new/ledger.db").ends(1).says("error[ledger-not-empty]");
    desk.run("ledger copy sqlite:.handbill/ledger.db").ends(1).says("is the ledger itself");
    only_eve_is_left(desk, NEW);
}

#[test]
fn while_a_run_is_at_work_its_ledger_is_neither_copied_nor_vacuumed() {
    let gate = Gate::default();
    let desk = Desk::new().campaign("---\nsubject: x\n---\nHi\n").list(&many(5));
    let server = Script::new().rule(at(Step::Dot).about("n2@").waits_for(&gate)).start();
    let running = desk.start(&format!("send campaigns/spring.md --yes --via {}", server.url()));
    gate.until_reached();
    until_stands(&desk, 2);
    for command in ["ledger copy sqlite:new/ledger.db", "ledger vacuum"] {
        desk.run(command).ends(1).says("error[ledger-in-use]: a run of `spring` is at work");
    }
    desk.run("ledger check").ends(0).prints("         1 run, 1 at work\n");
    desk.run("ledger export -o -").ends(0).says("a run of `spring` is at work").says("in doubt");
    gate.open();
    running.wait().ends(0);
    desk.run("ledger vacuum").ends(0);
    desk.run("ledger copy sqlite:new/ledger.db").ends(0);
}

#[test]
fn what_a_killed_run_held_is_in_doubt_in_the_copy_too() {
    let gate = Gate::default();
    let desk = Desk::new().campaign("---\nsubject: x\n---\nHi\n").list(&many(5));
    let server = Script::new().rule(at(Step::Dot).about("n1@").waits_for(&gate)).start();
    let running = desk.start(&format!("send campaigns/spring.md --yes --via {}", server.url()));
    gate.until_reached();
    until_stands(&desk, 1);
    running.kill();
    gate.open();
    let doubts = |ledger: &str| {
        let json = desk.run(&format!("status spring --format json {ledger}")).ends(0).json();
        json["in_doubt"].as_u64().expect("a count")
    };
    desk.run("ledger check").ends(0).says("warning[in-doubt]");
    desk.run("ledger copy sqlite:new/ledger.db").ends(0).says("in doubt: a run had claimed them");
    assert_eq!(doubts(NEW), doubts(""));
    assert!(doubts(NEW) >= 1);
}

#[test]
fn a_file_of_a_strangers_is_told_by_its_lines_and_leaves_nothing() {
    let desk = sent(&server());
    desk.run("ledger export -o who.ndjson").ends(0);
    let whole = String::from_utf8(desk.read("who.ndjson")).expect("text");
    let lines: Vec<&str> = whole.lines().collect();
    let place = |what: &str| lines.iter().position(|line| line.contains(what)).expect("a line") + 1;
    let (ann, dee) = (place("\"ann@example.org\""), place("{\"suppressions\""));
    let cases: [(String, Vec<String>); 7] = [
        (
            "email,first_name\nann@example.org,Ann\n".into(),
            vec!["1:1: error[ledger-import]: this is no export".into()],
        ),
        (
            lines[..lines.len() - 1].join("\n"),
            vec![format!("{}:1: error[ledger-import]: the file ends before", lines.len())],
        ),
        (
            whole.replace("\"state\":\"sent\"", "\"state\":\"free\"").replacen(
                "\"reason\":",
                "\"colour\":",
                1,
            ),
            vec![
                format!(
                    "{ann}:1: error[ledger-import]: `state` of a row of `recipients` is no state"
                ),
                format!("{dee}:1: error[ledger-import]: `suppressions` has no column `colour`"),
            ],
        ),
        (
            whole.replace(
                "\"address\":\"dee@example.org\",\"email\":\"dee@example.org\",\"reason\"",
                "\"address\":\"DEE@example.org\",\"email\":\"dee@example.org\",\"reason\"",
            ),
            vec![format!(
                "{dee}:1: error[ledger-import]: dee@example.org stands in `suppressions` under an `address` that is not its own"
            )],
        ),
        (
            whole.replace("bob@", "ann@"),
            vec![format!("{}:1: error[ledger-contradiction]", ann + 1)],
        ),
        (
            format!("{}{whole}", "x".repeat(2 << 20)),
            vec!["1:1: error[ledger-import]: the line is longer".into()],
        ),
        (String::new(), vec!["1:1: error[ledger-import]: the file ends".into()]),
    ];
    for (text, told) in cases {
        let desk = Desk::new().file("bad.ndjson", text);
        let ran = desk.run("ledger import bad.ndjson").ends(1);
        told.iter().fold(ran, |ran, line| ran.says(&format!("bad.ndjson:{line}")));
        let rows = desk.run("ledger check --format json").ends(0);
        assert!(rows.out.is_empty() || rows.out.contains("\"rows\":{}"), "{}", rows.told());
    }
}

#[test]
fn a_sound_ledger_is_called_so_and_one_that_was_tampered_with_is_not() {
    let desk = sent(&server());
    let sound =
        desk.run("ledger check").ends(0).says("warning[in-doubt]: 1 mail is in doubt of `spring`");
    let sound = sound.prints("         1 campaign\n         1 run\n         3 recipients: 1 deferred, 1 in doubt, 1 sent\n");
    assert!(sound.out.starts_with("$DESK/.handbill/ledger.db: version "), "{}", sound.told());
    let json = desk.run("ledger check --format json").ends(0).json();
    assert_eq!((&json["errors"], &json["warnings"]), (&0.into(), &1.into()));
    assert_eq!(json["states"]["sent"], 1);
    let database = rusqlite::Connection::open(desk.path(".handbill/ledger.db")).expect("opens");
    database
        .execute_batch(
            "PRAGMA foreign_keys = OFF;
             UPDATE suppressions SET address = 'Dee@example.org';
             UPDATE recipients SET run = 77 WHERE address = 'ann@example.org';
             UPDATE recipients SET retry_at = NULL WHERE state = 'deferred';
             DROP INDEX recipients_by_state;",
        )
        .expect("written");
    drop(database);
    // What is not there is told first; the rows are looked at when all is there again.
    desk.run("ledger check").ends(1).says("error[ledger-incomplete]").says("`recipients_by_state`");
    let database = rusqlite::Connection::open(desk.path(".handbill/ledger.db")).expect("opens");
    database
        .execute_batch("CREATE INDEX recipients_by_state ON recipients (campaign, state, run)")
        .expect("written");
    drop(database);
    let told = desk.run("ledger check").ends(1);
    told.says("error[ledger-row]: dee@example.org stands in `suppressions` under")
        .says("is of a run that is not there")
        .says("cyd@example.org is deferred, and nothing says until when")
        .says("error[ledger-contradiction]");
    desk.run("ledger copy sqlite:new/ledger.db").ends(1).says("error[ledger-row]");
    desk.run(&format!("status {NEW}")).ends(0).says("nothing was sent yet");
}

#[test]
fn where_there_is_no_ledger_none_is_made() {
    let desk = Desk::new();
    desk.run("ledger check").ends(0).says("there is no ledger");
    for command in ["ledger vacuum", "ledger export", "ledger copy sqlite:new.db"] {
        desk.run(command).ends(1).says("error[no-ledger]");
    }
    assert!(!desk.path(".handbill").exists() && !desk.path("new.db").exists());
    desk.run("ledger copy postgres://ann:secret@db.test/x").ends(1).never_says("secret");
}

#[test]
fn an_export_that_cannot_be_finished_leaves_the_one_before() {
    let desk = sent(&server()).file("who.ndjson", "an older one\n");
    let database = rusqlite::Connection::open(desk.path(".handbill/ledger.db")).expect("opens");
    database.execute_batch("UPDATE recipients SET state = 'free' WHERE id = 2").expect("written");
    drop(database);
    desk.run("ledger export -o who.ndjson").ends(1).says("error[ledger-row]");
    assert_eq!(desk.read("who.ndjson"), b"an older one\n");
    assert_eq!(
        desk.tree().keys().filter(|path| path.to_string_lossy().contains("part")).count(),
        0
    );
}
