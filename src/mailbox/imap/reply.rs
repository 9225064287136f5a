//! What a server says, one whole response at a time, and of that only what
//! matters here. Pure; imap-codec reads the grammar (RFC 3501 §9), which it does
//! with a limit to recursion.

use std::borrow::Cow;

use imap_codec::ResponseCodec;
use imap_codec::decode::Decoder;
use imap_codec::imap_types::core::Vec1;
use imap_codec::imap_types::fetch::MessageDataItem;
use imap_codec::imap_types::response::{
    Bye, Capability, Code, Data, Response, Status, StatusBody, StatusKind,
};

use crate::place::printable;

/// The longest words of a server that are repeated, in characters.
const WORDS: usize = 300;

/// One response.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Reply<'a> {
    /// The end of the command with this tag.
    Done { tag: String, end: End },
    /// It waits for the rest of a command.
    GoOn,
    /// It hangs up, with these words.
    Bye(String),
    /// What it can do.
    Can(Vec<String>),
    /// How many mails there are.
    Exists(u32),
    /// One is gone, and all behind it have moved up.
    Expunge(u32),
    /// The generation of the numbers of mails.
    Generation(u32),
    /// Numbers of mails.
    Found(Vec<u32>),
    /// A mail, or that it has none.
    Mail { uid: u32, bytes: Option<Cow<'a, [u8]>> },
    /// Something else.
    Other,
    /// Nothing that could be understood.
    Gibberish,
}

/// How a command ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct End {
    pub(super) is_ok: bool,
    pub(super) words: String,
    /// What it can do from now on, where it says so.
    pub(super) can: Option<Vec<String>>,
}

/// How a server greets.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Greeting {
    /// A login is next.
    Hello(Option<Vec<String>>),
    /// It knows who we are.
    Known(Option<Vec<String>>),
    /// It wants nothing to do with us.
    Bye(String),
}

/// Reads a response.
pub(super) fn read(bytes: &[u8]) -> Reply<'_> {
    match ResponseCodec::default().decode(bytes) {
        Ok(([], response)) => known(response),
        _ => guessed(bytes),
    }
}

/// Reads the first line of all; `None` if it is none of IMAP's.
pub(super) fn greeting(bytes: &[u8]) -> Option<Greeting> {
    let text = String::from_utf8_lossy(bytes);
    let (word, _) = text.strip_prefix("* ")?.split_once([' ', '\r', '\n'])?;
    let can = || match ResponseCodec::default().decode(bytes) {
        Ok((_, Response::Status(Status::Untagged(StatusBody { code, .. })))) => can(code),
        _ => None,
    };
    match &*word.to_ascii_uppercase() {
        "OK" => Some(Greeting::Hello(can())),
        "PREAUTH" => Some(Greeting::Known(None)),
        "BYE" => Some(Greeting::Bye(words(&text[2 + word.len()..]))),
        _ => None,
    }
}

/// The words of a server, safe to be shown.
fn words(text: &str) -> String {
    text.trim().chars().take(WORDS).map(printable).collect()
}

fn known(response: Response<'_>) -> Reply<'_> {
    match response {
        Response::CommandContinuationRequest(_) => Reply::GoOn,
        Response::Status(Status::Tagged(tagged)) => {
            let StatusBody { kind, code, text } = tagged.body;
            let end =
                End { is_ok: kind == StatusKind::Ok, words: words(text.as_ref()), can: can(code) };
            Reply::Done { tag: tagged.tag.as_ref().to_owned(), end }
        }
        Response::Status(Status::Bye(Bye { text, .. })) => Reply::Bye(words(text.as_ref())),
        Response::Status(Status::Untagged(StatusBody { code, .. })) => match code {
            Some(Code::UidValidity(generation)) => Reply::Generation(generation.get()),
            Some(Code::Capability(can)) => Reply::Can(names(&can)),
            _ => Reply::Other,
        },
        Response::Data(Data::Capability(can)) => Reply::Can(names(&can)),
        Response::Data(Data::Exists(count)) => Reply::Exists(count),
        Response::Data(Data::Expunge(number)) => Reply::Expunge(number.get()),
        Response::Data(Data::Search(uids)) => {
            Reply::Found(uids.into_iter().map(std::num::NonZeroU32::get).collect())
        }
        Response::Data(Data::Fetch { items, .. }) => mail(items),
        Response::Data(_) => Reply::Other,
    }
}

fn mail(items: Vec1<MessageDataItem<'_>>) -> Reply<'_> {
    let (mut number, mut body) = (None, None);
    for item in items {
        match item {
            MessageDataItem::Uid(uid) => number = Some(uid.get()),
            MessageDataItem::BodyExt { section: None, data, .. } => body = Some(data.into_option()),
            _ => {}
        }
    }
    match (number, body) {
        (Some(uid), Some(bytes)) => Reply::Mail { uid, bytes },
        // What it says unasked, such as new flags.
        _ => Reply::Other,
    }
}

fn can(code: Option<Code<'_>>) -> Option<Vec<String>> {
    match code {
        Some(Code::Capability(can)) => Some(names(&can)),
        _ => None,
    }
}

fn names(can: &Vec1<Capability<'_>>) -> Vec<String> {
    can.as_ref().iter().map(|can| can.to_string().to_ascii_uppercase()).collect()
}

/// What a response outside the grammar is for. Words in another language are
/// the most common reason, and what ends a command must not be missed.
fn guessed(bytes: &[u8]) -> Reply<'_> {
    if bytes.first() == Some(&b'+') {
        return Reply::GoOn;
    }
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(4 * WORDS)]).into_owned();
    let mut parts = text.splitn(3, ' ');
    let mut next = || parts.next().unwrap_or_default().trim_end();
    let (tag, word, rest) = (next(), next().to_ascii_uppercase(), next());
    match (tag, &*word) {
        ("*", "BYE") => Reply::Bye(words(rest)),
        ("*", "OK" | "NO" | "BAD") => Reply::Other,
        ("*", _) => Reply::Gibberish,
        (tag, "OK" | "NO" | "BAD") => {
            let end = End { is_ok: word == "OK", words: words(rest), can: None };
            Reply::Done { tag: tag.to_owned(), end }
        }
        _ => Reply::Gibberish,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_matters_is_understood_as_servers_say_it() {
        let done = |is_ok, words: &str, can: Option<&[&str]>| Reply::Done {
            tag: "a1".into(),
            end: End {
                is_ok,
                words: words.into(),
                can: can.map(|can| can.iter().map(|&can| can.to_owned()).collect()),
            },
        };
        let mail = |uid, bytes: Option<&'static [u8]>| Reply::Mail {
            uid,
            bytes: bytes.map(Cow::Borrowed),
        };
        for (said, reply) in [
            ("a1 OK done\r\n", done(true, "done", None)),
            ("a1 OK\r\n", done(true, "", None)),
            ("a1 NO [AUTHENTICATIONFAILED] Nein, \u{1b}[31mso nicht: ü\r\n", {
                done(false, "[AUTHENTICATIONFAILED] Nein, ·[31mso nicht: ü", None)
            }),
            ("a1 OK [CAPABILITY IMAP4rev1 sasl-ir] in\r\n", {
                done(true, "in", Some(&["IMAP4REV1", "SASL-IR"]))
            }),
            ("* CAPABILITY IMAP4rev1 AUTH=PLAIN STARTTLS\r\n", {
                Reply::Can(["IMAP4REV1", "AUTH=PLAIN", "STARTTLS"].map(str::to_owned).into())
            }),
            ("+ \r\n", Reply::GoOn),
            ("+\r\n", Reply::GoOn),
            ("+ idle, ü\r\n", Reply::GoOn),
            ("* BYE too many\r\n", Reply::Bye("too many".into())),
            ("* BYE zu viele, für heute\r\n", Reply::Bye("zu viele, für heute".into())),
            ("* 23 EXISTS\r\n", Reply::Exists(23)),
            ("* 4 EXPUNGE\r\n", Reply::Expunge(4)),
            ("* OK [UIDVALIDITY 3857529045] UIDs valid\r\n", Reply::Generation(3_857_529_045)),
            ("* SEARCH 2 84 882\r\n", Reply::Found(vec![2, 84, 882])),
            ("* SEARCH\r\n", Reply::Found(Vec::new())),
            ("* SEARCH \r\n", Reply::Found(Vec::new())),
            ("* 1 FETCH (UID 7 BODY[]<0> {3}\r\na\r\n)\r\n", mail(7, Some(b"a\r\n"))),
            ("* 1 FETCH (FLAGS (\\Seen) BODY[]<0> \"a\" UID 7)\r\n", mail(7, Some(b"a"))),
            ("* 1 FETCH (UID 7 BODY[]<0> NIL)\r\n", mail(7, None)),
            ("* 1 FETCH (UID 7 FLAGS (\\Seen))\r\n", Reply::Other),
            ("* FLAGS (\\Answered)\r\n", Reply::Other),
            ("* OK [HIGHESTMODSEQ 5] x\r\n", Reply::Other),
            ("* OK ü\r\n", Reply::Other),
            ("* 1 FETCH (INTERNALDATE NIL)\r\n", Reply::Gibberish),
            ("* 4294967297 EXISTS\r\n", Reply::Gibberish),
            ("hello\r\n", Reply::Gibberish),
            ("\r\n", Reply::Gibberish),
        ] {
            assert_eq!(read(said.as_bytes()), reply, "{said:?}");
        }
    }

    #[test]
    fn a_reply_that_is_nested_without_end_is_no_danger() {
        let nested = format!("* 1 FETCH (BODYSTRUCTURE {}\r\n", "(".repeat(1 << 20));
        assert_eq!(read(nested.as_bytes()), Reply::Gibberish);
    }

    #[test]
    fn a_greeting_is_told_from_what_is_none() {
        let can = Some(vec!["IMAP4REV1".to_owned(), "SASL-IR".to_owned()]);
        for (said, read) in [
            ("* OK [CAPABILITY IMAP4rev1 SASL-IR] hi\r\n", Some(Greeting::Hello(can))),
            ("* OK ü\r\n", Some(Greeting::Hello(None))),
            ("* PREAUTH hi\r\n", Some(Greeting::Known(None))),
            ("* BYE no\r\n", Some(Greeting::Bye("no".into()))),
            ("220 mail.example.org ESMTP\r\n", None),
            ("HTTP/1.1 400 Bad Request\r\n", None),
        ] {
            assert_eq!(greeting(said.as_bytes()), read, "{said:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(0_u8..=255, 0..200)) {
            let _ = (read(&bytes), greeting(&bytes));
        }

        #[test]
        fn no_words_of_the_protocol_make_it_panic(
            words in proptest::collection::vec(proptest::sample::select(vec![
                "*", " ", "(", ")", "[", "]", "\"", "\\", "\r\n", "1", "0", "{3}\r\n", "abc", "+", "a1", "OK",
                "FETCH", "BODY", "BODY[", "BODYSTRUCTURE", "ENVELOPE", "INTERNALDATE", "UID", "NIL",
                "CAPABILITY", "SEARCH", "EXPUNGE", "BYE", "<0>", "ü", "\u{0}", "FLAGS", "RFC822.SIZE",
            ]), 0..40)
        ) {
            let _ = read(words.concat().as_bytes());
        }
    }
}
