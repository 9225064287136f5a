//! Replies that are cut, malformed, out of turn, too many or too few. What
//! cannot be read exactly is not believed, and never told of somebody else.

use super::bench::{play, play_chained};
use super::scenario::row;
use super::smtp_server::Step::{Connect, Data, Dot, Ehlo, Mail, Quit, Rcpt, Rset};
use super::smtp_server::at;
use super::{bob, cyd, nth};

const OTHERS: &str = "ann cyd dee";

#[test]
#[rustfmt::skip] // It is read as a sheet.
fn unusual_replies_are_understood() {
    play(&[
        row("codes without text", |s| s.rule(at(Mail).says("250")).rule(at(Rcpt).says("250")).rule(at(Data).says("354")).rule(at(Dot).says("250")), 0, "", "all"),
        row("lines that end in LF alone", |s| s.rule(at(Rcpt).says_raw(b"250 ok\n")).rule(at(Dot).says_raw(b"250-2.0.0 queued\n250 ok\n")), 0, "", "all"),
        row("replies of many lines", |s| s.rule(at(Mail).says("250-a\n250 b")).rule(at(Rcpt).says("250-a\n250 b")).rule(at(Data).says("354-a\n354 b")).rule(at(Dot).says("250-a\n250 b")), 0, "", "all"),
        row("another positive code", |s| s.rule(at(Mail).says("220 fine")).rule(at(Dot).says("299 fine")), 0, "", "all"),
        row("byte by byte", |s| [Connect, Ehlo, Mail, Rcpt, Dot, Quit].into_iter().fold(s, |s, step| s.rule(at(step).drips(if step == Connect { "220-a\n220 b" } else { "250-a\n250 b" }))), 0, "", "all"),
        row("a refusal byte by byte", |s| s.rule(bob(Rcpt).drips("550-5.1.1 no\n550 5.1.1 such user")).rule(at(Rset).drips("250 ok")), 3, "bob failed 550", OTHERS),
        row("replies that leave together", |s| s.replies_in_batches().rule(bob(Rcpt).says("550 5.1.1 no")), 3, "bob failed 550", OTHERS),
        row("words of a foreign script", |s| s.rule(bob(Rcpt).says("550 5.1.1 \u{202e}\u{1b}[31mнет\u{7}")), 3, "bob failed 550", OTHERS),
    ]);
}

#[test]
#[rustfmt::skip] // It is read as a sheet.
fn a_reply_that_cannot_be_right_closes_the_connection_and_the_mail_is_tried_again() {
    play(&[
        row("half a reply to MAIL", |s| s.rule(nth(Mail, 2).says_raw(b"250 2.1.0 o").hangs_up()), 0, "", "all"),
        row("half a reply to RCPT", |s| s.rule(bob(Rcpt).times(1).says_raw(b"55").hangs_up()), 0, "", "all"),
        row("half a long reply to RCPT", |s| s.rule(bob(Rcpt).times(1).says("550-5.1.1 no").hangs_up()), 0, "", "all"),
        row("half a reply to DATA", |s| s.rule(bob(Data).times(1).says_raw(b"354").hangs_up()), 0, "", "all"),
        row("354 to MAIL", |s| s.rule(nth(Mail, 2).says("354 go")), 0, "", "all"),
        row("354 to RCPT", |s| s.rule(bob(Rcpt).times(1).says("354 go")), 0, "", "all"),
        row("354 to RCPT, always", |s| s.rule(bob(Rcpt).says("354 go")), 3, "bob deferred", OTHERS),
        row("503 to RCPT", |s| s.rule(bob(Rcpt).times(1).says("503 5.5.1 MAIL first")), 0, "", "all"),
        row("250 to DATA", |s| s.rule(bob(Data).times(1).says("250 ok")), 0, "", "all"),
        row("503 to DATA", |s| s.rule(bob(Data).times(1).says("503 5.5.1 RCPT first")), 0, "", "all"),
        row("a code of another kind", |s| s.rule(bob(Rcpt).times(1).says("150 soon")), 0, "", "all"),
        row("no code", |s| s.rule(bob(Rcpt).times(1).says("sure, why not")), 0, "", "all"),
        row("an empty line", |s| s.rule(bob(Rcpt).times(1).says("")), 0, "", "all"),
        row("two codes", |s| s.rule(bob(Rcpt).times(1).says("250-ok\n550 no")), 0, "", "all"),
        row("a line too long", |s| s.rule(bob(Rcpt).times(1).says(&format!("550 {}", "x".repeat(3000)))), 0, "", "all"),
        row("lines too many", |s| s.rule(bob(Rcpt).times(1).says(&("550-x\n".repeat(70) + "550 x"))), 0, "", "all"),
    ]);
}

#[test]
#[rustfmt::skip] // It is read as a sheet.
fn a_reply_to_the_dot_that_cannot_be_read_is_a_doubt() {
    play_chained(&[
        row("half a reply, and the mail is kept", |s| s.rule(bob(Dot).keeps().says_raw(b"25").hangs_up()), 3, "bob in doubt", "all"),
        row("half a reply, and the mail is lost", |s| s.rule(bob(Dot).says_raw(b"55").hangs_up()), 3, "bob in doubt", OTHERS),
        row("a reply without its line end", |s| s.rule(bob(Dot).keeps().says_raw(b"250 2.0.0 queued").hangs_up()), 3, "bob in doubt", "all"),
        row("half a long reply", |s| s.rule(bob(Dot).keeps().says("250-queued").hangs_up()), 3, "bob in doubt", "all"),
        row("two codes", |s| s.rule(bob(Dot).keeps().says("250-ok\n554 no")), 3, "bob in doubt", "all"),
        row("354 to the dot", |s| s.rule(bob(Dot).keeps().says("354 go on")), 3, "bob in doubt", "all"),
        row("503 to the dot", |s| s.rule(bob(Dot).says("503 5.5.1 what")), 3, "bob in doubt", OTHERS),
        row("no code", |s| s.rule(bob(Dot).keeps().says("thank you")), 3, "bob in doubt", "all"),
        row("an empty line", |s| s.rule(bob(Dot).keeps().says("")), 3, "bob in doubt", "all"),
        row("a line too long", |s| s.rule(bob(Dot).keeps().says(&format!("250 {}", "x".repeat(3000)))), 3, "bob in doubt", "all"),
        row("lines too many", |s| s.rule(bob(Dot).keeps().says(&("250-x\n".repeat(70) + "250 x"))), 3, "bob in doubt", "all"),
    ]);
}

#[test]
#[rustfmt::skip] // It is read as a sheet.
fn a_reply_too_many_or_too_few_is_nobody_elses() {
    play_chained(&[
        row("one too many to MAIL", |s| s.rule(nth(Mail, 2).says("250 ok\n250 ok")), 0, "", "all"),
        row("a refusal too many to MAIL", |s| s.rule(nth(Mail, 2).says("250 ok\n550 5.1.1 no such user")), 0, "", "all"),
        row("one too many to RCPT", |s| s.rule(bob(Rcpt).times(1).says("250 ok\n250 ok")), 0, "", "all"),
        row("a refusal too many", |s| s.rule(bob(Rcpt).times(1).says("250 ok\n550 5.1.1 no such user")), 3, "bob failed 550", OTHERS).or(0, "", "all"),
        row("a verdict before the message", |s| s.rule(bob(Data).times(1).says("354 go\n250 2.0.0 queued")), 0, "", "all"),
        row("a verdict before the message, and another one", |s| s.rule(bob(Data).times(1).says("354 go\n250 2.0.0 queued")).rule(bob(Dot).says("554 5.7.1 spam")), 3, "bob failed 554", OTHERS),
        row("one too many to the dot", |s| s.rule(bob(Dot).says("250 ok\n250 ok")), 0, "", "all"),
        row("a refusal too many to the dot", |s| s.rule(bob(Dot).says("250 ok\n550 5.1.1 no such user")), 0, "", "all"),
        row("a refusal, and one too many", |s| s.rule(bob(Rcpt).says("550 5.1.1 no\n250 ok")), 3, "bob deferred", OTHERS).or(3, "bob failed 550", OTHERS),
        row("none to MAIL", |s| s.rule(nth(Mail, 2).says_raw(b"")), 0, "", "all").only_pipelined(),
        row("none to RCPT", |s| s.rule(bob(Rcpt).times(1).says_raw(b"")), 0, "", "all").only_pipelined(),
        // Its 354 may be the one that was asked for: then the real one is taken for the dot's.
        row("354 too early", |s| s.rule(bob(Rcpt).times(1).says("250 ok\n354 go")), 0, "", "all").or(3, "bob in doubt", "all"),
        row("354 for a reader who was refused", |s| s.rule(cyd(Rcpt).says("550 5.1.1 no")).rule(cyd(Data).says("354 go")).rule(cyd(Dot).says("554 5.5.1 nobody")), 3, "cyd failed 550", "ann bob dee"),
        row("354 for a refused one, and 250 for nothing", |s| s.rule(cyd(Rcpt).says("550 5.1.1 no")).rule(cyd(Data).says("354 go")).rule(cyd(Dot).says("250 fine")), 3, "cyd failed 550", "ann bob dee"),
        row("354 for a refused one, and then gone", |s| s.rule(cyd(Rcpt).says("550 5.1.1 no")).rule(cyd(Data).says("354 go")).rule(cyd(Dot).hangs_up()), 3, "cyd failed 550", "ann bob dee"),
        row("no sender, but a reader and 354", |s| s.rule(nth(Mail, 2).says("451 4.3.0 later")).rule(bob(Rcpt).times(1).says("250 ok")), 3, "bob deferred 451", OTHERS).or(0, "", "all"),
    ]);
}
