//! What is said before: what is about to happen, and the rows that the
//! rehearsal cannot use.

use std::time::Duration;

use super::SHOWN;
use super::course::{Course, span};
use super::plan::{Plan, To};
use crate::calendar::from_minute;
use crate::cli::understood;
use crate::deliver::rehearsal::{Audience, Forecast};
use crate::finding::Finding;
use crate::list::Subscriber;
use crate::merge::Gap;
use crate::ui::{Progress, Ui, counted, grouped};
use crate::workshop::Way;

/// How long a line of addresses may be; longer ones have a line each.
const LINE: usize = 66;

/// What is about to happen, in numbers.
pub(super) struct Numbers<'a> {
    /// What the rehearsal found.
    pub(super) forecast: &'a Forecast,
    /// How many mails leave.
    pub(super) to_send: u64,
    /// When more may leave, where the limit of a day leaves some behind.
    pub(super) more_at: Option<i64>,
}

impl Numbers<'_> {
    /// How many of the list's complete rows are left for another run.
    pub(super) fn beyond(&self) -> u64 {
        self.forecast.complete - self.to_send
    }

    /// The course of the run to come, with so long between two mails.
    pub(super) fn course(&self, interval: Duration) -> Course {
        let others = self.more_at.map(|more_at| (self.beyond(), more_at));
        Course::new(self.to_send, interval, others)
    }
}

/// Says how to try first, to somebody who is about to be asked.
pub(super) fn advise(ui: &Ui) {
    ui.entry("try first", "`--test-to EMAIL` mails you alone, `--limit 50` the first 50");
}

/// Says what is about to happen.
pub(super) fn describe(ui: &Ui, plan: &Plan, numbers: &Numbers<'_>) {
    let Numbers { forecast, to_send, more_at } = *numbers;
    let counts = &forecast.counts;
    let line = |label: &str, text: &str| ui.entry(label, text);
    line("campaign", &format!("{}  “{}”", plan.campaign.id, plan.campaign.subject.text()));
    line(
        "from",
        &match &plan.from.name {
            Some(name) => format!("{name} <{}>", plan.from.address),
            None => plan.from.address.to_string(),
        },
    );
    line("through", &through(&plan.to));
    let rows = counted(counts.rows(), "row", "rows");
    line("list", &format!("{}: {rows}, {}", plan.list.name(), understood::form(&plan.list)));
    for (label, text) in understood::lines(&plan.list) {
        line(label, &text);
    }
    match more_at {
        None => line("to send", &grouped(to_send)),
        Some(more_at) => {
            let (others, from) = (grouped(numbers.beyond()), from_minute(more_at));
            line("to send", &format!("{} today by the daily limit;", grouped(to_send)));
            line("", &format!("the other {others} from {from} on, by the same command"));
        }
    }
    if let (Some(rate), To::Server(_) | To::Nowhere(Some(Way::Server(_)))) =
        (plan.speed().rate, &plan.to)
    {
        let mails = u32::try_from(to_send).unwrap_or(u32::MAX);
        let time: Duration = rate.interval().saturating_mul(mails);
        line("time", &format!("about {} at {rate}", span(time)));
    }
    let beyond = if more_at.is_some() { 0 } else { numbers.beyond() };
    let mut left_out = left_out(forecast, beyond).into_iter();
    line("left out", &left_out.next().unwrap_or_else(|| "nobody".to_owned()));
    left_out.for_each(|aside| line("", &aside));
    let first: Vec<&str> = forecast.first.iter().map(|mailbox| mailbox.address.as_str()).collect();
    let on_one_line = first.join(", ");
    if on_one_line.len() > LINE {
        line("first", first[0]);
        first[1..].iter().for_each(|address| line("", address));
    } else if !first.is_empty() {
        line("first", &on_one_line);
    }
}

fn through(to: &To) -> String {
    match to {
        To::Nowhere(None) => "nowhere: a dry run".to_owned(),
        To::Nowhere(Some(Way::Outbox(dir))) => {
            format!("the folder `{}`, but not now: a dry run", dir.display())
        }
        To::Nowhere(Some(Way::Server(server))) => format!("{server}, but not now: a dry run"),
        To::Outbox(dir) => format!("the folder `{}`", dir.display()),
        To::Server(server) => server.to_string(),
    }
}

/// Who does not get it now, and why, each reason on a line.
fn left_out(forecast: &Forecast, beyond: u64) -> Vec<String> {
    let counts = &forecast.counts;
    let asides = [
        (counts.sent, ["has it already", "have it already"]),
        (counts.suppressed, ["is suppressed", "are suppressed"]),
        (forecast.incomplete, ["is incomplete", "are incomplete"]),
        (counts.unselected, ["does not meet the condition", "do not meet the condition"]),
        (counts.duplicates, ["stands there a second time", "stand there a second time"]),
        (counts.left, ["has left, by the list", "have left, by the list"]),
        (counts.not_yet, ["has not confirmed yet", "have not confirmed yet"]),
        (
            counts.unclear,
            ["may be mailed or not: nobody knows", "may be mailed or not: nobody knows"],
        ),
        (counts.invalid, ["has no usable address", "have no usable address"]),
        (counts.failed, ["failed before", "failed before"]),
        (counts.deferred, ["is deferred", "are deferred"]),
        (counts.in_doubt, ["is in doubt", "are in doubt"]),
        (counts.held, ["is with another run", "are with another run"]),
        (counts.skipped, ["was given up in doubt", "were given up in doubt"]),
        (beyond, ["is beyond the limit", "are beyond the limit"]),
    ];
    let told = asides.into_iter().filter(|(count, _)| *count > 0);
    told.map(|(count, [one, many])| counted(count, one, many)).collect()
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
        let progress = ui.progress(None);
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
        self.progress.advance("rows rehearsed");
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
                self.progress.suspended(|| self.ui.finding(&gap.about(subscriber)));
            }
        }
    }
}
