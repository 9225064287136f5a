//! What a mailing owes its readers: who writes, from where, and how to leave.

use super::exhibit::Exhibit;
use super::parts::visible;
use super::rule::{Rule, warning};
use crate::finding::Finding;
use crate::project::Project;

/// Nobody is told from where.
pub(super) const MISSING_POSTAL_ADDRESS: Rule = warning(
    "missing-postal-address",
    "senders without a postal address",
    "add `postal_address = \"…\"` under `[sender]`: the law of many countries wants it in every mailing",
    "CAN-SPAM Act, 15 U.S.C. §7704(a)(5)(A)(iii); many other laws alike",
);
/// Nobody can leave.
pub(super) const NO_UNSUBSCRIBE: Rule = warning(
    "no-unsubscribe",
    "projects without a way to leave the list",
    "add `mailto = \"leave@…\"` or `url = \"https://…\"` under `[unsubscribe]`",
    "RFC 8058; required of bulk senders since 2024: https://support.google.com/mail/answer/81126, https://senders.yahooinc.com/best-practices/",
);
/// An own template without it.
pub(super) const ADDRESS_NOT_SHOWN: Rule = warning(
    "address-not-shown",
    "templates that do not show the postal address in both parts",
    "put `{{ sender.postal_address }}` into the template's `page.html` and `page.txt`",
    "as `missing-postal-address`",
);
/// An own template without it.
pub(super) const UNSUBSCRIBE_NOT_SHOWN: Rule = warning(
    "unsubscribe-not-shown",
    "templates without the unsubscribe link in both parts",
    "put `{{ unsubscribe_url }}` into the template's `page.html` and `page.txt`",
    "as `no-unsubscribe`; CAN-SPAM Act, 15 U.S.C. §7704(a)(3)",
);

/// Where the mail of the made-up reader leads to leave; rules look for it in both parts.
pub const LEAVE: &str = "https://example.org/leave";

/// What a project owes its readers, whatever it sends.
pub fn owed(project: &Project) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut say = |finding: Finding| {
        findings.push(match project.place() {
            Some(place) => finding.at(place),
            None => finding,
        });
    };
    if project.sender.postal_address.is_none() {
        say(MISSING_POSTAL_ADDRESS.says("the sender has no postal address"));
    }
    if !can_leave(project) {
        say(NO_UNSUBSCRIBE.says("readers have no way to leave the list"));
    }
    findings
}

fn can_leave(project: &Project) -> bool {
    project.unsubscribe.mailto.is_some() || project.unsubscribe.url.is_some()
}

/// All that there is to say about the footer.
pub(super) fn footer(exhibit: &Exhibit<'_>) -> Vec<Finding> {
    let project = exhibit.project;
    let mut findings = owed(project);
    let Some(mail) = exhibit.mail() else { return findings };
    let page = exhibit.template.page.place(0..0);
    let text_page = exhibit.template.text_page.place(0..0);
    let shown = visible(&mail.html);
    for (part, place, shown, all) in
        [("HTML", &page, &shown, &mail.html), ("text", &text_page, &mail.text, &mail.text)]
    {
        let address = project.sender.postal_address.as_deref().map(letters);
        if address.is_some_and(|address| !letters(shown).contains(&address)) {
            let message = format!("the {part} part does not show the postal address");
            findings.push(ADDRESS_NOT_SHOWN.says(message).at(place.clone()));
        }
        if can_leave(project) && !all.contains(LEAVE) {
            let message = format!("the {part} part has no unsubscribe link");
            findings.push(UNSUBSCRIBE_NOT_SHOWN.says(message).at(place.clone()));
        }
    }
    findings
}

/// Without what wraps and escapes may change.
fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}
