//! Where bounces come back to: the address of the settings, with a token of each
//! reader's own, by which a bounce is known whatever else stands in it.

use crate::desk::{Desk, SETTINGS};
use crate::send;
use crate::smtp_server::{Script, SmtpServer};

const BOUNCES: &str = "\n[bounces]\naddress = \"bounces@lists.example.org\"\n";

fn desk(more: &str) -> Desk {
    Desk::new().settings(&format!("{SETTINGS}{more}"))
}

/// The return path of a reader's mail.
fn return_path(server: &SmtpServer, reader: &str) -> String {
    let accepted = server.accepted();
    let mail = accepted.iter().find(|mail| mail.to.iter().any(|to| to == reader)).expect("mailed");
    mail.from.clone()
}

/// A bounce from which everything is gone but where it was sent to.
fn bare(to: &str, more: &str) -> String {
    format!(
        "From: MAILER-DAEMON@mx.example.net\r\nTo: {to}\r\n{more}Subject: failure notice\r\n\
         Date: Mon, 4 May 2026 10:00:00 +0000\r\n\r\n\
         Hi. This is the qmail-send program.\r\n\r\n<someone@example.net>:\r\n\
         550 5.1.1 user unknown\r\n"
    )
}

#[test]
fn every_reader_has_a_return_path_of_their_own_that_is_the_same_every_time() {
    let desk = desk(BOUNCES);
    let server = Script::new().start();
    send(&desk, &server, "").ends(0);
    let paths =
        ["ann", "bob", "cyd"].map(|name| return_path(&server, &format!("{name}@example.org")));
    for path in &paths {
        let inner =
            path.strip_prefix("bounces+").and_then(|path| path.strip_suffix("@lists.example.org"));
        let token = inner.unwrap_or_else(|| panic!("{path}"));
        assert!(token.len() == 32 && token.bytes().all(|byte| byte.is_ascii_hexdigit()), "{path}");
        assert_eq!(paths.iter().filter(|other| *other == path).count(), 1);
        // It tells nothing of the tokens that stand in the mail.
        let seen = server
            .accepted()
            .iter()
            .any(|mail| String::from_utf8_lossy(&mail.data).contains(token));
        assert!(!seen, "{path}");
    }
    // A test to somebody of the list has the return path that their mail has.
    let test = "send campaigns/spring.md --test-to bob@example.org --yes --via";
    desk.run(&format!("{test} {}", server.url())).ends(0);
    assert_eq!(server.accepted().last().expect("a test").from, paths[1]);
}

#[test]
fn a_bounce_is_known_by_where_it_came_back_and_a_forged_one_by_nothing() {
    let desk = desk(BOUNCES);
    let server = Script::new().start();
    send(&desk, &server, "").ends(0);
    let [ann, bob, cyd] =
        ["ann", "bob", "cyd"].map(|name| return_path(&server, &format!("{name}@example.org")));
    let forged = format!("bounces+{}@lists.example.org", "0123456789abcdef".repeat(2));
    let swapped = ann.replace("bounces+", "bounces+0");
    let desk = desk
        .file("back/1.eml", bare(&ann.to_uppercase(), ""))
        .file("back/2.eml", bare("news@example.org", &format!("Delivered-To: {bob}\r\n")))
        .file("back/3.eml", bare(&forged, ""))
        .file("back/4.eml", bare("bounces@lists.example.org", &format!("Subject: {cyd}\r\n")))
        .file("back/5.eml", bare(&swapped, &format!("Cc: bounces+{}@x.test\r\n", "é".repeat(32))))
        .file("back/6.eml", bare(&format!("{forged}, {forged}, bounces+@x.test, +@"), ""));
    desk.run("bounces back").ends(0).says("2 addresses suppressed, 4 not about a mail of yours\n");
    desk.run("suppress list").prints_only("ann@example.org\nbob@example.org\n");
}

#[test]
fn without_tokens_all_have_the_address_and_without_an_address_the_senders() {
    for (settings, path) in [
        (format!("{BOUNCES}verp = false\n"), "bounces@lists.example.org"),
        ("\n[bounces]\nsoft = 2\n".to_owned(), "news@example.org"),
    ] {
        let server = Script::new().start();
        send(&desk(&settings), &server, "").ends(0);
        assert_eq!(return_path(&server, "ann@example.org"), path);
        assert_eq!(return_path(&server, "bob@example.org"), path);
    }
}

#[test]
fn what_cannot_be_a_return_path_is_told_where_it_stands() {
    for (lines, told) in [
        ("address = \"bounces\"", "handbill.toml:17:12: error[invalid-address]"),
        ("adress = \"b@example.org\"", "did you mean `address`?"),
        ("verp = true", "handbill.toml:17:8: error[verp-without-address]"),
        ("verp = \"yes\"", "error[wrong-type]: `verp` must be `true` or `false`"),
        (
            "address = \"the-mailbox-for-everything-that-comes-back@example.org\"",
            "handbill.toml:17:12: error[verp-address]",
        ),
        ("address = '\"odd name\"@example.org'", "error[verp-address]"),
        ("soft = 0", "error[wrong-type]"),
        ("soft = 3\ndays = 2", "handbill.toml:17:8: error[bounces-limit]"),
        ("days = 2", "error[bounces-limit]"),
        ("soft = 1000", "error[wrong-type]"),
    ] {
        let ran =
            desk(&format!("\n[bounces]\n{lines}\n")).run("send campaigns/spring.md --dry-run");
        ran.ends(1).says(told).says("help: ");
    }
    let long = "address = \"the-mailbox-for-everything-that-comes-back@example.org\"\nverp = false";
    desk(&format!("\n[bounces]\n{long}\n")).run("send campaigns/spring.md --dry-run").ends(0);
}
