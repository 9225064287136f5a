//! A word of a list as it reads in an encoding, and how likely that is.

use super::candidates::Candidate;
use super::letters::Language;
use super::script::Script;
use super::symbols::{Context, ODD, is_letter};

/// What a capital in the middle of a word costs where it begins another one: `AndréLuis`.
const CAMEL: i32 = -6;
/// What a letter costs that is not ASCII and stands alone.
const ALONE: i32 = -8;

/// A run of letters and bytes beyond ASCII, with the byte on each side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    /// The bytes.
    pub(super) bytes: Box<[u8]>,
    /// What stands before it and behind it; a space where that is nothing.
    pub(super) around: (u8, u8),
    /// The cell in which it stands, or a part of it, and where in it.
    pub(super) cell: Box<[u8]>,
    /// The line of the file.
    pub(super) line: u64,
}

/// What a word is in an encoding.
pub(super) struct Reading {
    /// How it reads.
    pub(super) text: String,
    /// How likely it is in each of the encoding's languages.
    pub(super) scores: Vec<i32>,
    /// Whether it cannot be right.
    pub(super) is_odd: bool,
    /// Whether its letters do not stand so in any language.
    pub(super) is_unlikely: bool,
}

impl Reading {
    /// Reads a word.
    pub(super) fn of(token: &Token, candidate: &Candidate) -> Self {
        let text = candidate.charset.decode(&token.bytes);
        if candidate.script == Script::Latin {
            return Self::latin(text, token, &candidate.languages);
        }
        let has_letters_for_halves = candidate.script == Script::Asian && is_halved(&token.bytes);
        let cost = candidate.script.cost(&text).filter(|_| !has_letters_for_halves);
        let scores = vec![cost.unwrap_or_else(|| Script::mixed(&text))];
        Self { text, scores, is_odd: cost.is_none(), is_unlikely: cost.is_none() }
    }

    fn latin(text: String, token: &Token, languages: &[&'static Language]) -> Self {
        let mut chars: Vec<char> = text.chars().collect();
        chars.insert(0, char::from(token.around.0));
        chars.push(char::from(token.around.1));
        let inner = 1..chars.len() - 1;
        let signs: i32 = inner
            .clone()
            .filter(|at| !is_letter(chars[*at]))
            .map(|at| Context { text: &chars, at }.cost())
            .sum();
        let words = words(&chars[inner]);
        let cost = signs + words.iter().map(|word| case_cost(word) + alone_cost(word)).sum::<i32>();
        let words: Vec<Vec<char>> = words.into_iter().map(lower_case).collect();
        let letters = words.iter().flatten().filter(|c| !c.is_ascii()).count();
        let score = |language: &&Language| words.iter().map(|word| language.score(word)).sum();
        let scores: Vec<i32> = languages.iter().map(score).collect();
        let best = scores.iter().max().copied().unwrap_or_default();
        let least = -17 * i32::try_from(letters).unwrap_or(i32::MAX / 17);
        let is_odd = cost <= ODD;
        let is_unlikely = is_odd || best < least;
        let scores = scores.into_iter().map(|score| score + cost).collect();
        Self { text, scores, is_odd, is_unlikely }
    }

    /// Whether there is a letter in it.
    pub(super) fn has_letters(&self) -> bool {
        self.text.chars().any(char::is_alphabetic)
    }

    /// How likely it is in the language that fits best.
    pub(super) fn best(&self) -> i32 {
        self.scores.iter().max().copied().unwrap_or(ODD)
    }
}

/// The words between signs.
fn words(chars: &[char]) -> Vec<&[char]> {
    chars.split(|c| !is_letter(*c)).filter(|word| !word.is_empty()).collect()
}

/// Whether each byte that is not ASCII has a letter behind it: `Ödön` is two characters in Chinese
/// encodings, though hardly ones that anybody writes.
fn is_halved(bytes: &[u8]) -> bool {
    let is_half = |pair: &[u8]| !pair[0].is_ascii() && pair[1].is_ascii_alphabetic();
    bytes.len().is_multiple_of(2) && bytes.chunks_exact(2).all(is_half)
}

fn lower_case(word: &[char]) -> Vec<char> {
    // `İ` would become two characters.
    word.iter()
        .map(|c| if *c == 'İ' { 'i' } else { c.to_lowercase().next().unwrap_or(*c) })
        .collect()
}

/// What it costs that a letter is a word: `50 Ä` were euros.
fn alone_cost(word: &[char]) -> i32 {
    match word {
        ['à' | 'á' | 'é' | 'è' | 'í' | 'ó' | 'å' | 'ö' | 'Ó'] => 0,
        [letter] if !letter.is_ascii() => ALONE,
        _ => 0,
    }
}

/// What capitals cost in the middle of a word that is not all capitals: accents have no part in
/// `McDonald`.
fn case_cost(word: &[char]) -> i32 {
    let has_small = word.iter().any(char::is_ascii_lowercase);
    // It is no letter of its own in the table, and as common as others are.
    let dotted = -6 * i32::from(word.contains(&'İ'));
    let cost = |at: usize, before: char, c: char| match (before, c) {
        // Irish: `Ó hÉanaigh`, `tÁth`.
        ('h' | 'n' | 't', 'Á' | 'É' | 'Í' | 'Ó' | 'Ú') if at == 0 => 0,
        (_, c) if has_small && c.is_uppercase() && !c.is_ascii() => ODD,
        (before, c) if before.is_lowercase() && !before.is_ascii() && c.is_uppercase() => CAMEL,
        _ => 0,
    };
    word.windows(2).enumerate().map(|(at, pair)| cost(at, pair[0], pair[1])).sum::<i32>() + dotted
}
