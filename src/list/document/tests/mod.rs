//! Stories of lists that are no CSV, and the documents that they need: workbooks are built part by
//! part here, so that they can be as odd as those that people have.

mod binary;
mod hostile;
mod json;
mod kinds;
mod workbooks;

use std::io::{Cursor, Write};

use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

use super::{Document, Kind, kind};
use crate::address::Address;
use crate::consent::Hidden;
use crate::finding::{Checked, Finding};
use crate::list::{List, Options, Unit};

/// A list that was read.
#[derive(Debug)]
struct Read {
    headers: Vec<String>,
    header_row: u64,
    unit: Unit,
    left_out: u64,
    rows: Vec<(u64, Vec<String>)>,
}

impl Read {
    /// The cells of all rows, a line each.
    fn text(&self) -> String {
        let lines = self.rows.iter().map(|(_, cells)| cells.join("|"));
        std::iter::once(self.headers.join("|")).chain(lines).collect::<Vec<_>>().join("\n")
    }

    fn numbers(&self) -> Vec<u64> {
        self.rows.iter().map(|(number, _)| *number).collect()
    }
}

/// Reads a list under the name `list`.
fn read_as(bytes: &[u8], sheet: Option<&str>, hidden: Option<Hidden>) -> Checked<Read> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("list");
    std::fs::write(&path, bytes).expect("written");
    let document =
        Document::of(std::fs::File::open(&path).expect("a file"), "list", sheet, hidden)?;
    let mut read = Read {
        headers: document.headers.clone(),
        header_row: document.header_row,
        unit: document.unit,
        left_out: document.left_out,
        rows: Vec::new(),
    };
    document.pour(&mut |number, is_left_out, cells| {
        if !is_left_out {
            read.rows.push((number, cells.to_vec()));
        }
        Ok(())
    })?;
    Ok(read)
}

fn read(bytes: &[u8]) -> Read {
    read_as(bytes, None, None).expect("a list")
}

/// Why a list is refused.
fn refusal(bytes: &[u8]) -> Finding {
    refusal_of(bytes, None)
}

fn refusal_of(bytes: &[u8], sheet: Option<&str>) -> Finding {
    read_as(bytes, sheet, None).expect_err("it is refused").remove(0)
}

fn kind_of(bytes: &[u8]) -> Kind {
    let mut file = tempfile::tempfile().expect("a file");
    file.write_all(bytes).expect("written");
    kind(&mut file).expect("readable")
}

/// A ZIP archive.
fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, bytes) in parts {
        archive.start_file(*name, options).expect("begun");
        archive.write_all(bytes).expect("written");
    }
    archive.finish().expect("finished").into_inner()
}

/// A sheet of an `.xlsx`: its name, what else its tag says, and its rows.
struct Sheet<'a>(&'a str, &'a str, &'a str);

/// An `.xlsx` with some number formats (style 1 is the first) and shared texts.
fn xlsx(workbook: &str, sheets: &[Sheet<'_>], formats: &[&str], texts: &[&str]) -> Vec<u8> {
    let relation = |id: &str, kind: &str, target: &str| {
        format!("<Relationship Id='{id}' Type='http://x/{kind}' Target='{target}'/>")
    };
    let (mut list, mut relations) = (String::new(), String::new());
    let mut parts = Vec::new();
    for (index, Sheet(name, more, rows)) in sheets.iter().enumerate() {
        list.push_str(&format!("<sheet name='{name}' sheetId='{index}' r:id='r{index}' {more}/>"));
        let target = format!("worksheets/sheet{index}.xml");
        relations.push_str(&relation(&format!("r{index}"), "worksheet", &target));
        let xml = format!("<worksheet><sheetData>{rows}</sheetData></worksheet>");
        parts.push((format!("xl/{target}"), xml));
    }
    relations.push_str(&relation("s", "styles", "styles.xml"));
    relations.push_str(&relation("t", "sharedStrings", "sharedStrings.xml"));
    let (mut own, mut styles) = (String::new(), "<xf numFmtId='0'/>".to_owned());
    for (index, code) in formats.iter().enumerate() {
        let id = 164 + index;
        own.push_str(&format!("<numFmt numFmtId='{id}' formatCode='{code}'/>"));
        styles.push_str(&format!("<xf numFmtId='{id}'/>"));
    }
    let texts: String = texts.iter().map(|text| format!("<si>{text}</si>")).collect();
    let rel = "<Relationships>";
    parts.extend([
        (
            "_rels/.rels".into(),
            format!("{rel}{}</Relationships>", relation("w", "officeDocument", "xl/workbook.xml")),
        ),
        (
            "xl/workbook.xml".into(),
            format!("<workbook>{workbook}<sheets>{list}</sheets></workbook>"),
        ),
        ("xl/_rels/workbook.xml.rels".into(), format!("{rel}{relations}</Relationships>")),
        (
            "xl/styles.xml".into(),
            format!("<styleSheet><numFmts>{own}</numFmts><cellXfs>{styles}</cellXfs></styleSheet>"),
        ),
        ("xl/sharedStrings.xml".into(), format!("<sst>{texts}</sst>")),
    ]);
    let parts: Vec<(&str, &[u8])> =
        parts.iter().map(|(name, xml)| (name.as_str(), xml.as_bytes())).collect();
    archive(&parts)
}

/// An `.xlsx` of one sheet with texts, a line of cells each; `hidden` rows count from 1.
fn table(lines: &[&[&str]], hidden: &[usize]) -> Vec<u8> {
    xlsx("", &[Sheet("Members", "", &rows(lines, hidden))], &[], &[])
}

fn rows(lines: &[&[&str]], hidden: &[usize]) -> String {
    let cell = |text: &&str| format!("<c t='inlineStr'><is><t>{text}</t></is></c>");
    let row = |(index, cells): (usize, &&[&str])| {
        let cells: String = cells.iter().map(cell).collect();
        let is_hidden = if hidden.contains(&(index + 1)) { " hidden='1'" } else { "" };
        format!("<row r='{}'{is_hidden}>{cells}</row>", index + 1)
    };
    lines.iter().enumerate().map(row).collect()
}

/// An `.ods` of such content in its spreadsheet.
fn ods(tables: &str) -> Vec<u8> {
    archive(&[
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
        ("content.xml", flat("document-content", tables).as_bytes()),
    ])
}

fn flat(root: &str, tables: &str) -> String {
    format!(
        "<?xml version='1.0'?>\n<office:{root} xmlns:office='urn:oasis:names:tc:opendocument' \
         office:mimetype='application/vnd.oasis.opendocument.spreadsheet'>\
         <office:automatic-styles><style:style style:name='gone' style:family='table'>\
         <style:table-properties table:display='false'/></style:style></office:automatic-styles>\
         <office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>\
         </office:{root}>"
    )
}

#[test]
fn whoever_stands_in_a_row_that_is_hidden_and_left_out_has_left_the_whole_list() {
    let lines: [&[&str]; 4] = [
        &["email", "name"],
        &["ann@example.org", "Ann"],
        &["bob@example.org", "Bob"],
        &["Ann@Example.org", "A."],
    ];
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("list.xlsx");
    std::fs::write(&path, table(&lines, &[4])).expect("written");
    let options = Options { hidden: Some(Hidden::Leave), ..Options::default() };
    let list = List::open(&path, "list.xlsx", &options).expect("a list");
    let gone: Vec<String> =
        list.gone().map(|address| address.expect("readable").identity()).collect();
    let ann = Address::parse("ann@example.org").expect("an address");
    assert_eq!(gone, [ann.identity()], "her other row is not mailed, either");
}
