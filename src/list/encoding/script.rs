//! The scripts that are not Latin, and how likely a word in one of them is. A word of Latin letters
//! that was read in such an encoding mixes both.

use super::symbols::{ODD, is_letter};

/// What the letters of an encoding are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Script {
    Latin,
    Cyrillic,
    Greek,
    Hebrew,
    Arabic,
    Thai,
    /// Chinese, Japanese and Korean.
    Asian,
}

const ALL: [Script; 7] = [
    Script::Latin,
    Script::Cyrillic,
    Script::Greek,
    Script::Hebrew,
    Script::Arabic,
    Script::Thai,
    Script::Asian,
];

impl Script {
    /// The script of a letter; nothing for signs and letters of other scripts.
    pub(super) fn of(c: char) -> Option<Self> {
        ALL.into_iter().find(|script| script.has(c))
    }

    /// Whether a character is a letter of the script.
    pub(super) fn has(self, c: char) -> bool {
        match self {
            Self::Latin => is_letter(c),
            Self::Cyrillic => matches!(c, '\u{400}'..='\u{4ff}'),
            Self::Greek => matches!(c, '\u{386}'..='\u{3ff}' | '΄' | '΅'),
            Self::Hebrew => matches!(c, '\u{5b0}'..='\u{5f4}'),
            Self::Arabic => matches!(c, '\u{620}'..='\u{6ff}' | '\u{200c}' | '\u{200d}'),
            Self::Thai => matches!(c, '\u{e01}'..='\u{e5b}'),
            Self::Asian => matches!(
                c,
                '\u{3005}'..='\u{3007}'
                    | '\u{3040}'..='\u{30ff}'
                    | '\u{3400}'..='\u{9fff}'
                    | '\u{ac00}'..='\u{d7a3}'
                    | '\u{f900}'..='\u{faff}'
                    | '\u{ff10}'..='\u{ff9f}'
            ),
        }
    }

    /// What a word costs that is of this script alone; nothing if it is not.
    pub(super) fn cost(self, text: &str) -> Option<i32> {
        let is_sign =
            |c| matches!(c, '\u{a0}' | '’' | '«' | '»' | '–' | '№' | '、' | '。' | '\u{3000}');
        let is_pure = text.chars().all(|c| self.has(c) || is_sign(c));
        let letters: Vec<char> = text.chars().filter(|c| self.has(*c)).collect();
        if !is_pure || letters.is_empty() || has_odd_capital(&letters) {
            return None;
        }
        let rare = letters.iter().filter(|c| self.is_rare(**c)).count();
        let are_capitals = letters.len() > 1 && letters.iter().all(|c| c.is_uppercase());
        let cost = -8 - 6 * i32::try_from(rare).unwrap_or(i32::MAX / 8);
        Some(if are_capitals { cost - 6 } else { cost })
    }

    /// Whether a letter is seldom seen in names.
    fn is_rare(self, c: char) -> bool {
        match self {
            Self::Cyrillic => !matches!(c, 'А'..='я' | 'і' | 'ї' | 'ё' | 'є' | 'ј'),
            Self::Greek => matches!(c, '΄' | '΅'),
            Self::Hebrew => !matches!(c, 'א'..='ת'),
            Self::Asian => matches!(c, '\u{f900}'..='\u{ff9f}'),
            Self::Thai => matches!(c, '\u{e2f}' | '\u{e3a}'..='\u{e3f}' | '\u{e4d}'..='\u{e5b}'),
            Self::Latin | Self::Arabic => false,
        }
    }

    /// What a word costs that mixes scripts.
    pub(super) fn mixed(text: &str) -> i32 {
        2 * ODD - 8 * i32::try_from(text.chars().filter(|c| !c.is_ascii()).count()).unwrap_or(8)
    }
}

/// Whether a capital follows a small letter, or small letters more than one capital.
fn has_odd_capital(letters: &[char]) -> bool {
    let small = letters.iter().filter(|c| c.is_lowercase()).count();
    let odd = letters.iter().skip(1).filter(|c| c.is_uppercase()).count();
    small > 0 && odd > 0
}

/// Whether a word that is UTF-8 is so by chance: two letters of another encoding may be one in
/// UTF-8, which then stands among letters of another script.
pub(super) fn is_by_chance(word: &str) -> bool {
    let mut kinds = word.chars().filter_map(Kind::of);
    let first = kinds.next();
    let mixes = kinds.any(|kind| Some(kind) != first);
    let is_odd =
        |c| matches!(c, '\u{80}'..='\u{9f}' | '\u{250}'..='\u{2ba}' | '\u{2bd}'..='\u{2ff}');
    let begins_with_mark = word.starts_with(|c| matches!(c, '\u{300}'..='\u{36f}'));
    mixes || begins_with_mark || word.chars().any(is_odd) || has_sign_inside(word)
}

/// Letters that stand in one word together.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Latin,
    /// Up to Arabic and its neighbours: what two bytes may be.
    Near(Option<Script>),
}

impl Kind {
    /// The kind of a letter. What stands anywhere, and what needs more bytes, has none.
    fn of(c: char) -> Option<Self> {
        match c {
            '\u{300}'..='\u{36f}' | '\u{2bb}' | '\u{2bc}' | 'µ' => None,
            _ if !c.is_alphabetic() => None,
            _ if is_letter(c) => Some(Self::Latin),
            '\u{370}'..='\u{7ff}' => Some(Self::Near(Script::of(c))),
            _ => None,
        }
    }
}

/// Whether a Chinese letter stands between small Latin ones.
fn has_sign_inside(word: &str) -> bool {
    let chars: Vec<char> = word.chars().collect();
    chars.windows(3).any(|three| {
        three[0].is_ascii_lowercase()
            && Script::Asian.has(three[1])
            && three[2].is_ascii_lowercase()
    })
}
