//! One thing there is to say about a campaign, a template, a list or a
//! setting: a stable code, a place, a message, and what to do about it.
//!
//! Findings are also the errors of the whole program: what a user can cause
//! is a finding, whoever notices it. Rooms return them; only `ui` prints them.

use std::collections::HashSet;

use serde::Serialize;

use crate::place::Place;

/// Whether a finding stops a mailing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth a look; nothing is refused for it.
    Warning,
    /// Nothing is sent while it stands.
    Error,
}

/// One thing to say, with the place where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// A stable name in kebab-case, such as `unknown-field`.
    pub code: &'static str,
    /// Whether it stops a mailing.
    pub severity: Severity,
    /// Where it stands, when it stands in a file.
    pub place: Option<Place>,
    /// What is wrong: a lowercase phrase without a full stop.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

impl Finding {
    /// A finding that refuses a mailing.
    pub fn error(code: &'static str, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            place: None,
            message: message.into(),
            help: help.into(),
        }
    }

    /// A finding that is only said.
    pub fn warning(
        code: &'static str,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, message, help) }
    }

    /// The same finding, at a place.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// Whether it refuses a mailing.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// A result whose errors are findings: all of them, not only the first.
pub type Checked<T> = Result<T, Vec<Finding>>;

impl From<Finding> for Vec<Finding> {
    fn from(finding: Finding) -> Self {
        vec![finding]
    }
}

/// Findings without those that say what another one says.
pub fn unlike(mut findings: Vec<Finding>) -> Vec<Finding> {
    let mut said = HashSet::new();
    findings.retain(|finding| {
        let place = finding.place.as_ref();
        let place = place.map(|place| (place.file.clone(), place.line, place.column));
        said.insert((finding.code, place, finding.message.clone()))
    });
    findings
}

/// Findings in the order of their places, those without one first. What two
/// rules say alike is said once.
pub fn tidy(findings: Vec<Finding>) -> Vec<Finding> {
    let mut tidied = unlike(findings);
    tidied.sort_by_key(|finding| {
        finding.place.as_ref().map(|place| (place.file.clone(), place.line, place.column))
    });
    tidied
}

/// The closest of some names to one that is not among them, for a
/// "did you mean".
pub fn closest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = fold(name);
    known
        .into_iter()
        .filter_map(|candidate| {
            let distance = edit_distance(&folded, &fold(candidate));
            let allowed = (folded.len().max(candidate.len()) / 3).max(1);
            (distance <= allowed).then_some((distance, candidate))
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// `FirstName`, `first-name` and `First Name` are the same name to a person.
fn fold(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Optimal string alignment: insertions, deletions, replacements and
/// swapped neighbours count one each.
fn edit_distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) =
        (a.chars().take(64).collect(), b.chars().take(64).collect());
    let mut before: Vec<usize> = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let replaced = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = replaced.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::closest;

    #[test]
    fn a_slip_of_the_finger_is_recognised() {
        let columns = ["email", "first_name", "city"];
        assert_eq!(closest("frist_name", columns), Some("first_name"));
        assert_eq!(closest("FirstName", columns), Some("first_name"));
        assert_eq!(closest("postcode", columns), None);
    }
}
