//! What comes back: bounces, complaints, auto-replies, people who leave.
//!
//! A mail's bytes go in, a [`Reading`] comes out, with an entry for each
//! recipient it speaks of. Reports that keep to a standard (RFC 3464, RFC
//! 5965) are read by their fields (`report`); the others by their text
//! (`prose`), as the large mail systems write it. `verdict` alone decides what
//! a reply means, by its codes and the words of `phrases`.
//!
//! Everything in such a mail was written by strangers. What follows from a
//! reading, and whether it is about a mail of ours, is decided by others.

mod automatic;
mod notice;
mod parts;
mod phrases;
mod prose;
mod reply;
mod report;
mod verdict;

use mail_parser::MessageParser;
use sha2::{Digest, Sha256};

pub use reply::Said;

use parts::Parts;

/// The longest mail that is read; what stands behind is left.
pub const MAIL_MAX: usize = 1 << 20;
/// The most recipients that one mail may speak of.
const RECIPIENTS_MAX: usize = 500;

/// What a mail means for the one who sent the newsletter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The address will never take mail again.
    Hard,
    /// It took none this time.
    Soft,
    /// Somebody objects to the sender or the mail: no fault of the reader's.
    Sender,
    /// The reader said that it is spam.
    Complaint,
    /// A machine answers for the reader; the mail has arrived.
    Autoreply,
    /// Nothing to do.
    None,
}

impl Verdict {
    /// Its name in data and in the ledger.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hard => "hard",
            Self::Soft => "soft",
            Self::Sender => "sender",
            Self::Complaint => "complaint",
            Self::Autoreply => "autoreply",
            Self::None => "none",
        }
    }
}

/// What a mail says of one recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it means.
    pub verdict: Verdict,
    /// The address that it names.
    pub recipient: Option<String>,
    /// Other names it has for the same recipient: the address before it was
    /// forwarded.
    pub aliases: Vec<String>,
    /// What the server said.
    pub said: Said,
}

/// What a mail says.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// An entry for each recipient, at least one.
    pub entries: Vec<Entry>,
    /// The mails that it may be about: the Message-IDs in the headers that it
    /// returns, and in its own References, in angle brackets.
    pub about: Vec<String>,
    /// Addresses with an extension to which it was addressed, or to which what
    /// it returns should have gone back: `bounces+…@example.org`.
    pub returned_by: Vec<String>,
    /// The values of `List-Unsubscribe` in the headers that it returns.
    pub ways_out: Vec<String>,
    /// A report about the sender's own set-up, though it comes as a complaint
    /// does (RFC 6591): nobody complained.
    pub is_failure_report: bool,
    /// What stands behind `unsubscribe` in a mail to the `mailto:` of
    /// `List-Unsubscribe`. Who it comes from does not matter.
    pub leaving: Option<String>,
    /// When it was written, by its own account, in unix seconds.
    pub date: Option<i64>,
    /// The same for the same mail, however often it is read.
    pub digest: String,
}

/// Reads a mail.
pub fn read(bytes: &[u8]) -> Reading {
    let bytes = &bytes[..bytes.len().min(MAIL_MAX)];
    // The line that parts mails in an mbox is no header.
    let bytes = match bytes.strip_prefix(b"From ") {
        Some(rest) => &rest[rest.iter().position(|byte| *byte == b'\n').map_or(0, |at| at + 1)..],
        None => bytes,
    };
    let Some(message) = MessageParser::default().parse(bytes) else {
        return Reading {
            entries: vec![nothing(None)],
            digest: digest(bytes),
            ..Reading::default()
        };
    };
    let mut parts = Parts::of(&message);
    let mut entries = report::complaint(&parts)
        .or_else(|| notice::entries(&mut parts))
        .or_else(|| report::entries(&parts))
        .or_else(|| prose::entries(&parts))
        .unwrap_or_default();
    if entries.is_empty() {
        let verdict = if automatic::is_reply(&parts) { Verdict::Autoreply } else { Verdict::None };
        let recipient = (verdict == Verdict::Autoreply).then(|| parts.from.clone()).flatten();
        entries.push(Entry { verdict, ..nothing(recipient) });
    }
    entries.truncate(RECIPIENTS_MAX);
    let name = message.message_id().filter(|id| !id.is_empty());
    Reading {
        leaving: leaving(&parts),
        is_failure_report: report::is_about_the_sender(&parts),
        date: message.date().map(mail_parser::DateTime::to_timestamp),
        digest: name.map_or_else(|| digest(bytes), |id| digest(id.as_bytes())),
        about: parts.about,
        returned_by: parts.returned_by,
        ways_out: parts.ways_out,
        entries,
    }
}

/// What a server means by a reply, where it said it itself.
pub fn of_reply(code: u16, enhanced: Option<(u8, u16, u16)>, text: &str) -> Option<Verdict> {
    let text = reply::shortened(text);
    verdict::of(&Said { code: Some(code), enhanced, text })
}

fn nothing(recipient: Option<String>) -> Entry {
    Entry { verdict: Verdict::None, recipient, aliases: Vec::new(), said: Said::default() }
}

/// `unsubscribe TOKEN`, as `List-Unsubscribe` writes it; a mail program may
/// put something in front.
fn leaving(parts: &Parts) -> Option<String> {
    let mut words = parts.subject.split_whitespace();
    words.find(|word| word.eq_ignore_ascii_case("unsubscribe"))?;
    let token = words.next()?;
    let is_token = token.len() == 32 && token.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_token.then(|| token.to_ascii_lowercase())
}

fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes)[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}
