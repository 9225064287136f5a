//! `handbill ledger`: the record of who got what, looked at and moved as a whole.

mod check;
mod copy;
mod export;
mod import;
mod vacuum;

use std::path::PathBuf;

use super::report::Format;
use super::workshop;
use super::{Exit, Global};
use crate::clock;
use crate::finding::{Checked, Finding};
use crate::ledger::{Inspector, Location, Row, Runner, Tallied, Whole, read_whole};
use crate::ui::{Ui, counted, grouped};

/// Look after the ledger: who got what
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Say whether the ledger is sound, and what stands in it
    Check {
        /// How to answer
        #[arg(long, default_value = "human")]
        format: Format,
    },
    /// Give back the room that nothing stands in any more
    Vacuum,
    /// Copy everything into another ledger, which must be empty
    ///
    /// A database that asks for a password gets that of `HANDBILL_LEDGER_TO_PASSWORD`; without it,
    /// that of `[ledger]`, if this ledger is a file or has the same login.
    Copy {
        /// The other one: sqlite:PATH or `postgres://user@host/database`
        #[arg(value_name = "TO_URL")]
        to: String,
    },
    /// Write everything down as text, a JSON object a line
    Export {
        /// The file; standard output if none is named, or `-`
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Read what `export` wrote, into a ledger that is empty
    Import {
        /// The file
        file: PathBuf,
    },
}

/// Looks at the ledger, or moves it.
pub(super) fn run(ui: &Ui, global: &Global, args: &Args) -> Checked<Exit> {
    let workshop = workshop::open(global)?;
    let location = workshop.ledger()?;
    match &args.command {
        Command::Check { format } => check::run(ui, &location, *format),
        Command::Vacuum => vacuum::run(ui, &location),
        Command::Copy { to } => copy::run(ui, &workshop, &location, to),
        Command::Export { output } => export::run(ui, &location, output.as_deref()),
        Command::Import { file } => import::run(ui, &location, file),
    }
}

/// The ledger, which has to be there.
fn there(location: &Location) -> Checked<Box<dyn Whole>> {
    let none = || {
        Finding::error(
            "no-ledger",
            format!("there is no ledger at `{location}` yet"),
            "the first `send` makes it; `--ledger` names another one",
        )
    };
    Ok(read_whole(location)?.ok_or_else(none)?)
}

/// The runs that are at work.
fn at_work(book: &dyn Whole) -> Result<Vec<Runner>, Finding> {
    let mut runners = book.runners(clock::unix_now())?;
    runners.retain(|runner| runner.is_alive);
    Ok(runners)
}

/// Refuses while a run is at work.
fn nobody_at_work(book: &dyn Whole, what: &str) -> Result<(), Finding> {
    let Some(Runner { campaign, .. }) = at_work(book)?.into_iter().next() else { return Ok(()) };
    Err(Finding::error(
        "ledger-in-use",
        format!("a run of `{campaign}` is at work; {what}"),
        "wait for its end (`handbill status --watch`), or stop it by Ctrl-C, then try again",
    ))
}

/// The finding about a row that no ledger of ours has.
fn unsound(why: &str) -> Finding {
    Finding::error(
        "ledger-row",
        why,
        "somebody has changed rows by hand; correct it with the database's own program",
    )
}

/// Looks at a row before it goes on.
fn inspected(inspector: &mut Inspector, row: &Row) -> Result<(), Finding> {
    inspector.look(row).map_err(|why| unsound(&why))
}

/// What was carried, in words.
fn carried(ui: &Ui, what: &str, tallied: &Tallied) {
    let of = |table: &str, one: &str, many: &str| counted(tallied.of(table), one, many);
    ui.status(&format!(
        "{what}: {}, {}, {}, {}, {}",
        of("campaigns", "campaign", "campaigns"),
        of("runs", "run", "runs"),
        of("recipients", "recipient", "recipients"),
        of("suppressions", "suppression", "suppressions"),
        of("bounces", "bounce", "bounces"),
    ));
    if let Some(open) = tallied.states.get("claimed") {
        let open = grouped(*open);
        ui.warn(&format!(
            "{open} in doubt: a run had claimed them and has not said what became of them"
        ));
    }
}

/// A size as people say it.
fn size(bytes: u64) -> String {
    #[allow(clippy::cast_precision_loss, reason = "it is rounded anyway")]
    let bytes = bytes as f64;
    match bytes {
        1e9.. => format!("{:.1} GB", bytes / 1e9),
        1e6.. => format!("{:.1} MB", bytes / 1e6),
        _ => format!("{:.0} KB", bytes / 1e3),
    }
}
