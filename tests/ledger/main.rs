//! The ledger's promises: nobody gets a campaign twice (P3), nobody is
//! silently skipped (P3), a suppressed address is never claimed (P4), memory
//! does not grow with the list (P5).
//!
//! Where `HANDBILL_TEST_POSTGRES` names a database, all of this happens there, but for the
//! stories of a file (`Desk::in_a_file`).

mod another_process;
mod any_order_of_events;
mod bouncing;
mod claiming;
mod coming_back;
mod doubting;
mod finding_readers;
mod health;
mod looking_back;
mod moving;
mod opening;
mod rehearsing;
mod reporting;
mod sharing_budgets;
mod sharing_commits;
mod spelling;
mod subscribing;
mod suppressing;

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use handbill::address::Address;
use handbill::finding::Finding;
use handbill::ledger::{
    self, Answer, Book, Bounce, CampaignRecord, Claim, ClaimRequest, Fate, Fingerprint, LEASE,
    Ledger, Location, NewRun, Outcome, Process, Recipient, Record, Reply, RunId, RunRecord, Runner,
    Settlement, SoftLimit, StageTime, Standing, State, Step, Suppression, Totals, Waiting,
};
use proptest::prelude::*;
use rusqlite::Connection;
use tempfile::TempDir;

const NOW: i64 = 1_750_000_000;

/// The variable with the URL of a database for tests.
const POSTGRES: &str = "HANDBILL_TEST_POSTGRES";

/// A folder with a ledger in it, and short words for what is done to one.
struct Desk {
    folder: TempDir,
    /// The ledger's URL, where it is in a database.
    url: Option<String>,
}

impl Desk {
    fn new() -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let schema = format!("test_{}_{number}", std::process::id());
        let url = env::var(POSTGRES).ok().map(|url| format!("{url}?schema={schema}"));
        let mut desk = Self::in_a_file();
        desk.url = url;
        desk
    }

    fn in_a_file() -> Self {
        Self { folder: TempDir::new().expect("a temporary folder"), url: None }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join(".handbill/ledger.db")
    }

    fn location(&self) -> Location {
        Location::parse(&self.text(), Path::new("/")).expect("a place for a ledger")
    }

    /// The place of the ledger, as a user would write it.
    fn text(&self) -> String {
        self.url.clone().unwrap_or_else(|| format!("sqlite:{}", self.path().display()))
    }

    /// What a question to the database is answered, by its own client.
    fn psql(&self, question: &str) -> Vec<u8> {
        let (url, schema) = self.url.as_ref().and_then(|url| url.split_once("?schema=")).unwrap();
        let output = Command::new("psql")
            .args(["-XqAt", "-v", "ON_ERROR_STOP=1", url, "-c"])
            .arg(format!("SET search_path = {schema}; {question}"))
            .output()
            .expect("psql runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    fn open(&self) -> Box<dyn Ledger> {
        ledger::open(&self.location()).expect("the ledger opens")
    }

    fn read(&self) -> Box<dyn Book> {
        ledger::read(&self.location()).expect("the ledger reads").expect("there is one")
    }

    fn refusal(&self) -> &'static str {
        ledger::open(&self.location()).err().expect("the ledger is refused").code
    }

    /// How many rows a table has.
    fn count(&self, table: &str) -> i64 {
        let question = format!("SELECT count(*) FROM {table}");
        if self.url.is_some() {
            let answer = String::from_utf8(self.psql(&question)).expect("a number");
            return answer.trim().parse().expect("a number");
        }
        self.database().query_row(&question, [], |row| row.get(0)).expect("a count")
    }

    fn database(&self) -> Connection {
        Connection::open(self.path()).expect("the database opens")
    }

    /// Every file of the folder with its bytes; every table with its rows in a database.
    fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        if self.url.is_some() {
            let tables = self.psql(
                "SELECT relname FROM pg_class
                 WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace",
            );
            let tables = String::from_utf8(tables).expect("names");
            // Where a row stands and who wrote it belong to it.
            let rows = |table: &str| self.psql(&format!("SELECT ctid, xmin, t FROM {table} AS t"));
            return tables.lines().map(|table| (table.into(), rows(table))).collect();
        }
        let folder = self.path().parent().expect("a parent").to_owned();
        let entries = fs::read_dir(folder).into_iter().flatten();
        entries
            .map(|entry| entry.expect("an entry").path())
            .map(|path| (path.clone(), fs::read(path).expect("a file")))
            .collect()
    }

    /// The same without the `-shm`, where readers of one process, and only
    /// they, mark their place while a run is at work.
    fn lasting_files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = self.files();
        files.retain(|path, _| !path.to_string_lossy().ends_with("-shm"));
        files
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let schema = self.url.as_ref().and_then(|url| url.split_once("?schema="));
        if let Some((_, schema)) = schema.filter(|_| !std::thread::panicking()) {
            self.psql(&format!("DROP SCHEMA IF EXISTS {schema} CASCADE"));
        }
    }
}

/// Makes a ledger what it was before it knew readers by more than one spelling.
fn as_before_identities(desk: &Desk) {
    let columns = [
        ("recipients", "merged"),
        ("recipients", "identity"),
        ("suppressions", "identity"),
        ("subscriptions", "identity"),
        ("runs", "identifies"),
    ];
    let mut undo: String = columns
        .map(|(table, column)| format!("ALTER TABLE {table} DROP COLUMN {column};"))
        .concat();
    if desk.url.is_some() {
        undo.push_str("UPDATE handbill_version SET version = 2");
        desk.psql(&undo);
    } else {
        // A file's indices do not go by themselves.
        let indices = "DROP INDEX recipients_by_identity; DROP INDEX recipients_merged;
                       DROP INDEX suppressions_by_identity; DROP INDEX suppressions_unidentified;
                       DROP INDEX subscriptions_by_identity; DROP INDEX subscriptions_unidentified;";
        let all = format!("{indices}{undo} PRAGMA user_version = 6");
        desk.database().execute_batch(&all).expect("undone");
    }
}

fn address(text: &str) -> Address {
    Address::parse(text).expect("an address")
}

fn addresses(names: &[&str]) -> Vec<Address> {
    names.iter().map(|name| address(&format!("{name}@example.org"))).collect()
}

fn run_of(process: Process) -> NewRun {
    let fingerprint = Fingerprint { subject: "The river path".into(), content_hash: "abc".into() };
    NewRun { campaign: "spring".into(), fingerprint, process, planned: 5, beyond: 2, now: NOW }
}

fn elsewhere() -> Process {
    Process { machine: Some("another machine".into()), pid: 7, start: Some(7) }
}

fn live_run(ledger: &mut dyn Ledger) -> RunId {
    ledger.open_run(&run_of(Process::this())).expect("a run")
}

fn request(run: RunId, names: &[&str]) -> ClaimRequest {
    ClaimRequest { run, addresses: addresses(names), retry_failed: false, now: NOW }
}

fn claim(ledger: &mut dyn Ledger, run: RunId, names: &[&str]) -> Vec<Answer> {
    ledger.claim(request(run, names)).expect("answers")
}

/// Claims addresses that must all be free.
fn claims(ledger: &mut dyn Ledger, run: RunId, names: &[&str]) -> Vec<Claim> {
    let answers = claim(ledger, run, names);
    let claims: Vec<Claim> = answers.into_iter().filter_map(yours).collect();
    assert_eq!(claims.len(), names.len(), "all of {names:?} are free");
    claims
}

fn yours(answer: Answer) -> Option<Claim> {
    match answer {
        Answer::Yours(claim) => Some(claim),
        _ => None,
    }
}

fn record(ledger: &mut dyn Ledger, claims: Vec<Claim>, outcome: Outcome) {
    let reply =
        Reply { code: Some(250), enhanced: Some("2.0.0".into()), text: Some("Ok: queued".into()) };
    let records = claims
        .into_iter()
        .map(|claim| Record { claim, outcome, reply: reply.clone(), at: NOW })
        .collect();
    ledger.record(records).expect("recorded");
}

fn totals(ledger: &dyn Ledger) -> Totals {
    ledger.totals("spring", NOW).expect("totals")
}

fn suppress(ledger: &mut dyn Ledger, name: &str) {
    let address = address(&format!("{name}@example.org"));
    let suppression = Suppression { address, reason: "asked to leave".into(), at: NOW };
    ledger.suppress(&[suppression]).expect("suppressed");
}

fn recipients(ledger: &dyn Ledger, only: Option<State>) -> Vec<Recipient> {
    let mut found = Vec::new();
    ledger
        .recipients("spring", only, NOW, &mut |recipient| {
            found.push(recipient);
            ControlFlow::Continue(())
        })
        .expect("recipients");
    found
}
