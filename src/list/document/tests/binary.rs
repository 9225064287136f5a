//! The binary formats, record by record.

use std::io::{Cursor, Write};

use super::*;

/// The records of an `.xlsb` part.
pub(super) fn records(records: &[(u16, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (kind, data) in records {
        match kind {
            0..128 => bytes.push(u8::try_from(*kind).expect("small")),
            kind => bytes.extend([seven(usize::from(*kind)) | 0x80, seven(usize::from(kind >> 7))]),
        }
        let mut length = data.len();
        loop {
            let byte = seven(length);
            length >>= 7;
            bytes.push(if length > 0 { byte | 0x80 } else { byte });
            if length == 0 {
                break;
            }
        }
        bytes.extend(data);
    }
    bytes
}

/// The lowest seven bits.
fn seven(number: usize) -> u8 {
    u8::try_from(number & 0x7f).expect("seven bits")
}

fn wide(text: &str) -> Vec<u8> {
    let units: Vec<u16> = text.encode_utf16().collect();
    let mut bytes = u32::try_from(units.len()).expect("short").to_le_bytes().to_vec();
    bytes.extend(units.iter().flat_map(|unit| unit.to_le_bytes()));
    bytes
}

fn joined(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

/// A cell of an `.xlsb`: its column, its style, what is in it.
fn cell(column: u32, style: u32, data: &[u8]) -> Vec<u8> {
    joined(&[&column.to_le_bytes(), &style.to_le_bytes(), data])
}

fn row(index: u32, flags: u16) -> Vec<u8> {
    joined(&[&index.to_le_bytes(), &[0; 4], &300_u16.to_le_bytes(), &flags.to_le_bytes(), &[0; 5]])
}

/// An `.xlsb` of one sheet, of such records.
pub(super) fn xlsb(sheet: &[u8]) -> Vec<u8> {
    let sheet_tag = joined(&[&[0; 4], &[1, 0, 0, 0], &wide("r1"), &wide("Members")]);
    let xf = |format: u16| joined(&[&[0; 2], &format.to_le_bytes(), &[0; 12]]);
    let relations = "<Relationships><Relationship Id='r1' Type='x/worksheet' Target='worksheets/sheet1.bin'/>\
        <Relationship Id='r2' Type='x/styles' Target='styles.bin'/>\
        <Relationship Id='r3' Type='x/sharedStrings' Target='sharedStrings.bin'/></Relationships>";
    archive(&[
        ("_rels/.rels", b"<Relationships><Relationship Id='w' Type='x/officeDocument' Target='xl/workbook.bin'/></Relationships>"),
        ("xl/workbook.bin", &records(&[(153, vec![0; 12]), (156, sheet_tag)])),
        ("xl/_rels/workbook.bin.rels", relations.as_bytes()),
        ("xl/styles.bin", &records(&[
            (44, joined(&[&164_u16.to_le_bytes(), &wide("yyyy-mm-dd")])),
            (47, xf(164)),
            (617, vec![2, 0, 0, 0]),
            (47, xf(0)),
            (47, xf(164)),
            (618, vec![]),
        ])),
        ("xl/sharedStrings.bin", &records(&[(159, vec![0; 8]), (19, joined(&[&[0], &wide("email")])), (19, joined(&[&[0], &wide("Zoë 東京")]))])),
        ("xl/worksheets/sheet1.bin", sheet),
    ])
}

/// The records of a sheet with a cell of every kind.
pub(super) fn members() -> Vec<(u16, Vec<u8>)> {
    let (shared, rk) = (|index: u32| index.to_le_bytes(), |bits: u32| bits.to_le_bytes());
    let day = 46143_i32;
    vec![
        (129, vec![]),
        (485, vec![0; 12]),
        (145, vec![]),
        (0, row(1, 0)),
        (7, cell(1, 0, &shared(0))),
        (6, cell(2, 0, &wide("joined"))),
        (0, row(2, 0)),
        (1, cell(0, 0, &[])),
        (7, cell(1, 0, &shared(1))),
        (2, cell(2, 1, &rk((day.cast_unsigned() << 2) | 2))),
        (2, cell(3, 0, &rk((1250_u32 << 2) | 3))),
        (5, cell(4, 0, &0.3_f64.to_le_bytes())),
        (4, cell(5, 0, &[1])),
        (3, cell(6, 0, &[0x2a])),
        (11, cell(7, 0, &[0x17, 0, 0])),
        (8, cell(8, 0, &wide("made"))),
        (62, cell(9, 0, &joined(&[&[1], &wide("rich"), &[0; 8]]))),
        (0, row(3, 0x1000)),
        (6, cell(1, 0, &wide("bo@example.org"))),
        (146, vec![]),
    ]
}

#[test]
fn an_xlsb_is_read_with_its_errors_and_hidden_rows() {
    let sheet = members();
    let bytes = xlsb(&records(&sheet));
    assert_eq!(refusal(&bytes).code, "hidden-rows");
    let list = read_as(&bytes, None, Some(Hidden::Leave)).expect("a list");
    assert_eq!(
        list.text(),
        "email|joined|||||||\nZoë 東京|2026-05-01|12.5|0.3|true|#N/A|#REF!|made|rich"
    );
    assert_eq!((list.numbers(), list.left_out), (vec![3], 1));
    assert_eq!(refusal(&xlsb(&records(&sheet[..12]))).code, "list-unreadable");
}

#[test]
fn short_cells_of_an_xlsb_stand_behind_one_another() {
    let short = |style: u32, data: &[u8]| joined(&[&style.to_le_bytes(), data]);
    let sheet = [
        (145, vec![]),
        (0, row(0, 0)),
        (17, short(0, &wide("a"))),
        (18, short(0, &0_u32.to_le_bytes())),
        (0, row(1, 0)),
        (12, short(0, &[])),
        (6, cell(1, 0, &wide("ann@example.org"))),
        (13, short(1, &((46143 << 2) | 2_u32).to_le_bytes())),
        (16, short(0, &12.5_f64.to_le_bytes())),
        (15, short(0, &[1])),
        (14, short(0, &[0x2a])),
        (146, vec![]),
    ];
    let expected = "a|email||||\n|ann@example.org|2026-05-01|12.5|true|#N/A";
    assert_eq!(read(&xlsb(&records(&sheet))).text(), expected);
}

/// The records of an `.xls`.
fn biff(records: &[(u16, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (kind, data) in records {
        bytes.extend(kind.to_le_bytes());
        bytes.extend(u16::try_from(data.len()).expect("short").to_le_bytes());
        bytes.extend(data);
    }
    bytes
}

/// An `.xls` of one sheet, of such a version.
fn xls(version: u16, globals: &[(u16, Vec<u8>)], name: &[u8], sheet: &[(u16, Vec<u8>)]) -> Vec<u8> {
    let begin =
        |what: u16| (0x0809, joined(&[&version.to_le_bytes(), &what.to_le_bytes(), &[0; 4]]));
    let whole = |start: u32| {
        let mut records = vec![begin(5)];
        records.extend(globals.to_vec());
        records.push((0x0085, joined(&[&start.to_le_bytes(), &[0, 0], name])));
        records.push((0x000a, vec![]));
        biff(&records)
    };
    let mut stream = whole(u32::try_from(whole(0).len()).expect("short"));
    let mut records = vec![begin(0x10)];
    records.extend(sheet.to_vec());
    records.push((0x000a, vec![]));
    stream.extend(biff(&records));
    compound(if version == 0x0600 { "/Workbook" } else { "/Book" }, &stream)
}

/// An OLE file with a stream in it.
pub(super) fn compound(name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).expect("created");
    file.create_stream(name).expect("created").write_all(bytes).expect("written");
    file.flush().expect("written");
    file.into_inner().into_inner()
}

fn at(row: u16, column: u16, data: &[u8]) -> Vec<u8> {
    joined(&[&row.to_le_bytes(), &column.to_le_bytes(), &[0, 0], data])
}

fn label(text: &[u8]) -> Vec<u8> {
    joined(&[&u16::try_from(text.len()).expect("short").to_le_bytes(), text])
}

#[test]
fn a_text_that_goes_on_in_the_next_record_is_read_to_its_end() {
    // `é東x` begins in one byte a character and goes on in two; the next begins at the seam.
    let first = joined(&[&[0; 8], &3_u16.to_le_bytes(), &[0], &[0xe9]]);
    let second = joined(&[&[1], &0x6771_u16.to_le_bytes(), &u16::from(b'x').to_le_bytes()]);
    let third = joined(&[&2_u16.to_le_bytes(), &[8], &1_u16.to_le_bytes()]);
    let fourth = joined(&[&[0], b"hi", &[0; 4]]);
    let fifth = joined(&[&5_u16.to_le_bytes(), &[0], b"email"]);
    let globals =
        [(0x00fc, first), (0x003c, second), (0x003c, third), (0x003c, fourth), (0x003c, fifth)];
    let shared = |row, column, index: u32| (0x00fd, at(row, column, &index.to_le_bytes()));
    let sheet = [shared(1, 0, 0), shared(0, 0, 2), shared(1, 1, 1)];
    let list = read(&xls(0x0600, &globals, b"\x01\0A", &sheet));
    assert_eq!(list.text(), "email|\né東x|hi");
}

#[test]
fn cells_of_an_xls_need_not_be_in_order() {
    let text = |row, column, text: &str| {
        (
            0x0204,
            at(
                row,
                column,
                &joined(&[
                    &u16::try_from(text.len()).expect("short").to_le_bytes(),
                    &[0],
                    text.as_bytes(),
                ]),
            ),
        )
    };
    let many = joined(&[
        &2_u16.to_le_bytes(),
        &1_u16.to_le_bytes(),
        &[0, 0],
        &((7_u32 << 2) | 2).to_le_bytes(),
        &[0, 0],
        &((125_u32 << 2) | 3).to_le_bytes(),
        &2_u16.to_le_bytes(),
    ]);
    let formula = |row, value: [u8; 8]| (0x0006, at(row, 3, &joined(&[&value, &[0; 8]])));
    let error = [2, 0, 0x2a, 0, 0, 0, 0xff, 0xff];
    let string = [0, 0, 0, 0, 0, 0, 0xff, 0xff];
    let hidden = joined(&[
        &3_u16.to_le_bytes(),
        &[0; 4],
        &300_u16.to_le_bytes(),
        &[0; 4],
        &0x20_u32.to_le_bytes(),
    ]);
    let sheet = [
        text(2, 0, "bo@example.org"),
        text(1, 0, "ann@example.org"),
        (0x00bd, many),
        text(0, 0, "email"),
        formula(1, error),
        formula(2, string),
        (0x0207, joined(&[&2_u16.to_le_bytes(), &[0], b"ok"])),
        (0x0205, at(1, 4, &[1, 0])),
        text(3, 0, "cy@example.org"),
        // A chart in the sheet has records of its own.
        (0x0809, vec![0, 6, 0x20, 0]),
        text(4, 0, "chart"),
        (0x000a, vec![]),
        (0x0208, hidden),
    ];
    let bytes = xls(0x0600, &[], b"\x01\0A", &sheet);
    assert_eq!(refusal(&bytes).code, "hidden-rows");
    let list = read_as(&bytes, None, Some(Hidden::Leave)).expect("a list");
    assert_eq!(list.text(), "email||||\nann@example.org|||#N/A|true\nbo@example.org|7|1.25|ok");
}

#[test]
fn an_excel_95_workbook_is_read_in_its_code_page() {
    let globals = [(0x0042, 1251_u16.to_le_bytes().to_vec())];
    let sheet =
        [(0x0204, at(0, 0, &label(b"email"))), (0x0204, at(1, 0, &label(b"\xc0\xed\xed\xe0")))];
    assert_eq!(read(&xls(0x0500, &globals, b"\x01A", &sheet)).text(), "email\nАнна");
}

#[test]
fn a_password_is_named() {
    let bytes = xls(0x0600, &[(0x002f, vec![1; 6])], b"\x01\0A", &[]);
    assert_eq!(refusal(&bytes).code, "list-password");
    let finding = refusal(&compound("/EncryptedPackage", b"secret"));
    assert_eq!(finding.message, "the list `list` is protected by a password");
    let bytes = archive(&[
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
        (
            "META-INF/manifest.xml",
            b"<m:manifest><m:file-entry><m:encryption-data/></m:file-entry></m:manifest>",
        ),
        ("content.xml", b"\x01\x02\x03"),
    ]);
    assert_eq!(refusal(&bytes).code, "list-password");
}

#[test]
fn what_an_xls_claims_takes_no_memory() {
    let dimensions =
        joined(&[&[0; 4], &u32::MAX.to_le_bytes(), &[0; 2], &u16::MAX.to_le_bytes(), &[0; 2]]);
    let text = (0x0204, at(0, 0, &joined(&[&5_u16.to_le_bytes(), &[0], b"email"])));
    let corner = (0x0204, at(65_535, 255, &joined(&[&1_u16.to_le_bytes(), &[0], b"x"])));
    let list = read(&xls(0x0600, &[], b"\x01\0A", &[(0x0200, dimensions), text, corner]));
    assert_eq!((list.numbers(), list.headers.len()), (vec![65_536], 256));
    // A text that says it has more characters than there are.
    let cut = [(0x00fc, joined(&[&[0; 8], &u16::MAX.to_le_bytes(), &[1], b"abc"]))];
    assert_eq!(refusal(&xls(0x0600, &cut, b"\x01\0A", &[])).code, "list-unreadable");
}
