//! Words that tell of consent in whatever column they stand: `unsubscribed` under *Notes*.

use std::collections::HashSet;

use super::name::{letters, plain};

/// The shortest word that tells of consent in any column, in bytes of its key.
pub(super) const TELLING_MIN: usize = 7;
/// The longest cell that is looked at for one, in bytes.
const TELLING_MAX: usize = 60;

/// The words, by their keys, and how they begin.
#[derive(Default)]
pub(super) struct Telling {
    words: HashSet<String>,
    starts: Starts,
}

impl Telling {
    /// Takes in a word, unless it is so short that it means something else in other columns:
    /// `left`, `baja`.
    pub(super) fn add(&mut self, key: &str) {
        if key.len() >= TELLING_MIN {
            self.starts.add(key);
            self.words.insert(key.to_owned());
        }
    }

    /// Whether a value tells, by its key.
    pub(super) fn has(&self, key: &str) -> bool {
        self.words.contains(key)
    }

    /// Whether a cell tells. Nearly all cells of nearly all lists do not, and cost next to nothing.
    pub(super) fn has_cell(&self, cell: &str) -> bool {
        (TELLING_MIN..=TELLING_MAX).contains(&cell.len())
            && self.starts.has(cell)
            && self.has(&plain(cell))
    }
}

/// How many bits tell how words begin.
const STARTS: usize = 1 << 13;

/// How words begin: by their first three letters, one bit for some triples. Hardly any cell of
/// another kind begins as one of them does, in whatever script.
struct Starts {
    bits: Vec<bool>,
}

impl Default for Starts {
    fn default() -> Self {
        Self { bits: vec![false; STARTS] }
    }
}

impl Starts {
    fn add(&mut self, key: &str) {
        self.bits[bit(key)] = true;
    }

    /// Whether a word may begin as this cell does.
    fn has(&self, cell: &str) -> bool {
        self.bits[bit(cell)]
    }
}

/// The bit of a text's first three letters and digits in lower case, without accents.
fn bit(text: &str) -> usize {
    let (mut bit, mut count) = (0_usize, 0);
    // Nearly all cells begin with three letters of ASCII.
    for byte in text.bytes() {
        match byte {
            _ if byte.is_ascii_alphanumeric() => {
                bit = bit.wrapping_mul(31).wrapping_add(usize::from(byte.to_ascii_lowercase()));
                count += 1;
            }
            0..=0x7f => {}
            _ => break,
        }
        if count == 3 {
            return bit % STARTS;
        }
    }
    (bit, count) = (0, 0);
    for c in text.chars() {
        letters(c, |letter| {
            if count < 3 {
                bit = bit.wrapping_mul(31).wrapping_add(letter as usize);
                count += 1;
            }
        });
        if count == 3 {
            break;
        }
    }
    bit % STARTS
}
