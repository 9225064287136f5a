//! What `send` says: before, while and after.

use super::Args;
use super::plan::{Plan, To};
use crate::address::Address;
use crate::calendar::rfc3339;
use crate::cli::render::incomplete;
use crate::cli::report::{Counts, Format};
use crate::cli::workshop::Way;
use crate::cli::{Exit, print_json};
use crate::deliver::allowance::Allowance;
use crate::deliver::rehearsal::{Audience, Forecast};
use crate::deliver::tally::{Ended, Witness};
use crate::finding::{Checked, Finding};
use crate::ledger::Outcome;
use crate::list::Subscriber;
use crate::merge::Gap;
use crate::ui::{Progress, Ui, counted, grouped};

/// How many rows or recipients of one kind are shown one by one.
const SHOWN: u64 = 20;

/// Says what is about to happen.
pub(super) fn describe(ui: &Ui, plan: &Plan, forecast: &Forecast, to_send: u64) {
    let counts = &forecast.counts;
    let line = |name: &str, text: &str| ui.status(&format!("{name:<12}{text}"));
    line("campaign", &format!("{}  “{}”", plan.campaign.id, plan.campaign.subject.text()));
    line(
        "from",
        &match &plan.from.name {
            Some(name) => format!("{name} <{}>", plan.from.address),
            None => plan.from.address.to_string(),
        },
    );
    line(
        "through",
        &match &plan.to {
            To::Nowhere(None) => "nowhere: a dry run".to_owned(),
            To::Nowhere(Some(Way::Outbox(dir))) => {
                format!("the folder `{}`, but not now: a dry run", dir.display())
            }
            To::Nowhere(Some(Way::Server(server))) => format!("{server}, but not now: a dry run"),
            To::Outbox(dir) => format!("the folder `{}`", dir.display()),
            To::Server(server) => server.to_string(),
        },
    );
    let rows = counted(counts.rows(), "row", "rows");
    line("list", &format!("{}: {rows}", plan.list.name()));
    line("to send", &grouped(to_send));
    if let (Some(rate), To::Server(_)) = (plan.speed().rate, &plan.to) {
        let seconds =
            u64::try_from(rate.interval().as_millis()).unwrap_or(u64::MAX).saturating_mul(to_send)
                / 1000;
        line("at", &format!("{rate}: about {}", span(seconds)));
    }
    let asides = [
        (forecast.complete - to_send, ["is beyond the limit", "are beyond the limit"]),
        (counts.sent, ["has it already", "have it already"]),
        (counts.unselected, ["is left out by the condition", "are left out by the condition"]),
        (counts.duplicates, ["stands there a second time", "stand there a second time"]),
        (
            counts.left,
            ["has left, by the list's status column", "have left, by the list's status column"],
        ),
        (counts.invalid, ["has no usable address", "have no usable address"]),
        (counts.suppressed, ["is suppressed", "are suppressed"]),
        (counts.failed, ["failed before", "failed before"]),
        (counts.deferred, ["is deferred", "are deferred"]),
        (counts.in_doubt, ["is in doubt", "are in doubt"]),
        (counts.held, ["is with another run", "are with another run"]),
        (counts.skipped, ["was given up in doubt", "were given up in doubt"]),
        (forecast.incomplete, ["is incomplete", "are incomplete"]),
    ];
    for (count, [one, many]) in asides {
        if count > 0 {
            line("", &counted(count, one, many));
        }
    }
    let first: Vec<&str> = forecast.first.iter().map(|mailbox| mailbox.address.as_str()).collect();
    if !first.is_empty() {
        line("first", &first.join(", "));
    }
}

/// Says that not all may leave today, and when the others may.
pub(super) fn capped(ui: &Ui, allowance: Allowance) {
    ui.status(&format!(
        "{:<12}{} more today by the daily limit; run the same command again after {} for the others",
        "",
        grouped(allowance.mails),
        rfc3339(allowance.more_at)
    ));
}

/// A time as people say it.
fn span(seconds: u64) -> String {
    match seconds {
        0..90 => counted(seconds.max(1), "second", "seconds"),
        90..5400 => counted(seconds.div_ceil(60), "minute", "minutes"),
        _ => counted(seconds.div_ceil(3600), "hour", "hours"),
    }
}

/// Says unusable and incomplete rows as the rehearsal meets them.
pub(super) struct Listener<'a> {
    ui: &'a Ui,
    progress: Progress,
    shows_all: bool,
    unusable: u64,
    incomplete: u64,
}

impl<'a> Listener<'a> {
    /// A dry run shows every row.
    pub(super) fn new(ui: &'a Ui, shows_all: bool) -> Self {
        let progress = ui.progress(None, "rows rehearsed");
        Self { ui, progress, shows_all, unusable: 0, incomplete: 0 }
    }

    /// Says how many were not shown.
    pub(super) fn finish(self) {
        self.progress.finish();
        for (count, one, many) in [
            (self.unusable, "unusable row", "unusable rows"),
            (self.incomplete, "incomplete row", "incomplete rows"),
        ] {
            if !self.shows_all && count > SHOWN {
                let more = counted(count - SHOWN, one, many);
                self.ui.status(&format!("… and {more} more; `--dry-run` shows them all"));
            }
        }
    }

    fn shows(&self, count: u64) -> bool {
        self.shows_all || count <= SHOWN
    }
}

impl Audience for Listener<'_> {
    fn row(&mut self) {
        self.progress.advance();
    }

    fn unusable(&mut self, finding: &Finding) {
        self.unusable += 1;
        if self.shows(self.unusable) {
            self.progress.suspended(|| self.ui.finding(finding));
        }
    }

    fn incomplete(&mut self, subscriber: &Subscriber, gaps: &[Gap]) {
        self.incomplete += 1;
        if self.shows(self.incomplete) {
            for gap in gaps {
                self.progress.suspended(|| self.ui.finding(&incomplete(gap, subscriber)));
            }
        }
    }
}

/// Says what became of those who did not get their mail; of the others only
/// to the curious.
pub(super) struct Reporter<'a> {
    ui: &'a Ui,
    progress: Progress,
    trouble: u64,
}

impl<'a> Reporter<'a> {
    pub(super) fn new(ui: &'a Ui, to_send: u64) -> Self {
        Self { ui, progress: ui.progress(Some(to_send), "mails"), trouble: 0 }
    }

    pub(super) fn finish(self) {
        self.progress.finish();
        if self.trouble > SHOWN && !self.ui.is_verbose() {
            let more = grouped(self.trouble - SHOWN);
            self.ui.warn(&format!("… and {more} more, which `--verbose` would have shown"));
        }
    }
}

impl Witness for Reporter<'_> {
    fn settled(&mut self, recipient: &Address, outcome: Outcome, words: &str) {
        self.progress.advance();
        let what = match outcome {
            Outcome::Sent => {
                // Saying something takes the bar away and draws it anew: not for every mail.
                if self.ui.is_verbose() {
                    let text = format!("{:<12}{recipient}: {words}", "sent");
                    self.progress.suspended(|| self.ui.detail(text.trim_end_matches(": ")));
                }
                return;
            }
            Outcome::Failed => "failed",
            Outcome::Deferred { .. } => "deferred",
            Outcome::InDoubt => "in doubt",
            Outcome::Skipped => "skipped",
        };
        self.trouble += 1;
        if self.trouble <= SHOWN || self.ui.is_verbose() {
            let text = format!("{what:<12}{recipient}: {words}");
            self.progress.suspended(|| self.ui.warn(&text));
        }
    }

    fn stopping(&mut self) {
        let text = "stopping after the mail under way; Ctrl-C again leaves it in doubt";
        self.progress.suspended(|| self.ui.warn(text));
    }
}

impl Counts {
    /// What is known before anything was sent.
    pub(super) fn of(campaign: &str, forecast: &Forecast) -> Self {
        let counts = &forecast.counts;
        Self {
            campaign: campaign.to_owned(),
            sent: 0,
            failed: counts.failed,
            deferred: counts.deferred,
            in_doubt: counts.in_doubt,
            skipped: forecast.incomplete + counts.skipped,
            already: counts.sent,
            suppressed: counts.suppressed,
            remaining: counts.held + forecast.complete,
        }
    }

    /// A test that was sent.
    pub(super) fn test(campaign: &str) -> Self {
        Self { campaign: campaign.to_owned(), sent: 1, ..Self::default() }
    }

    fn after(self, ended: &Ended) -> Self {
        let tally = ended.tally;
        let settled = tally.tried() + tally.already + tally.suppressed;
        Self {
            sent: tally.sent,
            failed: self.failed + tally.failed,
            deferred: self.deferred + tally.deferred,
            in_doubt: self.in_doubt + tally.in_doubt,
            already: self.already + tally.already,
            suppressed: self.suppressed + tally.suppressed,
            remaining: self.remaining.saturating_sub(settled),
            ..self
        }
    }

    /// The counts for programs.
    pub(super) fn print(&self, ui: &Ui, format: Format) -> Checked<()> {
        if format == Format::Json {
            print_json(ui, self)?;
        }
        Ok(())
    }

    /// The counts, and the exit code that they mean.
    pub(super) fn answer(&self, ui: &Ui, format: Format) -> Checked<Exit> {
        self.print(ui, format)?;
        for (count, what) in [
            (self.failed, "failed"),
            (self.deferred, "deferred: run the same command again later"),
            (self.in_doubt, "in doubt: the server may have them or not"),
            (self.skipped, "skipped as incomplete"),
        ] {
            if count > 0 {
                ui.status(&format!("{} {what}", grouped(count)));
            }
        }
        let open = self.failed + self.deferred + self.in_doubt + self.skipped;
        Ok(if open > 0 { Exit::Partly } else { Exit::Done })
    }
}

/// Says how a run ended, also one that did not come to its end.
pub(super) fn finish(ui: &Ui, args: &Args, before: Counts, ended: Ended) -> Checked<Exit> {
    let report = before.after(&ended);
    let exit = report.answer(ui, args.format)?;
    if !ended.stopped.is_empty() {
        return Err(ended.stopped);
    }
    if ended.interrupted {
        let remaining = counted(report.remaining, "mail remains", "mails remain");
        ui.status(&format!("stopped; {remaining}: run the same command again to go on"));
        return Ok(Exit::Interrupted);
    }
    Ok(exit)
}
