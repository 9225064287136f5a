//! What a watch shows: a board on a terminal, a line for each campaign elsewhere, JSON for
//! programs.

use std::time::Duration;

use serde::Serialize;

use super::fleet::{Run, View};
use super::watch::Seen;
use crate::calendar::{minute, rfc3339};
use crate::cli::report::Counts;
use crate::cli::send::{span, speed};
use crate::cli::{print, print_json};
use crate::finding::Checked;
use crate::ledger::{CampaignRecord, Totals};
use crate::ui::{Ui, counted, grouped};

/// How many letters of a machine's name are shown: its name is that of its boot.
const MACHINE: usize = 8;

/// The board, line by line.
pub(super) fn lines(seen: &Seen, now: i64) -> Vec<String> {
    let mut lines = Vec::new();
    for (campaign, view) in seen {
        let subject = &campaign.fingerprint.subject;
        lines.push(format!("{}  “{subject}”, since {}", campaign.id, minute(campaign.since)));
        lines.push(format!("  {}", counts(&view.totals)));
        lines.push(format!("  {}", course(view)));
        if !view.runs.is_empty() {
            lines.push(format!(
                "  {:<8} {:>8}  {:<20} {:>9} {:>12} {:>9} {:>9} {:>9}",
                "machine", "pid", "since", "heard of", "sent", "now", "overall", "in flight"
            ));
        }
        lines.extend(view.runs.iter().map(|run| row(run, now)));
        lines.push(String::new());
    }
    lines
}

/// A line for each campaign.
pub(super) fn plain(ui: &Ui, seen: &Seen) -> Checked<()> {
    for (campaign, view) in seen {
        let runs = counted(view.live() as u64, "run", "runs");
        let line =
            format!("{}: {} · {} · {runs}\n", campaign.id, counts(&view.totals), course(view));
        print(ui, line.as_bytes())?;
    }
    Ok(())
}

/// An object for each campaign.
pub(super) fn json(ui: &Ui, seen: &Seen) -> Checked<()> {
    for (campaign, view) in seen {
        print_json(ui, &object(campaign, view))?;
    }
    Ok(())
}

fn counts(totals: &Totals) -> String {
    let mut parts = vec![format!("{} sent", grouped(totals.sent))];
    for (count, what) in [
        (totals.failed, "failed"),
        (totals.deferred, "deferred"),
        (totals.in_doubt, "in doubt"),
        (totals.skipped, "skipped"),
        (totals.suppressed, "suppressed"),
    ] {
        if count > 0 {
            parts.push(format!("{} {what}", grouped(count)));
        }
    }
    parts.join(", ")
}

/// `8,766 to go · 120/s · 74 s left`
fn course(view: &View) -> String {
    let mut parts = Vec::new();
    parts.extend(view.to_go.map(|to_go| format!("{} to go", grouped(to_go))));
    if view.rate > 0.0 {
        parts.push(speed(view.rate));
    }
    let eta = view.eta.filter(|eta| *eta > Duration::ZERO);
    parts.extend(eta.map(|eta| format!("{} left", span(eta))));
    if parts.is_empty() { "nothing to go".to_owned() } else { parts.join(" · ") }
}

fn row(run: &Run, now: i64) -> String {
    let runner = &run.runner;
    let machine = match &runner.process.machine {
        _ if runner.process.is_here() => "this one".to_owned(),
        Some(machine) => machine.chars().take(MACHINE).collect(),
        None => "?".to_owned(),
    };
    let heard = if runner.is_alive {
        let ago = u64::try_from(now.saturating_sub(runner.heartbeat_at)).unwrap_or(0);
        format!("{ago} s ago")
    } else {
        "dead".to_owned()
    };
    let rate = |rate: f64| if rate > 0.0 { speed(rate) } else { "-".to_owned() };
    format!(
        "  {machine:<8} {:>8}  {:<20} {heard:>9} {:>12} {:>9} {:>9} {:>9}",
        runner.process.pid,
        minute(runner.started_at),
        grouped(run.sent),
        rate(run.rate),
        rate(run.overall),
        grouped(runner.in_flight)
    )
}

#[derive(Serialize)]
struct Object<'a> {
    #[serde(flatten)]
    counts: Counts,
    to_go: Option<u64>,
    rate: f64,
    eta_seconds: Option<u64>,
    runs: Vec<RunObject<'a>>,
}

#[derive(Serialize)]
struct RunObject<'a> {
    machine: Option<&'a str>,
    pid: u32,
    started_at: String,
    heartbeat_at: String,
    alive: bool,
    sent: u64,
    in_flight: u64,
    rate: f64,
    rate_overall: f64,
}

fn object<'a>(campaign: &CampaignRecord, view: &'a View) -> Object<'a> {
    let runs = view.runs.iter().map(|run| RunObject {
        machine: run.runner.process.machine.as_deref(),
        pid: run.runner.process.pid,
        started_at: rfc3339(run.runner.started_at),
        heartbeat_at: rfc3339(run.runner.heartbeat_at),
        alive: run.runner.is_alive,
        sent: run.sent,
        in_flight: run.runner.in_flight,
        rate: tenths(run.rate),
        rate_overall: tenths(run.overall),
    });
    Object {
        counts: Counts::standing(&campaign.id, &view.totals),
        to_go: view.to_go,
        rate: tenths(view.rate),
        eta_seconds: view.eta.map(|eta| eta.as_secs() + u64::from(eta.subsec_nanos() > 0)),
        runs: runs.collect(),
    }
}

/// More figures would say more than anybody knows.
fn tenths(rate: f64) -> f64 {
    (rate * 10.0).round() / 10.0
}
