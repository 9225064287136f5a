//! Stories of lists in all encodings, by their bytes.

use encoding_rs::{
    BIG5, EUC_JP, EUC_KR, Encoding, GBK, IBM866, ISO_2022_JP, ISO_8859_2, ISO_8859_5, KOI8_U,
    MACINTOSH, SHIFT_JIS, WINDOWS_874, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252, WINDOWS_1253,
    WINDOWS_1254, WINDOWS_1255, WINDOWS_1256, WINDOWS_1257,
};

use super::*;
use crate::finding::Finding;

mod guessed;
mod told;

/// A list of people with these names.
fn list(names: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = b"email,name\r\n".to_vec();
    for (number, name) in names.iter().enumerate() {
        bytes.extend(format!("p{number}@example.org,").bytes());
        bytes.extend(name);
        bytes.extend(b"\r\n");
    }
    bytes
}

fn in_encoding(names: &[&str], encoding: &'static Encoding) -> Vec<u8> {
    let encoded = names.iter().map(|name| {
        let (bytes, _, has_unmappable) = encoding.encode(name);
        assert!(!has_unmappable, "{name} in {}", encoding.name());
        bytes.into_owned()
    });
    list(&encoded.collect::<Vec<_>>())
}

/// The same in a code page of DOS.
fn in_page(names: &[&str], number: u32) -> Vec<u8> {
    let page = Charset::page(number).expect("a page");
    let byte = |c: char| {
        (0..=u8::MAX).find(|byte| page.decode(&[*byte]).starts_with(c)).expect("a letter of it")
    };
    list(&names.iter().map(|name| name.chars().map(byte).collect()).collect::<Vec<_>>())
}

fn detected(bytes: &[u8], told: Option<&str>) -> Content {
    let told = told.map(|label| Charset::parse(label).expect("a label"));
    detect(&mut &bytes[..], told).expect("readable")
}

fn charset(bytes: &[u8]) -> &'static str {
    match detected(bytes, None) {
        Content::Text(charset, notes) if notes.is_empty() => charset.name(),
        other => panic!("{other:?}"),
    }
}

fn refused(bytes: &[u8], told: Option<&str>) -> Finding {
    match detected(bytes, told) {
        Content::Unclear(why) => why.finding("list.csv"),
        other => panic!("{other:?}"),
    }
}

fn noted(bytes: &[u8], told: Option<&str>) -> (&'static str, Finding) {
    match detected(bytes, told) {
        Content::Text(charset, notes) if notes.len() == 1 => {
            (charset.name(), notes[0].finding("list.csv"))
        }
        other => panic!("{other:?}"),
    }
}

/// The text as the rows will see it.
fn read(bytes: &[u8], charset: &str) -> String {
    let mut decoded = Decoded::new(bytes, Charset::parse(charset).expect("a label"));
    let (mut text, mut piece) = (String::new(), String::new());
    loop {
        decoded.next(&mut piece).expect("readable");
        if piece.is_empty() {
            return text;
        }
        text.push_str(&piece);
    }
}

/// Asserts that a list is asked about, and what is proposed first.
fn asks(bytes: &[u8], label: &str, sample: &str) {
    let slip = refused(bytes, None);
    assert_eq!((slip.code, slip.is_error()), ("unclear-encoding", true));
    assert!(slip.help.contains("`[list] encoding = \""), "{}", slip.help);
    let proposals = slip.help.split("; ").filter(|part| part.contains(&format!("`{sample}`")));
    let proposed = proposals.filter(|part| part.ends_with(&format!(" in {label}"))).count();
    assert_eq!(proposed, 1, "{sample} in {label}: {}", slip.help);
    // What was proposed is then read.
    let Content::Text(charset, notes) = detected(bytes, Some(label)) else { panic!("{label}") };
    assert_eq!((charset.name(), notes), (label, Vec::new()));
    assert!(read(bytes, label).contains(sample), "{sample} in {label}");
}
