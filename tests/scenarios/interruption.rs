//! Somebody, or the system, ends the program at a bad moment.

use super::bench::play_chained;
use super::scenario::played;
use super::smtp_server::Step::{Connect, Dot, Ehlo, Mail, Rcpt};
use super::smtp_server::at;
use super::{ann, bob, nth};

const PATIENT: &str = "connections = 1\nretry_wait = 60\n";
const AFTER_ANN: &str = "bob untouched, cyd untouched, dee untouched";
const AFTER_BOB: &str = "cyd untouched, dee untouched";

#[test]
#[rustfmt::skip] // It is read as a sheet.
fn ctrl_c_finishes_what_is_under_way_and_leaves_nothing_in_doubt() {
    play_chained(&[
        played("at a dot", |s, gate| s.rule(bob(Dot).waits_for(gate)),
            |mut running, gate| { running.until(|| gate.is_reached()); running.interrupt(); gate.open(); running.wait() }, 130, AFTER_BOB, "ann bob")
            // The next envelope may be under way as well.
            .or(130, "dee untouched", "ann bob cyd"),
        played("SIGTERM at a dot", |s, gate| s.rule(bob(Dot).waits_for(gate)),
            |mut running, gate| { running.until(|| gate.is_reached()); running.terminate(); gate.open(); running.wait() }, 130, AFTER_BOB, "ann bob")
            .or(130, "dee untouched", "ann bob cyd"),
        played("at RCPT", |s, gate| s.rule(ann(Rcpt).waits_for(gate)),
            |mut running, gate| { running.until(|| gate.is_reached()); running.interrupt(); running.until_says("in doubt"); gate.open(); running.wait() }, 130, AFTER_ANN, "ann"),
        played("at a dot that then refuses", |s, gate| s.rule(bob(Dot).waits_for(gate).says("554 5.7.1 spam")),
            |mut running, gate| { running.until(|| gate.is_reached()); running.interrupt(); running.until_says("in doubt"); gate.open(); running.wait() },
            130, "bob failed 554, cyd untouched, dee untouched", "ann").or(130, "bob failed 554, dee untouched", "ann cyd"),
        played("before a greeting", |s, gate| s.rule(at(Connect).waits_for(gate)),
            |mut running, gate| { running.until(|| gate.is_reached()); running.interrupt(); running.wait() }, 130, "all untouched", ""),
        played("at EHLO", |s, gate| s.rule(at(Ehlo).waits_for(gate)),
            |mut running, gate| { running.until(|| gate.is_reached()); running.interrupt(); running.wait() }, 130, "all untouched", ""),
        played("while the server is gone", |s, gate| s.gone_after(1).rule(nth(Mail, 2).waits_for(gate).hangs_up()),
            |mut running, gate| { running.until(|| gate.is_reached()); gate.open(); running.interrupt(); running.wait() }, 130, AFTER_ANN, "ann"),
        played("in a pause that the server asked for", |s, _| s.rule(at(Rcpt).after(1).says("421 4.3.2 bye").hangs_up()),
            |mut running, _| { running.until_says("deferred    bob@example.org"); running.interrupt(); running.wait() },
            130, "bob deferred 421, cyd untouched|deferred 421, dee untouched", "ann"),
        played("while it waits for one who was put off", |s, _| s.rule(bob(Rcpt).says("451 4.7.1 later")),
            |mut running, _| { running.until_says("deferred    bob@example.org"); running.interrupt(); running.wait() },
            130, "bob deferred 451", "ann").people("ann bob").delivery(PATIENT),
        played("with several connections", |s, gate| s.rule(at(Dot).waits_for(gate)),
            |mut running, gate| { running.until(|| gate.is_reached()); running.interrupt(); running.until_says("in doubt"); gate.open(); running.wait() },
            130, "0 in doubt, 0 failed, 0 deferred", "some").crowd(20).delivery("connections = 3\nretry_wait = 0\n"),
    ]);
}

#[test]
#[rustfmt::skip] // It is read as a sheet.
fn a_second_ctrl_c_does_not_wait() {
    play_chained(&[
        played("at a dot", |s, gate| s.rule(bob(Dot).waits_for(gate)),
            |mut running, gate| { running.until(|| gate.is_reached()); running.interrupt(); running.until_says("in doubt"); running.interrupt(); running.wait() },
            130, "bob in doubt, cyd untouched, dee untouched", "ann bob"),
        played("at a dot, and then SIGTERM", |s, gate| s.rule(bob(Dot).waits_for(gate)),
            |mut running, gate| { running.until(|| gate.is_reached()); running.interrupt(); running.until_says("in doubt"); running.terminate(); running.wait() },
            130, "bob in doubt, cyd untouched, dee untouched", "ann bob"),
        played("before the message", |s, gate| s.rule(bob(Rcpt).waits_for(gate)),
            |mut running, gate| { running.until(|| gate.is_reached()); running.interrupt(); running.until_says("in doubt"); running.interrupt(); running.wait() },
            130, AFTER_ANN, "ann"),
    ]);
}

#[test]
#[rustfmt::skip] // It is read as a sheet.
fn a_program_that_was_killed_leaves_at_most_two_claims_of_each_connection_in_doubt() {
    // The outcome before and the claim ahead may or may not be on record by then.
    play_chained(&[
        played("at a dot", |s, gate| s.rule(bob(Dot).waits_for(gate)),
            |mut running, gate| { running.until(|| gate.is_reached()); running.kill() },
            0, "ann sent|in doubt, bob in doubt, cyd in doubt|untouched, dee untouched", "ann bob").killed(),
        played("at the last dot", |s, gate| s.rule(bob(Dot).waits_for(gate)),
            |mut running, gate| { running.until(|| gate.is_reached()); running.kill() },
            0, "ann sent|in doubt, bob in doubt", "ann bob").people("ann bob").killed(),
        played("at RCPT", |s, gate| s.rule(bob(Rcpt).waits_for(gate)),
            |mut running, gate| { running.until(|| gate.is_reached()); running.kill() },
            0, "ann sent|in doubt, bob in doubt, cyd in doubt|untouched, dee untouched", "ann").killed(),
        played("before a greeting", |s, gate| s.rule(at(Connect).waits_for(gate)),
            |mut running, gate| { running.until(|| gate.is_reached()); running.kill() },
            0, "ann in doubt, bob in doubt|untouched, cyd untouched, dee untouched", "").killed(),
        played("and sent again by wish", |s, gate| s.rule(at(Connect).waits_for(gate)),
            |mut running, gate| { running.until(|| gate.is_reached()); running.kill() },
            0, "ann in doubt, bob in doubt|untouched, cyd untouched, dee untouched", "").killed().again("--in-doubt resend"),
        played("while it waits for one who was put off", |s, _| s.rule(bob(Rcpt).says("451 4.7.1 later")),
            |mut running, _| { running.until_says("deferred    bob@example.org"); running.kill() },
            0, "ann sent|in doubt, bob deferred 451|in doubt", "ann").people("ann bob").delivery(PATIENT).killed(),
    ]);
}
