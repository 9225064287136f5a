//! `handbill send`: says what it is about to do, asks, and does it. Running
//! it again goes on where it stopped.

mod after;
mod before;
mod course;
mod during;
mod mailing;
mod plan;
mod reasons;
mod test_mail;

use std::path::PathBuf;
use std::time::Duration;

use super::report::{Counts, Format};
use super::workshop::ListArgs;
use super::{Exit, Global};
use crate::clock;
use crate::deliver::rehearsal::{Forecast, Job, rehearse};
use crate::deliver::roll::Mailing;
use crate::finding::{Checked, Finding};
use crate::ledger::Settlement;
use crate::rate::Rate;
use crate::ui::{Confirmation, Ui, counted};
use before::{Listener, Numbers};
pub(super) use course::{span, speed};
use during::Reporter;
pub(super) use plan::daily;
use plan::{Plan, To};

/// How many rows or recipients of one kind are shown one by one.
const SHOWN: u64 = 20;

/// Send a campaign to its list, once to each
#[derive(Debug, clap::Args)]
#[allow(clippy::struct_excessive_bools, reason = "they are flags of a command line")]
pub(super) struct Args {
    /// The campaign's file
    campaign: PathBuf,
    #[command(flatten)]
    list: ListArgs,
    /// Only rows for which this holds: `city == "Leeds" and not donated`
    #[arg(long = "where", value_name = "EXPR")]
    condition: Option<String>,
    /// No more than N mails
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
    /// Go through the whole list and send nothing
    #[arg(long, conflicts_with_all = ["test_to", "outbox"])]
    dry_run: bool,
    /// Send one real mail to EMAIL, marked `[test]`
    #[arg(long, value_name = "EMAIL", conflicts_with = "outbox")]
    test_to: Option<String>,
    /// Whose row the test is merged with; the first one's if nobody is named
    #[arg(long = "for", value_name = "EMAIL", requires = "test_to")]
    reader: Option<String>,
    /// Write each mail to DIR as an .eml file instead of sending it
    #[arg(long, value_name = "DIR")]
    outbox: Option<PathBuf>,
    /// Send through URL: `smtp://user@host:587`, `smtps://user@host:465` or `outbox:DIR`
    #[arg(long, value_name = "URL")]
    via: Option<String>,
    /// Send to complete rows and leave out the others
    #[arg(long)]
    skip_incomplete: bool,
    /// Try those again whom a server refused for good
    #[arg(long)]
    retry_failed: bool,
    /// Settle what is in doubt: leave it (`skip`) or send it again (`resend`), at the risk of twice
    #[arg(long, value_name = "HOW", conflicts_with_all = ["dry_run", "test_to", "outbox"])]
    in_doubt: Option<InDoubt>,
    /// Go on although the campaign has changed since its first mail
    #[arg(long)]
    changed: bool,
    /// Do not ask
    #[arg(long)]
    yes: bool,
    /// How to answer
    #[arg(long, default_value = "human")]
    format: Format,
}

/// What to do about recipients of whom nobody knows whether they have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum InDoubt {
    /// Do not mail them again
    Skip,
    /// Mail them again; some may get it twice
    Resend,
}

impl Args {
    /// Whether the run waits at its end for those who were put off. A canary
    /// does not: somebody wants to look at it.
    fn waits(&self) -> bool {
        self.limit.is_none()
    }
}

/// Sends, rehearses or tests.
pub(super) fn run(ui: &Ui, global: &Global, args: &Args) -> Checked<Exit> {
    let plan = Plan::make(ui, global, args)?;
    if let Some(recipient) = &args.test_to {
        return test_mail::send(ui, args, &plan, recipient);
    }
    if let (Some(decision), To::Server(_)) = (args.in_doubt, &plan.to) {
        settle(ui, &plan, decision)?;
    }
    let job = plan.job(args);
    let forecast = forecast(ui, &job, args)?;
    let before = Counts::of(&plan, &forecast);
    let numbers = numbers(&plan, args, &forecast)?;
    before::describe(ui, &plan, &numbers);
    let refusals = refusals(args, &plan, &forecast)?;
    if !refusals.is_empty() {
        before.print(ui, args.format)?;
        return Err(refusals);
    }
    match &plan.to {
        To::Nowhere(_) => {
            ui.status("nothing was sent: this was a dry run");
            before.answer(ui, args.format)
        }
        To::Outbox(dir) => {
            let reporter = Reporter::new(ui, numbers.course(Duration::ZERO));
            let ended = mailing::into_outbox(reporter, &plan, &job, dir, numbers.to_send)?;
            after::written(ui, args.format, dir, &before, ended)
        }
        To::Server(_) if numbers.to_send == 0 => {
            after::nothing_to_send(ui, args.format, &plan, &before)
        }
        To::Server(server) => {
            // Whatever can be refused is refused before the question, not after it.
            let smtp = plan.smtp(server)?;
            let book = crate::ledger::open(&plan.ledger)?;
            let what = format!("send `{}` through {server}", plan.campaign.id);
            confirm(ui, args, numbers.to_send, &what)?;
            if plan.list.is_outdated() {
                return Err(list_changed(&plan).into());
            }
            let interval = plan.speed().rate.map_or(Duration::ZERO, Rate::interval);
            let mut reporter = Reporter::new(ui, numbers.course(interval));
            let sent = mailing::to_server(&mut reporter, args, &plan, &job, (smtp, book), &numbers);
            let reasons = reporter.finish();
            if plan.list.is_outdated() {
                ui.finding(&list_changed_since(&plan));
            }
            after::finish(ui, args.format, &plan, &before, (sent?, reasons))
        }
    }
}

/// How many mails leave: all that can, up to the limit of this run and that
/// of the day.
fn numbers<'a>(plan: &Plan, args: &Args, forecast: &'a Forecast) -> Checked<Numbers<'a>> {
    let wanted = args.limit.map_or(forecast.complete, |limit| limit.min(forecast.complete));
    let allowance = match plan.to {
        To::Server(_) => plan.allowance(wanted)?,
        _ => None,
    };
    let capped = allowance.filter(|allowance| allowance.mails < wanted);
    let to_send = capped.map_or(wanted, |allowance| allowance.mails);
    Ok(Numbers { forecast, to_send, more_at: capped.map(|allowance| allowance.more_at) })
}

impl Plan {
    fn job(&self, args: &Args) -> Job<'_> {
        Job {
            letter: &self.letter,
            list: &self.list,
            leave: &self.leave,
            mailing: Mailing {
                campaign: &self.campaign.id,
                ledger: &self.ledger,
                retry_failed: args.retry_failed,
                patience: if args.waits() { self.speed().retry_wait } else { Duration::ZERO },
            },
        }
    }
}

/// Decides about everything of the campaign that is in doubt.
fn settle(ui: &Ui, plan: &Plan, decision: InDoubt) -> Checked<()> {
    let decision = match decision {
        InDoubt::Skip => Settlement::Skip,
        InDoubt::Resend => Settlement::Resend,
    };
    let mut book = crate::ledger::open(&plan.ledger)?;
    let count = book.settle(&plan.campaign.id, decision, clock::unix_now())?;
    let done = match decision {
        Settlement::Skip => "given up",
        Settlement::Resend => "to be sent again",
    };
    ui.status(&format!("{} in doubt: {done}", counted(count, "mail was", "mails were")));
    Ok(())
}

fn forecast(ui: &Ui, job: &Job<'_>, args: &Args) -> Checked<Forecast> {
    let mut listener = Listener::new(ui, args.dry_run);
    let forecast = rehearse(job, &mut listener);
    listener.finish();
    forecast
}

/// Why nothing may be sent, after the whole list was rehearsed.
fn refusals(args: &Args, plan: &Plan, forecast: &Forecast) -> Checked<Vec<Finding>> {
    let mut refusals = plan.list.refusals().to_vec();
    if plan.list.is_outdated() {
        refusals.push(list_changed(plan));
    }
    if forecast.incomplete > 0 && !args.skip_incomplete {
        refusals.push(Finding::error(
            "incomplete-rows",
            format!(
                "{} of {} cannot be merged; nothing was sent",
                counted(forecast.incomplete, "row", "rows"),
                plan.list.name()
            ),
            "mend the list or the letter, or send to the others with `--skip-incomplete`",
        ));
    }
    if !args.changed && !matches!(plan.to, To::Outbox(_)) {
        refusals.extend(plan.change()?);
    }
    Ok(refusals)
}

/// The list is another one than was rehearsed.
fn list_changed(plan: &Plan) -> Finding {
    Finding::error(
        "list-changed",
        format!(
            "the list `{}` has changed since it was rehearsed; nothing was sent",
            plan.list.name()
        ),
        "run the command again when the file is complete",
    )
}

/// The list is another one than was mailed.
fn list_changed_since(plan: &Plan) -> Finding {
    Finding::warning(
        "list-changed",
        format!(
            "the list `{}` has changed since this run began; what was sent goes by how it was then",
            plan.list.name()
        ),
        "send again: whoever is new on it gets the campaign, and nobody gets it twice",
    )
}

fn confirm(ui: &Ui, args: &Args, count: u64, what: &str) -> Checked<()> {
    if args.yes {
        return Ok(());
    }
    if ui.can_ask() && args.test_to.is_none() && args.limit.is_none() {
        before::advise(ui);
    }
    let (message, help) = match ui.confirms(count, what) {
        Confirmation::Yes => return Ok(()),
        Confirmation::No => {
            ("nothing was sent: the number was not typed", "run it again when you are sure")
        }
        Confirmation::NobodyThere => (
            "nothing was sent: there is nobody to ask, as standard input is no terminal",
            "add `--yes` to send without being asked",
        ),
    };
    Err(Finding::error("not-confirmed", message, help).into())
}
