//! Lists that a database answers, here one of SQLite's. With PostgreSQL: `tests/fleet/queries.rs`.

use std::fs;

use rusqlite::Connection;
use serde_json::json;

use crate::desk::{Desk, SETTINGS};
use crate::smtp_server::{Gate, Script, Step, at};
use crate::{counts, got};

const MEMBERS: &str = "\
CREATE TABLE members (
    id INTEGER PRIMARY KEY, \"E-Mail\" TEXT, \"First Name\" TEXT, city TEXT,
    gift REAL, joined TEXT, donor BOOLEAN, status TEXT);
INSERT INTO members VALUES
    (7, ' Ann@Example.org ', 'Ann', 'Leeds', 25.0, '2024-05-03', 1, 'subscribed'),
    (8, 'ann@example.org', 'Ann again', 'Leeds', 0.5, NULL, 0, 'active'),
    (9, 'Bob <bob@bücher.example>', char(160), 'York', NULL, NULL, NULL, 'active'),
    (10, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    (11, 'nobody', 'Nob', 'York', 1, NULL, 0, 'active'),
    (12, 'cyd@example.org', 'Cyd', '50% off', 12.25, NULL, 1, 'unsubscribed');
";

/// A desk with a database `members.db`, and nothing else that could be a list.
fn desk(sql: &str) -> Desk {
    let desk = Desk::new();
    fs::remove_file(desk.path("subscribers.csv")).expect("it was there");
    change(&desk, sql);
    desk
}

fn change(desk: &Desk, sql: &str) {
    let database = Connection::open(desk.path("members.db")).expect("a database");
    database.execute_batch(sql).expect("good SQL");
}

/// The settings with another list.
fn listing(list: &str) -> String {
    SETTINGS.replace("\"subscribers.csv\"", &format!("{list:?}"))
}

#[test]
fn a_query_is_a_list_by_the_same_rules() {
    let desk = desk(MEMBERS);
    let list = "'members.db?query=SELECT * FROM members'";
    let json = desk.run(&format!("list check {list} --format json")).ends(0).says_only("").json();
    let column = |name, header, blank| json!({"name": name, "header": header, "blank": blank});
    let expected = json!({
        "rows": 6,
        "deliverable": 2,
        "duplicates": 1,
        "left": 1,
        "invalid": [
            {"line": 4, "value": "", "reason": "no address"},
            {"line": 5, "value": "nobody", "reason": "no `@` in the address"},
        ],
        "columns": [
            column("id", "id", 0),
            column("e_mail", "E-Mail", 0),
            column("first_name", "First Name", 1),
            column("city", "city", 0),
            column("gift", "gift", 1),
            column("joined", "joined", 1),
            column("donor", "donor", 1),
            column("status", "status", 0),
        ],
        "encoding": "UTF-8",
        "delimiter": null,
        "header_line": null,
        "address_column": "E-Mail",
        "consent": [{
            "column": "status",
            "rule": "vocabulary",
            "mail": 4,
            "left": 1,
            "unclear": [],
            "others": 0
        }]
    });
    assert_eq!(json, expected);
    desk.run(&format!("list check {list}"))
        .ends(0)
        .says("members.db, row 5: warning[invalid-row]: no `@` in the address: `nobody`")
        .prints("members.db: 6 rows");
    let stats =
        desk.run(&format!("list stats sqlite:{}", &list[1..list.len() - 1].replace(' ', "%20")));
    assert_eq!(
        stats.ends(0).says_only("").out.lines().next(),
        Some("sqlite:members.db: 2 subscribers can be mailed")
    );
}

#[test]
fn values_are_the_text_that_a_person_expects() {
    let desk = desk(MEMBERS).campaign(
        "---\nsubject: x\n---\n{{ id }}|{{ gift }}|{{ joined or \"never\" }}|{{ donor }}|{{ bytes }}|{{ sum }}\n",
    );
    let desk = desk.settings(&listing(
        "members.db?query=SELECT id, \"E-Mail\", gift, joined, donor, CAST('Ok' AS BLOB) AS bytes, 0.5 + 0.25 AS sum FROM members",
    ));
    desk.run("render campaigns/spring.md --for bob@bücher.example")
        .ends(1)
        .says("error[blank-field]");
    desk.run("render campaigns/spring.md --for ann@example.org")
        .ends(0)
        .prints("7|25|2024-05-03|true|Ok|0.75");
}

#[test]
fn a_query_goes_the_whole_road() {
    let desk = desk(MEMBERS).settings(&listing(
        "members.db?query=SELECT \"E-Mail\", \"First Name\", city, status FROM members",
    ));
    let server = Script::new().start();
    desk.run("check").ends(0);
    desk.run("render campaigns/spring.md --for ann@example.org").ends(0).prints("Dear Ann,");
    desk.run("doctor").says("the list `members.db` can be read, with addresses in `e_mail`");
    desk.run("send campaigns/spring.md --dry-run")
        .ends(0)
        .says("members.db: 5 rows")
        .says("members.db, row 5: warning[invalid-row]");
    let line = format!("send campaigns/spring.md --yes --format json --via {}", server.url());
    let ran = desk.run(&format!("{line} --where 'city == \"York\"'")).ends(0);
    assert_eq!(counts(&ran), [1, 0, 0, 0, 0, 0, 0, 0]);
    let ran = desk.run(&line).ends(0);
    assert_eq!(counts(&ran), [1, 0, 0, 0, 0, 1, 0, 0]);
    assert_eq!(got(&server), ["bob@xn--bcher-kva.example", "Ann"]);
}

#[test]
fn a_blank_field_names_the_row_that_lacks_it() {
    let desk = desk(MEMBERS)
        .campaign("---\nsubject: x\n---\nDear {{ first_name }}\n")
        .settings(&listing("members.db?query=SELECT * FROM members"));
    desk.run("send campaigns/spring.md --dry-run")
        .ends(1)
        .says("error[blank-field]")
        .says("for bob@xn--bcher-kva.example, row 3 of the list");
}

#[test]
fn a_query_may_be_typed_or_stand_in_a_file_or_a_campaign() {
    let desk = desk(MEMBERS)
        .file("leeds.sql", "-- Who lives in Leeds; 20% of all.\nSELECT \"E-Mail\", \"First Name\"\nFROM members\nWHERE city = 'Leeds';\n")
        .file("wrong.sql", "-- Who lives in Leeds.\nSELECT \"E-Mail\",\n       town FROM members\n");
    let counted =
        |line: &str| desk.run(&format!("list check {line} --format json")).json()["rows"].clone();
    assert_eq!(counted("members.db?query=@leeds.sql"), 2);
    let encoded = "SELECT%20*%20FROM%20members%20WHERE%20city%20LIKE%20%2750%25%25%27";
    assert_eq!(counted(&format!("members.db?query={encoded}")), 1);
    // With white space in it, it is taken as it stands.
    for (pattern, rows) in [("%20%", None), ("%ed%", Some("2 rows"))] {
        let typed = format!("members.db?query=SELECT * FROM members WHERE city LIKE '{pattern}'");
        let ran = desk.shell(&format!("handbill list check \"{typed}\""));
        match rows {
            Some(rows) => ran.ends(0).prints(rows),
            None => ran.ends(1).says("error[empty-list]"),
        };
    }
    desk.run("list check members.db?query=@wrong.sql")
        .ends(1)
        .says("wrong.sql:3:8: error[list-query]: the query of `members.db` fails: no such column: town")
        .says("  3 |        town FROM members\n    |        ^^^^\n");
    let desk = desk.settings(&listing("members.db?query=@leeds.sql")).file("sub/x", "");
    desk.run("-C sub send ../campaigns/spring.md --dry-run").ends(0).says("members.db: 2 rows");
    let desk = desk.campaign(
        "---\nsubject: x\nlist: members.db?query=SELECT * FROM members WHERE id = 12\n---\nHi\n",
    );
    desk.run("send campaigns/spring.md --dry-run").ends(0).says("members.db: 1 row, UTF-8\n");
}

#[test]
fn a_query_that_is_wrong_is_shown_with_a_caret() {
    let desk = desk(MEMBERS);
    desk.run("list check 'members.db?query=SELECT emial, city FROM members'")
        .ends(1)
        .prints_only("")
        .says(
            "--list:1:25: error[list-query]: the query of `members.db` fails: no such column: emial\n",
        )
        .says(
            "  1 | members.db?query=SELECT emial, city FROM members\n    |                         ^^^^^\n",
        )
        .says("help: ");
    let desk = desk.settings(&listing("members.db?query=SELEKT email FROM members"));
    desk.run("send campaigns/spring.md --dry-run")
        .ends(1)
        .says("handbill.toml:7:26: error[list-query]")
        .says("near \"SELEKT\": syntax error");
}

#[test]
fn a_query_only_reads() {
    let desk = desk(MEMBERS).file("empty.db", "").file("list.csv", "email\nann@example.org\n");
    for (query, code, said) in [
        ("DELETE FROM members", "list-query", "does not only read"),
        ("DELETE FROM members RETURNING \"E-Mail\"", "list-query", "does not only read"),
        ("SELECT * FROM members; DELETE FROM members", "list-query", "more than one statement"),
        ("DELETE FROM members; SELECT * FROM members", "list-query", "more than one statement"),
        ("ATTACH char(97) AS other", "list-query", "does not only read"),
        ("SELECT * FROM members WHERE id = ?", "list-query", "has parameters"),
        ("SELECT * FROM members WHERE id = 1", "empty-list", "gives no rows"),
        ("SELECT \"E-Mail\", \"emial\" FROM members", "list-query", "no such column: \"emial\""),
        ("SELECT city FROM members", "no-email-column", "members.db"),
        ("SELECT city, city, \"E-Mail\" FROM members", "duplicate-column", "called `city`"),
    ] {
        desk.run(&format!("list check 'members.db?query={query}'"))
            .ends(1)
            .prints_only("")
            .says(&format!("error[{code}]"))
            .says(said);
    }
    desk.run("list check 'nowhere.db?query=SELECT 1'").ends(1).says("error[list-not-found]");
    desk.run("list check 'list.csv?query=SELECT 1'").ends(1).says("error[list-not-database]");
    desk.run("list check members.db")
        .ends(1)
        .says("error[list-not-text]")
        .says("members.db?query=");
    desk.run("list check sqlite:members.db").ends(1).says("error[list-url]").says("?query=");
    assert!(!desk.path("nowhere.db").exists() && !desk.path("other.db").exists());
    let json = desk.run("list check 'members.db?query=TABLE members' --format json");
    json.ends(1).says("error[list-query]");
    let json = desk.run("list check 'members.db?query=SELECT * FROM members' --format json").json();
    assert_eq!(json["rows"], 6, "nothing was deleted");
}

#[test]
fn nothing_beside_a_database_is_made_or_changed() {
    let desk = desk(MEMBERS);
    let before = desk.tree();
    desk.run("list check 'members.db?query=SELECT * FROM members'").ends(0);
    desk.run("send campaigns/spring.md --dry-run --list 'members.db?query=SELECT * FROM members'")
        .ends(0);
    assert_eq!(desk.tree(), before);
}

#[test]
fn what_was_rehearsed_is_sent_whatever_becomes_of_the_database() {
    let gate = Gate::default();
    let rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
                INSERT INTO members SELECT 'n' || i || '@example.org' FROM n";
    let desk = desk(&format!("CREATE TABLE members (email TEXT); {rows}"))
        .campaign("---\nsubject: x\n---\nHi\n")
        .settings(&listing("members.db?query=SELECT email FROM members"));
    let server = Script::new().rule(at(Step::Dot).times(1).waits_for(&gate)).start();
    let line = format!("send campaigns/spring.md --yes --format json --via {}", server.url());
    let running = desk.start(&line);
    gate.until_reached();
    // No lock is held, so that others can write meanwhile; and what they write changes nothing.
    change(&desk, "DELETE FROM members; INSERT INTO members VALUES ('new@example.org')");
    fs::write(desk.path("members.db"), "gone").expect("writable");
    gate.open();
    let ran = running.wait().ends(0);
    assert_eq!(counts(&ran), [2000, 0, 0, 0, 0, 0, 0, 0]);
    assert!(!got(&server).contains(&"new".to_owned()));
}

#[test]
fn the_ledger_may_be_asked_who_had_a_campaign() {
    let desk = Desk::new();
    let server = Script::new().start();
    crate::send(&desk, &server, "").ends(0);
    let desk = desk.file("campaigns/again.md", "---\nsubject: x\n---\nHi\n");
    let query = "SELECT email FROM recipients WHERE code = 250 ORDER BY at";
    let ran = desk.run(&format!(
        "send campaigns/again.md --yes --format json --via {} --list '.handbill/ledger.db?query={query}'",
        server.url()
    ));
    assert_eq!(counts(&ran.ends(0)), [3, 0, 0, 0, 0, 0, 0, 0]);
}
