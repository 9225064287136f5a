//! The name of a list with a sheet behind it: `members.xlsx#Sheet2`.

use std::path::{Path, PathBuf};

use crate::finding::Finding;

/// The endings behind which a `#` begins the name of a sheet.
const ENDINGS: [&str; 11] = [
    ".xlsx", ".xlsm", ".xltx", ".xlsb", ".xls", ".ods", ".ots", ".fods", ".json", ".ndjson",
    ".jsonl",
];

/// Splits a list's name into that of the file and that of the sheet: at the first `#` behind
/// the ending of a workbook.
pub(in super::super) fn split_sheet(text: &str) -> (&str, Option<&str>) {
    let is_behind_ending = |at: &usize| {
        let before = text[..*at].to_ascii_lowercase();
        ENDINGS.iter().any(|ending| before.ends_with(ending))
    };
    match text.match_indices('#').map(|(at, _)| at).find(is_behind_ending) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    }
}

/// The file that a list's name means, and the sheet. A file that is really called so wins, and
/// then one that is there before a `#`, whatever its ending.
pub(in super::super) fn find<'a>(base: &Path, text: &'a str) -> (PathBuf, Option<&'a str>) {
    let whole = base.join(text);
    if whole.is_file() {
        return (whole, None);
    }
    for (at, _) in text.match_indices('#') {
        let path = base.join(&text[..at]);
        if path.is_file() {
            return (path, Some(&text[at + 1..]));
        }
    }
    let (file, sheet) = split_sheet(text);
    (base.join(file), sheet)
}

/// A sheet was named of a file that has none.
pub(in super::super) fn without_sheets(name: &str) -> Finding {
    Finding::error(
        "no-sheet",
        format!("the list `{name}` is text, and has no sheets"),
        "leave out what stands behind `#`",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_stands_behind_a_workbooks_ending() {
        let cases = [
            ("members.xlsx#Sheet2", ("members.xlsx", Some("Sheet2"))),
            ("lists/Members.XLS#2", ("lists/Members.XLS", Some("2"))),
            ("a.ods#Team #1", ("a.ods", Some("Team #1"))),
            ("C#/a.ods", ("C#/a.ods", None)),
            ("list#1.csv", ("list#1.csv", None)),
            ("a#b.xlsx", ("a#b.xlsx", None)),
            ("a.json#data.members", ("a.json", Some("data.members"))),
            ("a.xlsx#", ("a.xlsx", Some(""))),
            ("members.xlsx", ("members.xlsx", None)),
        ];
        for (text, parts) in cases {
            assert_eq!(split_sheet(text), parts, "{text}");
        }
    }

    #[test]
    fn a_file_that_is_really_called_so_wins() {
        let folder = tempfile::tempdir().expect("a folder");
        let find = |text| {
            let (path, sheet) = find(folder.path(), text);
            (path.strip_prefix(folder.path()).expect("inside").to_owned(), sheet)
        };
        let write = |name| std::fs::write(folder.path().join(name), "").expect("written");
        write("a.xlsx");
        write("no ending");
        assert_eq!(find("a.xlsx#b"), (PathBuf::from("a.xlsx"), Some("b")));
        assert_eq!(find("no ending#b"), (PathBuf::from("no ending"), Some("b")));
        assert_eq!(find("missing#b"), (PathBuf::from("missing#b"), None));
        write("a.xlsx#b");
        assert_eq!(find("a.xlsx#b"), (PathBuf::from("a.xlsx#b"), None));
    }
}
