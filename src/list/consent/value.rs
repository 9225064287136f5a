//! What a cell says in a column of consent, by itself: yes, no, a word, a date, a number.

use super::super::cell;
use super::vocabulary::{Meaning, VOCABULARY, value_key};

/// A cell, looked at once.
#[derive(Clone, Debug)]
pub(super) struct Value<'a> {
    /// As it stands, trimmed.
    pub(super) text: &'a str,
    /// What words are looked up by.
    pub(super) key: String,
    /// What a word of the vocabulary means.
    pub(super) meaning: Option<Meaning>,
}

impl<'a> Value<'a> {
    /// Looks at a cell; nothing where there is nothing in it.
    pub(super) fn of(cell: &'a str) -> Option<Self> {
        let text = as_written(cell);
        let meaning = match cell::trim(cell) {
            BIT_ON => Some(Meaning::Yes),
            BIT_OFF => Some(Meaning::No),
            // As databases dump a null; it is not the letter.
            "\\N" => return None,
            _ if cell::is_blank(text) => return None,
            _ => None,
        };
        let key = value_key(text);
        let meaning = meaning
            .or_else(|| VOCABULARY.word_of(&key))
            .or_else(|| number(text))
            .or_else(|| clear(text, &key));
        let is_nothing = meaning == Some(Meaning::Blank) || is_no_date(text);
        (!is_nothing).then_some(Self { text, key, meaning })
    }

    /// Whether it is a date, or a moment.
    pub(super) fn is_date(&self) -> bool {
        let digits = self.text.bytes().filter(u8::is_ascii_digit).count();
        let others = self.text.chars().filter(|c| c.is_alphabetic()).count();
        let begins_like_one = self.text.starts_with(|c: char| c.is_ascii_digit());
        (6..=30).contains(&digits) && (begins_like_one && others <= 12 || others <= 3)
            || has_month_and_year(self.text)
    }
}

/// A bit field of a database: one byte, which is 1 or 0.
const BIT_ON: &str = "\u{1}";
const BIT_OFF: &str = "\0";

/// A cell as people read and write it: nobody can write the byte of a bit.
pub(super) fn as_written(cell: &str) -> &str {
    match cell::trim(cell) {
        BIT_ON => "1",
        BIT_OFF => "0",
        text => text,
    }
}

/// `1.0` and `0.00` are what databases and data libraries make of yes and no.
fn number(text: &str) -> Option<Meaning> {
    let begins = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | '-' | '+');
    if !text.starts_with(begins) {
        return None;
    }
    let number: f64 = text.replace(',', ".").parse().ok()?;
    let is = |wanted: f64| (number - wanted).abs() < f64::EPSILON;
    match () {
        () if is(1.0) => Some(Meaning::Yes),
        () if is(0.0) => Some(Meaning::No),
        () => None,
    }
}

/// A date that programs write where there is none: the first day of their calendar.
fn is_no_date(text: &str) -> bool {
    const FIRST_DAYS: [&str; 9] = [
        "0000-00-00",
        "0001-01-01",
        "1970-01-01",
        "1899-12-30",
        "1899-12-31",
        "1900-01-00",
        "1900-01-01",
        "30/12/1899",
        "01/01/0001",
    ];
    const OTHERS: [&str; 8] = [
        "31/12/1899",
        "30.12.1899",
        "12/30/1899",
        "1/1/0001",
        "01/01/1970",
        "1/1/1970",
        "01.01.1970",
        "1/0/1900",
    ];
    let Some(rest) =
        FIRST_DAYS.iter().chain(&OTHERS).find_map(|first_day| text.strip_prefix(first_day))
    else {
        return text.len() > 4
            && text.bytes().all(|b| matches!(b, b'0' | b'-' | b'/' | b'.' | b':' | b' '));
    };
    // A time of midnight, in any zone, and nothing else.
    rest.chars().all(|c| "0T:. +Z-".contains(c))
        || rest.trim() == "00:00:00 UTC"
        || rest.trim() == "12:00:00 AM"
}

/// `3 May 2024`, `Jan 31 2024`.
fn has_month_and_year(text: &str) -> bool {
    let mut words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let is_year = |word: &str| {
        word.len() == 4
            && (word.starts_with("19") || word.starts_with("20"))
            && word.bytes().all(|b| b.is_ascii_digit())
    };
    let count = words.clone().count();
    (2..=8).contains(&count)
        && words.any(is_year)
        && text.split_whitespace().count() > 1
        && text.starts_with(|c: char| c.is_ascii_digit() || c.is_alphabetic())
        && text.bytes().filter(u8::is_ascii_digit).count() >= 5
}

/// Words beside `bounced` that leave it the bounce of a mail, not of a cheque.
const BESIDE: [&str; 11] = [
    "address",
    "by",
    "e",
    "email",
    "hard",
    "mail",
    "permanent",
    "permanently",
    "previous",
    "report",
    "spam",
];

/// Several words that say it all the same: `Unsubscribed (by user)`, `hard bounce`.
fn clear(text: &str, key: &str) -> Option<Meaning> {
    let holds = |part: &&str| key.contains(*part);
    if text.len() > 80 || !["unsubscri", "bounc", "complain"].iter().any(holds) {
        return None;
    }
    let words = super::name::words(text);
    let is_denied =
        words.iter().any(|word| matches!(word.as_str(), "not" | "never" | "no" | "0" | "soft"));
    let is_trouble = |word: &String| word.starts_with("bounc") || word.starts_with("complain");
    let is_only_trouble = words.iter().any(is_trouble)
        && words.iter().all(|word| is_trouble(word) || BESIDE.contains(&word.as_str()));
    let says_left = words.iter().any(|word| word.starts_with("unsubscri")) || is_only_trouble;
    (says_left && !is_denied).then_some(Meaning::Left)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_read_as_what_it_says() {
        let meaning = |text| Value::of(text).map(|value| value.meaning);
        for (text, expected) in [
            ("1.00", Some(Meaning::Yes)),
            ("0,0", Some(Meaning::No)),
            ("\u{1}", Some(Meaning::Yes)),
            ("TRUE", Some(Meaning::Yes)),
            ("Unsubscribed (by user)", Some(Meaning::Left)),
            ("hard bounce", Some(Meaning::Left)),
            ("soft bounce", None),
            ("not unsubscribed", None),
            ("payment bounced", None),
            ("Gold", None),
        ] {
            assert_eq!(meaning(text), Some(expected), "{text:?}");
        }
        for text in [
            "",
            " \u{a0}",
            "0000-00-00 00:00:00",
            "0001-01-01T00:00:00",
            "1970-01-01T00:00:00Z",
            "NULL",
            "\\N",
            "30/12/1899",
        ] {
            assert!(meaning(text).is_none(), "{text:?}");
        }
    }

    #[test]
    fn dates_are_told_from_numbers_and_words() {
        let is_date = |text| Value::of(text).is_some_and(|value| value.is_date());
        for text in [
            "2024-05-03 10:00",
            "2024-02-01T10:00:00Z",
            "31.12.2023",
            "3 May 2024",
            "Jan 31 2024",
            "20240131",
        ] {
            assert!(is_date(text), "{text:?}");
        }
        for text in ["2024", "12", "Gold", "unsubscribed", "see note 3"] {
            assert!(!is_date(text), "{text:?}");
        }
    }
}
