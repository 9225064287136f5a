//! Two sends of one campaign, one after the other or at the same time.

use super::bench::play;
use super::bob;
use super::scenario::{played, row};
use super::smtp_server::Step::{Dot, Rcpt};
use super::smtp_server::at;

#[test]
#[rustfmt::skip] // It is read as a sheet.
fn the_next_send_does_what_it_is_told_with_the_rest() {
    play(&[
        row("those who failed are left alone", |s| s.rule(bob(Rcpt).says("550 5.1.1 no")), 3, "bob failed 550", "ann cyd dee"),
        row("those who failed are tried again by wish", |s| s.rule(bob(Rcpt).says("550 5.7.1 no")), 3, "bob failed 550", "ann cyd dee").again("--retry-failed"),
        row("a wish about others leaves the doubt", |s| s.rule(bob(Dot).keeps().hangs_up()), 3, "bob in doubt", "ann bob cyd dee").again("--retry-failed"),
    ]);
}

#[test]
#[rustfmt::skip] // It is read as a sheet.
fn two_sends_at_once_mail_nobody_twice() {
    play(&[
        played("both from the beginning", |s, _| s,
            |running, _| { let twin = running.twin(); twin.wait().ends(0); running.wait() }, 0, "60 sent", "60").crowd(60).uncounted(),
        played("both with several connections", |s, _| s.close_after(7),
            |running, _| { let twin = running.twin(); twin.wait().ends(0); running.wait() }, 0, "60 sent", "60").crowd(60).delivery("connections = 3\nretry_wait = 0\n").uncounted(),
        played("one while the other is held up", |s, gate| s.rule(at(Dot).times(1).waits_for(gate)),
            |mut running, gate| { running.until(|| gate.is_reached()); running.twin().wait().ends(0); gate.open(); running.wait() }, 0, "", "all").uncounted(),
        // What the killed one held is in doubt, whether the other one heard of it in time or not.
        played("one while the other is killed", |s, gate| s.rule(bob(Dot).times(1).waits_for(gate)),
            |mut running, gate| { running.until(|| gate.is_reached()); let twin = running.twin(); running.kill(); twin.wait() },
            3, "ann sent|in doubt, bob in doubt, cyd sent|in doubt", "some").or(0, "ann sent|in doubt, bob in doubt, cyd sent|in doubt", "some").uncounted(),
    ]);
}
