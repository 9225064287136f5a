//! `--test-to`: one real mail to the author, of which the ledger learns nothing.

use mail_parser::MessageParser;

use crate::desk::{Desk, SETTINGS};
use crate::smtp_server::{Script, Step, at};
use crate::{counts, got, suppress};

fn test(server: &str, more: &str) -> String {
    format!("send campaigns/spring.md --test-to me@example.org --via {server} {more}")
}

#[test]
fn a_test_is_one_mail_marked_as_one_and_is_not_remembered() {
    let desk = Desk::new();
    let server = Script::new().start();
    let ran = desk.run(&test(&server.url(), "--yes --format json")).ends(0);
    assert_eq!(counts(&ran), [1, 0, 0, 0, 0, 0, 0, 0]);
    assert_eq!(got(&server), ["me"]);
    let data = server.accepted().remove(0).data;
    let message = MessageParser::new().parse(&data).expect("a message");
    assert_eq!(message.subject(), Some("[test] News for Ann"));
    assert_eq!(message.to().and_then(|to| to.first()?.address()), Some("me@example.org"));
    assert!(!desk.path(".handbill/ledger.db").exists());
    // Everybody still gets theirs.
    crate::send(&desk, &server, "").ends(0).says("3 mails sent");
}

#[test]
fn whose_row_it_is_merged_with_can_be_told() {
    let desk = Desk::new();
    let server = Script::new().start();
    desk.run(&test(&server.url(), "--yes --for bob@example.org")).ends(0);
    let data = server.accepted().remove(0).data;
    let message = MessageParser::new().parse(&data).expect("a message");
    assert_eq!(message.subject(), Some("[test] News for Bob"));
    desk.run(&test(&server.url(), "--yes --for zed@example.org"))
        .ends(1)
        .says("error[no-such-reader]");
    desk.run("send campaigns/spring.md --for bob@example.org").ends(2);
}

#[test]
fn a_click_in_a_test_takes_nobody_else_off_the_list() {
    let desk = Desk::new();
    let server = Script::new().start();
    desk.run(&test(&server.url(), "--yes")).ends(0);
    let tested = String::from_utf8(server.accepted().remove(0).data).expect("ASCII");
    let rendered = desk.run("render campaigns/spring.md --as eml").ends(0).out;
    let leave = |text: &str| {
        let at = text.find("List-Unsubscribe:").expect("a way to leave");
        text[at..].split("\r\n\r\n").next().map(str::to_owned)
    };
    assert_ne!(leave(&tested), leave(&rendered));
}

#[test]
fn a_suppressed_address_gets_no_test_either() {
    let desk = Desk::new();
    suppress(&desk, "Me@example.org");
    let server = Script::new().start();
    desk.run(&test(&server.url(), "--yes")).ends(1).says("error[suppressed]").says("help: ");
    assert_eq!(server.connections(), 0);
}

#[test]
fn a_test_needs_a_server_and_an_answer() {
    let desk = Desk::new();
    desk.run("send campaigns/spring.md --test-to me@example.org --yes")
        .ends(1)
        .says("error[no-server]");
    desk.run(&test("outbox:out", "--yes")).ends(1).says("error[no-server]");
    assert!(!desk.path("out").exists());
    let server = Script::new().start();
    desk.run(&test(&server.url(), "")).ends(1).says("error[not-confirmed]").says("--yes");
    desk.at_terminal(&test(&server.url(), ""), "2").ends(1);
    assert_eq!(server.connections(), 0);
    desk.at_terminal(&test(&server.url(), ""), "1").ends(0);
    assert_eq!(got(&server), ["me"]);
}

#[test]
fn a_test_that_the_server_refuses_is_refused() {
    let desk = Desk::new();
    let server = Script::new().rule(at(Step::Rcpt).says("550 5.1.1 no such user")).start();
    desk.run(&test(&server.url(), "--yes"))
        .ends(1)
        .says("error[test-failed]: the server refused it: 550 5.1.1 no such user");
    desk.run(&test(&server.url(), "--yes --test-to nobody")).ends(2);
    let line = format!("send campaigns/spring.md --yes --test-to nobody --via {}", server.url());
    desk.run(&line).ends(1).says("error[invalid-address]");
    let needy = "---\nsubject: x\n---\n{{ city }}\n";
    let desk =
        Desk::new().settings(SETTINGS).campaign(needy).list("email,city\nann@example.org,\n");
    desk.run(&test(&server.url(), "--yes")).ends(1).says("error[blank-field]");
}
