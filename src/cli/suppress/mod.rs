//! `handbill suppress`: addresses that are never mailed, by any command.

mod import;

use std::ops::ControlFlow;
use std::path::PathBuf;

use super::output::{Lines, Table};
use super::render::address;
use super::workshop;
use super::{Exit, Global};
use crate::address::Address;
use crate::calendar::rfc3339;
use crate::clock;
use crate::finding::Checked;
use crate::ledger::{self, Suppression};
use crate::list::Options;
use crate::ui::{Ui, counted, grouped};
use crate::workshop::{ListChoice, Workshop};
use import::{Import, Source, Who};

/// How many addresses share a transaction.
const BATCH: usize = 500;

/// Keep addresses from ever being mailed
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

/// How the file is read: by the project's rules of consent, where it has such columns.
fn options(workshop: &Workshop, email_column: Option<&str>, encoding: Option<&str>) -> Options {
    let choice = ListChoice {
        email_column: email_column.map(str::to_owned),
        encoding: encoding.map(str::to_owned),
        ..ListChoice::default()
    };
    let mut options = workshop.list_options(None, &choice);
    options.consent.iter_mut().for_each(|rule| rule.is_required = false);
    // The settings speak of the project's own list.
    Options { header: None, columns: Vec::new(), ..options }
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
        /// Why, if not as a column `reason` of the file says
        #[arg(long)]
        reason: Option<String>,
        /// The column that holds the addresses
        #[arg(long, value_name = "NAME")]
        email_column: Option<String>,
        /// The encoding of the file: `windows-1250`, `cp850`, `utf-8`, …
        #[arg(long, value_name = "LABEL")]
        encoding: Option<String>,
        /// Whom, where the file says of some that they have left and of others that they have not
        #[arg(long)]
        who: Option<Who>,
    },
    /// Print a CSV with address, reason and date
    Export,
}

/// Changes or reads the suppressions.
pub(super) fn run(ui: &Ui, global: &Global, args: &Args) -> Checked<Exit> {
    let workshop = workshop::open(global)?;
    match &args.command {
        Command::Add { addresses, reason } => {
            let addresses = parsed(addresses)?;
            let (all, at) = (addresses.len() as u64, clock::unix_now());
            let suppressions = addresses.into_iter().map(|address| {
                let reason = reason.clone();
                Suppression { address, reason, at }
            });
            let suppressions: Vec<Suppression> = suppressions.collect();
            let added = ledger::open(&workshop.ledger()?)?.suppress(&suppressions)?;
            let known = match all - added {
                0 => String::new(),
                known => format!(", {} stood there already", grouped(known)),
            };
            ui.status(&format!("{} suppressed{known}", counted(added, "address", "addresses")));
        }
        Command::Remove { addresses } => {
            let addresses = parsed(addresses)?;
            let removed = ledger::open(&workshop.ledger()?)?.unsuppress(&addresses)?;
            let strangers = match addresses.len() as u64 - removed {
                0 => String::new(),
                strangers => format!(", {} did not stand there", grouped(strangers)),
            };
            let removed = counted(removed, "address", "addresses");
            ui.status(&format!("{removed} may be mailed again{strangers}"));
        }
        Command::List => {
            let mut lines = Lines::new(ui);
            each(&workshop, &mut |suppression| lines.add(&format!("{}\n", suppression.address)))?;
            return lines.finish();
        }
        Command::Import { file, reason, email_column, encoding, who } => {
            let source = Source {
                file,
                options: options(&workshop, email_column.as_deref(), encoding.as_deref()),
                reason: reason.clone(),
                who: *who,
                now: clock::unix_now(),
            };
            Import::new(ui, ledger::open(&workshop.ledger()?)?).run(&source)?;
        }
        Command::Export => {
            let mut table = Table::new(ui, &["email", "reason", "at"]);
            each(&workshop, &mut |Suppression { address, reason, at }| {
                table.add(&[address.as_str(), &reason, &rfc3339(at)])
            })?;
            return table.finish();
        }
    }
    Ok(Exit::Done)
}

/// The addresses that were typed, or every slip in them.
fn parsed(texts: &[String]) -> Checked<Vec<Address>> {
    let mut addresses = Vec::new();
    let mut slips = Vec::new();
    for text in texts {
        match address(text) {
            Ok(address) => addresses.push(address),
            Err(slip) => slips.extend(slip),
        }
    }
    if slips.is_empty() { Ok(addresses) } else { Err(slips) }
}

fn each(workshop: &Workshop, show: &mut dyn FnMut(Suppression) -> ControlFlow<()>) -> Checked<()> {
    match ledger::read(&workshop.ledger()?)? {
        Some(book) => Ok(book.suppressions(show)?),
        None => Ok(()),
    }
}
