//! `handbill ledger check`: the database, then every row.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{at_work, size, unsound};
use crate::cli::report::{self, Entry, FindingsFormat, Format, entry};
use crate::cli::{Exit, print, print_json};
use crate::clock;
use crate::finding::{Checked, Finding};
use crate::ledger::{Inspector, Location, Tallied, Whole, read_whole};
use crate::ui::{Ui, counted, grouped};

/// How many rows that are wrong are told one by one.
const TOLD: u64 = 20;

/// What was found.
struct Found {
    version: usize,
    bytes: u64,
    live: usize,
    tallied: Tallied,
    in_doubt: u64,
    findings: Vec<Finding>,
}

/// Looks at everything, and changes nothing.
pub(super) fn run(ui: &Ui, location: &Location, format: Format) -> Checked<Exit> {
    let Some(book) = read_whole(location)? else {
        ui.status(&format!("there is no ledger at `{location}` yet: the first `send` makes it"));
        return Ok(Exit::Done);
    };
    let found = look(ui, book.as_ref())?;
    match format {
        Format::Human => {
            print(ui, found.summary(location).as_bytes())?;
            report::findings(ui, (&found.findings, None), FindingsFormat::Human, false)
        }
        Format::Json => {
            let json = found.json();
            print_json(ui, &json)?;
            Ok(if json.errors > 0 { Exit::Refused } else { Exit::Done })
        }
    }
}

fn look(ui: &Ui, book: &dyn Whole) -> Checked<Found> {
    let mut findings = book.faults()?;
    let (mut tallied, mut in_doubt, mut live) = (Tallied::default(), 0, 0);
    // Rows of a damaged database may be anything.
    let is_whole =
        |finding: &Finding| !["ledger-corrupt", "ledger-incomplete"].contains(&finding.code);
    if findings.iter().all(is_whole) {
        let wrong;
        (tallied, wrong) = rows(ui, book);
        findings.extend(wrong);
        live = at_work(book)?.len();
        in_doubt = doubts(book, &mut findings)?;
    }
    let (version, bytes) = (book.version()?, book.size()?);
    Ok(Found { version, bytes, live, tallied, in_doubt, findings })
}

/// What is wrong with rows, each looked at.
fn rows(ui: &Ui, book: &dyn Whole) -> (Tallied, Vec<Finding>) {
    let mut inspector = Inspector::default();
    let mut progress = ui.progress(None);
    let (mut findings, mut wrong) = (Vec::new(), 0);
    let read = book.rows(&mut |row| {
        progress.advance("rows");
        if let Err(why) = inspector.look(&row) {
            wrong += 1;
            if wrong <= TOLD {
                findings.push(unsound(&why));
            }
        }
        Ok(())
    });
    progress.finish();
    // A damaged page ends the reading: that is a finding as well.
    if let Err(finding) = read {
        findings.push(finding);
    }
    if wrong > TOLD {
        let more = counted(wrong - TOLD, "more row is wrong", "more rows are wrong");
        findings.push(unsound(&more));
    }
    (inspector.tallied().clone(), findings)
}

/// How many are in doubt; for each campaign a warning.
fn doubts(book: &dyn Whole, findings: &mut Vec<Finding>) -> Checked<u64> {
    let mut all = 0;
    for campaign in book.campaigns()? {
        // A state that nobody knows was told already.
        let Ok(totals) = book.totals(&campaign.id, clock::unix_now()) else { continue };
        if totals.in_doubt > 0 {
            all += totals.in_doubt;
            findings.push(Finding::warning(
                "in-doubt",
                format!(
                    "{} of `{}`: a run ended before it knew what became of them",
                    counted(totals.in_doubt, "mail is in doubt", "mails are in doubt"),
                    campaign.id
                ),
                "the mail server's log may know; `send --in-doubt skip` or `resend` settles it",
            ));
        }
    }
    Ok(all)
}

#[derive(Serialize)]
struct Json<'a> {
    version: usize,
    bytes: u64,
    runs_at_work: usize,
    in_doubt: u64,
    rows: &'a BTreeMap<&'static str, u64>,
    states: &'a BTreeMap<&'static str, u64>,
    findings: Vec<Entry<'a>>,
    errors: usize,
    warnings: usize,
}

impl Found {
    fn summary(&self, location: &Location) -> String {
        let of = |table: &str| self.tallied.of(table);
        let states: Vec<String> = self
            .tallied
            .states
            .iter()
            .map(|(state, count)| format!("{} {}", grouped(*count), state.replace('_', " ")))
            .collect();
        let states =
            if states.is_empty() { String::new() } else { format!(": {}", states.join(", ")) };
        let live = if self.live == 0 { String::new() } else { format!(", {} at work", self.live) };
        let mut text = format!("{location}: version {}, {}\n", self.version, size(self.bytes));
        for (count, one, many, more) in [
            (of("campaigns"), "campaign", "campaigns", String::new()),
            (of("runs"), "run", "runs", live),
            (of("recipients"), "recipient", "recipients", states),
            (of("suppressions"), "suppression", "suppressions", String::new()),
            (of("bounces"), "bounce", "bounces", String::new()),
        ] {
            let what = if count == 1 { one } else { many };
            text.push_str(&format!("{:>10} {what}{more}\n", grouped(count)));
        }
        text
    }

    fn json(&self) -> Json<'_> {
        let errors = self.findings.iter().filter(|finding| finding.is_error()).count();
        Json {
            version: self.version,
            bytes: self.bytes,
            runs_at_work: self.live,
            in_doubt: self.in_doubt,
            rows: &self.tallied.rows,
            states: &self.tallied.states,
            findings: self.findings.iter().map(entry).collect(),
            errors,
            warnings: self.findings.len() - errors,
        }
    }
}
