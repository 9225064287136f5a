//! What one mail costs, stage by stage: compile once, then merge and MIME for
//! every reader, and the walk over the list. `cargo bench --bench stages`
//!
//! The letter is a real newsletter (`fixtures/README.md`), cut after the block
//! with which its message reaches the size that a figure names.

#![allow(missing_docs, reason = "criterion's macros make functions without")]

use std::fmt::Write as _;
use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use handbill::address::Address;
use handbill::ledger::{
    self, Answer, ClaimRequest, Fingerprint, Location, NewRun, Outcome, Process, Record, Reply,
    Step,
};
use handbill::list::{List, Options};
use handbill::merge::Merger;
use handbill::message::Signer;
use handbill::template::{self, Template};

mod desk;

use desk::{Desk, NEWSLETTER, compile};

const ROWS: usize = 10_000;

criterion_group!(stages, compiling, mailing, components, signing, walking, remembering);
criterion_main!(stages);

/// A campaign of 24 KB becomes a letter.
fn compiling(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("compile");
    group.sample_size(20);
    group.bench_function("24 KB of Markdown", |bencher| {
        bencher.iter_batched(
            || Template::built_in(template::DEFAULT).expect("it is built in"),
            |template| compile(black_box(NEWSLETTER), &template),
            BatchSize::SmallInput,
        );
    });
    group.finish();
}

/// A letter becomes one reader's message.
fn mailing(criterion: &mut Criterion) {
    for kilobytes in [24, 60] {
        let desk = Desk::with_message_of(kilobytes * 1000);
        let size = desk.message_size();
        let mut group = criterion.benchmark_group(format!("{kilobytes} KB mail"));
        group.throughput(Throughput::Bytes(size as u64));

        let mut merger = Merger::new(&desk.letter, &desk.columns);
        group.bench_function("merge", |bencher| {
            bencher.iter(|| {
                let mail = merger.merge(black_box(&desk.reader), &desk.links()).expect("complete");
                merger.recycle(black_box(mail));
            });
        });

        let mail = merger.merge(&desk.reader, &desk.links()).expect("complete");
        let mut message = Vec::new();
        group.bench_function("MIME", |bencher| {
            bencher.iter(|| desk.write(black_box(&mail), &mut message));
        });
        merger.recycle(mail);

        group.bench_function("merge and MIME", |bencher| {
            bencher.iter(|| {
                let mail = merger.merge(black_box(&desk.reader), &desk.links()).expect("complete");
                desk.write(&mail, &mut message);
                merger.recycle(mail);
            });
        });
        group.finish();
    }
}

/// A letter of every component, beside one of the same size without any.
fn components(criterion: &mut Criterion) {
    let with = Desk::with_every_component();
    let without = Desk::with_message_of(with.message_size());
    let mut group = criterion.benchmark_group("merge");
    for (name, desk) in [("every component", &with), ("none, the same size", &without)] {
        let mut merger = Merger::new(&desk.letter, &desk.columns);
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let mail = merger.merge(black_box(&desk.reader), &desk.links()).expect("complete");
                merger.recycle(black_box(mail));
            });
        });
    }
    group.finish();
}

/// What a DKIM signature over a message costs, and what a mail costs with one.
fn signing(criterion: &mut Criterion) {
    let keys: [(&str, &[u8]); 2] = [
        ("RSA-2048", include_bytes!("../tests/fixtures/keys/rsa.pem")),
        ("Ed25519", include_bytes!("../tests/fixtures/keys/ed25519.pem")),
    ];
    let desk = Desk::with_message_of(24_000);
    let mut merger = Merger::new(&desk.letter, &desk.columns);
    let mail = merger.merge(&desk.reader, &desk.links()).expect("complete");
    let mut message = Vec::new();
    desk.write(&mail, &mut message);
    let mut group = criterion.benchmark_group("DKIM of a 24 KB message");
    group.throughput(Throughput::Bytes(message.len() as u64));
    for (name, pem) in keys {
        let signer = Signer::new("example.org", "bench", pem).expect("a key");
        group.bench_function(name, |bencher| {
            bencher.iter(|| signer.signature(black_box(&message)));
        });
    }
    group.finish();

    let mut group = criterion.benchmark_group("24 KB mail, MIME and DKIM");
    for (name, pem) in keys {
        let desk = Desk::with_message_of(24_000).signed_by(pem);
        group.bench_function(name, |bencher| {
            bencher.iter(|| desk.write(black_box(&mail), &mut message));
        });
    }
    group.finish();
}

/// A list of 10,000 rows is opened, and read to its end.
fn walking(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("list.csv");
    std::fs::write(&path, subscribers()).expect("it can be written");
    let open = || List::open(&path, "list.csv", &Options::default()).expect("it is a list");
    let list = open();

    let mut group = criterion.benchmark_group("list of 10,000");
    group.throughput(Throughput::Elements(ROWS as u64));
    group.bench_function("open", |bencher| bencher.iter(open));
    group.bench_function("walk", |bencher| {
        bencher.iter(|| {
            let rows = list.rows().expect("it can be read");
            assert_eq!(rows.filter(|row| black_box(row).is_ok()).count(), ROWS);
        });
    });
    group.finish();
}

/// Claims and outcomes are kept, flushed to the disk; so many share a commit.
fn remembering(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let location = Location::Sqlite(folder.path().join("ledger.db"));
    let mut book = ledger::open(&location).expect("it can be made");
    let fingerprint = Fingerprint { subject: String::new(), content_hash: String::new() };
    let process = Process::this();
    let campaign = "newsletter".to_owned();
    let new = NewRun { campaign, fingerprint, process, now: 1, planned: 0, beyond: 0 };
    let run = book.open_run(&new).expect("a run");
    let mut reader = 0_u64;
    let mut group = criterion.benchmark_group("ledger, claim and outcome");
    for together in [1, 10, 50] {
        group.throughput(Throughput::Elements(together));
        group.bench_function(format!("{together} a commit"), |bencher| {
            let mut records = Vec::new();
            bencher.iter(|| {
                let addresses = (0..together).map(|_| {
                    reader += 1;
                    let number = reader.wrapping_mul(0x9e37_79b9_7f4a_7c15);
                    Address::parse(&format!("reader{number}@example.org")).expect("an address")
                });
                let request = ClaimRequest {
                    run,
                    addresses: addresses.collect(),
                    retry_failed: false,
                    now: 1,
                };
                let before = std::mem::take(&mut records);
                let steps = vec![Step::Record(before), Step::Claim(request)];
                let answers = book.apply(&steps).expect("it is kept").into_iter().flatten();
                records = answers.filter_map(outcome).collect();
            });
        });
    }
    group.finish();
}

fn outcome(answer: Answer) -> Option<Record> {
    let Answer::Yours(claim) = answer else { return None };
    Some(Record { claim, outcome: Outcome::Sent, reply: Reply::default(), at: 1 })
}

fn subscribers() -> String {
    let mut list = String::from("Email,First Name,Last Name,City\n");
    for row in 0..ROWS {
        writeln!(list, "reader{row}@example.org,Maya,\"Levin, {row}\",Leeds").expect("to a string");
    }
    list
}
