//! The ledger's promises: nobody gets a campaign twice (P3), nobody is
//! silently skipped (P3), a suppressed address is never claimed (P4), memory
//! does not grow with the list (P5).

mod another_process;
mod any_order_of_events;
mod claiming;
mod coming_back;
mod doubting;
mod finding_readers;
mod looking_back;
mod opening;
mod rehearsing;
mod reporting;
mod sharing_commits;
mod suppressing;

use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};

use handbill::address::Address;
use handbill::finding::Finding;
use handbill::ledger::{
    self, Answer, Book, Bounce, CampaignRecord, Claim, ClaimRequest, Fate, Fingerprint, LEASE,
    Ledger, Location, NewRun, Outcome, Process, Recipient, Record, Reply, RunId, RunRecord,
    Settlement, StageTime, State, Step, Suppression, Totals, Waiting,
};
use proptest::prelude::*;
use rusqlite::Connection;
use tempfile::TempDir;

const NOW: i64 = 1_750_000_000;

/// A folder with a ledger in it, and short words for what is done to one.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new() -> Self {
        Self { folder: TempDir::new().expect("a temporary folder") }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join(".handbill/ledger.db")
    }

    fn location(&self) -> Location {
        Location::Sqlite(self.path())
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

    fn database(&self) -> Connection {
        Connection::open(self.path()).expect("the database opens")
    }

    /// Every file of the folder with its bytes.
    fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
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
