//! Whose mail something is about. Whatever came back was written by strangers:
//! of all that stands in it, only a token that was made with the project's key
//! is believed. Pure: candidates come out, the ledger says whose they are.

use crate::address::Address;
use crate::bounces::{Entry, Reading, Verdict};
use crate::message;
use crate::token::{self, Token, Tokens};

/// The most tokens of one mail that are looked up.
const CANDIDATES: usize = 50;

/// The own tokens that a mail may have proof of, the surest first: to where it
/// came back, how the reader could have left, and which mail it was.
pub(super) fn candidates(reading: &Reading, tokens: &Tokens) -> Vec<Token> {
    let back = reading.returned_by.iter().filter_map(|address| in_address(address));
    let out = reading.ways_out.iter().flat_map(|way| in_text(way));
    let ids = reading.about.iter().filter_map(|id| message::token_in(id));
    let mut all: Vec<Token> = Vec::new();
    for own in back
        .map(|token| tokens.behind_return_path(token))
        .chain(out)
        .chain(ids.map(|token| tokens.behind_message_id(token)))
    {
        if all.len() < CANDIDATES && !all.contains(&own) {
            all.push(own);
        }
    }
    all
}

/// What a mail says of this reader: the entry that names them. Where their mail
/// was passed on, none does: then the mildest counts, as somebody behind their
/// address may well have got it.
pub(super) fn about<'r>(reading: &'r Reading, reader: &Address) -> Option<&'r Entry> {
    let reader = reader.identity();
    let is_reader = |name: &String| Address::parse(name).is_ok_and(|one| one.identity() == reader);
    let named = |entry: &&Entry| entry.recipient.iter().chain(&entry.aliases).any(is_reader);
    let mildest = |entry: &&Entry| match entry.verdict {
        Verdict::None | Verdict::Autoreply | Verdict::Sender => 0,
        Verdict::Soft => 1,
        Verdict::Hard => 2,
        Verdict::Complaint => 3,
    };
    let entries = || reading.entries.iter();
    let entry = entries().filter(named).min_by_key(mildest).or(entries().min_by_key(mildest));
    entry.filter(|entry| counts(entry))
}

/// Whether an entry may be held against a reader.
pub(super) fn counts(entry: &Entry) -> bool {
    matches!(entry.verdict, Verdict::Hard | Verdict::Soft | Verdict::Complaint)
}

/// `bounces+TOKEN@example.org`: whatever stands around it, in any letters.
fn in_address(address: &str) -> Option<Token> {
    let (local, _) = address.rsplit_once('@')?;
    let (_, token) = local.rsplit_once('+')?;
    token::parse(&token.to_ascii_lowercase())
}

/// Every token in a text. What stands before one may look like a part of it:
/// the `20` of a `%20`.
fn in_text(text: &str) -> Vec<Token> {
    let text = text.to_ascii_lowercase();
    let runs = text.split(|c: char| !c.is_ascii_hexdigit());
    let last = |run: &str| run.len().checked_sub(32).and_then(|at| token::parse(&run[at..]));
    runs.filter_map(last).take(10).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bounces::{Said, read};

    const KEY: [u8; 32] = [1; 32];

    fn reading(header: &str, returned: &str) -> Reading {
        read(
            format!(
                "From: MAILER-DAEMON@mx.example.net\r\n{header}\r\nSubject: failure notice\r\n\
                 Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
                 --b\r\n\r\n<ann@example.org>: 550 5.1.1 user unknown\r\n--b\r\n\
                 Content-Type: text/rfc822-headers\r\n\r\n{returned}\r\n\r\n--b--\r\n"
            )
            .as_bytes(),
        )
    }

    #[test]
    fn a_token_is_found_wherever_servers_leave_it() {
        let tokens = Tokens::new(&KEY);
        let own = tokens.of("may", "ann@example.org");
        let back = token::hexadecimal(&tokens.in_return_path("may", "ann@example.org"));
        let id = token::hexadecimal(&tokens.in_message_id("may", "ann@example.org"));
        let out = token::hexadecimal(&own);
        for (header, returned) in [
            (format!("To: bounces+{back}@example.org"), String::new()),
            (format!("To: <bounces+{}@EXAMPLE.ORG>", back.to_uppercase()), String::new()),
            (format!("To: x@example.org\r\nDelivered-To: b+{back}@example.net"), String::new()),
            (format!("X-Original-To: bounces+{back}@example.org"), String::new()),
            (format!("Received: by x\r\n for <bounces+{back}@example.org>; today"), String::new()),
            ("To: x@example.org".into(), format!("Return-Path: <bounces+{back}@example.org>")),
            ("To: x@example.org".into(), format!("List-Unsubscribe: <https://x.test/u/{out}>")),
            (
                "To: x@example.org".into(),
                format!("List-Unsubscribe: <mailto:l@x.test?subject=unsubscribe%20{out}>"),
            ),
            ("To: x@example.org".into(), format!("Message-ID: <{id}.may@example.org>")),
            (format!("To: x@example.org\r\nReferences: <{id}.may@example.org>"), String::new()),
        ] {
            let found = candidates(&reading(&header, &returned), &tokens);
            assert!(found.contains(&own), "{header} {returned}: {found:?}");
        }
        // Each counts only in its own place.
        for (header, returned) in [
            (format!("To: bounces+{id}@example.org"), String::new()),
            (format!("To: bounces+{out}@example.org"), format!("Message-ID: <{back}@x.test>")),
            (format!("Subject: bounces+{back}@example.org"), format!("Subject: {out}")),
        ] {
            let found = candidates(&reading(&header, &returned), &tokens);
            assert!(!found.contains(&own), "{header} {returned}: {found:?}");
        }
    }

    #[test]
    fn of_several_recipients_the_reader_counts_and_else_the_mildest() {
        let entry = |verdict, recipient: &str| Entry {
            verdict,
            recipient: Some(recipient.to_owned()),
            aliases: Vec::new(),
            said: Said::default(),
        };
        let ann = Address::parse("ann@example.org").expect("an address");
        let told = |entries: Vec<Entry>| {
            about(&Reading { entries, ..Reading::default() }, &ann).map(|entry| entry.verdict)
        };
        let (a, b) = ("a@example.net", "b@example.net");
        let own = entry(Verdict::Hard, "Ann@example.org");
        assert_eq!(told(vec![entry(Verdict::Soft, a), own.clone()]), Some(Verdict::Hard));
        let hard = [entry(Verdict::Hard, a), entry(Verdict::Hard, b)];
        assert_eq!(told(hard.to_vec()), Some(Verdict::Hard), "her mail was passed on");
        assert_eq!(
            told(vec![entry(Verdict::Hard, a), entry(Verdict::Soft, b)]),
            Some(Verdict::Soft)
        );
        assert_eq!(told(vec![entry(Verdict::Hard, a), entry(Verdict::None, b)]), None);
        assert_eq!(told(vec![entry(Verdict::Sender, "ann@example.org"), own]), None);
    }
}
