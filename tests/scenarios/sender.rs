//! A refusal that is about us, not about a reader: the run stops, and nobody
//! is marked for it.

use super::bench::play;
use super::scenario::{row, stops};
use super::smtp_server::Step::{Dot, Mail, Rcpt};
use super::smtp_server::at;
use super::{bob, nth};

const NOT_ANN: &str = "bob untouched, cyd untouched, dee untouched";

#[test]
#[rustfmt::skip] // It is read as a sheet.
fn nobody_is_blamed_for_what_is_wrong_with_the_sender() {
    play(&[
        stops("the sender is refused", |s| s.rule(at(Mail).says("550 5.7.1 not you")), "sender-refused", "all untouched", ""),
        stops("the sender is refused from the second mail on", |s| s.rule(at(Mail).after(1).says("550 5.7.1 not you")), "sender-refused", NOT_ANN, "ann"),
        stops("the sender is refused, everything else is taken", |s| s.rule(at(Mail).says("550 5.7.1 not you")).rule(at(Rcpt).says("250 ok")), "sender-refused", "all untouched", ""),
        stops("MAIL is not understood", |s| s.rule(at(Mail).says("501 5.5.4 what")), "sender-refused", "all untouched", ""),
        stops("the mail is too large, by the reply to MAIL", |s| s.rule(nth(Mail, 2).says("552 5.3.4 too big")), "message-too-large", NOT_ANN, "ann"),
        stops("a login is wanted at MAIL", |s| s.rule(at(Mail).says("530 5.7.0 log in first")), "auth-required", "all untouched", ""),
        stops("a login is wanted in mid-run", |s| s.rule(nth(Mail, 2).says("530 5.7.0 log in first")), "auth-required", NOT_ANN, "ann"),
        stops("a login is wanted at RCPT", |s| s.rule(bob(Rcpt).says("530 5.7.0 log in first")), "auth-required", NOT_ANN, "ann"),
        stops("encryption is wanted at MAIL", |s| s.rule(at(Mail).says("538 5.7.11 encrypt first")), "auth-required", "all untouched", ""),

        stops("all are refused alike", |s| s.rule(at(Rcpt).says("554 5.7.1 Relay access denied")), "all-refused", "10 failed 554, 30 untouched", "0").crowd(40),
        stops("all are refused alike, and tried again", |s| s.rule(at(Rcpt).says("554 5.7.1 Relay access denied")), "all-refused", "10 failed 554, 30 untouched", "0")
            .crowd(40).again("--retry-failed"),
        stops("all are refused alike at the dot", |s| s.rule(at(Dot).says("554 5.7.1 spam")), "all-refused", "10 failed 554, 2 untouched", "0").crowd(12),
        row("nine are refused alike", |s| s.rule(at(Rcpt).times(9).says("550 5.1.1 no such user")), 3, "9 failed 550, 3 sent", "3").crowd(12),
        row("many are refused alike, but not the first", |s| s.rule(at(Rcpt).after(1).times(12).says("550 5.1.1 no such user")), 3, "12 failed 550, 2 sent", "2").crowd(14),
    ]);
}
