//! `handbill check`: everything there is to say about campaigns.

use std::path::{Path, PathBuf};

use super::report::{self, FindingsFormat};
use super::workshop::{self, ListArgs};
use super::{Exit, Global};
use crate::finding::{Checked, Finding, tidy};
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
    let findings = everything(ui, global, args).unwrap_or_else(|findings| findings);
    report::findings(ui, &findings, args.format, args.strict)
}

fn everything(ui: &Ui, global: &Global, args: &Args) -> Checked<Vec<Finding>> {
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
        for finding in one(ui, (&workshop, &tokens), campaign, args) {
            // What is wrong with the project is said once.
            if !findings.contains(&finding) {
                findings.push(finding);
            }
        }
    }
    Ok(findings)
}

fn one(
    ui: &Ui,
    (workshop, tokens): (&Workshop, &Tokens),
    path: &Path,
    args: &Args,
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
    let proof = workshop.proof(&campaign, list.as_ref(), tokens);
    findings.extend(proof.findings);
    if args.links {
        let number = counted(proof.links.len() as u64, "link", "links");
        ui.status(&format!("asking {number} of {}", path.display()));
        findings.extend(workshop.broken_links(&campaign, proof.links));
    }
    tidy(findings)
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
