//! `handbill status`: who got what, from the ledger alone.

mod board;
mod csv;
mod fleet;
mod human;
mod watch;

use std::path::Path;
use std::time::Duration;

use super::report::Counts;
use super::send::daily;
use super::workshop;
use super::{Exit, Global, print, print_json};
use crate::clock;
use crate::finding::{Checked, Finding, closest};
use crate::ledger::{self, Book, CampaignRecord, Recipient, State};
use crate::ui::Ui;
use crate::workshop::Workshop;
use human::Report;
use watch::Watch;

/// Show who got a campaign, who did not, and why
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The campaign's file or its id; all of them if none is named
    #[arg(value_name = "CAMPAIGN")]
    campaign: Option<String>,
    /// How to answer
    #[arg(long, default_value = "human")]
    format: Format,
    /// Only recipients in this state
    #[arg(long, value_name = "STATE")]
    only: Option<Only>,
    /// Look on while runs are at work, on this machine and others, until none is left
    #[arg(long, conflicts_with = "only")]
    watch: bool,
    /// How often to look: every second, or every ten where lines are written down
    #[arg(long, value_name = "SECONDS", requires = "watch", value_parser = seconds)]
    every: Option<Duration>,
}

/// Some time between two looks.
fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: Option<f64> =
        text.parse().ok().filter(|seconds| (0.1..=86_400.0).contains(seconds));
    seconds.map(Duration::from_secs_f64).ok_or_else(|| "a number from 0.1 to 86400".to_owned())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people
    Human,
    /// Counts, for programs
    Json,
    /// A line for every recipient
    Csv,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Only {
    /// The server took it
    Sent,
    /// Refused for good
    Failed,
    /// Refused for now
    Deferred,
    /// Sent or not: nobody knows
    InDoubt,
    /// Left out: the row was incomplete
    Skipped,
}

impl From<Only> for State {
    fn from(only: Only) -> Self {
        match only {
            Only::Sent => Self::Sent,
            Only::Failed => Self::Failed,
            Only::Deferred => Self::Deferred,
            Only::InDoubt => Self::InDoubt,
            Only::Skipped => Self::Skipped,
        }
    }
}

/// Reads the ledger, and changes nothing.
pub(super) fn run(ui: &Ui, global: &Global, args: &Args) -> Checked<Exit> {
    if args.watch && args.format == Format::Csv {
        return Err(Finding::error(
            "usage",
            "a line for every recipient cannot be watched",
            "write `--format json`, or leave `--watch` out",
        )
        .into());
    }
    let workshop = workshop::open(global)?;
    let location = workshop.ledger()?;
    let book = ledger::read(&location)?;
    let campaigns = match &book {
        Some(book) => book.campaigns()?,
        None => Vec::new(),
    };
    let chosen = match &args.campaign {
        Some(name) => vec![find(&campaigns, name)?],
        None => campaigns,
    };
    let Some(book) = book.filter(|_| !chosen.is_empty()) else {
        ui.status("nothing was sent yet");
        return match args.format {
            Format::Json => print(ui, b"[]\n"),
            _ => Ok(Exit::Done),
        };
    };
    if args.watch {
        let one = args.campaign.is_some();
        let chosen = chosen.into_iter().next().filter(|_| one);
        let (format, every) = (args.format, args.every);
        return Watch { location, chosen, format, every, ui }.run();
    }
    match args.format {
        Format::Json => json(ui, book.as_ref(), &chosen, args.campaign.is_some()),
        Format::Csv => csv::print(ui, book.as_ref(), &chosen, args.only.map(State::from)),
        Format::Human => {
            let daily = daily(&workshop.project.delivery);
            let report = Report { ui, book: book.as_ref(), daily, now: clock::unix_now() };
            match args.only {
                Some(state) => report.only(&chosen, state.into()),
                None => print(ui, report.all(&chosen)?.as_bytes()),
            }
        }
    }
}

/// A campaign by its file or its id.
fn find(campaigns: &[CampaignRecord], name: &str) -> Checked<CampaignRecord> {
    let path = Path::new(name);
    let id = if path.is_file() { Workshop::campaign(path)?.id } else { name.to_owned() };
    if let Some(found) = campaigns.iter().find(|campaign| campaign.id == id) {
        return Ok(found.clone());
    }
    let known = campaigns.iter().map(|campaign| campaign.id.as_str());
    let help = match closest(&id, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`handbill status` shows all campaigns that were sent".to_owned(),
    };
    Err(Finding::error("unknown-campaign", format!("nothing of `{id}` was sent yet"), help).into())
}

fn json(ui: &Ui, book: &dyn Book, campaigns: &[CampaignRecord], is_one: bool) -> Checked<Exit> {
    let mut reports = Vec::new();
    for campaign in campaigns {
        let totals = book.totals(&campaign.id, clock::unix_now())?;
        reports.push(Counts::standing(&campaign.id, &totals));
    }
    match reports.first() {
        Some(report) if is_one => print_json(ui, report),
        _ => print_json(ui, &reports),
    }
}

/// What the server said, without the reply code.
fn words(recipient: &Recipient) -> String {
    let reply = &recipient.reply;
    let parts = [reply.enhanced.as_deref(), reply.text.as_deref()].into_iter().flatten();
    parts.collect::<Vec<_>>().join(" ")
}
