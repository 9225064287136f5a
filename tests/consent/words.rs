//! What values mean in the languages that people and spreadsheets write.

use std::collections::{BTreeSet, HashMap};

use handbill::list::Verdict;

use crate::table::{self, column, key};

/// Each word with its meaning and language.
fn words() -> Vec<(String, String, String)> {
    let split = |line: Vec<String>| {
        let (meaning, language) = (line[0].clone(), line[1].clone());
        let words: Vec<String> = line[2].split('|').map(str::to_owned).collect();
        words.into_iter().map(move |word| (meaning.clone(), language.clone(), word))
    };
    table::words().into_iter().flat_map(split).collect()
}

/// The words of some meanings.
fn of(is_wanted: impl Fn(&str) -> bool) -> Vec<String> {
    let words = words().into_iter().filter(|(meaning, ..)| is_wanted(meaning));
    words.map(|(_, _, word)| word).collect()
}

/// Which of some words mean something else in a column.
fn unlike(header: &str, words: &[String], expected: Verdict) -> Vec<String> {
    let mut wrong = Vec::new();
    // No more than a column has values.
    for words in words.chunks(40) {
        let values: Vec<&str> = words.iter().map(String::as_str).collect();
        let verdicts = column(header, &values);
        let unlike = values.iter().zip(verdicts).filter(|(_, verdict)| *verdict != expected);
        wrong.extend(unlike.map(|(value, verdict)| format!("{header} {value:?}: {verdict:?}")));
    }
    wrong
}

/// Meanings that come to the same.
fn side(meaning: &str) -> &str {
    match meaning {
        "unsubscribed" | "bounced" | "cleaned" | "complained" | "deceased" | "blocked" => "left",
        "pending" | "unconfirmed" => "not yet",
        other => other,
    }
}

#[test]
fn no_word_means_two_things() {
    let mut known: HashMap<String, (String, String)> = HashMap::new();
    for (meaning, language, word) in words() {
        let (side, key) = (side(&meaning).to_owned(), key(&word));
        assert!(!key.is_empty(), "{meaning} {language} {word:?}");
        if let Some((other, of)) = known.get(&key) {
            assert_eq!(*other, side, "{word:?} is {other} in {of} and {side} in {language}");
        }
        known.insert(key, (side, language));
    }
}

#[test]
fn yes_and_no_are_known_in_at_least_twenty_languages() {
    let languages = |wanted: &str| -> BTreeSet<String> {
        let of = words().into_iter().filter(|(meaning, ..)| meaning == wanted);
        of.map(|(_, language, _)| language).collect()
    };
    assert!(languages("yes").len() >= 21, "{:?}", languages("yes"));
    assert!(languages("no").len() >= 21, "{:?}", languages("no"));
    assert!(languages("unsubscribed").len() >= 20, "{:?}", languages("unsubscribed"));
}

#[test]
fn a_yes_is_a_yes_and_a_no_a_no_on_both_sides_of_consent() {
    let mut wrong = Vec::new();
    for (wanted, if_left, if_stayed) in
        [("yes", Verdict::Left, Verdict::Mail), ("no", Verdict::Mail, Verdict::Left)]
    {
        let words: Vec<String> = of(|meaning| meaning == wanted);
        let spellings: [fn(&String) -> String; 3] =
            [String::clone, |word| word.to_uppercase(), |word| format!(" {word} ")];
        for spell in spellings {
            let spelt: Vec<String> = words.iter().map(spell).collect();
            for (header, expected) in [("unsubscribed", if_left), ("subscribed", if_stayed)] {
                wrong.extend(unlike(header, &spelt, expected));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn numbers_and_bits_of_databases_are_yes_and_no() {
    for (yes, no) in [("1.0", "0.0"), ("1.00", "0.00"), ("1,0", "0,0"), ("\u{1}", "\0"), ("1", "0")]
    {
        assert_eq!(column("unsubscribed", &[yes, no]), [Verdict::Left, Verdict::Mail], "{yes:?}");
        assert_eq!(column("subscribed", &[yes, no]), [Verdict::Mail, Verdict::Left], "{yes:?}");
    }
    assert_eq!(table::value("unsubscribed", "10"), Verdict::Unclear);
    assert_eq!(table::value("subscribed", "-1"), Verdict::Mail, "true in Access and Visual Basic");
}

#[test]
fn what_spreadsheets_write_for_true_and_false_is_read_in_their_languages() {
    for (yes, no) in [
        ("TRUE", "FALSE"),
        ("WAHR", "FALSCH"),
        ("WAAR", "ONWAAR"),
        ("VRAI", "FAUX"),
        ("VERO", "FALSO"),
        ("VERDADERO", "FALSO"),
        ("VERDADEIRO", "FALSO"),
        ("SANT", "FALSKT"),
        ("SAND", "FALSK"),
        ("SANN", "USANN"),
        ("TOSI", "EPÄTOSI"),
        ("PRAWDA", "FAŁSZ"),
        ("PRAVDA", "NEPRAVDA"),
        ("IGAZ", "HAMIS"),
        ("ADEVĂRAT", "FALS"),
        ("TÕENE", "VÄÄR"),
        ("TIESA", "NETIESA"),
        ("ИСТИНА", "ЛОЖЬ"),
        ("ІСТИНА", "ХИБНІСТЬ"),
        ("ΑΛΗΘΗΣ", "ΨΕΥΔΗΣ"),
        ("DOĞRU", "YANLIŞ"),
        ("אמת", "שקר"),
        ("صحيح", "خطأ"),
        ("真", "假"),
        ("참", "거짓"),
        ("BENAR", "SALAH"),
        ("ĐÚNG", "SAI"),
    ] {
        assert_eq!(column("unsubscribed", &[yes, no]), [Verdict::Left, Verdict::Mail], "{yes}");
        assert_eq!(column("opt_in", &[yes, no]), [Verdict::Mail, Verdict::Left], "{yes}");
    }
}

#[test]
fn words_of_a_status_decide_in_every_language() {
    let mut wrong = Vec::new();
    for (wanted, expected) in
        [("subscribed", Verdict::Mail), ("left", Verdict::Left), ("not yet", Verdict::NotYet)]
    {
        let words = of(|meaning| side(meaning) == wanted);
        wrong.extend(unlike("subscriber_status", &words, expected));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_date_that_is_none_is_blank_and_a_date_is_not() {
    let never = of(|meaning| matches!(meaning, "never" | "blank"));
    assert_eq!(unlike("unsubscribed_at", &never, Verdict::Mail), [""; 0]);
    for none in [
        "\\N",
        "0001-01-01T00:00:00.0000000Z",
        "1970-01-01T00:00:00+00:00",
        "12/30/1899 12:00:00 AM",
    ] {
        assert_eq!(table::value("unsubscribed_at", none), Verdict::Mail, "{none:?}");
    }
    for date in
        ["2024-05-03", "3 May 2024", "1970-01-02", "20240503T101500Z", "1714731300", "2024", "yes"]
    {
        assert_eq!(table::value("unsubscribed_at", date), Verdict::Left, "{date:?}");
    }
}

#[test]
fn a_word_that_says_never_is_no_consent() {
    for word in ["never", "none", "nie", "jamais", "NULL", "N/A", "\\N", "-"] {
        for header in ["newsletter", "subscribed", "email_opt_in", "Email subscription status"] {
            for others in [vec![], vec!["yes"], vec!["subscribed"]] {
                let values: Vec<&str> = [word].into_iter().chain(others).collect();
                if matches!(word, "NULL" | "N/A" | "\\N" | "-") && values.len() == 1 {
                    continue; // A column without a word is one that says nothing.
                }
                assert_ne!(column(header, &values)[0], Verdict::Mail, "{header} {values:?}");
            }
        }
    }
}
