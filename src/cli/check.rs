//! `handbill check`: everything there is to say about campaigns.

use std::path::PathBuf;

use super::report::{self, Format};
use super::workshop::{ListArgs, Workshop};
use super::{Exit, Global};
use crate::address::Address;
use crate::finding::{Checked, Finding};
use crate::merge::{Links, Merger, made_up};
use crate::ui::Ui;

/// Check campaigns, their template and their fields
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The campaigns; all of `campaigns/` if none is named
    #[arg(value_name = "CAMPAIGN")]
    campaigns: Vec<PathBuf>,
    #[command(flatten)]
    list: ListArgs,
    /// How to answer
    #[arg(long, default_value = "human")]
    format: Format,
    /// End with 1 for warnings too
    #[arg(long)]
    strict: bool,
}

/// Checks each campaign; findings of one do not hide those of the next.
pub(super) fn run(ui: &Ui, global: &Global, args: &Args) -> Checked<Exit> {
    let findings = everything(global, args).unwrap_or_else(|findings| findings);
    report::findings(ui, &findings, args.format, args.strict)
}

fn everything(global: &Global, args: &Args) -> Checked<Vec<Finding>> {
    let workshop = Workshop::open(global)?;
    let campaigns =
        if args.campaigns.is_empty() { all(&workshop)? } else { args.campaigns.clone() };
    let mut findings: Vec<Finding> = Vec::new();
    findings.extend(workshop.way(None).err().into_iter().flatten());
    findings.extend(workshop.ledger().err().into_iter().flatten());
    for campaign in &campaigns {
        for finding in one(&workshop, campaign, &args.list) {
            // What is wrong with the project is said once.
            if !findings.contains(&finding) {
                findings.push(finding);
            }
        }
    }
    Ok(findings)
}

fn one(workshop: &Workshop, path: &std::path::Path, list: &ListArgs) -> Vec<Finding> {
    let campaign = match Workshop::campaign(path) {
        Ok(campaign) => campaign,
        Err(findings) => return findings,
    };
    let mut findings = Vec::new();
    let list = workshop.list(&campaign, list).unwrap_or_else(|mut slips| {
        findings.append(&mut slips);
        None
    });
    let condition = workshop.condition(&campaign, None);
    let letter = workshop
        .letter(&campaign, condition.as_ref())
        .map_err(|mut slips| findings.append(&mut slips))
        .ok();
    findings.extend(workshop.findings(&campaign, letter.as_ref(), list.as_ref()));
    if let Err(mut slips) = workshop.from(&campaign) {
        findings.append(&mut slips);
    }
    if let Some(letter) = &letter {
        if let Err(mut slips) = workshop.frame(&campaign, letter) {
            slips.retain(|slip| slip.code != "no-sender");
            findings.append(&mut slips);
        }
        findings.extend(rehearsed(letter));
    }
    report::tidy(findings)
}

/// Merges the letter for a made-up reader: what fails for somebody who has
/// every value fails for everybody.
fn rehearsed(letter: &crate::compose::Letter) -> Vec<Finding> {
    let address = Address::parse("reader@example.org").expect("it is an address");
    let (columns, subscriber) = made_up(letter, &address);
    let mut merger = Merger::new(letter, &columns);
    let links = Links { unsubscribe: Some("https://example.org/leave".to_owned()), web: None };
    let gaps = merger.merge(&subscriber, &links).err().unwrap_or_default();
    gaps.into_iter()
        .filter(|gap| gap.code == "merge")
        .map(|gap| {
            let finding = Finding::error(
                gap.code,
                gap.message,
                "check the tag; `handbill render` shows what it makes of one row",
            );
            match gap.place {
                Some(place) => finding.at(place),
                None => finding,
            }
        })
        .collect()
}

/// The campaigns of the project, by name.
fn all(workshop: &Workshop) -> Checked<Vec<PathBuf>> {
    let folder = workshop.project.root.join("campaigns");
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "md"))
        .collect();
    files.sort();
    if files.is_empty() {
        return Err(Finding::error(
            "no-campaigns",
            "there is no campaign to check",
            "name one, or write one with `handbill new \"Title\"`",
        )
        .into());
    }
    // Named as a person here would name them.
    let here = std::env::current_dir().unwrap_or_default();
    Ok(files
        .into_iter()
        .map(|file| file.strip_prefix(&here).map(std::path::Path::to_owned).unwrap_or(file))
        .collect())
}
