//! What stands in `handbill.toml`: who writes, to which list, and how readers leave.

use super::{Said, at, whole};
use crate::check;
use crate::finding::Finding;
use crate::workshop::Workshop;

/// Looks at the settings, and opens the list.
pub(super) fn look(workshop: &Workshop) -> Vec<Said> {
    let project = &workshop.project;
    let mut said = Vec::new();
    match &project.sender.mailbox {
        Some(sender) => said.push(Said::Well(format!("the sender is {}", sender.address))),
        None => said.push(at(
            Finding::error(
                "no-sender",
                "there is no sender",
                "write `[sender]` with `name` and `email` into handbill.toml",
            ),
            project.place(),
        )),
    }
    let owed = check::owed(project);
    if owed.is_empty() {
        said.push(Said::Well("readers learn the postal address and how to leave".into()));
    }
    said.extend(owed.into_iter().map(Said::Wrong));
    said.extend(list(workshop));
    said
}

fn list(workshop: &Workshop) -> Vec<Said> {
    let Some(file) = &workshop.project.list.file else {
        return vec![Said::Note("no list is named: `send` will want `--list`".into())];
    };
    let options = workshop.list_options(None, None);
    match workshop.named_list(file, &options) {
        Ok(list) => vec![Said::Well(format!(
            "the list `{}` can be read, with addresses in `{}`",
            super::shown(list.name()),
            super::shown(&list.email_column().name)
        ))],
        Err(findings) => findings
            .into_iter()
            .map(|finding| {
                let place = finding.place.clone().unwrap_or_else(|| whole(file));
                finding.at(place).into()
            })
            .collect(),
    }
}
