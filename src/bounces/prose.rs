//! Bounces that keep to no standard, by their text: qmail, Exim, Postfix,
//! sendmail, `OpenSMTPD`, Exchange, Domino, and whoever writes as they do. They
//! name an address at the beginning of a line, and what was said about it
//! behind or beneath it.

use super::parts::Parts;
use super::reply::Said;
use super::{Entry, RECIPIENTS_MAX, Verdict, automatic, verdict};

/// Who reports: the local part of the address that a bounce comes from.
const DAEMONS: &[&str] = &[
    "mailer-daemon",
    "mailerdaemon",
    "mail-daemon",
    "maildaemon",
    "mdaemon",
    "postmaster",
    "post_master",
    "mailer",
];

/// What subjects of bounces have in them.
const SUBJECTS: &[&str] = &[
    "undeliver",
    "undelivered",
    "non-deliver",
    "nondeliver",
    "not delivered",
    "bounce notification",
    "error sending your mail",
    "delivery fail",
    "delivery status",
    "delivery error",
    "delivery problem",
    "delivery report",
    "delivery notification",
    "delivery has failed",
    "failed delivery",
    "failure delivery",
    "failure notice",
    "failed mail",
    "mail failure",
    "mail delivery",
    "message delivery",
    "mail system error",
    "mail could not be delivered",
    "returned mail",
    "returned message",
    "returned to sender",
    "message status",
    "message you sent",
    "could not send",
    "not member",
    "unzustellbar",
    "nicht zugestellt",
    "fehlgeschlagen",
    "non remis",
    "échec de",
    "no se puede entregar",
    "impossibile recapitare",
    "недостав",
    "не доставлено",
    "配信不能",
    "配信エラー",
];

/// How their texts begin.
const OPENINGS: &[&str] = &[
    "hi. this is the",
    "this is the mail",
    "this is the postfix",
    "this message was created automatically by mail",
    "this is an automatically generated delivery",
    "could not be delivered",
    "couldn't be delivered",
    "was not delivered",
    "wasn't delivered",
    "has not been delivered",
    "unable to deliver",
    "unable to be delivered",
    "delivery failed",
    "delivery to the following",
    "failed permanently",
    "had permanent fatal errors",
    "had permanent delivery errors",
    "had delivery problems",
    "did not reach the following",
    "did not receive this message",
    "are not a member of this mailing list",
];

/// What it says while it is still being tried.
const TRYING: &[&str] = &[
    "not yet been delivered",
    "delivery attempts will continue",
    "will keep trying",
    "still trying",
    "warning message only",
    "you do not need to resend",
];

/// What a bounce says of each recipient, if the mail is one.
pub(super) fn entries(parts: &Parts) -> Option<Vec<Entry>> {
    let local = parts.from.as_deref().and_then(|from| from.split('@').next()).unwrap_or("");
    let is_daemon = DAEMONS.iter().any(|daemon| local.eq_ignore_ascii_case(daemon));
    let is_told = parts.header("X-Failed-Recipients").is_some();
    let subject = parts.subject.to_lowercase();
    let text = human(parts).to_lowercase();
    let opening = &text[..text.floor_char_boundary(2000)];
    let reads_so = SUBJECTS.iter().any(|words| subject.contains(words))
        || OPENINGS.iter().any(|words| opening.contains(words));
    // A postmaster may be on holiday too.
    let is_sure = is_told || reads_so || is_daemon && !automatic::is_reply(parts);
    let is_bounce = is_sure || local.eq_ignore_ascii_case("mailer-daemon");
    if !is_bounce {
        return None;
    }
    let is_trying = TRYING.iter().any(|words| text.contains(words));
    let recipients = recipients(parts);
    let entry = |recipient: Option<&String>| {
        let said = about(parts, recipient.map(String::as_str));
        // Google Groups has the same words, in the language of the one who wrote,
        // for a group that is not there and for one that takes no mail of theirs.
        let is_group = recipient.is_some_and(|to| to.ends_with("@googlegroups.com"));
        let verdict = match verdict::of(&said) {
            _ if is_group && said.code.is_none() => Verdict::Sender,
            Some(Verdict::Hard) if is_trying => Verdict::Soft,
            Some(verdict) => verdict,
            None if is_told || is_daemon && reads_so => Verdict::Soft,
            None if (is_daemon || reads_so) && parts.has_returned => Verdict::Soft,
            None => return None,
        };
        Some(Entry { verdict, recipient: recipient.cloned(), aliases: Vec::new(), said })
    };
    let entries: Vec<Entry> = match recipients.as_slice() {
        [] => entry(None).into_iter().collect(),
        all => all.iter().filter_map(|recipient| entry(Some(recipient))).collect(),
    };
    (!entries.is_empty()).then_some(entries)
}

/// Whom a text is about, by the surest way in which it names anybody.
pub(super) fn recipients(parts: &Parts) -> Vec<String> {
    let own: Vec<String> =
        parts.header("To").into_iter().chain(parts.from.as_deref()).flat_map(addresses).collect();
    let text = human(parts);
    let told =
        parts.header("X-Failed-Recipients").map(|value| addresses(value).collect::<Vec<_>>());
    let beginning = || text.lines().filter_map(at_beginning).map(|(address, _)| address).collect();
    let in_lines = |words: &'static [&'static str]| {
        let named = |line: &&str| {
            let line = line.to_lowercase();
            words.iter().any(|words| line.contains(words))
        };
        text.lines().filter(named).filter_map(|line| addresses(line).last()).collect()
    };
    let ways: [&dyn Fn() -> Vec<String>; 5] = [
        &|| told.clone().unwrap_or_default(),
        &beginning,
        &|| {
            in_lines(&["rcpt to", "delivered to", "addressed to", "recipient", "following address"])
        },
        &|| parts.returned_to.clone(),
        &|| addresses(&text).collect(),
    ];
    for (way, find) in ways.iter().enumerate() {
        let mut found: Vec<String> = Vec::new();
        for address in find() {
            let is = |known: &String| known.eq_ignore_ascii_case(&address);
            // A server may well say itself to whom it did not deliver.
            let is_own = way > 0 && own.iter().any(is);
            if !is_own && !found.iter().any(is) && found.len() < RECIPIENTS_MAX {
                found.push(address);
            }
        }
        if way > 1 {
            found.truncate(1);
        }
        if !found.is_empty() {
            return found;
        }
    }
    Vec::new()
}

/// What a text says about somebody: from where it names them to where it
/// names the next one, or else the whole of it.
pub(super) fn about(parts: &Parts, recipient: Option<&str>) -> Said {
    let text = human(parts);
    near(&text, recipient).unwrap_or_else(|| Said::read(&text))
}

/// The same, without the whole, in which much stands that is no reply.
pub(super) fn quoted(parts: &Parts, recipient: Option<&str>) -> Option<Said> {
    near(&human(parts), recipient)
}

fn near(text: &str, recipient: Option<&str>) -> Option<Said> {
    let wanted = recipient.map(str::to_lowercase);
    let mut chunk = String::new();
    let mut is_inside = false;
    for line in text.lines() {
        if let (Some(wanted), Some((address, behind))) = (&wanted, at_beginning(line)) {
            is_inside = address.to_lowercase() == *wanted;
            if is_inside {
                chunk.push_str(behind);
                chunk.push('\n');
                continue;
            }
        }
        if is_inside {
            chunk.push_str(line);
            chunk.push('\n');
        }
    }
    // A stretch of text ends where the next paragraph does, if that is enough.
    let paragraph = chunk.split("\n\n").next().unwrap_or_default();
    for text in [paragraph, &chunk, &replies(text)] {
        let said = Said::read(text);
        if !text.is_empty() && (verdict::has_words(&said) || said.is_specific()) {
            return Some(said);
        }
    }
    None
}

/// The lines in which a server is quoted, as sendmail, Exchange and others do.
fn replies(text: &str) -> String {
    let is_reply = |line: &&str| {
        let line = line.trim_start_matches(['>', ' ', '\t']);
        line.starts_with("<<<")
            || line.to_lowercase().contains("reason:")
            || line.to_lowercase().contains("returned '")
            || line.starts_with('#')
            || Said::read(line.get(..12).unwrap_or(line)).code.is_some()
    };
    text.lines().filter(is_reply).collect::<Vec<_>>().join("\n")
}

/// The text, without the marks of a reply.
fn human(parts: &Parts) -> String {
    let mut human = String::new();
    for text in &parts.texts {
        for line in text.lines() {
            let bare = line.trim_start_matches("> ").trim_end();
            human.push_str(bare);
            human.push('\n');
        }
    }
    human
}

/// The address that a line begins with, and what stands behind it.
fn at_beginning(line: &str) -> Option<(String, &str)> {
    let bare = line.trim_start_matches(|c: char| c.is_whitespace() || "<>*\"'-•".contains(c));
    let end = bare.find(|c: char| !is_in_address(c)).unwrap_or(bare.len());
    let address = as_address(&bare[..end])?;
    let behind = &bare[end..];
    let goes_on =
        behind.is_empty() || behind.starts_with([':', '>', ' ', ';', '(', ',', '\t', '"']);
    goes_on.then(|| (address, behind.trim_start_matches(['>', ':', '"', ' '])))
}

/// Every address in a text.
pub(super) fn addresses(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|c: char| !is_in_address(c)).filter_map(as_address)
}

fn is_in_address(c: char) -> bool {
    c.is_alphanumeric() || "@.!#$%&'*+/=?^_`{|}~-".contains(c)
}

fn as_address(word: &str) -> Option<String> {
    let word = word.trim_matches(|c: char| ".'`*=".contains(c));
    let (local, domain) = word.split_once('@')?;
    let is_domain = domain.contains('.')
        && domain.chars().all(|c| c.is_alphanumeric() || c == '.' || c == '-')
        && !domain.starts_with('.');
    (!local.is_empty() && is_domain && word.len() < 320).then(|| word.to_owned())
}
