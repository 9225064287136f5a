//! What there is to say about the encoding of a list.

use super::charset::Charset;
use super::judge::{Proposal, Word};
use super::survey::LineList;
use crate::finding::Finding;
use crate::place::{Place, printable};

/// How many odd words are shown, and how much of a cell.
const SHOWN: usize = 3;
const LONGEST: usize = 40;

/// Something about a list that is read all the same.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::list) enum Note {
    /// It begins with the mark of another encoding than was told.
    Marked {
        /// What was told.
        told: Charset,
        /// What it is read as.
        found: Charset,
    },
    /// Some bytes are no characters in the encoding that was told.
    Malformed {
        /// What was told.
        charset: Charset,
        /// How many places there are.
        count: u64,
        /// Their lines.
        lines: LineList,
    },
    /// Some lines are Windows-1252 among others in UTF-8.
    Mixed {
        /// Which.
        lines: LineList,
    },
    /// A few words can hardly be what they are read as.
    Odd {
        /// Which.
        words: Vec<Word>,
    },
}

/// Why the encoding of a list is not known.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::list) enum Unclear {
    /// Its words may be in several.
    Words {
        /// The likeliest, first.
        proposals: Vec<Proposal>,
    },
    /// Some lines of it are not UTF-8 as the others are.
    Mixed {
        /// Which.
        lines: LineList,
        /// What they may be.
        proposals: Vec<Proposal>,
    },
    /// It is not UTF-8 as was told.
    NotUtf8 {
        /// Where.
        lines: LineList,
    },
    /// It is UTF-8, and something else was told.
    IsUtf8 {
        /// What was told.
        told: Charset,
    },
    /// It is not UTF-16 as was told.
    NotUtf16,
    /// It has the mark of UTF-32.
    Utf32,
    /// It chooses letters by escapes, as ISO-2022-JP.
    Escapes,
}

impl Note {
    /// The same as a warning about a list of that name.
    pub(in crate::list) fn finding(&self, name: &str) -> Finding {
        match self {
            Self::Marked { told, found } => Finding::warning(
                "encoding-mark",
                format!("`{name}` is {}, not {} as was told", found.name(), told.name()),
                "its first bytes say so, and it is read so; take the encoding out of the command \
                 or of `[list]`",
            ),
            Self::Malformed { charset, count, lines } => {
                let (charset, places) = (charset.name(), counted(*count, "place is", "places are"));
                Finding::warning(
                    "malformed-characters",
                    format!("{places} no characters in {charset}, on {}", named(lines)),
                    "`�` stands for each; if names are wrong, the encoding is another one",
                )
                .at(first(name, lines))
            }
            Self::Mixed { lines } => Finding::warning(
                "mixed-encodings",
                format!(
                    "{} windows-1252 in a list that is UTF-8: {}",
                    counted(lines.count, "line is", "lines are"),
                    named(lines)
                ),
                "both are read as they were meant; look at the names there, and save the whole \
                 list as UTF-8",
            )
            .at(first(name, lines)),
            Self::Odd { words } => {
                let shown: Vec<String> = words.iter().take(SHOWN).map(quoted).collect();
                let line = words.first().map_or(1, |word| word.line);
                Finding::warning(
                    "odd-letters",
                    format!(
                        "{} hardly what was written, read as windows-1252: {}",
                        counted(words.len() as u64, "word is", "words are"),
                        shown.join(", ")
                    ),
                    "correct them, or say the encoding of the list: `[list] encoding`",
                )
                .at(place(name, line))
            }
        }
    }
}

impl Unclear {
    /// The same as an error about a list of that name.
    pub(in crate::list) fn finding(&self, name: &str) -> Finding {
        match self {
            Self::Words { proposals } => Finding::error(
                "unclear-encoding",
                format!("`{name}` does not tell its encoding, and its letters depend on it"),
                format!("say what is right: {}; {}", read_as(proposals), how(proposals)),
            )
            .at(place(name, first_word(proposals))),
            Self::Mixed { lines, proposals } => Finding::error(
                "unclear-encoding",
                format!(
                    "{} not UTF-8 as the others of `{name}`, and nothing tells what: {}",
                    counted(lines.count, "line is", "lines are"),
                    named(lines)
                ),
                format!(
                    "save the list they came from as UTF-8, and put them in anew; they may read \
                     {}",
                    read_as(proposals)
                ),
            )
            .at(first(name, lines)),
            Self::NotUtf8 { lines } => Finding::error(
                "wrong-encoding",
                format!(
                    "`{name}` is not UTF-8 as was told: {} not, {}",
                    counted(lines.count, "line is", "lines are"),
                    named(lines)
                ),
                "save it as UTF-8, or say its encoding; without one, `list check` proposes some",
            )
            .at(first(name, lines)),
            Self::IsUtf8 { told } => Finding::error(
                "wrong-encoding",
                format!("`{name}` is UTF-8, not {} as was told", told.name()),
                "say `utf-8`, or take the encoding out of the command or of `[list]`",
            ),
            Self::NotUtf16 => Finding::error(
                "wrong-encoding",
                format!("`{name}` is not UTF-16 as was told"),
                "take the encoding out of the command or of `[list]`: UTF-16 is recognised",
            ),
            Self::Utf32 => Finding::error(
                "unclear-encoding",
                format!("`{name}` is UTF-32, which is not read"),
                "save it as UTF-8",
            ),
            Self::Escapes => Finding::error(
                "unclear-encoding",
                format!("`{name}` changes its letters by escapes, as ISO-2022-JP does"),
                "if it is that, write `[list] encoding = \"iso-2022-jp\"` in `handbill.toml`, or \
                 give `--encoding iso-2022-jp`; or save it as UTF-8",
            ),
        }
    }
}

/// `` `Łukasz` by windows-1250, `£ukasz` by windows-1252 ``.
fn read_as(proposals: &[Proposal]) -> String {
    let one = |proposal: &Proposal| {
        let mut words: Vec<String> = proposal.words.iter().map(quoted).collect();
        words.dedup();
        format!("{} in {}", words.join(", "), proposal.charset.name())
    };
    proposals.iter().map(one).collect::<Vec<_>>().join("; or ")
}

/// The lines to write.
fn how(proposals: &[Proposal]) -> String {
    let label = proposals.first().map_or("windows-1250", |proposal| proposal.charset.name());
    let label = label.to_lowercase();
    format!(
        "write it in `handbill.toml`, as `[list] encoding = \"{label}\"`, or give \
         `--encoding {label}`"
    )
}

fn first_word(proposals: &[Proposal]) -> u64 {
    let lines = proposals.iter().flat_map(|proposal| &proposal.words).map(|word| word.line);
    lines.min().unwrap_or(1)
}

/// A word, safe to print.
fn quoted(word: &Word) -> String {
    let mut shown: String = word.text.trim().chars().take(LONGEST).map(printable).collect();
    if word.text.trim().chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    format!("`{shown}`")
}

/// `line 5`, or `lines 5, 9, 12 and others`.
fn named(lines: &LineList) -> String {
    let shown: Vec<String> = lines.first.iter().map(ToString::to_string).collect();
    let word = if lines.count == 1 { "line" } else { "lines" };
    let others = if lines.count > lines.first.len() as u64 { ", …" } else { "" };
    format!("{word} {}{others}", shown.join(", "))
}

fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn first(name: &str, lines: &LineList) -> Place {
    place(name, lines.first.first().copied().unwrap_or(1))
}

fn place(name: &str, line: u64) -> Place {
    Place::new(name, usize::try_from(line).unwrap_or(usize::MAX), 1)
}
