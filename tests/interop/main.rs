//! Real servers, which others wrote: Postfix with its own limits and moods,
//! its `smtp-sink`, Python's aiosmtpd, and Dovecot; and real programs that write lists. As root:
//!
//! ```text
//! scripts/install-test-servers.sh
//! cargo test --test interop -- --ignored
//! ```
//!
//! Ignored elsewhere, since `cargo test` must pass on a machine without them.

#[path = "../common/desk.rs"]
mod desk;
mod dovecot;
mod ports;
mod postfix;
#[path = "../support/reading.rs"]
#[allow(dead_code, reason = "tests/message.rs uses the rest of it")]
mod reading;
#[path = "../common/reception.rs"]
mod reception;
#[path = "../common/smtp_server.rs"]
mod smtp_server;

mod calendars;
mod encrypted;
mod exports;
mod feeds;
mod fetched;
mod judged;
mod newsletter;
mod overloaded;
mod refused;
mod restarted;
mod returned;
mod signed;

use desk::{Desk, Ran, Running, SETTINGS};
use postfix::Postfix;
use serde_json::json;

/// A desk with this list, and these lines for `[delivery]`.
fn desk(delivery: &str, list: &str) -> Desk {
    let settings = SETTINGS.replace("connections = 1\nretry_wait = 0\n", delivery);
    Desk::new().settings(&settings).list(list)
}

/// A list of so many, under a name of their own.
fn many(name: &str, count: usize) -> String {
    let rows = (0..count).map(|number| format!("{name}{number:03}@example.org,,Leeds\n"));
    rows.collect()
}

/// Everybody on a list, in order of the alphabet.
fn everybody(list: &str) -> Vec<String> {
    let address = |row: &str| row.split(',').next().unwrap_or_default().to_owned();
    let mut all: Vec<String> = list.lines().skip(1).map(address).collect();
    all.sort();
    all
}

/// Sends the desk's campaign, without asking.
fn send(desk: &Desk, postfix: &Postfix, more: &str) -> Ran {
    desk.run(&format!(
        "send campaigns/spring.md --yes --format json --via {} {more}",
        postfix.url()
    ))
}

/// The same, while it runs.
fn start<'a>(desk: &'a Desk, postfix: &Postfix) -> Running<'a> {
    desk.start(&format!("send campaigns/spring.md --yes --format json --via {}", postfix.url()))
}

/// How many have it, as far as the ledger knows.
fn sent(desk: &Desk) -> usize {
    outcomes(desk).iter().filter(|[_, outcome, ..]| outcome == "sent").count()
}

/// A `send` came to these counts, and the others are nought.
#[track_caller]
fn came_to(ran: &Ran, counts: &[(&str, usize)]) {
    let mut expected = json!({
        "campaign": "spring", "sent": 0, "failed": 0, "deferred": 0, "in_doubt": 0,
        "skipped": 0, "already": 0, "suppressed": 0, "remaining": 0,
    });
    for (name, count) in counts {
        expected[name] = json!(count);
    }
    let mut told = ran.json();
    // What was understood of the list is another story.
    let told_of_list = told.as_object_mut().expect("a table");
    told_of_list.retain(|key, _| expected.get(key).is_some());
    assert_eq!(told, expected, "{ran:?}");
}

/// What the ledger has for each recipient: the address, the outcome, and the
/// code and words of the reply.
fn outcomes(desk: &Desk) -> Vec<[String; 4]> {
    let csv = desk.run("status spring --format csv").out;
    let mut rows: Vec<[String; 4]> = csv::Reader::from_reader(csv.as_bytes())
        .records()
        .map(|row| row.expect("a row"))
        .map(|row| [0, 1, 2, 3].map(|column| row[column].to_owned()))
        .collect();
    rows.sort();
    rows
}
