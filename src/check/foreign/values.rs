//! What leaves as somebody set it: names, addresses, files, variables, the template's words.

use std::ops::Range;

use crate::address::Mailbox;
use crate::campaign::Campaign;
use crate::place::{Passage, Source};
use crate::project::Project;
use crate::settings::{Kind, Value};

/// A text that is the same for everybody, and what it is.
pub(super) struct Set {
    pub(super) what: &'static str,
    pub(super) passage: Passage,
}

/// Every text that a campaign sets.
pub(super) fn of_campaign(campaign: &Campaign) -> Vec<Set> {
    let source = &campaign.source;
    let mut found = Vec::new();
    for mailbox in campaign.from.iter().chain(&campaign.reply_to) {
        of_mailbox(source, mailbox, &mut found);
    }
    for text in campaign.date.iter().chain([&campaign.id]) {
        found.push(Set { what: "the front matter", passage: somewhere(source, text) });
    }
    let files = campaign.attachments.iter().cloned();
    found.extend(files.map(|passage| Set { what: "the name of a file", passage }));
    if let Some(vars) = &campaign.vars {
        of_value(source, "a variable", vars, &mut found);
    }
    found
}

/// Every text that a project's settings put into its mails.
pub(super) fn of_project(project: &Project) -> Vec<Set> {
    let nowhere = Source::new(crate::project::FILE, "");
    let source = project.source().unwrap_or(&nowhere);
    let mut found = Vec::new();
    let sender = &project.sender;
    let mailboxes = sender.mailbox.iter().chain(&sender.reply_to);
    for mailbox in mailboxes.chain(&project.unsubscribe.mailto) {
        of_mailbox(source, mailbox, &mut found);
    }
    let texts = sender.postal_address.iter().chain(&sender.website).chain(&sender.logo);
    let texts = texts.chain(&project.unsubscribe.url).chain(&project.archive.title);
    for text in texts {
        found.push(Set { what: "the settings", passage: somewhere(source, text) });
    }
    for (name, value) in &project.template.variables {
        found.push(Set { what: "the settings", passage: somewhere(source, name) });
        of_value(source, "a variable of the template", value, &mut found);
    }
    found
}

fn of_mailbox(source: &Source, mailbox: &Mailbox, found: &mut Vec<Set>) {
    let texts = mailbox.name.as_deref().into_iter().chain([mailbox.address.as_str()]);
    found.extend(texts.map(|text| Set { what: "an address", passage: somewhere(source, text) }));
}

fn of_value(source: &Source, what: &'static str, value: &Value, found: &mut Vec<Set>) {
    match &value.kind {
        Kind::Text(text) => {
            let passage = Passage::value(source, value.range.clone(), text.as_str());
            found.push(Set { what, passage });
        }
        Kind::List(values) => {
            for value in values {
                of_value(source, what, value, found);
            }
        }
        Kind::Table(entries) => {
            for (key, value) in entries {
                let passage = Passage::value(source, key.range.clone(), key.name.as_str());
                found.push(Set { what, passage });
                of_value(source, what, value, found);
            }
        }
        Kind::Null | Kind::Bool(_) | Kind::Integer(_) | Kind::Float(_) => {}
    }
}

/// A text of which only the value is known, where it stands in its file.
fn somewhere(source: &Source, text: &str) -> Passage {
    let range: Range<usize> = match source.text().find(text).filter(|_| !text.is_empty()) {
        Some(at) => at..at + text.len(),
        None => 0..0,
    };
    Passage::value(source, range, text)
}
