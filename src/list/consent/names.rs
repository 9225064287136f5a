//! What names of columns say, whoever made them (`names.tsv`): whole names, and what fragments and
//! single words in a name add to it.

use std::collections::{HashMap, HashSet};

use super::kind::Kind;
use super::name::compact;

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

/// What is known of names.
#[derive(Default)]
pub(super) struct Names {
    /// Whole names.
    whole: HashMap<String, Kind>,
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

impl Names {
    /// Takes in a name, or a part of names, of a kind of the table.
    pub(super) fn add(&mut self, kind: &str, name: &str) {
        let name = compact(name);
        let words = match kind {
            "stem" => return self.stems.push(name),
            "stem-left" => return self.left_stems.push(name),
            "harmless" => &mut self.harmless,
            "harmless-joining" => &mut self.harmless_joining,
            "other-channel" => &mut self.other_channels,
            "mail" => &mut self.mail,
            "before" => &mut self.before,
            "moment" => &mut self.moments,
            "moment-before" => &mut self.moments_before,
            "article" => &mut self.articles,
            "leaving" => &mut self.leaving,
            "status-name" => &mut self.statuses,
            "beside-status" => &mut self.beside_status,
            _ => {
                let kind = Kind::parse(kind).expect("names.tsv names kinds that there are");
                self.whole.insert(name, kind);
                return;
            }
        };
        words.insert(name);
    }

    /// How a column of exactly this name tells, whoever made it.
    pub(super) fn whole(&self, compact: &str) -> Option<Kind> {
        self.whole.get(compact).copied()
    }

    /// How a column tells by the words of its name.
    pub(super) fn kind_of(&self, words: &[String]) -> Option<Kind> {
        if let Some(kind) = self.whole(&words.concat()) {
            return Some(kind);
        }
        if let Some((last, rest)) = words.split_last()
            && self.statuses.contains(last)
            && rest.iter().all(|word| self.beside_status.contains(word))
        {
            return Some(Kind::Status);
        }
        let is_dated = words.first().is_some_and(|first| self.moments_before.contains(first));
        let behind_date = &words[usize::from(is_dated)..];
        let is_in = |known: &HashSet<String>, word: &String| known.contains(word);
        let core: Vec<&String> = behind_date
            .iter()
            .skip_while(|word| {
                is_in(&self.before, word) || (is_dated && is_in(&self.articles, word))
            })
            .collect();
        let last = core.iter().rposition(|word| !self.moments.contains(*word));
        let kept = last.map_or(0, |last| last + 1);
        let name: String = core[..kept].iter().map(|word| word.as_str()).collect();
        let kind = self.whole(&name);
        if !is_dated && kept == core.len() {
            return kind;
        }
        match kind {
            Some(Kind::YesLeft | Kind::FilledLeft) => Some(Kind::FilledLeft),
            _ if self.leaving.contains(&name) => Some(Kind::FilledLeft),
            // When somebody joined or confirmed says nothing of whether they are still there.
            Some(Kind::YesMail | Kind::NotYetIfNo | Kind::Status) => Some(Kind::Nothing),
            other => other,
        }
    }

    /// What a name looks like that nothing is known of.
    pub(super) fn look(&self, words: &[String], compact: &str) -> Look {
        let has = |known: &HashSet<String>| words.iter().any(|word| known.contains(word));
        let holds = |stems: &[String]| stems.iter().any(|stem| compact.contains(stem.as_str()));
        let (leaves, joins) = (holds(&self.left_stems), holds(&self.stems));
        let is_elsewhere = has(&self.other_channels) && !has(&self.mail);
        if is_elsewhere && (leaves || joins || has(&self.statuses)) {
            Look::Elsewhere
        } else if has(&self.harmless) || is_elsewhere {
            Look::Other
        } else if leaves || (joins && !has(&self.harmless_joining)) {
            Look::Consent
        } else {
            Look::Other
        }
    }
}
