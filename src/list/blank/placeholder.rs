//! Values that stand for one that never came: another program's merge tag, or the column's own
//! name, as forms that were tried and never filled in have them.

use crate::identifier;
use crate::list::columns::{Column, has};

/// The longest one, in bytes.
const LONGEST: usize = 64;

/// How merge tags begin and end, and whether that says enough: `[x]` may be anything, `*|x|*` may not.
const TAGS: [(&str, &str, bool); 19] = [
    ("*|", "|*", true),
    ("{{", "}}", true),
    ("{%", "%}", true),
    ("<<", ">>", true),
    ("<%=", "%>", true),
    ("<%", "%>", true),
    ("%%", "%%", true),
    ("[%", "%]", true),
    ("{!", "}", true),
    ("{$", "}", true),
    ("${", "}", true),
    ("[[", "]]", true),
    ("##", "##", true),
    ("%", "%", false),
    ("[", "]", false),
    ("{", "}", false),
    ("<", ">", false),
    ("~", "~", false),
    ("«", "»", false),
];

/// Whether a cell is a merge tag and nothing else.
pub(super) fn is_tag(column: &Column, cell: &str) -> bool {
    let begins = matches!(
        cell.as_bytes().first(),
        Some(b'*' | b'{' | b'<' | b'%' | b'[' | b'$' | b'#' | b'~' | 0xc2)
    );
    if !begins || cell.len() > LONGEST {
        return false;
    }
    TAGS.iter().any(|(open, close, is_sure)| {
        let inside = cell.strip_prefix(open).and_then(|rest| rest.strip_suffix(close));
        inside.is_some_and(|inside| {
            let words = identifier::words(inside.split(['|', ',', '=']).next().unwrap_or(inside));
            let has_word = words.iter().any(|word| word.chars().any(char::is_alphabetic));
            let is_field =
                || is_name(&words) || words.concat() == identifier::words(&column.header).concat();
            has_word && is_tag_text(inside) && (*is_sure || is_field())
        })
    })
}

/// Whether a cell only says what the column is: `First Name` under `First Name` or `fname`. A
/// `volunteer` under `Volunteer` is an answer: only names are looked at.
pub(super) fn is_echo(column: &Column, cell: &str) -> bool {
    // Asked of every cell of every row.
    let is_field = (5..=LONGEST_FIELD).contains(&cell.len()) && is_field(cell);
    (is_field || is_same(&column.header, cell)) && is_name(&identifier::words(&column.header))
}

/// Whether a short cell is the name of a field, and nobody's.
fn is_field(cell: &str) -> bool {
    if !cell.is_ascii() {
        return OTHER_FIELDS.iter().any(|field| is_same(field, cell));
    }
    // How they all end; hardly a name does.
    let end = &cell[cell.len() - 2..];
    if !["me", "am", "os"].iter().any(|known| end.eq_ignore_ascii_case(known)) {
        return false;
    }
    let (mut folded, mut length) = ([0; LONGEST_FIELD], 0);
    for byte in cell.bytes().filter(u8::is_ascii_alphanumeric) {
        folded[length] = byte.to_ascii_lowercase();
        length += 1;
    }
    matches!(
        &folded[..length],
        b"firstname"
            | b"lastname"
            | b"fullname"
            | b"yourname"
            | b"givenname"
            | b"familyname"
            | b"fname"
            | b"lname"
            | b"surname"
            | b"forename"
            | b"nickname"
            | b"vorname"
            | b"nachname"
            | b"voornaam"
            | b"achternaam"
            | b"apellidos"
            | b"cognome"
    )
}

/// Whether two texts have the same letters and digits, in whatever case and with whatever signs
/// between them.
fn is_same(one: &str, other: &str) -> bool {
    // Asked of every cell of every row: their ends tell most of them apart.
    let may_be = |one: Option<&u8>, other: Option<&u8>| match (one, other) {
        (Some(one), Some(other)) => {
            one.eq_ignore_ascii_case(other)
                || !one.is_ascii_alphanumeric()
                || !other.is_ascii_alphanumeric()
        }
        _ => false,
    };
    let (first, second) = (one.as_bytes(), other.as_bytes());
    may_be(first.first(), second.first())
        && may_be(first.last(), second.last())
        && letters(one).next().is_some()
        && letters(one).eq(letters(other))
}

fn letters(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase)
}

/// What may stand inside a tag: words, dots and a fallback, but no sentence.
fn is_tag_text(inside: &str) -> bool {
    inside.chars().all(|c| c.is_alphanumeric() || " _-.:,|='\"@#/$".contains(c))
}

/// Whether some words are the name of a column of names.
fn is_name(words: &[String]) -> bool {
    words.iter().any(|word| has(NAME, word))
        && words.iter().all(|word| has(NAME, word) || has(BESIDE, word))
}

/// Names of fields with letters beyond ASCII, …
const OTHER_FIELDS: [&str; 3] = ["prénom", "имя", "фамилия"];
/// … and the longest cell that may be the name of a field, in bytes.
const LONGEST_FIELD: usize = 20;

/// What columns of names are called, in the languages of exports, …
const NAME: &str = "\
    achternaam anrede apellido apellidos cognome etunimi familienname first firstname fname \
    forename fornavn fornamn fullname given last lastname lname meno nachname name naam nazwisko \
    nimi nom nombre nome onoma nickname nev prenom priezvisko salutation sobrenome sukunimi \
    surname vorname voornaam efternamn efternavn etternavn imie имя фамилия отчество ονομα";
/// … and what may stand beside it.
const BESIDE: &str = "\
    client company contact customer de del di display donor family famille full initial legal \
    member merge middle nick organisation organization person preferred primary recipient \
    subscriber supporter user your";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_merge_tag_is_no_value() {
        let column = Column::new("First Name", 0);
        for cell in [
            "*|FNAME|*",
            "*|LIST:COMPANY|*",
            "{{first_name}}",
            "{{ contact.first_name | friend }}",
            "%FNAME%",
            "%%First Name%%",
            "<< First Name >>",
            "<<Test First Name>>",
            "[First Name]",
            "{FirstName}",
            "${firstName}",
            "«First_Name»",
            "[[firstname]]",
            "<First Name>",
            "<%= name %>",
            "{$name}",
            "{!Contact.FirstName}",
            "~FirstName~",
            "[firstname,fallback=friend]",
            "*|MERGE3|*",
            "##Vorname##",
            "{имя}",
        ] {
            assert!(is_tag(&column, cell), "{cell}");
        }
        assert!(is_tag(&Column::new("Shirt size", 0), "[Shirt Size]"));
        for cell in [
            "[sic]",
            "{x}",
            "<3",
            "*Ann*",
            "100%",
            "% of 5 %",
            "«Bonjour, mes amis!»",
            "«Ann»",
            "[1]",
            "~",
            "<ann@example.org>",
            "[Leeds]",
            "{}",
            "#1",
            "*|*",
            "{{}}",
            "[First Name] Lee",
            "$5",
        ] {
            assert!(!is_tag(&column, cell), "{cell}");
        }
    }

    #[test]
    fn the_name_of_a_column_of_names_is_no_name() {
        for (header, cell) in [
            ("First Name", "First Name"),
            ("First Name", "first_name"),
            ("fname", "FIRST NAME"),
            ("Name", "FirstName"),
            ("Name", "name"),
            ("LNAME", "Last Name"),
            ("Vorname", "Vorname"),
            ("Prénom", "Prénom"),
            ("Имя", "имя"),
            ("Your Name", "Your name"),
        ] {
            assert!(is_echo(&Column::new(header, 0), cell), "{header}: {cell}");
        }
        for (header, cell) in [
            ("Volunteer", "volunteer"),
            ("City", "city"),
            ("Name", "Ann"),
            ("Name", "First"),
            ("First Name", "Forename Smith"),
            ("Username of the box", "username of the box"),
            ("Name", ""),
            ("Note", "First Name"),
        ] {
            assert!(!is_echo(&Column::new(header, 0), cell), "{header}: {cell}");
        }
    }
}
