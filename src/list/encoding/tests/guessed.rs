//! Lists that say nothing: what is read, and what is asked about.

use super::*;

// --- read without asking ------------------------------------------------------

#[test]
fn western_names_are_windows_1252_however_few_they_are() {
    let all = "Søren García Montréal Østergård Müller Zoë São Núñez Leïla Åsa François Benoît \
               Guðrún Þórður Conceição Jyväskylä Siân Strauß Bjørn Céline Niamh Seán Żaneta";
    let names: Vec<&str> = all.split_whitespace().filter(|name| *name != "Żaneta").collect();
    assert_eq!(charset(&in_encoding(&names, WINDOWS_1252)), "windows-1252");
    let alone = "Zoë Müller José García Núñez Muñoz Søren François Conceição Jyväskylä Åsa \
                 Özdemir Strauß Weiß Bjørn Céline Seán René Zoé Citroën Straße Émile Ærøskøbing Ümit \
                 Ángel Björk Jörg Agnès Noël Raphaël Pérez Gonçalves João Kjær Malmö Päivi";
    for name in alone.split_whitespace() {
        assert_eq!(charset(&in_encoding(&[name], WINDOWS_1252)), "windows-1252", "{name}");
    }
}

#[test]
fn signs_that_people_write_are_no_letters_of_another_encoding() {
    for cell in [
        "Ann O’Brien",
        "D’Angelo",
        "l’eau d’Évian",
        "don’t",
        "Sant’Anna",
        "“Müller & Co.”",
        "„Hansi“ Müller",
        "«Chez René»",
        "Ann – née Müller",
        "Ann–Marie",
        "50 €",
        "€50",
        "20£",
        "25 ¢",
        "10 °C",
        "Mª José",
        "Nº 5",
        "100 m²",
        "René…",
        "Müller®",
        "Gal·la",
        "Ann\u{a0}Smith",
        "FRANÇOIS DÉSIRÉ",
        "Ó hÉanaigh",
        "¿Quién?",
        "5½",
    ] {
        assert_eq!(charset(&in_encoding(&[cell], WINDOWS_1252)), "windows-1252", "{cell}");
    }
}

#[test]
fn what_reads_the_same_everywhere_is_not_asked_about() {
    let names = ["Márta", "Müller", "József", "Bäcker"];
    for encoding in [WINDOWS_1250, WINDOWS_1252, ISO_8859_2] {
        assert_eq!(charset(&in_encoding(&names, encoding)), "windows-1252");
    }
}

#[test]
fn a_list_of_a_hundred_thousand_is_read_to_its_end() {
    let mut bytes = list(&vec![b"Ann".to_vec(); 100_000]);
    bytes.extend(b"z@example.org,Zo\xeb\r\n");
    assert_eq!(charset(&bytes), "windows-1252");
    let mut bytes = list(&vec![b"M\xfcller".to_vec(); 50_000]);
    bytes.extend(b"z@example.org,\xa3ukasz\r\n");
    let slip = refused(&bytes, None);
    assert_eq!(slip.place.as_ref().map(|place| place.line), Some(50_002));
    assert!(slip.help.starts_with("say what is right: `Łukasz`"), "{}", slip.help);
}

// --- asked about --------------------------------------------------------------

#[test]
fn a_single_name_from_elsewhere_is_asked_about() {
    for (name, encoding) in [
        ("Łukasz", WINDOWS_1250),
        ("Wałęsa", WINDOWS_1250),
        ("Žofie Němcová", WINDOWS_1250),
        ("Dvořák", WINDOWS_1250),
        ("Jiří", WINDOWS_1250),
        ("Černý", WINDOWS_1250),
        ("Petrović", WINDOWS_1250),
        ("Kučera", WINDOWS_1250),
        ("Erdős", WINDOWS_1250),
        ("Győr", WINDOWS_1250),
        ("Ştefan", WINDOWS_1250),
        ("Brăila", WINDOWS_1250),
        ("Yağmur", WINDOWS_1254),
        ("Işık", WINDOWS_1254),
        ("Ayşe", WINDOWS_1254),
        ("Gediminas Žukauskas", WINDOWS_1257),
        ("Jānis Bērziņš", WINDOWS_1257),
        ("Анна", WINDOWS_1251),
        ("Ελένη", WINDOWS_1253),
        ("מאיה", WINDOWS_1255),
        ("أحمد", WINDOWS_1256),
        ("Анна", IBM866),
        ("Анна", KOI8_U),
        ("花子", SHIFT_JIS),
        ("田中花子", EUC_JP),
        ("志明", BIG5),
    ] {
        asks(&in_encoding(&[name], encoding), encoding.name(), name);
    }
}

#[test]
fn lists_from_elsewhere_are_asked_about() {
    let cases: [(&[&str], &Encoding); 13] = [
        (&["Łukasz Żółć", "Małgorzata", "Ann"], WINDOWS_1250),
        (&["Žofie Němcová", "Dvořák", "Müller"], WINDOWS_1250),
        (&["Łukasz", "Šárka", "Mašek", "Žižka"], ISO_8859_2),
        (&["Şükrü Çağlar", "Yağmur", "Ümit"], WINDOWS_1254),
        (&["Анна Иванова", "Пётр", "Ann"], WINDOWS_1251),
        (&["Анна Иванова", "Пётр", "Ann"], KOI8_U),
        (&["Анна Иванова", "Сергей", "Ольга"], ISO_8859_5),
        (&["Ελένη Παπαδοπούλου", "Γιώργος"], WINDOWS_1253),
        (&["מאיה כהן", "נועם", "Ann"], WINDOWS_1255),
        (&["สมชาย", "สมหญิง", "Ann"], WINDOWS_874),
        (&["김민수", "이영희", "박지성"], EUC_KR),
        (&["王小明", "李晓红", "张伟"], GBK),
        (&["田中花子", "鈴木一郎", "さくら"], EUC_JP),
    ];
    for (names, encoding) in cases {
        asks(&in_encoding(names, encoding), encoding.name(), names[0]);
    }
}

#[test]
fn the_mac_and_dos_are_asked_about() {
    for name in ["Zoé", "Müller", "García", "Muñoz", "López", "Bjørn", "Åsa", "François"] {
        asks(&in_encoding(&[name], MACINTOSH), "macintosh", name);
    }
    for name in ["Zoë Müller", "Müller", "José", "López", "Málaga", "Muñoz", "Köln", "Weiß"]
    {
        asks(&in_page(&[name], 850), "IBM850", name);
        asks(&in_page(&[name], 437), "IBM850", name);
    }
    asks(&in_page(&["Łukasz Żółć", "Wałęsa"], 852), "IBM852", "Łukasz Żółć");
    asks(&in_page(&["Ελένη", "Γιώργος"], 737), "IBM737", "Ελένη");
}

#[test]
fn a_proposal_shows_the_names_as_they_would_read() {
    let slip = refused(&in_encoding(&["Ann", "Žofie Němcová"], WINDOWS_1250), None);
    assert_eq!(slip.message, "`list.csv` does not tell its encoding, and its letters depend on it");
    assert_eq!(slip.place.map(|place| place.to_string()).as_deref(), Some("list.csv:3:1"));
    assert!(
        slip.help.starts_with(
            "say what is right: `Žofie Němcová` in windows-1250; or `Žofie Nìmcová` in \
             windows-1252;"
        ),
        "{}",
        slip.help
    );
}

#[test]
fn a_word_that_is_utf_8_by_chance_is_asked_about() {
    // `Naděžda` in the code page 852 is a letter of Arabic between Latin ones.
    let bytes = in_page(&["Naděžda"], 852);
    assert!(std::str::from_utf8(&bytes).is_ok());
    asks(&bytes, "IBM852", "Naděžda");
    for name in
        ["Zoë", "Łukasz", "Nguyễn", "Анна", "مايا", "花子", "Team東京", "გიორგი", "Zoe\u{308}"]
    {
        assert_eq!(charset(&list(&[name.as_bytes().to_vec()])), "UTF-8", "{name}");
    }
}

#[test]
fn escapes_and_four_bytes_a_letter_are_refused() {
    // ISO-2022-JP is ASCII, byte for byte.
    let slip = refused(&list(&[ISO_2022_JP.encode("花子").0.into_owned()]), None);
    assert!(slip.help.contains("--encoding iso-2022-jp"), "{}", slip.help);
    let utf32: Vec<u8> = "\u{feff}email".chars().flat_map(|c| (c as u32).to_le_bytes()).collect();
    assert!(refused(&utf32, None).message.contains("UTF-32"));
}
