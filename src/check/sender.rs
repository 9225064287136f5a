//! What a mailing owes its readers: who writes, from where, and how to leave.

use crate::finding::Finding;
use crate::project::Project;

/// `missing-postal-address` (CAN-SPAM Act, 15 U.S.C. §7704(a)(5)(A)(iii);
/// many other laws alike) and `no-unsubscribe` (RFC 8058; required of bulk senders by
/// Gmail's and Yahoo's sender guidelines since 2024).
pub fn sender(project: &Project) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut say = |code, message: &str, help: &str| {
        let finding = Finding::warning(code, message, help);
        findings.push(match project.place() {
            Some(place) => finding.at(place),
            None => finding,
        });
    };
    if project.sender.postal_address.is_none() {
        say(
            "missing-postal-address",
            "the sender has no postal address",
            "add `postal_address = \"…\"` under `[sender]`: the law of many countries wants it in every mailing",
        );
    }
    if project.unsubscribe.mailto.is_none() && project.unsubscribe.url.is_none() {
        say(
            "no-unsubscribe",
            "readers have no way to leave the list",
            "add `mailto = \"leave@…\"` or `url = \"https://…\"` under `[unsubscribe]`",
        );
    }
    findings
}
