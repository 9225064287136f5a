//! `init` and `new`: the first five minutes.

use crate::desk::Desk;

#[test]
fn a_new_project_sends_its_first_campaign_to_an_outbox_at_once() {
    let desk = Desk::bare();
    desk.run("init").ends(0).says("wrote handbill.toml").says("send campaigns/welcome.md");
    desk.run("check").ends(0).says("no errors, no warnings");
    desk.run("send campaigns/welcome.md").ends(0).says("2 mails were written into");
    let mail = String::from_utf8(desk.read("outbox/ann@example.org.eml")).expect("ASCII");
    assert!(
        mail.contains("\r\nTo: <ann@example.org>\r\n") || mail.contains("\r\nTo: ann@"),
        "{mail}"
    );
}

#[test]
fn a_project_is_never_made_over_another() {
    let desk = Desk::bare().list("email\nmine@example.org\n");
    desk.run("init").ends(0).says("kept  subscribers.csv");
    assert_eq!(desk.read("subscribers.csv"), b"email\nmine@example.org\n");
    let before = desk.tree();
    desk.run("init").ends(1).says("error[file-exists]").says("help: ");
    assert_eq!(desk.tree(), before);
    desk.run("init deeper/project").ends(0).says("-C deeper/project");
    desk.run("-C deeper/project check").ends(0);
}

#[test]
fn a_new_campaign_is_ready_to_be_checked() {
    let desk = Desk::new();
    desk.run("new 'Spring: \"the\" path'").ends(0).says("wrote campaigns/spring-the-path.md");
    desk.run("check campaigns/spring-the-path.md").ends(0);
    desk.run("render campaigns/spring-the-path.md --as subject")
        .ends(0)
        .prints_only("Spring: \"the\" path\n");
    desk.run("new 'Spring the path'").ends(1).says("error[file-exists]");
    desk.run("new '?!'").ends(1).says("error[no-title]");
}
