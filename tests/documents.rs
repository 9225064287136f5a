//! Lists that are no CSV, opened as any list is: who is on them, and why others are refused.

use std::path::{Path, PathBuf};

use handbill::consent::Hidden;
use handbill::finding::{Checked, Finding};
use handbill::list::{List, Options, Row, Unit};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/lists").join(name)
}

fn open(path: &Path, hidden: Option<Hidden>) -> Checked<List> {
    let name = path.file_name().expect("a name").to_string_lossy();
    List::open(path, &name, &Options { hidden, ..Options::default() })
}

/// The addresses on a list, with the numbers of their rows.
fn people(list: &List) -> Vec<(u64, String)> {
    let rows = list.rows().expect("the list was opened");
    let subscriber = |row: Checked<Row>| match row.expect("readable") {
        Row::Subscriber(subscriber) => {
            Some((subscriber.line, subscriber.mailbox.address.as_str().to_owned()))
        }
        _ => None,
    };
    rows.filter_map(subscriber).collect()
}

fn refusal(path: &Path) -> Finding {
    open(path, None).expect_err("it is refused").remove(0)
}

fn written(text: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("list");
    std::fs::write(&path, text).expect("written");
    (folder, path)
}

#[test]
fn a_workbook_is_a_list_and_its_rows_are_called_by_their_numbers() {
    for name in ["members.xlsx", "members.xls", "members.ods"] {
        let list = open(&fixture(name), Some(Hidden::Leave)).expect("a list");
        let expected = [(4, "ann@example.org"), (5, "bo@example.org"), (8, "di@example.org")];
        let expected: Vec<_> = expected.map(|(row, address)| (row, address.to_owned())).into();
        assert_eq!(people(&list), expected, "{name}");
        assert_eq!(list.unit(), Unit::Row);
        let names: Vec<_> = list.columns().iter().map(|column| column.name.as_str()).collect();
        assert_eq!(names[..4], ["email", "first_name", "donated", "joined"], "{name}");
    }
}

#[test]
fn nobody_in_a_hidden_row_is_mailed_before_somebody_says_so() {
    for name in ["members.xlsx", "members.xls", "members.ods"] {
        let finding = refusal(&fixture(name));
        assert_eq!(finding.code, "hidden-rows");
        assert!(finding.message.ends_with("is hidden: row 7"), "{}", finding.message);
        let all = open(&fixture(name), Some(Hidden::Mail)).expect("a list");
        assert!(people(&all).contains(&(7, "cy@example.org".to_owned())), "{name}");
    }
}

#[test]
fn a_sheet_stands_behind_the_name_of_its_file() {
    let named = |sheet: &str| open(&fixture(&format!("members.ods#{sheet}")), Some(Hidden::Leave));
    assert_eq!(people(&named("Members").expect("a list")).len(), 3);
    assert_eq!(people(&named("1").expect("a list")).len(), 3);
    assert_eq!(named("Empty").expect_err("it is empty")[0].code, "empty-list");
    let finding = named("Member").expect_err("there is none").remove(0);
    assert_eq!(finding.code, "no-sheet");
    assert_eq!(
        finding.help,
        "did you mean `Members`? write `members.ods#Members` or `members.ods#Empty`"
    );
}

#[test]
fn json_is_a_list_and_what_it_says_of_consent_is_heard() {
    let (_folder, path) = written(
        "{\"email\": \"ann@example.org\", \"unsubscribed\": false}\n\
         {\"email\": \"bo@example.org\", \"unsubscribed\": true}\n",
    );
    let list = open(&path, None).expect("a list");
    assert_eq!(people(&list), [(1, "ann@example.org".to_owned())]);
    assert_eq!(list.unit(), Unit::Line);
}

#[test]
fn other_files_are_named_for_what_they_are() {
    let cases = [
        ("BEGIN:VCARD\nVERSION:3.0\nFN:Ann\nEND:VCARD\n", "a vCard address book"),
        ("version: 1\ndn: cn=Ann\nmail: ann@example.org\n", "an LDIF address book"),
        ("<html><body><table></table></body></html>", "a web page"),
        ("%PDF-1.7\n", "a PDF"),
        ("{\\rtf1\\ansi }", "an RTF document"),
    ];
    for (text, kind) in cases {
        let (_folder, path) = written(text);
        let finding = refusal(&path);
        assert_eq!(finding.code, "list-not-text");
        assert!(finding.message.contains(kind), "{}", finding.message);
    }
}

#[test]
fn a_csv_is_one_whatever_its_first_header() {
    for header in ["BEGIN,email", "[First Name],email", "{name},email", "<name>,email"] {
        let (_folder, path) = written(&format!("{header}\nAnn,ann@example.org\n"));
        let list = open(&path, None).unwrap_or_else(|why| panic!("{header}: {why:?}"));
        assert_eq!(people(&list), [(2, "ann@example.org".to_owned())], "{header}");
    }
}
