//! The vocabulary of consent, as data: the columns by which other programs say whom not to mail
//! (`tools.tsv`, with a source for each), names of columns that no program owns (`names.tsv`), and
//! what values mean in the languages that spreadsheets and people write (`words.tsv`).
//!
//! The tables are linked into the program and read the first time a list is opened.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::super::columns::is_latin;
use super::name::{bare_letter, compact, plain};

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
    /// By how often: never means that the person left.
    Frequency,
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

/// What a name looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// Consent to be mailed.
    Consent,
    /// Consent to be reached in another way.
    Elsewhere,
    /// Anything else.
    Other,
}

/// All that is known.
pub(super) struct Vocabulary {
    tools: HashMap<String, Vec<ToolColumn>>,
    prefixes: Vec<(String, ToolColumn)>,
    names: HashMap<String, Kind>,
    /// Fragments of names, and words in names, by what they do.
    parts: Parts,
    words: HashMap<String, Meaning>,
    /// Words that tell of consent in whatever column they stand, …
    telling: HashSet<String>,
    /// … and how they begin.
    telling_starts: Starts,
}

/// What is known of fragments of names.
#[derive(Default)]
struct Parts {
    /// Fragments that look like consent, …
    stems: Vec<String>,
    /// … and those that look as if somebody left.
    left_stems: Vec<String>,
    /// Words beside a fragment that make a column decide nothing, …
    harmless: HashSet<String>,
    /// … those that do so unless it is about leaving, …
    harmless_joining: HashSet<String>,
    /// … and words that make it about another way to reach somebody.
    other_channels: HashSet<String>,
    /// Words of mail, beside which the other ways do not count.
    mail: HashSet<String>,
    /// Words before the one that matters: `is_email_bounced`.
    before: HashSet<String>,
    /// Words behind it that make it a moment: `unsubscribed_at`, `Abgemeldet am`, …
    moments: HashSet<String>,
    /// … those that do so before it, `Date opted out`, …
    moments_before: HashSet<String>,
    /// … and what may stand between: `Fecha de baja`.
    articles: HashSet<String>,
    /// What, with a moment, is when somebody left; alone it is a number, or anything.
    leaving: HashSet<String>,
    /// How a status is called, …
    statuses: HashSet<String>,
    /// … and words beside it that leave it one of the subscription.
    beside_status: HashSet<String>,
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
            parts: Parts::default(),
            words: HashMap::new(),
            telling: HashSet::new(),
            telling_starts: Starts::default(),
        };
        for column in tool_columns(tools) {
            match column.header.strip_suffix('*') {
                Some(start) => vocabulary.prefixes.push((compact(start), column)),
                None => vocabulary.tools.entry(compact(column.header)).or_default().push(column),
            }
        }
        for [kind, _, list] in lines(names) {
            for name in list.split('|') {
                vocabulary.name(kind, name);
            }
        }
        for [meaning, _, list] in lines(words) {
            for word in list.split('|') {
                vocabulary.word(meaning, word.trim());
            }
        }
        vocabulary
    }

    fn name(&mut self, kind: &str, name: &str) {
        let (parts, name) = (&mut self.parts, compact(name));
        let words = match kind {
            "stem" => return parts.stems.push(name),
            "stem-left" => return parts.left_stems.push(name),
            "harmless" => &mut parts.harmless,
            "harmless-joining" => &mut parts.harmless_joining,
            "other-channel" => &mut parts.other_channels,
            "mail" => &mut parts.mail,
            "before" => &mut parts.before,
            "moment" => &mut parts.moments,
            "moment-before" => &mut parts.moments_before,
            "article" => &mut parts.articles,
            "leaving" => &mut parts.leaving,
            "status-name" => &mut parts.statuses,
            "beside-status" => &mut parts.beside_status,
            _ => {
                let kind = Kind::parse(kind).expect("names.tsv names kinds that there are");
                self.names.insert(name, kind);
                return;
            }
        };
        words.insert(name);
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
        // Short words mean something else in other columns: `left`, `baja`.
        if matches!(meaning, "unsubscribed" | "complained" | "deceased") && key.len() >= TELLING_MIN
        {
            self.telling_starts.add(&key);
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

    /// How a column of exactly this name tells, whoever made it.
    pub(super) fn name_of(&self, compact: &str) -> Option<Kind> {
        self.names.get(compact).copied()
    }

    /// How a column tells by the words of its name.
    pub(super) fn kind_of(&self, words: &[String]) -> Option<Kind> {
        let parts = &self.parts;
        if let Some(kind) = self.name_of(&words.concat()) {
            return Some(kind);
        }
        if let Some((last, rest)) = words.split_last()
            && parts.statuses.contains(last)
            && rest.iter().all(|word| parts.beside_status.contains(word))
        {
            return Some(Kind::Status);
        }
        let is_dated = words.first().is_some_and(|first| parts.moments_before.contains(first));
        let behind_date = &words[usize::from(is_dated)..];
        let is_in = |known: &HashSet<String>, word: &String| known.contains(word);
        let core: Vec<&String> = behind_date
            .iter()
            .skip_while(|word| {
                is_in(&parts.before, word) || (is_dated && is_in(&parts.articles, word))
            })
            .collect();
        let last = core.iter().rposition(|word| !parts.moments.contains(*word));
        let kept = last.map_or(0, |last| last + 1);
        let name: String = core[..kept].iter().map(|word| word.as_str()).collect();
        let kind = self.name_of(&name);
        if !is_dated && kept == core.len() {
            return kind;
        }
        match kind {
            Some(Kind::YesLeft | Kind::FilledLeft) => Some(Kind::FilledLeft),
            _ if parts.leaving.contains(&name) => Some(Kind::FilledLeft),
            // When somebody joined or confirmed says nothing of whether they are still there.
            Some(Kind::YesMail | Kind::NotYetIfNo | Kind::Status) => Some(Kind::Nothing),
            other => other,
        }
    }

    /// What a name looks like that nothing is known of.
    pub(super) fn look(&self, words: &[String], compact: &str) -> Look {
        let parts = &self.parts;
        let has = |known: &HashSet<String>| words.iter().any(|word| known.contains(word));
        let holds = |stems: &[String]| stems.iter().any(|stem| compact.contains(stem.as_str()));
        let (leaves, joins) = (holds(&parts.left_stems), holds(&parts.stems));
        let is_elsewhere = has(&parts.other_channels) && !has(&parts.mail);
        if is_elsewhere && (leaves || joins || has(&parts.statuses)) {
            Look::Elsewhere
        } else if has(&parts.harmless) || is_elsewhere {
            Look::Other
        } else if leaves || (joins && !has(&parts.harmless_joining)) {
            Look::Consent
        } else {
            Look::Other
        }
    }

    /// What a value means whose key is this.
    pub(super) fn word_of(&self, key: &str) -> Option<Meaning> {
        self.words.get(key).copied()
    }

    /// Whether a cell of any column tells of consent. Nearly all cells of nearly all lists do not,
    /// and cost next to nothing.
    pub(super) fn is_telling_cell(&self, cell: &str) -> bool {
        (TELLING_MIN..=TELLING_MAX).contains(&cell.len())
            && self.telling_starts.has(cell)
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

/// How many bits tell how words begin.
const STARTS: usize = 1 << 13;

/// How words begin: by their first three letters, one bit for some triples. Hardly any cell of
/// another kind begins as one of them does, in whatever script.
struct Starts {
    bits: Vec<bool>,
}

impl Default for Starts {
    fn default() -> Self {
        Self { bits: vec![false; STARTS] }
    }
}

impl Starts {
    fn add(&mut self, key: &str) {
        self.bits[bit(key)] = true;
    }

    /// Whether a word may begin as this cell does.
    fn has(&self, cell: &str) -> bool {
        self.bits[bit(cell)]
    }
}

/// The bit of a text's first three letters and digits in lower case, without accents.
fn bit(text: &str) -> usize {
    let (mut bit, mut letters) = (0_usize, 0);
    let mut add = |letter: char| {
        letters += 1;
        bit = bit.wrapping_mul(31).wrapping_add(letter as usize);
        letters == 3
    };
    for c in text.chars() {
        let is_enough = match c {
            _ if c.is_ascii_alphanumeric() => add(c.to_ascii_lowercase()),
            _ if c.is_ascii() || !c.is_alphanumeric() => false,
            _ if is_latin(c) => plain(c.encode_utf8(&mut [0; 4])).chars().any(&mut add),
            _ => c.to_lowercase().map(bare_letter).any(&mut add),
        };
        if is_enough {
            break;
        }
    }
    bit % STARTS
}

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
            "frequency" => Self::Frequency,
            "nothing" => Self::Nothing,
            "ask" => Self::Ask,
            _ => return None,
        })
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
