//! The server says that it is too much: a pause, fewer connections, and
//! nobody is lost or marked as failed.

use super::bench::{play, play_chained};
use super::scenario::{row, stops};
use super::smtp_server::Step::{Connect, Data, Dot, Mail, Rcpt};
use super::smtp_server::at;
use super::{bob, nth};

const PATIENT: &str = "connections = 1\nretry_wait = 60\n";
const OTHERS: &str = "ann cyd dee";

#[test]
#[rustfmt::skip] // It is read as a sheet.
fn who_met_a_server_that_had_enough_is_deferred() {
    // Who was put off once may be due again before the pause and the run are over.
    play_chained(&[
        row("451 at MAIL", |s| s.rule(nth(Mail, 2).says("451 4.3.0 later")), 3, "bob deferred 451", OTHERS).or(0, "", "all"),
        row("421 at MAIL", |s| s.rule(nth(Mail, 2).says("421 4.3.2 bye").hangs_up()), 3, "bob deferred 421", OTHERS).or(0, "", "all"),
        row("421 at RCPT", |s| s.rule(bob(Rcpt).says("421 4.3.2 bye").hangs_up()), 3, "bob deferred 421", OTHERS),
        row("421 at RCPT, and it stays", |s| s.rule(bob(Rcpt).says("421 4.3.2 bye")), 3, "bob deferred 421", OTHERS),
        row("421 at RCPT, and nothing more of it", |s| s.rule(bob(Rcpt).says("421 4.3.2 bye")).rule(at(Mail).on_connection(1).after(2).says("550 5.7.1 gone")), 3, "bob deferred 421", OTHERS),
        row("421 at DATA", |s| s.rule(bob(Data).says("421 4.3.2 bye").hangs_up()), 3, "bob deferred 421", OTHERS),
        row("421 at the dot", |s| s.rule(bob(Dot).says("421 4.3.2 bye").hangs_up()), 3, "bob deferred 421", OTHERS),
        row("421 at the dot, and it stays", |s| s.rule(bob(Dot).says("421 4.3.2 bye")), 3, "bob deferred 421", OTHERS),
        row("a rate, by its code", |s| s.rule(bob(Rcpt).says("450 4.7.28 slow down")), 3, "bob deferred 450", OTHERS),
        row("a rate, by its words", |s| s.rule(bob(Dot).says("454 Throttling failure: Maximum sending rate exceeded")), 3, "bob deferred 454", OTHERS),
        row("congestion at the dot", |s| s.rule(bob(Dot).says("451 4.4.5 congested")), 3, "bob deferred 451", OTHERS),
        row("a quota at the dot", |s| s.rule(bob(Dot).says("550 5.4.5 Come back tomorrow")), 3, "bob deferred 550", OTHERS),
        row("421 behind the dot's reply", |s| s.rule(bob(Dot).says("250 2.0.0 ok\n421 4.3.2 bye").hangs_up()), 0, "", "all").delivery(PATIENT),
    ]);
}

#[test]
#[rustfmt::skip] // It is read as a sheet.
fn who_was_put_off_gets_it_in_the_same_run_if_it_waits() {
    play(&[
        row("one is greylisted", |s| s.rule(bob(Rcpt).times(1).says("451 4.7.1 greylisted")), 0, "", "all").delivery(PATIENT),
        row("everybody is greylisted", |s| s.rule(at(Rcpt).times(4).says("451 4.7.1 greylisted")), 0, "", "all").delivery(PATIENT),
        row("greylisted at the dot", |s| s.rule(bob(Dot).times(1).says("451 4.7.1 greylisted")), 0, "", "all").delivery(PATIENT),
        row("greylisted twice", |s| s.rule(bob(Rcpt).times(2).says("451 4.7.1 greylisted")), 0, "", "all").delivery(PATIENT),
        row("greylisted for longer than the run waits", |s| s.rule(bob(Rcpt).says("451 4.7.1 greylisted")), 3, "bob deferred 451", OTHERS).delivery("connections = 1\nretry_wait = 4\n"),
        row("too fast, once", |s| s.rule(bob(Rcpt).times(1).says("450 4.7.28 slow down")), 0, "", "all").delivery(PATIENT),
        row("421 at the dot, once", |s| s.rule(bob(Dot).times(1).says("421 4.3.2 bye").hangs_up()), 0, "", "all").delivery(PATIENT),
        row("421 after two mails", |s| s.rule(at(Mail).on_connection(1).after(2).says("421 4.4.2 enough").hangs_up()), 0, "", "all").delivery(PATIENT),
        row("421 after two mails, and no patience", |s| s.rule(at(Mail).on_connection(1).after(2).says("421 4.4.2 enough").hangs_up()), 3, "cyd deferred 421", "ann bob dee").or(0, "", "all"),
        row("greylisted and refused the second time", |s| s.rule(bob(Rcpt).times(1).says("451 4.7.1 later")).rule(bob(Rcpt).says("550 5.1.1 no such user")), 3, "bob failed 550", OTHERS).delivery(PATIENT),
        row("greylisted and lost the second time", |s| s.rule(bob(Rcpt).times(1).says("451 4.7.1 later")).rule(bob(Dot).keeps().hangs_up()), 3, "bob in doubt", "all").delivery(PATIENT),
        row("greylisting over several connections", |s| s.rule(at(Rcpt).times(9).says("451 4.7.1 greylisted")), 0, "20 sent", "20").crowd(20).delivery("connections = 4\nretry_wait = 60\n"),
    ]);
}

#[test]
#[rustfmt::skip] // It is read as a sheet.
fn a_server_that_takes_no_more_ends_the_run_and_fails_nobody() {
    play(&[
        stops("the quota of a day", |s| s.rule(at(Mail).after(2).says("550 5.4.5 Daily user sending limit exceeded")), "server-busy", "2 sent, 0 failed, 0 in doubt", "2").crowd(12),
        stops("421 to every mail", |s| s.rule(at(Rcpt).says("421 4.7.0 too much").hangs_up()), "server-busy", "0 sent, 0 failed, 0 in doubt", "0").crowd(12),
        stops("421 to every connection", |s| s.rule(at(Connect).says("421 4.3.2 too busy").hangs_up()), "server-busy", "8 untouched", "0").crowd(8).delivery("connections = 8\nretry_wait = 0\n"),
    ]);
}
