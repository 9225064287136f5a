//! `handbill render`: one reader's mail, exactly as `send` would send it.

use std::path::PathBuf;

use super::workshop::{self, ListArgs};
use super::{Exit, Global, print};
use crate::address::{Address, Mailbox};
use crate::deliver::rehearsal::write;
use crate::finding::{Checked, Finding};
use crate::list::{Column, List, Row, Subscriber};
use crate::merge::{Merger, made_up};
use crate::ui::Ui;
use crate::workshop::{Keep, Workshop, links};

/// Show one reader's mail
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The campaign's file
    campaign: PathBuf,
    #[command(flatten)]
    list: ListArgs,
    /// Whose mail; the list's first reader if nobody is named
    #[arg(long = "for", value_name = "EMAIL")]
    reader: Option<String>,
    /// Which part
    #[arg(long = "as", value_name = "PART", default_value = "text")]
    part: Part,
    /// Write to FILE instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// The page
    Html,
    /// The text part
    Text,
    /// The whole message
    Eml,
    /// The subject
    Subject,
}

/// Merges one mail and prints the part that was asked for.
pub(super) fn run(ui: &Ui, global: &Global, args: &Args) -> Checked<Exit> {
    let workshop = workshop::open(global)?;
    let campaign = Workshop::campaign(&args.campaign)?;
    let list = workshop.list(&campaign, &args.list.choice())?;
    let letter = workshop.letter(&campaign, None, list.as_ref())?;
    let findings = workshop.findings(&campaign, Some(&letter), list.as_ref());
    let (errors, warnings): (Vec<_>, Vec<_>) = findings.into_iter().partition(Finding::is_error);
    for warning in &warnings {
        ui.detail(&warning.message);
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let (columns, reader) = match &list {
        Some(list) => (list.columns().to_vec(), find(list, args.reader.as_deref())?),
        None => stranger(&letter, args.reader.as_deref())?,
    };
    let (tokens, unkept) = workshop.tokens(Keep::May)?;
    if let Some(warning) = &unkept {
        ui.finding(warning);
    }
    let leave = workshop.leave(&campaign, &tokens);
    let mut merger = Merger::new(&letter, &columns);
    let mail = merger
        .merge(&reader, &links(&leave, &reader.mailbox))
        .map_err(|gaps| gaps.iter().map(|gap| gap.about(&reader)).collect::<Vec<_>>())?;
    let bytes = match args.part {
        Part::Html => mail.html.into_bytes(),
        Part::Text => with_newline(mail.text),
        Part::Subject => with_newline(mail.subject),
        Part::Eml => {
            let frame = workshop.frame(&campaign, &letter, &tokens)?;
            let mut bytes = Vec::new();
            write(&frame, &leave, &mail, &mut bytes);
            bytes
        }
    };
    match &args.output {
        Some(path) => {
            std::fs::write(path, &bytes).map_err(|error| {
                Finding::error(
                    "output",
                    format!("cannot write `{}`: {}", path.display(), crate::files::plain(&error)),
                    "name a file that can be written",
                )
            })?;
            Ok(Exit::Done)
        }
        None => print(ui, &bytes),
    }
}

/// The row of an address, or the first one that can be mailed.
pub(super) fn find(list: &List, wanted: Option<&str>) -> Checked<Subscriber> {
    let wanted = wanted.map(address).transpose()?;
    let identity = wanted.as_ref().map(Address::identity);
    for row in list.rows()? {
        if let Row::Subscriber(subscriber) = row?
            && identity.as_ref().is_none_or(|one| *one == subscriber.mailbox.address.identity())
        {
            return Ok(subscriber);
        }
    }
    let message = match wanted {
        Some(wanted) => format!("nobody in {} has the address `{wanted}`", list.name()),
        None => format!("{} has nobody who could be mailed", list.name()),
    };
    Err(Finding::error("no-such-reader", message, "name an address of the list after --for").into())
}

fn stranger(
    letter: &crate::compose::Letter,
    wanted: Option<&str>,
) -> Checked<(Vec<Column>, Subscriber)> {
    Ok(made_up(letter, &address(wanted.unwrap_or("reader@example.org"))?))
}

/// An address that was typed.
pub(super) fn address(text: &str) -> Checked<Address> {
    match Mailbox::parse(text) {
        Ok(mailbox) => Ok(mailbox.address),
        Err(why) => Err(Finding::error(
            "invalid-address",
            format!("`{text}` is no address: {why}"),
            "write it as `ann@example.org`",
        )
        .into()),
    }
}

fn with_newline(mut text: String) -> Vec<u8> {
    text.push('\n');
    text.into_bytes()
}
