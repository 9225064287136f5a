//! What `send` says at its end: what became of everybody, why, and what to do.

use crate::desk::{Desk, SETTINGS};
use crate::smtp_server::{Rule, Script, Step, at};
use crate::{counts, many, send};

fn refuses(whom: &str, words: &str) -> Rule {
    at(Step::Rcpt).about(whom).says(words)
}

fn desk(people: usize) -> Desk {
    Desk::new().campaign("---\nsubject: x\n---\nHi\n").list(&many(people))
}

#[test]
fn a_run_sums_up_what_became_of_everybody_and_what_to_do_next() {
    let desk = desk(12);
    let server = Script::new()
        .rule(refuses("n1@", "550 5.1.1 <n1@example.org>: no such user"))
        .rule(refuses("n2@", "550 5.1.1 <n2@example.org>: no such user"))
        .rule(refuses("n3@", "552 5.2.2 mailbox full"))
        .rule(refuses("n4@", "451 4.2.0 greylisted"))
        .rule(at(Step::Dot).about("n5@").hangs_up())
        .start();
    let ran = send(&desk, &server, "--limit 8").ends(3);
    assert_eq!(counts(&ran), [3, 3, 1, 1, 0, 0, 0, 4]);
    let summary = ran.err.split_once("         3 mails sent\n").expect("a summary").1;
    let (before, after) = summary.split_once("send again after ").expect("a time");
    let after = after.split_once(" UTC\n").expect("a time").1;
    assert_eq!(
        before,
        "         3 failed\n\
         \x20            2 × 550 5.1.1 … no such user\n\
         \x20            1 × 552 5.2.2 mailbox full\n\
         \x20            2 suppressed: no mail reaches them any more\n\
         \x20        1 deferred: "
    );
    assert_eq!(
        after,
        "         1 in doubt: the server may have them or not\n\
         \x20            `handbill status spring --only in-doubt` shows who;\n\
         \x20            settle it with `--in-doubt skip` or `--in-doubt resend`\n\
         \x20        4 to go: send again\n"
    );
}

#[test]
fn who_failed_in_an_earlier_run_is_not_explained_anew() {
    let desk = desk(4);
    let server = Script::new()
        .rule(refuses("n1@", "550 5.1.1 no such user"))
        .rule(refuses("n3@", "552 5.2.2 mailbox full"))
        .start();
    send(&desk, &server, "--limit 2").ends(3);
    send(&desk, &server, "").ends(3).says(
        "         2 failed\n\
         \x20            1 × 552 5.2.2 mailbox full\n\
         \x20            1 before: `handbill status spring --only failed` says why\n",
    );
}

#[test]
fn a_doubt_that_was_given_up_is_not_called_an_incomplete_row() {
    let desk = desk(3);
    let server = Script::new().rule(at(Step::Dot).about("n1@").hangs_up()).start();
    send(&desk, &server, "").ends(3);
    let ran = send(&desk, &server, "--in-doubt skip").ends(3);
    ran.says("1 mail was in doubt: given up\n")
        .says("         1 given up in doubt\n")
        .never_says("incomplete");
}

#[test]
fn whoever_is_put_off_again_and_again_is_named_once() {
    let settings = SETTINGS.replace("retry_wait = 0", "retry_wait = 5");
    let desk = desk(3).settings(&settings);
    let server = Script::new().rule(refuses("n1@", "451 4.2.0 greylisted")).start();
    let ran = send(&desk, &server, "").ends(3);
    assert_eq!(counts(&ran), [2, 0, 1, 0, 0, 0, 0, 0]);
    assert_eq!(server.transcript().iter().filter(|line| line.contains("RCPT TO:<n1@")).count(), 2);
    assert_eq!(ran.err.matches("deferred    n1@example.org").count(), 1, "{}", ran.err);
}

#[test]
fn somebody_who_is_asked_hears_how_to_try_first() {
    let desk = desk(3);
    let server = Script::new().start();
    let line = format!("send campaigns/spring.md --via {}", server.url());
    let ran = desk.at_terminal(&line, "no").ends(1);
    assert!(ran.out.contains("try first   `--test-to EMAIL` mails you alone"), "{}", ran.out);
    desk.run(&format!("{line} --yes")).ends(0).never_says("try first");
}

#[test]
fn a_narrow_terminal_tears_no_words() {
    let long = "550 5.1.1 the mailbox of this person was closed long ago by its owner for good";
    let desk = desk(2);
    let server = Script::new().rule(refuses("n1@", long)).start();
    let line = format!("--color never send campaigns/spring.md --yes --via {}", server.url());
    let sent = desk.at_wide_terminal(60, &line, "").out.replace('\r', "");
    let folded = "\
failed      n1@example.org: 550 5.1.1 the mailbox of this
            person was closed long ago by its owner for good
";
    assert!(sent.contains(folded), "{sent}");
    let status = desk.at_wide_terminal(60, "status spring", "").out.replace('\r', "");
    let folded = "\
failed    n1@example.org  550 5.1.1 the mailbox of this
          person was closed long ago by its owner for good
";
    assert!(status.contains(folded), "{status}");
}
