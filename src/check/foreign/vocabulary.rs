//! What people call the fields of their lists, in the tags of other tools and in the
//! languages that newsletters are written in.

use std::collections::HashMap;
use std::sync::LazyLock;

/// Words of which a name must have one, as their language spells them.
const TELLING: [&str; 24] = [
    // What tools call them.
    "name fname lname firstname lastname fullname surname forename nickname displayname username \
     email emailaddress company postcode zipcode salutation greeting addressblock greetingline merge \
     mergefield recipient city sendername",
    "webversion viewinbrowser forwardtoafriend updateprofile singleline multiline preferences",
    // German, Dutch, Danish, Norwegian, Swedish, Finnish, Icelandic
    "Vorname Nachname Familienname Anrede Firma Ort Postleitzahl Empfänger",
    "voornaam achternaam naam aanhef bedrijf woonplaats ontvanger",
    "fornavn efternavn etternavn navn virksomhed modtager mottaker",
    "förnamn efternamn namn mottagare företag",
    "etunimi sukunimi nimi vastaanottaja",
    "fornafn eftirnafn nafn",
    // French, Spanish, Catalan, Portuguese, Italian, Romanian
    "prénom nom civilité société destinataire",
    "nombre nombres apellido apellidos saludo empresa destinatario correo",
    "cognom cognoms",
    "nome sobrenome apelido saudação destinatário",
    "cognome azienda destinatario",
    "nume prenume",
    // Polish, Czech, Slovak, Slovene and Croatian, Hungarian, Lithuanian, Latvian, Estonian
    "imię nazwisko odbiorca",
    "jméno příjmení oslovení příjemce",
    "meno priezvisko oslovenie",
    "ime priimek prezime keresztnév vezetéknév név megszólítás",
    "vardas pavardė vārds uzvārds eesnimi perekonnanimi",
    // Russian, Ukrainian, Bulgarian, Serbian
    "имя фамилия отчество получатель получателя ім'я прізвище име фамилно презиме",
    // Greek, Turkish
    "όνομα επώνυμο ονοματεπώνυμο isim soyad soyadı adınız soyisim",
    // Hebrew, Arabic, Persian
    "שם נמען الاسم اسم اللقب المستلم نام",
    // Hindi, Chinese, Japanese, Korean
    "नाम 姓名 名字 称呼 收件人 氏名 名前 お名前 お客様名 宛名 이름 성명 성함 수신자",
    // Vietnamese, Indonesian
    "tên nama",
];

/// Words that may stand beside them.
const OTHERS: [&str; 6] = [
    "first last full given family middle nick display mail e address test your recipient \
     subscriber contact member donor supporter customer client user organisation organization insert \
     here dear lead person town country state zip phone field fields custom url link web version view \
     in browser block line sender reader id",
    "ihr ihre voller vollständiger straße stadt land uw volledige plaats stad din",
    "votre complet ville pays tu su completo primer primero segundo ciudad seu primeiro cidade \
     completa città via tuo",
    "ваше ваша полное первое вашето пълно",
    "פרטי משפחה מלא שלך الأول الأخير الكامل العائلة خانوادگی",
    "पहला पूरा đầy đủ lengkap depan",
];

/// How words begin in any language by which readers leave.
const LEAVE: [&str; 15] = [
    "unsub",
    "optout",
    "desinscri",
    "desabonn",
    "abmelde",
    "austrag",
    "afmeld",
    "uitschrijv",
    "desuscri",
    "disiscri",
    "отпис",
    "avmeld",
    "avregistr",
    "wypis",
    "odhlas",
];

/// Each word, folded, and whether it tells.
static WORDS: LazyLock<HashMap<String, bool>> = LazyLock::new(|| {
    let words = |lists: &'static [&'static str], tells| {
        lists.iter().flat_map(|list| list.split_whitespace()).map(move |word| (folded(word), tells))
    };
    words(&OTHERS, false).chain(words(&TELLING, true)).collect()
});

/// What a tag's name may be: `contact.first_name`, `subscriber:firstname`.
const OWNERS: [&str; 26] = [
    "action",
    "company",
    "contact",
    "customer",
    "domain",
    "donor",
    "greeting",
    "lead",
    "link",
    "mailing",
    "member",
    "membership",
    "newsletter",
    "participant",
    "person",
    "personalization",
    "profile",
    "recipient",
    "recipients",
    "sender",
    "subscriber",
    "subscription",
    "supporter",
    "unsubscribe",
    "unsubscription",
    "user",
];

/// Whether a text may be what stands in a tag: a word or a few, letters first, nothing of
/// code. A fallback may follow.
pub(super) fn is_word(inner: &str) -> bool {
    let inner = inner.trim().trim_start_matches(['$', '!', '=', '@']);
    let fits = |c: char| c.is_alphanumeric() || is_mark(c) || " _-.:,|='\"’‘“”/".contains(c);
    inner.chars().filter(|c| c.is_alphabetic()).count() >= 2
        && inner.starts_with(char::is_alphabetic)
        && inner.chars().all(fits)
}

/// Whether this is the name of a field: a column of the list, or made of the
/// words that such names are made of.
pub(super) fn is_name(inner: &str, columns: &[&str]) -> bool {
    let (name, _) = split(inner);
    if !is_word(inner)
        || !name.chars().all(|c| c.is_alphanumeric() || is_mark(c) || " _-.:'’".contains(c))
    {
        return false;
    }
    let identifier = identifier(name);
    columns.contains(&identifier.as_str()) || is_owned(name) || is_made_of_words(&identifier)
}

fn is_made_of_words(identifier: &str) -> bool {
    let words: Vec<String> = identifier
        .split('_')
        .map(|word| folded(word.trim_end_matches(|c: char| c.is_ascii_digit())))
        .filter(|word| !word.is_empty())
        .collect();
    let tells = |word: &String| WORDS.get(word).copied().unwrap_or(false) || leaves(word);
    let is_known = |word: &String| WORDS.contains_key(word) || leaves(word);
    let whole = words.concat();
    words.len() <= 6 && (words.iter().all(is_known) && words.iter().any(tells) || tells(&whole))
}

/// Whether somebody was to replace it: `[Insert the date]`.
pub(super) fn is_placeholder(inner: &str) -> bool {
    let first = inner.split_whitespace().next().map(folded);
    is_word(inner)
        && inner.contains(' ')
        && first.is_some_and(|word| {
            ["insert", "einfugen", "inserer", "insertar", "inserire"].contains(&&*word)
        })
}

/// `contact.display_name`, `subscriber:firstname`
fn is_owned(name: &str) -> bool {
    let Some((owner, rest)) = name.split_once(['.', ':']) else { return false };
    let rest = rest.trim();
    OWNERS.contains(&owner.trim().to_ascii_lowercase().as_str())
        && rest.chars().filter(|c| c.is_alphabetic()).count() >= 2
        && rest.chars().all(|c| c.is_alphanumeric() || "_-.:".contains(c))
}

/// Whether a name is that of a link to leave.
pub(super) fn is_leave(name: &str) -> bool {
    name.split('_').any(|word| leaves(&folded(word)))
}

fn leaves(word: &str) -> bool {
    LEAVE.iter().any(|beginning| word.starts_with(beginning))
}

/// A name, and whether a fallback follows: `firstname,fallback=friend`, `name | friend`.
fn split(inner: &str) -> (&str, bool) {
    let inner = inner.trim().trim_start_matches(['$', '!', '=', '@']);
    let ends =
        [inner.find(['|', '=']), inner.find(" or "), inner.find(" OR "), inner.find(['"', '“'])];
    // After a comma there may be anything, but for `fallback=`.
    let comma = inner.find(',').filter(|at| inner[*at..].contains('='));
    match ends.into_iter().flatten().chain(comma).min() {
        Some(end) => (inner[..end].trim(), true),
        None => (inner, false),
    }
}

/// `FirstName`, `First Name | friend` and `contact.first-name,fallback=you`
/// as a column would be called.
pub(super) fn identifier(inner: &str) -> String {
    let (name, _) = split(inner);
    let mut out = String::new();
    let mut before = ' ';
    for c in name.chars() {
        if c.is_alphanumeric() || is_mark(c) {
            if c.is_uppercase() && before.is_lowercase() {
                out.push('_');
            }
            out.extend(c.to_lowercase());
        } else if matches!(c, '\'' | '’') {
            // It is part of a word: `ім'я`.
        } else if !out.is_empty() && !out.ends_with('_') {
            out.push('_');
        }
        before = c;
    }
    let name = out.trim_matches('_');
    let owners = ["contact_", "recipient_", "subscriber_", "user_"];
    owners.iter().find_map(|owner| name.strip_prefix(owner)).unwrap_or(name).to_owned()
}

/// Marks on letters, which are no letters by themselves.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5c7}' | '\u{64b}'..='\u{652}' | '\u{900}'..='\u{963}')
}

/// A word in small letters, without the marks on them.
fn folded(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    for c in word.chars().flat_map(char::to_lowercase) {
        match c {
            'à'..='å' | 'ā' | 'ă' | 'ą' => out.push('a'),
            'ç' | 'ć' | 'č' | 'ĉ' | 'ċ' => out.push('c'),
            'ď' | 'đ' => out.push('d'),
            'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => out.push('e'),
            'ĝ' | 'ğ' | 'ġ' | 'ģ' => out.push('g'),
            'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' => out.push('i'),
            'ķ' => out.push('k'),
            'ĺ' | 'ļ' | 'ľ' | 'ł' => out.push('l'),
            'ñ' | 'ń' | 'ņ' | 'ň' => out.push('n'),
            'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' => out.push('o'),
            'ŕ' | 'ř' => out.push('r'),
            'ś' | 'š' | 'ş' | 'ș' => out.push('s'),
            'ţ' | 'ť' | 'ț' => out.push('t'),
            'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' => out.push('u'),
            'ý' | 'ÿ' => out.push('y'),
            'ź' | 'ż' | 'ž' => out.push('z'),
            'ß' => out.push_str("ss"),
            'ά' => out.push('α'),
            'έ' => out.push('ε'),
            'ή' => out.push('η'),
            'ί' | 'ϊ' => out.push('ι'),
            'ό' => out.push('ο'),
            'ύ' | 'ϋ' => out.push('υ'),
            'ώ' => out.push('ω'),
            'ς' => out.push('σ'),
            'ё' => out.push('е'),
            'أ' | 'إ' | 'آ' => out.push('ا'),
            '\'' | '’' | '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5c7}' | '\u{64b}'..='\u{652}' => {
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_fields_are_known_in_many_languages() {
        for name in [
            "First Name",
            "FNAME",
            "firstname",
            "Test First Name",
            "first_name",
            "MERGE1",
            "Prénom",
            "PRENOM",
            "Nom complet",
            "Vorname",
            "Anrede",
            "voornaam",
            "Förnamn",
            "Nombre",
            "Imię",
            "Příjmení",
            "Имя",
            "Имя получателя",
            "Ім'я",
            "שם פרטי",
            "الاسم الأول",
            "名前",
            "이름",
            "Όνομα",
            "contact.display_name",
            "subscriber:firstname | default:reader",
            "firstname,fallback=friend",
            "unsubscribeUrl",
            "unsubscription_url",
            "desinscription",
            "Your Name",
            "AddressBlock",
            "FIRSTNAME OR \"Friend\"",
        ] {
            assert!(is_name(name, &[]), "{name}");
        }
        for name in [
            "links",
            "1",
            "video",
            "Name of the source",
            "Bonjour",
            "the end",
            "City walk",
            "x",
            "sic",
            "Name, date and place",
            "first",
            "Welcome to our city",
            "user",
            "…",
            "Your turn",
        ] {
            assert!(!is_name(name, &[]), "{name}");
        }
        assert!(is_name("donation amount", &["donation_amount"]));
        assert!(is_placeholder("Insert date here") && !is_placeholder("Inserted yesterday"));
    }

    #[test]
    fn a_name_becomes_that_of_a_column() {
        for (name, wanted) in [
            ("FirstName", "first_name"),
            ("contact.first-name,fallback=you", "first_name"),
            ("First Name | friend", "first_name"),
            ("subscriber:firstname | default:reader", "firstname"),
        ] {
            assert_eq!(identifier(name), wanted);
        }
    }
}
