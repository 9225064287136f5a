//! The project's key is made before anything that hangs on it is shown or sent,
//! and by nothing else (P6).

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

use crate::desk::{Desk, SETTINGS};
use crate::rendering::without_date;
use crate::send;
use crate::smtp_server::Script;

const KEY: &str = ".handbill/unsubscribe.key";

/// A desk that has no way to leave, and so had no need of a key before.
fn desk() -> Desk {
    Desk::new().settings(&SETTINGS.replace("[unsubscribe]\nmailto = \"leave@example.org\"\n", ""))
}

#[test]
fn a_project_without_a_key_shows_what_it_will_send() {
    let desk = desk();
    let shown = |desk: &Desk| {
        without_date(
            &desk.run("render campaigns/spring.md --for ann@example.org --as eml").ends(0).raw,
        )
    };
    let first = shown(&desk);
    assert!(first.contains("Message-ID: <"), "{first}");
    assert_eq!(shown(&desk), first);
    assert_eq!(fs::metadata(desk.path(KEY)).expect("it was kept").mode() & 0o777, 0o600);
    desk.run("send campaigns/spring.md --outbox out").ends(0);
    assert_eq!(without_date(&desk.read("out/ann@example.org.eml")), first);
    let server = Script::new().start();
    send(&desk, &server, "").ends(0);
    assert_eq!(without_date(&server.accepted()[0].data), first);
    // Another project has other Message-IDs, though all the rest is the same.
    assert_ne!(shown(&self::desk()), first);
}

#[test]
fn dry_runs_and_checks_leave_no_key_behind() {
    let desk = Desk::new();
    let before = desk.tree();
    desk.run("send campaigns/spring.md --dry-run").ends(0);
    desk.run("check").ends(0);
    // Nor does what is refused.
    desk.run("send campaigns/spring.md").ends(1).says("error[no-server]");
    desk.run("send campaigns/spring.md --outbox out --list gone.csv").ends(1);
    assert_eq!(desk.tree(), before);
}

#[test]
fn a_new_key_beside_mails_of_another_one_is_told() {
    let desk = desk();
    let server = Script::new().start();
    send(&desk, &server, "").ends(0).never_says("new-key");
    fs::remove_file(desk.path(KEY)).expect("it was made");
    let desk = desk.campaign("---\nsubject: x\nid: summer\n---\nHi\n");
    send(&desk, &server, "").ends(0).says("warning[new-key]").says("help: ");
    send(&desk, &server, "").ends(0).never_says("new-key");
}

#[test]
fn a_folder_that_cannot_be_written_to_shows_mails_and_sends_none() {
    // A file where the folder would be: nobody can write there, root included.
    let desk = desk().file(".handbill", "");
    let shown = |desk: &Desk| {
        let ran = desk.run("render campaigns/spring.md --for ann@example.org --as eml");
        let ran = ran.ends(0).says("warning[unkept-key]").says("help: ");
        without_date(&ran.raw)
    };
    let first = shown(&desk);
    assert_eq!(shown(&desk), first);
    desk.run("send campaigns/spring.md --outbox out --ledger $DESK/elsewhere.db")
        .ends(0)
        .says("warning[unkept-key]");
    assert_eq!(without_date(&desk.read("out/ann@example.org.eml")), first);
    let server = Script::new().start();
    send(&desk, &server, "--ledger $DESK/elsewhere.db").ends(1).says("error[unusable-key]");
    assert_eq!(server.connections(), 0);
    // With a key it need not write there.
    fs::remove_file(desk.path(".handbill")).expect("ours");
    let desk = desk.file(KEY, [7; 32]);
    let folder = desk.path(".handbill");
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o500)).expect("ours");
    send(&desk, &server, "--ledger $DESK/elsewhere.db").ends(0);
    desk.run("render campaigns/spring.md --as eml").ends(0).never_says("unkept");
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).expect("ours");
}
