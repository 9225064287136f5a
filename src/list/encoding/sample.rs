//! A bounded sample of the words of a file that are not ASCII: for each byte, the first few words
//! in which it stands, and some of all others. So a letter that first comes in row 40,000 is in it.

use super::reading::Token;

/// How many words are kept for a byte.
const KEPT: usize = 16;
/// How many of them are the first ones.
const FIRST: usize = 4;
/// The longest word that is looked at, and the longest piece of its cell.
const WORD: usize = 48;
const CELL: usize = 64;

/// The words so far.
pub(super) struct Sample {
    /// For each byte from 0x80.
    buckets: Vec<Vec<(u64, Token)>>,
}

impl Sample {
    /// Starts with none.
    pub(super) fn new() -> Self {
        Self { buckets: vec![Vec::new(); 0x80] }
    }

    /// Takes the words of a cell, or of a part of it.
    pub(super) fn add(&mut self, cell: &[u8], line: u64) {
        let mut at = 0;
        while at < cell.len() {
            let length = cell[at..].iter().take_while(|byte| is_of_word(**byte)).count();
            let word = &cell[at..at + length.min(WORD)];
            if !word.is_ascii() && std::str::from_utf8(word).is_err() {
                let around = (beside(cell[..at].iter().rev()), beside(cell[at + length..].iter()));
                self.add_word(word, around, cell, at, line);
            }
            at += length + 1;
        }
    }

    /// Takes a word as it is, whatever it is.
    pub(super) fn add_whole(&mut self, word: &[u8], cell: &[u8], line: u64) {
        self.add_word(&word[..word.len().min(WORD)], (b' ', b' '), cell, 0, line);
    }

    /// The words, in the order of their lines.
    pub(super) fn tokens(&self) -> Vec<&Token> {
        let mut tokens: Vec<&Token> =
            self.buckets.iter().flatten().map(|(_, token)| token).collect();
        tokens.sort_by_key(|token| token.line);
        tokens
    }

    fn add_word(&mut self, word: &[u8], around: (u8, u8), cell: &[u8], at: usize, line: u64) {
        let hash = hash(word, around);
        let bytes =
            || word.iter().filter(|byte| !byte.is_ascii()).map(|byte| usize::from(byte & 0x7f));
        if bytes().any(|byte| self.buckets[byte].iter().any(|(known, _)| *known == hash)) {
            return;
        }
        let room = bytes().find(|byte| self.buckets[*byte].len() < KEPT);
        let token = || {
            let start = if cell.len() <= CELL { 0 } else { at };
            let cell = &cell[start..cell.len().min(start + CELL)];
            Token { bytes: word.into(), around, cell: cell.into(), line }
        };
        if let Some(byte) = room {
            self.buckets[byte].push((hash, token()));
            return;
        }
        // The words with the smallest hashes are as good as drawn by lot.
        let Some(byte) = bytes().nth(usize::try_from(hash % 7).unwrap_or(0)).or(bytes().next())
        else {
            return;
        };
        let largest = self.buckets[byte].iter_mut().skip(FIRST).max_by_key(|(hash, _)| *hash);
        if let Some(place) = largest.filter(|(known, _)| hash < *known) {
            *place = (hash, token());
        }
    }
}

/// What stands beside a word: a digit, also behind a space, or anything else.
fn beside<'a>(bytes: impl Iterator<Item = &'a u8>) -> u8 {
    let nearest = bytes.take(2).find(|byte| **byte != b' ');
    if nearest.is_some_and(u8::is_ascii_digit) { b'0' } else { b' ' }
}

/// Whether a byte is a letter, or may be one.
fn is_of_word(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || !byte.is_ascii()
}

/// FNV-1a.
fn hash(word: &[u8], around: (u8, u8)) -> u64 {
    let bytes = word.iter().copied().chain([around.0, around.1]);
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    // Its low bits are the better ones; what is compared first should be too.
    hash.swap_bytes()
}
