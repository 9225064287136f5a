//! A list's bytes, gone through once: whether they are UTF-8, and a sample of the words that are
//! not. ASCII is passed over at the speed of memory.

use encoding_rs::Encoding;
use memchr::memmem;

use super::reading::Token;
use super::sample::Sample;
use super::script;

/// How far around a letter its cell is looked for.
const REACH: usize = 96;
/// How many lines are named.
const NAMED: usize = 3;
/// How many words are kept that may be UTF-8 by chance.
const DOUBTFUL: usize = 16;

/// What was found so far.
pub(super) struct Survey {
    lines: Lines,
    sample: Sample,
    /// Words that are UTF-8, but hardly by intent.
    doubtful: Sample,
    doubts: usize,
    /// How many words beyond ASCII are UTF-8 by intent, as far as they were counted.
    pub(super) meant: u64,
    /// The lines that are not UTF-8.
    pub(super) broken: LineList,
    /// Whether ISO 2022 changes its letters by escapes.
    pub(super) has_escapes: bool,
}

/// Some lines, the first of which are named.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::list) struct LineList {
    /// How many there are.
    pub(super) count: u64,
    /// The first.
    pub(super) first: Vec<u64>,
    last: u64,
}

impl LineList {
    /// Adds a line that is not before the others.
    pub(super) fn add(&mut self, line: u64) {
        if self.last != line {
            self.count += 1;
            if self.first.len() < NAMED {
                self.first.push(line);
            }
            self.last = line;
        }
    }
}

impl Survey {
    /// Starts at the first line.
    pub(super) fn new() -> Self {
        Self {
            lines: Lines::new(),
            sample: Sample::new(),
            doubtful: Sample::new(),
            doubts: 0,
            meant: 0,
            broken: LineList::default(),
            has_escapes: false,
        }
    }

    /// Takes the next bytes, which end between two characters.
    pub(super) fn take(&mut self, bytes: &[u8]) {
        self.has_escapes = self.has_escapes || has_escapes(bytes);
        let (mut at, mut counted) = (0, 0);
        while at < bytes.len() {
            let ascii = Encoding::ascii_valid_up_to(&bytes[at..]);
            let valid = ascii + Encoding::utf8_valid_up_to(&bytes[at + ascii..]);
            if valid > ascii {
                let end = at + valid;
                // A word that goes on with what is no UTF-8 is none.
                let whole = if end == bytes.len() { end } else { end - word_before(&bytes[..end]) };
                self.take_utf8(&bytes[..whole], at + ascii);
            }
            at += valid;
            if at == bytes.len() {
                break;
            }
            let (start, end) = cell_around(bytes, at);
            let start = start.max(counted);
            self.lines.count(&bytes[counted..start]);
            self.broken.add(self.lines.line);
            self.sample.add(&bytes[start..end], self.lines.line);
            self.lines.count(&bytes[start..end]);
            (at, counted) = (end, end);
        }
        self.lines.count(&bytes[counted..]);
    }

    /// The words that are not UTF-8, and those that hardly are.
    pub(super) fn words(&self) -> Vec<&Token> {
        let mut words = self.sample.tokens();
        if self.meant == 0 {
            words.extend(self.doubtful.tokens());
        }
        words
    }

    /// Whether some words are UTF-8 by intent.
    pub(super) fn has_utf8(&self) -> bool {
        self.meant > 0
    }

    /// Takes bytes that are UTF-8 from an offset on, where they are not ASCII.
    fn take_utf8(&mut self, bytes: &[u8], from: usize) {
        let Some(rest) = bytes.get(from..) else { return };
        if self.meant > 0 {
            // Letters will do for words where there are many.
            self.meant += rest.iter().filter(|byte| **byte >= 0xc0).count() as u64;
            return;
        }
        let (start, _) = cell_around(bytes, from);
        let cells = bytes[start..].split(|byte| is_separator(*byte));
        for cell in cells.filter(|cell| !cell.is_ascii()) {
            let words = cell.split(|byte| byte.is_ascii() && !byte.is_ascii_alphabetic());
            for word in words.filter(|word| !word.is_ascii()) {
                match std::str::from_utf8(word) {
                    Ok(text) if !script::is_by_chance(text) => self.meant += 1,
                    Ok(_) if self.doubts < DOUBTFUL => {
                        self.doubts += 1;
                        self.doubtful.add_whole(word, cell, self.lines.line);
                    }
                    _ => {}
                }
            }
        }
    }
}

/// Counts line breaks of all three kinds, as the rows do.
pub(super) struct Lines {
    pub(super) line: u64,
    after_cr: bool,
}

impl Lines {
    pub(super) fn new() -> Self {
        Self { line: 1, after_cr: false }
    }

    pub(super) fn count(&mut self, bytes: &[u8]) {
        let Some(last) = bytes.last() else { return };
        if self.after_cr && bytes[0] != b'\n' {
            self.line += 1;
        }
        let feeds = memchr::memchr_iter(b'\n', bytes).count();
        let returns = memchr::memchr_iter(b'\r', bytes)
            .filter(|at| bytes.get(at + 1).is_some_and(|next| *next != b'\n'))
            .count();
        self.line += (feeds + returns) as u64;
        self.after_cr = *last == b'\r';
    }
}

/// How long the word is at the end of some bytes.
fn word_before(bytes: &[u8]) -> usize {
    let is_of_word = |byte: &&u8| byte.is_ascii_alphabetic() || !byte.is_ascii();
    bytes.iter().rev().take(REACH).take_while(is_of_word).count()
}

/// Where the cell ends before and behind an offset, or a part of it.
fn cell_around(bytes: &[u8], at: usize) -> (usize, usize) {
    let least = at.saturating_sub(REACH);
    let before = bytes[least..at].iter().rposition(|byte| is_separator(*byte));
    let most = bytes.len().min(at + REACH);
    let behind = bytes[at..most].iter().position(|byte| is_separator(*byte));
    // A byte at least, or nothing would go on.
    (
        before.map_or(least, |before| least + before + 1),
        behind.map_or(most, |behind| at + behind).max(at + 1),
    )
}

/// What stands between cells in every encoding: no second byte of a character does.
pub(super) fn is_separator(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r' | b'\t' | b',' | b';' | b'"')
}

/// Whether letters are chosen by escapes: ISO-2022-JP and its relatives.
fn has_escapes(bytes: &[u8]) -> bool {
    memchr::memchr(0x1b, bytes).is_some()
        && [b"\x1b$B", b"\x1b$@", b"\x1b(J", b"\x1b$)"]
            .iter()
            .any(|escape| memmem::find(bytes, *escape).is_some())
}
