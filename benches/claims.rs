//! What a ledger takes when nothing else is to be done: hands that claim a
//! recipient, and record the one before in the same commit, as those of `send` do.
//!
//! ```text
//! claims LEDGER CAMPAIGN ROWS PART/OF [HANDS]
//! ```
//!
//! Of `ROWS` recipients, this process takes every one whose number is `PART`
//! modulo `OF`. Prints a line of JSON: its claims, seconds, and peak memory in KiB.

#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "figures, by a clock")]
#![allow(missing_docs, reason = "a tool of the benches")]

use std::cell::Cell;
use std::path::Path;
use std::time::Instant;

use futures_util::future::join_all;
use handbill::address::Address;
use handbill::ledger::{
    self, Answer, ClaimRequest, Fingerprint, LedgerHandle, Location, NewRun, Outcome, Process,
    Record, Reply, RunId, Step,
};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [url, campaign, rows, share, more @ ..] = arguments.as_slice() else {
        panic!("claims LEDGER CAMPAIGN ROWS PART/OF [HANDS]");
    };
    let rows: usize = rows.parse().expect("a number of rows");
    let (part, of) = share.split_once('/').expect("PART/OF");
    let (part, of): (usize, usize) =
        (part.parse().expect("a part"), of.parse().expect("a number of parts"));
    let hands: usize = more.first().map_or(50, |hands| hands.parse().expect("a number of hands"));
    let location = Location::parse(url, Path::new(".")).expect("a ledger's URL");
    let mut ledger = ledger::open(&location).expect("a ledger");
    let now = now();
    let run = ledger
        .open_run(&NewRun {
            campaign: campaign.clone(),
            fingerprint: Fingerprint { subject: String::new(), content_hash: String::new() },
            process: Process::this(),
            planned: (rows / of) as u64,
            beyond: 0,
            now,
        })
        .expect("a run");
    let ledger = ledger::spawn(ledger).expect("a thread");
    let next = Cell::new(part);
    let take = || {
        let number = next.get();
        next.set(number + of);
        (number < rows).then_some(number)
    };
    let started = Instant::now();
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let claims: usize =
        runtime.block_on(join_all((0..hands).map(|_| hand(&ledger, run, &take)))).into_iter().sum();
    let seconds = started.elapsed().as_secs_f64();
    ledger.ask(move |ledger| ledger.finish_run(run, now)).wait().expect("it ends");
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0 kB");
    let peak = peak.trim().trim_end_matches(" kB");
    println!("{{\"claims\":{claims},\"seconds\":{seconds:.3},\"peak_kib\":{peak}}}");
}

/// Claims one recipient after the other, until there is none left.
async fn hand(ledger: &LedgerHandle, run: RunId, take: &impl Fn() -> Option<usize>) -> usize {
    let (mut claims, mut untold) = (0, Vec::new());
    while let Some(number) = take() {
        let address = format!("reader{number:08}@list{}.example.org", number % 13);
        let addresses = vec![Address::parse(&address).expect("an address")];
        untold.push(Step::Claim(ClaimRequest { run, addresses, retry_failed: false, now: now() }));
        for answer in ledger.take(std::mem::take(&mut untold)).await.expect("it holds") {
            let Answer::Yours(claim) = answer else { panic!("{answer:?}") };
            claims += 1;
            let (code, enhanced) = (Some(250), Some("2.0.0".into()));
            let reply = Reply { code, enhanced, text: Some("Ok: queued as 4XyZ12aBcD".into()) };
            let record = Record { claim, outcome: Outcome::Sent, reply, at: now() };
            untold.push(Step::Record(vec![record]));
        }
    }
    ledger.take(untold).await.expect("it holds");
    claims
}

fn now() -> i64 {
    handbill::clock::unix_now()
}
