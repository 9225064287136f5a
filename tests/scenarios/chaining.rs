//! Between two mails: the reply to one final dot, and the envelope of the
//! next reader, who may have been named in the same breath (RFC 2920 §3.1).
//! What happens to one is never told of the other.

use super::bench::play_chained;
use super::scenario::{played, row, stops};
use super::smtp_server::Step::{Data, Dot, Mail, Rcpt, Rset};
use super::smtp_server::{Script, TestCa, at};
use super::{ann, bob, cyd, nth};

const PATIENT: &str = "connections = 1\nretry_wait = 60\n";

#[test]
#[rustfmt::skip] // It is read as a sheet.
fn a_connection_lost_between_two_mails_costs_neither() {
    play_chained(&[
        row("gone behind the dot's reply", |s| s.rule(bob(Dot).says("250 2.0.0 queued").hangs_up()), 0, "", "all"),
        row("gone behind every dot's reply", |s| s.rule(at(Dot).says("250 2.0.0 queued").hangs_up()), 0, "", "all"),
        row("gone at the next MAIL", |s| s.rule(nth(Mail, 3).hangs_up()), 0, "", "all"),
        row("gone at the next RCPT", |s| s.rule(cyd(Rcpt).times(1).hangs_up()), 0, "", "all"),
        row("gone at the next RCPT, always", |s| s.rule(cyd(Rcpt).hangs_up()), 3, "cyd deferred", "ann bob dee"),
        row("gone at the next DATA", |s| s.rule(cyd(Data).times(1).hangs_up()), 0, "", "all"),
        row("gone behind the next envelope", |s| s.rule(cyd(Data).times(1).says("354 go").hangs_up()), 0, "", "all").or(3, "cyd in doubt", "ann bob dee"),
        row("half a reply to the next RCPT", |s| s.rule(cyd(Rcpt).times(1).says_raw(b"250 2.1").hangs_up()), 0, "", "all"),
        row("gone before the dot's reply, and it is kept", |s| s.rule(bob(Dot).keeps().hangs_up()), 3, "bob in doubt", "all"),
        row("gone before the dot's reply, and it is lost", |s| s.rule(bob(Dot).hangs_up()), 3, "bob in doubt", "ann cyd dee"),
        row("gone within the dot's reply", |s| s.rule(bob(Dot).keeps().says_raw(b"250 2.0.0 que").hangs_up()), 3, "bob in doubt", "all"),
        row("gone within every dot's reply", |s| s.rule(at(Dot).keeps().says_raw(b"250 2.0.0 que").hangs_up()), 3, "all in doubt", "all"),
    ]);
}

#[test]
#[rustfmt::skip] // It is read as a sheet.
fn a_refusal_at_the_seam_is_told_of_the_right_one() {
    // MAIL names nobody, so it is refused once: after the pause that it brings
    // the same reader may be due again before the run ends.
    play_chained(&[
        row("the dot is refused, the next is taken", |s| s.rule(bob(Dot).says("554 5.7.1 spam")), 3, "bob failed 554", "ann cyd dee"),
        row("the dot is put off, the next is refused", |s| s.rule(bob(Dot).says("451 4.3.0 disk")).rule(cyd(Rcpt).says("550 5.1.1 no")), 3, "bob deferred 451, cyd failed 550", "ann dee"),
        row("the dot is taken, the next is put off", |s| s.rule(cyd(Rcpt).says("450 4.2.1 busy")), 3, "cyd deferred 450", "ann bob dee"),
        row("the next MAIL is put off", |s| s.rule(nth(Mail, 3).says("451 4.3.0 later")), 3, "cyd deferred 451", "ann bob dee").or(0, "", "all"),
        row("the next MAIL is put off, RCPT and DATA are not", |s| s.rule(nth(Mail, 3).says("451 4.3.0 later")).rule(cyd(Rcpt).times(1).says("250 ok")), 3, "cyd deferred 451", "ann bob dee").or(0, "", "all"),
        row("the next is refused, and 354", |s| s.rule(cyd(Rcpt).says("550 5.1.1 no")).rule(cyd(Data).says("354 go")).rule(cyd(Dot).says("554 5.5.1 nobody")), 3, "cyd failed 550", "ann bob dee"),
        row("two in a row are refused, and 354", |s| s.rule(bob(Rcpt).says("550 no")).rule(cyd(Rcpt).says("550 no")).rule(bob(Data).says("354 go")).rule(cyd(Data).says("354 go")), 3, "bob failed 550, cyd failed 550", "ann dee"),
        row("the next DATA is refused", |s| s.rule(cyd(Data).says("554 5.7.1 no")), 3, "cyd failed 554", "ann bob dee"),
        row("every second is refused at DATA", |s| s.rule(ann(Data).says("451 4.3.0 later")).rule(cyd(Data).says("451 4.3.0 later")), 3, "ann deferred 451, cyd deferred 451", "bob dee"),
        row("refused, and gone at RSET", |s| s.rule(cyd(Rcpt).says("550 no")).rule(at(Rset).hangs_up()), 3, "cyd failed 550", "ann bob dee"),
        row("421 to the dot, the next unanswered", |s| s.rule(bob(Dot).says("421 4.3.2 bye").hangs_up()), 3, "bob deferred 421", "ann cyd dee"),
        row("421 to the dot, the next answered", |s| s.rule(bob(Dot).says("421 4.3.2 bye")), 3, "bob deferred 421", "ann cyd dee"),
        row("421 to the dot, and nothing more of it", |s| s.rule(bob(Dot).says("421 4.3.2 bye")).rule(at(Mail).on_connection(1).after(2).says("550 5.7.1 gone")), 3, "bob deferred 421", "ann cyd dee"),
        row("421 to the dot, and patience", |s| s.rule(bob(Dot).times(1).says("421 4.3.2 bye").hangs_up()), 0, "", "all").delivery(PATIENT),
        row("too fast at the dot, the next answered", |s| s.rule(bob(Dot).says("451 4.7.28 slow down")), 3, "bob deferred 451", "ann cyd dee"),
        row("421 to the next MAIL", |s| s.rule(nth(Mail, 3).says("421 4.4.2 enough").hangs_up()), 3, "cyd deferred 421", "ann bob dee").or(0, "", "all"),
        row("421 to the next RCPT", |s| s.rule(cyd(Rcpt).says("421 4.4.2 enough").hangs_up()), 3, "cyd deferred 421", "ann bob dee"),
        row("421 behind the dot's reply", |s| s.rule(bob(Dot).says("250 2.0.0 ok\n421 4.4.2 enough").hangs_up()), 0, "", "all").or(3, "cyd deferred 421", "ann bob dee"),
        stops("the next MAIL is refused for good", |s| s.rule(nth(Mail, 3).says("550 5.7.1 not you")), "sender-refused", "cyd untouched, dee untouched", "ann bob"),
        stops("the dot is put off, the next MAIL is refused", |s| s.rule(bob(Dot).says("451 4.3.0 disk")).rule(nth(Mail, 3).says("550 5.7.1 not you")), "sender-refused", "bob deferred 451, cyd untouched, dee untouched", "ann"),
    ]);
}

#[test]
#[rustfmt::skip] // It is read as a sheet.
fn replies_at_the_seam_are_not_mixed_up() {
    let ca = TestCa::vouching_for(&["127.0.0.1"]);
    play_chained(&[
        row("all replies leave together", Script::replies_in_batches, 0, "", "all"),
        row("together, and one is refused", |s| s.replies_in_batches().rule(cyd(Rcpt).says("550 5.1.1 no")), 3, "cyd failed 550", "ann bob dee"),
        row("together, and a dot is refused", |s| s.replies_in_batches().rule(bob(Dot).says("554 5.7.1 spam")), 3, "bob failed 554", "ann cyd dee"),
        row("together, within TLS", |s| s.replies_in_batches().start_tls(&ca).rule(cyd(Data).says("451 4.3.0 later")), 3, "cyd deferred 451", "ann bob dee").query("?tls=required").trusting(&ca),
        row("together, and closed after two", |s| s.replies_in_batches().close_after(2), 0, "", "all"),
        row("every dot's reply byte by byte", |s| s.rule(at(Dot).drips("250-2.0.0 queued\n250 2.0.0 ok")), 0, "", "all"),
        row("one too many behind the dot", |s| s.rule(bob(Dot).says("250 ok\n250 ok")), 0, "", "all"),
        row("a refusal too many behind the dot", |s| s.rule(bob(Dot).says("250 ok\n550 5.7.1 not you")), 0, "", "all"),
        row("a refusal too many, as if for the next reader", |s| s.rule(bob(Dot).says("250 ok\n250 ok\n550 5.1.1 no such user")), 0, "", "all"),
        row("a whole envelope too many behind the dot", |s| s.rule(bob(Dot).says("250 ok\n250 ok\n250 ok\n354 go")), 0, "", "all").or(3, "cyd in doubt", "all"),
        row("two too many behind every dot", |s| s.rule(at(Dot).says("250 ok\n250 ok\n250 ok")), 0, "", "all"),
        row("none to the next MAIL", |s| s.rule(nth(Mail, 3).says_raw(b"")), 0, "", "all").only_pipelined(),
        row("none to the next RCPT", |s| s.rule(cyd(Rcpt).times(1).says_raw(b"")), 0, "", "all").only_pipelined(),
        played("the dot's reply comes late", |s, gate| s.rule(bob(Dot).waits_for(gate)),
            |mut running, gate| { running.until(|| gate.is_reached()); gate.open(); running.wait() }, 0, "", "all"),
        played("the reply to the next RCPT comes late", |s, gate| s.rule(cyd(Rcpt).waits_for(gate).says("550 5.1.1 no")),
            |mut running, gate| { running.until(|| gate.is_reached()); gate.open(); running.wait() }, 3, "cyd failed 550", "ann bob dee"),
        row("nobody is next", |s| s.rule(ann(Dot).says("250 ok").hangs_up()), 0, "", "all").people("ann"),
        row("the next is beyond the limit", |s| s, 0, "cyd untouched, dee untouched", "ann bob").flags("--limit 2"),
        row("the next cannot be taken", |s| s.without("SMTPUTF8"), 3, "jörg failed 553", "ann cyd dee").people("ann jörg cyd dee"),
        row("the next connection is due", |s| s.rule(cyd(Rcpt).says("550 5.1.1 no")), 3, "cyd failed 550", "ann bob dee").delivery("connections = 1\nmessages_per_connection = 2\n"),
        row("the next has to wait for its domain", |s| s.rule(cyd(Rcpt).says("550 5.1.1 no")), 3, "cyd failed 550", "ann bob dee")
            .delivery("connections = 2\n[delivery.domains.\"example.org\"]\nconnections = 1\n"),
    ]);
}
