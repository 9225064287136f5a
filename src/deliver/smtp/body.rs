//! A message made ready for the wire: checked, dot-stuffed, with its final
//! dot, so that one write carries it all.

/// The longest line without its CRLF (RFC 5322 §2.1.1, RFC 5321 §4.5.3.1.6).
const LINE_MAX: usize = 998;
/// What ends a message, after the CRLF of its last line.
pub(super) const DOT: &[u8] = b".\r\n";

/// A message ready for the wire.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Body {
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
    /// lines that a server may cut.
    pub(super) fn new(message: &[u8]) -> Result<Self, &'static str> {
        // A dot at the start of a line is rare; room for a few saves a second allocation.
        let mut bytes = Vec::with_capacity(message.len() + 64);
        let mut size = 0;
        for line in message.split_inclusive(|byte| *byte == b'\n') {
            // The last line may lack its end: the protocol needs one before the dot.
            let text = match line.strip_suffix(b"\n") {
                Some(ended) => ended.strip_suffix(b"\r").ok_or("a bare LF")?,
                None => line,
            };
            if text.contains(&b'\r') {
                return Err("a bare CR");
            }
            if text.contains(&0) {
                return Err("a NUL");
            }
            if text.len() > LINE_MAX {
                return Err("a line over 998 bytes");
            }
            if text.starts_with(b".") {
                bytes.push(b'.');
            }
            bytes.extend_from_slice(text);
            bytes.extend_from_slice(b"\r\n");
            size += text.len() + 2;
        }
        bytes.extend_from_slice(DOT);
        let eight_bit = !message.is_ascii();
        let utf8_headers = eight_bit && !headers(message).is_ascii();
        Ok(Self { bytes, size, eight_bit, utf8_headers })
    }
}

fn headers(message: &[u8]) -> &[u8] {
    let end = message.windows(4).position(|bytes| bytes == b"\r\n\r\n");
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
            ("a.\r\n\r\n", "a.\r\n\r\n.\r\n", 6),
        ];
        for (message, wire, size) in table {
            let body = Body::new(message.as_bytes()).expect("all of them are valid");
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
            ("a\r.\r\nb", "a bare CR"),
            ("a\r", "a bare CR"),
            ("a\r\r\n", "a bare CR"),
            ("a\0\r\n", "a NUL"),
            (&*long, "a line over 998 bytes"),
        ];
        for (message, why) in table {
            assert_eq!(Body::new(message.as_bytes()).err(), Some(why), "{message:?}");
        }
        assert!(Body::new(&long.as_bytes()[1..]).is_ok(), "998 bytes are allowed");
    }

    #[test]
    fn what_the_server_must_be_able_to_take_is_known() {
        let needs = |message: &str| {
            let body = Body::new(message.as_bytes()).expect("valid");
            (body.eight_bit, body.utf8_headers)
        };
        assert_eq!(needs("Subject: a\r\n\r\nb"), (false, false));
        assert_eq!(needs("Subject: a\r\n\r\né"), (true, false));
        assert_eq!(needs("Subject: é\r\n\r\nb"), (true, true));
    }
}
