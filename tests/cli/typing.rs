//! What columns are: read from the whole list, told in the settings, shown, and kept.

use serde_json::json;

use crate::desk::{Desk, SETTINGS};
use crate::smtp_server::Script;
use crate::{got, send};

const LIST: &str = "email,donated,joined,vip\n\
                    ann@example.org,20,2026-01-02,yes\n\
                    bob@example.org,0,2025-12-31,No\n\
                    cyd@example.org,,,\n";

fn letter(body: &str) -> String {
    format!("---\nsubject: x\npreheader: y\n---\n{body}\n")
}

fn desk(body: &str, list: &str) -> Desk {
    Desk::new().campaign(&letter(body)).list(list)
}

#[test]
fn nobody_is_thanked_for_nothing() {
    let body = "{% if donated %}Thank you for {{ donated | money(currency=\"GBP\") }}.{% else %}Please give.{% endif %} {% if vip %}Welcome.{% endif %}";
    let desk = desk(body, LIST);
    let server = Script::new().start();
    send(&desk, &server, "").ends(0);
    let render = |who: &str| {
        desk.run(&format!("render campaigns/spring.md --as text --for {who}@example.org"))
            .ends(0)
            .out
    };
    assert!(render("ann").starts_with("Thank you for £20. Welcome."), "{}", render("ann"));
    assert!(render("bob").starts_with("Please give.\n"), "{}", render("bob"));
    assert!(render("cyd").starts_with("Please give.\n"), "{}", render("cyd"));
}

#[test]
fn what_columns_are_is_shown() {
    let desk = desk("{% if donated > 5 and joined %}x{% endif %} y", LIST);
    desk.run("check").ends(0).says("types       `donated` number (20), `joined` date (2026-01-02)");
    let lists = desk.run("check --format json").ends(0).json()["lists"].clone();
    assert_eq!(
        lists[0]["types"],
        json!([
            {"column": "donated", "type": "number", "example": "20"},
            {"column": "joined", "type": "date", "example": "2026-01-02"},
        ])
    );
    let stats = desk.run("list stats subscribers.csv").ends(0);
    stats.prints("number (20)").prints("date (2026-01-02)").prints("yes/no (yes)");
    let stats = desk.run("list stats subscribers.csv --format json").ends(0).json();
    let types: Vec<_> = (0..4).map(|at| stats["columns"][at]["type"].clone()).collect();
    assert_eq!(types, ["text", "number", "date", "yes/no"]);
}

#[test]
fn what_nobody_can_be_sure_of_is_asked_and_told_once() {
    let list = "email,gift,born\nann@example.org,\"1.250,50\",03/04/2026\nbob@example.org,\"3,00\",05/04/2026\n";
    let body = "{% if gift > 100 %}Large{% else %}Small{% endif %} {% if born > \"2026-04-04\" %}late{% else %}early{% endif %} {{ gift | money(currency=\"EUR\") }}";
    let asks = desk(body, list);
    let server = Script::new().start();
    let ran = send(&asks, &server, "").ends(1);
    ran.says("error[unclear-type]")
        .says("`1.250,50` in `gift`: 2 of 2 cells of subscribers.csv are written so, the first in line 2")
        .says("gift = { type = \"number\", decimal = \",\" }")
        .says("born = { type = \"date\", format = \"dd/mm/yyyy\" }");
    assert_eq!(got(&server), [""; 0], "nothing was sent");
    let types = "[list.types]\ngift = { type = \"number\", decimal = \",\" }\nborn = { type = \"date\", format = \"dd/mm/yyyy\" }\n";
    let told = desk(body, list).settings(&format!("{SETTINGS}\n{types}"));
    told.run("check").ends(0);
    let render = |who: &str| {
        told.run(&format!("render campaigns/spring.md --as text --for {who}@example.org"))
            .ends(0)
            .out
    };
    assert!(render("ann").starts_with("Large early €1,250.50\n"), "{}", render("ann"));
    assert!(render("bob").starts_with("Small late €3\n"), "{}", render("bob"));
    // A cell that is not what it is told to be stops the send, once and with the count.
    let list = format!("{list}cyd@example.org,much,\ndan@example.org,more,\n");
    let wrong =
        desk("{% if gift > 100 %}x{% endif %} y", &list).settings(&format!("{SETTINGS}\n{types}"));
    send(&wrong, &server, "")
        .ends(1)
        .says("error[misfit-cell]: `gift` is told to be a number, and 2 of 4 cells are no number, the first `much` in line 4");
    // What tells of a column that is not there is said.
    let unused = desk("x", LIST).settings(&format!("{SETTINGS}\n{types}"));
    unused.run("check").ends(0).says("warning[unused-type]").says("has no column `gift`");
}

#[test]
fn a_column_that_became_something_else_is_refused_after_the_first_mail() {
    let desk = desk("{% if donated %}Thank you.{% else %}Please give.{% endif %}", LIST);
    let server = Script::new().start();
    send(&desk, &server, "").ends(0);
    let more = |cell: &str| format!("{LIST}eve@example.org,{cell},,\n");
    let desk = desk.list(&more("soon"));
    send(&desk, &server, "").ends(1).says(
        "error[changed-types]: the column `donated` was of the type `number` when the first mails of `spring` left, and is `text` now",
    );
    assert_eq!(got(&server).len(), 3, "nobody got the same condition with another meaning");
    // Other rows of the same type are another list, and the same letter.
    send(&desk.list(&more("7")), &server, "").ends(0).says("1 mail sent");
}

#[test]
fn days_begin_where_the_campaign_or_its_sender_is() {
    let list = "email,seen\nann@example.org,2026-05-14T23:30:00Z\n";
    let body = "{% if seen == \"2026-05-15\" %}the fifteenth{% else %}the fourteenth{% endif %}";
    let there = |settings: &str, front: &str| {
        let campaign = letter(body).replacen("---\n", &format!("---\n{front}"), 1);
        let desk = Desk::new().campaign(&campaign).list(list).settings(&SETTINGS.replacen(
            "[sender]",
            &format!("[sender]\n{settings}"),
            1,
        ));
        desk.run("render campaigns/spring.md --as text")
            .ends(0)
            .out
            .lines()
            .next()
            .unwrap_or("")
            .to_owned()
    };
    assert_eq!(there("", ""), "the fourteenth");
    assert_eq!(there("timezone = \"Europe/Berlin\"", ""), "the fifteenth");
    assert_eq!(there("timezone = \"Europe/Berlin\"", "timezone: UTC\n"), "the fourteenth");
    let wrong = desk("x", list).campaign("---\nsubject: x\ntimezone: Europe/Berln\n---\nx\n");
    wrong.run("check").ends(1).says("did you mean `Europe/Berlin`?");
}
