//! A campaign's frame and the mails written into it.

use std::sync::Arc;

use super::dkim::{self, Signer};
use super::header::{self, needs_smtputf8};
use super::id::{boundary, feedback_id, list_id, message_id};
use super::{Attachment, InlineImage, Invite, date, quoted_printable};
use crate::address::Mailbox;
use crate::finding::{Checked, Finding};
use crate::token::Tokens;

/// Fields that a frame writes itself, or that have no business in a mail of a
/// campaign: `Bcc` and `Cc` would show one reader's address to another.
/// `Content-…` and `Resent-…` belong to them.
const RESERVED: [&str; 17] = [
    "Auto-Submitted",
    "Bcc",
    "Cc",
    "Date",
    "DKIM-Signature",
    "Feedback-ID",
    "From",
    "List-Id",
    "Message-ID",
    "MIME-Version",
    "Precedence",
    "Received",
    "Reply-To",
    "Return-Path",
    "Subject",
    "To",
    "X-Auto-Response-Suppress",
];

/// Exchange sends no notes of absence in answer to this, nor other answers of machines
/// (MS-OXCMAIL §2.1.3.2.20). `All` would silence bounces too, which `bounces` wants. Others
/// see by `List-Id` and `List-Unsubscribe` that nobody waits for an answer (RFC 5230 §4.6,
/// RFC 3834 §2), so `Precedence`, which no standard knows, is left out; and `Auto-Submitted`
/// would be untrue: a person wrote the letter (RFC 3834 §5).
const NO_ANSWERS: (&str, &str) = ("X-Auto-Response-Suppress", "OOF, AutoReply");

/// What is the same in every mail of a campaign, encoded once.
///
/// The letter is `multipart/alternative`, its last part `multipart/related`
/// if it shows images, the whole in `multipart/mixed` if files are attached.
#[derive(Clone, Debug)]
pub struct Frame {
    tokens: Tokens,
    campaign_id: String,
    domain: String,
    needs_smtputf8: bool,
    extra_names: Vec<String>,
    /// `From` and `Reply-To`.
    sender: Vec<u8>,
    /// From `List-Id` to the last header that all mails share.
    shared: Vec<u8>,
    /// Around text and HTML.
    blocks: Blocks,
    /// The same for mails that bring files of their own.
    mixed: Blocks,
    /// Before each file.
    delimiter: String,
    signers: Arc<[Signer]>,
}

/// The MIME structure around the text and the HTML.
#[derive(Clone, Debug)]
struct Blocks {
    /// From `MIME-Version` to where the text begins.
    before_text: Vec<u8>,
    /// From the end of the text to where the HTML begins.
    before_html: Vec<u8>,
    /// All that follows the HTML, up to a mail's own files.
    after_html: Vec<u8>,
    /// All that follows those.
    end: Vec<u8>,
}

impl Blocks {
    fn size(&self) -> usize {
        [&self.before_text, &self.before_html, &self.after_html, &self.end]
            .map(Vec::len)
            .iter()
            .sum()
    }
}

/// What a frame is made of.
#[derive(Clone, Debug)]
pub struct FrameParts<'a> {
    /// Makes the Message-IDs.
    pub tokens: Tokens,
    /// Whom the mails come from; its domain also stands in Message-IDs.
    pub from: &'a Mailbox,
    /// Where answers go, if elsewhere.
    pub reply_to: Option<&'a Mailbox>,
    /// The campaign, as Message-IDs and boundaries know it.
    pub campaign_id: &'a str,
    /// The name of the list, the same in all campaigns, for `List-Id`.
    pub list_name: Option<&'a str>,
    /// The language of the letter, such as `en` or `pt-BR`.
    pub language: Option<&'a str>,
    /// Files beside the letter.
    pub attachments: Vec<Attachment>,
    /// Images in the letter.
    pub inline_images: Vec<InlineImage>,
    /// Further headers, names and values.
    pub headers: Vec<(String, String)>,
}

/// One reader's mail, merged.
#[derive(Clone, Copy, Debug)]
pub struct Mail<'a> {
    /// The reader.
    pub to: &'a Mailbox,
    /// The subject, as people read it.
    pub subject: &'a str,
    /// The HTML part.
    pub html: &'a str,
    /// The text part.
    pub text: &'a str,
    /// Headers of this mail only, such as `List-Unsubscribe`. One whose name
    /// is no token, belongs to the frame or is in it already is left out.
    pub headers: &'a [(&'a str, String)],
    /// Events that the letter shows, each with a file.
    pub invites: &'a [Invite<'a>],
}

impl Frame {
    /// Encodes what all mails of a campaign share.
    pub fn new(parts: &FrameParts<'_>) -> Checked<Self> {
        let findings = check_names(&parts.headers);
        if !findings.is_empty() {
            return Err(findings);
        }
        let mut sender = Vec::new();
        header::mailbox(&mut sender, "From", parts.from);
        if let Some(reply_to) = parts.reply_to {
            header::mailbox(&mut sender, "Reply-To", reply_to);
        }
        Ok(Self {
            tokens: parts.tokens.clone(),
            campaign_id: parts.campaign_id.to_owned(),
            domain: parts.from.address.domain().to_owned(),
            needs_smtputf8: [Some(parts.from), parts.reply_to]
                .into_iter()
                .flatten()
                .any(|mailbox| needs_smtputf8(&mailbox.address)),
            extra_names: parts.headers.iter().map(|(name, _)| name.clone()).collect(),
            sender,
            shared: shared_headers(parts),
            blocks: body_blocks(parts, !parts.attachments.is_empty()),
            mixed: body_blocks(parts, true),
            delimiter: format!("\r\n--{}\r\n", mixed_boundary(parts.campaign_id)),
            signers: Arc::default(),
        })
    }

    /// The same, its messages signed with these keys.
    #[must_use]
    pub fn signed_by(self, signers: impl Into<Arc<[Signer]>>) -> Self {
        Self { signers: signers.into(), ..self }
    }

    /// The same with the Message-IDs of another key.
    #[must_use]
    pub fn keyed_by(self, tokens: Tokens) -> Self {
        Self { tokens, ..self }
    }

    /// The same for mails that nobody wrote, such as one in which a sign-up is confirmed: no
    /// program is to answer them (RFC 3834 §5).
    #[must_use]
    pub fn automatic(mut self) -> Self {
        header::data(&mut self.shared, "Auto-Submitted", "auto-generated");
        self
    }

    /// Writes one mail as a message, in place of what the buffer held, and
    /// signs it. The date is in seconds since 1970 and written in UTC.
    pub fn write(&self, mail: &Mail<'_>, date: i64, out: &mut Vec<u8>) {
        self.write_unsigned(mail, date, out);
        dkim::sign(&self.signers, out);
    }

    /// The same without a signature, whose own date is never the same.
    pub fn write_unsigned(&self, mail: &Mail<'_>, date: i64, out: &mut Vec<u8>) {
        out.clear();
        // Quoted-printable adds a tenth to most letters.
        out.reserve(self.size() + (mail.html.len() + mail.text.len()) / 8 * 9 + 1024);
        header::data(out, "Date", &date::rfc5322(date));
        out.extend_from_slice(&self.sender);
        header::mailbox(out, "To", mail.to);
        header::text(out, "Subject", mail.subject);
        header::data(out, "Message-ID", &self.message_id(mail.to));
        out.extend_from_slice(&self.shared);
        for (number, (name, value)) in mail.headers.iter().enumerate() {
            let is_new =
                !mail.headers[..number].iter().any(|(had, _)| had.eq_ignore_ascii_case(name));
            if is_new && header::is_name(name) && !is_reserved(name) && !self.has_extra(name) {
                header::data(out, name, value);
            }
        }
        let blocks = if mail.invites.is_empty() { &self.blocks } else { &self.mixed };
        out.extend_from_slice(&blocks.before_text);
        quoted_printable::encode(mail.text, out);
        out.extend_from_slice(&blocks.before_html);
        quoted_printable::encode(mail.html, out);
        out.extend_from_slice(&blocks.after_html);
        for invite in mail.invites {
            out.extend_from_slice(self.delimiter.as_bytes());
            invite.attachment(&self.campaign_id, &self.domain).write_text(out);
        }
        out.extend_from_slice(&blocks.end);
    }

    /// The Message-ID that a reader's mail has in this frame.
    pub fn message_id(&self, to: &Mailbox) -> String {
        message_id(&self.tokens, &self.campaign_id, &to.address, &self.domain)
    }

    /// Whether a reader's message holds an address outside ASCII, and so can
    /// only go to a server that offers SMTPUTF8 (RFC 6531).
    pub fn needs_smtputf8(&self, to: &Mailbox) -> bool {
        self.needs_smtputf8 || needs_smtputf8(&to.address)
    }

    fn has_extra(&self, name: &str) -> bool {
        self.extra_names.iter().any(|extra| extra.eq_ignore_ascii_case(name))
    }

    fn size(&self) -> usize {
        self.sender.len() + self.shared.len() + self.mixed.size()
    }
}

fn check_names(headers: &[(String, String)]) -> Vec<Finding> {
    let check = |(number, (name, _)): (usize, &(String, String))| {
        if !header::is_name(name) {
            Some(Finding::error(
                "bad-header-name",
                format!("`{}` cannot be the name of a header", name.escape_debug()),
                "use letters, digits and hyphens, such as `X-Campaign`",
            ))
        } else if is_reserved(name) {
            Some(Finding::error(
                "reserved-header",
                format!("the header `{name}` is not free to set"),
                "remove it: the sender, the subject and the reader decide what stands there",
            ))
        } else if headers[..number].iter().any(|(had, _)| had.eq_ignore_ascii_case(name)) {
            Some(Finding::error(
                "repeated-header",
                format!("the header `{name}` is given twice"),
                "keep one of them",
            ))
        } else {
            None
        }
    };
    headers.iter().enumerate().filter_map(check).collect()
}

fn is_reserved(name: &str) -> bool {
    let begins = |prefix: &str| {
        name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    begins("Content-")
        || begins("Resent-")
        || RESERVED.iter().any(|reserved| reserved.eq_ignore_ascii_case(name))
}

fn shared_headers(parts: &FrameParts<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    if let Some(name) = parts.list_name {
        header::list_id(&mut out, name, &list_id(name, parts.from.address.domain()));
    }
    let feedback = feedback_id(parts.campaign_id, parts.from.address.domain());
    header::data(&mut out, "Feedback-ID", &feedback);
    header::data(&mut out, NO_ANSWERS.0, NO_ANSWERS.1);
    if let Some(language) = parts.language {
        header::data(&mut out, "Content-Language", language);
    }
    for (name, value) in &parts.headers {
        header::data(&mut out, name, value);
    }
    out
}

/// The MIME structure around text and HTML: before the one, between them,
/// behind the other. No boundary can occur in a body: quoted-printable never
/// has `=_` (RFC 2045 §6.7), base64 has no `_`.
fn body_blocks(parts: &FrameParts<'_>, has_attachments: bool) -> Blocks {
    let unique = boundary(parts.campaign_id);
    let mixed = mixed_boundary(parts.campaign_id);
    let [alternative, related] = ["letter", "html"].map(|level| format!("=_{level}_{unique}"));
    let has_images = !parts.inline_images.is_empty();

    let mut before_text = String::from("MIME-Version: 1.0\r\n");
    if has_attachments {
        before_text.push_str(&multipart("mixed", &mixed));
    }
    before_text.push_str(&multipart("alternative", &alternative));
    before_text.push_str(&text_headers("plain"));

    let mut before_html = format!("\r\n--{alternative}\r\n");
    if has_images {
        before_html.push_str(&multipart("related; type=\"text/html\"", &related));
    }
    before_html.push_str(&text_headers("html"));

    let mut after_html = Vec::new();
    for image in &parts.inline_images {
        after_html.extend_from_slice(format!("\r\n--{related}\r\n").as_bytes());
        image.write(&mut after_html);
    }
    if has_images {
        after_html.extend_from_slice(format!("\r\n--{related}--\r\n").as_bytes());
    }
    after_html.extend_from_slice(format!("\r\n--{alternative}--\r\n").as_bytes());
    for attachment in &parts.attachments {
        after_html.extend_from_slice(format!("\r\n--{mixed}\r\n").as_bytes());
        attachment.write(&mut after_html);
    }
    let end = if has_attachments { format!("\r\n--{mixed}--\r\n") } else { String::new() };
    Blocks {
        before_text: before_text.into_bytes(),
        before_html: before_html.into_bytes(),
        after_html,
        end: end.into_bytes(),
    }
}

fn mixed_boundary(campaign_id: &str) -> String {
    format!("=_mixed_{}", boundary(campaign_id))
}

/// The header that opens a multipart, and its first delimiter.
fn multipart(subtype: &str, boundary: &str) -> String {
    format!(
        "Content-Type: multipart/{subtype};\r\n boundary=\"{boundary}\"\r\n\r\n--{boundary}\r\n"
    )
}

fn text_headers(subtype: &str) -> String {
    format!(
        "Content-Type: text/{subtype}; charset=utf-8\r\n\
         Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    )
}
