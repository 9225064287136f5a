//! What one mail costs, stage by stage: compile once, then merge and MIME for
//! every reader, and the walk over the list. `cargo bench --bench stages`
//!
//! The letter is a real newsletter (`fixtures/README.md`), cut after the block
//! with which its message reaches the size that a figure names.

#![allow(missing_docs, reason = "criterion's macros make functions without")]

use std::fmt::Write as _;
use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use handbill::address::{Address, Mailbox};
use handbill::campaign::Campaign;
use handbill::compose::{self, Letter};
use handbill::list::{Column, List, Options, Subscriber};
use handbill::merge::{Links, Merger};
use handbill::message::{Frame, FrameParts, Mail};
use handbill::place::Source;
use handbill::template::{self, Template};
use handbill::unsubscribe::Leave;
use tera::{Context, Map, Value};

const NEWSLETTER: &str = include_str!("fixtures/newsletter.md");
const DATE: i64 = 1_773_133_200;
const ROWS: usize = 10_000;

criterion_group!(stages, compiling, mailing, walking);
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

/// Everything that `send` has in hand before the first row.
struct Desk {
    letter: Letter,
    frame: Frame,
    leave: Leave,
    columns: Vec<Column>,
    reader: Subscriber,
}

impl Desk {
    /// The shortest letter whose message has that many bytes.
    fn with_message_of(bytes: usize) -> Self {
        let blocks: Vec<usize> = NEWSLETTER.match_indices("\n\n").map(|(at, _)| at + 1).collect();
        // The front matter and the salutation are the first blocks.
        let enough = blocks[2..]
            .partition_point(|end| Self::new(&NEWSLETTER[..*end]).message_size() < bytes);
        let end = blocks[2..].get(enough).expect("the newsletter is longer than that");
        Self::new(&NEWSLETTER[..*end])
    }

    fn new(campaign: &str) -> Self {
        let template = Template::built_in(template::DEFAULT).expect("it is built in");
        let from = mailbox("Ann Lee <news@example.org>");
        let frame = Frame::new(&FrameParts {
            from: &from,
            reply_to: None,
            campaign_id: "newsletter",
            list_name: Some("River Path News"),
            language: Some("en"),
            attachments: Vec::new(),
            inline_images: Vec::new(),
            headers: Vec::new(),
        });
        let url = Some("https://example.org/leave/".to_owned());
        let mailto = Some(mailbox("leave@example.org"));
        let columns = ["email", "first_name", "last_name", "city"]
            .map(|name| Column { name: name.to_owned(), header: name.to_owned() });
        let cells = ["maya@example.org", "Maya", "Levin", "Leeds"];
        Self {
            letter: compile(campaign, &template),
            frame: frame.expect("it has no headers of its own"),
            leave: Leave::new(url, mailto, vec![7; 32], "newsletter"),
            columns: columns.to_vec(),
            reader: Subscriber {
                mailbox: mailbox(cells[0]),
                line: 2,
                cells: cells.map(str::to_owned).to_vec(),
                surplus: 0,
            },
        }
    }

    fn links(&self) -> Links {
        Links { unsubscribe: self.leave.link(self.address()), web: None }
    }

    fn write(&self, mail: &handbill::merge::Mail, out: &mut Vec<u8>) {
        let headers = self.leave.headers(self.address());
        let mail = Mail {
            to: &mail.to,
            subject: &mail.subject,
            html: &mail.html,
            text: &mail.text,
            headers: &headers,
        };
        self.frame.write(&mail, DATE, out);
    }

    fn message_size(&self) -> usize {
        let mut merger = Merger::new(&self.letter, &self.columns);
        let mail = merger.merge(&self.reader, &self.links()).expect("complete");
        let mut message = Vec::new();
        self.write(&mail, &mut message);
        message.len()
    }

    fn address(&self) -> &Address {
        &self.reader.mailbox.address
    }
}

fn compile(campaign: &str, template: &Template) -> Letter {
    let source = Source::new("newsletter.md", campaign);
    let campaign = Campaign::parse(&source, "newsletter").expect("a campaign");
    compose::compile(&campaign, template, constants(), None).unwrap_or_else(|findings| {
        panic!("the newsletter does not compile: {findings:?}");
    })
}

/// What is the same for every reader, as the commands make it.
fn constants() -> Context {
    let table = |entries: &[(&'static str, &str)]| {
        Value::from(entries.iter().map(|(k, v)| ((*k).into(), Value::from(*v))).collect::<Map>())
    };
    let mut context = Context::new();
    context.insert_value(
        "sender",
        table(&[
            ("name", "Ann Lee"),
            ("email", "news@example.org"),
            ("postal_address", "1 Mill Lane, Exampleton"),
            ("website", "https://example.org"),
        ]),
    );
    context
        .insert_value("campaign", table(&[("id", "newsletter"), ("lang", "en"), ("dir", "ltr")]));
    context.insert_value("template", table(&[]));
    context.insert_value("vars", table(&[]));
    context
}

fn mailbox(text: &str) -> Mailbox {
    Mailbox::parse(text).expect("a mailbox")
}

fn subscribers() -> String {
    let mut list = String::from("Email,First Name,Last Name,City\n");
    for row in 0..ROWS {
        writeln!(list, "reader{row}@example.org,Maya,\"Levin, {row}\",Leeds").expect("to a string");
    }
    list
}
