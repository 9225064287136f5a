//! Whole stories, from a list to the mails that would leave.

use std::fs;

use crate::desk::{Desk, SETTINGS};
use crate::table::{fixture, read_file};

const LETTER: &str = "---\nsubject: x\npreheader: y\n---\nHi\n";

/// Whom a rehearsal writes mails for.
fn rehearsed(desk: &Desk) -> Vec<String> {
    let Ok(outbox) = fs::read_dir(desk.path("out")) else { return Vec::new() };
    let mut names: Vec<String> = outbox
        .map(|entry| entry.expect("a file").file_name().to_string_lossy().into_owned())
        .filter_map(|name| name.split('@').next().map(str::to_owned))
        .collect();
    names.sort_unstable();
    names
}

#[test]
fn of_every_export_one_mail_is_written_or_none() {
    for entry in fs::read_dir(fixture("exports")).expect("the exports") {
        let path = entry.expect("a file").path();
        let is_refused = !read_file(&path).refusals.is_empty();
        let desk = Desk::new().campaign(LETTER).file("list.csv", fs::read(&path).expect("a list"));
        let ran = desk.run("send campaigns/spring.md --list list.csv --outbox out");
        let mails = rehearsed(&desk);
        assert!(mails.iter().all(|name| name.starts_with("ann")), "{}: {mails:?}", path.display());
        if is_refused {
            ran.ends(1).says("error[unclear-consent]").says("[list.consent]");
            assert!(mails.is_empty(), "{}", path.display());
        } else {
            ran.ends(0);
        }
    }
}

#[test]
fn what_a_number_means_is_said_once_and_then_known() {
    let list = fs::read(fixture("exports/status-activecampaign-numbers.csv")).expect("a list");
    let desk = Desk::new().campaign(LETTER).file("subscribers.csv", list);
    desk.run("send campaigns/spring.md --outbox out")
        .ends(1)
        .says("`1` in 1 row")
        .says("\"Status\" = { mail = [");
    let settings = format!("{SETTINGS}\n[list.consent]\nStatus = {{ mail = [\"1\"] }}\n");
    let desk = desk.settings(&settings);
    desk.run("send campaigns/spring.md --outbox out").ends(0);
    assert_eq!(rehearsed(&desk), ["ann"]);
}

#[test]
fn tags_and_states_are_not_called_consent_until_one_of_them_is() {
    let list = "email,State,Tags,Newsletter date\nann@example.org,CA,vip,2024-05-03\n\
                bob@example.org,,\"friend, vip\",\n";
    let desk = Desk::new().campaign(LETTER).list(list);
    let ran = desk.run("list check subscribers.csv --format json").ends(0);
    assert_eq!(ran.json()["consent"], serde_json::json!([]));
    let desk = desk.list(&list.replace("friend, vip", "vip, unsubscribed"));
    let ran = desk.run("list check subscribers.csv --format json").ends(0);
    let consent = &ran.json()["consent"];
    assert_eq!(consent[0]["column"], "Tags");
    assert_eq!((&consent[0]["mail"], &consent[0]["left"]), (&1.into(), &1.into()));
    desk.run("send campaigns/spring.md --outbox out").ends(0);
    assert_eq!(rehearsed(&desk), ["ann"]);
}

#[test]
fn a_column_of_another_channel_can_still_be_a_field() {
    let list = "email,SMS consent,Newsletter language\nann@example.org,unsubscribed,en\n";
    let letter =
        "---\nsubject: x\npreheader: y\n---\n{{ sms_consent }} {{ newsletter_language }}\n";
    let desk = Desk::new().campaign(letter).list(list);
    desk.run("send campaigns/spring.md --outbox out").ends(0);
    desk.run("render campaigns/spring.md --for ann@example.org --as text")
        .ends(0)
        .prints("unsubscribed en");
}
