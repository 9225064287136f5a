//! Postfix refuses some, by its access maps and at every stage, and everybody
//! is told apart: who has it, who may get it later, and who will not.

use crate::postfix::Postfix;
use crate::{came_to, desk, everybody, outcomes, send};

/// A reply for each of some recipients, at four stages.
const ANSWERS: &str = "\
smtpd_recipient_restrictions = check_recipient_access inline:{
  { greylisted@example.org = 450 4.2.0 come back later }
  { full@example.org = 452 4.2.2 the mailbox is full }
  { unknown@example.org = 550 5.1.1 no such user }
  { quota@example.org = 552 5.2.2 over quota for good }
  { unwanted@example.org = 554 5.7.1 no newsletters } }
smtpd_data_restrictions = check_recipient_access inline:{
  { data@example.org = 450 4.7.1 not now } }
smtpd_end_of_data_restrictions = check_recipient_access inline:{
  { dot@example.org = 451 4.7.1 not this one now } }
header_checks = regexp:{{/^To:.*spam@/ REJECT it looks like spam}}
";

const READERS: &str = "\
email,first_name,city
ann@example.org,Ann,Leeds
greylisted@example.org,,Leeds
full@example.org,,Leeds
unknown@example.org,,Leeds
bob@example.org,Bob,Leeds
quota@example.org,,Leeds
unwanted@example.org,,Leeds
data@example.org,,Leeds
dot@example.org,,Leeds
spam@example.org,,Leeds
cyd@example.org,Cyd,Leeds
";

/// What takes all of [`ANSWERS`] back.
const LIFTED: [&str; 5] = [
    "-X",
    "smtpd_recipient_restrictions",
    "smtpd_data_restrictions",
    "smtpd_end_of_data_restrictions",
    "header_checks",
];

#[test]
#[ignore = "needs scripts/install-test-servers.sh"]
fn everybody_gets_the_outcome_of_what_postfix_said_about_them() {
    let postfix = Postfix::start(ANSWERS);
    let desk = desk("connections = 2\nretry_wait = 0\n", READERS);
    let ran = send(&desk, &postfix, "").ends(3);
    came_to(&ran, &[("sent", 3), ("failed", 4), ("deferred", 4)]);
    assert_eq!(
        postfix.delivered(),
        ["ann", "bob", "cyd"].map(|name| format!("{name}@example.org"))
    );
    let told: Vec<String> = outcomes(&desk)
        .iter()
        .map(|[email, outcome, code, reply]| {
            let enhanced = reply.split(' ').next().unwrap_or_default();
            format!("{} {outcome} {code} {enhanced}", email.replace("@example.org", ""))
        })
        .collect();
    assert_eq!(
        told,
        [
            "ann sent 250 2.0.0",
            "bob sent 250 2.0.0",
            "cyd sent 250 2.0.0",
            "data deferred 450 4.7.1",
            "dot deferred 451 4.7.1",
            "full deferred 452 4.2.2",
            "greylisted deferred 450 4.2.0",
            "quota failed 552 5.2.2",
            "spam failed 550 5.7.1",
            "unknown failed 550 5.1.1",
            "unwanted failed 554 5.7.1",
        ]
    );

    postfix.change(&LIFTED);
    let desk = desk.settings(&crate::SETTINGS.replace("retry_wait = 0", "retry_wait = 60"));
    // Whom Postfix does not know is not mailed again by any wish but this.
    let ran = send(&desk, &postfix, "--retry-failed").ends(3);
    came_to(&ran, &[("sent", 7), ("failed", 1), ("already", 3)]);
    desk.run("suppress export").prints("unknown@example.org,refused 5.1.1,");
    desk.run("suppress remove unknown@example.org").ends(0);
    came_to(&send(&desk, &postfix, "--retry-failed").ends(0), &[("sent", 1), ("already", 10)]);
    assert_eq!(postfix.delivered(), everybody(READERS));
}

#[test]
#[ignore = "needs scripts/install-test-servers.sh"]
fn a_sender_that_postfix_refuses_is_held_against_nobody() {
    for delay in ["yes", "no"] {
        let postfix = Postfix::start(&format!(
            "smtpd_delay_reject = {delay}\nsmtpd_sender_restrictions = \
             check_sender_access inline:{{ {{ news@example.org = 553 5.7.1 not yours }} }}\n"
        ));
        let desk = desk("connections = 2\nretry_wait = 0\n", READERS);
        let ran = send(&desk, &postfix, "").ends(1).says("error[sender-refused]");
        came_to(&ran, &[("remaining", 11)]);
        assert_eq!(postfix.delivered(), [""; 0]);
        assert_eq!(outcomes(&desk), [[""; 4]; 0]);

        postfix.change(&["-X", "smtpd_sender_restrictions"]);
        came_to(&send(&desk, &postfix, "").ends(0), &[("sent", 11)]);
        assert_eq!(postfix.delivered(), everybody(READERS));
    }
}
