//! Headers as providers and the standards want them, in whatever a campaign asks for.

use std::collections::BTreeMap;

use crate::desk::{Desk, SETTINGS};

const RSA: &str = include_str!("../fixtures/keys/rsa.pem");
const ED25519: &str = include_str!("../fixtures/keys/ed25519.pem");
const KEYS: &str = "\n[[dkim]]\ndomain = \"example.org\"\nselector = \"r1\"\nkey = \"rsa.pem\"\n\
    [[dkim]]\ndomain = \"example.org\"\nselector = \"e1\"\nkey = \"ed25519.pem\"\n";
/// Once in every mail: RFC 5322 §3.6, RFC 2045 §4, RFC 2919 §3, RFC 2369 §3.
const ONCE: [&str; 11] = [
    "content-type",
    "date",
    "feedback-id",
    "from",
    "list-id",
    "list-unsubscribe",
    "message-id",
    "mime-version",
    "subject",
    "to",
    "x-auto-response-suppress",
];
/// Once or not at all.
const AT_MOST_ONCE: [&str; 4] =
    ["content-language", "content-transfer-encoding", "list-unsubscribe-post", "reply-to"];

/// Whatever a campaign may be.
const CAMPAIGNS: [&str; 6] = [
    "subject: Plain\n---\nHi\n",
    "subject: \"{{ first_name }}\"\n---\nDear {{ first_name }}\n",
    "subject: Signed\nfrom: Maya Levin <maya@example.org>\nreply_to: Office <office@example.org>\nlang: de\n---\nHi\n",
    "subject: \"Grüße, 報告書 and a subject that is long enough to be folded, and folded again\"\npreheader: x\n---\nHi\n",
    "subject: Files\nattachments: [plan.txt]\n---\n![The weir](weir.png)\n",
    "subject: Event\n---\n{{<event title=\"Evening\" start=\"2027-06-15 18:30 Europe/Berlin\" length={90} where=\"Mill\"/>}}\n",
];

/// The headers of a message, names in lower case, values unfolded.
fn headers(message: &str) -> Vec<(String, String)> {
    let (head, _) = message.split_once("\r\n\r\n").expect("a head and a body");
    let mut headers: Vec<(String, String)> = Vec::new();
    for line in head.split("\r\n") {
        if let Some((_, value)) = headers.last_mut().filter(|_| line.starts_with([' ', '\t'])) {
            value.push_str(line);
        } else {
            let (name, value) = line.split_once(':').expect("a name");
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    headers
}

/// Every campaign's mail to a reader who would like to add a header, in projects of every kind.
fn mails() -> Vec<String> {
    let url = SETTINGS.replace("mailto", "url = \"https://example.org/u/\"\nmailto");
    let mut mails = Vec::new();
    for settings in [SETTINGS.to_owned(), format!("{SETTINGS}{KEYS}"), format!("{url}{KEYS}")] {
        let mut desk = Desk::new()
            .settings(&settings)
            .file("rsa.pem", RSA)
            .file("ed25519.pem", ED25519)
            .file("campaigns/plan.txt", "A plan\n")
            .file("campaigns/weir.png", b"\x89PNG\r\n\x1a\n")
            .list("email,first_name\nann@example.org,\"Ann\r\nBcc: x@example.org\r\nFrom: y@example.org\"\n");
        for (number, campaign) in CAMPAIGNS.iter().enumerate() {
            desk = desk.file(&format!("campaigns/c{number}.md"), format!("---\n{campaign}"));
        }
        for number in 0..CAMPAIGNS.len() {
            let line = format!("render campaigns/c{number}.md --for ann@example.org --as eml");
            mails.push(desk.run(&line).ends(0).out.clone());
        }
    }
    mails
}

#[test]
fn every_single_header_stands_once_in_every_campaign() {
    for mail in mails() {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for (name, _) in headers(&mail) {
            *counts.entry(name).or_default() += 1;
        }
        for name in ONCE {
            assert_eq!(counts.remove(name), Some(1), "{name}: {mail}");
        }
        for name in AT_MOST_ONCE {
            assert!(counts.remove(name).is_none_or(|count| count == 1), "{name}: {mail}");
        }
        counts.remove("dkim-signature");
        // Neither Precedence nor Auto-Submitted, Cc, Bcc or Sender, nor anything else.
        assert!(counts.is_empty(), "{counts:?}");
    }
}

#[test]
fn gmail_counts_complaints_by_campaign_and_by_sender() {
    let ids: Vec<String> = mails()
        .iter()
        .flat_map(|mail| headers(mail))
        .filter_map(|(name, value)| (name == "feedback-id").then_some(value))
        .collect();
    let sender = ids[0].rsplit(':').next().expect("a sender").to_owned();
    // Five to fifteen characters, the same in all mails (support.google.com/a/answer/6254652).
    assert!((5..=15).contains(&sender.len()), "{sender}");
    for (number, id) in ids.iter().enumerate() {
        let campaign = format!("c{}", number % CAMPAIGNS.len());
        assert_eq!(*id, format!("{campaign}:newsletter:{sender}"));
    }
}

#[test]
fn a_note_of_absence_is_not_wanted_and_a_bounce_is() {
    for mail in mails() {
        let all = headers(&mail);
        let value = all.iter().find(|(name, _)| name == "x-auto-response-suppress");
        let words: Vec<&str> = value.expect("it stands there").1.split(", ").collect();
        assert_eq!(words, ["OOF", "AutoReply"], "neither DR nor NDR, which `bounces` reads");
    }
}

#[test]
fn signatures_go_over_what_matters_and_nobody_can_add_to_it() {
    const SIGNED: [&str; 13] = [
        "from",
        "to",
        "cc",
        "subject",
        "date",
        "message-id",
        "reply-to",
        "mime-version",
        "content-type",
        "content-transfer-encoding",
        "list-id",
        "list-unsubscribe",
        "list-unsubscribe-post",
    ];
    // What a list or a server on the way may add itself, and does no harm.
    const NOT_SEALED: [&str; 4] = ["mime-version", "list-id", "feedback-id", "dkim-signature"];
    for mail in mails() {
        let all = headers(&mail);
        let count = |wanted: &str| all.iter().filter(|(name, _)| name == wanted).count();
        for (_, signature) in all.iter().filter(|(name, _)| name == "dkim-signature") {
            let list = signature.split("h=").nth(1).and_then(|rest| rest.split(';').next());
            let signed: Vec<String> = list
                .expect("a list")
                .split(':')
                .map(|name| name.trim().to_ascii_lowercase())
                .collect();
            let times = |wanted: &str| signed.iter().filter(|name| *name == wanted).count();
            for name in SIGNED {
                let more = usize::from(!NOT_SEALED.contains(&name));
                assert!(times(name) >= count(name) + more, "{name}: {signature}");
            }
            assert_eq!(times("feedback-id"), 1);
        }
    }
}

#[test]
fn a_token_stands_behind_the_slash_of_its_address_also_where_nobody_wrote_one() {
    let link = |url: &str| {
        let settings =
            SETTINGS.replace("mailto = \"leave@example.org\"", &format!("url = \"{url}\""));
        let desk = Desk::new().settings(&settings);
        let message = desk.run("render campaigns/spring.md --as eml").ends(0).out;
        let headers = headers(&message);
        let (_, link) =
            headers.iter().find(|(name, _)| name == "list-unsubscribe").expect("a way to leave");
        let length = link.len() - "<>".len();
        (link[1..=url.len() + 1].to_owned(), length)
    };
    for (url, wanted) in [
        ("https://example.org/u", "https://example.org/u/"),
        ("https://example.org/u/", "https://example.org/u/"),
        ("https://example.org", "https://example.org/"),
    ] {
        let (start, length) = link(url);
        assert!(
            start.starts_with(wanted) && length == wanted.len() + 32,
            "{url}: {start} {length}"
        );
    }
    let (start, length) = link("https://example.org/?t=");
    assert!(start.starts_with("https://example.org/?t=") && length == 23 + 32, "{start} {length}");
}
