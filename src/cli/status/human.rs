//! How campaigns stand, for people.

use std::ops::ControlFlow;
use std::time::Duration;

use super::words;
use crate::calendar::{from_minute, minute};
use crate::cli::Exit;
use crate::cli::output::Lines;
use crate::cli::report::to_go;
use crate::deliver::allowance::{Daily, allowance};
use crate::finding::Checked;
use crate::ledger::{Book, CampaignRecord, Recipient, StageTime, State, Totals, Waiting};
use crate::ui::{Ui, grouped};

/// How many domains, and recipients in each state, are shown.
const SHOWN: usize = 10;
/// How many stages are shown, and the share of all waiting, in percent, from
/// which on one matters.
const STAGES: usize = 3;
const MATTERS: u32 = 5;

/// What a report is made from.
pub(super) struct Report<'a> {
    pub(super) ui: &'a Ui,
    pub(super) book: &'a dyn Book,
    pub(super) daily: Daily,
    pub(super) now: i64,
}

impl Report<'_> {
    /// Counts of every campaign; of one alone, everything that is worth a look.
    pub(super) fn all(&self, campaigns: &[CampaignRecord]) -> Checked<String> {
        let mut blocks = Vec::new();
        for campaign in campaigns {
            let totals = self.book.totals(&campaign.id, self.now)?;
            let waiting = self.book.waiting(&campaign.id, self.now)?;
            let gone = self.book.failed_and_suppressed(&campaign.id)?;
            let counts = counts(&totals, gone, &waiting);
            blocks.push(headline(campaign) + &counts + &self.runs(campaign)?);
            if campaigns.len() == 1 {
                blocks.push(self.domains(campaign)?);
                blocks.push(slowest(&self.book.stages(&campaign.id)?));
                for state in [State::Failed, State::Deferred, State::InDoubt] {
                    blocks.push(self.recipients(campaign, state)?);
                }
            }
        }
        blocks.retain(|block| !block.is_empty());
        Ok(blocks.join("\n"))
    }

    /// Everybody who is in one state.
    pub(super) fn only(&self, campaigns: &[CampaignRecord], state: State) -> Checked<Exit> {
        let mut lines = Lines::new(self.ui);
        for campaign in campaigns {
            if campaigns.len() > 1 {
                let _ = lines.add(&headline(campaign));
            }
            self.book.recipients(&campaign.id, Some(state), self.now, &mut |recipient| {
                lines.add(&self.recipient(&recipient))
            })?;
        }
        lines.finish()
    }

    /// Which runs are at work, and what the last one left for another.
    fn runs(&self, campaign: &CampaignRecord) -> Checked<String> {
        let runs = self.book.runs(&campaign.id, self.now)?;
        let mut text = String::new();
        for run in runs.iter().filter(|run| run.is_alive) {
            let done = self.book.settled_since(&campaign.id, run.started_at)?;
            let of = run.planned.map_or_else(String::new, |all| format!(" of {}", grouped(all)));
            let since = minute(run.started_at);
            text.push_str(&format!("a run is at work since {since}: {}{of}\n", grouped(done)));
        }
        if text.is_empty() { self.rest(campaign) } else { Ok(text) }
    }

    /// How many the last run left, and when they may follow.
    fn rest(&self, campaign: &CampaignRecord) -> Checked<String> {
        let rest = self.book.left_to_go(&campaign.id, self.now)?.unwrap_or(0);
        if rest == 0 {
            return Ok(String::new());
        }
        let allowance = allowance(&self.daily, Some(self.book), (rest, 0), self.now)?;
        Ok(format!("{:>10} {}\n", grouped(rest), to_go(rest, allowance)))
    }

    fn domains(&self, campaign: &CampaignRecord) -> Checked<String> {
        let mut domains = self.book.domains(&campaign.id, self.now, SHOWN + 1)?;
        if domains.len() < 2 {
            return Ok(String::new());
        }
        let title = if domains.len() > SHOWN { "the 10 largest domains" } else { "domain" };
        domains.truncate(SHOWN);
        let mut text = format!(
            "{:>10}{:>10}{:>10}{:>10}  {title}\n",
            "sent", "failed", "deferred", "in doubt"
        );
        for (domain, totals) in domains {
            for count in [totals.sent, totals.failed, totals.deferred, totals.in_doubt] {
                let count = if count == 0 { "-".to_owned() } else { grouped(count) };
                text.push_str(&format!("{count:>10}"));
            }
            text.push_str(&format!("  {domain}\n"));
        }
        Ok(text)
    }

    /// The first recipients in a state.
    fn recipients(&self, campaign: &CampaignRecord, state: State) -> Checked<String> {
        let mut text = String::new();
        let mut count = 0;
        self.book.recipients(&campaign.id, Some(state), self.now, &mut |recipient| {
            count += 1;
            if count <= SHOWN {
                text.push_str(&self.recipient(&recipient));
            }
            ControlFlow::Continue(())
        })?;
        if count > SHOWN {
            text.push_str(&format!(
                "… and {} more; `--only {}` shows them all\n",
                grouped((count - SHOWN) as u64),
                name(state).replace(' ', "-")
            ));
        }
        Ok(text)
    }

    fn recipient(&self, recipient: &Recipient) -> String {
        let state = name(recipient.state);
        let next = match recipient.retry_at {
            Some(at) if at <= self.now => "  to be tried again now".to_owned(),
            Some(at) => format!("  next try {}", from_minute(at)),
            None => String::new(),
        };
        let code = recipient.reply.code.map_or_else(String::new, |code| format!("{code} "));
        let said = format!("{code}{}", words(recipient));
        let line = format!("{state:<9} {}{next}  {said}", recipient.email);
        self.ui.folded(line.trim_end(), 10) + "\n"
    }
}

fn headline(campaign: &CampaignRecord) -> String {
    let subject = &campaign.fingerprint.subject;
    format!("{}  “{subject}”, since {}\n", campaign.id, minute(campaign.since))
}

fn counts(totals: &Totals, gone: u64, waiting: &Waiting) -> String {
    let failed = match gone {
        0 => "failed".to_owned(),
        gone => format!("failed; suppressed of them: {}", grouped(gone)),
    };
    let deferred = match waiting {
        Waiting { due: 0, next: Some(next) } => {
            format!("deferred: the next try at {}", from_minute(*next))
        }
        _ => "deferred: to be tried again now".to_owned(),
    };
    let lines = [
        (totals.sent, "sent"),
        (totals.failed, &*failed),
        (totals.deferred, &*deferred),
        (totals.in_doubt, "in doubt: `send --in-doubt skip` or `resend` settles it"),
        (totals.skipped, "skipped"),
        (totals.suppressed, "suppressed"),
        (totals.remaining, "under way"),
    ];
    let told = lines.iter().filter(|(count, what)| *count > 0 || *what == "sent");
    told.map(|(count, what)| format!("{:>10} {what}\n", grouped(*count))).collect()
}

/// Where most of the time went that was spent on waiting for the server.
fn slowest(stages: &[StageTime]) -> String {
    let all: Duration = stages.iter().map(|stage| stage.total).sum();
    let mut text = format!("{:>10}{:>10}  slowest stages\n", "average", "longest");
    for stage in stages.iter().filter(|stage| stage.total * 100 >= all * MATTERS).take(STAGES) {
        text.push_str(&format!(
            "{:>10}{:>10}  {}\n",
            time(stage.average()),
            time(stage.longest),
            stage_name(&stage.stage)
        ));
    }
    if stages.is_empty() { String::new() } else { text }
}

/// A time as exactly as somebody wants to know it who asks why it is slow.
fn time(time: Duration) -> String {
    let millis = time.as_secs_f64() * 1000.0;
    match millis {
        ..9.95 => format!("{millis:.1} ms"),
        ..999.5 => format!("{millis:.0} ms"),
        _ => format!("{:.1} s", millis / 1000.0),
    }
}

/// A stage in the words of whoever runs a mail server.
fn stage_name(stage: &str) -> &str {
    match stage {
        "connect" => "connecting",
        "tls" => "TLS handshake",
        "hello" => "EHLO",
        "starttls" => "STARTTLS",
        "auth" => "login",
        "mail" => "MAIL",
        "rcpt" => "RCPT",
        "data" => "DATA",
        "dot" => "message and final dot",
        other => other,
    }
}

fn name(state: State) -> String {
    state.as_str().replace('_', " ")
}
