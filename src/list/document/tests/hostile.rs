//! Workbooks that somebody made to do harm, or that were damaged: refused, without a panic and without
//! memory for what they claim.

use proptest::prelude::*;

use super::*;

/// An `.xlsx` of which one part is something else.
fn with_part(name: &str, bytes: &[u8]) -> Vec<u8> {
    let sheet = rows(&[&["email"], &["ann@example.org"]], &[]);
    let mut parts: Vec<(&str, Vec<u8>)> = vec![
        (
            "xl/workbook.xml",
            b"<workbook><sheets><sheet name='A' r:id='r'/></sheets></workbook>".to_vec(),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            b"<Relationships><Relationship Id='r' Type='x/worksheet' Target='s.xml'/>\
            <Relationship Id='t' Type='x/sharedStrings' Target='t.xml'/></Relationships>"
                .to_vec(),
        ),
        ("xl/s.xml", format!("<worksheet><sheetData>{sheet}</sheetData></worksheet>").into_bytes()),
        ("xl/t.xml", b"<sst/>".to_vec()),
    ];
    for (known, content) in &mut parts {
        if *known == name {
            *content = bytes.to_vec();
        }
    }
    archive(&parts.iter().map(|(name, bytes)| (*name, bytes.as_slice())).collect::<Vec<_>>())
}

fn sheet(rows: &str) -> Vec<u8> {
    with_part(
        "xl/s.xml",
        format!(
            "<worksheet><dimension ref='A1:XFD1048576'/><sheetData>{rows}</sheetData></worksheet>"
        )
        .as_bytes(),
    )
}

#[test]
fn a_text_longer_than_any_cell_may_hold_is_refused() {
    let long = "x".repeat(3 << 20);
    assert_eq!(refusal(&sheet(&rows(&[&[&long]], &[]))).code, "list-too-large");
    // Many short ones are a long one, too.
    let many = "&#65;".repeat(2 << 20);
    assert_eq!(refusal(&sheet(&rows(&[&[&many]], &[]))).code, "list-too-large");
    assert_eq!(refusal(&sheet(&format!("<!--{}-->", "x".repeat(70 << 20)))).code, "list-too-large");
}

#[test]
fn entities_are_not_expanded() {
    let bomb = "<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>]>\
        <worksheet><sheetData><row><c t='str'><v>&b;</v></c></row></sheetData></worksheet>";
    let finding = refusal(&with_part("xl/s.xml", bomb.as_bytes()));
    assert_eq!(finding.message, "the list `list` is damaged: its XML has entities of its own");
}

#[test]
fn a_text_that_is_shared_a_million_times_is_counted_as_often() {
    let text = format!("<sst><si><t>{}</t></si></sst>", "x".repeat(1 << 20));
    let row = "<row><c t='s'><v>0</v></c></row>".repeat(2100);
    let folder = with_part("xl/t.xml", text.as_bytes());
    assert_eq!(read(&folder).rows.len(), 1, "a text alone does no harm");
    let parts = archive(&[
        ("xl/workbook.xml", b"<workbook><sheets><sheet name='A' r:id='r'/></sheets></workbook>"),
        (
            "xl/_rels/workbook.xml.rels",
            b"<Relationships><Relationship Id='r' Type='x/worksheet' Target='s.xml'/>\
            <Relationship Id='t' Type='x/sharedStrings' Target='t.xml'/></Relationships>",
        ),
        ("xl/s.xml", format!("<worksheet><sheetData>{row}</sheetData></worksheet>").as_bytes()),
        ("xl/t.xml", text.as_bytes()),
    ]);
    assert_eq!(
        refusal(&parts).message,
        "the list `list` is too large: its rows hold more than 2 GiB"
    );
}

#[test]
fn cells_beyond_the_last_column_and_texts_that_are_missing_are_refused() {
    let cell = |more: &str| sheet(&format!("<row><c {more}><v>1</v></c></row>"));
    assert_eq!(refusal(&cell("r='XFE1'")).code, "list-too-large");
    assert_eq!(refusal(&cell("r='ZZZZZZZZZZZZ1'")).code, "list-too-large");
    assert_eq!(refusal(&cell("r='1'")).code, "list-unreadable");
    assert_eq!(refusal(&cell("t='s'")).code, "list-unreadable");
    assert_eq!(refusal(&cell("t='what'")).code, "list-unreadable");
    let last =
        "<row r='18446744073709551615'><c r='XFD1'><v>1</v></c></row><row><c><v>2</v></c></row>";
    assert_eq!(read(&sheet(last)).numbers(), [u64::MAX]);
}

#[test]
fn xml_that_is_nested_without_end_or_cut_off_is_refused() {
    let deep = "<a>".repeat(1 << 20);
    assert_eq!(refusal(&sheet(&deep)).code, "list-unreadable");
    let cut = b"<worksheet><sheetData><row><c><v>1";
    assert_eq!(refusal(&with_part("xl/s.xml", cut)).code, "list-unreadable");
    assert_eq!(refusal(&with_part("xl/s.xml", b"\xff\xfe<\0")).code, "list-unreadable");
}

#[test]
fn what_is_repeated_in_an_ods_takes_no_memory() {
    let cell = |columns: &str, more: &str| {
        format!(
            "<table:table table:name='A'><table:table-row {more}><table:table-cell table:number-columns-repeated='{columns}' \
         office:value-type='string'><text:p>email</text:p></table:table-cell></table:table-row></table:table>"
        )
    };
    assert_eq!(refusal(&ods(&cell("4000000000", ""))).code, "list-too-large");
    assert_eq!(
        refusal(&ods(&cell("1", "table:number-rows-repeated='99999999999999999999999'"))).code,
        "empty-list"
    );
    assert_eq!(
        refusal(&ods(&cell("1", "table:number-rows-repeated='18446744073709551615'"))).code,
        "list-too-large"
    );
    let blank = "<table:table-row><table:table-cell table:number-columns-repeated='99999'/>";
    let beyond = ods(&cell("1", "").replace("</table:table>", &format!("{blank}<table:table-cell office:value-type='float' office:value='1'/></table:table-row></table:table>")));
    assert_eq!(refusal(&beyond).code, "list-too-large");
    let spaces = ods(&cell("1", "").replace("email", "<text:s text:c='4000000000'/>x"));
    assert_eq!(refusal(&spaces).code, "list-too-large");
}

#[test]
fn a_bomb_is_refused_by_its_directory_and_when_the_directory_lies() {
    // Zeros that unpack to a hundred times their size; the directory is changed to say less.
    let zeros = vec![b' '; 4 << 20];
    let honest = sheet(&String::from_utf8(zeros).expect("spaces"));
    let size = |bytes: &[u8], wanted: u32| -> Vec<usize> {
        let found = bytes.windows(4).enumerate().filter(|(_, four)| *four == wanted.to_le_bytes());
        found.map(|(at, _)| at).collect()
    };
    let part = u32::try_from(
        (4 << 20)
            + "<worksheet><dimension ref='A1:XFD1048576'/><sheetData></sheetData></worksheet>"
                .len(),
    )
    .expect("small");
    let places = size(&honest, part);
    assert!(!places.is_empty(), "the directory says how large the part is");
    let with_size = |size: u32| {
        let mut bytes = honest.clone();
        for at in &places {
            bytes[*at..*at + 4].copy_from_slice(&size.to_le_bytes());
        }
        refusal(&bytes)
    };
    let finding = with_size(u32::MAX - 1);
    assert_eq!(
        (finding.code, finding.message.as_str()),
        ("list-too-large", "the list `list` is too large: unpacked it is larger than 2 GiB")
    );
    assert!(
        matches!(with_size(1000).code, "list-too-large" | "list-unreadable"),
        "{:?}",
        with_size(1000)
    );
}

#[test]
fn a_workbook_that_is_too_large_on_the_disk_is_refused_before_it_is_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("list.fods");
    std::fs::write(&path, flat("document", "<table:table/>")).expect("written");
    let file = std::fs::OpenOptions::new().write(true).open(&path).expect("there");
    file.set_len((200 << 20) + 1).expect("sparse");
    let finding =
        Document::of(std::fs::File::open(&path).expect("a file"), "list.fods", None, None)
            .err()
            .expect("refused")
            .remove(0);
    assert_eq!(finding.code, "list-too-large");
    assert_eq!(finding.message, "the list `list.fods` is too large: a workbook may have 200 MiB");
    assert!(finding.help.contains("CSV"), "{}", finding.help);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// Nothing that was damaged makes the program panic, hang or take memory.
    #[test]
    fn damage_never_panics(which in 0_usize..5, changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6), cut in any::<prop::sample::Index>(), is_cut in any::<bool>()) {
        let sheet = rows(&[&["email", "name"], &["ann@example.org", "Ann"]], &[2]);
        let seeds: [Vec<u8>; 5] = [
            include_bytes!("../../../../tests/fixtures/lists/members.xls").to_vec(),
            flat("document", "<table:table table:name='A'><table:table-row table:number-rows-repeated='3'><table:table-cell office:value-type='float' office:value='1'/></table:table-row></table:table>").into_bytes(),
            format!("<worksheet><sheetData>{sheet}</sheetData></worksheet>").into_bytes(),
            br#"{"a": [{"email": "ann@example.org", "b": {"c": [1, null]}}], "d": "\u00e9"}"#.to_vec(),
            binary::records(&binary::members()),
        ];
        let mut bytes = seeds[which].clone();
        for (index, byte) in changes {
            let at = index.index(bytes.len());
            bytes[at] = byte;
        }
        if is_cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        let bytes = match which {
            2 => with_part("xl/s.xml", &bytes),
            4 => binary::xlsb(&bytes),
            _ => bytes,
        };
        let _ = read_as(&bytes, None, Some(Hidden::Mail));
    }
}
