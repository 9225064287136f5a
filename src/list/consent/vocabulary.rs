//! The vocabulary of consent, as data: the columns by which other programs say whom not to mail
//! (`tools.tsv`, with a source for each), names of columns that no program owns (`names.tsv`), and
//! what values mean in the languages that spreadsheets and people write (`words.tsv`).
//!
//! The tables are linked into the program and read the first time a list is opened.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::kind::Kind;
use super::name::{compact, plain};
use super::names::Names;
use super::telling::Telling;
use crate::types;

/// What a blank cell means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Blank {
    /// The person may be mailed.
    Mail,
    /// The person left.
    Left,
    /// Nobody knows.
    Ask,
}

/// What a value means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    Yes,
    No,
    /// Subscribed, active, enabled.
    Mail,
    /// Unsubscribed, bounced, complained, deceased, blocked.
    Left,
    /// Pending, unconfirmed.
    NotYet,
    /// Never, none: no date, and no consent.
    Never,
    /// What programs write for nothing: `NULL`, `NaT`.
    Blank,
}

/// A column of a program that exports lists.
#[derive(Clone, Debug)]
pub(super) struct ToolColumn {
    /// The header as the program writes it; a `*` at its end stands for anything.
    pub(super) header: &'static str,
    /// How it tells.
    pub(super) kind: Kind,
    /// Values that mean that the person may be mailed, as written.
    pub(super) mail: Vec<&'static str>,
    /// Values that mean that the person left.
    pub(super) left: Vec<&'static str>,
    /// Values that mean that the person has not confirmed yet.
    pub(super) not_yet: Vec<&'static str>,
    /// What a blank cell means, if that is known.
    pub(super) blank: Option<Blank>,
}

/// All that is known.
pub(super) struct Vocabulary {
    tools: HashMap<String, Vec<ToolColumn>>,
    prefixes: Vec<(String, ToolColumn)>,
    /// Names that no program owns.
    pub(super) names: Names,
    words: HashMap<String, Meaning>,
    /// Words that tell of consent in whatever column they stand.
    pub(super) telling: Telling,
}

/// The vocabulary of this program.
pub(super) static VOCABULARY: LazyLock<Vocabulary> = LazyLock::new(|| {
    Vocabulary::read(
        include_str!("tools.tsv"),
        include_str!("names.tsv"),
        include_str!("words.tsv"),
    )
});

impl Vocabulary {
    fn read(tools: &'static str, names: &'static str, words: &'static str) -> Self {
        let mut vocabulary = Self {
            tools: HashMap::new(),
            prefixes: Vec::new(),
            names: Names::default(),
            words: HashMap::new(),
            telling: Telling::default(),
        };
        for column in tool_columns(tools) {
            match column.header.strip_suffix('*') {
                Some(start) => vocabulary.prefixes.push((compact(start), column)),
                None => vocabulary.tools.entry(compact(column.header)).or_default().push(column),
            }
        }
        for [kind, _, list] in lines(names) {
            for name in list.split('|') {
                vocabulary.names.add(kind, name);
            }
        }
        for [meaning, _, list] in lines(types::YES_NO).chain(lines(words)) {
            for word in list.split('|') {
                vocabulary.word(meaning, word.trim());
            }
        }
        vocabulary
    }

    fn word(&mut self, meaning: &str, word: &str) {
        let known = match meaning {
            "yes" => Meaning::Yes,
            "no" => Meaning::No,
            "subscribed" => Meaning::Mail,
            "pending" | "unconfirmed" => Meaning::NotYet,
            "never" => Meaning::Never,
            "blank" => Meaning::Blank,
            _ => Meaning::Left,
        };
        let key = value_key(word);
        if matches!(meaning, "unsubscribed" | "complained" | "deceased") {
            self.telling.add(&key);
        }
        self.words.insert(key, known);
    }

    /// The columns of tools that are called so.
    pub(super) fn tools(&self, compact: &str) -> impl Iterator<Item = &ToolColumn> {
        let whole = self.tools.get(compact).into_iter().flatten();
        let open = self.prefixes.iter().filter(|(start, _)| compact.starts_with(start.as_str()));
        whole.chain(open.map(|(_, column)| column))
    }

    /// What a value means whose key is this.
    pub(super) fn word_of(&self, key: &str) -> Option<Meaning> {
        self.words.get(key).copied()
    }
}

/// What a value is looked up by: its letters and digits in lower case, without accents; as it
/// stands where it has none.
pub(super) fn value_key(value: &str) -> String {
    let key = plain(value);
    if key.is_empty() { value.trim().to_lowercase() } else { key }
}

fn tool_columns(table: &'static str) -> impl Iterator<Item = ToolColumn> {
    lines::<9>(table).map(|[_, header, kind, mail, left, not_yet, blank, _, _]| {
        let list = |text: &'static str| {
            text.split('|').map(str::trim).filter(|value| !value.is_empty()).collect()
        };
        ToolColumn {
            header,
            kind: Kind::parse(kind).expect("tools.tsv names kinds that there are"),
            mail: list(mail),
            left: list(left),
            not_yet: list(not_yet),
            blank: match blank {
                "mail" => Some(Blank::Mail),
                "left" => Some(Blank::Left),
                "ask" => Some(Blank::Ask),
                _ => None,
            },
        }
    })
}

/// The lines of a table behind its line of names, cut at the tabs.
fn lines<const N: usize>(table: &'static str) -> impl Iterator<Item = [&'static str; N]> {
    let lines = table.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).skip(1);
    lines.map(|line| {
        let mut cells = line.split('\t').map(str::trim);
        std::array::from_fn(|_| cells.next().unwrap_or(""))
    })
}
