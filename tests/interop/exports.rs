//! Lists as other programs export them: spreadsheets, data libraries, databases and their shells.
//!
//! Each tool exports one small table (`exports/people.sql`) in the forms that its users choose. Five
//! of its people may be mailed; the others left, each by another column, and their names and notes
//! hold what breaks rows. Whatever the form: nobody who left is mailed, and whoever may be mailed
//! has a mail with their right name, or the list is refused with what to do.

mod folder;

use std::process::Command;

use folder::Exports;

use crate::desk::Desk;

/// The columns of `people.sql`, for an export without a header.
const COLUMNS: &str = "header = false\ncolumns = [\"email\", \"first_name\", \"member\", \"note\", \
    \"unsubscribed\", \"unsubscribed_at\", \"status\", \"opt_out\", \"subscribed\", \"deceased\"]";
/// The same, without names and notes.
const BARE_COLUMNS: &str = "header = false\ncolumns = [\"email\", \"member\", \
    \"unsubscribed\", \"unsubscribed_at\", \"status\", \"opt_out\", \"subscribed\", \"deceased\"]";
/// Whoever may be mailed, and has a name that Windows writes in Warsaw.
const EASTERN: [&str; 4] = ["ann", "joerg", "lukasz", "zoe"];

#[test]
#[ignore = "needs pandas: see main.rs"]
fn the_exports_of_pandas_mail_nobody_who_left() {
    let exports = Exports::by_python("with_pandas.py");
    exports.mail_all_who_may(&[
        "plain.csv",
        "index.csv",
        "semicolon.csv",
        "tab.tsv",
        "quoted.csv",
        "utf-8-sig.csv",
        "utf-16.csv",
        "null.csv",
        "floats.csv",
        "two-digits.csv",
        "backslash.csv",
        "escaped.csv",
        "records.json",
        "records-iso.json",
        "lines.ndjson",
        "sheet.xlsx",
    ]);
    exports.export("windows-1250.csv").of(&EASTERN).asks_for_encoding("windows-1250");
    exports.are_refused(&[
        ("columns.json", "unclear-json"),
        ("split.json", "unclear-json"),
        ("table.html", "list-not-text"),
    ]);
    exports.export("headless.csv").with(COLUMNS).mails_all_who_may();
    for name in ["", "-floats", "-nullable"] {
        exports.export(&format!("unknown{name}.csv")).asks_for_consent();
    }
    exports.export("unknown.ndjson").asks_for_consent();
    exports.export("unknown.xlsx").asks_for_consent();
    exports.were_all_tried();
}

#[test]
#[ignore = "needs polars: see main.rs"]
fn the_exports_of_polars_mail_nobody_who_left() {
    let exports = Exports::by_python("with_polars.py");
    exports.mail_all_who_may(&[
        "plain.csv",
        "semicolon.csv",
        "tab.tsv",
        "always.csv",
        "words.csv",
        "null.csv",
        "array.json",
        "lines.ndjson",
    ]);
    exports
        .are_refused(&[("never.csv", "unclear-consent"), ("apostrophes.csv", "unclear-consent")]);
    exports.export("headless.csv").with(COLUMNS).mails_all_who_may();
    for name in ["unknown.csv", "unknown-floats.csv", "unknown.ndjson"] {
        exports.export(name).asks_for_consent();
    }
    exports.were_all_tried();
}

#[test]
#[ignore = "needs DuckDB: see main.rs"]
fn the_exports_of_duckdb_mail_nobody_who_left() {
    let exports = Exports::by_python("with_duckdb.py");
    exports.mail_all_who_may(&[
        "plain.csv",
        "semicolon.csv",
        "tab.tsv",
        "pipe.csv",
        "forced.csv",
        "backslash.csv",
        "days.csv",
        "whole.csv",
        "lines.json",
        "array.json",
    ]);
    exports.are_refused(&[("apostrophes.csv", "unclear-consent")]);
    exports.export("headless.csv").with(COLUMNS).mails_all_who_may();
    exports.export("unknown.csv").asks_for_consent();
    exports.export("unknown.ndjson").asks_for_consent();
    exports.were_all_tried();
}

#[test]
#[ignore = "needs sqlite3: see main.rs"]
fn the_exports_of_sqlite3_mail_nobody_who_left() {
    let exports = Exports::by_shell("with_sqlite3.sh");
    exports.mail_all_who_may(&["plain.csv", "null.csv", "array.json"]);
    exports.export("headless.csv").with(COLUMNS).mails_all_who_may();
    exports.export("bare-list.txt").bare().mails_all_who_may();
    // Nothing is quoted in them, and their names and notes have commas, tabs and line breaks.
    exports.are_refused(&[
        ("list.txt", "unclear-consent"),
        ("tabs.txt", "unclear-consent"),
        ("comma.csv", "unclear-consent"),
        ("ascii.txt", "list-not-text"),
        ("column.txt", "no-email-column"),
        ("box.txt", "no-email-column"),
        ("insert.txt", "no-email-column"),
        ("html.txt", "list-not-text"),
        ("quote.txt", "unclear-consent"),
        ("markdown.txt", "list-not-text"),
    ]);
    exports.export("unknown.csv").asks_for_consent();
    exports.were_all_tried();
}

#[test]
#[ignore = "needs PostgreSQL: see main.rs"]
fn the_exports_of_psql_mail_nobody_who_left() {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/with-postgres.sh");
    let script = folder::path("with_psql.sh");
    let exports = Exports::by(Command::new("sh").args([beside, "sh", &script]));
    exports.mail_all_who_may(&[
        "plain.csv",
        "semicolon.csv",
        "backslash.csv",
        "german.csv",
        "postgres.csv",
        "select.csv",
        "numbers.csv",
        "text.txt",
        "pipes.txt",
        "array.json",
        "lines.ndjson",
    ]);
    for name in ["bare.txt", "unaligned.txt", "unaligned.csv", "aligned.txt"] {
        exports.export(name).bare().mails_all_who_may();
    }
    exports.export("windows-1250.csv").of(&EASTERN).asks_for_encoding("windows-1250");
    exports.export("headless.csv").with(COLUMNS).mails_all_who_may();
    exports.export("headless.txt").with(COLUMNS).mails_all_who_may();
    exports.export("tuples-only.txt").with(BARE_COLUMNS).bare().mails_all_who_may();
    exports.are_refused(&[
        ("apostrophes.csv", "unclear-consent"),
        ("unaligned-all.txt", "unclear-consent"),
        ("expanded.txt", "list-not-text"),
        ("table.html", "list-not-text"),
        ("copied.ndjson", "broken-json"),
    ]);
    exports.export("unknown.csv").asks_for_consent();
    exports.export("unknown.txt").asks_for_consent();
    exports.were_all_tried();
}

#[test]
#[ignore = "needs MariaDB: see main.rs"]
fn the_exports_of_mariadb_mail_nobody_who_left() {
    let exports = Exports::by_shell("with_mariadb.sh");
    exports.mail_all_who_may(&[
        "plain.txt",
        "numbers.txt",
        "enclosed.csv",
        "optionally.csv",
        "unescaped.csv",
        "batch.tsv",
        "zero-dates.tsv",
    ]);
    exports.export("headless.txt").with(COLUMNS).mails_all_who_may();
    exports.export("headless-batch.tsv").with(COLUMNS).mails_all_who_may();
    exports.are_refused(&[
        // NULL is `"N`.
        ("doubled.csv", "unclear-consent"),
        // Line breaks and tabs stand in its cells as they are.
        ("raw.tsv", "unclear-consent"),
        ("table.txt", "no-email-column"),
        ("table.html", "list-not-text"),
    ]);
    exports.export("unknown.tsv").asks_for_consent();
    exports.were_all_tried();
}

#[test]
#[ignore = "needs Miller: see main.rs"]
fn the_exports_of_miller_mail_nobody_who_left() {
    let exports = Exports::by_shell("with_miller.sh");
    exports.mail_all_who_may(&[
        "plain.csv",
        "quoted.csv",
        "semicolon.csv",
        "plain.tsv",
        "plain.json",
        "plain.jsonl",
        "unsparsified.csv",
    ]);
    exports.export("headless.csv").with(COLUMNS).mails_all_who_may();
    exports.are_refused(&[
        ("wider.csv", "second-header"),
        ("reordered.csv", "second-header"),
        ("narrow.csv", "second-header"),
        ("reordered-lite.csv", "second-header"),
        ("reordered.tsv", "second-header"),
        ("cat.csv", "second-header"),
        ("plain.md", "list-not-text"),
        ("plain.xtab", "list-not-text"),
        ("plain.pprint", "no-email-column"),
        ("barred.pprint", "no-email-column"),
        ("unsparsified-narrow.csv", "unclear-consent"),
    ]);
    exports.were_all_tried();
}

#[test]
#[ignore = "needs LibreOffice Calc: see main.rs"]
fn the_exports_of_calc_mail_nobody_who_left() {
    let exports = Exports::by_shell("with_calc.sh");
    exports.mail_all_who_may(&[
        "pt-BR-people.csv",
        "en-US-people.csv",
        "en-US-filtered.csv",
        "de-people.csv",
        "nl-people.xlsx",
        "pl-people.ods",
        "he-people.xls",
    ]);
    exports.export("nl-western.csv").of(&["ann", "joerg", "zoe"]).mails_all_who_may();
    exports.export("pl-eastern.csv").of(&EASTERN).asks_for_encoding("windows-1250");
    exports.export("he-hebrew.csv").of(&["ann", "dov"]).asks_for_encoding("windows-1255");
    // `?ukasz` and `??`: letters that its character set lacks.
    exports.export("nl-people.csv").warns_of_lost_letters();
    exports.are_refused(&[
        ("nl-filtered.xlsx", "hidden-rows"),
        ("pl-filtered.ods", "hidden-rows"),
        ("he-filtered.xls", "hidden-rows"),
    ]);
    for name in ["nl-filtered.xlsx", "pl-filtered.ods", "he-filtered.xls"] {
        exports.export(name).with("hidden = \"mail\"").mails_all_who_may();
    }
    exports.export("pt-BR-unknown.csv").asks_for_consent();
    exports.export("nl-unknown.xlsx").asks_for_consent();
    let words = exports.text("pt-BR-words.csv");
    for line in words.lines() {
        let [language, yes, no] = line.split(',').collect::<Vec<_>>()[..] else { panic!("{line}") };
        for (column, may, left) in [("unsubscribed", no, yes), ("subscribed", yes, no)] {
            let list = format!("email,{column}\nann@example.org,{may}\nleft@example.org,{left}\n");
            let desk = Desk::new().list(&list);
            let json = desk.run("list check subscribers.csv --format json").ends(0).json();
            assert_eq!(
                (&json["deliverable"], &json["left"]),
                (&1.into(), &1.into()),
                "{language}: {json}"
            );
        }
    }
    exports.were_all_tried();
}
