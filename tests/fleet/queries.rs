//! Lists that a PostgreSQL answers. With SQLite: `tests/cli/queries.rs`.

use serde_json::json;

use crate::database::Database;
use crate::desk::{Desk, Ran, SETTINGS};
use crate::mailing::recipients;
use crate::smtp_server::{Gate, Script, SmtpServer, Step, at};

const MEMBERS: &str = "\
CREATE TYPE rank AS ENUM ('friend', 'patron');
CREATE DOMAIN postbox AS text;
CREATE TABLE members (
    id int, \"E-Mail\" postbox, \"First Name\" char(10), city text, gift numeric(8,2), weight float8,
    joined date, seen timestamptz, donor boolean, tags text[], rank rank, status text);
INSERT INTO members VALUES
    (7, ' Ann@Example.org ', 'Ann', 'Leeds', 25, 25, '2024-05-03', '2024-05-03 10:00+00', true, '{a,b}', 'patron', 'subscribed'),
    (8, 'ann@example.org', 'Ann again', 'Leeds', 0.5, 0.1, NULL, NULL, false, NULL, NULL, 'active'),
    (9, 'Bob <bob@bücher.example>', NULL, 'York', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'active'),
    (11, 'nobody', 'Nob', 'York', 1, 1, NULL, NULL, false, NULL, 'friend', 'active'),
    (12, 'cyd@example.org', 'Cyd', '50% off', 12.25, 1e30, 'infinity', NULL, true, NULL, NULL, 'unsubscribed');
";

/// A desk whose list is what a query of the database gives.
fn desk(database: &Database, query: &str) -> Desk {
    let list = format!("{}?query={query}", database.url);
    Desk::new().settings(&SETTINGS.replace("\"subscribers.csv\"", &format!("{list:?}")))
}

fn check(desk: &Desk, list: &str) -> Ran {
    desk.run(&format!("list check '{list}'"))
}

fn send(desk: &Desk, server: &SmtpServer) -> String {
    desk.run("check").ends(0);
    format!("send campaigns/spring.md --yes --format json --via {}", server.url())
}

#[test]
#[ignore = "needs PostgreSQL"]
fn a_query_is_a_list_by_the_same_rules() {
    let database = Database::start();
    database.answers(MEMBERS);
    let desk = desk(&database, "SELECT * FROM members ORDER BY id").campaign(
        "---\nsubject: x\n---\n{{ id }}|{{ gift }}|{{ weight }}|{{ joined }}|{{ seen }}|{{ donor }}|{{ tags }}|{{ rank }}|\n",
    );
    let list = format!("{}?query=SELECT * FROM members ORDER BY id", database.url);
    let json = desk.run(&format!("list check '{list}' --format json")).ends(0).json();
    assert_eq!(
        [&json["rows"], &json["deliverable"], &json["duplicates"], &json["left"]],
        [5, 2, 1, 1]
    );
    let invalid = json!([{"line": 4, "value": "nobody", "reason": "no `@` in the address"}]);
    assert_eq!(json["invalid"], invalid);
    assert_eq!(
        json["columns"][2],
        json!({"name": "first_name", "header": "First Name", "blank": 1})
    );
    check(&desk, &list).ends(0).says("postgres://127.0.0.1/postgres, row 4: warning[invalid-row]");
    let text = desk.run("render campaigns/spring.md --for ann@example.org").ends(0).out;
    assert!(
        text.starts_with("7|25.00|25|2024-05-03|2024-05-03 10:00:00+00|true|{a,b}|patron|"),
        "{text}"
    );
    desk.run("send campaigns/spring.md --dry-run")
        .ends(1)
        .says("for bob@xn--bcher-kva.example, row 3");
    desk.run("send campaigns/spring.md --dry-run --skip-incomplete --where 'city == \"Leeds\"'")
        .ends(0);
}

#[test]
#[ignore = "needs PostgreSQL"]
fn what_is_wrong_with_a_query_is_shown_where_it_is() {
    let database = Database::start();
    database.answers(MEMBERS);
    let desk = desk(&database, "SELECT 1")
        .file("wrong.sql", "SELECT \"E-Mail\", 'Zoë',\n       emial FROM members\n")
        .file("writes.sql", "DELETE FROM members RETURNING \"E-Mail\" AS email");
    let url = &database.url;
    let asked = |query: &str| check(&desk, &format!("{url}?query={query}")).ends(1).prints_only("");
    asked("@wrong.sql")
        .says("wrong.sql:2:8: error[list-query]")
        .says("column \"emial\" does not exist")
        .says("  2 |        emial FROM members\n    |        ^^^^^\n");
    asked("SELECT \"E-mail\" FROM members")
        .says("error[list-query]")
        .says("help: Perhaps you meant");
    asked("SELEKT 1").says(&format!("--list:1:{}: error[list-query]", url.chars().count() + 8));
    asked("@writes.sql")
        .says("writes.sql:1:1: error[list-query]")
        .says("help: a list is one statement");
    asked("DELETE FROM members").says("does not only read");
    asked("SELECT * FROM members; DELETE FROM members").says("more than one statement");
    asked("COMMIT; SELECT * FROM members").says("more than one statement");
    asked("SELECT * FROM members WHERE id = $1").says("has parameters");
    asked("SELECT 1 / (id - 9) AS email FROM members").says("division by zero");
    asked("SELECT nextval(\"members\") AS email").says("error[list-query]");
    asked("WITH gone AS (DELETE FROM members RETURNING *) SELECT \"E-Mail\" FROM gone")
        .says("error[list-query]");
    // What PostgreSQL 15 lets a transaction do that only reads is not committed either.
    check(&desk, &format!("{url}?query=SELECT lo_create(0)::text AS email")).ends(0);
    assert_eq!(database.answers("SELECT count(*) FROM pg_largeobject_metadata"), "0");
    asked("SELECT * FROM members WHERE id = 1").says("error[empty-list]");
    asked("SELECT city FROM members").says("error[no-email-column]");
    assert_eq!(database.answers("SELECT count(*) FROM members"), "5");
    check(&desk, &url.replace("/postgres", "/nowhere?query=SELECT 1")).ends(1);
    let none = format!("{}?query=SELECT 1", url.replacen("postgres@", "nobody@", 1));
    check(&desk, &none).ends(1).says("error[list-login]").says("HANDBILL_LIST_PASSWORD");
    let secret = url.replacen("postgres@", "postgres:secret@", 1);
    check(&desk, &format!("{secret}?query=SELECT 1"))
        .ends(1)
        .says("error[password-in-config]")
        .never_says("secret@");
    let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|bound| bound.local_addr());
    let nowhere =
        format!("postgres://ann@127.0.0.1:{}/x?query=SELECT 1", port.expect("free").port());
    check(&desk, &nowhere).ends(1).says("error[list-unreachable]");
}

#[test]
#[ignore = "needs PostgreSQL"]
fn a_query_that_breaks_off_under_way_sends_nothing() {
    let database = Database::start();
    database.answers("CREATE TABLE members AS SELECT 'n' || i || '@example.org' AS email FROM generate_series(1, 5000) i");
    // In its middle it ends its own connection, as a restart would.
    let desk = desk(
        &database,
        "SELECT email, CASE WHEN row_number() OVER () = 4000 THEN pg_terminate_backend(pg_backend_pid()) END AS x FROM members",
    )
    .campaign("---\nsubject: x\n---\nHi\n");
    let server = Script::new().start();
    desk.run(&format!("send campaigns/spring.md --yes --via {}", server.url()))
        .ends(1)
        .says("error[list-broken-off]: the list `postgres://127.0.0.1/postgres` broke off after ")
        .says("terminating connection due to administrator command");
    assert_eq!(server.accepted_count(), 0);
    assert!(!desk.path(".handbill/ledger.db").exists());
}

#[test]
#[ignore = "needs PostgreSQL"]
fn what_was_rehearsed_is_sent_while_the_database_goes_on_or_goes_away() {
    let gate = Gate::default();
    let database = Database::start();
    database.answers("CREATE TABLE members AS SELECT 'n' || i || '@example.org' AS email FROM generate_series(1, 3000) i");
    let desk = desk(&database, "SELECT email FROM members").campaign("---\nsubject: x\n---\nHi\n");
    let server = Script::new().rule(at(Step::Dot).times(1).waits_for(&gate)).start();
    let running = desk.start(&send(&desk, &server));
    gate.until_reached();
    let open = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'handbill'";
    assert_eq!(database.answers(open), "0", "it holds no snapshot, and no connection");
    database.answers("DELETE FROM members; INSERT INTO members VALUES ('new@example.org')");
    drop(database);
    gate.open();
    let ran = running.wait().ends(0);
    assert_eq!(ran.json()["sent"], 3000);
    assert!(!recipients(&server).contains(&"new@example.org".to_owned()));
}

#[test]
#[ignore = "needs PostgreSQL"]
fn one_database_may_hold_both_the_list_and_the_ledger() {
    let database = Database::start();
    database.answers(MEMBERS);
    // Limits that are meant for others.
    database.answers("ALTER ROLE postgres SET statement_timeout = '100ms'; ALTER ROLE postgres SET datestyle = 'German'");
    let desk = desk(&database, "SELECT *, pg_sleep(0.2) AS slow FROM members")
        .campaign("---\nsubject: x\n---\n{{ joined or \"never\" }}\n");
    let server = Script::new().start();
    // The ledger has no such exception: only the list is asked here.
    desk.run("render campaigns/spring.md --for ann@example.org").ends(0).prints("2024-05-03");
    database.answers("SET statement_timeout = 0; ALTER ROLE postgres RESET ALL");
    let line = format!("{} --ledger {}", send(&desk, &server), database.url);
    let ran = desk.run(&line).ends(0);
    assert_eq!(ran.json()["sent"], 2);
    let ran = desk.run(&line).ends(0);
    assert_eq!((&ran.json()["sent"], &ran.json()["already"]), (&json!(0), &json!(2)));
    let again = format!(
        "send campaigns/again.md --dry-run --list '{}?schema=handbill&query=SELECT email FROM recipients'",
        database.url
    );
    desk.file("campaigns/again.md", "---\nsubject: x\n---\nHi\n")
        .run(&again)
        .ends(0)
        .says("2 rows");
}

#[test]
#[ignore = "needs PostgreSQL"]
fn a_login_is_made_with_the_password_from_outside() {
    let database = Database::start();
    database.answers(MEMBERS);
    let login = "CREATE ROLE ann LOGIN PASSWORD 'open sesame'; GRANT SELECT ON members TO ann";
    database.answers(login);
    let rules =
        "VALUES ('host all ann 127.0.0.1/32 scram-sha-256'), ('host all all 127.0.0.1/32 trust')";
    let file = database.answers("SHOW hba_file");
    database.answers(&format!("COPY ({rules}) TO '{file}'"));
    database.answers("SELECT pg_reload_conf()");
    while database.answers("SELECT count(*) FROM pg_hba_file_rules") != "2" {
        std::thread::yield_now();
    }
    let url = database.url.replacen("postgres@", "ann@", 1);
    let line = format!("list check '{url}?query=SELECT * FROM members'");
    let desk = desk(&database, "SELECT 1");
    let with = |password: &str| desk.run_with(&[("HANDBILL_LIST_PASSWORD", password)], &line);
    desk.run(&line).ends(1).says("error[list-login]").says("`HANDBILL_LIST_PASSWORD`");
    with("wrong").ends(1).says("error[list-login]").never_says("wrong");
    with("open sesame").ends(0);
    let command = "[list]\npassword_command = \"printf 'open sesame'\"";
    let desk = desk.settings(&SETTINGS.replace("[list]", command));
    desk.run(&line).ends(0);
    // Nobody let this user write, and nobody asked it to.
    desk.run(&line.replace("SELECT *", "SELECT id")).ends(1).says("error[no-email-column]");
}
