//! `handbill bounces`: what came back, and what it means for the list.

mod effect;
mod proof;
mod summary;

use std::ops::ControlFlow;
use std::path::PathBuf;

use serde::Serialize;

use super::output::Lines;
use super::report::Format;
use super::workshop;
use super::{Exit, Global};
use crate::bounces::{self, Entry, MAIL_MAX, Reading};
use crate::calendar::{Civil, civil};
use crate::clock;
use crate::finding::{Checked, Finding};
use crate::mailbox::Mail;
use crate::ui::Ui;
use effect::Effect;
use summary::Summary;

/// How many unreadable mails are shown one by one.
const SHOWN: u64 = 20;

/// Read bounces, complaints and unsubscribe mails, and suppress whom they are about
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A Maildir, an mbox file, a folder of .eml files, one .eml file, or a folder on a server:
    /// `imaps://user@host/FOLDER` [default: what `[bounces] source` names]
    source: Option<PathBuf>,
    /// On a server, read only what came in the last DAYS days
    #[arg(long, value_name = "DAYS")]
    since: Option<u32>,
    /// Say what the mails are; change nothing
    #[arg(long)]
    dry_run: bool,
    /// How to answer
    #[arg(long, default_value = "human")]
    format: Format,
}

/// What is printed of one recipient.
#[derive(Serialize)]
struct Shown<'a> {
    file: &'a str,
    verdict: bounces::Verdict,
    recipient: Option<&'a str>,
    enhanced: Option<String>,
    reply: Option<String>,
}

/// Reads mails, and does what follows from them.
pub(super) fn run(ui: &Ui, global: &Global, args: &Args) -> Checked<Exit> {
    let workshop = workshop::open(global)?;
    let since = args.since.map(day);
    let mut mailbox = workshop.mailbox(args.source.as_deref(), MAIL_MAX, since)?;
    // A dry run needs no ledger.
    let mut effect = if args.dry_run { None } else { Effect::open(ui, &workshop)? };
    let mut summary = Summary::default();
    let mut json = (args.format == Format::Json).then(|| Json::new(ui));
    let cut = mailbox.each(MAIL_MAX, &mut |mail: Mail<'_>| {
        let bytes = match mail.bytes {
            Ok(bytes) => bytes,
            Err(error) => {
                summary.unreadable += 1;
                if summary.unreadable <= SHOWN {
                    ui.finding(&unreadable(&mail.name, &error));
                }
                return Ok(());
            }
        };
        let reading = bounces::read(bytes);
        summary.add(&reading);
        if let Some(json) = &mut json {
            json.add(&mail.name, &reading);
        }
        effect.as_mut().map_or(Ok(()), |effect| effect.add(reading))
    })?;
    let done = effect.map(Effect::finish).transpose()?;
    let is_whole = summary.unreadable == 0;
    summary.tell(ui, done.as_ref(), args.dry_run);
    if let Some(json) = json {
        json.finish()?;
    }
    match cut {
        // What was read is written down: only now is it said that there is more.
        Some(finding) => Err(finding.into()),
        None if is_whole => Ok(Exit::Done),
        None => Ok(Exit::Partly),
    }
}

/// The day so many days ago, as IMAP writes it (RFC 3501 §9, `date`).
fn day(days_ago: u32) -> String {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let then = clock::unix_now() - i64::from(days_ago) * 86_400;
    let Civil { year, month, day, .. } = civil(then.max(0));
    format!("{day}-{}-{year:04}", MONTHS[(month.clamp(1, 12) - 1) as usize])
}

fn unreadable(name: &str, error: &std::io::Error) -> Finding {
    Finding::error(
        "unreadable-mail",
        format!("cannot read `{name}`: {}", crate::files::plain(error)),
        "check that you may read it, and read the mailbox again: what was counted is not counted twice",
    )
}

/// The JSON, written while mails are read.
struct Json<'a> {
    lines: Lines<'a>,
    is_first: bool,
}

impl<'a> Json<'a> {
    fn new(ui: &'a Ui) -> Self {
        let mut lines = Lines::new(ui);
        let _ = lines.add("{\"messages\":[");
        Self { lines, is_first: true }
    }

    fn add(&mut self, file: &str, reading: &Reading) {
        for Entry { verdict, recipient, said, .. } in &reading.entries {
            let shown = Shown {
                file,
                verdict: *verdict,
                recipient: recipient.as_deref(),
                enhanced: said.enhanced_text(),
                reply: said.code.map(|code| code.to_string()),
            };
            let text = serde_json::to_string(&shown).expect("texts are JSON");
            let before = if self.is_first { "" } else { "," };
            self.is_first = false;
            // Nobody may read it any more; the ledger has to learn of it all the same.
            let (ControlFlow::Continue(()) | ControlFlow::Break(())) =
                self.lines.add(&format!("{before}{text}"));
        }
    }

    fn finish(mut self) -> Checked<Exit> {
        let _ = self.lines.add("]}\n");
        self.lines.finish()
    }
}
