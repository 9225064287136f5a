//! `handbill archive`: past campaigns as a website that anybody may read.

use std::fs;
use std::path::{Path, PathBuf};

use super::workshop;
use super::{Exit, Global};
use crate::archive::{self, FEED, Issue, Site, page_name};
use crate::clock;
use crate::finding::{Checked, Finding};
use crate::ledger::{self, Book};
use crate::ui::{Ui, counted};
use crate::workshop::Workshop;

/// Write past campaigns as a website with a feed
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The folder to write into
    #[arg(long, default_value = "archive", value_name = "DIR")]
    out: PathBuf,
}

/// Writes a page for every campaign of the project that was sent, an index and a feed. What
/// else is in the folder stays.
pub(super) fn run(ui: &Ui, global: &Global, args: &Args) -> Checked<Exit> {
    let workshop = workshop::open(global)?;
    let book = ledger::read(&workshop.ledger()?)?;
    let site = Site {
        title: workshop.archive_title(),
        url: workshop.project.archive.url.clone(),
        language: "en".to_owned(),
    };
    let mut issues = Vec::new();
    let mut findings = Vec::new();
    for path in workshop.campaigns() {
        match one(&workshop, book.as_deref(), &path, &args.out) {
            Ok(Some(issue)) => issues.push(issue),
            Ok(None) => ui.detail(&format!("{} was not sent yet", path.display())),
            Err(mut slips) => findings.append(&mut slips),
        }
    }
    if !findings.is_empty() {
        return Err(findings);
    }
    if issues.is_empty() {
        return Err(Finding::error(
            "nothing-sent",
            "no campaign of this project was sent yet",
            "send one first: the archive holds what readers got",
        )
        .into());
    }
    issues.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| a.name.cmp(&b.name)));
    write(&args.out.join("index.html"), site.index(&issues).as_bytes())?;
    write(&args.out.join(FEED), site.feed(&issues).as_bytes())?;
    let pages = counted(issues.len() as u64, "campaign", "campaigns");
    ui.status(&format!("wrote {pages}, an index and a feed into {}", args.out.display()));
    Ok(Exit::Done)
}

/// Writes one campaign's page and images, if it was sent.
fn one(
    workshop: &Workshop,
    book: Option<&dyn Book>,
    path: &Path,
    out: &Path,
) -> Checked<Option<Issue>> {
    let campaign = Workshop::campaign(path)?;
    let Some(book) = book else { return Ok(None) };
    let Some(sent) = book.campaign(&campaign.id)? else { return Ok(None) };
    if book.totals(&campaign.id, clock::unix_now())?.sent == 0 {
        return Ok(None);
    }
    let public = workshop.public(&campaign)?;
    let name = page_name(&campaign.id);
    let mut images = Vec::new();
    for (number, (image, bytes)) in public.images.iter().enumerate() {
        let ending = image.path.rsplit_once('.').map_or("img", |(_, ending)| ending);
        let file = format!("{name}.{}.{}", number + 1, page_name(ending));
        write(&out.join(&file), bytes)?;
        images.push((image.cid.clone(), file));
    }
    let page = archive::page(&public.mail.html, &images);
    write(&out.join(Site::file(&name)), page.as_bytes())?;
    Ok(Some(Issue {
        name,
        title: public.mail.subject,
        summary: public.preheader,
        day: public.day.unwrap_or_else(|| crate::calendar::rfc3339(sent.since)[..10].to_owned()),
        at: sent.since,
    }))
}

fn write(path: &Path, bytes: &[u8]) -> Checked<()> {
    let make = || {
        fs::create_dir_all(path.parent().unwrap_or(Path::new(".")))?;
        fs::write(path, bytes)
    };
    make().map_err(|error| {
        let message = format!("cannot write `{}`: {}", path.display(), crate::files::plain(&error));
        Finding::error("output", message, "check that you may write there").into()
    })
}
