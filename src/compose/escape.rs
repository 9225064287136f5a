//! What a value becomes where it is written: the last line of defence, and
//! the only one for most places.

use std::io::{self, Write};

/// `& < > " '` as references, in text and in attributes alike; control
/// characters out.
pub(super) fn escape_html(value: &str, out: &mut dyn Write) -> io::Result<()> {
    escape_with(value, out, |byte| match byte {
        b'&' => Some("&amp;"),
        b'<' => Some("&lt;"),
        b'>' => Some("&gt;"),
        b'"' => Some("&quot;"),
        b'\'' => Some("&#39;"),
        _ => None,
    })
}

/// Control characters out, and nothing else.
pub(super) fn escape_text(value: &str, out: &mut dyn Write) -> io::Result<()> {
    escape_with(value, out, |_| None)
}

fn escape_with(
    value: &str,
    out: &mut dyn Write,
    reference: impl Fn(u8) -> Option<&'static str>,
) -> io::Result<()> {
    let bytes = value.as_bytes();
    let (mut written, mut at) = (0, 0);
    while at < bytes.len() {
        let (length, new) = match reference(bytes[at]) {
            Some(new) => (1, new),
            None => (control(&bytes[at..]), ""),
        };
        if length == 0 {
            at += 1;
            continue;
        }
        out.write_all(&bytes[written..at])?;
        out.write_all(new.as_bytes())?;
        at += length;
        written = at;
    }
    out.write_all(&bytes[written..])
}

/// The length of the control character that a text begins with, else nothing.
/// Those that turn the direction of all that follows count among them
/// (Unicode UAX #9 §2.1 to §2.4); the marks that names in Arabic and Hebrew need do not.
fn control(bytes: &[u8]) -> usize {
    match *bytes {
        [b'\t' | b'\n', ..] => 0,
        [0..b' ' | 0x7f, ..] => 1,
        [0xc2, 0x80..=0x9f, ..] => 2,
        [0xe2, 0x80, 0xaa..=0xae, ..] | [0xe2, 0x81, 0xa6..=0xa9, ..] => 3,
        _ => 0,
    }
}

/// A text without control characters.
pub(super) fn plain(value: &str) -> String {
    let mut out = Vec::with_capacity(value.len());
    escape_text(value, &mut out).expect("memory takes every byte");
    String::from_utf8(out).expect("only whole characters were taken out")
}
