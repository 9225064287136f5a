//! How likely a character that is no letter stands where it does: an apostrophe in `O’Brien` is,
//! a sign of pounds in `£ukasz` is a letter that was read in the wrong encoding.
//!
//! Costs are logarithms to the base 2, as the scores of letters are.

/// What a character costs that nobody writes there.
pub(super) const ODD: i32 = -24;

/// What stands before an apostrophe in English.
const CONTRACTED: &str = "i he she it we you they that who what there here let don doesn didn isn \
                          aren wasn weren won can couldn wouldn shouldn haven hasn hadn";
/// What stands before an apostrophe in French and Italian.
const ELIDED: &str = "qu jusqu lorsqu puisqu quelqu aujourd dell dall nell sull all coll sant \
                      quell un bell mezz gl degl";
/// What stands behind an apostrophe at the beginning of a word in Dutch and English.
const CLIPPED: &str = "t s n k m em tis twas r ns";
/// What has an ordinal's letter behind it in Spanish and Portuguese.
const ABBREVIATED: &str = "n m d s f g c p a sr sra dr dra sta mar exc excm ilm pta av avda hna";

/// A character and what stands around it.
pub(super) struct Context<'a> {
    /// The whole text of letters and signs, with what stands beside it at its ends.
    pub(super) text: &'a [char],
    /// Which of them it is.
    pub(super) at: usize,
}

impl Context<'_> {
    /// What it costs, if it is no letter.
    #[allow(clippy::match_same_arms, reason = "signs of one kind stand together")]
    pub(super) fn cost(&self) -> i32 {
        let (left, right) = (self.left(), self.right());
        match (self.text[self.at], left, right) {
            ('\u{a0}', true, true) => self.if_capital(-3, -22),
            ('\u{a0}', true, false) => -8,
            ('\u{a0}', false, true) => self.if_capital(-3, -10),
            ('\u{a0}', ..) => -3,
            ('§', false, false) if !self.has_digit() => -10,
            ('\u{ad}', ..) => -16,
            ('’', true, true) => self.apostrophe(),
            ('´', true, true) => self.if_capital(-6, -14),
            ('’', false, true) if has(CLIPPED, &self.word_behind()) => -4,
            ('’' | '´', false, true) => -12,
            ('‘' | '“' | '„' | '‚' | '«', false, true) => self.if_capital(-7, -14),
            ('’' | '“' | '”' | '»' | '…', true, false) => -9,
            ('”' | '»' | '›' | '‹', false, true) => self.if_capital(-9, -16),
            ('«' | '›', true, false) => -11,
            ('¿' | '¡', false, true) => self.if_capital(-9, -18),
            ('–' | '—', true, true) => self.dash(),
            ('•' | '–' | '—', false, true) => -10,
            ('…', false, true) => -16,
            ('™' | '®' | '°' | '†' | '–' | '—', true, false) => -10,
            ('²' | '³', true, false) if self.word_before().ends_with('m') => -4,
            ('ª' | 'º', true, false) if has(ABBREVIATED, &self.word_before()) => -4,
            ('·', true, true) if self.is_between('l') => -4,
            ('°', false, true) if has("c f k", &self.word_behind()) => -4,
            ('£' | '¥' | '¢' | '²' | '³' | '¹' | 'ª' | 'º' | '‰' | 'µ' | '±', false, false) => {
                if self.has_digit() {
                    -4
                } else {
                    ODD
                }
            }
            ('µ', false, true) if self.has_digit() => -4,
            (
                '€' | '½' | '¼' | '¾' | '°' | '§' | '©' | '®' | '™' | '×' | '÷' | '†' | '·' | '•'
                | '–' | '—' | '…' | '‘' | '’' | '“' | '”' | '„' | '‚' | '«' | '»' | '‹' | '›' | '´',
                false,
                false,
            ) => -4,
            _ => ODD,
        }
    }

    fn left(&self) -> bool {
        self.before().is_some_and(is_letter)
    }

    fn right(&self) -> bool {
        self.behind().is_some_and(is_letter)
    }

    fn before(&self) -> Option<char> {
        self.at.checked_sub(1).map(|at| self.text[at])
    }

    fn behind(&self) -> Option<char> {
        self.text.get(self.at + 1).copied()
    }

    fn has_digit(&self) -> bool {
        [self.before(), self.behind()].into_iter().flatten().any(|c| c.is_ascii_digit())
    }

    fn is_between(&self, letter: char) -> bool {
        let is = |c: Option<char>| c.is_some_and(|c| c.eq_ignore_ascii_case(&letter));
        is(self.before()) && is(self.behind())
    }

    fn if_capital(&self, capital: i32, other: i32) -> i32 {
        if self.behind().is_some_and(char::is_uppercase) { capital } else { other }
    }

    /// `Ann–Marie`, and prose; not `Mu–oz`.
    fn dash(&self) -> i32 {
        let are_words =
            self.word_before().chars().count() >= 3 && self.word_behind().chars().count() >= 3;
        self.if_capital(-5, if are_words { -14 } else { -18 })
    }

    /// `O’Brien`, `l’eau`, `Sant’Anna`, `Ann’s`; not `Garc’a`.
    fn apostrophe(&self) -> i32 {
        let (before, behind) = (self.word_before(), self.word_behind());
        let is_capital = self.behind().is_some_and(char::is_uppercase);
        let is_vowel = behind.starts_with(|c: char| !c.is_ascii() || "aeiouyh".contains(c));
        let is_elided = match before.chars().count() {
            1 => "dlnmtscj".contains(&before) && is_vowel && behind.chars().count() >= 3,
            _ => has(ELIDED, &before) && is_vowel,
        };
        match behind.as_str() {
            _ if is_capital && before.chars().count() <= 4 => -5,
            _ if is_elided => -7,
            "s" | "t" | "d" | "m" | "re" | "ll" | "ve" if has(CONTRACTED, &before) => -4,
            "s" if before.chars().count() >= 2 => -8,
            _ => -14,
        }
    }

    fn word_before(&self) -> String {
        let letters: Vec<char> =
            self.text[..self.at].iter().rev().copied().take_while(|c| is_letter(*c)).collect();
        letters.iter().rev().flat_map(|c| c.to_lowercase()).collect()
    }

    fn word_behind(&self) -> String {
        let letters = self.text[self.at + 1..].iter().copied().take_while(|c| is_letter(*c));
        letters.flat_map(char::to_lowercase).collect()
    }
}

/// Whether a character is a Latin letter, or a mark upon one.
pub(super) fn is_letter(c: char) -> bool {
    c.is_ascii_alphabetic()
        || matches!(c, '\u{c0}'..='\u{24f}' | '\u{300}'..='\u{36f}') && !matches!(c, '×' | '÷')
}

fn has(words: &str, word: &str) -> bool {
    words.split(' ').any(|known| known == word)
}
