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
    let mut rest = text;
    while !rest.is_empty() {
        let (run, after) = rest.split_at(plain_prefix(rest.as_bytes()));
        lines.run(run.as_bytes(), ends_line(after));
        rest = lines.special(after);
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
    fn run(&mut self, mut run: &[u8], ends_line: bool) {
        while !run.is_empty() {
            if self.column == 0 && run.starts_with(b"From ") {
                // Mailbox files take it for the start of the next message.
                self.escape(b"F");
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

    /// Adds the one character or line break that a text begins with, and
    /// gives back what follows it.
    fn special<'t>(&mut self, text: &'t str) -> &'t str {
        let Some(c) = text.chars().next() else { return text };
        let (now, after) = text.split_at(c.len_utf8());
        match c {
            '\r' | '\n' => {
                self.hard_break();
                if c == '\r' { after.strip_prefix('\n').unwrap_or(after) } else { after }
            }
            '\t' => {
                self.run(b"\t", ends_line(after));
                after
            }
            c if c.is_ascii_control() => after,
            _ => {
                let width = 3 * now.len();
                let limit = if ends_line(after) { LINE_MAX } else { LINE_MAX - 1 };
                if self.column + width > limit {
                    self.soft_break();
                }
                self.escape(now.as_bytes());
                after
            }
        }
    }

    fn escape(&mut self, bytes: &[u8]) {
        let mut triples = [[0; 3]; 4];
        for (triple, byte) in triples.iter_mut().zip(bytes) {
            *triple = escaped(b'=', *byte);
        }
        self.out.extend_from_slice(&triples.as_flattened()[..3 * bytes.len()]);
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

/// Whether a line ends where this text begins.
fn ends_line(text: &str) -> bool {
    text.is_empty() || text.starts_with(['\r', '\n'])
}

/// How many bytes from the beginning stand for themselves. Eight at a time:
/// a good part of a message's cost is here.
fn plain_prefix(bytes: &[u8]) -> usize {
    let is_plain = |byte: &u8| (byte.wrapping_sub(b' ') < 0x5f) & (*byte != b'=');
    let (wide, _) = bytes.as_chunks::<16>();
    let skip = 16 * wide.iter().take_while(|chunk| chunk.iter().fold(true, |all, b| all & is_plain(b))).count();
    let bytes = &bytes[skip..];
    let (chunks, tail) = bytes.as_chunks::<8>();
    for (number, chunk) in chunks.iter().enumerate() {
        let special = specials(u64::from_le_bytes(*chunk));
        if special != 0 {
            return skip + 8 * number + special.trailing_zeros() as usize / 8;
        }
    }
    let last = tail.iter().position(|byte| specials((*byte).into()) & 0x80 != 0);
    skip + 8 * chunks.len() + last.unwrap_or(tail.len())
}

/// Marks, by its highest bit, the first of eight bytes that is not printable
/// ASCII or is the equals sign (rule 2). Marks above the first may be wrong,
/// as borrows run upwards.
fn specials(word: u64) -> u64 {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    let below = |word: u64, limit: u8| word.wrapping_sub(ONES * u64::from(limit)) & !word;
    let equal = |byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
    (word | below(word, b' ') | equal(b'=') | equal(0x7f)) & (ONES * 0x80)
}
