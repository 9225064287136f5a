//! The vocabulary's tables, and what becomes of the rows of a small list.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use handbill::list::{List, Options, Row, Verdict, field_name};

/// A line of `tools.tsv`.
#[derive(Clone, Debug)]
pub(crate) struct Tool {
    pub(crate) name: String,
    pub(crate) column: String,
    pub(crate) kind: String,
    pub(crate) mail: Vec<String>,
    pub(crate) left: Vec<String>,
    pub(crate) not_yet: Vec<String>,
    pub(crate) blank: String,
    pub(crate) source: String,
    pub(crate) checked: String,
}

impl Tool {
    /// A header that a file of the program may have: something where the table has a `*`.
    pub(crate) fn header(&self) -> String {
        self.column.replace('*', "Spring letter")
    }
}

/// The lines of a table behind its line of names, without comments.
pub(crate) fn lines(name: &str) -> Vec<Vec<String>> {
    cells_of(&format!("src/list/consent/{name}"))
}

/// The lines of `yes_no.tsv`, which columns of other things are read by, too, and of `words.tsv`.
pub(crate) fn words() -> Vec<Vec<String>> {
    let mut words = cells_of("src/types/yes_no.tsv");
    words.extend(lines("words.tsv"));
    words
}

fn cells_of(name: &str) -> Vec<Vec<String>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    let text = fs::read_to_string(path).expect("the table");
    let is_line = |line: &&str| !line.is_empty() && !line.starts_with('#');
    let cells = |line: &str| line.split('\t').map(str::to_owned).collect();
    text.lines().filter(is_line).skip(1).map(cells).collect()
}

/// All lines of `tools.tsv`.
pub(crate) fn tools() -> Vec<Tool> {
    let list = |text: &str| {
        let values = text.split('|').filter(|value| !value.is_empty());
        values.map(str::to_owned).collect::<Vec<_>>()
    };
    let tool = |cells: Vec<String>| {
        assert_eq!(cells.len(), 9, "{cells:?}");
        let cell = |index: usize| cells[index].clone();
        Tool {
            name: cell(0),
            column: cell(1),
            kind: cell(2),
            mail: list(&cells[3]),
            left: list(&cells[4]),
            not_yet: list(&cells[5]),
            blank: cell(6),
            source: cell(7),
            checked: cell(8),
        }
    };
    lines("tools.tsv").into_iter().map(tool).collect()
}

/// Kinds of `names.tsv` that are about whole names.
pub(crate) const KINDS: [&str; 9] = [
    "yes-left",
    "yes-mail",
    "not-yet-if-no",
    "filled-left",
    "status",
    "tags",
    "frequency",
    "nothing",
    "ask",
];

/// All names of `names.tsv` with their kinds and languages.
pub(crate) fn names() -> Vec<[String; 3]> {
    let split = |line: Vec<String>| {
        let [kind, language, names] = <[String; 3]>::try_from(line).expect("three cells");
        let names: Vec<String> = names.split('|').map(str::to_owned).collect();
        names.into_iter().map(move |name| [kind.clone(), language.clone(), name])
    };
    lines("names.tsv").into_iter().flat_map(split).collect()
}

/// What two spellings of one name or word have in common: lower case, no accents, no spaces.
pub(crate) fn key(text: &str) -> String {
    let plain = |c: char| {
        // Latin letters have a plain one that stands for them in a field's name.
        match field_name(&c.to_string()) {
            Some(name) if ('\u{c0}'..'\u{250}').contains(&c) => name,
            _ => c.to_lowercase().filter(|c| c.is_alphanumeric()).collect(),
        }
    };
    let key: String = text.chars().map(plain).collect();
    if key.is_empty() { text.trim().to_lowercase() } else { key }
}

/// What became of a list.
#[derive(Debug)]
pub(crate) struct Read {
    /// Each row's verdict, by its address; a row that cannot be read is not mailed.
    pub(crate) verdicts: HashMap<String, Verdict>,
    /// Codes of what stops a mailing.
    pub(crate) refusals: Vec<&'static str>,
    /// The columns that tell of consent.
    pub(crate) consent: Vec<String>,
}

impl Read {
    /// Who would be mailed.
    pub(crate) fn mailed(&self) -> Vec<&str> {
        if !self.refusals.is_empty() {
            return Vec::new();
        }
        let mail = self.verdicts.iter().filter(|(_, verdict)| **verdict == Verdict::Mail);
        let mut mailed: Vec<&str> = mail.map(|(address, _)| address.as_str()).collect();
        mailed.sort_unstable();
        mailed
    }

    /// What is known of an address.
    pub(crate) fn verdict(&self, address: &str) -> Verdict {
        self.verdicts.get(address).copied().unwrap_or(Verdict::Left)
    }
}

/// Reads a list.
pub(crate) fn read(bytes: impl AsRef<[u8]>) -> Read {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("list.csv");
    fs::write(&path, bytes).expect("written");
    read_file(&path)
}

/// Reads a list that lies there. One that cannot be opened mails nobody.
pub(crate) fn read_file(path: &Path) -> Read {
    let mut read = Read { verdicts: HashMap::new(), refusals: Vec::new(), consent: Vec::new() };
    let list = match List::open(path, "list.csv", &Options::default()) {
        Ok(list) => list,
        Err(findings) => {
            read.refusals = findings.iter().map(|finding| finding.code).collect();
            return read;
        }
    };
    read.refusals = list.refusals().iter().map(|finding| finding.code).collect();
    read.consent = list.consent().iter().map(|column| column.header.clone()).collect();
    for row in list.rows().expect("rows") {
        match row.expect("a row") {
            Row::Subscriber(subscriber) => {
                read.verdicts.insert(subscriber.mailbox.address.to_string(), Verdict::Mail);
            }
            Row::Gone(gone) => {
                for address in gone.addresses {
                    read.verdicts.insert(address.to_string(), gone.verdict);
                }
            }
            Row::Invalid(_) => {}
        }
    }
    for address in list.gone() {
        read.verdicts.insert(address.expect("an address").to_string(), Verdict::Left);
    }
    read
}

/// What each value of a column means, in a list of all of them.
pub(crate) fn column(header: &str, values: &[&str]) -> Vec<Verdict> {
    let read = read(list_of(header, values));
    let verdict = |index: usize| read.verdict(&format!("p{index}@example.org"));
    (0..values.len()).map(verdict).collect()
}

/// A list with one column beside the address. Its name is no field's, which the column may be.
pub(crate) fn list_of(header: &str, values: &[&str]) -> String {
    let rows = values.iter().enumerate();
    let rows = rows.map(|(index, value)| format!("p{index}@example.org,{}\n", quoted(value)));
    format!("Mailadresse,{}\n{}", quoted(header), rows.collect::<String>())
}

/// The same of a single value.
pub(crate) fn value(header: &str, value: &str) -> Verdict {
    column(header, &[value])[0]
}

/// A cell of a CSV.
pub(crate) fn quoted(cell: &str) -> String {
    format!("\"{}\"", cell.replace('"', "\"\""))
}

/// A file of `tests/fixtures/lists/consent`.
pub(crate) fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/lists/consent").join(name)
}
