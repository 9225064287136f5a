//! The name of a column as words: `npsp__Do_Not_Contact__c`, `doNotContact` and `Do not contact?`
//! are one name.

use super::super::columns::fold;

/// The words of a header, in lower case and without accents.
pub(super) fn words(header: &str) -> Vec<String> {
    split(bare(header)).iter().map(|word| plain(word)).filter(|word| !word.is_empty()).collect()
}

/// The words of a header as one.
pub(super) fn compact(header: &str) -> String {
    words(header).concat()
}

/// The letters and digits of a text in lower case, without accents.
pub(super) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        letters(c, |letter| plain.push(letter));
    }
    plain
}

/// What stands for a character in a plain text: nothing, a letter, or two. Only Latin letters are
/// looked for in the table of accents: lists in other scripts are long, too.
pub(super) fn letters(c: char, mut add: impl FnMut(char)) {
    match c {
        _ if c.is_ascii_alphanumeric() => add(c.to_ascii_lowercase()),
        _ if c.is_ascii() || !c.is_alphanumeric() => {}
        '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' => {
            fold(c.encode_utf8(&mut [0; 4])).chars().for_each(add);
        }
        _ => c.to_lowercase().map(bare_letter).for_each(add),
    }
}

/// A Greek or Cyrillic letter without its accent, as capitals are written: `ΑΛΗΘΗΣ` is `αληθής`.
fn bare_letter(letter: char) -> char {
    match letter {
        'ά' => 'α',
        'έ' => 'ε',
        'ή' => 'η',
        'ί' | 'ϊ' | 'ΐ' => 'ι',
        'ό' => 'ο',
        'ύ' | 'ϋ' | 'ΰ' => 'υ',
        'ώ' => 'ω',
        'ς' => 'σ',
        'ё' => 'е',
        _ => letter,
    }
}

/// A header without what a database puts around it: a package's name before a double underscore,
/// and what says that the field was added.
fn bare(header: &str) -> &str {
    let header = header.trim();
    let header = ["__c", "__pc", "__s"]
        .iter()
        .find_map(|added| header.strip_suffix(added))
        .unwrap_or(header);
    match header.split_once("__") {
        Some((package, rest)) if !rest.is_empty() && package.chars().all(char::is_alphanumeric) => {
            rest
        }
        _ => header,
    }
}

/// Cuts a text where a word ends: at what is neither letter nor digit, and where a capital letter
/// begins another word.
fn split(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let chars: Vec<char> = text.chars().collect();
    for (index, c) in chars.iter().enumerate() {
        let is_mark = ('\u{300}'..='\u{36f}').contains(c);
        if !c.is_alphanumeric() && !is_mark {
            words.push(String::new());
            continue;
        }
        let before = index.checked_sub(1).map(|before| chars[before]);
        let after = chars.get(index + 1);
        let begins = c.is_uppercase()
            && before.is_some_and(|before| {
                before.is_lowercase()
                    || before.is_ascii_digit()
                    || (before.is_uppercase() && after.is_some_and(|after| after.is_lowercase()))
            });
        if begins {
            words.push(String::new());
        }
        words.last_mut().expect("there is always one").push(*c);
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_the_same_however_a_program_spells_it() {
        for header in [
            "npsp__Do_Not_Contact__c",
            "Do_Not_Contact__c",
            "doNotContact",
            "DoNotContact",
            "DO NOT CONTACT",
            "Do not contact?",
            "do-not-contact",
        ] {
            assert_eq!(compact(header), "donotcontact", "{header}");
        }
        assert_eq!(words("DNCFlag"), ["dnc", "flag"]);
        assert_eq!(words("Désinscription (date)"), ["desinscription", "date"]);
        assert_eq!(words("email1_is_bad"), ["email1", "is", "bad"]);
        assert_eq!(words("IsEmailBounced"), ["is", "email", "bounced"]);
    }
}
