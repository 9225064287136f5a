//! Everything that `send` has in hand before the first row, for benches and
//! for the test that counts allocations.

use handbill::address::{Address, Mailbox};
use handbill::campaign::Campaign;
use handbill::compose::{self, Letter};
use handbill::list::{Column, Subscriber, Unit};
use handbill::merge::{Links, Merger};
use handbill::message::{Frame, FrameParts, Mail, Signer};
use handbill::place::Source;
use handbill::template::{self, Template};
use handbill::token::Tokens;
use handbill::unsubscribe::Leave;
use tera::{Context, Map, Value};

pub(crate) const NEWSLETTER: &str = include_str!("fixtures/newsletter.md");
const DATE: i64 = 1_773_133_200;

/// Everything that `send` has in hand before the first row.
pub(crate) struct Desk {
    pub(crate) letter: Letter,
    frame: Frame,
    leave: Leave,
    pub(crate) columns: Vec<Column>,
    pub(crate) reader: Subscriber,
}

impl Desk {
    /// The shortest letter whose message has that many bytes.
    pub(crate) fn with_message_of(bytes: usize) -> Self {
        let blocks: Vec<usize> = NEWSLETTER.match_indices("\n\n").map(|(at, _)| at + 1).collect();
        // The front matter and the salutation are the first blocks.
        let enough = blocks[2..]
            .partition_point(|end| Self::new(&NEWSLETTER[..*end]).message_size() < bytes);
        let end = blocks[2..].get(enough).expect("the newsletter is longer than that");
        Self::new(&NEWSLETTER[..*end])
    }

    /// A letter with every component.
    pub(crate) fn with_every_component() -> Self {
        Self::new(include_str!("../tests/fixtures/letters/everything.md"))
    }

    fn new(campaign: &str) -> Self {
        let template = Template::built_in(template::DEFAULT).expect("it is built in");
        let from = mailbox("Ann Lee <news@example.org>");
        let frame = Frame::new(&FrameParts {
            tokens: Tokens::new(&[7; 32]),
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
            leave: Leave::new(url, mailto, Tokens::new(&[7; 32]), "newsletter"),
            columns: columns.to_vec(),
            reader: Subscriber {
                mailbox: mailbox(cells[0]),
                line: 2,
                cells: cells.map(str::to_owned).to_vec(),
                unit: Unit::Line,
                surplus: 0,
            },
        }
    }

    /// The same, its mails signed with a key in PEM.
    pub(crate) fn signed_by(self, pem: &[u8]) -> Self {
        let signer = Signer::new("example.org", "bench", pem).expect("a key");
        Self { frame: self.frame.signed_by(vec![signer]), ..self }
    }

    pub(crate) fn links(&self) -> Links {
        Links { unsubscribe: self.leave.link(self.address()) }
    }

    pub(crate) fn write(&self, mail: &handbill::merge::Mail, out: &mut Vec<u8>) {
        let headers = self.leave.headers(self.address());
        let mail = Mail {
            invites: &[],
            to: &mail.to,
            subject: &mail.subject,
            html: &mail.html,
            text: &mail.text,
            headers: &headers,
        };
        self.frame.write(&mail, DATE, out);
    }

    pub(crate) fn message_size(&self) -> usize {
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

pub(crate) fn compile(campaign: &str, template: &Template) -> Letter {
    let source = Source::new("newsletter.md", campaign);
    let campaign = Campaign::parse(&source, "newsletter").expect("a campaign");
    compose::compile(&campaign, template, constants(), None, &handbill::types::Types::default())
        .unwrap_or_else(|findings| {
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
    let words = Value::from(template::words("en"));
    context.insert_value("template", Value::from(Map::from_iter([("words".into(), words)])));
    context.insert_value("vars", table(&[]));
    context
}

fn mailbox(text: &str) -> Mailbox {
    Mailbox::parse(text).expect("a mailbox")
}
