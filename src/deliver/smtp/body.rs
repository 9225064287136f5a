//! A message made ready for the wire: checked, dot-stuffed, with its final
//! dot, so that one write carries it all. It is made off the wire's path.

use memchr::{memchr, memchr_iter, memmem};

/// The longest line without its CRLF (RFC 5322 §2.1.1, RFC 5321 §4.5.3.1.6).
const LINE_MAX: usize = 998;
/// What ends a message, after the CRLF of its last line.
pub(super) const DOT: &[u8] = b".\r\n";

/// A message ready for the wire.
#[derive(Debug, PartialEq, Eq)]
pub struct Body {
    /// The bytes after `354`, the final dot with them.
    pub(super) bytes: Vec<u8>,
    /// The size to declare: without stuffing and final dot (RFC 1870 §5).
    pub(super) size: usize,
    /// Whether it has bytes over 127.
    pub(super) eight_bit: bool,
    /// Whether its headers have, which takes SMTPUTF8 (RFC 6532 §3).
    pub(super) utf8_headers: bool,
}

impl Body {
    /// Checks and stuffs a message whose lines end in CRLF. Refused are the
    /// line ends that servers read differently (SMTP smuggling), NUL, and
    /// lines that a server may cut; the error says which.
    pub fn new(mut message: Vec<u8>) -> Result<Self, &'static str> {
        // The last line may lack its end: the protocol needs one before the dot.
        if !message.is_empty() && !message.ends_with(b"\n") {
            if message.ends_with(b"\r") {
                return Err("a bare CR");
            }
            message.extend_from_slice(b"\r\n");
        }
        let is_dotted = check_lines(&message)?;
        let size = message.len();
        let eight_bit = !message.is_ascii();
        let utf8_headers = eight_bit && !headers(&message).is_ascii();
        let mut bytes = if is_dotted { stuffed(&message) } else { message };
        bytes.extend_from_slice(DOT);
        Ok(Self { bytes, size, eight_bit, utf8_headers })
    }

    /// How many bytes go over the wire.
    #[allow(clippy::len_without_is_empty, reason = "there is always a final dot")]
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Its memory, for the next message.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

/// Goes over every byte of every mail. Says whether a line begins with a dot.
fn check_lines(message: &[u8]) -> Result<bool, &'static str> {
    if memchr(0, message).is_some() {
        return Err("a NUL");
    }
    let mut is_dotted = message.starts_with(b".");
    let (mut start, mut lines) = (0, 0);
    for end in memchr_iter(b'\n', message) {
        if end == 0 || message[end - 1] != b'\r' {
            return Err("a bare LF");
        }
        if end - 1 - start > LINE_MAX {
            return Err("a line over 998 bytes");
        }
        start = end + 1;
        lines += 1;
        is_dotted |= message.get(start) == Some(&b'.');
    }
    if bytecount(message, b'\r') > lines {
        return Err("a bare CR");
    }
    Ok(is_dotted)
}

/// How often a byte is there, counted without a branch.
fn bytecount(message: &[u8], wanted: u8) -> usize {
    // A byte counts to 255: chunks of less keep the sum in one.
    let count = |chunk: &[u8]| chunk.iter().fold(0_u8, |sum, byte| sum + u8::from(*byte == wanted));
    let (chunks, rest) = message.as_chunks::<128>();
    chunks.iter().map(|chunk| usize::from(count(chunk))).sum::<usize>() + usize::from(count(rest))
}

/// Doubles a dot at the beginning of a line (RFC 5321 §4.5.2). Rare: the
/// letter's own lines have none there.
fn stuffed(message: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(message.len() + 64);
    let mut start = 0;
    for end in memchr_iter(b'\n', message) {
        if message[start] == b'.' {
            bytes.push(b'.');
        }
        bytes.extend_from_slice(&message[start..=end]);
        start = end + 1;
    }
    bytes
}

fn headers(message: &[u8]) -> &[u8] {
    let end = memmem::find(message, b"\r\n\r\n");
    &message[..end.unwrap_or(message.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_are_stuffed_and_nothing_else_is_touched() {
        let table = [
            ("", ".\r\n", 0),
            ("a\r\n", "a\r\n.\r\n", 3),
            ("a", "a\r\n.\r\n", 3),
            (".\r\n", "..\r\n.\r\n", 3),
            ("..a\r\n.", "...a\r\n..\r\n.\r\n", 8),
            ("a\r\n.b\r\nc", "a\r\n..b\r\nc\r\n.\r\n", 10),
            ("a.\r\n\r\n", "a.\r\n\r\n.\r\n", 6),
        ];
        for (message, wire, size) in table {
            let body = Body::new(message.into()).expect("all of them are valid");
            assert_eq!(String::from_utf8_lossy(&body.bytes), wire, "{message:?}");
            assert_eq!(body.size, size, "{message:?}");
        }
    }

    #[test]
    fn what_servers_read_differently_is_refused() {
        let long = format!("{}\r\n", "x".repeat(999));
        let table = [
            ("a\nb\r\n", "a bare LF"),
            ("\n.\r\n", "a bare LF"),
            ("a\r\n\n", "a bare LF"),
            ("a\r.\r\nb", "a bare CR"),
            ("a\r", "a bare CR"),
            ("a\r\r\n", "a bare CR"),
            ("\r", "a bare CR"),
            ("a\0\r\n", "a NUL"),
            (&*long, "a line over 998 bytes"),
        ];
        for (message, why) in table {
            assert_eq!(Body::new(message.into()).err(), Some(why), "{message:?}");
        }
        assert!(Body::new(long.as_bytes()[1..].into()).is_ok(), "998 bytes are allowed");
    }

    #[test]
    fn what_the_server_must_be_able_to_take_is_known() {
        let needs = |message: &str| {
            let body = Body::new(message.into()).expect("valid");
            (body.eight_bit, body.utf8_headers)
        };
        assert_eq!(needs("Subject: a\r\n\r\nb"), (false, false));
        assert_eq!(needs("Subject: a\r\n\r\né"), (true, false));
        assert_eq!(needs("Subject: é\r\n\r\nb"), (true, true));
    }
}
