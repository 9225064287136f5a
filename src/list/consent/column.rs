//! One column of a list: whether it tells of consent, and which of the ways to read it fits all
//! that stands in it.

use std::collections::{HashMap, HashSet};

use super::kind::Kind;
use super::name;
use super::names::Look;
use super::speech::{Speech, Verdict};
use super::value::Value;
use super::vocabulary::{Blank, Meaning, VOCABULARY};

/// How many different values of a column are kept.
const VALUES: usize = 64;
/// The longest value that is kept, in bytes.
const VALUE_MAX: usize = 80;

/// Where the meaning of a column comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// The settings or the campaign say it.
    Settings,
    /// The vocabulary knows it.
    Vocabulary,
    /// Nobody knows.
    Unclear,
}

/// The ways to read a column, before its values were seen.
#[derive(Clone, Debug)]
pub(super) enum Readings {
    /// As the settings say.
    Told(Speech),
    /// The ways of all that are known to have such a column.
    Known(Vec<Speech>),
    /// Its name looks like consent and is not known.
    Looks,
    /// It has no name: a bare yes or no in it may be about anything.
    Unnamed,
    /// Its name looks like consent, and it is known to decide nothing about mail.
    Nothing,
    /// Its name says nothing of consent.
    Other,
}

impl Readings {
    /// The ways to read a column by its header.
    pub(super) fn of(header: &str) -> Self {
        let words = name::words(header);
        let compact = words.concat();
        let mut speeches: Vec<Speech> = VOCABULARY.tools(&compact).map(Speech::of_tool).collect();
        // What a program's own column does outweighs a guess by one word of its name.
        let named = VOCABULARY.names.kind_of(&words);
        let is_sure = speeches.is_empty() || VOCABULARY.names.whole(&compact).is_some();
        match named {
            Some(Kind::Ask | Kind::Nothing) | None => {}
            Some(Kind::Tags) if !is_sure => {}
            Some(kind) => speeches.push(Speech::of_kind(kind)),
        }
        if speeches.iter().any(|speech| speech.kind() != Kind::Nothing) {
            speeches.retain(|speech| speech.kind() != Kind::Nothing);
            return Self::Known(speeches);
        }
        if named == Some(Kind::Ask) && is_sure {
            return Self::Looks;
        }
        if !speeches.is_empty() || named == Some(Kind::Nothing) {
            return Self::Nothing;
        }
        match VOCABULARY.names.look(&words, &compact) {
            Look::Consent => Self::Looks,
            Look::Elsewhere => Self::Nothing,
            Look::Other => Self::Other,
        }
    }
}

/// The different values of a column.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    /// Those that are kept, as first written, by what they are looked up by.
    values: HashMap<String, String>,
    /// Cells that were looked at, as they stand.
    seen: HashSet<String>,
    /// A date that was seen.
    date: Option<String>,
    /// Whether there are values that are too long or too many to be kept.
    has_others: bool,
}

impl Tally {
    /// Looks at a cell.
    pub(super) fn add(&mut self, cell: &str) {
        if cell.is_empty()
            || self.seen.contains(cell)
            || self.date.as_ref().is_some_and(|date| is_like(date, cell))
        {
            return;
        }
        if self.seen.len() < VALUES && cell.len() <= VALUE_MAX {
            self.seen.insert(cell.to_owned());
        }
        let Some(value) = Value::of(cell) else { return };
        if self.values.contains_key(&value.key) {
        } else if value.is_date() {
            self.date = Some(value.text.to_owned());
        } else if value.text.len() > VALUE_MAX || self.values.len() == VALUES {
            self.has_others = true;
        } else {
            self.values.insert(value.key, value.text.to_owned());
        }
    }

    /// Whether nothing but dates, and a no where there is none, stands there.
    fn has_dates_alone(&self) -> bool {
        let is_no =
            |text: &String| Value::of(text).is_none_or(|value| value.meaning == Some(Meaning::No));
        !self.has_others && self.values.values().all(is_no)
    }

    fn is_empty(&self) -> bool {
        self.values.is_empty() && self.date.is_none() && !self.has_others
    }

    fn values(&self) -> impl Iterator<Item = &str> {
        let others = self.has_others.then_some(OTHER);
        self.values.values().map(String::as_str).chain(self.date.as_deref()).chain(others)
    }
}

/// Whether two texts have digits at the same places, and the same characters elsewhere.
fn is_like(date: &str, cell: &str) -> bool {
    let digits =
        |one: u8, other: u8| one == other || (one.is_ascii_digit() && other.is_ascii_digit());
    date.len() == cell.len()
        && date.bytes().zip(cell.bytes()).all(|(one, other)| digits(one, other))
}

/// Stands for values that were not kept.
const OTHER: &str = "something else that nobody has a word for";

/// A column that tells of consent, with the way to read it.
#[derive(Clone, Debug)]
pub(in crate::list) struct ConsentColumn {
    /// Which column it is.
    pub(super) index: usize,
    /// Where its meaning comes from.
    pub(super) rule: Rule,
    speeches: Vec<Speech>,
    blank: Verdict,
}

impl ConsentColumn {
    /// Decides how to read a column whose values were seen; nothing where it tells nothing.
    pub(super) fn decide(index: usize, readings: &Readings, tally: &Tally) -> Option<Self> {
        match readings {
            Readings::Told(speech) => Some(Self {
                index,
                rule: Rule::Settings,
                blank: blank(std::slice::from_ref(speech), tally),
                speeches: vec![speech.clone()],
            }),
            Readings::Known(speeches) => Some(Self::of_known(index, speeches, tally)),
            Readings::Nothing => None,
            Readings::Looks | Readings::Other if tally.is_empty() => None,
            Readings::Looks => {
                let words = [Speech::of_kind(Kind::Status)];
                let speeches = if fits(&words[0], tally) { words.to_vec() } else { Vec::new() };
                let rule = if speeches.is_empty() { Rule::Unclear } else { Rule::Vocabulary };
                let blank =
                    if speeches.is_empty() { Verdict::Mail } else { blank(&speeches, tally) };
                Some(Self { index, rule, speeches, blank })
            }
            Readings::Unnamed => {
                let is_answer = |text: &str| {
                    Value::of(text)
                        .is_none_or(|value| value.meaning.is_some() && !value.text.contains('@'))
                };
                (!tally.is_empty() && tally.values().all(is_answer)).then(|| Self {
                    index,
                    rule: Rule::Unclear,
                    speeches: Vec::new(),
                    blank: Verdict::Mail,
                })
            }
            // A word such as `unsubscribed` stands in a column that says nothing of consent.
            Readings::Other => Some(Self {
                index,
                rule: Rule::Unclear,
                speeches: vec![Speech::telling()],
                blank: Verdict::Mail,
            }),
        }
    }

    fn of_known(index: usize, speeches: &[Speech], tally: &Tally) -> Self {
        let mut fitting: Vec<Speech> =
            speeches.iter().filter(|speech| fits(speech, tally)).cloned().collect();
        // Anything at all is a reason or a date of leaving: where others read the column as a yes
        // or a no, it is one only if dates stand there.
        let is_filled = |speech: &Speech| speech.kind() == Kind::FilledLeft;
        if !tally.has_dates_alone() && !speeches.iter().all(is_filled) {
            fitting.retain(|speech| !is_filled(speech));
        }
        // Anything may be a tag: a program's own words outweigh it, where all of them are its own.
        let is_tags = |speech: &Speech| speech.kind() == Kind::Tags;
        if !tally.is_empty() && !fitting.iter().all(is_tags) {
            fitting.retain(|speech| !is_tags(speech));
        }
        let speeches = if fitting.is_empty() { speeches.to_vec() } else { fitting };
        let blank = blank(&speeches, tally);
        Self { index, rule: Rule::Vocabulary, speeches, blank }
    }

    /// What a cell means.
    pub(super) fn verdict(&self, cell: &str) -> Verdict {
        let Some(value) = Value::of(cell) else { return self.blank };
        let said = self.speeches.iter().filter_map(|speech| speech.says(&value));
        said.reduce(agreed).unwrap_or(Verdict::Unclear)
    }

    /// Whether the column is about something else, and tells of consent by the way.
    pub(super) fn is_by_the_way(&self) -> bool {
        let is_other = |speech: &Speech| matches!(speech.kind(), Kind::Tags | Kind::Frequency);
        self.rule == Rule::Vocabulary && self.speeches.iter().all(is_other)
    }

    /// Whether a cell says nothing by itself.
    pub(super) fn is_blank(cell: &str) -> bool {
        Value::of(cell).is_none()
    }
}

/// What two ways to read a column have in common. That somebody left is only known if both say it;
/// that they are not to be mailed, if each says so in its way.
fn agreed(one: Verdict, other: Verdict) -> Verdict {
    let keeps_out = |verdict| matches!(verdict, Verdict::Left | Verdict::NotYet);
    match (one, other) {
        _ if one == other => one,
        _ if keeps_out(one) && keeps_out(other) => Verdict::NotYet,
        _ => Verdict::Unclear,
    }
}

/// Whether a way to read a column understands everything in it.
fn fits(speech: &Speech, tally: &Tally) -> bool {
    tally.values().all(|text| Value::of(text).is_none_or(|value| speech.says(&value).is_some()))
}

/// What a blank cell means. One that says nothing is no yes where the column answers for others.
fn blank(speeches: &[Speech], tally: &Tally) -> Verdict {
    let mut told = speeches.iter().filter_map(|speech| speech.blank);
    if let Some(first) = told.next() {
        return match first {
            _ if told.any(|other| other != first) => Verdict::Unclear,
            Blank::Mail => Verdict::Mail,
            Blank::Left => Verdict::Left,
            Blank::Ask => Verdict::Unclear,
        };
    }
    let answers = |speech: &Speech| match speech.kind() {
        Kind::FilledLeft
        | Kind::Tags
        | Kind::Frequency
        | Kind::Nothing
        | Kind::Ask
        | Kind::Telling => false,
        // A mark beside those who left says of all others that they did not.
        Kind::YesLeft => tally.values().any(|text| {
            Value::of(text).is_some_and(|value| speech.says(&value) == Some(Verdict::Mail))
        }),
        Kind::YesMail | Kind::NotYetIfNo | Kind::Status | Kind::Values => !tally.is_empty(),
    };
    if speeches.iter().any(answers) { Verdict::Unclear } else { Verdict::Mail }
}
