//! Several connections, limits and rates change how fast mail leaves, and
//! nothing of who gets it.

use super::bench::play;
use super::scenario::{played, row};
use super::smtp_server::Step::{Byte, Data, Dot, Mail, Rcpt};
use super::smtp_server::at;
use super::{bob, nth};

#[test]
#[rustfmt::skip] // It is read as a sheet.
fn however_many_connections_work_everyone_gets_it_once() {
    let many = "connections = 4\nretry_wait = 0\n";
    play(&[
        row("four connections", |s| s, 0, "60 sent", "60").crowd(60).delivery(many),
        row("more connections than readers", |s| s, 0, "", "all").delivery("connections = 20\nretry_wait = 0\n"),
        row("some are refused", |s| s.rule(at(Rcpt).about("n1").says("550 5.1.1 no")), 3, "11 failed 550, 29 sent", "29").crowd(40).delivery(many),
        row("some are lost after the dot", |s| s.rule(at(Dot).about("n1").keeps().hangs_up()), 3, "11 in doubt, 29 sent", "40").crowd(40).delivery(many),
        row("some are lost before it, once", |s| s.rule(at(Data).about("n1").times(3).hangs_up()), 0, "40 sent", "40").crowd(40).delivery(many),
        row("one connection closes after each mail", |s| s.rule(at(Dot).on_connection(2).says("250 ok").hangs_up()), 0, "40 sent", "40").crowd(40).delivery(many),
        row("a limit, with four connections", |s| s, 0, "10 sent, 30 untouched", "10").crowd(40).delivery(many).flags("--limit 10"),
        row("a limit, and some are refused", |s| s.rule(at(Rcpt).about("n1").says("550 5.1.1 no")), 3, "6 sent, 1 failed 550, 33 untouched", "6").crowd(40).flags("--limit 7"),
    ]);
}

#[test]
#[rustfmt::skip] // It is read as a sheet.
fn limits_and_rates_change_nothing_of_who_gets_it() {
    play(&[
        row("a limit", |s| s, 0, "cyd untouched, dee untouched", "ann bob").flags("--limit 2"),
        row("a limit of nobody", |s| s, 0, "all untouched", "").flags("--limit 0"),
        row("a limit, and one who is put off", |s| s.rule(bob(Rcpt).says("451 4.7.1 later")), 3, "bob deferred 451, cyd untouched, dee untouched", "ann").flags("--limit 2"),
        row("a limit, and a lost connection", |s| s.rule(nth(Mail, 2).hangs_up()), 0, "cyd untouched, dee untouched", "ann bob").flags("--limit 2"),
        row("a day's limit", |s| s, 0, "cyd untouched, dee untouched", "ann bob").delivery("connections = 2\nper_day = 2\n"),
        row("a new sender", |s| s, 0, "dee untouched", "ann bob cyd").delivery("connections = 2\nramp = [3, 50]\n"),
        row("a rate", |s| s, 0, "", "all").delivery("connections = 2\nrate = \"40/s\"\n"),
        row("one mail for each connection", |s| s, 0, "", "all").delivery("connections = 1\nmessages_per_connection = 1\n"),
        row("two mails for each connection", |s| s.close_after(2), 0, "", "all").delivery("connections = 1\nmessages_per_connection = 2\n"),
        row("a domain's own connection", |s| s, 0, "", "all").delivery("connections = 1\n[delivery.domains.\"example.org\"]\nconnections = 1\n"),
        row("a domain's own connection among many", |s| s.close_after(2), 0, "20 sent", "20").crowd(20).delivery("connections = 4\n[delivery.domains.\"example.org\"]\nconnections = 1\n"),
        row("a domain's own rate", |s| s, 0, "", "all").delivery("connections = 2\n[delivery.domains.\"example.org\"]\nrate = \"40/s\"\n"),
        played("a slow reader", |s, gate| s.rule(bob(Byte(700)).waits_for(gate)),
            |mut running, gate| { running.until(|| gate.is_reached()); gate.open(); running.wait() }, 0, "", "all"),
        played("a server that thinks long", |s, gate| s.rule(bob(Dot).waits_for(gate)),
            |mut running, gate| { running.until(|| gate.is_reached()); gate.open(); running.wait() }, 0, "", "all"),
        played("half a reply, and the rest later", |s, gate| s.rule(bob(Dot).says_raw(b"250-2.0.0 que").waits_for(gate).says_raw(b"ued\r\n250 2.0.0 ok\r\n")),
            |mut running, gate| { running.until(|| gate.is_reached()); gate.open(); running.wait() }, 0, "", "all"),
    ]);
}
