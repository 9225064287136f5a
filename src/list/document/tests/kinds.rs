//! What files are, whatever their names say.

use super::super::kind::{OtherKind, WorkbookKind};
use super::binary::compound;
use super::*;

#[test]
fn a_file_is_known_by_what_is_in_it() {
    let mimetype = |kind: &str| {
        archive(&[("mimetype", format!("application/vnd.oasis.opendocument.{kind}").as_bytes())])
    };
    let word = b"<Types><Override ContentType='application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml'/></Types>";
    let mut tar = vec![b'a'; 600];
    tar[257..262].copy_from_slice(b"ustar");
    let cases: Vec<(Vec<u8>, Kind)> = vec![
        (mimetype("spreadsheet"), Kind::Workbook(WorkbookKind::Ods)),
        (mimetype("spreadsheet-template"), Kind::Workbook(WorkbookKind::Ods)),
        (mimetype("text"), Kind::Other(OtherKind::Text)),
        (archive(&[("xl\\workbook.xml", b"")]), Kind::Workbook(WorkbookKind::Xlsx)),
        (archive(&[("xl/workbook.bin", b"")]), Kind::Workbook(WorkbookKind::Xlsb)),
        (archive(&[("[Content_Types].xml", word)]), Kind::Other(OtherKind::Text)),
        (archive(&[("Index/Document.iwa", b"")]), Kind::Other(OtherKind::Numbers)),
        (archive(&[("list.csv", b"email\n")]), Kind::Other(OtherKind::Zip)),
        (archive(&[]), Kind::Other(OtherKind::Zip)),
        (b"PK\x03\x04 cut off".to_vec(), Kind::Other(OtherKind::DamagedArchive)),
        (compound("/WordDocument", b""), Kind::Other(OtherKind::Text)),
        (compound("/__properties_version1.0", b""), Kind::Other(OtherKind::OutlookMessage)),
        (compound("/Other", b""), Kind::Other(OtherKind::DamagedOle)),
        (b"SQLite format 3\0rest".to_vec(), Kind::Other(OtherKind::Sqlite)),
        (b"\x1f\x8b\x08\0".to_vec(), Kind::Other(OtherKind::Gzip)),
        (b"7z\xbc\xaf\x27\x1c\0\x04".to_vec(), Kind::Other(OtherKind::SevenZip)),
        (b"\x28\xb5\x2f\xfd\0".to_vec(), Kind::Other(OtherKind::Zstd)),
        (b"\xfd7zXZ\0\0".to_vec(), Kind::Other(OtherKind::Xz)),
        (b"PAR1\x15\x04".to_vec(), Kind::Other(OtherKind::Parquet)),
        (b"%PDF-1.7\n".to_vec(), Kind::Other(OtherKind::Pdf)),
        (b"{\\rtf1\\ansi".to_vec(), Kind::Other(OtherKind::Rtf)),
        (b"!BDN\0\0".to_vec(), Kind::Other(OtherKind::OutlookStore)),
        (b"\x09\x08\x10\0\0\x06".to_vec(), Kind::Other(OtherKind::OldExcel)),
        (tar, Kind::Other(OtherKind::Tar)),
        (b"PAR1,PAR2\n".to_vec(), Kind::Delimited),
        (b"\xff\xfee\0m\0a\0i\0l\0\n\0".to_vec(), Kind::Delimited),
        (Vec::new(), Kind::Delimited),
    ];
    for (bytes, kind) in cases {
        assert_eq!(
            kind_of(&bytes),
            kind,
            "{:?}",
            String::from_utf8_lossy(&bytes[..bytes.len().min(60)])
        );
    }
}

#[test]
fn text_in_utf_16_is_known_too() {
    let utf16 = |text: &str| {
        let units = text.encode_utf16().flat_map(u16::to_le_bytes);
        [0xff, 0xfe].into_iter().chain(units).collect::<Vec<u8>>()
    };
    assert_eq!(kind_of(&utf16("BEGIN:VCARD\r\n")), Kind::Other(OtherKind::Vcard));
    assert_eq!(kind_of(&utf16("<html><table>")), Kind::Other(OtherKind::Html));
    assert_eq!(kind_of(&utf16("[{\"email\": \"a\"}]")), Kind::Json);
    assert_eq!(kind_of(&utf16("email\tname\r\n")), Kind::Delimited);
}

#[test]
fn what_is_no_list_is_named_with_what_to_do() {
    let finding = refusal(b"BEGIN:VCARD\nVERSION:3.0\nFN:Ann\nEND:VCARD\n");
    assert_eq!(finding.code, "list-not-text");
    assert_eq!(finding.message, "the list `list` is a vCard address book, not a list");
    assert_eq!(
        finding.help,
        "open it in the address book that wrote it, and export the contacts as CSV"
    );
    let finding = refusal(b"PAR1\x15\x04");
    assert!(finding.help.contains("`COPY (FROM 'list') TO 'list.csv'`"), "{}", finding.help);
    assert_eq!(refusal_of(b"email\nann@example.org\n", Some("Sheet1")).code, "no-sheet");
}
