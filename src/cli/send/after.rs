//! What is said after: the counts, what they mean, and what to do next.

use std::path::Path;
use std::time::Duration;

use super::course::span;
use super::plan::Plan;
use super::reasons::Reasons;
use crate::calendar::from_minute;
use crate::cli::report::{Counts, Format, to_go};
use crate::cli::understood::Understood;
use crate::cli::{Exit, print_json};
use crate::clock;
use crate::deliver::allowance::Allowance;
use crate::deliver::rehearsal::Forecast;
use crate::deliver::tally::Ended;
use crate::finding::Checked;
use crate::ledger::{self, Waiting};
use crate::ui::{Ui, counted, grouped};

impl Counts {
    /// What is known before anything was sent.
    pub(super) fn of(plan: &Plan, forecast: &Forecast) -> Self {
        let counts = &forecast.counts;
        Self {
            campaign: plan.campaign.id.clone(),
            understood: Some(Understood::of(&plan.list)),
            sent: 0,
            failed: counts.failed,
            deferred: counts.deferred,
            in_doubt: counts.in_doubt,
            skipped: forecast.incomplete + counts.skipped,
            incomplete: forecast.incomplete,
            already: counts.sent,
            suppressed: counts.suppressed,
            remaining: counts.held + forecast.complete,
        }
    }

    /// A test that was sent.
    pub(super) fn test(plan: &Plan) -> Self {
        let understood = Some(Understood::of(&plan.list));
        Self { campaign: plan.campaign.id.clone(), understood, sent: 1, ..Self::default() }
    }

    fn after(&self, ended: &Ended) -> Self {
        let tally = ended.tally;
        Self {
            campaign: self.campaign.clone(),
            understood: self.understood.clone(),
            sent: tally.sent,
            failed: self.failed + tally.failed,
            deferred: self.deferred + tally.deferred,
            in_doubt: self.in_doubt + tally.in_doubt,
            already: self.already + tally.already,
            suppressed: self.suppressed + tally.suppressed,
            remaining: self.remaining.saturating_sub(tally.settled()),
            ..*self
        }
    }

    /// The counts for programs.
    pub(super) fn print(&self, ui: &Ui, format: Format) -> Checked<()> {
        if format == Format::Json {
            print_json(ui, self)?;
        }
        Ok(())
    }

    /// The counts where the ledger learned nothing, and the exit code that
    /// they mean. How the others stand was said before.
    pub(super) fn answer(&self, ui: &Ui, format: Format) -> Checked<Exit> {
        self.print(ui, format)?;
        if self.incomplete > 0 {
            ui.status(&line(self.incomplete, "skipped as incomplete"));
        }
        Ok(self.exit())
    }

    fn exit(&self) -> Exit {
        let open = self.failed + self.deferred + self.in_doubt + self.skipped;
        if open > 0 { Exit::Partly } else { Exit::Done }
    }
}

/// What is known beside the counts.
struct Known {
    /// How many failed before this run, and why the others did.
    failed_before: u64,
    /// How many of them were suppressed for it.
    gone: u64,
    reasons: Vec<String>,
    /// Those who are deferred, if the ledger was asked.
    waiting: Waiting,
    /// Whether somebody who remains can be mailed by the same command.
    goes_on: bool,
    /// What the limit of a day leaves to them.
    allowance: Option<Allowance>,
}

impl Known {
    /// Asks the ledger what comes next.
    fn of(plan: &Plan, before: &Counts, now: &Counts, reasons: Reasons) -> Checked<Self> {
        let book = ledger::read(&plan.ledger)?;
        let waiting = match &book {
            Some(book) => book.waiting(&plan.campaign.id, clock::unix_now())?,
            None => Waiting::default(),
        };
        Ok(Self {
            failed_before: before.failed,
            gone: 0,
            reasons: reasons.lines(),
            waiting,
            goes_on: now.remaining > 0,
            allowance: plan.allowance(now.remaining)?,
        })
    }
}

/// Says what stands in a folder now.
pub(super) fn written(
    ui: &Ui,
    format: Format,
    dir: &Path,
    before: &Counts,
    ended: Ended,
) -> Checked<Exit> {
    let written = counted(ended.tally.sent, "mail was written", "mails were written");
    ui.status(&format!("{written} into `{}`", dir.display()));
    let exit = before.after(&ended).answer(ui, format)?;
    if ended.stopped.is_empty() { Ok(exit) } else { Err(ended.stopped) }
}

/// Says that nobody is to be mailed now, and how everything stands.
pub(super) fn nothing_to_send(
    ui: &Ui,
    format: Format,
    plan: &Plan,
    counts: &Counts,
) -> Checked<Exit> {
    let known = Known::of(plan, counts, counts, Reasons::default())?;
    ui.status(match (known.goes_on, known.allowance) {
        (true, Some(Allowance { mails: 0, .. })) => "nothing was sent: the daily limit is used up",
        (true, _) => "nothing was sent",
        (false, _) => "there is nothing to send",
    });
    counts.print(ui, format)?;
    say(ui, counts, &known);
    Ok(counts.exit())
}

/// Says how a run ended, also one that did not come to its end.
pub(super) fn finish(
    ui: &Ui,
    format: Format,
    plan: &Plan,
    before: &Counts,
    (ended, reasons): (Ended, Reasons),
) -> Checked<Exit> {
    let report = before.after(&ended);
    report.print(ui, format)?;
    ui.status(&line(report.sent, &sent(report.sent, ended.took)));
    let mut known = Known::of(plan, before, &report, reasons)?;
    known.gone = ended.tally.gone;
    known.goes_on &= !ended.interrupted;
    say(ui, &report, &known);
    if !ended.stopped.is_empty() {
        return Err(ended.stopped);
    }
    if ended.interrupted {
        let remaining = counted(report.remaining, "mail remains", "mails remain");
        ui.status(&format!("stopped; {remaining}: run the same command again to go on"));
        return Ok(Exit::Interrupted);
    }
    Ok(report.exit())
}

/// `mails sent in 12 min, 20/s`; how long is only worth telling of a while.
fn sent(count: u64, took: Duration) -> String {
    let what = if count == 1 { "mail sent" } else { "mails sent" };
    if took < Duration::from_secs(2) {
        what.to_owned()
    } else {
        format!("{what} in {}", span(took))
    }
}

/// Says everything that is open.
fn say(ui: &Ui, counts: &Counts, known: &Known) {
    let count = |count: u64, text: &str| {
        if count > 0 {
            ui.status(&line(count, text));
        }
    };
    let aside = |text: &str| ui.status(&format!("{:>10}   {text}", ""));
    let campaign = &counts.campaign;

    count(counts.failed, "failed");
    known.reasons.iter().for_each(|reason| aside(reason));
    if known.gone > 0 {
        aside(&format!("{} suppressed: no mail reaches them any more", grouped(known.gone)));
    }
    if known.failed_before > 0 {
        let before = grouped(known.failed_before);
        aside(&format!("{before} before: `handbill status {campaign} --only failed` says why"));
    }
    count(counts.deferred, &deferred(&known.waiting));
    count(counts.in_doubt, "in doubt: the server may have them or not");
    if counts.in_doubt > 0 {
        aside(&format!("`handbill status {campaign} --only in-doubt` shows who;"));
        aside("settle it with `--in-doubt skip` or `--in-doubt resend`");
    }
    count(counts.incomplete, "skipped as incomplete: mend the rows, then send again");
    count(counts.skipped - counts.incomplete, "given up in doubt");
    if known.goes_on {
        count(counts.remaining, &to_go(counts.remaining, known.allowance));
    }
}

fn deferred(waiting: &Waiting) -> String {
    match waiting {
        Waiting { due: 0, next: Some(next) } => {
            format!("deferred: send again after {}", from_minute(*next))
        }
        _ => "deferred: send again".to_owned(),
    }
}

fn line(count: u64, text: &str) -> String {
    format!("{:>10} {text}", grouped(count))
}
