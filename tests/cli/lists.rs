//! `list check` and `list stats`.

use serde_json::json;

use crate::desk::Desk;

fn corpus(name: &str) -> String {
    format!("{}/tests/fixtures/lists/{name}", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn a_list_is_told_in_numbers_that_add_up() {
    let desk = Desk::new().list(
        "E-Mail,First Name,Status\n\
         ann@example.org,Ann,subscribed\n\
         ANN@example.org,Ann,subscribed\n\
         \n\
         nobody,Bob,subscribed\n\
         cyd@example.org,\u{a0},unsubscribed\n\
         dee@example.org,\u{a0},subscribed\n",
    );
    let json = desk.run("list check subscribers.csv --format json").ends(0).says_only("").json();
    let expected = json!({
        "rows": 5,
        "deliverable": 2,
        "duplicates": 1,
        "left": 1,
        "invalid": [{"line": 5, "value": "nobody", "reason": "no `@` in the address"}],
        "columns": [
            {"name": "e_mail", "header": "E-Mail", "blank": 0},
            {"name": "first_name", "header": "First Name", "blank": 1},
            {"name": "status", "header": "Status", "blank": 0},
        ],
        "encoding": "UTF-8",
        "delimiter": ",",
        "header_line": 1,
        "address_column": "E-Mail",
        "consent": [{
            "column": "Status",
            "rule": "vocabulary",
            "mail": 4,
            "left": 1,
            "unclear": [],
            "others": 0
        }]
    });
    assert_eq!(json, expected);
    desk.run("list check subscribers.csv")
        .ends(0)
        .says("subscribers.csv:5:1: warning[invalid-row]: no `@` in the address: `nobody`")
        .prints("2 can be mailed")
        .prints("1 has left");
}

#[test]
fn every_list_of_the_corpus_is_usable_or_says_why_not() {
    let desk = Desk::bare();
    for name in ["action-network.csv", "bom-spaces.csv", "dirty.csv", "excel-semicolon-cp1252.csv"]
    {
        let json = desk.run(&format!("list check '{}' --format json", corpus(name))).ends(0).json();
        let count = |key: &str| json[key].as_u64().expect("a count");
        let invalid = json["invalid"].as_array().expect("rows").len() as u64;
        let sum = count("deliverable") + count("duplicates") + count("left") + invalid;
        assert_eq!(count("rows"), sum, "{name}");
        desk.run(&format!("list stats '{}' --format json", corpus(name))).ends(0).json();
    }
    for (name, code) in [
        ("duplicate-header.csv", "duplicate-column"),
        ("empty.csv", "empty-list"),
        ("header-only.csv", "empty-list"),
        ("no-email-column.csv", "no-email-column"),
        ("missing.csv", "list-not-found"),
    ] {
        desk.run(&format!("list check '{}'", corpus(name)))
            .ends(1)
            .prints_only("")
            .says(&format!("error[{code}]"))
            .says("help: ");
    }
}

#[test]
fn a_list_that_could_mislead_is_refused() {
    let long = format!("email,note\nann@example.org,\"{}\n", "x".repeat(10 << 20));
    let desk = Desk::bare()
        .file("binary.csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06")
        .file("quote.csv", "email,city\nann@example.org,\"Leeds\nbob@example.org,York\n")
        .file("long.csv", long);
    for (name, code) in
        [("binary.csv", "list-not-text"), ("quote.csv", "open-quote"), ("long.csv", "open-quote")]
    {
        desk.run(&format!("list check {name}"))
            .ends(1)
            .prints_only("")
            .says(&format!("error[{code}]"));
    }
    desk.run("list check quote.csv").says("quote.csv:2:17: error[open-quote]");
    desk.run("list check .").ends(1).says("error[list-not-a-file]");
}

#[test]
fn a_row_of_ten_megabytes_is_one_invalid_row() {
    let row = "x".repeat(10 << 20);
    let desk =
        Desk::bare().list(&format!("email,note\nann@example.org,{row}\nbob@example.org,y\n"));
    let json = desk.run("list check subscribers.csv --format json").ends(0).json();
    assert_eq!(json["deliverable"], 1);
    assert_eq!(json["invalid"][0]["line"], 2);
    assert_eq!(json["invalid"][0]["reason"], "the row is longer than 1 MiB");
}

#[test]
fn the_column_of_addresses_can_be_told() {
    let desk = Desk::bare().list("contact,name\nann@example.org,Ann\n");
    desk.run("list check subscribers.csv").ends(1).says("--email-column");
    desk.run("list check subscribers.csv --email-column contact").ends(0).prints("1 can be mailed");
    desk.run("list check subscribers.csv --email-column contcat").ends(1).says("`contact`");
}
