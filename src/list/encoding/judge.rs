//! Whether words of a list are Windows-1252, or else what they may be.
//!
//! Most single bytes are letters in several encodings. Windows-1252 is believed where its letters
//! stand as they do in the languages of the west, and where no other encoding has them as likely:
//! words that read the same everywhere decide nothing, and need not.

use std::collections::BTreeSet;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};

use super::candidates::{self, Candidate};
use super::charset::Charset;
use super::reading::{Reading, Token};
use super::script::Script;

/// By how many bits Windows-1252 must be more likely than any other: five are 32 to 1.
const MARGIN: i32 = 6;
/// How much more likely a German list is Windows-1252 than an encoding of its neighbours.
const GERMAN: i32 = 4;
/// What it costs that a word is of another language than most of its list.
const FOREIGN: i32 = 6;
/// One word in so many may be odd in a list that is Windows-1252 by all others, …
const ODD_SHARE: usize = 50;
/// … and one in so many of a language that nobody thought of.
const UNLIKELY_SHARE: usize = 8;
/// How many ASCII letters a word has that is UTF-8 by chance.
const LETTERS: usize = 3;
/// How many encodings are proposed.
const PROPOSED: usize = 3;
/// How far another one may lag behind the first, and how far what browsers would take it for is
/// ahead, in hundredths of bits a word.
const LAG: i32 = 1200;
const GUESSED: i32 = 600;
/// How many words show what an encoding makes of them.
const SHOWN: usize = 3;

/// What the words of a list say about its encoding.
pub(super) enum Verdict {
    /// They are Windows-1252, but for some that read oddly.
    Western { odd: Vec<Word> },
    /// Nobody can tell.
    Unclear(Vec<Proposal>),
}

/// A word, as it reads, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::list) struct Word {
    /// How it reads.
    pub(super) text: String,
    /// The line of the file.
    pub(super) line: u64,
}

/// An encoding that may be right, with some words as they read in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::list) struct Proposal {
    /// The encoding.
    pub(super) charset: Charset,
    /// The same words for every proposal.
    pub(super) words: Vec<Word>,
}

/// Judges the words of a list.
pub(super) fn judge(tokens: &[&Token]) -> Verdict {
    let all: Vec<Read<'_>> =
        candidates::all().iter().map(|candidate| Read::new(candidate, tokens)).collect();
    let (western, others) = all.split_first().expect("Windows-1252 is the first");
    let odd: Vec<usize> =
        (0..tokens.len()).filter(|index| western.readings[*index].is_odd).collect();
    let unlikely = western.readings.iter().filter(|reading| reading.is_unlikely).count();
    let is_western = odd.len() * ODD_SHARE <= tokens.len()
        && unlikely * UNLIKELY_SHARE <= tokens.len()
        && others.iter().all(|other| western.is_likelier_than(other));
    if is_western {
        let word = |index: &usize| western.word(tokens, *index);
        return Verdict::Western { odd: odd.iter().map(word).collect() };
    }
    Verdict::Unclear(proposals(&all, tokens))
}

/// Whether words that are UTF-8, though oddly, are likelier something else: each holds some ASCII
/// letters, and reads well with Latin letters in one other encoding.
pub(super) fn are_latin(tokens: &[&Token]) -> bool {
    let has_letters = |token: &&Token| {
        token.bytes.iter().filter(|byte| byte.is_ascii_alphabetic()).count() >= LETTERS
    };
    let reads = |candidate: &Candidate| {
        candidate.script == Script::Latin
            && tokens.iter().all(|token| !Reading::of(token, candidate).is_unlikely)
    };
    tokens.iter().all(has_letters) && candidates::all().iter().any(reads)
}

/// All words, as they read in an encoding.
struct Read<'a> {
    candidate: &'a Candidate,
    readings: Vec<Reading>,
}

impl<'a> Read<'a> {
    fn new(candidate: &'a Candidate, tokens: &[&Token]) -> Self {
        Self { candidate, readings: tokens.iter().map(|t| Reading::of(t, candidate)).collect() }
    }

    fn word(&self, tokens: &[&Token], index: usize) -> Word {
        Word { text: self.readings[index].text.clone(), line: tokens[index].line }
    }

    /// Whether this is Windows-1252 rather than the other, by the words that read differently.
    fn is_likelier_than(&self, other: &Read<'_>) -> bool {
        let differs = |index: &usize| {
            let (one, other) = (&self.readings[*index], &other.readings[*index]);
            // Whether `½` is `¢` is nothing that letters could tell.
            one.text != other.text && (one.has_letters() || other.has_letters())
        };
        let differ: Vec<usize> = (0..self.readings.len()).filter(differs).collect();
        if differ.is_empty() {
            return true;
        }
        if other.candidate.script != Script::Latin {
            // Words of another script hold no ASCII letter: one in ten may be anything.
            let broken = differ.iter().filter(|index| other.readings[**index].is_odd).count();
            // A letter alone decides nothing.
            let has_words =
                differ.iter().any(|index| other.readings[*index].text.chars().count() > 1);
            return broken * 10 > differ.len() || !has_words;
        }
        let all: Vec<usize> = (0..self.readings.len()).collect();
        let is_central = other.candidate.languages.iter().any(|language| language.name == "cs");
        let is_german = is_central && other.score(&all).1 == Some("de");
        let margin = MARGIN - other.candidate.rarity - if is_german { GERMAN } else { 0 };
        self.score(&differ).0 - other.score(&differ).0 >= margin
    }

    /// Whether all words read as they do in another encoding.
    fn is_alike(&self, other: &Read<'_>) -> bool {
        self.readings.iter().zip(&other.readings).all(|(one, other)| one.text == other.text)
    }

    /// How many words cannot be right.
    fn odd(&self) -> usize {
        self.readings.iter().filter(|reading| reading.is_odd).count()
    }

    /// How likely the encoding is as a whole: by a word, in hundredths of bits.
    fn standing(&self, guessed: Charset) -> i32 {
        let indices: Vec<usize> = (0..self.readings.len()).collect();
        let words = i32::try_from(indices.len().max(1)).unwrap_or(i32::MAX);
        // Windows-1252 is also the guess where there is none.
        let is_guessed = self.candidate.charset == guessed
            && guessed != Charset::WESTERN
            && self.odd() * 10 <= indices.len();
        let bonus = if is_guessed { GUESSED } else { 0 };
        self.score(&indices).0 * 100 / words - 100 * self.candidate.rarity / words.min(8) + bonus
    }

    /// How likely some of the words are, if most are of one language, and which that is.
    fn score(&self, indices: &[usize]) -> (i32, Option<&'static str>) {
        let languages = self.candidate.languages.iter().enumerate();
        let in_language = |at: usize| {
            let readings = indices.iter().map(|index| &self.readings[*index]);
            readings.map(|reading| reading.scores[at].max(reading.best() - FOREIGN)).sum::<i32>()
        };
        languages
            .map(|(at, language)| (in_language(at), Some(language.name)))
            .max_by_key(|(score, _)| *score)
            .unwrap_or_else(|| {
                (indices.iter().map(|index| self.readings[*index].best()).sum(), None)
            })
    }
}

/// The likeliest encodings, each of which reads some word otherwise than the others.
fn proposals(all: &[Read<'_>], tokens: &[&Token]) -> Vec<Proposal> {
    let mut ranked: Vec<(i32, &Read<'_>)> = Vec::new();
    let guessed = guess(tokens);
    for read in all {
        let score = read.standing(guessed);
        // The first of those that read all words alike is the most common one.
        match ranked.iter_mut().find(|(_, other)| other.is_alike(read)) {
            Some((known, _)) => *known = score.max(*known),
            None => ranked.push((score, read)),
        }
    }
    ranked.sort_by_key(|(score, _)| -score);
    let least = ranked.first().map_or(0, |(best, _)| best - LAG);
    // A second one that makes no sense of most words is of no use, unless there is no first.
    let likely = ranked.iter().enumerate().filter(|(at, (score, read))| {
        *at == 0 || (*score >= least && read.odd() * 2 < tokens.len())
    });
    let chosen: Vec<&Read<'_>> = likely.map(|(_, (_, read))| *read).take(PROPOSED).collect();
    let shown = telling(&chosen, tokens.len());
    let word = |read: &Read<'_>, at: usize| Word {
        text: read.candidate.charset.decode(&tokens[at].cell),
        line: tokens[at].line,
    };
    let words = |read: &Read<'_>| shown.iter().map(|at| word(read, *at)).collect();
    let proposal =
        |read: &&Read<'_>| Proposal { charset: read.candidate.charset, words: words(read) };
    chosen.iter().map(proposal).collect()
}

/// The words that tell encodings apart best: those that read otherwise in most of them, or any
/// if there is one encoding.
fn telling(chosen: &[&Read<'_>], count: usize) -> Vec<usize> {
    let distinct = |at: usize| {
        let texts: BTreeSet<&str> =
            chosen.iter().map(|read| read.readings[at].text.as_str()).collect();
        texts.len()
    };
    let mut indices: Vec<usize> = (0..count).collect();
    indices.retain(|at| chosen.len() < 2 || distinct(*at) > 1);
    indices.sort_by_key(|at| std::cmp::Reverse(distinct(*at)));
    indices.truncate(SHOWN);
    indices
}

/// What browsers would take it for.
fn guess(tokens: &[&Token]) -> Charset {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    for token in tokens {
        detector.feed(&token.cell, false);
        detector.feed(b"\n", false);
    }
    detector.feed(b"", true);
    Charset::Standard(detector.guess(None, Utf8Detection::Deny))
}
