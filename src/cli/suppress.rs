//! `handbill suppress`: addresses that are never mailed, by any command.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::render::address;
use super::workshop::Workshop;
use super::{Exit, Global, print};
use crate::address::{Address, Mailbox};
use crate::calendar::rfc3339;
use crate::clock;
use crate::finding::{Checked, Finding};
use crate::ledger::{self, Suppression};
use crate::list::{self, List, Row, StatusColumn};
use crate::ui::{Ui, counted};

/// How many addresses share a transaction.
const BATCH: usize = 500;

/// Keep addresses from ever being mailed
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Suppress addresses
    Add {
        /// The addresses
        #[arg(required = true)]
        addresses: Vec<String>,
        /// Why
        #[arg(long, default_value = "by hand")]
        reason: String,
    },
    /// Let addresses be mailed again
    Remove {
        /// The addresses
        #[arg(required = true)]
        addresses: Vec<String>,
    },
    /// Print the suppressed addresses, one a line
    List,
    /// Suppress every address of a file: a CSV, or one address a line
    Import {
        /// The file
        file: PathBuf,
        /// Why
        #[arg(long, default_value = "imported")]
        reason: String,
    },
    /// Print a CSV with address, reason and date
    Export,
}

/// Changes or reads the suppressions.
pub(super) fn run(ui: &Ui, global: &Global, args: &Args) -> Checked<Exit> {
    let workshop = Workshop::open(global)?;
    match &args.command {
        Command::Add { addresses, reason } => {
            let addresses =
                addresses.iter().map(|text| address(text)).collect::<Checked<Vec<_>>>()?;
            let added = add(&workshop, addresses.into_iter(), reason)?;
            ui.status(&format!("{} suppressed", counted(added, "address", "addresses")));
        }
        Command::Remove { addresses } => {
            let addresses =
                addresses.iter().map(|text| address(text)).collect::<Checked<Vec<_>>>()?;
            let removed = ledger::open(&workshop.ledger()?)?.unsuppress(&addresses)?;
            ui.status(&format!("{} may be mailed again", counted(removed, "address", "addresses")));
        }
        Command::List => each(&workshop, &mut |suppression| {
            ui.data(format!("{}\n", suppression.address).as_bytes()).is_ok()
        })?,
        Command::Import { file, reason } => {
            let (addresses, unusable) = read(file)?;
            let count = addresses.len() as u64;
            let added = add(&workshop, addresses.into_iter(), reason)?;
            ui.status(&format!(
                "{} suppressed, {} stood there already",
                counted(added, "address", "addresses"),
                count - added
            ));
            for finding in unusable {
                ui.finding(&finding);
            }
        }
        Command::Export => return export(ui, &workshop),
    }
    Ok(Exit::Done)
}

fn add(
    workshop: &Workshop,
    addresses: impl Iterator<Item = Address>,
    reason: &str,
) -> Checked<u64> {
    let mut book = ledger::open(&workshop.ledger()?)?;
    let at = clock::unix_now();
    let all: Vec<Suppression> =
        addresses.map(|address| Suppression { address, reason: reason.to_owned(), at }).collect();
    let mut added = 0;
    for batch in all.chunks(BATCH) {
        added += book.suppress(batch)?;
    }
    Ok(added)
}

fn each(workshop: &Workshop, show: &mut dyn FnMut(Suppression) -> bool) -> Checked<()> {
    if let Some(book) = ledger::read(&workshop.ledger()?)? {
        book.suppressions(&mut |suppression| {
            if show(suppression) { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
    }
    Ok(())
}

fn export(ui: &Ui, workshop: &Workshop) -> Checked<Exit> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut is_written = writer.write_record(["email", "reason", "at"]).is_ok();
    each(workshop, &mut |suppression| {
        let record = [suppression.address.as_str(), &suppression.reason, &rfc3339(suppression.at)];
        is_written &= writer.write_record(record).is_ok();
        is_written
    })?;
    print(ui, &writer.into_inner().unwrap_or_default())
}

/// The addresses of a file, and what is unusable in it.
fn read(file: &Path) -> Checked<(Vec<Address>, Vec<Finding>)> {
    let name = file.display().to_string();
    // A file without a header begins with an address.
    if let Ok(source) = crate::files::text(file, &name) {
        let first = source.text().lines().next().unwrap_or("");
        if Mailbox::parse(first.split([',', ';', '\t']).next().unwrap_or("").trim_matches('"'))
            .is_ok()
        {
            return Ok(plain(&source));
        }
    }
    let options = list::Options { status: StatusColumn::Off, ..list::Options::default() };
    let mut addresses = Vec::new();
    let mut unusable = Vec::new();
    for row in List::open(file, &name, &options)?.rows()? {
        match row? {
            Row::Subscriber(subscriber) => addresses.push(subscriber.mailbox.address),
            Row::Invalid(row) => unusable.push(row.finding()),
            Row::Gone(row) => addresses.extend(row.address),
        }
    }
    Ok((addresses, unusable))
}

fn plain(source: &crate::place::Source) -> (Vec<Address>, Vec<Finding>) {
    let mut addresses = Vec::new();
    let mut unusable = Vec::new();
    let mut at = 0;
    for line in source.text().split_inclusive('\n') {
        let text = line.split([',', ';', '\t']).next().unwrap_or("").trim().trim_matches('"');
        match Mailbox::parse(text) {
            Ok(mailbox) => addresses.push(mailbox.address),
            Err(_) if text.is_empty() => {}
            Err(why) => unusable.push(
                Finding::warning(
                    "invalid-row",
                    format!("{why}: `{text}`"),
                    "correct the line; it is left out",
                )
                .at(source.place(at..at + text.len())),
            ),
        }
        at += line.len();
    }
    (addresses, unusable)
}
