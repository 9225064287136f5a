//! Workbooks as people have them.

use super::*;

const MEMBERS: [&[u8]; 3] = [
    include_bytes!("../../../../tests/fixtures/lists/members.xlsx"),
    include_bytes!("../../../../tests/fixtures/lists/members.xls"),
    include_bytes!("../../../../tests/fixtures/lists/members.ods"),
];

#[test]
fn a_workbook_is_read_alike_whichever_program_wrote_it() {
    for bytes in MEMBERS {
        let list = read_as(bytes, None, Some(Hidden::Leave)).expect("a list");
        let expected = "\
            email|First name|donated|joined|seen|at|vip|postcode|share|zip|note\n\
            ann@example.org|Zoë 東京|12.5|2026-05-01|2026-05-01T14:30:00|09:30|true|01234|0.125|01234|two\nlines\n\
            bo@example.org||0.3|1999-12-31|2026-05-02||false|00501|||#N/A\n\
            di@example.org|Di|447911123456";
        assert_eq!(list.text(), expected);
        assert_eq!((list.header_row, list.numbers()), (3, vec![4, 5, 8]));
        assert_eq!((list.left_out, list.unit), (1, Unit::Row));
    }
}

#[test]
fn a_workbook_whose_parts_have_their_sizes_behind_them_is_read() {
    for bytes in [MEMBERS[0], MEMBERS[2]] {
        // As LibreOffice writes all: a data descriptor behind each part.
        let mut parts = zip::ZipArchive::new(Cursor::new(bytes)).expect("an archive");
        let mut streamed = ZipWriter::new_stream(Vec::new());
        for index in 0..parts.len() {
            let mut part = parts.by_index(index).expect("a part");
            let name = part.name().expect("UTF-8").into_owned();
            streamed.start_file(name, SimpleFileOptions::default()).expect("begun");
            std::io::copy(&mut part, &mut streamed).expect("written");
        }
        let bytes = streamed.finish().expect("finished").into_inner();
        let list = read_as(&bytes, None, Some(Hidden::Leave)).expect("a list");
        assert_eq!(list.numbers(), [4, 5, 8]);
    }
}

#[test]
fn hidden_rows_stop_until_somebody_says_what_they_are() {
    for bytes in MEMBERS {
        let finding = refusal(bytes);
        assert_eq!(finding.code, "hidden-rows");
        assert_eq!(finding.message, "1 row of the sheet `Members` in `list` is hidden: row 7");
        assert!(finding.help.contains("`hidden = \"leave\"`"), "{}", finding.help);
        let all = read_as(bytes, None, Some(Hidden::Mail)).expect("a list");
        assert_eq!((all.left_out, all.numbers()), (0, vec![4, 5, 7, 8]));
    }
}

#[test]
fn many_hidden_rows_are_counted_and_the_first_are_told() {
    let line: &[&str] = &["ann@example.org"];
    let bytes = table(&[&["email"], line, line, line, line, line], &[2, 4, 5, 6]);
    let message = "4 rows of the sheet `Members` in `list` are hidden: rows 2, 4, 5 and others";
    assert_eq!(refusal(&bytes).message, message);
    // Rows without anything in them are nobody's, and a header is no row.
    assert_eq!(read(&table(&[&["email"], line, &[]], &[1, 3])).numbers(), [2]);
}

#[test]
fn a_row_is_hidden_however_the_file_says_so() {
    let row = |more: &str| {
        let rows = format!(
            "<row r='1'><c t='inlineStr'><is><t>email</t></is></c></row>\
             <row r='2' {more}><c t='inlineStr'><is><t>ann@example.org</t></is></c></row>"
        );
        read_as(&xlsx("", &[Sheet("A", "", &rows)], &[], &[]), None, None).is_err()
    };
    assert!(row("hidden='1'") && row("hidden='true'") && row("ht='0' customHeight='1'"));
    assert!(!row("hidden='0'") && !row("ht='15'") && !row("collapsed='1'"));
    let cell = "<table:table-cell office:value-type='string'><text:p>x</text:p></table:table-cell>";
    let row = |before: &str, more: &str, behind: &str| {
        let rows = format!(
            "<table:table table:name='A'><table:table-row>{cell}</table:table-row>{before}\
             <table:table-row {more}>{cell}</table:table-row>{behind}</table:table>"
        );
        read_as(&ods(&rows), None, None).is_err()
    };
    let (shut, open) = ("<table:table-row-group table:display='false'>", "<table:table-row-group>");
    let end = "</table:table-row-group>";
    assert!(row("", "table:visibility='collapse'", "") && row("", "table:visibility='filter'", ""));
    assert!(row(shut, "", end) && !row(open, "", end));
    assert!(!row(&format!("{shut}{end}"), "", "") && !row("", "table:visibility='visible'", ""));
}

#[test]
fn of_several_sheets_one_must_be_named() {
    let (one, other) = (
        rows(&[&["email"], &["ann@example.org"]], &[]),
        rows(&[&["email"], &["bo@example.org"]], &[]),
    );
    let book = |first: &str, second: &str| {
        xlsx(
            "",
            &[
                Sheet("Members", first, &one),
                Sheet("Empty", "", ""),
                Sheet("Left 2026", second, &other),
            ],
            &[],
            &[],
        )
    };
    let bytes = book("", "");
    let finding = refusal(&bytes);
    assert_eq!(
        (finding.code, finding.message.as_str()),
        ("unclear-sheet", "the list `list` has 2 sheets with something in them")
    );
    assert_eq!(finding.help, "say which one is the list: `list#Members` or `list#Left 2026`");
    for name in ["Left 2026", "left 2026", " 3 "] {
        assert_eq!(
            read_as(&bytes, Some(name), None).expect("a list").rows[0].1,
            ["bo@example.org"]
        );
    }
    let finding = refusal_of(&bytes, Some("Member"));
    assert_eq!(finding.code, "no-sheet");
    assert!(
        finding.help.starts_with("did you mean `Members`? write `list#Members`"),
        "{}",
        finding.help
    );
    assert_eq!(refusal_of(&bytes, Some("4")).code, "no-sheet");
    assert_eq!(refusal_of(&bytes, Some("0")).code, "no-sheet");
    assert_eq!(refusal_of(&bytes, Some("Empty")).code, "empty-list");
    // What is not shown is not chosen, unless it is named.
    assert_eq!(read(&book("", "state='hidden'")).rows[0].1, ["ann@example.org"]);
    assert_eq!(read(&book("state='veryHidden'", "")).rows[0].1, ["bo@example.org"]);
    let bytes = book("state='hidden'", "state='hidden'");
    assert_eq!(refusal(&bytes).code, "unclear-sheet");
    assert_eq!(read_as(&bytes, Some("1"), None).expect("a list").rows[0].1, ["ann@example.org"]);
}

#[test]
fn a_sheet_that_is_called_like_a_number_goes_before_the_number() {
    let (one, other) = (rows(&[&["a"], &["x"]], &[]), rows(&[&["b"], &["y"]], &[]));
    let bytes = xlsx("", &[Sheet("2", "", &one), Sheet("1", "", &other)], &[], &[]);
    assert_eq!(read_as(&bytes, Some("1"), None).expect("a list").headers, ["b"]);
}

#[test]
fn cells_are_read_by_their_formats() {
    let rows = "<row r='1'><c r='B1' t='s'><v>0</v></c><c r='C1' t='s'><v>1</v></c></row>\
        <row r='5'><c r='B5' s='1'><v>44681</v></c><c r='C5' s='2'><v>0.5</v></c>\
        <c r='D5' s='3'><v>1234</v></c><c r='E5'><v>12.500000000000001</v></c>\
        <c r='F5' t='b'><v>1</v></c><c r='G5' t='e'><v>#SPILL!</v></c>\
        <c r='H5' t='d'><v>2026-05-01T00:00:00</v></c><c r='I5' t='str'><f>A1</f><v>a &amp; b</v></c>\
        <c r='J5' t='str'><f>\"\"</f><v></v></c><c r='K5' s='99'><v>1E3</v></c></row>";
    let texts = [
        "<t>email</t>",
        "<r><t>first </t></r><r><t xml:space='preserve'>name</t></r><rPh><t>no</t></rPh>",
    ];
    let formats = ["dd/mm/yyyy", "0%", "00000"];
    let bytes = xlsx("<workbookPr date1904='1'/>", &[Sheet("A", "", rows)], &formats, &texts);
    let list = read(&bytes);
    assert_eq!(list.headers, ["email", "first name", "", "", "", "", "", "", "", ""]);
    assert_eq!(
        list.text().lines().nth(1).expect("a row"),
        "2026-05-01|0.5|01234|12.5|true|#SPILL!|2026-05-01|a & b||1000"
    );
    assert_eq!(list.numbers(), [5]);
}

#[test]
fn a_formula_that_nobody_calculated_is_not_taken_for_blank() {
    let rows = "<row r='1'><c t='inlineStr'><is><t>email</t></is></c></row>\
        <row r='2'><c r='B2'><f>1+1</f><v></v></c></row>";
    let finding = refusal(&xlsx("", &[Sheet("A", "", rows)], &[], &[]));
    assert_eq!(finding.code, "formula-without-value");
    assert_eq!(finding.place.expect("a place").to_string(), "list, row 2");
    assert!(finding.message.contains("the cell B2 holds a formula"), "{}", finding.message);
    let cells = "<table:table-row><table:table-cell table:formula='of:=1+1'/></table:table-row>";
    let bytes = ods(&format!("<table:table table:name='A'>{cells}</table:table>"));
    assert_eq!(refusal_of(&bytes, Some("A")).code, "formula-without-value");
}

#[test]
fn tables_in_remarks_and_charts_are_no_sheets() {
    let cell = |text: &str| {
        format!(
            "<table:table-cell office:value-type='string'>\
            <office:annotation><text:p>remark</text:p></office:annotation>\
            <text:p>{text}</text:p><draw:frame><draw:object><office:document><office:body>\
            <office:chart><table:table table:name='chart'><table:table-row><table:table-cell \
            office:value-type='string'><text:p>no</text:p></table:table-cell></table:table-row>\
            </table:table></office:chart></office:body></office:document></draw:object></draw:frame>\
            </table:table-cell>"
        )
    };
    let rows = format!(
        "<table:tracked-changes><table:cell-content-change><table:change-track-table-cell \
         office:value-type='string'><text:p>old</text:p></table:change-track-table-cell>\
         </table:cell-content-change></table:tracked-changes><table:table table:name='A'>\
         <table:table-column/>\n <!-- a comment -->\n <table:table-row>\n {}\n </table:table-row>\
         <table:table-row table:number-rows-repeated='2'>{}</table:table-row>\
         <table:table-row table:number-rows-repeated='1048000'><table:table-cell \
         table:number-columns-repeated='16384'/></table:table-row></table:table>\
         <table:table table:name='B' table:style-name='gone'><table:table-row>{}</table:table-row>\
         </table:table>",
        cell("email"),
        cell("Ann <text:s text:c='2'/>of <text:a>York</text:a><text:line-break/>&amp;\n   Leeds"),
        cell("hidden"),
    );
    for bytes in [ods(&rows), flat("document", &rows).into_bytes()] {
        let list = read(&bytes);
        let ann = vec!["Ann   of York\n& Leeds".to_owned()];
        assert_eq!(
            (list.headers, list.rows),
            (vec!["email".to_owned()], vec![(2, ann.clone()), (3, ann)])
        );
    }
}

#[test]
fn merged_cells_and_columns_without_names_do_not_move_anything() {
    let bytes = table(
        &[
            &[],
            &["", "email", "", "city"],
            &["", "ann@example.org", "x", "Leeds", "remark"],
            &["", "", ""],
        ],
        &[],
    );
    let list = read(&bytes);
    assert_eq!(list.text(), "email||city|\nann@example.org|x|Leeds|remark");
    assert_eq!((list.header_row, list.numbers()), (2, vec![3]));
}

#[test]
fn a_workbook_without_subscribers_is_empty() {
    for bytes in [table(&[], &[]), table(&[&["email"]], &[]), table(&[&[" "], &[""]], &[])] {
        assert_eq!(refusal(&bytes).code, "empty-list");
    }
}
