//! One way to read a column: what each of its values means by it.

use super::kind::Kind;
use super::value::Value;
use super::vocabulary::{Blank, Meaning, ToolColumn, VOCABULARY, value_key};

/// What a cell means for its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// The person may be mailed.
    Mail,
    /// The person left, or no mail reaches them.
    Left,
    /// The person has not confirmed yet.
    NotYet,
    /// Nobody knows.
    Unclear,
}

/// A way to read a column.
#[derive(Clone, Debug)]
pub(super) struct Speech {
    kind: Kind,
    mail: Values,
    left: Values,
    not_yet: Values,
    /// What a blank cell means, where that is known.
    pub(super) blank: Option<Blank>,
}

/// Values by their keys; a `*` stands for all others.
#[derive(Clone, Debug, Default)]
struct Values {
    keys: Vec<String>,
    others: bool,
}

impl Values {
    fn of<'a>(values: impl IntoIterator<Item = &'a str>) -> Self {
        let mut known = Self::default();
        for value in values {
            if value == "*" {
                known.others = true;
            } else {
                known.keys.push(value_key(value));
            }
        }
        known
    }

    fn has(&self, key: &str) -> bool {
        self.keys.iter().any(|known| known == key)
    }
}

impl Speech {
    /// The way of a name that no program owns.
    pub(super) fn of_kind(kind: Kind) -> Self {
        Self {
            kind,
            mail: Values::default(),
            left: Values::default(),
            not_yet: Values::default(),
            blank: None,
        }
    }

    /// The way of a program's column.
    pub(super) fn of_tool(column: &ToolColumn) -> Self {
        Self {
            kind: column.kind,
            mail: Values::of(column.mail.iter().copied()),
            left: Values::of(column.left.iter().copied()),
            not_yet: Values::of(column.not_yet.iter().copied()),
            blank: column.blank,
        }
    }

    /// The way that the settings tell.
    pub(super) fn of_values(mail: Option<&[String]>, left: Option<&[String]>) -> Self {
        let values =
            |told: Option<&[String]>| Values::of(told.into_iter().flatten().map(String::as_str));
        let (mut may, mut gone) = (values(mail), values(left));
        let has_blank = |told: Option<&[String]>| {
            told.is_some_and(|told| told.iter().any(|value| value.trim().is_empty()))
        };
        let blank = match (mail, left) {
            _ if has_blank(left) => Blank::Left,
            _ if has_blank(mail) => Blank::Mail,
            (Some(_), None) => Blank::Left,
            (None, Some(_)) => Blank::Mail,
            _ => Blank::Ask,
        };
        gone.others = mail.is_some() && left.is_none();
        may.others = left.is_some() && mail.is_none();
        Self { mail: may, left: gone, blank: Some(blank), ..Self::of_kind(Kind::Values) }
    }

    /// The way of a column that tells nothing but by a word that nobody could miss.
    pub(super) fn telling() -> Self {
        Self::of_kind(Kind::Telling)
    }

    /// How it tells.
    pub(super) fn kind(&self) -> Kind {
        self.kind
    }

    /// What a value means; nothing where it is not understood.
    pub(super) fn says(&self, value: &Value<'_>) -> Option<Verdict> {
        if self.left.has(&value.key) {
            return Some(Verdict::Left);
        }
        if self.not_yet.has(&value.key) {
            return Some(Verdict::NotYet);
        }
        if self.mail.has(&value.key) {
            return Some(Verdict::Mail);
        }
        if self.left.others {
            return Some(Verdict::Left);
        }
        if self.mail.others {
            return Some(Verdict::Mail);
        }
        self.says_by_kind(value)
    }

    #[expect(clippy::match_same_arms, reason = "an arm for each thing that a kind says")]
    fn says_by_kind(&self, value: &Value<'_>) -> Option<Verdict> {
        let word = match value.meaning {
            Some(Meaning::Left) => Some(Verdict::Left),
            Some(Meaning::Mail) => Some(Verdict::Mail),
            Some(Meaning::NotYet) => Some(Verdict::NotYet),
            _ => None,
        };
        let (mail, left) = (Some(Verdict::Mail), Some(Verdict::Left));
        match (self.kind, value.meaning) {
            (Kind::YesLeft, Some(Meaning::Yes)) => left,
            (Kind::YesLeft, Some(Meaning::No)) => mail,
            (Kind::YesLeft, None) if value.is_date() => left,
            (Kind::YesMail, Some(Meaning::No)) => left,
            (Kind::NotYetIfNo, Some(Meaning::No)) => Some(Verdict::NotYet),
            (Kind::YesMail | Kind::NotYetIfNo, Some(Meaning::Yes)) => mail,
            (Kind::YesMail | Kind::NotYetIfNo, None) if value.is_date() => mail,
            // Never is no date, and no consent either.
            (Kind::FilledLeft, Some(Meaning::No | Meaning::Never)) => mail,
            (Kind::FilledLeft, _) => left,
            (Kind::Frequency, Some(Meaning::Never | Meaning::No | Meaning::Left)) => left,
            // Whether somebody is on a list at all, where others have the lists' names.
            (Kind::Tags, Some(Meaning::No)) if value.key.len() > 1 => None,
            (Kind::Tags, _) => self.says_by_tags(value),
            (Kind::Telling, _) if VOCABULARY.telling.has(&value.key) => Some(Verdict::Unclear),
            (Kind::Nothing | Kind::Frequency | Kind::Telling, _) => mail,
            (Kind::Values | Kind::Ask, _) => None,
            (Kind::YesLeft | Kind::YesMail | Kind::NotYetIfNo | Kind::Status, _) => word,
        }
    }

    /// Several words in a cell, of which one may tell. A short one may be anything: `RIP`, `Baja`.
    fn says_by_tags(&self, value: &Value<'_>) -> Option<Verdict> {
        let verdict = |piece: &str| {
            let key = value_key(piece);
            let is_left = VOCABULARY.word_of(&key) == Some(Meaning::Left);
            match () {
                () if self.left.has(&key) || VOCABULARY.telling.has(&key) => Verdict::Left,
                () if self.mail.has(&key) || !is_left => Verdict::Mail,
                () if key.len() >= TAG_MIN => Verdict::Left,
                () => Verdict::Unclear,
            }
        };
        let pieces = value.text.split([',', ';', '|']);
        let verdicts: Vec<Verdict> = [value.text].into_iter().chain(pieces).map(verdict).collect();
        let has = |verdict| verdicts.contains(&verdict);
        match () {
            () if has(Verdict::Left) => Some(Verdict::Left),
            () if has(Verdict::Unclear) => None,
            () => Some(Verdict::Mail),
        }
    }
}

/// The shortest tag that says by itself that somebody left, in bytes of its key.
const TAG_MIN: usize = 7;
