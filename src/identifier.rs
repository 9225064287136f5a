//! The names of columns as a template can write them: `First Name` is `first_name`, `Prénom` is
//! `prenom`, `Имя` is `imya`.
//!
//! Tera's names are ASCII. Latin letters lose their accents; Cyrillic and Greek letters are
//! spelled as passports and maps spell them. Other scripts have no spelling that their writers
//! would guess: a header in them gives no name, and its column is called by its number.

use unicode_normalization::UnicodeNormalization;

/// Spells a header as a name, `[a-z_][a-z0-9_]*`; nothing where it has no letter or digit that
/// could be spelled.
pub fn identifier(header: &str) -> Option<String> {
    let mut name = String::new();
    for c in spelled(header).chars() {
        if c.is_ascii_alphanumeric() {
            name.push(c);
        } else if !name.is_empty() && !name.ends_with('_') {
            name.push('_');
        }
    }
    if name.ends_with('_') {
        name.pop();
    }
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        name.insert(0, '_');
    }
    (!name.is_empty()).then_some(name)
}

/// The words of a header: at spaces and signs, at a capital in the middle (`FirstName`) and before
/// and behind a number (`Email1`); in lower case, Latin letters without their accents.
pub fn words(header: &str) -> Vec<String> {
    let letters: Vec<char> = header.nfc().collect();
    let mut words = vec![String::new()];
    for (at, c) in letters.iter().enumerate() {
        let before = at.checked_sub(1).map_or(' ', |before| letters[before]);
        let next = letters.get(at + 1).copied().unwrap_or(' ');
        let is_capital = c.is_uppercase()
            && (before.is_lowercase() || (before.is_uppercase() && next.is_lowercase()));
        let is_edge = !c.is_alphanumeric() || before.is_numeric() != c.is_numeric() || is_capital;
        if is_edge {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| c.is_alphanumeric()) {
            word.push(*c);
        }
    }
    words.iter().filter(|word| !word.is_empty()).map(|word| without_accents(word)).collect()
}

/// Lower-case letters, Latin ones without their accents; other scripts as they are.
pub fn without_accents(text: &str) -> String {
    replaced(text, &[LATIN])
}

fn spelled(text: &str) -> String {
    // `й` is one letter, and not `и` with an accent.
    let text: String = text.nfc().collect();
    // Before single letters: Greek writes one sound with two.
    let text = text.replace("ου", "ou").replace("Ου", "ou").replace("ΟΥ", "ou").replace("ού", "ou");
    replaced(&text, &[LATIN, CYRILLIC, GREEK])
}

fn replaced(text: &str, tables: &[&[(&str, &str)]]) -> String {
    let mut ascii = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        match c {
            // Combining accents: what macOS writes.
            '\u{300}'..='\u{36f}' => {}
            _ if c.is_ascii() => ascii.push(c),
            _ => {
                let rows = tables.iter().copied().flatten();
                match rows.into_iter().find(|(_, letters)| letters.contains(c)) {
                    Some((plain, _)) => ascii.push_str(plain),
                    None => ascii.push(c),
                }
            }
        }
    }
    ascii
}

/// Latin letters and the ASCII that stands for them. An umlaut becomes its
/// letter alone: `ö` is Swedish, Turkish and Hungarian too, not only German.
const LATIN: &[(&str, &str)] = &[
    ("a", "àáâãäåāăąǎạảấầẩẫậắằẳẵặ"),
    ("ae", "æ"),
    ("c", "çćĉċč"),
    ("d", "ďđð"),
    ("e", "èéêëēĕėęěẹẻẽếềểễệ"),
    ("g", "ĝğġģ"),
    ("h", "ĥħ"),
    ("i", "ìíîïĩīĭįıỉịǐ"),
    ("j", "ĵ"),
    ("k", "ķ"),
    ("l", "ĺļľŀł"),
    ("n", "ñńņňŋ"),
    ("o", "òóôõöøōŏőơọỏốồổỗộớờởỡợǒ"),
    ("oe", "œ"),
    ("r", "ŕŗř"),
    ("s", "śŝşšș"),
    ("ss", "ß"),
    ("t", "ţťŧț"),
    ("th", "þ"),
    ("u", "ùúûüũūŭůűųưụủứừửữựǔ"),
    ("w", "ŵ"),
    ("y", "ýÿŷỳỵỷỹ"),
    ("z", "źżž"),
];

/// Cyrillic letters as the BGN/PCGN systems spell them, without their apostrophes; Serbian and
/// Macedonian ones as Serbian spells itself in Latin letters.
const CYRILLIC: &[(&str, &str)] = &[
    ("", "ъьʼ"),
    ("a", "аә"),
    ("b", "б"),
    ("v", "в"),
    ("g", "гґғ"),
    ("d", "д"),
    ("e", "еэѐ"),
    ("yo", "ё"),
    ("zh", "ж"),
    ("z", "з"),
    ("i", "иіѝ"),
    ("yi", "ї"),
    ("ye", "є"),
    ("y", "йы"),
    ("k", "кқ"),
    ("l", "л"),
    ("m", "м"),
    ("n", "нң"),
    ("o", "оө"),
    ("p", "п"),
    ("r", "р"),
    ("s", "с"),
    ("t", "т"),
    ("u", "уўүұ"),
    ("f", "ф"),
    ("kh", "х"),
    ("h", "һ"),
    ("ts", "ц"),
    ("ch", "ч"),
    ("sh", "ш"),
    ("shch", "щ"),
    ("yu", "ю"),
    ("ya", "я"),
    ("dj", "ђ"),
    ("gj", "ѓ"),
    ("dz", "ѕ"),
    ("j", "ј"),
    ("lj", "љ"),
    ("nj", "њ"),
    ("c", "ћ"),
    ("kj", "ќ"),
    ("dzh", "џ"),
];

/// Greek letters by ELOT 743.
const GREEK: &[(&str, &str)] = &[
    ("a", "αά"),
    ("v", "β"),
    ("g", "γ"),
    ("d", "δ"),
    ("e", "εέ"),
    ("z", "ζ"),
    ("i", "ηήιίϊΐ"),
    ("th", "θ"),
    ("k", "κ"),
    ("l", "λ"),
    ("m", "μ"),
    ("n", "ν"),
    ("x", "ξ"),
    ("o", "οόωώ"),
    ("p", "π"),
    ("r", "ρ"),
    ("s", "σς"),
    ("t", "τ"),
    ("y", "υύϋΰ"),
    ("f", "φ"),
    ("ch", "χ"),
    ("ps", "ψ"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_begin_at_signs_capitals_and_numbers() {
        let cases = [
            ("First Name", "first name"),
            ("PreferredEmail", "preferred email"),
            ("EMAILAddress", "email address"),
            ("E-mail 1 - Value", "e mail 1 value"),
            ("eMail2Type", "e mail 2 type"),
            ("npsp__Do_Not_Contact__c", "npsp do not contact c"),
            ("Prénom", "prenom"),
            ("ДатаОтписки", "дата отписки"),
            ("", ""),
        ];
        for (header, spelled) in cases {
            assert_eq!(words(header).join(" "), spelled, "{header}");
        }
    }

    #[test]
    fn a_header_in_latin_cyrillic_or_greek_letters_has_a_name() {
        let cases = [
            ("First Name", Some("first_name")),
            ("Prénom", Some("prenom")),
            ("Pre\u{301}nom", Some("prenom")),
            ("İL", Some("il")),
            ("2024 gift", Some("_2024_gift")),
            ("имя", Some("imya")),
            ("Имя и фамилия", Some("imya_i_familiya")),
            ("Последний взнос", Some("posledniy_vznos")),
            ("Последнии\u{306} взнос", Some("posledniy_vznos")),
            ("Ім’я", Some("im_ya")),
            ("Объявление", Some("obyavlenie")),
            ("Ђорђе", Some("djordje")),
            ("Όνομα", Some("onoma")),
            ("ΕΠΩΝΥΜΟ", Some("eponymo")),
            ("Επώνυμο του πατέρα", Some("eponymo_tou_patera")),
            ("Имя (first)", Some("imya_first")),
            ("שם פרטי", None),
            ("名前", None),
            ("__", None),
            ("ь", None),
        ];
        for (header, name) in cases {
            assert_eq!(identifier(header).as_deref(), name, "{header}");
        }
    }
}
