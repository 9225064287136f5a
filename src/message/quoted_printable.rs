//! Quoted-printable (RFC 2045 §6.7): text that stays readable on the wire.
//!
//! Line breaks of any kind become CRLF, and control characters but the tab
//! do not leave.

use super::hex::escaped;

/// Longest line, without its CRLF.
const LINE_MAX: usize = 76;

/// Adds a text in quoted-printable.
pub(super) fn encode(text: &str, out: &mut Vec<u8>) {
    let mut lines = Lines { out, column: 0 };
    let mut rest = text.as_bytes();
    while let Some(&first) = rest.first() {
        rest = match first {
            b'\r' | b'\n' => {
                lines.hard_break();
                rest.strip_prefix(b"\r\n").unwrap_or(&rest[1..])
            }
            b'=' | 0x80.. => {
                let (character, later) = rest.split_at(utf8_length(first));
                lines.escaped(character, ends_line(later));
                later
            }
            b'\t' | b' '..=b'~' => {
                let (run, later) = rest.split_at(plain_prefix(rest).max(1));
                lines.plain(run, ends_line(later));
                later
            }
            _ => &rest[1..], // a control character
        };
    }
    lines.guard_last_space();
}

/// The encoded lines so far, and the column where the last one stands.
struct Lines<'a> {
    out: &'a mut Vec<u8>,
    column: usize,
}

impl Lines<'_> {
    /// Adds bytes that stand for themselves.
    fn plain(&mut self, mut run: &[u8], ends_line: bool) {
        while !run.is_empty() {
            // Mailbox files take `From ` for the start of the next message, and
            // a lone dot ends one in SMTP: relays that get that wrong exist
            // (RFC 2049 §3).
            if self.column == 0 && (run.starts_with(b"From ") || run.starts_with(b".")) {
                self.escape(&run[..1]);
                run = &run[1..];
            }
            let room = LINE_MAX - 1 - self.column;
            let fits = run.len() <= room || (run.len() == room + 1 && ends_line);
            let (now, later) = run.split_at(if fits { run.len() } else { room });
            self.out.extend_from_slice(now);
            self.column += now.len();
            if !fits {
                self.soft_break();
            }
            run = later;
        }
    }

    /// Adds one character byte by byte as `=XX`, all on one line.
    fn escaped(&mut self, character: &[u8], ends_line: bool) {
        let limit = LINE_MAX - usize::from(!ends_line);
        if self.column + 3 * character.len() > limit {
            self.soft_break();
        }
        self.escape(character);
    }

    fn escape(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.out.extend_from_slice(&escaped(b'=', *byte));
        }
        self.column += 3 * bytes.len();
    }

    fn soft_break(&mut self) {
        self.out.extend_from_slice(b"=\r\n");
        self.column = 0;
    }

    fn hard_break(&mut self) {
        self.guard_last_space();
        self.out.extend_from_slice(b"\r\n");
        self.column = 0;
    }

    /// White space at a line's end may be lost on the way (rule 3).
    fn guard_last_space(&mut self) {
        if self.column == 0 {
            return;
        }
        if let Some(space) = self.out.pop_if(|last| matches!(last, b' ' | b'\t')) {
            self.column -= 1;
            if self.column + 3 > LINE_MAX {
                self.soft_break();
            }
            self.escape(&[space]);
        }
    }
}

/// The bytes of the character that begins with this one.
fn utf8_length(first: u8) -> usize {
    match first {
        0xf0.. => 4,
        0xe0.. => 3,
        0x80.. => 2,
        _ => 1,
    }
}

/// Whether a line ends where this text begins.
fn ends_line(text: &[u8]) -> bool {
    matches!(text.first(), None | Some(b'\r' | b'\n'))
}

/// How many bytes from the beginning stand for themselves.
fn plain_prefix(bytes: &[u8]) -> usize {
    let (chunks, tail) = bytes.as_chunks::<16>();
    for (number, chunk) in chunks.iter().enumerate() {
        if !chunk.iter().fold(true, |all, byte| all & is_plain(*byte)) {
            return 16 * number + first_special(*chunk);
        }
    }
    let mut last = [0; 16];
    last[..tail.len()].copy_from_slice(tail);
    16 * chunks.len() + first_special(last)
}

/// Printable ASCII but the equals sign (rule 2), and the space.
#[allow(clippy::needless_bitwise_bool, reason = "a branch would keep it from being vectorised")]
fn is_plain(byte: u8) -> bool {
    (byte.wrapping_sub(b' ') < 0x5f) & (byte != b'=')
}

/// The position of the first byte that is not plain, found without a branch:
/// nearly all the time of a message goes into guessing where a run ends.
fn first_special(bytes: [u8; 16]) -> usize {
    const ONES: u128 = u128::from_ne_bytes([1; 16]);
    // Sets the highest bit of the first byte below the limit; those above it
    // may be wrong, as borrows run upwards.
    let below = |word: u128, limit: u8| word.wrapping_sub(ONES * u128::from(limit)) & !word;
    let word = u128::from_le_bytes(bytes);
    let equal = |byte: u8| below(word ^ (ONES * u128::from(byte)), 1);
    let special = (word | below(word, b' ') | equal(b'=') | equal(0x7f)) & (ONES * 0x80);
    special.trailing_zeros() as usize / 8
}

#[cfg(test)]
mod tests {
    fn encoded(text: &str) -> String {
        let mut out = Vec::new();
        super::encode(text, &mut out);
        String::from_utf8(out).expect("seven bits")
    }

    #[test]
    fn a_line_of_76_stays_whole_and_one_more_is_broken() {
        let (x75, x76) = ("x".repeat(75), "x".repeat(76));
        assert_eq!(encoded(&x76), x76);
        assert_eq!(encoded(&format!("{x76}\ny")), format!("{x76}\r\ny"));
        assert_eq!(encoded(&format!("{x76}y")), format!("{x75}=\r\nxy"));
        assert_eq!(encoded(&format!("{x75}\t\n")), format!("{x75}=\r\n=09\r\n"));
    }

    #[test]
    fn an_escape_at_the_limit_moves_to_the_next_line_whole() {
        let x = |n| "x".repeat(n);
        assert_eq!(encoded(&format!("{}=", x(73))), format!("{}=3D", x(73)));
        assert_eq!(encoded(&format!("{}=", x(74))), format!("{}=\r\n=3D", x(74)));
        assert_eq!(encoded(&format!("{}=y", x(73))), format!("{}=\r\n=3Dy", x(73)));
        assert_eq!(encoded(&format!("{}=\n=", x(73))), format!("{}=3D\r\n=3D", x(73)));
        assert_eq!(encoded(&format!("{}é", x(70))), format!("{}=C3=A9", x(70)));
        assert_eq!(encoded(&format!("{}é.", x(70))), format!("{}=\r\n=C3=A9.", x(70)));
        assert_eq!(encoded(&format!("{}👋", x(65))), format!("{}=\r\n=F0=9F=91=8B", x(65)));
    }

    #[test]
    fn a_space_at_a_lines_end_is_kept() {
        assert_eq!(encoded("a \nb\t"), "a=20\r\nb=09");
        assert_eq!(encoded("a  \r\n \r \n"), "a =20\r\n=20\r\n=20\r\n");
        assert_eq!(encoded("a \0\nb"), "a=20\r\nb", "also behind a character that is dropped");
        let x75 = "x".repeat(75);
        assert_eq!(encoded(&format!("{x75} ")), format!("{x75}=\r\n=20"));
        assert_eq!(encoded(&format!("{x75} y")), format!("{x75}=\r\n y"));
    }

    #[test]
    fn every_line_break_becomes_crlf_and_no_control_character_leaves() {
        assert_eq!(encoded("a\nb\rc\r\nd\n\re"), "a\r\nb\r\nc\r\nd\r\n\r\ne");
        assert_eq!(encoded("a\0b\x1bc\x7fd\te"), "abcd\te");
    }

    #[test]
    fn no_line_looks_like_the_start_of_another_message() {
        assert_eq!(encoded("From here\nFrom there"), "=46rom here\r\n=46rom there");
        let x75 = "x".repeat(75);
        assert_eq!(encoded(&format!("{x75}From here")), format!("{x75}=\r\n=46rom here"));
        assert_eq!(encoded("away From home"), "away From home");
        assert_eq!(encoded(".\n..a\nb."), "=2E\r\n=2E.a\r\nb.", "nor for a message's end");
    }

    #[test]
    fn runs_of_any_length_end_where_the_first_special_byte_stands() {
        for special in ["=", "\u{7f}", "\u{80}", "\n", "\u{1f}", "👋"] {
            for length in 0..70 {
                let run = " ~<>!\"".repeat(12)[..length].to_owned();
                for rest in ["", "x", "===\0\0\0\0=", "xxxxxxxxxxxxxxxxxxxx"] {
                    let text = format!("{run}{special}{rest}");
                    assert_eq!(super::plain_prefix(text.as_bytes()), length, "{text:?}");
                }
            }
        }
    }
}
