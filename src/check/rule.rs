//! What a rule is, and the list of all of them.

use crate::finding::{Finding, Severity};

/// One thing that `check` looks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its stable name.
    pub code: &'static str,
    /// How grave it is, if nobody says otherwise.
    pub severity: Severity,
    /// What it looks for, as a phrase.
    pub about: &'static str,
    /// What to do where it speaks.
    pub help: &'static str,
    /// Where it comes from: an RFC, a provider's page, a guideline.
    pub source: &'static str,
    /// Whether it stands for the promise that no field leaks: it cannot be
    /// switched off for a whole project.
    pub is_promise: bool,
}

impl Rule {
    /// What the rule has to say this time.
    pub(crate) fn says(&self, message: impl Into<String>) -> Finding {
        Finding {
            code: self.code,
            severity: self.severity,
            place: None,
            message: message.into(),
            help: self.help.to_owned(),
        }
    }
}

/// A rule that only speaks.
pub(super) const fn warning(
    code: &'static str,
    about: &'static str,
    help: &'static str,
    source: &'static str,
) -> Rule {
    Rule { code, severity: Severity::Warning, about, help, source, is_promise: false }
}

/// A rule that fails the check.
pub(super) const fn error(
    code: &'static str,
    about: &'static str,
    help: &'static str,
    source: &'static str,
) -> Rule {
    Rule { severity: Severity::Error, ..warning(code, about, help, source) }
}

/// A rule that stands for a promise.
pub(super) const fn promise(
    code: &'static str,
    about: &'static str,
    help: &'static str,
    source: &'static str,
) -> Rule {
    Rule { is_promise: true, ..error(code, about, help, source) }
}
