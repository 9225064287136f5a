//! A folder of exports that a tool has written, and what becomes of a mailing to each of them.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::calendars::installed;
use crate::desk::{Desk, Ran, SETTINGS};
use crate::reading;

/// Whoever may be mailed in `people.sql`: the name before the `@`, first name, number and note.
const PEOPLE: [(&str, &str, &str, &str); 5] = [
    ("ann", "Ann", "007", "none"),
    ("dov", "דב", "1e5", "שתי שורות"),
    ("joerg", "Jörg | Ümit", "+49", "a tab"),
    ("lukasz", "Łukasz", "0049", "semi; colon, comma"),
    ("zoe", "Zoë \"Zed\" O'Neil", "012", "a back\\slash, a \"quote\" and \\"),
];
/// How many people left by each column.
const LEFT: [(&str, u64); 6] = [
    ("deceased", 1),
    ("opt_out", 1),
    ("status", 3),
    ("subscribed", 1),
    ("unsubscribed", 1),
    ("unsubscribed_at", 1),
];
/// How many left by any of them.
const ALL_WHO_LEFT: u64 = 8;

const LETTER: &str = "---\nsubject: \"{{ first_name or 'you' }} / {{ member or 'none' }}\"\n---\n\n\
    Note: {{ note or \"none\" }} ({{ first_name or \"you\" }}).\n";
/// For exports that hold neither names nor notes, as what writes no quotes would break their rows.
const BARE_LETTER: &str = "---\nsubject: Member {{ member }}\n---\n\nHello.\n";

/// What a tool has written.
pub(super) struct Exports {
    folder: TempDir,
    /// The files that no story was told of yet.
    untried: RefCell<BTreeSet<String>>,
}

impl Exports {
    /// Runs one of our scripts in Python, with the libraries of the test environment.
    pub(super) fn by_python(script: &str) -> Self {
        Self::by(Command::new(python()).arg("-Es").arg(path(script)))
    }

    /// Runs one of our scripts in a shell.
    pub(super) fn by_shell(script: &str) -> Self {
        Self::by(Command::new("sh").arg(path(script)))
    }

    /// Runs a command, with a folder as its last argument.
    pub(super) fn by(command: &mut Command) -> Self {
        let folder = tempfile::Builder::new().prefix("exports").tempdir().expect("a folder");
        let output = command
            .arg(folder.path())
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .output()
            .expect("scripts/install-test-servers.sh installs it");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let files = fs::read_dir(folder.path()).expect("readable").flatten();
        let names = files.filter(|file| file.path().is_file()).map(|file| file.file_name());
        let untried = names.map(|name| name.into_string().expect("UTF-8")).collect();
        Self { folder, untried: RefCell::new(untried) }
    }

    /// The text of one of them, which is no list of people.
    #[track_caller]
    pub(super) fn text(&self, name: &str) -> String {
        String::from_utf8(self.read(name)).expect("UTF-8")
    }

    #[track_caller]
    fn read(&self, name: &str) -> Vec<u8> {
        self.untried.borrow_mut().remove(name);
        let bytes = fs::read(self.folder.path().join(name));
        bytes.unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// One of them, as somebody's list.
    #[track_caller]
    pub(super) fn export(&self, name: &str) -> Export {
        let extension = Path::new(name).extension().expect("a name of a file").to_string_lossy();
        Export {
            name: name.to_owned(),
            list: format!("people.{extension}"),
            bytes: self.read(name),
            settings: String::new(),
            who: PEOPLE.map(|(who, ..)| who).to_vec(),
            is_bare: false,
            has_right_names: true,
        }
    }

    /// Several of them: whoever may be mailed gets a mail.
    #[track_caller]
    pub(super) fn mail_all_who_may(&self, names: &[&str]) {
        for name in names {
            self.export(name).mails_all_who_may();
        }
    }

    /// Several of them: each is refused by one finding.
    #[track_caller]
    pub(super) fn are_refused(&self, names: &[(&str, &str)]) {
        for (name, code) in names {
            self.export(name).is_refused(&[code]);
        }
    }

    /// No file is left of which no story was told.
    #[track_caller]
    pub(super) fn were_all_tried(&self) {
        assert!(self.untried.borrow().is_empty(), "{:?}", self.untried.borrow());
    }
}

/// The test environment's Python.
fn python() -> std::path::PathBuf {
    installed("HANDBILL_TEST_VENV", "test-venv").join("bin/python")
}

/// Where a script of ours lies.
pub(super) fn path(script: &str) -> String {
    format!("{}/tests/interop/exports/{script}", env!("CARGO_MANIFEST_DIR"))
}

/// An export, and what its user says of it.
pub(super) struct Export {
    name: String,
    list: String,
    bytes: Vec<u8>,
    settings: String,
    /// Whoever may be mailed by it.
    who: Vec<&'static str>,
    is_bare: bool,
    has_right_names: bool,
}

impl Export {
    /// With these lines in the settings of the list.
    pub(super) fn with(mut self, lines: &str) -> Self {
        self.settings.push_str(lines);
        self.settings.push('\n');
        self
    }

    /// Of those who may be mailed, only these are in it.
    pub(super) fn of(mut self, who: &[&'static str]) -> Self {
        self.who = who.to_vec();
        self
    }

    /// Without names and notes.
    pub(super) fn bare(mut self) -> Self {
        self.is_bare = true;
        self
    }

    /// Whoever may be mailed gets a mail with their name, and each column that tells of leaving
    /// was understood.
    #[track_caller]
    pub(super) fn mails_all_who_may(&self) {
        let desk = self.desk();
        let checked = desk.run(&format!("list check {} --format json", self.list));
        let json = checked.ends(0).json();
        let may = self.who.len() as u64;
        let counts = ["rows", "deliverable", "left"].map(|count| json[count].as_u64());
        let expected = [may + ALL_WHO_LEFT, may, ALL_WHO_LEFT].map(Some);
        assert_eq!(counts, expected, "rows, deliverable and left of {}: {json:#}", self.name);
        assert_eq!(left_by_column(&json), BTreeMap::from(LEFT.map(text)), "{}: {json}", self.name);
        let ran = send(&desk);
        assert_eq!(ran.code, Some(0), "{}: {ran:?}", self.name);
        assert_eq!(self.mailed(&desk), self.who, "{}: {ran:?}", self.name);
    }

    /// Nobody gets a mail: it is refused by these findings, with what to do.
    #[track_caller]
    pub(super) fn is_refused(&self, codes: &[&str]) -> Ran {
        let desk = self.desk();
        let checked = desk.run(&format!("list check {}", self.list));
        let sent = send(&desk);
        assert_eq!(self.mailed(&desk), [""; 0], "{}: {sent:?}", self.name);
        for ran in [&checked, &sent] {
            assert_eq!(ran.code, Some(1), "{}: {ran:?}", self.name);
            for code in codes {
                let is_said = ran.err.contains(&format!("error[{code}]"));
                assert!(is_said && ran.err.contains("\nhelp: "), "{} {code}: {ran:?}", self.name);
            }
        }
        sent
    }

    /// It is asked what consent means in it, and the first line that is offered for each column is
    /// enough to mail all who may be.
    #[track_caller]
    pub(super) fn asks_for_consent(self) {
        let asked = self.is_refused(&["unclear-consent"]);
        let lines = asked.err.lines().map(str::trim);
        let rules: Vec<&str> = lines.filter(|line| line.contains("{ mail = [")).collect();
        let told = self.with("[list.consent]").with(&rules.join("\n"));
        let (desk, may) = (told.desk(), told.who.clone());
        let ran = send(&desk);
        assert_eq!(ran.code, Some(0), "{}: {ran:?}", told.name);
        assert_eq!(told.mailed(&desk), may, "{}: {ran:?}", told.name);
    }

    /// Its encoding is asked for, and this one is among those proposed and enough to mail all who
    /// may be.
    #[track_caller]
    pub(super) fn asks_for_encoding(self, encoding: &str) {
        let asked = self.is_refused(&["unclear-encoding"]);
        assert!(asked.err.contains(encoding), "{}: {asked:?}", self.name);
        self.with(&format!("encoding = \"{encoding}\"")).mails_all_who_may();
    }

    /// It is said that letters were lost before the list was read; only those who may be mailed are.
    #[track_caller]
    pub(super) fn warns_of_lost_letters(mut self) {
        self.has_right_names = false;
        let desk = self.desk();
        for ran in [desk.run(&format!("list check {}", self.list)), send(&desk)] {
            let is_said = ran.err.contains("warning[question-marks]");
            assert!(ran.code == Some(0) && is_said, "{}: {ran:?}", self.name);
        }
        assert_eq!(self.mailed(&desk), self.who, "{}", self.name);
    }

    /// The names before the `@` of all who got a mail, each of which has the right names in it.
    /// Nobody who left is among them.
    #[track_caller]
    pub(super) fn mailed(&self, desk: &Desk) -> Vec<String> {
        let Ok(folder) = fs::read_dir(desk.path("out")) else { return Vec::new() };
        let mails = folder.flatten().map(|file| fs::read(file.path()).expect("readable"));
        let mut mailed: Vec<String> = mails.map(|mail| self.recipient(&mail)).collect();
        mailed.sort();
        mailed
    }

    #[track_caller]
    fn recipient(&self, mail: &[u8]) -> String {
        let mail = reading::read(mail);
        let to = mail.to[0].1.strip_suffix("@example.org").expect("an address of people.sql");
        let person = PEOPLE.iter().find(|(who, ..)| *who == to);
        let Some((_, first_name, member, note)) = person else {
            panic!("{to} is mailed by {}", self.name)
        };
        if !self.has_right_names {
            return to.to_owned();
        }
        if self.is_bare {
            assert_eq!(mail.subject, format!("Member {member}"), "{} to {to}", self.name);
            return to.to_owned();
        }
        assert_eq!(mail.subject, format!("{first_name} / {member}"), "{} to {to}", self.name);
        let text = mail.text.split_whitespace().collect::<Vec<_>>().join(" ");
        let expected = format!("Note: {note} ({first_name}).");
        assert!(text.starts_with(&expected), "{} to {to}: {text}", self.name);
        to.to_owned()
    }

    fn desk(&self) -> Desk {
        let file = format!("file = \"{}\"\n{}", self.list, self.settings);
        let letter = if self.is_bare { BARE_LETTER } else { LETTER };
        Desk::new()
            .settings(&SETTINGS.replace("file = \"subscribers.csv\"\n", &file))
            .campaign(letter)
            .file(&self.list, &self.bytes)
    }
}

fn send(desk: &Desk) -> Ran {
    desk.run("send campaigns/spring.md --outbox out --format json")
}

fn text((column, left): (&str, u64)) -> (String, u64) {
    (column.to_owned(), left)
}

/// How many left by each column that tells; all that it says was understood.
fn left_by_column(json: &Value) -> BTreeMap<String, u64> {
    let columns = json["consent"].as_array().expect("columns");
    let left = |column: &Value| {
        assert_eq!(column["unclear"].as_array().map(Vec::len), Some(0), "{column}");
        let name = column["column"].as_str().expect("a name").to_owned();
        (name, column["left"].as_u64().expect("a count"))
    };
    columns.iter().map(left).collect()
}
