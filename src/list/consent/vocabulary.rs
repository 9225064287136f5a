//! The vocabulary of consent, as data: the columns by which other programs say whom not to mail
//! (`tools.tsv`, with a source for each), names of columns that no program owns (`names.tsv`), and
//! what values mean in the languages that spreadsheets and people write (`words.tsv`).
//!
//! The tables are linked into the program and read the first time a list is opened.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::name::{compact, compact_words};

/// How a column tells of consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// By the listed values and no others.
    Values,
    /// A yes or a date means that the person left, a no that they may be mailed.
    YesLeft,
    /// A no means that the person left.
    YesMail,
    /// A no means that the person has not confirmed yet.
    NotYetIfNo,
    /// Anything but an empty date means that the person left.
    FilledLeft,
    /// By words such as `unsubscribed`.
    Status,
    /// By one word among others: tags, groups, types.
    Tags,
    /// It looks like consent, and decides nothing about mail.
    Nothing,
    /// It looks like consent, and is never guessed.
    Ask,
    /// It tells nothing, but a word in it does: somebody has to say what that means.
    Telling,
}

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
    /// No date at all: `0000-00-00`, `NULL`.
    Never,
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
    names: HashMap<String, Kind>,
    /// Fragments of names that look like consent, …
    stems: Vec<String>,
    /// … words beside them that make a column decide nothing, …
    harmless: Vec<String>,
    /// … and words that make it about another channel than mail.
    other_channels: Vec<String>,
    words: HashMap<String, Meaning>,
    /// Words that tell of consent in whatever column they stand, …
    telling: HashSet<String>,
    /// … and the bytes with which they begin.
    telling_starts: [bool; 256],
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
            names: HashMap::new(),
            stems: Vec::new(),
            harmless: Vec::new(),
            other_channels: Vec::new(),
            words: HashMap::new(),
            telling: HashSet::new(),
            telling_starts: [false; 256],
        };
        for column in tool_columns(tools) {
            match column.header.strip_suffix('*') {
                Some(start) => vocabulary.prefixes.push((compact(start), column)),
                None => vocabulary.tools.entry(compact(column.header)).or_default().push(column),
            }
        }
        for [kind, _, name] in lines(names) {
            vocabulary.name(kind, name);
        }
        for [meaning, _, list] in lines(words) {
            for word in list.split('|') {
                vocabulary.word(meaning, word.trim());
            }
        }
        vocabulary
    }

    fn name(&mut self, kind: &str, name: &str) {
        match kind {
            "stem" => self.stems.push(compact(name)),
            "harmless" => self.harmless.push(compact(name)),
            "other-channel" => self.other_channels.push(compact(name)),
            _ => {
                let kind = Kind::parse(kind).expect("names.tsv names kinds that there are");
                self.names.insert(compact(name), kind);
            }
        }
    }

    fn word(&mut self, meaning: &str, word: &str) {
        let known = match meaning {
            "yes" => Meaning::Yes,
            "no" => Meaning::No,
            "subscribed" => Meaning::Mail,
            "pending" | "unconfirmed" => Meaning::NotYet,
            "never" => Meaning::Never,
            _ => Meaning::Left,
        };
        let key = value_key(word);
        // Short words mean something else in other columns: `left`, `baja`.
        if matches!(meaning, "unsubscribed" | "complained" | "deceased") && key.len() >= TELLING_MIN
        {
            self.telling_starts[usize::from(key.as_bytes()[0])] = true;
            self.telling.insert(key.clone());
        }
        self.words.insert(key, known);
    }

    /// The columns of tools that are called so.
    pub(super) fn tools(&self, compact: &str) -> impl Iterator<Item = &ToolColumn> {
        let whole = self.tools.get(compact).into_iter().flatten();
        let open = self.prefixes.iter().filter(|(start, _)| compact.starts_with(start.as_str()));
        whole.chain(open.map(|(_, column)| column))
    }

    /// How a column of this name tells, whoever made it.
    pub(super) fn name_of(&self, compact: &str) -> Option<Kind> {
        self.names.get(compact).copied()
    }

    /// Whether a name looks like one of consent.
    pub(super) fn looks_like_consent(&self, words: &[String], compact: &str) -> bool {
        self.stems.iter().any(|stem| compact.contains(stem.as_str())) && !self.is_harmless(words)
    }

    /// Whether a word of a name makes the column decide nothing about mail.
    pub(super) fn is_harmless(&self, words: &[String]) -> bool {
        let has = |known: &[String]| words.iter().any(|word| known.contains(word));
        has(&self.harmless) || has(&self.other_channels)
    }

    /// What a value means whose key is this.
    pub(super) fn word_of(&self, key: &str) -> Option<Meaning> {
        self.words.get(key).copied()
    }

    /// Whether a cell of any column tells of consent. Nearly all cells of nearly all lists do not,
    /// and cost next to nothing.
    pub(super) fn is_telling_cell(&self, cell: &str) -> bool {
        let Some(first) = cell.bytes().find(|byte| *byte != b' ') else { return false };
        (TELLING_MIN..=TELLING_MAX).contains(&cell.len())
            && (!first.is_ascii() || self.telling_starts[usize::from(first.to_ascii_lowercase())])
            && self.is_telling(&value_key(cell))
    }

    /// Whether a value tells of consent in whatever column it stands.
    pub(super) fn is_telling(&self, key: &str) -> bool {
        self.telling.contains(key)
    }
}

/// The shortest word that tells of consent in any column, in bytes of its key.
const TELLING_MIN: usize = 7;
/// The longest cell that is looked at for one, in bytes.
const TELLING_MAX: usize = 60;

impl Kind {
    fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "values" => Self::Values,
            "yes-left" => Self::YesLeft,
            "yes-mail" => Self::YesMail,
            "not-yet-if-no" => Self::NotYetIfNo,
            "filled-left" => Self::FilledLeft,
            "status" => Self::Status,
            "tags" => Self::Tags,
            "nothing" => Self::Nothing,
            "ask" => Self::Ask,
            _ => return None,
        })
    }
}

/// What a value is looked up by: its letters and digits in lower case, without accents; as it
/// stands where it has none.
pub(super) fn value_key(value: &str) -> String {
    let key = compact_words(value);
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
