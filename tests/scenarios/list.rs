//! Who is on the list, and in which row, together with a server that
//! misbehaves.

use super::bench::play;
use super::scenario::{row, stops};
use super::smtp_server::Step::{Dot, Rcpt};
use super::{bob, cyd};

const NAMED: &str = "---\nsubject: x\n---\n\nDear {{ first_name }},\n";

#[test]
#[rustfmt::skip] // It is read as a sheet.
fn everyone_on_the_list_is_one_reader() {
    let incomplete = "email,first_name\nann@example.org,Ann\nbob@example.org,\ncyd@example.org,Cyd\n";
    play(&[
        row("duplicates", |s| s.rule(bob(Rcpt).says("550 5.1.1 no")), 3, "bob failed 550", "ann cyd").people("ann bob cyd")
            .list("email\nann@example.org\nbob@example.org\nAnn@Example.org\nbob@example.org\ncyd@example.org\nCYD@EXAMPLE.ORG\n"),
        row("a duplicate of one who was put off", |s| s.rule(bob(Rcpt).says("451 4.7.1 later")), 3, "bob deferred 451", "ann").people("ann bob")
            .list("email\nann@example.org\nbob@example.org\nbob@example.org\n"),
        row("a duplicate of one in doubt", |s| s.rule(bob(Dot).keeps().hangs_up()), 3, "bob in doubt", "ann bob").people("ann bob")
            .list("email\nbob@example.org\nann@example.org\nbob@example.org\n"),
        row("some have left", |s| s, 0, "", "all").people("ann cyd")
            .list("email,status\nann@example.org,subscribed\nbob@example.org,unsubscribed\ncyd@example.org,active\ndee@example.org,bounced\n"),
        row("a row that is no address", |s| s, 0, "", "all").people("ann cyd").list("email\nann@example.org\nnobody\ncyd@example.org\n"),
        row("some are suppressed", |s| s, 0, "bob suppressed, dee suppressed", "ann cyd").suppressed("bob dee"),
        row("the suppressed and the refused", |s| s.rule(cyd(Rcpt).says("550 5.1.1 no")), 3, "bob suppressed, cyd failed 550", "ann dee").suppressed("bob"),
        row("all but one are suppressed", |s| s, 0, "ann suppressed, bob suppressed, cyd suppressed", "dee").suppressed("ann bob cyd"),
        row("an incomplete row is skipped", |s| s, 3, "bob skipped", "ann cyd").people("ann bob cyd").list(incomplete).campaign(NAMED).flags("--skip-incomplete").again("--skip-incomplete").finding("blank-field"),
        row("skipped, refused and sent", |s| s.rule(cyd(Rcpt).says("452 4.2.2 full")), 3, "bob skipped, cyd deferred 452", "ann").people("ann bob cyd")
            .list(incomplete).campaign(NAMED).flags("--skip-incomplete").again("--skip-incomplete").finding("blank-field"),
        stops("an incomplete row refuses all", |s| s, "blank-field incomplete-rows", "all untouched", "").people("ann bob cyd").list(incomplete).campaign(NAMED).once(),
        row("a condition", |s| s.rule(bob(Rcpt).says("550 5.1.1 no")), 3, "bob failed 550", "ann").people("ann bob")
            .list("email,city\nann@example.org,Leeds\nbob@example.org,Leeds\ncyd@example.org,York\n").flags("--where 'city == \"Leeds\"'").again("--where 'city == \"Leeds\"'"),
    ]);
}
