//! Lists that say something: by what was told, a mark, or other lines.

use super::*;

// --- several at once ------------------------------------------------------------

/// Rows in UTF-8 with one in another encoding among them.
fn glued(row: &[u8]) -> Vec<u8> {
    let mut names = vec!["Zoë Łódź".as_bytes().to_vec(); 50];
    names[20] = row.to_vec();
    list(&names)
}

#[test]
fn a_few_windows_rows_among_utf_8_are_read_and_said() {
    let bytes = glued(b"Ren\xe9");
    let (charset, note) = noted(&bytes, None);
    assert_eq!((charset, note.code, note.is_error()), ("UTF-8", "mixed-encodings", false));
    assert_eq!(note.message, "1 line is windows-1252 in a list that is UTF-8: line 22");
    assert!(read(&bytes, charset).contains("René"));
    let few = [list(&vec![b"Ren\xe9".to_vec(); 9]), list(&["Zoë".as_bytes().to_vec()])].concat();
    let (charset, note) = noted(&few, None);
    assert_eq!((charset, note.code), ("UTF-8", "mixed-encodings"));
    assert!(note.message.contains("9 lines are windows-1252"), "{}", note.message);
    assert!(read(&few, charset).contains("René") && read(&few, charset).contains("Zoë"));
}

#[test]
fn rows_among_utf_8_that_are_anything_else_are_refused() {
    for (name, encoding) in [("Łukasz", WINDOWS_1250), ("Ondřej", WINDOWS_1250), ("Анна", KOI8_U)]
    {
        let slip = refused(&glued(&encoding.encode(name).0), None);
        assert_eq!((slip.code, slip.is_error()), ("unclear-encoding", true));
        assert!(slip.message.contains("1 line is not UTF-8 as the others"), "{}", slip.message);
        assert!(slip.help.contains(&format!("`{name}`")), "{}", slip.help);
        assert_eq!(slip.place.map(|place| place.line), Some(22));
    }
}

#[test]
fn a_word_that_is_utf_8_in_part_is_none() {
    // `Ä«` is a letter of UTF-8, `é` behind it is nothing.
    let bytes = list(&[b"\xc4\xab\xe9".to_vec(), b"M\xfcller".to_vec()]);
    assert!(matches!(detected(&bytes, None), Content::Unclear(_)));
}

#[test]
fn capitals_with_signs_behind_them_are_not_taken_for_utf_8() {
    let bytes = in_encoding(&["«CAFÉ»", "Müller"], WINDOWS_1252);
    assert_eq!(charset(&bytes), "windows-1252");
}

// --- told ---------------------------------------------------------------------

#[test]
fn a_told_encoding_is_read() {
    let bytes = in_encoding(&["Łukasz Żółć"], WINDOWS_1250);
    for label in ["windows-1250", "cp1250", "1250", "WIN-1250"] {
        assert_eq!(detected(&bytes, Some(label)), detected(&bytes, Some("windows-1250")));
        assert!(read(&bytes, label).contains("Łukasz Żółć"));
    }
    let bytes = in_page(&["Zoë Müller"], 437);
    assert!(
        matches!(detected(&bytes, Some("cp437")), Content::Text(page, _) if page.name() == "IBM437")
    );
    assert!(read(&bytes, "cp437").contains("Zoë Müller"));
}

#[test]
fn characters_that_a_told_encoding_lacks_are_counted() {
    let bytes = list(&[b"Zo\xeb".to_vec(), b"M\x81ller".to_vec(), b"\x8d\x81".to_vec()]);
    let (charset, note) = noted(&bytes, Some("windows-1252"));
    assert_eq!(
        (charset, note.code, note.is_error()),
        ("windows-1252", "malformed-characters", false)
    );
    assert_eq!(note.message, "3 places are no characters in windows-1252, on lines 3, 4");
    let bytes = [list(&[b"\xfcller".to_vec()]), in_encoding(&["花子"], SHIFT_JIS)].concat();
    let (_, note) = noted(&bytes, Some("shift_jis"));
    assert_eq!(note.place.map(|place| place.line), Some(2));
    let (_, note) = noted(&list(&[b"a\xd5".to_vec()]), Some("cp857"));
    assert!(
        note.message.starts_with("1 place is no characters in IBM857, on line 2"),
        "{}",
        note.message
    );
}

#[test]
fn what_was_told_is_refused_where_the_bytes_are_something_else() {
    let slip = refused(&glued(b"Ren\xe9"), Some("utf-8"));
    assert_eq!((slip.code, slip.is_error()), ("wrong-encoding", true));
    assert!(slip.message.contains("1 line is not, line 22"), "{}", slip.message);
    let utf8 = list(&["Zoë".as_bytes().to_vec()]);
    for label in ["windows-1250", "cp850", "macintosh", "koi8-r"] {
        let slip = refused(&utf8, Some(label));
        assert!(slip.message.starts_with("`list.csv` is UTF-8, not "), "{}", slip.message);
    }
    assert_eq!(refused(&utf8, Some("utf-16")).code, "wrong-encoding");
    // Nothing in it contradicts.
    for label in ["windows-1250", "cp850", "shift_jis"] {
        let ascii = detected(&list(&[b"Ann".to_vec()]), Some(label));
        assert!(matches!(ascii, Content::Text(_, notes) if notes.is_empty()), "{label}");
    }
}

#[test]
fn a_mark_wins_over_what_was_told_and_that_is_said() {
    let utf16: Vec<u8> = "\u{feff}email,name\r\na@example.org,Łukasz\r\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let (charset, note) = noted(&utf16, Some("windows-1250"));
    assert_eq!((charset, note.code), ("UTF-16LE", "encoding-mark"));
    assert_eq!(note.message, "`list.csv` is UTF-16LE, not windows-1250 as was told");
    assert_eq!(
        detected(&utf16, Some("utf-16")),
        Content::Text(Charset::Standard(UTF_16LE), Vec::new())
    );
    let (charset, note) = noted(&utf16[2..], Some("utf-8"));
    assert_eq!((charset, note.code), ("UTF-16LE", "encoding-mark"));
    let utf8 = [b"\xef\xbb\xbf".to_vec(), list(&["Łukasz".as_bytes().to_vec()])].concat();
    let (charset, note) = noted(&utf8, Some("windows-1250"));
    assert_eq!((charset, note.code), ("UTF-8", "encoding-mark"));
    assert!(read(&utf8, charset).starts_with("email") && read(&utf8, charset).contains("Łukasz"));
}

// --- chunks ---------------------------------------------------------------------

#[test]
fn characters_are_whole_wherever_a_chunk_ends() {
    for shift in 0..8 {
        let filling = "x".repeat(CHUNK - 40 + shift);
        for (encoding, name) in [
            (SHIFT_JIS, "花子花子花子花子花子"),
            (WINDOWS_1250, "Łukasz Żółć"),
            (GBK, "王小明李晓红张伟"),
        ] {
            let bytes = in_encoding(&[&filling, name], encoding);
            assert!(read(&bytes, encoding.name()).contains(name), "{} {shift}", encoding.name());
            asks(&bytes, encoding.name(), name);
        }
        let bytes = list(&[filling.clone().into_bytes(), "Łukasz 花子".as_bytes().to_vec()]);
        assert_eq!(charset(&bytes), "UTF-8");
        assert!(read(&bytes, "UTF-8").contains("Łukasz 花子"));
    }
}

#[test]
fn lines_are_counted_by_all_kinds_of_breaks() {
    for line_break in ["\n", "\r", "\r\n"] {
        let rows = format!("email,name{line_break}").repeat(CHUNK / 8);
        let lines = u64::try_from(CHUNK / 8 + 1).expect("few");
        let bytes = [rows.as_bytes(), b"z@example.org,\xa3ukasz"].concat();
        let slip = refused(&bytes, None);
        assert_eq!(slip.place.map(|place| place.line as u64), Some(lines), "{line_break:?}");
    }
}

#[test]
fn memory_does_not_grow_with_the_words() {
    let mut survey = Survey::new();
    for number in 0..200_000_u32 {
        survey.take(format!("p{number}@example.org,").as_bytes());
        let bytes = number.to_le_bytes().map(|byte| byte | 0xc0);
        survey.take(&[&bytes[..], b"x", &bytes[..], b"\n"].concat());
    }
    assert!(survey.words().len() <= 0x80 * 16);
}
