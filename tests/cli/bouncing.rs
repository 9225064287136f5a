//! What comes back after a send: a bounce that is about a mail of ours
//! suppresses exactly its reader, a forged one nobody.

use sha2::{Digest, Sha256};

use crate::desk::{Desk, SETTINGS};
use crate::send;
use crate::smtp_server::Script;

/// A header of the mail that a reader got.
pub(crate) fn header(server: &crate::SmtpServer, reader: &str, name: &str) -> String {
    let accepted = server.accepted();
    let mail = accepted.iter().find(|mail| mail.to.iter().any(|to| to == reader)).expect("mailed");
    let text = String::from_utf8_lossy(&mail.data).replace("\r\n ", " ");
    let found = text.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
    found.expect("it has the header").to_owned()
}

/// The token in a way out.
fn token_of(way_out: &str) -> String {
    let token = way_out.split("unsubscribe%20").nth(1).expect("a token");
    token.trim_end_matches('>').to_owned()
}

/// A desk whose campaign was sent.
pub(crate) fn sent() -> (Desk, crate::SmtpServer) {
    let desk = Desk::new();
    let server = Script::new().start();
    send(&desk, &server, "").ends(0).says("3 mails sent");
    (desk, server)
}

/// A delivery status notification (RFC 3464).
pub(crate) fn report(
    number: u32,
    date: &str,
    reader: &str,
    reply: &str,
    message_id: &str,
) -> String {
    format!(
        "Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example.net\r\nTo: news@example.org\r\n\
         Subject: Undelivered Mail Returned to Sender\r\nDate: {date}\r\n\
         Message-ID: <{number}@mx.example.net>\r\nAuto-Submitted: auto-replied\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
         --b\r\n\r\n<{reader}>: host mx.example.net said: {reply}\r\n\
         --b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.net\r\n\r\n\
         Final-Recipient: rfc822; {reader}\r\nAction: failed\r\nStatus: 5.0.0\r\n\
         Diagnostic-Code: smtp; {reply}\r\n\r\n\
         --b\r\nContent-Type: text/rfc822-headers\r\n\r\nFrom: news@example.org\r\n\
         To: <{reader}>\r\nMessage-ID: {message_id}\r\nSubject: News\r\n\r\n--b--\r\n"
    )
}

pub(crate) const MONDAY: &str = "Mon, 4 May 2026 10:00:00 +0000";
pub(crate) const GONE: &str = "550 5.1.1 user unknown";

#[test]
fn a_bounce_of_a_mail_of_ours_suppresses_exactly_its_reader_and_once() {
    let (desk, server) = sent();
    let id = header(&server, "bob@example.org", "Message-ID");
    let desk = desk.file("back/1.eml", report(1, MONDAY, "bob@example.org", GONE, &id));
    desk.run("bounces back").ends(0).says("1 address suppressed\n");
    desk.run("suppress list").prints_only("bob@example.org\n");
    desk.run("suppress export").prints("bob@example.org,bounce 5.1.1,");
    desk.run("bounces back").ends(0).says("0 addresses suppressed, 1 known from before\n");
    // Who takes somebody off again means it: the same bounce says nothing new.
    desk.run("suppress remove bob@example.org").ends(0);
    desk.run("bounces back").ends(0).says("0 addresses suppressed, 1 known from before\n");
    desk.run("suppress list").prints_only("");
}

#[test]
fn a_forged_bounce_changes_nothing() {
    let (desk, server) = sent();
    // Who knows an address, the campaign and the program can make this one, and did before
    // Message-IDs had a key.
    let mut guess = Sha256::new();
    for part in ["message", "spring", "ann@example.org"] {
        guess.update(part);
        guess.update([0]);
    }
    let guess: String = guess.finalize()[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    let token = token_of(&header(&server, "ann@example.org", "List-Unsubscribe"));
    let forged = [
        // The token of a link is none of a Message-ID, and the other way round.
        format!("<{token}.spring@example.org>"),
        format!("<{guess}.spring@example.org>"),
        format!("<{}.spring@example.org>", "0".repeat(32)),
        "<x.spring@example.org>".to_owned(),
        "<>".to_owned(),
        format!("<{}", "f".repeat(3000)),
    ];
    let mut desk = desk;
    for (number, id) in (0_u32..).zip(&forged) {
        let mail = report(number, MONDAY, "ann@example.org", GONE, id);
        desk = desk.file(&format!("back/{number}.eml"), mail);
    }
    let ran = desk.run("bounces back --format json").ends(0);
    assert_eq!(ran.json()["messages"].as_array().expect("a list").len(), forged.len());
    ran.says(&format!("0 addresses suppressed, {} not about a mail of yours\n", forged.len()));
    desk.run("suppress list").prints_only("");
}

#[test]
fn a_bounce_suppresses_whose_mail_it_is_whomever_it_names() {
    let (desk, server) = sent();
    let bob = header(&server, "bob@example.org", "Message-ID");
    // Ann is named, and somebody who never had a mail; Bob's mail it was, which was passed on.
    let desk = desk
        .file("back/1.eml", report(1, MONDAY, "ann@example.org", GONE, &bob))
        .file("back/2.eml", report(2, MONDAY, "eve@example.org", GONE, &bob));
    desk.run("bounces back").ends(0).says("1 address suppressed, 1 counted\n");
    desk.run("suppress list").prints_only("bob@example.org\n");
}

#[test]
fn the_way_out_in_what_is_returned_is_proof_too() {
    let (desk, server) = sent();
    let way_out = header(&server, "bob@example.org", "List-Unsubscribe");
    let mail = report(1, MONDAY, "redacted@example.net", GONE, "<none@example.net>")
        .replace("Subject: News", &format!("List-Unsubscribe: {way_out}\r\nSubject: News"));
    let desk = desk.file("back/1.eml", mail);
    desk.run("bounces back").ends(0).says("1 address suppressed\n");
    desk.run("suppress list").prints_only("bob@example.org\n");
}

#[test]
fn without_the_key_nothing_is_believed_and_no_new_one_is_made() {
    let (desk, server) = sent();
    let id = header(&server, "bob@example.org", "Message-ID");
    let desk = desk.file("back/1.eml", report(1, MONDAY, "bob@example.org", GONE, &id));
    let key = desk.read(".handbill/unsubscribe.key");
    std::fs::remove_file(desk.path(".handbill/unsubscribe.key")).expect("it was made");
    desk.run("bounces back").ends(0).says("warning[no-key]").says("nothing was changed");
    assert!(!desk.path(".handbill/unsubscribe.key").exists());
    let desk = desk.file(".handbill/unsubscribe.key", [7; 32]);
    desk.run("bounces back").ends(0).says("0 addresses suppressed, 1 not about a mail of yours");
    let desk = desk.file(".handbill/unsubscribe.key", key);
    desk.run("bounces back").ends(0).says("1 address suppressed\n");
}

#[test]
fn a_dry_run_says_what_they_are_and_leaves_nothing() {
    let id = "<x@example.org>";
    let desk = Desk::bare().file("back/1.eml", report(1, MONDAY, "bob@example.org", GONE, id));
    let before = desk.tree();
    desk.run("bounces back --dry-run --format json").ends(0).prints_only(
        "{\"messages\":[{\"file\":\"1.eml\",\"verdict\":\"hard\",\"recipient\":\"bob@example.org\",\
         \"enhanced\":\"5.1.1\",\"reply\":\"550\"}]}\n",
    );
    assert_eq!(desk.tree(), before);
    let (desk, server) = sent();
    let id = header(&server, "bob@example.org", "Message-ID");
    let desk = desk.file("back/1.eml", report(1, MONDAY, "bob@example.org", GONE, &id));
    let before = desk.tree();
    desk.run("bounces back --dry-run").ends(0).says("nothing was changed (--dry-run)\n");
    assert_eq!(desk.tree(), before);
}

#[test]
fn soft_bounces_suppress_after_three_different_days_in_a_month() {
    let (desk, server) = sent();
    let full = "552 5.2.2 mailbox full";
    let ann = header(&server, "ann@example.org", "Message-ID");
    let mail = |number: u32, day: &str| {
        report(number, &format!("{day} 2026 10:00:00 +0000"), "ann@example.org", full, &ann)
    };
    let mbox = |mails: &[String]| {
        let each = |mail: &String| format!("From MAILER-DAEMON Mon May  4 10:00:00 2026\n{mail}\n");
        mails.iter().map(each).collect::<String>()
    };
    let desk = desk.file(
        "back.mbox",
        mbox(&[
            mail(1, "Mon, 4 May"),
            mail(2, "Mon, 4 May"),
            mail(3, "Tue, 5 May"),
            mail(4, "Mon, 6 Jul"),
        ]),
    );
    desk.run("bounces back.mbox").ends(0).says("0 addresses suppressed, 4 counted\n");
    let desk = desk.file("more.mbox", mbox(&[mail(3, "Tue, 5 May"), mail(5, "Sat, 9 May")]));
    desk.run("bounces more.mbox").ends(0).says("1 address suppressed, 1 known from before\n");
    desk.run("suppress export")
        .prints("ann@example.org,\"3 soft bounces within 30 days, at last bounce 5.2.2\",");
}

#[test]
fn complaints_and_wishes_to_leave_suppress_and_machines_that_answer_do_not() {
    let (desk, server) = sent();
    let ann = header(&server, "ann@example.org", "Message-ID");
    let complaint = format!(
        "From: fbl@example.net\r\nTo: news@example.org\r\nSubject: complaint\r\n\
         Message-ID: <c@example.net>\r\n\
         Content-Type: multipart/report; report-type=feedback-report; boundary=b\r\n\r\n\
         --b\r\n\r\nA complaint.\r\n--b\r\nContent-Type: message/feedback-report\r\n\r\n\
         Feedback-Type: abuse\r\nUser-Agent: x/1\r\nVersion: 1\r\n\r\n\
         --b\r\nContent-Type: message/rfc822\r\n\r\nFrom: news@example.org\r\n\
         To: Ann <ann@example.org>\r\nMessage-ID: {ann}\r\n\r\nDear Ann\r\n--b--\r\n"
    );
    let token = token_of(&header(&server, "bob@example.org", "List-Unsubscribe"));
    // From another mailbox than the one that has the mail: the token counts alone.
    let wish = |token: &str| {
        format!(
            "From: rob@example.net\r\nTo: leave@example.org\r\nSubject: Re: unsubscribe {token}\r\n\r\n.\r\n"
        )
    };
    let another = token_of(&header(&server, "cyd@example.org", "List-Unsubscribe"));
    let forged = format!("{}{}", &another[..31], if another.ends_with('0') { '1' } else { '0' });
    let cyd = header(&server, "cyd@example.org", "Message-ID");
    let away = format!(
        "From: cyd@example.org\r\nTo: news@example.org\r\nSubject: Away\r\n\
         Auto-Submitted: auto-replied\r\nIn-Reply-To: {cyd}\r\n\r\nMy mailbox is full of sand.\r\n"
    );
    let desk = desk
        .file("Maildir/new/1", complaint)
        .file("Maildir/cur/2:2,S", wish(&token.to_uppercase()))
        .file("Maildir/cur/3:2,S", wish(&forged).replace("rob@example.net", "cyd@example.org"))
        .file("Maildir/new/4", away);
    let ran = desk.run("bounces Maildir --format json").ends(0);
    let verdicts: Vec<String> = ran.json()["messages"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|message| message["verdict"].as_str().expect("a word").to_owned())
        .collect();
    assert_eq!(verdicts, ["none", "none", "complaint", "autoreply"]);
    ran.says("2 addresses suppressed, 1 of them by their own wish, 1 not about a mail of yours\n");
    desk.run("suppress list").prints_only("ann@example.org\nbob@example.org\n");
}

#[test]
fn a_complaint_that_names_nobody_is_about_whose_mail_it_returns() {
    let (desk, server) = sent();
    let complaint = |number: u32, proof: &str| {
        format!(
            "From: fbl@example.net\r\nTo: news@example.org\r\nSubject: complaint\r\n\
             Message-ID: <c{number}@example.net>\r\n\
             Content-Type: multipart/report; report-type=feedback-report; boundary=b\r\n\r\n\
             --b\r\n\r\nA complaint.\r\n--b\r\nContent-Type: message/feedback-report\r\n\r\n\
             Feedback-Type: abuse\r\nUser-Agent: x/1\r\nVersion: 1\r\n\
             Original-Rcpt-To: [redacted]@example.net\r\n\r\n\
             --b\r\nContent-Type: message/rfc822\r\n\r\nFrom: news@example.org\r\n\
             To: [redacted]\r\n{proof}\r\nSubject: News\r\n\r\nDear\r\n--b--\r\n"
        )
    };
    let proof = |reader: &str, name: &str| format!("{name}: {}", header(&server, reader, name));
    let desk = desk
        .file("back/1", complaint(1, &proof("ann@example.org", "Message-ID")))
        .file("back/2", complaint(2, &proof("cyd@example.org", "List-Unsubscribe")))
        .file("back/3", complaint(3, "Message-ID: <x@example.org>"));
    let desk = desk.file("back/cur/.keep", "").file("back/new/.keep", "");
    for file in ["1", "2", "3"] {
        std::fs::rename(desk.path(&format!("back/{file}")), desk.path(&format!("back/new/{file}")))
            .expect("the same folder");
    }
    let ran = desk.run("bounces back").ends(0);
    ran.says("2 addresses suppressed, 1 not about a mail of yours\n");
    desk.run("suppress list").prints_only("ann@example.org\ncyd@example.org\n");
}

#[test]
fn the_settings_say_how_many_soft_bounces_are_enough() {
    let desk = Desk::new().settings(&format!("{SETTINGS}\n[bounces]\nsoft = 2\ndays = 5\n"));
    let server = Script::new().start();
    send(&desk, &server, "").ends(0);
    let full = "552 5.2.2 mailbox full";
    let mail = |number: u32, reader: &str, day: &str| {
        let id = header(&server, reader, "Message-ID");
        report(number, &format!("{day} 2026 10:00:00 +0000"), reader, full, &id)
    };
    let desk = desk
        .file("back/1.eml", mail(1, "ann@example.org", "Mon, 4 May"))
        .file("back/2.eml", mail(2, "ann@example.org", "Sat, 9 May"))
        .file("back/3.eml", mail(3, "bob@example.org", "Mon, 4 May"))
        .file("back/4.eml", mail(4, "bob@example.org", "Fri, 8 May"));
    desk.run("bounces back").ends(0).says("1 address suppressed, 3 counted\n");
    desk.run("suppress export")
        .prints("bob@example.org,\"2 soft bounces within 5 days, at last bounce 5.2.2\",");
}

#[test]
fn what_the_sender_has_to_mend_is_told_with_its_reply_and_suppresses_nobody() {
    let (desk, server) = sent();
    let id = header(&server, "bob@example.org", "Message-ID");
    let reply = "550 5.7.26 Unauthenticated email is not accepted due to DMARC policy";
    let desk = desk.file("back/1.eml", report(1, MONDAY, "bob@example.org", reply, &id));
    desk.run("bounces back").ends(0).says(reply).says("help: publish SPF and DMARC");
    desk.run("suppress list").prints_only("");
}

#[test]
fn a_mailbox_that_is_not_there_is_refused_and_where_nothing_was_sent_nothing_is_made() {
    let desk = Desk::new();
    desk.run("bounces nowhere").ends(1).says("error[unreadable-mailbox]").says("help: ");
    let desk = desk.file("1.eml", report(1, MONDAY, "bob@example.org", GONE, "<x@example.org>"));
    desk.run("bounces 1.eml").ends(0).says("warning[nothing-sent]");
    assert!(!desk.path(".handbill").exists());
}
