//! What a server cannot take is not tried: of one reader it is told, and what
//! holds for everybody stops the run.

use super::bench::play;
use super::scenario::{row, stops};
use super::smtp_server::Step::Ehlo;
use super::smtp_server::at;

#[test]
#[rustfmt::skip] // It is read as a sheet.
fn a_server_gets_only_what_it_can_take() {
    play(&[
        stops("the mails are too large", |s| s.offering("SIZE 1000"), "message-too-large", "all untouched", ""),
        row("a size without a limit", |s| s.offering("SIZE 0"), 0, "", "all"),
        row("a size that is no number", |s| s.offering("SIZE much"), 0, "", "all"),
        row("no size", |s| s.without("SIZE"), 0, "", "all"),
        row("seven bits, and a letter beyond them", |s| s.without("8BITMIME").without("SMTPUTF8"), 0, "", "all").campaign("---\nsubject: Grüße\n---\n\nLiebe Nachbarn, до свидания.\n"),
        row("a reader beyond ASCII", |s| s, 0, "", "all").people("ann jörg cyd"),
        row("a reader beyond ASCII, and no SMTPUTF8", |s| s.without("SMTPUTF8"), 3, "jörg failed 553", "ann cyd").people("ann jörg cyd"),
        row("a reader beyond ASCII, and no 8BITMIME", |s| s.without("8BITMIME"), 3, "jörg failed 553", "ann cyd").people("ann jörg cyd"),
        row("a reader beyond ASCII, and no EHLO", |s| s.rule(at(Ehlo).says("502 what")), 3, "jörg failed 553", "ann cyd").people("ann jörg cyd"),
        row("only readers beyond ASCII", |s| s.without("SMTPUTF8"), 3, "all failed 553", "").people("jörg zoë"),
    ]);
}
