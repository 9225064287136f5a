//! `handbill check`: everything there is to say about campaigns.

use std::path::{Path, PathBuf};

use super::report::{self, FindingsFormat};
use super::understood::{self, ListReport};
use super::workshop::{self, ListArgs};
use super::{Exit, Global};
use crate::finding::{Checked, Finding, tidy, unlike};
use crate::list::List;
use crate::token::Tokens;
use crate::ui::{Ui, counted};
use crate::workshop::{Keep, Workshop};

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
    format: FindingsFormat,
    /// End with 1 for warnings too
    #[arg(long)]
    strict: bool,
    /// Ask every link whether it answers
    #[arg(long)]
    links: bool,
}

/// Checks each campaign; findings of one do not hide those of the next.
pub(super) fn run(ui: &Ui, global: &Global, args: &Args) -> Checked<Exit> {
    let mut lists = Vec::new();
    let findings = everything(ui, global, args, &mut lists).unwrap_or_else(|findings| findings);
    report::findings(ui, (&findings, Some(&lists)), args.format, args.strict)
}

fn everything(
    ui: &Ui,
    global: &Global,
    args: &Args,
    lists: &mut Vec<ListReport>,
) -> Checked<Vec<Finding>> {
    let workshop = workshop::open(global)?;
    let campaigns =
        if args.campaigns.is_empty() { all(&workshop)? } else { args.campaigns.clone() };
    let mut findings: Vec<Finding> = Vec::new();
    findings.extend(workshop.way(None).err().into_iter().flatten());
    findings.extend(workshop.ledger().err().into_iter().flatten());
    let tokens = match workshop.tokens(Keep::Not) {
        Ok((tokens, _)) => tokens,
        Err(mut slips) => {
            findings.append(&mut slips);
            return Ok(findings);
        }
    };
    for campaign in &campaigns {
        findings.extend(one(ui, (&workshop, &tokens), campaign, args, lists));
    }
    // What is wrong with the project is said once.
    Ok(unlike(findings))
}

fn one(
    ui: &Ui,
    (workshop, tokens): (&Workshop, &Tokens),
    path: &Path,
    args: &Args,
    lists: &mut Vec<ListReport>,
) -> Vec<Finding> {
    let campaign = match Workshop::campaign(path) {
        Ok(campaign) => campaign,
        Err(findings) => return findings,
    };
    let mut findings = Vec::new();
    let list = workshop.list(&campaign, &args.list.choice()).unwrap_or_else(|mut slips| {
        findings.append(&mut slips);
        None
    });
    if let Some(list) = &list {
        findings.extend(list.refusals().iter().chain(list.notes()).cloned());
        if !lists.iter().any(|known| known.is_of(list)) {
            tell(ui, list, args.format);
            lists.push(ListReport::of(list));
        }
    }
    let proof = workshop.proof(&campaign, list.as_ref(), tokens);
    if let (Some(list), Some(letter)) = (&list, &proof.letter)
        && let Some(report) = lists.iter_mut().find(|known| known.is_of(list))
        && report.learns(&letter.types)
        && args.format == FindingsFormat::Human
    {
        ui.entry("types", &understood::types(&letter.types));
    }
    findings.extend(proof.findings);
    if args.links {
        let number = counted(proof.links.len() as u64, "link", "links");
        ui.status(&format!("asking {number} of {}", path.display()));
        findings.extend(workshop.broken_links(&campaign, proof.links));
    }
    tidy(findings)
}

/// Says what was understood of a list.
fn tell(ui: &Ui, list: &List, format: FindingsFormat) {
    if format == FindingsFormat::Human {
        ui.entry("list", &format!("{}: {}", list.name(), understood::form(list)));
        for (label, line) in understood::lines(list) {
            ui.entry(label, &line);
        }
    }
}

/// The campaigns of the project, named as a person here would name them.
fn all(workshop: &Workshop) -> Checked<Vec<PathBuf>> {
    let files = workshop.campaigns();
    if files.is_empty() {
        return Err(Finding::error(
            "no-campaigns",
            "there is no campaign to check",
            "name one, or write one with `handbill new \"Title\"`",
        )
        .into());
    }
    Ok(files)
}
