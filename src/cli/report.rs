//! Findings as people and as programs read them.

use serde::Serialize;

use super::understood::{ListReport, Understood};
use super::{Exit, print_json, sarif};
use crate::calendar::from_minute;
use crate::deliver::allowance::Allowance;
use crate::finding::{Checked, Finding, Severity};
use crate::ledger::Totals;
use crate::ui::{Ui, counted, grouped};

/// How to answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Format {
    /// For people.
    #[default]
    Human,
    /// For programs.
    Json,
}

/// How to answer with findings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum FindingsFormat {
    /// For people.
    #[default]
    Human,
    /// For programs.
    Json,
    /// For code hosts and editors: SARIF 2.1.0.
    Sarif,
}

/// The counts of a campaign, which `send` and `status` print for programs:
/// together they are all recipients that the condition selects.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Counts {
    pub(super) campaign: String,
    pub(super) sent: u64,
    pub(super) failed: u64,
    pub(super) deferred: u64,
    pub(super) in_doubt: u64,
    pub(super) skipped: u64,
    /// How many of the skipped are incomplete rows; the others are doubts
    /// that were left so.
    #[serde(skip)]
    pub(super) incomplete: u64,
    pub(super) already: u64,
    pub(super) suppressed: u64,
    pub(super) remaining: u64,
    /// What was understood of the list.
    #[serde(flatten)]
    pub(super) understood: Option<Understood>,
}

impl Counts {
    /// How a campaign stands in the ledger.
    pub(super) fn standing(campaign: &str, totals: &Totals) -> Self {
        Self {
            campaign: campaign.to_owned(),
            sent: totals.sent,
            failed: totals.failed,
            deferred: totals.deferred,
            in_doubt: totals.in_doubt,
            skipped: totals.skipped,
            already: 0,
            suppressed: totals.suppressed,
            remaining: totals.remaining,
            ..Self::default()
        }
    }
}

#[derive(Serialize)]
struct Report<'a> {
    findings: Vec<Entry<'a>>,
    errors: usize,
    warnings: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    lists: Option<&'a [ListReport]>,
}

/// A finding as programs read it.
#[derive(Serialize)]
pub(super) struct Entry<'a> {
    code: &'a str,
    severity: Severity,
    file: Option<&'a str>,
    line: Option<usize>,
    column: Option<usize>,
    message: &'a str,
    help: &'a str,
}

/// What is to be done about those who remain, by a daily limit if there is one.
pub(super) fn to_go(remaining: u64, allowance: Option<Allowance>) -> String {
    match allowance.filter(|allowance| allowance.mails < remaining) {
        None => "to go: send again".to_owned(),
        Some(Allowance { mails: 0, more_at }) => {
            format!("to go: send again after {}", from_minute(more_at))
        }
        Some(Allowance { mails, more_at }) => {
            let (now, later) = (grouped(mails), from_minute(more_at));
            format!("to go: send again after {later}, or now for {now}")
        }
    }
}

/// Says all findings, and programs what was understood of lists; the exit code says whether there were errors.
pub(super) fn findings(
    ui: &Ui,
    (findings, lists): (&[Finding], Option<&[ListReport]>),
    format: FindingsFormat,
    strict: bool,
) -> Checked<Exit> {
    let errors = findings.iter().filter(|finding| finding.is_error()).count();
    let warnings = findings.len() - errors;
    match format {
        FindingsFormat::Human => {
            for finding in findings {
                ui.finding(finding);
            }
            if errors + warnings > 0 {
                ui.status(&format!(
                    "{}, {}",
                    counted(errors as u64, "error", "errors"),
                    counted(warnings as u64, "warning", "warnings")
                ));
            } else {
                ui.status("no errors, no warnings");
            }
        }
        FindingsFormat::Json => {
            let findings = findings.iter().map(entry).collect();
            print_json(ui, &Report { findings, errors, warnings, lists })?;
        }
        FindingsFormat::Sarif => {
            print_json(ui, &sarif::log(findings))?;
        }
    }
    Ok(if errors > 0 || (strict && warnings > 0) { Exit::Refused } else { Exit::Done })
}

/// A finding for programs.
pub(super) fn entry(finding: &Finding) -> Entry<'_> {
    let place = finding.place.as_ref();
    Entry {
        code: finding.code,
        severity: finding.severity,
        file: place.map(|place| place.file.as_str()),
        line: place.map(|place| place.line),
        column: place.map(|place| place.column),
        message: &finding.message,
        help: &finding.help,
    }
}
