//! `handbill status`: who got what, from the ledger alone.

use std::ops::ControlFlow;
use std::path::Path;

use super::report::Counts;
use super::workshop::Workshop;
use super::{Exit, Global, print, print_json};
use crate::calendar::rfc3339;
use crate::clock;
use crate::finding::{Checked, Finding, closest};
use crate::ledger::{self, Book, CampaignRecord, Recipient, State, Totals};
use crate::ui::{Ui, counted, grouped};

/// How many domains and recipients are shown to people.
const SHOWN: usize = 10;

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
    let workshop = Workshop::open(global)?;
    let book = ledger::read(&workshop.ledger()?)?;
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
    match args.format {
        Format::Json => json(ui, book.as_ref(), &chosen, args.campaign.is_some()),
        Format::Csv => csv(ui, book.as_ref(), &chosen, args.only.map(State::from)),
        Format::Human => human(ui, book.as_ref(), &chosen, args.only.map(State::from)),
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
        reports.push(Counts {
            campaign: campaign.id.clone(),
            sent: totals.sent,
            failed: totals.failed,
            deferred: totals.deferred,
            in_doubt: totals.in_doubt,
            skipped: totals.skipped,
            already: 0,
            suppressed: totals.suppressed,
            remaining: totals.remaining,
        });
    }
    match reports.first() {
        Some(report) if is_one => print_json(ui, report),
        _ => print_json(ui, &reports),
    }
}

fn csv(
    ui: &Ui,
    book: &dyn Book,
    campaigns: &[CampaignRecord],
    only: Option<State>,
) -> Checked<Exit> {
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    let mut written = 0_u64;
    let mut failed = writer.write_record(["email", "outcome", "code", "reply", "at"]).err();
    for campaign in campaigns {
        book.recipients(&campaign.id, only, clock::unix_now(), &mut |recipient| {
            failed = failed.take().or_else(|| {
                let code = recipient.reply.code.map_or_else(String::new, |code| code.to_string());
                let at = rfc3339(recipient.at);
                let reply = reply_of(&recipient);
                writer
                    .write_record([
                        recipient.email.as_str(),
                        recipient.state.as_str(),
                        &code,
                        &reply,
                        &at,
                    ])
                    .err()
            });
            // What is written leaves now and then: a list may be long.
            written += 1;
            if written.is_multiple_of(1024) {
                let fresh = ::csv::Writer::from_writer(Vec::new());
                let full = std::mem::replace(&mut writer, fresh).into_inner();
                let _ = ui.data(&full.unwrap_or_default());
            }
            if failed.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
    }
    let bytes = writer.into_inner().unwrap_or_default();
    print(ui, &bytes)
}

fn reply_of(recipient: &Recipient) -> String {
    let reply = &recipient.reply;
    [reply.enhanced.as_deref(), reply.text.as_deref()]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" ")
}

fn human(
    ui: &Ui,
    book: &dyn Book,
    campaigns: &[CampaignRecord],
    only: Option<State>,
) -> Checked<Exit> {
    let now = clock::unix_now();
    let mut text = String::new();
    for campaign in campaigns {
        let totals = book.totals(&campaign.id, now)?;
        text.push_str(&format!(
            "{}  “{}”, since {}\n",
            campaign.id,
            campaign.fingerprint.subject,
            rfc3339(campaign.since)
        ));
        text.push_str(&counts(&totals));
        if campaigns.len() > 1 && only.is_none() {
            continue;
        }
        if let Some(next) = book.waiting(&campaign.id, now)?.next {
            text.push_str(&format!("next try of a deferred mail at {}\n", rfc3339(next)));
        }
        let domains = book.domains(&campaign.id, now, SHOWN)?;
        if domains.len() > 1 && only.is_none() {
            text.push_str("domains:\n");
            for (domain, totals) in domains {
                text.push_str(&format!(
                    "{:>10} sent  {domain}{}\n",
                    grouped(totals.sent),
                    trouble(&totals)
                ));
            }
        }
        text.push_str(&listed(book, campaign, only, now)?);
    }
    print(ui, text.as_bytes())
}

fn counts(totals: &Totals) -> String {
    let lines = [
        (totals.sent, "sent"),
        (totals.failed, "failed"),
        (totals.deferred, "deferred"),
        (totals.in_doubt, "in doubt"),
        (totals.skipped, "skipped"),
        (totals.suppressed, "suppressed"),
        (totals.remaining, "with a run that is alive"),
    ];
    lines
        .iter()
        .filter(|(count, what)| *count > 0 || *what == "sent")
        .map(|(count, what)| format!("{:>10} {what}\n", grouped(*count)))
        .collect()
}

fn trouble(totals: &Totals) -> String {
    [(totals.failed, "failed"), (totals.deferred, "deferred"), (totals.in_doubt, "in doubt")]
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!(", {} {what}", grouped(*count)))
        .collect()
}

/// Those who need a look: the ones asked for, or who failed, wait or are in doubt.
fn listed(
    book: &dyn Book,
    campaign: &CampaignRecord,
    only: Option<State>,
    now: i64,
) -> Checked<String> {
    let states = match only {
        Some(state) => vec![state],
        None => vec![State::Failed, State::Deferred, State::InDoubt],
    };
    let mut text = String::new();
    for state in states {
        let mut shown = 0;
        let mut hidden = 0;
        book.recipients(&campaign.id, Some(state), now, &mut |recipient| {
            if only.is_some() || shown < SHOWN {
                shown += 1;
                let code = recipient.reply.code.map_or_else(String::new, |code| format!("{code} "));
                text.push_str(&format!(
                    "{:<9} {}  {code}{}\n",
                    state.as_str().replace('_', " "),
                    recipient.email,
                    reply_of(&recipient)
                ));
            } else {
                hidden += 1;
            }
            ControlFlow::Continue(())
        })?;
        if hidden > 0 {
            text.push_str(&format!(
                "… and {}; `--only {}` shows them all\n",
                counted(hidden, "more", "more"),
                state.as_str().replace('_', "-")
            ));
        }
    }
    Ok(text)
}
