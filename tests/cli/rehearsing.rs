//! `--dry-run` and `--outbox`: what would happen, and nothing that happens.

use crate::desk::{CAMPAIGN, Desk, SETTINGS};
use crate::smtp_server::Script;
use crate::{counts, got, send, suppress};

const NEEDY: &str = "---\nsubject: x\n---\n\nDear {{ first_name }} of {{ city }},\n";

#[test]
fn a_dry_run_leaves_nothing_behind_and_connects_nowhere() {
    let server = Script::new().start();
    let settings = format!("{SETTINGS}via = \"{}\"\n", server.url());
    let desk = Desk::new().settings(&settings);
    let before = desk.tree();
    desk.run("send campaigns/spring.md --dry-run").ends(0).says("not now: a dry run");
    let ran = desk.run("send campaigns/spring.md --dry-run --format json").ends(0);
    assert_eq!(counts(&ran), [0, 0, 0, 0, 0, 0, 0, 3]);
    assert_eq!(desk.tree(), before);
    assert_eq!(server.connections(), 0);
}

#[test]
fn a_dry_run_needs_no_server() {
    let ran = Desk::new().run("send campaigns/spring.md --dry-run").ends(0).prints_only("");
    assert_eq!(
        ran.err,
        "campaign    spring  “News for {{ first_name or \"you\" }}”\n\
         from        River Path Friends <news@example.org>\n\
         through     nowhere: a dry run\n\
         list        subscribers.csv: 3 rows, UTF-8, cells between commas, names in line 1\n\
         addresses   from `email`\n\
         consent     no column says who has left\n\
         to send     3\n\
         left out    nobody\n\
         first       ann@example.org, bob@example.org, cyd@example.org\n\
         nothing was sent: this was a dry run\n"
    );
}

#[test]
fn a_dry_run_lists_every_incomplete_row() {
    let mut list = "email,first_name,city\n".to_owned();
    for number in 1..=50 {
        list +=
            &format!("n{number}@example.org,{}\n", if number % 2 == 0 { "," } else { "Ann,York" });
    }
    let desk = Desk::new().campaign(NEEDY).list(&list);
    let ran = desk.run("send campaigns/spring.md --dry-run --format json").ends(1);
    for number in (2..=50).step_by(2) {
        let row = format!("for n{number}@example.org, line {} of the list", number + 1);
        let name =
            format!("campaigns/spring.md:5:9: error[blank-field]: `first_name` is blank {row}");
        let city = format!("campaigns/spring.md:5:29: error[blank-field]: `city` is blank {row}");
        assert!(ran.err.contains(&name), "{name}\n{}", ran.err);
        assert!(ran.err.contains(&city), "{city}\n{}", ran.err);
    }
    assert_eq!(counts(&ran), [0, 0, 0, 0, 25, 0, 0, 25]);
    let ran = ran.says("error[incomplete-rows]: 25 rows of subscribers.csv cannot be merged");
    ran.says("--skip-incomplete");
    desk.run("send campaigns/spring.md --dry-run --skip-incomplete").ends(3).says("25 skipped");
    // A real send says the same, but not at such length.
    let ran = desk.run("send campaigns/spring.md --outbox out").ends(1);
    let ran = ran.says("… and 5 incomplete rows more; `--dry-run` shows them all");
    ran.never_says("n50@example.org");
    assert!(!desk.path("out").exists());
}

#[test]
fn a_dry_run_is_refused_where_the_send_would_be() {
    let desk = Desk::new();
    let server = Script::new().start();
    send(&desk, &server, "--limit 1").ends(0);
    let desk = desk.campaign(&CAMPAIGN.replace("open", "closed"));
    desk.run("send campaigns/spring.md --dry-run").ends(1).says("error[changed-campaign]");
    desk.run("send campaigns/spring.md --dry-run --changed").ends(0);
}

#[test]
fn rehearsals_know_who_has_it_and_who_is_suppressed() {
    let desk = Desk::new();
    let server = Script::new().start();
    suppress(&desk, "cyd@example.org");
    send(&desk, &server, "--limit 1").ends(0);
    let ledger = desk.read(".handbill/ledger.db");
    for way in ["--dry-run", "--outbox out"] {
        let ran = desk.run(&format!("send campaigns/spring.md {way} --format json")).ends(0);
        let (sent, remaining) = if way == "--dry-run" { (0, 1) } else { (1, 0) };
        assert_eq!(counts(&ran), [sent, 0, 0, 0, 0, 1, 1, remaining], "{way}");
        ran.says("1 has it already").says("1 is suppressed");
    }
    assert!(desk.path("out/bob@example.org.eml").exists());
    assert_eq!(std::fs::read_dir(desk.path("out")).expect("an outbox").count(), 1);
    assert_eq!(desk.read(".handbill/ledger.db"), ledger, "the ledger learned nothing");
    assert_eq!(got(&server), ["ann"]);
}

#[test]
fn an_outbox_takes_every_mail_each_time_and_tells_no_ledger() {
    let desk = Desk::new();
    for _ in 0..2 {
        let ran = desk.run("send campaigns/spring.md --outbox out --format json").ends(0);
        assert_eq!(counts(&ran), [3, 0, 0, 0, 0, 0, 0, 0]);
    }
    assert!(!desk.path(".handbill/ledger.db").exists());
    let ran = desk.run("send campaigns/spring.md --outbox one --limit 1 --format json").ends(0);
    assert_eq!(counts(&ran), [1, 0, 0, 0, 0, 0, 0, 2]);
    desk.run("send campaigns/spring.md --via outbox:two").ends(0);
    assert_eq!(std::fs::read_dir(desk.path("two")).expect("an outbox").count(), 3);
    let desk = desk.file("occupied", "");
    desk.run("send campaigns/spring.md --outbox occupied")
        .ends(1)
        .says("error[outbox-not-writable]");
}

#[test]
fn a_condition_selects_and_its_share_of_the_list_is_counted() {
    let desk = Desk::new().list(
        "email,first_name,city,donated\n\
         ann@example.org,Ann,Leeds,yes\n\
         bob@example.org,Bob,Leeds,\n\
         cyd@example.org,Cyd,York,\n",
    );
    for (condition, selected) in [
        ("city == \"Leeds\"", 2),
        ("not donated", 2),
        ("donated", 1),
        ("city == \"Leeds\" and not donated", 1),
        ("city == \"Hull\"", 0),
    ] {
        let line =
            format!("send campaigns/spring.md --dry-run --format json --where '{condition}'");
        let ran = desk.run(&line).ends(0);
        assert_eq!(counts(&ran), [0, 0, 0, 0, 0, 0, 0, selected], "{condition}");
    }
    // Also of those who have it already.
    let server = Script::new().start();
    send(&desk, &server, "").ends(0);
    let ran = desk.run("send campaigns/spring.md --dry-run --format json --where donated").ends(0);
    assert_eq!(counts(&ran), [0, 0, 0, 0, 0, 1, 0, 0]);
}

#[test]
fn a_condition_can_stand_in_the_campaign_or_the_settings() {
    let conditional = CAMPAIGN.replace("---\n\nDear", "where: city == \"York\"\n---\n\nDear");
    let desk = Desk::new().campaign(&conditional);
    desk.run("send campaigns/spring.md --dry-run").ends(0).says("to send     1\n").says("bob@");
    desk.run("send campaigns/spring.md --dry-run --where 'city == \"Leeds\"'")
        .says("to send     2\n");
    let settings = SETTINGS.replace("[list]\n", "[list]\nwhere = 'city == \"York\"'\n");
    let desk = Desk::new().settings(&settings);
    desk.run("send campaigns/spring.md --dry-run").ends(0).says("to send     1\n").says("bob@");
}

#[test]
fn a_condition_that_is_none_is_told_at_its_place() {
    let desk = Desk::new();
    desk.run("send campaigns/spring.md --dry-run --where 'citty == \"Leeds\"'").ends(1).says(
        "--where:1:1: error[unknown-field]: no column `citty` in subscribers.csv\n  \
         1 | citty == \"Leeds\"\n    \
           | ^^^^^\n\
         help: did you mean `city`?",
    );
    let ran = desk.run("send campaigns/spring.md --dry-run --where 'city =='").ends(1).says(
        "--where:1:8: error[tag-syntax]: the tag ends where a field or a value is expected\n  \
         1 | city ==\n    \
           |        ^\n\
         help: write a condition such as",
    );
    assert_eq!(ran.err.matches("error[").count(), 1, "{}", ran.err);
    for condition in ["{{ city }} == 1", "city %} {% if city", "city == \"x\" %}"] {
        desk.run(&format!("send campaigns/spring.md --dry-run --where '{condition}'"))
            .ends(1)
            .says("--where:1:")
            .says("help: ");
    }
}
