//! `handbill archive`: past campaigns as a website that anybody may read.

mod shelf;

use std::fs;
use std::path::{Path, PathBuf};

use self::shelf::Shelf;
use super::workshop;
use super::{Exit, Global};
use crate::archive::{FEED, INDEX, Issue, Site, page_name};
use crate::calendar;
use crate::campaign::Campaign;
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
    /// Show this campaign too, though it was not sent from here: it needs a `date`
    #[arg(long, value_name = "CAMPAIGN")]
    also: Vec<PathBuf>,
    /// Remove the pages of campaigns that are gone
    #[arg(long)]
    prune: bool,
}

/// Writes a page for every campaign of the project that was sent, an index and a feed. What
/// else is in the folder stays.
pub(super) fn run(ui: &Ui, global: &Global, args: &Args) -> Checked<Exit> {
    let workshop = workshop::open(global)?;
    let book = ledger::read(&workshop.ledger()?)?;
    let mut shelf = Shelf::open(args.out.clone());
    let mut site = Site {
        title: workshop.archive_title(),
        url: workshop.project.archive.url.clone(),
        language: "en".to_owned(),
    };
    let mut issues = Vec::new();
    let mut findings = Vec::new();
    for (path, is_named) in chosen(&workshop, &args.also) {
        let written = Workshop::campaign(&path).and_then(|campaign| {
            let Some(at) = moment(book.as_deref(), &campaign, is_named)? else { return Ok(None) };
            write(&workshop, &campaign, at, &site, &mut shelf).map(Some)
        });
        match written {
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
            "send one first: the archive holds what readers got; `--also` names others",
        )
        .into());
    }
    issues.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| a.name.cmp(&b.name)));
    // The index speaks the language of the latest one.
    site.language = issues[0].language.clone().unwrap_or(site.language);
    shelf.write(INDEX, site.index(&issues).as_bytes())?;
    shelf.write(FEED, site.feed(&issues).as_bytes())?;
    let pages = counted(issues.len() as u64, "campaign", "campaigns");
    ui.status(&format!("wrote {pages}, an index and a feed into {}", args.out.display()));
    tidy(ui, args, shelf)?;
    Ok(Exit::Done)
}

/// The campaigns of the project, and those that were named; each once.
fn chosen(workshop: &Workshop, named: &[PathBuf]) -> Vec<(PathBuf, bool)> {
    let same = |a: &Path, b: &Path| match (fs::canonicalize(a), fs::canonicalize(b)) {
        (Ok(a), Ok(b)) => a == b,
        _ => a == b,
    };
    let mut all: Vec<(PathBuf, bool)> = workshop
        .campaigns()
        .into_iter()
        .map(|path| (named.iter().any(|name| same(name, &path)), path))
        .map(|(is_named, path)| (path, is_named))
        .collect();
    for name in named {
        if !all.iter().any(|(path, _)| same(path, name)) {
            all.push((name.clone(), true));
        }
    }
    all
}

/// When a campaign was sent; nothing if it was not. One that was named has the day that it bears.
fn moment(book: Option<&dyn Book>, campaign: &Campaign, is_named: bool) -> Checked<Option<i64>> {
    if let Some(book) = book
        && let Some(sent) = book.campaign(&campaign.id)?
        && book.totals(&campaign.id, clock::unix_now())?.sent > 0
    {
        return Ok(Some(sent.since));
    }
    if !is_named {
        return Ok(None);
    }
    let day = campaign.date.as_deref().and_then(|date| calendar::read(date.get(..10)?));
    day.map(Some).ok_or_else(|| {
        Finding::error(
            "no-date",
            format!("`{}` was not sent from here, so nobody knows its day", campaign.id),
            "give it one in its front matter, such as `date: 2027-05-14`",
        )
        .at(campaign.source.place(0..0))
        .into()
    })
}

/// Writes one campaign's page and images.
fn write(
    workshop: &Workshop,
    campaign: &Campaign,
    at: i64,
    site: &Site,
    shelf: &mut Shelf,
) -> Checked<Issue> {
    let public = workshop.public(campaign)?;
    let name = page_name(&campaign.id);
    let mut images = Vec::new();
    for (number, (image, bytes)) in public.images.iter().enumerate() {
        let ending = image.path.rsplit_once('.').map_or("img", |(_, ending)| ending);
        let file = format!("{name}.{}.{}", number + 1, page_name(ending));
        shelf.write(&file, bytes)?;
        images.push((image.cid.clone(), file));
    }
    let page = site.page(&name, &public.mail.html, &images);
    shelf.write(&Site::file(&name), page.as_bytes())?;
    Ok(Issue {
        name,
        title: public.mail.subject,
        summary: public.preheader,
        day: public.day.unwrap_or_else(|| calendar::rfc3339(at)[..10].to_owned()),
        at,
        language: campaign.lang.clone(),
    })
}

/// Removes what is left of campaigns that are gone, or says that it is there.
fn tidy(ui: &Ui, args: &Args, mut shelf: Shelf) -> Checked<()> {
    let left = shelf.left_over();
    let files = counted(left.len() as u64, "file", "files");
    if !left.is_empty() && args.prune {
        shelf.prune()?;
        ui.status(&format!("removed {files} of campaigns that are gone"));
    } else if !left.is_empty() {
        ui.status(&format!(
            "{files} of campaigns that are gone stay ({}); `--prune` removes them",
            left.join(", ")
        ));
    }
    shelf.close()
}
