//! What letters stand beside each other in a language: by this, a name that was read in the
//! wrong encoding is known for one, as `Nìmcová` for `Němcová`, where every byte is a letter in both.
//!
//! Scores are logarithms to the base 2: -3 is one in eight.

use std::sync::OnceLock;

/// What a letter costs that the language does not have.
const FOREIGN: i32 = -20;

/// How much a neighbour costs by the place of its group in the table: a quarter of the times or
/// more, a sixteenth, and so on.
const GROUPS: [i32; 5] = [-1, -3, -5, -7, -9];

/// A language, by its letters that are not ASCII.
pub(super) struct Language {
    /// Its two letters in ISO 639-1.
    pub(super) name: &'static str,
    letters: Vec<Letter>,
}

struct Letter {
    is: char,
    /// How often it is the one among the language's letters.
    frequency: i32,
    before: Neighbours,
    after: Neighbours,
}

struct Neighbours {
    ascii: [i32; 26],
    edge: i32,
    others: Vec<(char, i32)>,
    /// What all others cost.
    rest: i32,
}

/// All languages that the table has.
pub(super) fn languages() -> &'static [Language] {
    static LANGUAGES: OnceLock<Vec<Language>> = OnceLock::new();
    LANGUAGES.get_or_init(|| parse(include_str!("letters.txt")))
}

impl Language {
    /// How likely the letters of a word are, in lower case, each beside its neighbours. ASCII is
    /// as likely everywhere.
    pub(super) fn score(&self, word: &[char]) -> i32 {
        let mut score = 0;
        for (index, letter) in word.iter().enumerate().filter(|(_, c)| !c.is_ascii()) {
            let Some(letter) = self.letters.iter().find(|known| known.is == *letter) else {
                score += FOREIGN;
                continue;
            };
            let before = index.checked_sub(1).map(|before| word[before]);
            score += letter.frequency
                + letter.before.cost(before)
                + letter.after.cost(word.get(index + 1).copied());
        }
        score
    }
}

impl Neighbours {
    fn parse(groups: &str, rest: i32) -> Self {
        let mut parsed = Self { ascii: [rest; 26], edge: rest, others: Vec::new(), rest };
        for (group, cost) in groups.split('|').zip(GROUPS) {
            for c in group.chars() {
                match c {
                    'a'..='z' => parsed.ascii[usize::from(c as u8 - b'a')] = cost,
                    '^' | '$' => parsed.edge = cost,
                    _ => parsed.others.push((c, cost)),
                }
            }
        }
        parsed
    }

    fn cost(&self, neighbour: Option<char>) -> i32 {
        match neighbour {
            None => self.edge,
            Some(c @ 'a'..='z') => self.ascii[usize::from(c as u8 - b'a')],
            Some(c) => self
                .others
                .iter()
                .find(|(known, _)| *known == c)
                .map_or(self.rest, |(_, cost)| *cost),
        }
    }
}

fn parse(table: &'static str) -> Vec<Language> {
    let mut languages: Vec<Language> = Vec::new();
    for line in table.lines().filter(|line| !line.starts_with('#')) {
        let mut fields = line.split(' ');
        let mut field = || fields.next().unwrap_or_default();
        let (name, letter) = (field(), field().chars().next());
        let frequency = field().parse().unwrap_or(FOREIGN);
        let rest = field().parse().unwrap_or(FOREIGN);
        let Some(letter) = letter else { continue };
        let before = Neighbours::parse(field(), rest);
        let after = Neighbours::parse(field(), rest);
        let letter = Letter { is: letter, frequency, before, after };
        match languages.last_mut().filter(|language| language.name == name) {
            Some(language) => language.letters.push(letter),
            None => languages.push(Language { name, letters: vec![letter] }),
        }
    }
    languages
}
