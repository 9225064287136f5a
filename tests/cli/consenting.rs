//! Whom a list says not to mail: what is understood, what is asked, and what is never guessed.

use serde_json::json;

use crate::desk::{Desk, Ran, SETTINGS};
use crate::smtp_server::{Script, SmtpServer};
use crate::{got, send};

/// Two who may be mailed by what the list says, if somebody says what it means.
const CIRCLES: &str = "email,first_name,Newsletter circle\n\
                       ann@example.org,Ann,inner\n\
                       bob@example.org,Bob,outer\n\
                       cyd@example.org,Cyd,\n";

fn plain(list: &str) -> Desk {
    Desk::new().campaign("---\nsubject: x\npreheader: y\n---\nHi\n").list(list)
}

/// Whom a desk mails.
fn mailed(desk: &Desk, server: &SmtpServer) -> Vec<String> {
    send(desk, server, "").ends(0);
    got(server)
}

#[test]
fn what_looks_like_consent_and_is_not_understood_stops_a_send_with_the_lines_to_write() {
    let desk = plain(CIRCLES);
    let server = Script::new().start();
    let ran = send(&desk, &server, "").ends(1);
    let consent = json!([{
        "column": "Newsletter circle",
        "rule": "unclear",
        "mail": 1,
        "left": 0,
        "unclear": [{"value": "inner", "rows": 1}, {"value": "outer", "rows": 1}],
        "others": 0
    }]);
    assert_eq!(ran.json()["consent"], consent);
    assert_eq!(ran.json()["address_column"], "email");
    ran.says("subscribers.csv:1:18: error[unclear-consent]: `Newsletter circle` looks as if")
        .says("`inner` in 1 row, `outer` in 1 row")
        .says("\n      [list.consent]\n      \"Newsletter circle\" = { mail = [\"inner\"] }")
        .says("to send     1");
    assert_eq!(got(&server), [""; 0], "nothing was sent, not even to those who are clear");
    desk.run("check").ends(1).says("error[unclear-consent]");
    desk.run("list check subscribers.csv").ends(1).says("error[unclear-consent]");
    desk.run("send campaigns/spring.md --outbox out").ends(1).says("error[unclear-consent]");
}

#[test]
fn what_was_written_once_in_the_settings_holds_for_every_command() {
    let rule = "[list.consent]\n\"newsletter_circle\" = { mail = [\"Inner\"] }\n";
    let desk = plain(CIRCLES).settings(&format!("{SETTINGS}\n{rule}"));
    let server = Script::new().start();
    assert_eq!(mailed(&desk, &server), ["ann"], "everybody else is left out, blank too");
    let json = desk.run("list check subscribers.csv --format json").ends(0).json();
    assert_eq!((&json["deliverable"], &json["left"]), (&1.into(), &2.into()));
    assert_eq!(json["consent"][0]["rule"], "settings");
    let lists = desk.run("check --format json").ends(0).json()["lists"].clone();
    assert_eq!(lists[0]["consent"], json["consent"]);
}

#[test]
fn a_rule_for_a_column_that_the_list_lacks_is_an_error_unless_the_campaign_has_its_own() {
    let rule = "[list.consent]\n\"Newsletter circel\" = \"ignore\"\n";
    let desk = plain(CIRCLES).settings(&format!("{SETTINGS}\n{rule}"));
    desk.run("send campaigns/spring.md --dry-run")
        .ends(1)
        .says("error[no-consent-column]: no column `Newsletter circel` in `subscribers.csv`")
        .says("did you mean `newsletter_circle`?");
    let own = "---\nsubject: x\nconsent:\n  Newsletter circle: { left: [outer, \"\"] }\n---\nHi\n";
    let server = Script::new().start();
    assert_eq!(mailed(&desk.campaign(own), &server), ["ann"]);
}

#[test]
fn a_status_in_the_settings_is_one_more_rule_and_cannot_switch_consent_off() {
    let list = "email,confirmed,blacklisted\nann@example.org,0,0\nbob@example.org,1,1\n\
                cyd@example.org,1,0\n";
    let settings = SETTINGS.replace("[list]\n", "[list]\nstatus = \"confirmed\"\n");
    let server = Script::new().start();
    assert_eq!(mailed(&plain(list).settings(&settings), &server), ["cyd"]);
    for off in ["\"none\"", "false", "\"\""] {
        let settings = SETTINGS.replace("[list]\n", &format!("[list]\nstatus = {off}\n"));
        plain(list)
            .settings(&settings)
            .run("send campaigns/spring.md --dry-run")
            .ends(1)
            .says("error[status-off]")
            .says("= \"ignore\"");
    }
}

#[test]
fn a_mistake_in_a_rule_is_shown_where_it_stands() {
    let refused = |rule: &str| -> Ran {
        let settings = format!("{SETTINGS}\n[list.consent]\n{rule}\n");
        plain(CIRCLES).settings(&settings).run("send campaigns/spring.md --dry-run").ends(1)
    };
    refused("newsletter = \"yes\"").says("error[invalid-consent]: this does not say what");
    refused("newsletter = { mial = [\"yes\"] }").says("did you mean `mail`?");
    refused("newsletter = { mail = [] }").says("must be a list of values");
    refused("newsletter = {}").says("error[invalid-consent]");
}

#[test]
fn one_row_of_somebody_who_left_takes_them_out_of_the_whole_list() {
    let list = "email,unsubscribed\nann@example.org,\nbob@example.org,\n\
                \"ANN@example.org; ann.home@example.org\",yes\nann.home@example.org,\n";
    let server = Script::new().start();
    assert_eq!(mailed(&plain(list), &server), ["bob"]);
}

#[test]
fn who_has_not_confirmed_is_neither_mailed_nor_suppressed() {
    let list = "email,status\nann@example.org,active\nbob@example.org,pending\n\
                cyd@example.org,unsubscribed\n";
    let desk = plain(list);
    let server = Script::new().start();
    send(&desk, &server, "")
        .ends(0)
        .says("1 has not confirmed yet")
        .says("1 has left, by the list");
    assert_eq!(got(&server), ["ann"]);
    desk.run("suppress import subscribers.csv --who left").ends(0);
    desk.run("suppress list").prints_only("cyd@example.org\n");
}

#[test]
fn a_list_that_changed_behind_its_rehearsal_is_not_sent() {
    // The password is asked for between the rehearsal and the first mail.
    let command = "password_command = \"echo dee@example.org,Dee, >> subscribers.csv; echo x\"\n";
    let settings = SETTINGS.replace("[delivery]\n", &format!("[delivery]\n{command}"));
    let desk = Desk::new().settings(&settings).campaign("---\nsubject: x\n---\nHi\n");
    let server = Script::new().start();
    let url = server.url().replace("smtp://", "smtp://news@");
    desk.run(&format!("send campaigns/spring.md --yes --via {url}"))
        .ends(1)
        .says("error[list-changed]: the list `subscribers.csv` has changed since it was rehearsed");
    assert_eq!(server.connections(), 0);
}

#[test]
fn a_list_without_a_line_of_names_is_read_and_said_to_be_so() {
    let desk = plain("Ann Lee <ann@example.org>\nBo <bo@example.org>\n");
    let server = Script::new().start();
    send(&desk, &server, "").ends(0).says("warning[no-header]").says("columns = [");
    assert_eq!(got(&server), ["ann", "bo"]);
    let named = SETTINGS
        .replace("[list]\n", "[list]\nheader = false\ncolumns = [\"first_name\", \"email\"]\n");
    let desk = Desk::new()
        .settings(&named)
        .list("Ann,ann@example.org\n")
        .campaign("---\nsubject: x\n---\nHi {{ first_name }}\n");
    let ran = desk.run("send campaigns/spring.md --dry-run").ends(0);
    assert!(!ran.err.contains("no-header"), "{}", ran.err);
}
