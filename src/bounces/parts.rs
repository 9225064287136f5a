//! A mail laid out: its own headers, its texts, the fields of its reports, and
//! what it returns of the mail that it is about.

use mail_parser::decoders::html::html_to_text;
use mail_parser::{Address, HeaderValue, Message, MessagePart, MimeHeaders, PartType};

/// The most bytes of text that are looked at.
const TEXT_MAX: usize = 128 << 10;
/// The most Message-IDs that are kept.
const IDS_MAX: usize = 50;
/// How deep a mail in a mail is looked into.
const DEPTH: usize = 3;
/// Where mail servers write to whom a mail was addressed, also where they or a
/// forwarding changed `To`.
const ADDRESSED: [&str; 13] = [
    "To",
    "Delivered-To",
    "X-Delivered-To",
    "X-Original-To",
    "Envelope-To",
    "X-Envelope-To",
    "Original-Recipient",
    "X-Original-Recipient",
    "Apparently-To",
    "X-RCPT-To",
    "X-Forwarded-To",
    "Resent-To",
    "Received",
];

/// One block of `Name: value` lines.
pub(super) type Fields = Vec<(String, String)>;

/// A mail laid out.
#[derive(Default)]
pub(super) struct Parts {
    headers: Fields,
    /// The subject, decoded.
    pub(super) subject: String,
    /// The address that it comes from.
    pub(super) from: Option<String>,
    /// What a person reads.
    pub(super) texts: Vec<String>,
    /// The blocks of a `delivery-status` (RFC 3464 §2.1): first about the
    /// message, then about each recipient.
    pub(super) status: Vec<Fields>,
    /// The same, where they stand in a text.
    lost: Vec<Fields>,
    /// The fields of a `feedback-report` (RFC 5965).
    pub(super) feedback: Option<Fields>,
    /// The Message-IDs of what it may be about.
    pub(super) about: Vec<String>,
    /// To whom the returned mail was addressed.
    pub(super) returned_to: Vec<String>,
    /// Addresses with an extension (`bounces+…@`) to which it was addressed, or
    /// to which what it returns should go back.
    pub(super) returned_by: Vec<String>,
    /// What `List-Unsubscribe` says in the mail that it is about.
    pub(super) ways_out: Vec<String>,
    /// Who complained, as Hotmail adds it to the mail that it returns.
    pub(super) complained: Option<String>,
    /// Whether anything was returned.
    pub(super) has_returned: bool,
}

impl Parts {
    /// Lays a mail out.
    pub(super) fn of(message: &Message<'_>) -> Self {
        let mut parts = Self {
            headers: message
                .headers_raw()
                .take(500)
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            subject: message.subject().unwrap_or_default().to_owned(),
            from: message.from().and_then(first).map(str::to_owned),
            ..Self::default()
        };
        for name in ADDRESSED {
            let is_it = |(known, _): &&(String, String)| known.eq_ignore_ascii_case(name);
            let values: Vec<String> =
                parts.headers.iter().filter(is_it).map(|(_, value)| value.clone()).collect();
            for value in &values {
                parts.addressed(value);
            }
        }
        parts.walk(message, 0);
        if parts.status.is_empty() {
            parts.status = std::mem::take(&mut parts.lost);
        }
        for own in [message.references(), message.in_reply_to()] {
            parts.ids(own);
        }
        parts
    }

    /// A header of the mail itself, as it stands there.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        field(&self.headers, name)
    }

    fn walk(&mut self, message: &Message<'_>, depth: usize) {
        for part in message.parts.iter().take(200) {
            let kind = part.content_type();
            let (main, sub) = kind.map_or((String::new(), String::new()), |kind| {
                let sub = kind.subtype().unwrap_or_default();
                (kind.ctype().to_lowercase(), sub.to_lowercase())
            });
            match (main.as_str(), sub.as_str()) {
                ("message", "delivery-status" | "global-delivery-status") => {
                    self.status.extend(blocks(&decoded(part)));
                }
                ("message", "feedback-report") => {
                    let all = blocks(&decoded(part)).into_iter().flatten().collect();
                    self.feedback.get_or_insert(all);
                }
                ("text", "rfc822-headers") | ("message", "global-headers" | "partial") => {
                    self.returned(&decoded(part));
                }
                _ => match &part.body {
                    PartType::Message(inner) => self.inner(inner, depth),
                    PartType::Text(text) => self.text(text),
                    PartType::Html(html) if !message.parts.iter().any(is_plain) => {
                        let html = &html[..html.floor_char_boundary(TEXT_MAX)];
                        self.text(&html_to_text(html));
                    }
                    _ => {}
                },
            }
        }
    }

    /// A mail in the mail: what is returned, or, where it is a report itself,
    /// a report that was forwarded.
    fn inner(&mut self, inner: &Message<'_>, depth: usize) {
        self.has_returned = true;
        if let Some(HeaderValue::Text(id)) = inner.header("Message-ID") {
            self.id(id);
        }
        for (name, value) in inner.headers_raw().take(500) {
            self.proof(name, value);
        }
        let to = inner.to().into_iter().flat_map(Address::iter);
        self.returned_to.extend(to.filter_map(|to| to.address().map(str::to_owned)).take(IDS_MAX));
        if let Some((_, value)) = inner
            .headers_raw()
            .find(|(name, _)| name.eq_ignore_ascii_case("X-HmXmrOriginalRecipient"))
        {
            self.complained = super::prose::addresses(value).next();
        }
        let is_report = inner
            .content_type()
            .is_some_and(|kind| kind.ctype() == "multipart" && kind.subtype() == Some("report"));
        if is_report && self.status.is_empty() && depth < DEPTH {
            self.walk(inner, depth + 1);
        }
    }

    fn text(&mut self, text: &str) {
        let used: usize = self.texts.iter().map(String::len).sum();
        let room = TEXT_MAX.saturating_sub(used);
        if room > 0 && !text.trim().is_empty() {
            let text = &text[..text.floor_char_boundary(room)];
            self.status_in(text);
            let (own, returned) = split_off_returned(text);
            self.texts.push(own.to_owned());
            if let Some(returned) = returned {
                self.returned(returned);
            }
        }
    }

    /// The headers of the mail that it is about, as text.
    fn returned(&mut self, text: &str) {
        self.has_returned = true;
        for (name, value) in blocks(text).into_iter().take(2).flatten() {
            self.proof(&name, &value);
            if name.eq_ignore_ascii_case("Message-ID") {
                self.id(&value);
            } else if name.eq_ignore_ascii_case("To") && self.returned_to.len() < IDS_MAX {
                self.returned_to.extend(super::prose::addresses(&value).take(IDS_MAX));
            }
        }
    }

    /// The fields of a report whose MIME structure was lost on its way. One
    /// that kept it comes later, and counts instead.
    fn status_in(&mut self, text: &str) {
        let lower = text.to_ascii_lowercase();
        let names = ["\nfinal-recipient:", "\noriginal-recipient:"];
        let Some(at) = names.iter().filter_map(|name| lower.find(name)).min() else { return };
        self.lost.extend(blocks(&text[at..]).into_iter().filter(|fields| {
            field(fields, "Final-Recipient").is_some() && field(fields, "Action").is_some()
        }));
    }

    fn ids(&mut self, value: &HeaderValue<'_>) {
        match value {
            HeaderValue::Text(id) => self.id(id),
            HeaderValue::TextList(ids) => ids.iter().for_each(|id| self.id(id)),
            _ => {}
        }
    }

    /// What in a returned header proves whose mail it is, its Message-ID apart.
    fn proof(&mut self, name: &str, value: &str) {
        if name.eq_ignore_ascii_case("List-Unsubscribe") && self.ways_out.len() < IDS_MAX {
            self.ways_out.push(value[..value.floor_char_boundary(2000)].to_owned());
        } else if name.eq_ignore_ascii_case("Return-Path") {
            self.addressed(value);
        }
    }

    /// Keeps the addresses that have an extension.
    pub(super) fn addressed(&mut self, value: &str) {
        let value = &value[..value.floor_char_boundary(8000)];
        let extended = super::prose::addresses(value).filter(|address| address.contains('+'));
        let room = IDS_MAX.saturating_sub(self.returned_by.len());
        self.returned_by.extend(extended.take(room));
    }

    /// Adds one of the Message-IDs that it may be about.
    pub(super) fn id(&mut self, id: &str) {
        let id = id.trim().trim_start_matches('<').trim_end_matches('>');
        if self.about.len() < IDS_MAX && !id.is_empty() && id.len() < 500 {
            self.about.push(format!("<{id}>"));
        }
    }
}

fn first<'a>(address: &'a Address<'_>) -> Option<&'a str> {
    address.first().and_then(|address| address.address())
}

fn is_plain(part: &MessagePart<'_>) -> bool {
    matches!(&part.body, PartType::Text(text) if !text.trim().is_empty())
}

fn decoded(part: &MessagePart<'_>) -> String {
    let bytes = part.contents();
    String::from_utf8_lossy(&bytes[..bytes.len().min(TEXT_MAX)]).into_owned()
}

/// The value of a field, by its name in any letters.
pub(super) fn field<'a>(fields: &'a [(String, String)], name: &str) -> Option<&'a str> {
    fields
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_str())
}

/// Blocks of fields, parted by empty lines; a line that begins with a blank
/// goes on with the field before it.
fn blocks(text: &str) -> Vec<Fields> {
    let mut blocks = vec![Fields::new()];
    for line in text.lines().take(5000) {
        let block = blocks.last_mut().expect("there is always one");
        if line.trim().is_empty() {
            if !block.is_empty() {
                blocks.push(Fields::new());
            }
        } else if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = block.last_mut().filter(|(_, value)| value.len() < 8000) {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            block.push((name.trim().to_owned(), value.trim().to_owned()));
        }
    }
    blocks.retain(|block| !block.is_empty());
    blocks
}

/// Parts what was said from what was returned beneath it in the same text.
fn split_off_returned(text: &str) -> (&str, Option<&str>) {
    let mut at = 0;
    let mut said = false;
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim();
        let lower = trimmed.to_ascii_lowercase();
        let is_rule = trimmed.starts_with("--") || trimmed.starts_with("==");
        let is_marker = is_rule
            && [
                "copy of",
                "original m",
                "original header",
                "returned message",
                "below this line",
                "header of the",
            ]
            .iter()
            .any(|words| lower.contains(words))
            || ["original message headers:", "original message follows", "original message:"]
                .iter()
                .any(|words| lower.starts_with(words))
            || lower.starts_with("included is a copy of the message header");
        let is_header = ["return-path:", "received: "].iter().any(|name| lower.starts_with(name))
            && !line.starts_with([' ', '>']);
        if said && (is_marker || is_header) {
            let behind = if is_header { at } else { at + line.len() };
            let returned = text[behind..].trim_start_matches(['-', '=', '\r', '\n', ' ']);
            return (&text[..at], Some(returned));
        }
        said |= !trimmed.is_empty();
        at += line.len();
    }
    (text, None)
}
