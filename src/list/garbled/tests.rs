use super::*;

fn findings(cells: &[&str]) -> Vec<(&'static str, u64)> {
    let mut garbled = Garbled::default();
    for (line, cell) in (2..).zip(cells) {
        garbled.add(line, 0, cell);
    }
    let codes: Vec<&str> = garbled.findings("list.csv", &[]).iter().map(|f| f.code).collect();
    let tallies = [&garbled.replaced, &garbled.questions, &garbled.mojibake];
    let counts = ["replacement-characters", "question-marks", "mojibake"].into_iter().zip(tallies);
    let counts: Vec<(&str, u64)> =
        counts.map(|(code, tally)| (code, tally.cells)).filter(|(_, count)| *count > 0).collect();
    assert_eq!(codes, counts.iter().map(|(code, _)| *code).collect::<Vec<_>>());
    counts
}

#[test]
fn question_marks_for_letters_are_found() {
    for cell in [
        "????",
        "??",
        "?? ???",
        "?ukasz",
        "?ule \u{cd}5",
        "Jos? P?rez",
        "Fran?ois",
        "M??ller",
        "M?LLER",
        "O?Brien",
        "Jean-Fran?ois",
        "d?Arc",
        "(?ukasz)",
        "Anna-?ofia",
        "jos?@example.org",
        "m?ller@example.org",
    ] {
        assert_eq!(findings(&[cell]), [("question-marks", 1)], "{cell}");
    }
}

#[test]
fn questions_and_addresses_of_the_web_are_not_taken_for_lost_letters() {
    for cell in [
        "Ann ?",
        "Ann?",
        "?",
        "Really?",
        "Really?!",
        "What?? Who?",
        "Coming on Friday? Yes",
        "Really?Yes",
        "https://example.org/?q=a",
        "example.org/page?id=3&x=y",
        "watch?v=abc",
        "ann@example.org?subject=x",
        "2024?",
        "1?2",
        "Did she say when she comes back? I asked her on Friday and on Monday, and nobody in the \
         office knew of it?or so it seems to me",
    ] {
        assert_eq!(findings(&[cell]), [], "{cell}");
    }
}

#[test]
fn a_mark_behind_a_word_counts_where_the_column_has_lost_letters() {
    let mut garbled = Garbled::default();
    garbled.add(2, 0, "Jos?");
    garbled.add(3, 1, "Ann?");
    garbled.add(4, 0, "?ukasz");
    let columns = [Column::new("First name", 0), Column::new("Note", 1)];
    let found = garbled.findings("list.csv", &columns);
    assert_eq!(
        found[0].message,
        "2 cells have question marks where letters were: `Jos?` (`First name`, line 2), `?ukasz` \
         (`First name`, line 4)"
    );
    assert_eq!(found[0].place.as_ref().map(|place| place.line), Some(2));
}

#[test]
fn a_cell_of_question_marks_is_lost() {
    for cell in ["??", "????", "?? ??", "??-??", " ??? ", "\u{fffd}", "\u{fffd}\u{fffd}?"] {
        assert!(is_lost(cell), "{cell:?}");
    }
    for cell in ["", "?", " ", "-", "Ann??", "?a?", "What?"] {
        assert!(!is_lost(cell), "{cell:?}");
    }
}

#[test]
fn utf_8_that_was_read_wrongly_is_shown_as_it_was_meant() {
    for (cell, meant) in [
        ("ZoÃ©", "Zoé"),
        ("MÃ¼ller", "Müller"),
        ("Ann Oâ€™Brien", "Ann O’Brien"),
        ("Å\u{81}ukasz", "Łukasz"),
        ("MaÅ‚gorzata", "Małgorzata"),
        ("Ð\u{90}Ð½Ð½Ð°", "Анна"),
        ("×\u{9e}×\u{90}×™×”", "מאיה"),
        ("Î‘Î½Î½Î±", "Αννα"),
        ("èŠ±å\u{ad}\u{90}", "花子"),
        ("ZoÃƒÂ©", "Zoé"),
        ("voilÃ", "voilà"),
        ("lÃ bas", "là bas"),
        ("Â¿QuÃ©?", "¿Qué?"),
        ("ZoĂ©", "Zoé"),
        ("Ĺ‚aĹ„cut", "łańcut"),
        ("РђРЅРЅР°", "Анна"),
        ("Zo√©", "Zoé"),
        ("M├╝ller", "Müller"),
        ("╨Р╨╜╨╜╨░", "Анна"),
        ("50 â‚¬", "50 €"),
    ] {
        assert_eq!(mojibake::repaired(cell).as_deref(), Some(meant), "{cell:?}");
    }
    let mut garbled = Garbled::new(Unit::Row);
    garbled.add(7, 0, "ZoÃ©");
    let found = garbled.findings("query", &[Column::new("name", 0)]).remove(0);
    assert_eq!(
        found.message,
        "1 cell was read in the wrong encoding and saved again: `ZoÃ©` for `Zoé` (`name`, row 7)"
    );
}

#[test]
fn letters_that_were_meant_are_left_alone() {
    for cell in [
        "Zoë",
        "Müller",
        "São Paulo",
        "SÃO PAULO",
        "IRMÃ",
        "Łukasz Żółć",
        "Ångström",
        "CAFÉ®",
        "«CAFÉ»",
        "É™",
        "Анна Сёмина",
        "Рёва",
        "Ричард",
        "Ρένα",
        "מאיה",
        "花子",
        "Nguyễn Thị Ánh",
        "10 °C",
        "¿Qué?",
        "l’été",
        "Ærøskøbing",
        "Þórður",
        "Œuvre",
        "naïve…",
        "Mª José",
        "½ Œ",
        "A√B",
        "🎉",
        "ÃO",
        "Dvořák",
        "Ďáblice",
        "Ĺudovít",
        "№ 5",
    ] {
        assert_eq!(mojibake::repaired(cell), None, "{cell}");
        assert_eq!(findings(&[cell]), [], "{cell}");
    }
}

#[test]
fn replacement_characters_are_counted() {
    let cells = ["Zo\u{fffd}", "Ann", "\u{fffd}ukasz", "M\u{fffd}ller", "\u{fffd}"];
    let mut garbled = Garbled::default();
    for (line, cell) in (2..).zip(cells) {
        garbled.add(line, 1, cell);
    }
    let found = garbled.findings("list.csv", &[]).remove(0);
    assert_eq!((found.code, found.is_error()), ("replacement-characters", false));
    assert!(found.message.starts_with("4 cells have `�` where letters were: `Zo�` (line 2), "));
    assert!(found.message.ends_with(", …"), "{}", found.message);
}

#[test]
fn memory_does_not_grow_with_the_cells() {
    let mut garbled = Garbled::default();
    for line in 0..5_000 {
        garbled.add(line, usize::try_from(line % 5).expect("small"), "Jos? P?rez \u{fffd} Ã©");
    }
    assert_eq!(garbled.questions.cells, 5_000);
    assert!(garbled.questions.first.len() == SHOWN && garbled.mojibake.first.len() == SHOWN);
}
