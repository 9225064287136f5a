//! Cells that say nothing: `NULL`, `#N/A`, `-`, the name of the column, a merge tag that nobody
//! filled in. A letter that printed them would say "Dear NULL".
//!
//! Words count exactly as programs write them: `NULL` is nobody, Mr Null is somebody. They serve
//! names and other fields; what a column of consent means by them is its own affair.

mod placeholder;

use super::cell;
use super::columns::Column;

/// Which cells say nothing in a list.
#[derive(Clone, Debug)]
pub(super) struct Blanks {
    /// Sorted.
    words: Vec<String>,
    /// What is data here, whatever it looks like; sorted.
    kept: Vec<String>,
    /// How long the words are that begin with a byte, a bit for each length below 64.
    lengths: Box<[u64; 256]>,
}

impl Blanks {
    /// The words of programs and these, without those that are data in this list.
    pub(super) fn new(blank: &[String], keep: &[String]) -> Self {
        let mut kept: Vec<String> = keep.iter().map(|word| cell::clean(word)).collect();
        kept.sort_unstable();
        let own = blank.iter().map(|word| cell::clean(word));
        let mut words: Vec<String> = WORDS
            .split_whitespace()
            .map(str::to_owned)
            .chain(SPACED.iter().map(|word| (*word).to_owned()))
            .chain(own)
            .filter(|word| !word.is_empty() && kept.binary_search(word).is_err())
            .collect();
        words.sort_unstable();
        words.dedup();
        let mut lengths = Box::new([0; 256]);
        for word in &words {
            lengths[usize::from(word.as_bytes()[0])] |= 1_u64 << word.len().min(63);
        }
        Self { words, kept, lengths }
    }

    /// Whether a cell says nothing. It is trimmed already; for nearly all cells its first byte and
    /// its length tell that it does.
    pub(super) fn is_blank(&self, column: &Column, cell: &str) -> bool {
        let Some(&first) = cell.as_bytes().first() else { return true };
        let may_be_word = self.lengths[usize::from(first)] >> cell.len().min(63) & 1 == 1;
        if may_be_word && self.words.binary_search_by(|word| word.as_str().cmp(cell)).is_ok() {
            return true;
        }
        let says_nothing = (!first.is_ascii_alphanumeric() && cell::is_blank(cell))
            || (first == b'#' && is_overflow(cell))
            || (first == b'E' && is_calc_error(cell))
            || placeholder::is_tag(column, cell)
            || placeholder::is_echo(column, cell);
        says_nothing && !self.is_kept(cell)
    }

    fn is_kept(&self, cell: &str) -> bool {
        self.kept.binary_search_by(|word| word.as_str().cmp(cell)).is_ok()
    }
}

/// `######`: a number that was wider than its column.
fn is_overflow(cell: &str) -> bool {
    cell.len() >= 3 && cell.bytes().all(|byte| byte == b'#')
}

/// `Err:502`, as `LibreOffice` Calc has it.
fn is_calc_error(cell: &str) -> bool {
    let number = cell.strip_prefix("Err:");
    number.is_some_and(|number| number.len() == 3 && number.bytes().all(|b| b.is_ascii_digit()))
}

/// What programs write where there is nothing. Databases: `NULL` (SQL), `\N` (`MySQL`, PostgreSQL's
/// COPY), `(null)` (SQL Developer), `<null>` (`DataGrip`), `[NULL]` (`DBeaver`), `[null]` (pgAdmin).
/// Data libraries: what pandas takes for missing values (`read_csv`, `na_values`), `<NA>`, `NaT`,
/// R's `NA`. Languages: `None`, `nil`, `<nil>`, `undefined`, `[object Object]`, PHP's `Array`.
/// Spreadsheets: the errors of Excel in the languages of its interface, those of Google Sheets and
/// Calc. People: dashes and dots where a form insisted, `n/a` in several languages.
const WORDS: &str = r#"
    NULL null (null) (NULL) <null> <NULL> [NULL] [null] {null} \N \\N
    NA N/A n/a n.a. N.A. n.a N.A NA/NA <NA> nan NaN NAN -nan -NaN NaT nat
    1.#QNAN -1.#QNAN 1.#IND -1.#IND #NA
    None nil <nil> NIL undefined [undefined] Array
    N/D n/d n.d. N.D. k.A. k.a. n.v.t. b/d н/д Н/Д
    #N/A #REF! #VALUE! #NAME? #DIV/0! #NUM! #NULL! #SPILL! #CALC! #FIELD! #BLOCKED! #UNKNOWN!
    #CONNECT! #BUSY! #EXTERNAL! #PYTHON! #GETTING_DATA #ERROR! #N/A!
    #NV #BEZUG! #WERT! #ZAHL! #ÜBERLAUF! #KALK! #FELD!
    #VALEUR! #NOM? #NOMBRE! #NUL! #CHAMP! #PROPAGATION! #CALCUL!
    #N/D #¡REF! #¡VALOR! #¿NOMBRE? #¡NUM! #¡NULO! #¡DIV/0! #¡CALC! #¡DESBORDAMIENTO!
    #VALOR! #NOME? #NÚM! #NULO! #DESPEJAR! #RIF! #VALORE! #NULLO! #ESPANSIONE!
    #N/B #VERW! #WAARDE! #NAAM? #GETAL! #LEEG! #DEEL/0! #OVERLOOP!
    #N/D! #ADR! #ARG! #NAZWA? #LICZBA! #ZERO! #DZIEL/0! #ROZLANIE!
    #SAKNAS! #REFERENS! #VÄRDEFEL! #NAMN? #OGILTIGT! #SKÄRNING! #DIVISION/0!
    #I/T #REFERENCE! #VÆRDI! #NAVN? #VERDI!
    #PUUTTUU! #VIITTAUS! #ARVO! #NIMI? #LUKU! #TYHJÄ! #JAKO/0!
    #NENÍ_K_DISPOZICI #ODKAZ! #HODNOTA! #NÁZEV? #ČÍSLO! #DĚLENÍ_NULOU!
    #NEDOSTUPNÝ #ODKAZ! #NÁZOV? #HIÁNYZIK #HIV! #ÉRTÉK! #NÉV? #SZÁM! #NULLA! #ZÉRÓOSZTÓ!
    #Н/Д #ССЫЛКА! #ЗНАЧ! #ИМЯ? #ЧИСЛО! #ПУСТО! #ДЕЛ/0! #ПЕРЕНОС!
    #YOK #BAŞV! #DEĞER! #AD? #SAYI! #BOŞ! #SAYI/0! #TAŞMA!
    - -- --- ---- ‐ – — ―  −  –– —— . .. ... … _ __ ___ ? "" '' {} []
    (blank) (Blank) (empty) (Empty) (none) (None) (unknown) (undefined) (leer) (Leer) (vide)
    (vuoto) (leeg) (puste) (пусто) <blank> <empty> <none> <None> <unknown> <undefined>
    [blank] [empty] [none] [None] [unknown]
    0000-00-00
"#;

/// Such words with a space inside.
const SPACED: [&str; 7] = [
    "[object Object]",
    "[object Undefined]",
    "[object Null]",
    "#N/A N/A",
    "(not set)",
    "(en blanco)",
    "0000-00-00 00:00:00",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn blank(header: &str, cell: &str) -> bool {
        Blanks::new(&[], &[]).is_blank(&Column::new(header, 0), cell)
    }

    #[test]
    fn what_programs_write_for_nothing_is_blank() {
        for cell in [
            "",
            "NULL",
            "null",
            "\\N",
            "NA",
            "N/A",
            "n/a",
            "#N/A",
            "#REF!",
            "#VALUE!",
            "#NAME?",
            "#DIV/0!",
            "#NV",
            "#¡REF!",
            "#ССЫЛКА!",
            "#VÄRDEFEL!",
            "#####",
            "Err:502",
            "nan",
            "NaN",
            "NaT",
            "None",
            "nil",
            "undefined",
            "[object Object]",
            "-",
            "--",
            "—",
            "…",
            "?",
            "(null)",
            "<null>",
            "<NA>",
            "(blank)",
            "(none)",
            "N/D",
            "''",
            "\"\"",
            "\u{3164}",
            "\u{2800}\u{200d}",
            "\u{115f}\u{1160}",
            "\u{e0061}\u{e007f}",
        ] {
            assert!(blank("first_name", cell), "{cell:?}");
        }
    }

    #[test]
    fn what_people_are_called_is_not() {
        for cell in [
            "Na",
            "Null",
            "na",
            "Nan",
            "Nil",
            "none",
            "Nat",
            "Ann",
            "#1",
            "#hashtag!",
            "A-",
            "??",
            "????",
            "0",
            "x",
            "Err:5",
            "Errol",
            "N'Golo",
            "Ng",
            "Ὀ",
            "李",
            "\u{200f}שלום",
            "ND",
            "Array of things",
            "❤\u{fe0f}",
            "-5",
            "+44 20 7946 0000",
            "NULLs",
            "[sic]",
            "{x}",
        ] {
            assert!(!blank("first_name", cell), "{cell:?}");
        }
    }

    #[test]
    fn a_list_may_have_more_words_and_keep_some() {
        let words =
            |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let long = "not known to the membership office, see the card index in the cellar";
        let blanks = Blanks::new(
            &words(&["unknown", " Friend ", "", long]),
            &words(&["NA", "First Name", "[First Name]", "-"]),
        );
        let column = Column::new("First Name", 0);
        for cell in ["unknown", "Friend", long, "NULL", "", "\u{3164}"] {
            assert!(blanks.is_blank(&column, cell), "{cell:?}");
        }
        for cell in ["NA", "Unknown", "First Name", "[First Name]", "-"] {
            assert!(!blanks.is_blank(&column, cell), "{cell:?}");
        }
    }
}
