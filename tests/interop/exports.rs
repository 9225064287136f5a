//! Lists as other programs export them: spreadsheets, data libraries, databases and their shells.
//!
//! Each tool exports one small table (`exports/people.sql`) in the forms that its users choose. Five
//! of its people may be mailed; the others left, each by another column, and their names and notes
//! hold what breaks rows. Whatever the form: nobody who left is mailed, and whoever may be mailed
//! has a mail with their right name, or the list is refused with what to do.

mod folder;

use std::process::Command;

use folder::Exports;

/// The columns of `people.sql`, for an export without a header.
const COLUMNS: &str = "header = false\ncolumns = [\"email\", \"first_name\", \"member\", \"note\", \
    \"unsubscribed\", \"unsubscribed_at\", \"status\", \"opt_out\", \"subscribed\", \"deceased\"]";

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
    ]);
    exports.are_refused(&[("escaped.csv", "unclear-consent"), ("headless.csv", "no-header")]);
    exports.export("headless.csv").with(COLUMNS).mails_all_who_may();
    for name in ["unknown.csv", "unknown-floats.csv", "unknown-nullable.csv"] {
        exports.export(name).asks_for_consent();
    }
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
    ]);
    exports.are_refused(&[
        ("never.csv", "unclear-consent"),
        ("apostrophes.csv", "unclear-consent"),
    ]);
    exports.export("headless.csv").with(COLUMNS).mails_all_who_may();
    for name in ["unknown.csv", "unknown-floats.csv"] {
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
    ]);
    exports.are_refused(&[("apostrophes.csv", "unclear-consent")]);
    exports.export("headless.csv").with(COLUMNS).mails_all_who_may();
    exports.export("unknown.csv").asks_for_consent();
    exports.were_all_tried();
}

#[test]
#[ignore = "needs sqlite3: see main.rs"]
fn the_exports_of_sqlite3_mail_nobody_who_left() {
    let exports = Exports::by_shell("with_sqlite3.sh");
    exports.mail_all_who_may(&["plain.csv", "null.csv"]);
    exports.export("headless.csv").with(COLUMNS).mails_all_who_may();
    exports.export("unknown.csv").asks_for_consent();
    exports.were_all_tried();
}

#[test]
#[ignore = "needs PostgreSQL: see main.rs"]
fn the_exports_of_psql_mail_nobody_who_left() {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/with-postgres.sh");
    let script = folder::path("with_psql.sh");
    let exports = Exports::by(Command::new("sh").args([beside, "sh", &script]));
    exports.were_all_tried();
}

#[test]
#[ignore = "needs MariaDB: see main.rs"]
fn the_exports_of_mariadb_mail_nobody_who_left() {
    let exports = Exports::by_shell("with_mariadb.sh");
    exports.were_all_tried();
}

#[test]
#[ignore = "needs Miller: see main.rs"]
fn the_exports_of_miller_mail_nobody_who_left() {
    let exports = Exports::by_shell("with_miller.sh");
    exports.were_all_tried();
}

#[test]
#[ignore = "needs LibreOffice Calc: see main.rs"]
fn the_exports_of_calc_mail_nobody_who_left() {
    let exports = Exports::by_shell("with_calc.sh");
    exports.were_all_tried();
}
