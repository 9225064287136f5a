//! A reader is refused, for good or for now, at any stage. It is told of that
//! reader alone, and the others go on.

use super::bench::play;
use super::scenario::row;
use super::smtp_server::Step::{Data, Dot, Quit, Rcpt, Rset};
use super::smtp_server::at;
use super::{ann, bob, cyd, dee};

#[test]
#[rustfmt::skip] // It is read as a sheet.
fn who_is_refused_does_not_hold_up_the_others() {
    play(&[
        row("all is well", |s| s, 0, "", "all"),
        row("an unknown reader", |s| s.rule(bob(Rcpt).says("550 5.1.1 no such user")), 3, "bob failed 550", "ann cyd dee"),
        row("the first is unknown", |s| s.rule(ann(Rcpt).says("550 5.1.1 no such user")), 3, "ann failed 550", "bob cyd dee"),
        row("the last is unknown", |s| s.rule(dee(Rcpt).says("550 5.1.1 no such user")), 3, "dee failed 550", "ann bob cyd"),
        row("two in a row are unknown", |s| s.rule(bob(Rcpt).says("550 no")).rule(cyd(Rcpt).says("553 no")), 3, "bob failed 550, cyd failed 553", "ann dee"),
        row("nobody is known", |s| s.rule(at(Rcpt).says("550 5.1.1 no such user")), 3, "all failed 550", ""),
        row("a reader who has moved", |s| s.rule(bob(Rcpt).says("551 5.1.6 moved")), 3, "bob failed 551", "ann cyd dee"),
        row("a code that nobody knows", |s| s.rule(bob(Rcpt).says("599 what")), 3, "bob failed 599", "ann cyd dee"),
        row("a refusal of many lines", |s| s.rule(bob(Rcpt).says("550-5.1.1 no\n550-5.1.1 such\n550 5.1.1 user")), 3, "bob failed 550", "ann cyd dee"),
        row("a mailbox is full for now", |s| s.rule(bob(Rcpt).says("452 4.2.2 full")), 3, "bob deferred 452", "ann cyd dee"),
        row("a mailbox is full for good", |s| s.rule(bob(Rcpt).says("552 5.2.2 quota exceeded")), 3, "bob failed 552", "ann cyd dee"),
        row("a mailbox is busy", |s| s.rule(bob(Rcpt).says("450 4.2.1 busy")), 3, "bob deferred 450", "ann cyd dee"),
        row("everybody is put off", |s| s.rule(at(Rcpt).says("451 4.7.1 greylisted")), 3, "all deferred 451", ""),
        row("a reader who is forwarded to", |s| s.rule(bob(Rcpt).says("251 forwards")), 0, "", "all"),
        row("a reader who is not verified", |s| s.rule(bob(Rcpt).says("252 perhaps")), 0, "", "all"),

        row("DATA is refused for now", |s| s.rule(bob(Data).says("451 4.3.0 later")), 3, "bob deferred 451", "ann cyd dee"),
        row("DATA is refused for good", |s| s.rule(bob(Data).says("554 5.7.1 no")), 3, "bob failed 554", "ann cyd dee"),
        row("451 at the dot", |s| s.rule(bob(Dot).says("451 4.3.0 disk")), 3, "bob deferred 451", "ann cyd dee"),
        row("452 at the dot", |s| s.rule(bob(Dot).says("452 4.3.1 storage")), 3, "bob deferred 452", "ann cyd dee"),
        row("554 at the dot", |s| s.rule(bob(Dot).says("554 5.7.1 spam")), 3, "bob failed 554", "ann cyd dee"),
        row("554 at every dot", |s| s.rule(at(Dot).says("554 5.7.1 spam")), 3, "all failed 554", ""),
        row("refused at RCPT, at DATA and at the dot", |s| s.rule(ann(Rcpt).says("550 no")).rule(bob(Data).says("451 later")).rule(cyd(Dot).says("554 spam")),
            3, "ann failed 550, bob deferred 451, cyd failed 554", "dee"),

        row("RSET is not known", |s| s.rule(bob(Rcpt).says("550 no")).rule(at(Rset).says("502 what")), 3, "bob failed 550", "ann cyd dee"),
        row("RSET is refused for now", |s| s.rule(bob(Rcpt).says("550 no")).rule(at(Rset).says("451 later")), 3, "bob failed 550", "ann cyd dee"),
        row("421 at RSET", |s| s.rule(bob(Rcpt).says("550 no")).rule(at(Rset).says("421 bye").hangs_up()), 3, "bob failed 550", "ann cyd dee"),
        row("hangs up at RSET", |s| s.rule(bob(Rcpt).says("450 no")).rule(at(Rset).hangs_up()), 3, "bob deferred 450", "ann cyd dee"),
        row("half a reply at RSET", |s| s.rule(bob(Rcpt).says("550 no")).rule(at(Rset).says_raw(b"25").hangs_up()), 3, "bob failed 550", "ann cyd dee"),
        row("two replies to RSET", |s| s.rule(bob(Rcpt).says("550 no")).rule(at(Rset).says("250 ok\n250 ok")), 3, "bob failed 550", "ann cyd dee"),

        row("QUIT is not known", |s| s.rule(at(Quit).says("500 what")), 0, "", "all"),
        row("421 at QUIT", |s| s.rule(at(Quit).says("421 bye").hangs_up()), 0, "", "all"),
        row("hangs up at QUIT", |s| s.rule(at(Quit).hangs_up()), 0, "", "all"),
    ]);
}
