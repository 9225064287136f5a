//! The connection breaks. Before the final dot can have left, the mail surely
//! was not delivered and is tried again; after it, nobody can know, and it is in doubt.

use super::bench::{play, play_chained};
use super::scenario::{played, row};
use super::smtp_server::Step::{Byte, Connect, Data, Dot, FinalDot, Mail, Rcpt};
use super::smtp_server::{Script, at};
use super::{bob, nth};

const PATIENT: &str = "connections = 1\nretry_wait = 60\n";
const OTHERS: &str = "ann cyd dee";

#[test]
#[rustfmt::skip] // It is read as a sheet.
fn what_broke_before_the_message_is_tried_again() {
    play(&[
        row("at MAIL, once", |s| s.rule(nth(Mail, 2).hangs_up()), 0, "", "all"),
        row("at every MAIL but the first", |s| s.rule(at(Mail).after(1).hangs_up()), 3, "bob deferred, cyd deferred, dee deferred", "ann"),
        row("at RCPT, once", |s| s.rule(bob(Rcpt).times(1).hangs_up()), 0, "", "all"),
        row("at RCPT, always", |s| s.rule(bob(Rcpt).hangs_up()), 3, "bob deferred", OTHERS),
        row("at DATA, once", |s| s.rule(bob(Data).times(1).hangs_up()), 0, "", "all"),
        row("at DATA, always", |s| s.rule(bob(Data).hangs_up()), 3, "bob deferred", OTHERS),
        row("at RCPT, once for each", |s| s.rule(at(Rcpt).after(1).times(3).hangs_up()), 0, "", "all"),
        row("gone in mid-run and back", |s| s.rule(nth(Mail, 2).hangs_up()).rule(at(Connect).on_connection(2).hangs_up()).rule(at(Connect).on_connection(3).hangs_up()), 0, "", "all"),
        row("gone in mid-run, back and busy", |s| s.rule(nth(Mail, 2).hangs_up()).rule(at(Connect).on_connection(2).says("421 4.3.2 starting").hangs_up()), 0, "", "all"),
    ]);
}

#[test]
#[rustfmt::skip] // It is read as a sheet.
fn what_broke_when_the_dot_may_have_left_is_in_doubt_and_not_sent_again() {
    play_chained(&[
        // Whether the end of the connection is seen before the message is written is chance.
        row("right after 354", |s| s.rule(at(Byte(0)).about("bob@").times(1).hangs_up()), 3, "bob in doubt", OTHERS).or(0, "", "all"),
        row("at the message's first byte", |s| s.rule(bob(Byte(1)).hangs_up()), 3, "bob in doubt", OTHERS),
        row("in its headers", |s| s.rule(bob(Byte(100)).hangs_up()), 3, "bob in doubt", OTHERS),
        row("in its text", |s| s.rule(bob(Byte(1000)).hangs_up()), 3, "bob in doubt", OTHERS),
        row("within the final dot", |s| s.rule(bob(FinalDot(1)).hangs_up()), 3, "bob in doubt", OTHERS),
        row("between CR and LF of the final dot", |s| s.rule(bob(FinalDot(2)).hangs_up()), 3, "bob in doubt", OTHERS),
        row("after the dot, and the mail is lost", |s| s.rule(bob(Dot).hangs_up()), 3, "bob in doubt", OTHERS),
        row("after the dot, and the mail is kept", |s| s.rule(bob(Dot).keeps().hangs_up()), 3, "bob in doubt", "all"),
        row("after every dot, and each is kept", |s| s.rule(at(Dot).keeps().hangs_up()), 3, "all in doubt", "all"),
        row("in doubt, and sent again by wish", |s| s.rule(bob(Dot).hangs_up()), 3, "bob in doubt", OTHERS).again("--in-doubt resend"),
        row("in doubt, and left so by wish", |s| s.rule(bob(Dot).keeps().hangs_up()), 3, "bob in doubt", "all").again("--in-doubt skip"),
    ]);
}

#[test]
#[rustfmt::skip] // It is read as a sheet.
fn a_connection_that_ends_after_a_mail_was_taken_takes_it_back_from_nobody() {
    play_chained(&[
        row("after each mail, silently", |s| s.close_after(1), 0, "", "all"),
        row("after two mails, silently", |s| s.close_after(2), 0, "", "all"),
        row("after three mails, silently", |s| s.close_after(3), 0, "", "all"),
        row("after the dot's reply", |s| s.rule(bob(Dot).says("250 2.0.0 queued").hangs_up()), 0, "", "all"),
        // A goodbye that comes when the next is under way may be taken as an answer to that one.
        row("after two mails, with a goodbye", |s| s.rule(nth(Dot, 2).says("250 2.0.0 queued\n421 4.4.2 enough").hangs_up()), 0, "", "all").delivery(PATIENT),
        row("after each mail, with a goodbye", |s| s.rule(at(Dot).says("250 2.0.0 queued\n421 4.4.2 enough").hangs_up()), 0, "", "all").people("ann bob").delivery(PATIENT),
        row("after two mails, over several connections", |s| s.close_after(2), 0, "25 sent", "25").crowd(25).delivery("connections = 3\nretry_wait = 0\n"),
    ]);
}

/// More than a connection buffers, so that it cannot all have left.
fn large(script: Script) -> Script {
    script.without("SIZE")
}

#[test]
#[rustfmt::skip] // It is read as a sheet.
fn a_large_message_that_broke_off_early_surely_was_not_delivered() {
    let picture = || vec![7; 9_000_000];
    let with_picture = "---\nsubject: x\nattachments: [river.bin]\n---\nHi\n";
    play(&[
        row("early in a large message, always", |s| large(s).rule(at(Byte(1000)).hangs_up()), 3, "bob deferred", "")
            .people("bob").campaign(with_picture).file("campaigns/river.bin", picture()).once(),
        played("stops to read for a while", |s, gate| large(s).rule(at(Byte(1000)).waits_for(gate)),
            |mut running, gate| { running.until(|| gate.is_reached()); gate.open(); running.wait() }, 0, "", "all")
            .people("bob").campaign(with_picture).file("campaigns/river.bin", picture()).once(),
    ]);
}
