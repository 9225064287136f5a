//! What goes into a message comes out of it again, whoever reads it: two
//! parsers that share nothing, `mail-parser` and Python's `email`, are asked.

#[path = "support/reading.rs"]
mod reading;

use handbill::address::{Address, Mailbox};
use handbill::message::{Attachment, Frame, FrameParts, InlineImage, Mail, message_id};
use handbill::token::Tokens;
use proptest::prelude::*;

use reading::{Python, read};

const DATE: i64 = 1_773_133_200;

/// Names and subjects as people have them.
const SCRIPTS: [&str; 12] = [
    "Ann",
    "Maya Levin",
    "ليلى الحسن",
    "נועה לוי",
    "王小明",
    "Zoë 🌱 Brontë",
    "O'Neill, Ann \"Nan\"",
    "back\\slash",
    "Ann (the river) <x@example.org>; Bea",
    "two  spaces",
    "Friends of the River Path and of all the Other Paths along the Water, Leeds",
    "Общество друзей речной тропы и всех остальных троп, которые ведут вдоль воды",
];

/// Values that would like to be more than values, with what they may amount to.
const HOSTILE: [(&str, &str); 9] = [
    ("Ann\r\nBcc: x@example.org", "Ann Bcc: x@example.org"),
    ("Ann\nBcc: x@example.org", "Ann Bcc: x@example.org"),
    ("Ann\rBcc: x@example.org", "Ann Bcc: x@example.org"),
    ("Ann\r\n\r\n<h1>body</h1>", "Ann  <h1>body</h1>"),
    ("Ann\0Lee", "Ann Lee"),
    ("Ann\u{2028}Bcc: x@example.org\u{85}", "Ann Bcc: x@example.org"),
    ("=?utf-8?q?x?=", "=?utf-8?q?x?="),
    ("a =?utf-8?b?eA==?= =?utf-8?b?eA==?= b", "a =?utf-8?b?eA==?= =?utf-8?b?eA==?= b"),
    ("\u{202e}gro.elpmaxe\u{202c}", "gro.elpmaxe"),
];

#[test]
fn every_name_and_subject_arrives_as_it_was_written() {
    let mut python = Python::start();
    let long = "Spring is here and 春が来た; ".repeat(150);
    let words = "Spring is here and ".repeat(250);
    let run = "x".repeat(5000);
    let plain = SCRIPTS.into_iter().map(|text| (text, text));
    let long = [&long, &words, &run].map(|text| (text.trim(), text.trim()));
    for (given, expected) in plain.chain(HOSTILE).chain(long) {
        let bytes = write(&frame(), given, given, "<p>x</p>", "x");
        assert_well_formed(&bytes);
        let (by_python, by_mail_parser) = (python.read(&bytes), read(&bytes));
        assert_eq!(by_mail_parser.subject, expected);
        assert_eq!(by_python.subject, expected);
        let to = (expected.to_owned(), "ann@example.org".to_owned());
        assert_eq!(by_mail_parser.to, [to]);
        assert_eq!(by_python.to.len(), 1);
        assert_eq!(by_python.to[0].1, "ann@example.org");
        // Before 3.13 Python shows the white space between two encoded-words
        // of a name, and makes one of two spaces: fine where words end at spaces.
        if expected.contains(' ') {
            assert_eq!(single_spaced(&by_python.to[0].0), single_spaced(expected));
        }
    }
}

#[test]
fn every_header_stands_once_and_says_what_it_should() {
    let from = mailbox("Society of the River Path", "news@example.org");
    let reply_to = mailbox("Küche", "kitchen@example.org");
    let frame = Frame::new(&FrameParts {
        reply_to: Some(&reply_to),
        list_name: Some("River Path News"),
        language: Some("en-GB"),
        headers: vec![("X-Campaign".into(), "spring".into())],
        ..parts(&from)
    })
    .expect("all names are tokens");
    let url = format!("<https://example.org/leave/{}>", "t".repeat(120));
    let headers = [
        ("List-Unsubscribe", format!("{url}, <mailto:leave@example.org?subject=leave>")),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned()),
    ];
    let to = mailbox("Ann", "ann@example.org");
    let mail = Mail {
        to: &to,
        subject: "Spring",
        html: "<p>x</p>",
        text: "x",
        headers: &headers,
        invites: &[],
    };
    let mut bytes = Vec::new();
    frame.write(&mail, DATE, &mut bytes);
    assert_well_formed(&bytes);

    let reading = Python::start().read(&bytes);
    let expected = [
        ("Date", "Tue, 10 Mar 2026 09:00:00 +0000"),
        ("From", "Society of the River Path <news@example.org>"),
        ("Reply-To", "Küche <kitchen@example.org>"),
        ("To", "Ann <ann@example.org>"),
        ("Subject", "Spring"),
        (
            "Message-ID",
            &message_id(&Tokens::new(&[7; 32]), "spring-2026", &to.address, "example.org"),
        ),
        ("List-Id", "River Path News <river-path-news.example.org>"),
        ("Feedback-ID", "spring-2026:newsletter:8cd955336c97"),
        ("X-Auto-Response-Suppress", "OOF, AutoReply"),
        ("Content-Language", "en-GB"),
        ("X-Campaign", "spring"),
        ("List-Unsubscribe", &headers[0].1),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ("MIME-Version", "1.0"),
    ];
    let names: Vec<(&str, &str)> =
        reading.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(names[..14], expected);
    assert_eq!(names[14].0, "Content-Type");
    assert_eq!(names.len(), 15);
    assert_eq!(reading.timestamp, DATE);
}

#[test]
fn attachments_and_images_arrive_byte_for_byte_under_their_names() {
    let all_bytes: Vec<u8> = (0..=255).cycle().take(10_000).collect();
    let long = format!("{}.pdf", "報告書 ".repeat(40));
    let names =
        ["plain.pdf", "two  words, \"quoted\" \\.csv", "März 2026.pdf", "تقرير.docx", &long];
    let image = InlineImage::new("logo ☀.png", all_bytes.clone(), "logo@handbill");
    let html = format!("<img src=\"cid:{}\">", image.content_id());
    let from = mailbox("News", "news@example.org");
    for (images, files) in [(false, false), (true, false), (false, true), (true, true)] {
        let attachments = names
            .iter()
            .enumerate()
            .map(|(size, name)| Attachment {
                name: (*name).to_owned(),
                bytes: all_bytes[..size * 57].to_vec(),
            })
            .filter(|_| files)
            .collect();
        let inline_images = if images { vec![image.clone()] } else { vec![] };
        let frame = Frame::new(&FrameParts { attachments, inline_images, ..parts(&from) })
            .expect("no headers of its own");
        let bytes = write(&frame, "Ann", "Hello", &html, "hello");
        assert_well_formed(&bytes);

        let mut expected = vec![];
        if images {
            expected.push(("logo ☀.png".to_owned(), all_bytes.clone()));
        }
        if files {
            let sized = names.iter().enumerate();
            expected.extend(sized.map(|(at, n)| (n.to_string(), all_bytes[..at * 57].to_vec())));
        }
        for reading in [Python::start().read(&bytes), read(&bytes)] {
            assert_eq!(reading.files, expected);
            assert_eq!((reading.text.as_str(), reading.html.as_str()), ("hello", html.as_str()));
            assert_eq!(reading.content_ids.contains(&image.content_id().to_owned()), images);
        }
        let structure = Python::start().read(&bytes).structure;
        let letter = if images {
            "alternative[text/plain,related[text/html,image/png]]"
        } else {
            "alternative[text/plain,text/html]"
        };
        if files {
            assert!(
                structure.starts_with(&format!("mixed[{letter},application/pdf,")),
                "{structure}"
            );
        } else {
            assert_eq!(structure, letter);
        }
    }
}

#[test]
fn a_real_newsletter_arrives_as_it_was_written() {
    let html = format!(
        "<!doctype html>\n<html><body>\n{}</body></html>\n",
        "<p style=\"margin: 0\">Grüße = <a href=\"https://example.org/?a=b&amp;c=d\">x</a> </p>\n"
            .repeat(400)
    );
    let text = "From the path: grüße.\n.\n\n-- \nA very long line ".repeat(300);
    let bytes = write(&frame(), "Ann", "Hello", &html, &text);
    assert_well_formed(&bytes);
    for reading in [Python::start().read(&bytes), read(&bytes)] {
        assert_eq!(reading.html, html.replace('\n', "\r\n"));
        assert_eq!(reading.text, text.replace('\n', "\r\n"));
    }
}

#[test]
fn the_same_mail_gives_the_same_bytes_and_another_reader_another_message_id() {
    let mut buffer = b"left over from another mail".to_vec();
    let to = mailbox("Ann", "ann@example.org");
    let mail =
        Mail { to: &to, subject: "s", html: "<p>x</p>", text: "x", headers: &[], invites: &[] };
    frame().write(&mail, DATE, &mut buffer);
    let first = write(&frame(), "Ann", "s", "<p>x</p>", "x");
    assert_eq!(first, buffer);

    frame().write(&mail, DATE + 86_400, &mut buffer);
    let without_date = |bytes: &[u8]| {
        let end = bytes.iter().position(|byte| *byte == b'\n').expect("a first line");
        assert!(bytes.starts_with(b"Date: "));
        bytes[end..].to_vec()
    };
    assert_eq!(without_date(&first), without_date(&buffer), "only the date differs");

    let bea = mailbox("Ann", "bea@example.org");
    frame().write(&Mail { to: &bea, ..mail }, DATE, &mut buffer);
    assert_ne!(read(&first).message_id, read(&buffer).message_id);
    assert_eq!(frame().message_id(&bea), format!("<{}>", read(&buffer).message_id));
}

#[test]
fn an_address_beyond_ascii_is_written_as_it_is_and_asks_for_smtputf8() {
    let to = mailbox("Δοκιμή", "δοκιμή@παράδειγμα.test");
    let mail =
        Mail { to: &to, subject: "s", html: "<p>x</p>", text: "x", headers: &[], invites: &[] };
    let mut bytes = Vec::new();
    frame().write(&mail, DATE, &mut bytes);
    assert!(frame().needs_smtputf8(&to));
    assert!(!frame().needs_smtputf8(&mailbox("Δοκιμή", "ann@παράδειγμα.test")));
    let text = String::from_utf8(bytes.clone()).expect("UTF-8");
    assert!(text.contains(" <δοκιμή@xn--hxajbheg2az3al.test>\r\n"), "{text}");
    assert_eq!(read(&bytes).to[0].1, to.address.as_str());
}

#[test]
fn headers_that_would_break_a_mail_or_show_a_reader_are_refused() {
    let from = mailbox("News", "news@example.org");
    let code = |names: &[&str]| {
        let headers = names.iter().map(|name| ((*name).to_owned(), "x".to_owned())).collect();
        Frame::new(&FrameParts { headers, ..parts(&from) })
            .err()
            .map(|findings| findings.iter().map(|finding| finding.code).collect::<Vec<_>>())
    };
    assert_eq!(code(&["X-Campaign", "Organization"]), None);
    assert_eq!(code(&["X: y\r\nBcc"]), Some(vec!["bad-header-name"]));
    assert_eq!(code(&["", "X Y", "É"]), Some(vec!["bad-header-name"; 3]));
    assert_eq!(
        code(&["bcc", "content-type", "Message-Id", "Resent-To"]),
        Some(vec!["reserved-header"; 4])
    );
    // What every mail has, or none may have.
    assert_eq!(code(&["Precedence", "X-Auto-Response-Suppress"]), Some(vec!["reserved-header"; 2]));
    assert_eq!(code(&["X-A", "x-a"]), Some(vec!["repeated-header"]));
}

#[test]
fn a_mail_cannot_bring_a_header_that_the_frame_would_refuse() {
    let from = mailbox("News", "news@example.org");
    let headers = vec![("X-Campaign".to_owned(), "spring".to_owned())];
    let frame = Frame::new(&FrameParts { headers, ..parts(&from) }).expect("a token");
    let to = mailbox("Ann", "ann@example.org");
    let names = ["Bcc", "subject", "x-campaign", "X\r\nBcc", "", "X-Mine", "x-mine"];
    let headers = names.map(|name| (name, "x@example.org".to_owned()));
    let mail = Mail { to: &to, subject: "s", html: "", text: "", headers: &headers, invites: &[] };
    let mut bytes = Vec::new();
    frame.write(&mail, DATE, &mut bytes);
    let reading = read(&bytes);
    let extras: Vec<&str> = reading
        .headers
        .iter()
        .map(|(name, _)| name.as_str())
        .filter(|name| name.starts_with("X-") || *name == "Bcc")
        .collect();
    assert_eq!(extras, ["X-Auto-Response-Suppress", "X-Campaign", "X-Mine"]);
    assert_eq!(reading.subject, "s");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_value_adds_a_header_or_breaks_a_line(value in hostile_text()) {
        let tame = read(&write_everywhere("x"));
        let bytes = write_everywhere(&value);
        assert_well_formed(&bytes);
        let reading = read(&bytes);
        prop_assert_eq!(tame.names(), reading.names());
        prop_assert_eq!(reading.to.len(), 1);
        prop_assert_eq!(&reading.to[0].1, "ann@example.org");
    }

    #[test]
    fn any_subject_and_any_text_arrive(subject in hostile_text(), text in hostile_text()) {
        let bytes = write(&frame(), "Ann", &subject, &text, &text);
        assert_well_formed(&bytes);
        let reading = read(&bytes);
        prop_assert_eq!(reading.subject, header_text(&subject));
        prop_assert_eq!(&reading.text, &body_text(&text));
        prop_assert_eq!(&reading.html, &body_text(&text));
    }
}

#[test]
fn python_too_reads_any_text_and_finds_nothing_odd() {
    let mut python = Python::start();
    let config = ProptestConfig { cases: 200, failure_persistence: None, ..Default::default() };
    let mut runner = proptest::test_runner::TestRunner::new(config);
    let values = (hostile_text(), hostile_text());
    let python = std::cell::RefCell::new(&mut python);
    let outcome = runner.run(&values, |(subject, text)| {
        let reading = python.borrow_mut().read(&write(&frame(), "Ann", &subject, &text, &text));
        prop_assert_eq!(reading.subject, header_text(&subject));
        prop_assert_eq!(&reading.text, &body_text(&text));
        prop_assert_eq!(&reading.html, &body_text(&text));
        Ok(())
    });
    outcome.expect("python reads what was written");
}

/// Text of all that may make trouble, in pieces long enough to reach a line's end.
fn hostile_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[ -~]{0,90}",
        2 => "\\PC{0,30}",
        1 => any::<String>(),
        3 => prop::sample::select(vec![
            "\r\n", "\n", "\r", "\0", " \n", "\t\r\n", "=?utf-8?q?x?=", "?=", "=", " ", "  ",
            "\r\nBcc: x@example.org\r\n", "From ", "\r\n.\r\n", "\u{202e}", "\u{2028}", "é",
            "👩‍🌾", "\"", "\\", "<", ">", ",", "--=_letter",
        ]).prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

/// What a text amounts to in a header.
fn header_text(text: &str) -> String {
    let kept: String = text
        .trim()
        .replace("\r\n", "\n")
        .chars()
        .filter(|c| !handbill::address::is_bidi_control(*c))
        .map(|c| if c.is_control() || "\u{2028}\u{2029}".contains(c) { ' ' } else { c })
        .collect();
    kept.trim().to_owned()
}

/// What a text amounts to in a body.
fn body_text(text: &str) -> String {
    let text: String = text.replace("\r\n", "\n").replace('\r', "\n");
    let kept = text.chars().filter(|c| !c.is_ascii_control() || "\n\t".contains(*c));
    kept.collect::<String>().replace('\n', "\r\n")
}

fn single_spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn mailbox(name: &str, address: &str) -> Mailbox {
    let address = Address::parse(address).expect("a valid address");
    Mailbox { name: Some(name.to_owned()), address }
}

fn parts(from: &Mailbox) -> FrameParts<'_> {
    FrameParts {
        tokens: Tokens::new(&[7; 32]),
        from,
        reply_to: None,
        campaign_id: "spring-2026",
        list_name: None,
        language: None,
        attachments: vec![],
        inline_images: vec![],
        headers: vec![],
    }
}

fn frame() -> Frame {
    let from = mailbox("River Path News", "news@example.org");
    Frame::new(&parts(&from)).expect("no headers of its own")
}

fn write(frame: &Frame, name: &str, subject: &str, html: &str, text: &str) -> Vec<u8> {
    let to = mailbox(name, "ann@example.org");
    let mut bytes = Vec::new();
    frame.write(
        &Mail { to: &to, subject, html, text, headers: &[], invites: &[] },
        DATE,
        &mut bytes,
    );
    bytes
}

/// A message with the same value in every place that takes one.
fn write_everywhere(value: &str) -> Vec<u8> {
    let from = mailbox(value, "news@example.org");
    let frame = Frame::new(&FrameParts {
        tokens: Tokens::new(&[7; 32]),
        from: &from,
        reply_to: Some(&from),
        campaign_id: value,
        list_name: Some(value),
        language: Some(value),
        attachments: vec![Attachment { name: value.to_owned(), bytes: value.into() }],
        inline_images: vec![InlineImage::new(value, value.into(), "x@handbill")],
        headers: vec![("X-Note".to_owned(), value.to_owned())],
    })
    .expect("the names are tokens");
    let to = mailbox(value, "ann@example.org");
    let headers = [("List-Unsubscribe", value.to_owned())];
    let mail =
        Mail { to: &to, subject: value, html: value, text: value, headers: &headers, invites: &[] };
    let mut bytes = Vec::new();
    frame.write(&mail, DATE, &mut bytes);
    bytes
}

/// What holds for every message: CRLF at every line's end and nowhere else,
/// no line over 998 bytes, no header line of nothing but white space, no
/// header line over 78 that could have been folded, seven bits, no controls.
fn assert_well_formed(bytes: &[u8]) {
    let text = std::str::from_utf8(bytes).expect("ASCII");
    assert!(text.is_ascii());
    let lines: Vec<&str> = text.strip_suffix("\r\n").expect("a last CRLF").split("\r\n").collect();
    for line in &lines {
        assert!(!line.contains(|c: char| c.is_control() && c != '\t'), "{line:?}");
        assert!(line.len() <= 998, "{line:?}");
    }
    for line in lines.iter().take_while(|line| !line.is_empty()) {
        assert!(!line.trim().is_empty(), "an empty folded line");
        let words = line.split_once(": ").map_or(line.trim_start(), |(_, value)| value);
        assert!(line.len() <= 78 || !words.contains(' '), "{line:?} could be folded");
    }
}
