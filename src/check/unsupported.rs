//! HTML and CSS that readers' mail programs do not understand.

use super::exhibit::Exhibit;
use super::rule::{Rule, error, warning};
use super::support::{Clients, THRESHOLD, known_clients, unsupported as find};
use crate::finding::{Finding, closest};

/// Something that many readers do not see.
pub(super) const UNSUPPORTED_FEATURE: Rule = warning(
    "unsupported-feature",
    "HTML and CSS that the programs of more than 5 % of readers do not understand, and that has no fallback",
    "do without it, or give those programs something else",
    "https://www.caniemail.com; weights from the shares of mail programs, `[check.clients]` in handbill.toml",
);
/// A mail program that the tables do not know.
pub(super) const UNKNOWN_CLIENT: Rule = error(
    "unknown-client",
    "names under `[check.clients]` that are no mail program",
    "use the names that `docs/check.md` lists",
    "a weight that counts for nothing would be taken for one that does",
);

/// Every feature that too many readers would miss.
pub(super) fn unsupported(exhibit: &Exhibit<'_>) -> Vec<Finding> {
    let settings = &exhibit.project.check;
    let known: Vec<&str> = known_clients().collect();
    let mut findings = Vec::new();
    for (name, _) in &settings.clients {
        if !known.contains(&name.text()) {
            let mut finding =
                UNKNOWN_CLIENT.says(format!("there is no mail program `{}`", name.text()));
            if let Some(near) = closest(name.text(), known.iter().copied()) {
                finding.help = format!("did you mean `{near}`?");
            }
            findings.push(finding.at(name.place(0..name.text().len())));
        }
    }
    let Some(mail) = exhibit.mail() else { return findings };
    let weights: Vec<(String, f64)> =
        settings.clients.iter().map(|(name, share)| (name.text().to_owned(), *share)).collect();
    let clients = if weights.is_empty() { Clients::default() } else { Clients::with(&weights) };
    let threshold = settings.unsupported.unwrap_or(THRESHOLD);
    for feature in find(&mail.html, &clients, threshold) {
        let share = feature.share.round();
        let without = feature.clients.iter().take(3).copied().collect::<Vec<_>>().join(", ");
        let mut finding = UNSUPPORTED_FEATURE.says(format!(
            "`{}` is not understood by the mail programs of {share} % of readers: {without}",
            feature.title
        ));
        finding.help = format!("{}; see {}", finding.help, feature.url);
        findings.push(finding.at(exhibit.locate_code(&feature.needle)));
    }
    findings
}
