//! `handbill new`: a campaign's file to begin with.

use std::fs::OpenOptions;
use std::io::Write;

use super::workshop;
use super::{Exit, Global};
use crate::finding::{Checked, Finding};
use crate::ui::Ui;

/// Write a new campaign's file
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The title, which becomes the subject
    title: String,
}

/// Writes `campaigns/TITLE.md`; never over a file that is there.
pub(super) fn run(ui: &Ui, global: &Global, args: &Args) -> Checked<Exit> {
    let title = args.title.trim();
    let stem = slug(title);
    if stem.is_empty() {
        return Err(Finding::error(
            "no-title",
            "the title has no letters",
            "write `handbill new \"Spring news\"`",
        )
        .into());
    }
    let workshop = workshop::open(global)?;
    let name = format!("campaigns/{stem}.md");
    let path = workshop.project.root.join(&name);
    let write = || {
        std::fs::create_dir_all(workshop.project.root.join("campaigns"))?;
        OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&path)?
            .write_all(text(title).as_bytes())
    };
    write().map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => Finding::error(
            "file-exists",
            format!("`{name}` is there already"),
            "choose another title, or edit that file",
        ),
        _ => Finding::error(
            "output",
            format!("cannot write `{name}`: {}", crate::files::plain(&error)),
            "check that you may write here",
        ),
    })?;
    ui.status(&format!("wrote {name}"));
    ui.status(&format!("next: edit it, then `handbill render {name}` and `handbill check {name}`"));
    Ok(Exit::Done)
}

fn text(title: &str) -> String {
    let subject = serde_json::to_string(title).expect("a text is JSON");
    format!(
        "---\nsubject: {subject}\npreheader: \"One line that inboxes show after the subject\"\n---\n\n\
         Dear {{{{ first_name or \"friend\" }}}},\n\n\
         Write your letter here, in **Markdown**.\n\n\
         With thanks,\\\n{{{{ sender.name }}}}\n"
    )
}

/// A title as a file name: letters and digits of any script, hyphens.
fn slug(title: &str) -> String {
    let mut slug = String::new();
    for c in title.chars().flat_map(char::to_lowercase) {
        if c.is_alphanumeric() {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let short: String = slug.chars().take(60).collect();
    short.trim_matches('-').to_owned()
}
