//! Letters that look like those of another alphabet: `а` of Cyrillic and `a` of Latin.
//!
//! One of them in an address makes another address, which nobody can tell from the right one by
//! looking. Alphabets are told apart by their blocks (Unicode 16, Scripts.txt); scripts that look
//! like no other, such as Han or Arabic, may stand beside Latin letters, as they do in fact.

#[derive(Clone, Copy, PartialEq, Eq)]
enum Alphabet {
    Latin,
    Greek,
    Cyrillic,
    Armenian,
    Cherokee,
    Coptic,
    Lisu,
    /// Latin letters of phonetics that stand in no language for themselves.
    Phonetic,
}

/// The first letter that is not of the alphabet of the others. Latin is the alphabet of a word
/// that has Latin letters: most domains are.
pub(super) fn stranger(word: &str) -> Option<char> {
    let letters = || word.chars().filter_map(|c| Some((c, alphabet(c)?)));
    let first = letters().next()?.1;
    let has_latin = letters().any(|(_, own)| own == Alphabet::Latin);
    let home = if has_latin { Alphabet::Latin } else { first };
    letters().find(|(_, own)| *own != home).map(|(c, _)| c)
}

/// Whether a word has no letter but such as look Latin and are not.
pub(super) fn only_looks_latin(word: &str) -> bool {
    let mut letters = word.chars().filter(|c| c.is_alphabetic()).peekable();
    letters.peek().is_some() && letters.all(|c| !c.is_ascii() && looks_like(c).is_some())
}

/// Whether a letter is Latin.
pub(super) fn is_latin(c: char) -> bool {
    alphabet(c) == Some(Alphabet::Latin)
}

/// The Latin letter that a letter looks like.
pub(super) fn looks_like(c: char) -> Option<char> {
    LOOKS.iter().find(|(_, letters)| letters.contains(c)).map(|(latin, _)| *latin)
}

/// Pairs that fonts draw alike (a choice from Unicode's confusables.txt, UTS #39).
const LOOKS: &[(char, &str)] = &[
    ('a', "аАαΑɑ"),
    ('b', "ВΒ"),
    ('c', "сСϲϹ"),
    ('d', "ԁ"),
    ('e', "еЕΕҽ"),
    ('g', "ɡ"),
    ('h', "һНΗ"),
    ('i', "іІιΙɩ"),
    ('j', "јЈϳ"),
    ('k', "кКκΚ"),
    ('l', "ӏӀ"),
    ('m', "МΜ"),
    ('n', "ոΝ"),
    ('o', "оОοΟօՕ"),
    ('p', "рРρΡ"),
    ('q', "ԛ"),
    ('s', "ѕЅՏ"),
    ('t', "ТΤ"),
    ('u', "υս"),
    ('v', "ѵν"),
    ('w', "ԝω"),
    ('x', "хХχΧ"),
    ('y', "уУγΥ"),
    ('z', "Ζ"),
];

/// The alphabet of a letter, if its letters can be taken for another's.
fn alphabet(c: char) -> Option<Alphabet> {
    Some(match c {
        'ɑ' | 'ɡ' | 'ɩ' => Alphabet::Phonetic,
        'a'..='z'
        | 'A'..='Z'
        | '\u{c0}'..='\u{2af}'
        | '\u{1e00}'..='\u{1eff}'
        | '\u{2c60}'..='\u{2c7f}'
        | '\u{a720}'..='\u{a7ff}'
        | '\u{ab30}'..='\u{ab64}' => Alphabet::Latin,
        '\u{3e2}'..='\u{3ef}' | '\u{2c80}'..='\u{2cff}' => Alphabet::Coptic,
        '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}' => Alphabet::Greek,
        '\u{400}'..='\u{52f}' | '\u{1c80}'..='\u{1c8f}' | '\u{a640}'..='\u{a69f}' => {
            Alphabet::Cyrillic
        }
        '\u{531}'..='\u{58a}' => Alphabet::Armenian,
        '\u{13a0}'..='\u{13ff}' | '\u{ab70}'..='\u{abbf}' => Alphabet::Cherokee,
        '\u{a4d0}'..='\u{a4ff}' => Alphabet::Lisu,
        _ => return None,
    })
    .filter(|_| c.is_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_among_those_of_another_alphabet_is_found() {
        for (word, found) in [
            ("exаmple", Some('а')),
            ("еxample", Some('е')),
            ("ЕXAMPLE", Some('Е')),
            ("οrg", Some('ο')),
            ("пοчта", Some('ο')),
            ("exɑmple", Some('ɑ')),
            ("օrg", Some('օ')),
            ("example", None),
            ("bücher", None),
            ("почта", None),
            ("παράδειγμα", None),
            ("東京shop", None),
            ("ışık", None),
            ("123", None),
        ] {
            assert_eq!(stranger(word), found, "{word}");
        }
    }

    #[test]
    fn a_word_that_only_looks_latin_is_known() {
        assert!(only_looks_latin("а") && only_looks_latin("ехо1"));
        assert!(!only_looks_latin("почта") && !only_looks_latin("a") && !only_looks_latin("1"));
    }
}
