//! Yes and no, in the languages that people and spreadsheets write.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::YES_NO;
use crate::identifier::without_accents;

/// The longest word, in bytes: what is longer is not looked up.
const LONGEST: usize = 64;

/// What each word means, by its key.
static WORDS: LazyLock<HashMap<String, bool>> = LazyLock::new(|| {
    let lines = YES_NO.lines().filter(|line| !line.starts_with('#')).skip(1);
    let mut words = HashMap::new();
    for line in lines {
        let mut cells = line.split('\t');
        let (meaning, list) = (cells.next(), cells.nth(1).unwrap_or_default());
        words.extend(list.split('|').map(|word| (key(word), meaning == Some("yes"))));
    }
    words
});

/// What a cell says, if it says yes or no.
pub(super) fn read(cell: &str) -> Option<bool> {
    match cell {
        "1" | "yes" | "Yes" | "true" | "TRUE" => Some(true),
        "0" | "no" | "No" | "false" | "FALSE" => Some(false),
        _ if cell.len() > LONGEST => None,
        _ => WORDS.get(&key(cell)).copied(),
    }
}

/// The letters and digits of a word in lower case, without accents; as it stands where it has
/// none.
fn key(word: &str) -> String {
    let plain: String = without_accents(word).chars().filter(|c| c.is_alphanumeric()).collect();
    if plain.is_empty() { word.trim().to_owned() } else { plain }
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn yes_and_no_are_known_in_twenty_languages() {
        for word in [
            "yes",
            "YES",
            "Ja",
            "oui",
            "Sí",
            "sì",
            "sim",
            "tak",
            "да",
            "igen",
            "evet",
            "kyllä",
            "WAAR",
            "VRAI",
            "PRAWDA",
            "ИСТИНА",
            "DOĞRU",
            "IGAZ",
            "是",
            "はい",
            "예",
            "نعم",
            "כן",
            "ναι",
            "x",
            "✓",
            "1",
            "true",
        ] {
            assert_eq!(read(word), Some(true), "{word}");
        }
        for word in ["no", "Nein", "non", "nee", "nej", "ei", "nie", "нет", "FALSCH", "0", "否"]
        {
            assert_eq!(read(word), Some(false), "{word}");
        }
        for word in ["maybe", "", "accepted", "gold", "2", "yes, but later"] {
            assert_eq!(read(word), None, "{word}");
        }
    }
}
