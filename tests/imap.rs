//! An IMAP server that falls silent, or talks without coming to the point, is
//! not waited for without end.

#[path = "common/imap_server.rs"]
mod imap_server;
#[path = "common/test_ca.rs"]
#[allow(dead_code, reason = "other tests use the rest of it")]
mod test_ca;

use std::time::Duration;

use handbill::finding::Finding;
use handbill::mailbox::Mailbox;
use handbill::mailbox::imap::{Account, Timeouts};
use imap_server::{ImapScript, Then};
use test_ca::TestCa;

/// Reads all of a server's mails, and says how many there were.
fn read(script: ImapScript) -> Result<(usize, Option<Finding>), Finding> {
    let url = format!("imap://ann@127.0.0.1:{}", script.start().port);
    let account = Account::new(&url, Some("echo open sesame"), None).expect("a URL");
    let limit = Duration::from_millis(60);
    let timeouts = Timeouts { connect: limit, command: limit, goodbye: limit };
    let mut mailbox = Mailbox::Imap(Box::new(account.with_timeouts(timeouts).open(1000)?));
    let mut count = 0;
    let cut = mailbox.each(1000, &mut |mail| {
        count += usize::from(mail.bytes.is_ok());
        Ok::<(), ()>(())
    });
    Ok((count, cut.expect("nothing is handed over in vain")))
}

#[test]
fn a_server_that_falls_silent_or_only_talks_is_left_whatever_it_was_asked() {
    let server = || ImapScript::new(vec![b"A: b\r\n\r\n".to_vec(); 3]);
    for command in ["CAPABILITY", "AUTHENTICATE", "EXAMINE"] {
        for (words, then) in [("", Then::Silence), ("* 3 RECENT\r\n", Then::Repeat)] {
            let finding = read(server().then(command, words, then)).expect_err("no answer");
            assert_eq!(finding.code, "server-unreachable", "{command}");
            assert!(finding.message.contains("did not answer in time"), "{}", finding.message);
        }
    }
    let finding = read(server().greets("")).expect_err("no greeting");
    assert!(finding.message.ends_with("did not answer in time before a greeting"));
    for (command, words) in
        [("UID SEARCH", "* SEA"), ("UID FETCH", "* 1 FETCH (UID 10 BODY[] {9}\r\n")]
    {
        for (words, then) in [(words, Then::Silence), ("* 3 RECENT\r\n", Then::Repeat)] {
            let cut = read(server().then(command, words, then)).expect("opened").1.expect("cut");
            assert_eq!(cut.code, "mailbox-cut-off", "{command}");
            assert!(cut.message.contains("did not answer in time"), "{}", cut.message);
        }
    }
    // A goodbye that nobody answers changes nothing.
    assert_eq!(read(server().then("LOGOUT", "", Then::Silence)), Ok((3, None)));
}

#[test]
fn of_a_long_mail_only_the_beginning_is_asked_for_and_more_is_not_taken() {
    let mail = "x".repeat(5000).into_bytes();
    let url = |port| format!("imap://ann@127.0.0.1:{port}");
    let server = ImapScript::new(vec![mail]).start();
    let account = Account::new(&url(server.port), Some("echo open sesame"), None).expect("a URL");
    let mut mailbox = Mailbox::Imap(Box::new(account.open(1000).expect("it opens")));
    let mut lengths = Vec::new();
    let cut = mailbox.each(1000, &mut |mail| {
        lengths.push(mail.bytes.expect("readable").len());
        Ok::<(), ()>(())
    });
    assert_eq!((lengths, cut), (vec![1000], Ok(None)));
    assert!(server.commands().contains(&"UID FETCH 10 (UID BODY.PEEK[]<0.1000>)".to_owned()));
}
