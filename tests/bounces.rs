//! Bounces, complaints and auto-replies as they really come: the corpus of
//! `sisimai/set-of-emails` (BSD 2-Clause, `tests/fixtures/bounces/LICENSE`)
//! with what Sisimai makes of each.

use std::fs;
use std::path::Path;

use handbill::bounces::{self, Verdict};

/// Labels that are wrong, with the reason.
const EXCEPTIONS: [(&str, &str, &str); 3] = [
    (
        "lhost-postfix-13.eml",
        "hard",
        "`5.2.1 User Unknown` is about this recipient; the label has the reply about the other one",
    ),
    (
        "lhost-postfix-80.eml",
        "sender",
        "`550 5.1.0 MailFrom domain is listed in Spamhaus` is not about the reader",
    ),
    ("not-a-bounce-2.eml", "soft", "it gives back a mail, with `reject reason: Mailbox full`"),
];

struct Label {
    file: String,
    verdict: String,
    recipient: String,
}

fn labels(folder: &Path) -> Vec<Label> {
    let text = fs::read_to_string(folder.join("labels.tsv")).expect("labels");
    let label = |line: &str| {
        let cells: Vec<&str> = line.split('\t').collect();
        let told = EXCEPTIONS.iter().find(|(file, ..)| *file == cells[0]);
        Label {
            file: cells[0].to_owned(),
            verdict: told.map_or(cells[1], |(_, verdict, _)| verdict).to_owned(),
            recipient: unquoted(cells.get(5).unwrap_or(&"")),
        }
    };
    text.lines().skip(1).map(label).collect()
}

/// A cell as CSV writes it.
fn unquoted(cell: &str) -> String {
    let inner = cell.strip_prefix('"').and_then(|cell| cell.strip_suffix('"'));
    inner.map_or_else(|| cell.to_owned(), |inner| inner.replace("\"\"", "\""))
}

#[test]
#[allow(clippy::print_stdout, clippy::cast_precision_loss, reason = "a report of small counts")]
fn real_bounces_are_read_rightly() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/bounces");
    let folder = std::env::var_os("BOUNCES").map_or(folder, Into::into);
    let (mut clear, mut agreed, mut named, mut with_name) = (0, 0, 0, 0);
    let (mut hard, mut hard_rightly) = (0, 0);
    let mut missed = Vec::new();
    for label in labels(&folder) {
        let bytes = fs::read(folder.join(&label.file)).expect("a mail");
        let reading = bounces::read(&bytes);
        let is_the_one = |entry: &&bounces::Entry| {
            entry.recipient.as_ref().is_some_and(|is| is.eq_ignore_ascii_case(&label.recipient))
        };
        let found = reading.entries.iter().find(is_the_one);
        let entry = found.unwrap_or(&reading.entries[0]);
        let verdict = entry.verdict.as_str();
        if label.verdict == "unclear" {
            println!("unclear: {} is {verdict}: {}", label.file, short(&entry.said.text));
            continue;
        }
        clear += 1;
        agreed += usize::from(verdict == label.verdict);
        hard += usize::from(verdict == "hard");
        hard_rightly += usize::from(verdict == "hard" && label.verdict == "hard");
        let is_named = found.is_some();
        if verdict != label.verdict {
            println!(
                "{}: {verdict}, not {}: {:?}",
                label.file,
                label.verdict,
                short(&entry.said.text)
            );
            if ["complaint", "autoreply"].contains(&label.verdict.as_str()) {
                missed.push(label.file.clone());
            }
        }
        if !["", "none"].contains(&label.recipient.as_str()) && label.verdict != "none" {
            with_name += 1;
            named += usize::from(is_named);
            if !is_named {
                println!("{}: {:?}, not {}", label.file, entry.recipient, label.recipient);
            }
        }
    }
    let part = |some: usize, all: usize| some as f64 / all as f64;
    println!(
        "{agreed} of {clear} agree, {hard_rightly} of {hard} hard, {named} of {with_name} named"
    );
    assert!(missed.is_empty(), "complaints and auto-replies: {missed:?}");
    assert!(part(agreed, clear) >= 0.92, "{agreed} of {clear} agree");
    assert!(part(hard_rightly, hard) >= 0.99, "{hard_rightly} of {hard} are hard");
    assert!(part(named, with_name) >= 0.97, "{named} of {with_name} are named");
}

fn short(text: &str) -> &str {
    &text[..text.floor_char_boundary(150)]
}

#[test]
fn cut_and_scrambled_mails_are_read_without_a_stumble() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/bounces");
    for label in labels(&folder).iter().step_by(7) {
        let bytes = fs::read(folder.join(&label.file)).expect("a mail");
        for at in (0..bytes.len().min(6000)).step_by(97) {
            let mut scrambled = bytes.clone();
            scrambled[at] = [0, b'\n', 0xff, b'@'][at % 4];
            assert!(!bounces::read(&scrambled).entries.is_empty());
            assert!(!bounces::read(&bytes[..at]).entries.is_empty());
        }
    }
    assert_eq!(bounces::read(b"").entries[0].verdict, Verdict::None);
}
