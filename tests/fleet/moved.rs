//! A campaign that begins with a ledger in a file, goes on with one in PostgreSQL, and comes
//! back: nobody gets it twice on the way (P3), and who left stays away (P4).

use crate::database::Database;
use crate::mailing::{Mailing, doubled, recipients};
use crate::smtp_server::{Gate, Script, Step, at};

#[test]
#[ignore = "needs PostgreSQL"]
fn a_campaign_goes_on_wherever_its_ledger_moves_and_mails_nobody_twice() {
    let database = Database::start();
    let server = Script::new().start();
    let mailing = Mailing::new(300, &server.url(), None);
    let desk = &mailing.desk;
    let there = format!("--ledger {}", database.url);
    let back = "--ledger sqlite:back/ledger.db";
    let sent = |more: &str| {
        let ran = mailing.send(more);
        assert!(matches!(ran.code, Some(0 | 3)), "{}", ran.told());
        ran.json()["sent"].as_u64().expect("a count")
    };
    desk.run("suppress add p299@d5.test").ends(0);
    assert_eq!(sent("--limit 100"), 100);
    desk.run(&format!("ledger copy {}", database.url))
        .ends(0)
        .says("100 recipients, 1 suppression");
    desk.run(&format!("ledger copy {}", database.url)).ends(1).says("error[ledger-not-empty]");
    desk.run(&format!("ledger check {there}")).ends(0).prints("100 sent");
    assert_eq!(sent(&format!("--limit 100 {there}")), 100);
    desk.run(&format!("ledger vacuum {there}")).ends(0);
    desk.run(&format!("ledger copy sqlite:back/ledger.db {there}")).ends(0).says("200 recipients");
    assert_eq!(sent(back), 99, "all but the one who had left");
    assert_eq!(sent(back), 0);
    let got = recipients(&server);
    assert_eq!(got.len(), 299);
    assert!(!got.contains(&"p299@d5.test".to_owned()));
    assert!(doubled(&got).is_empty(), "they got it twice: {:?}", doubled(&got));
}

#[test]
#[ignore = "needs PostgreSQL"]
fn a_copy_is_refused_while_somebody_sends_with_the_database() {
    let database = Database::start();
    let gate = Gate::default();
    let server = Script::new().rule(at(Step::Dot).times(1).waits_for(&gate)).start();
    let mailing = Mailing::new(300, &server.url(), Some(&database.url));
    let running = mailing.start();
    gate.until_reached();
    let copy = || mailing.desk.run("ledger copy sqlite:back/ledger.db");
    copy().ends(1).says("error[ledger-in-use]: a run of `spring` is at work");
    mailing.desk.run("ledger vacuum").ends(1).says("error[ledger-in-use]");
    gate.open();
    running.wait().ends(0);
    copy().ends(0).says("300 recipients");
}
