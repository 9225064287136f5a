//! `handbill status --watch`: all runs on a campaign, wherever they are, until none is left.
//! It only reads. The ledger is looked at on a thread of its own, so that Ctrl-C is heard also
//! while a database is away.

use std::sync::mpsc;
use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;

use super::Format;
use super::board;
use super::fleet::{Count, Fleet, View};
use crate::cli::Exit;
use crate::clock::{self, Stopwatch};
use crate::deliver::mailing::runtime;
use crate::finding::{Checked, Finding};
use crate::ledger::{self, Book, CampaignRecord, Location};
use crate::stop::Stop;
use crate::ui::Ui;

/// How often is looked where somebody or a program looks on, and where lines are written down.
const OFTEN: Duration = Duration::from_secs(1);
const SELDOM: Duration = Duration::from_secs(10);

/// What is to be watched, and how.
pub(super) struct Watch<'a> {
    pub(super) location: Location,
    /// The campaign; all that have runs if none is named.
    pub(super) chosen: Option<CampaignRecord>,
    pub(super) format: Format,
    pub(super) every: Option<Duration>,
    pub(super) ui: &'a Ui,
}

/// A look at everything that is watched.
pub(super) type Seen = Vec<(CampaignRecord, View)>;

impl Watch<'_> {
    /// Watches until no run is left, or somebody presses Ctrl-C.
    pub(super) fn run(self) -> Checked<Exit> {
        let draws = self.format == Format::Human && self.ui.redraws();
        let often = draws || self.format == Format::Json;
        let every = self.every.unwrap_or(if often { OFTEN } else { SELDOM });
        let (ask, asked) = mpsc::channel::<()>();
        let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
        let (location, chosen) = (self.location.clone(), self.chosen.clone());
        let look_on = move || look_on(&mut Lookout::new(location, chosen), &asked, &tell);
        std::thread::Builder::new()
            .name("watch".into())
            .spawn(look_on)
            .map_err(|error| no_thread(&error))?;
        let mut board = self.ui.board();
        runtime()?.block_on(async {
            let mut stop = Stop::listen().map_err(|error| no_thread(&error))?;
            loop {
                let _ = ask.send(());
                let seen = tokio::select! {
                    seen = told.recv() => seen.unwrap_or_else(|| Ok(Vec::new()))?,
                    () = stop.told() => return Ok(Exit::Interrupted),
                };
                match self.format {
                    Format::Json => board::json(self.ui, &seen)?,
                    _ if draws => board.draw(self.ui, &board::lines(&seen, clock::unix_now())),
                    _ => board::plain(self.ui, &seen)?,
                }
                if seen.iter().all(|(_, view)| view.live() == 0) {
                    self.ui.status("no run is at work");
                    return Ok(Exit::Done);
                }
                tokio::select! {
                    () = tokio::time::sleep(every) => {}
                    () = stop.told() => return Ok(Exit::Interrupted),
                }
            }
        })
    }
}

/// Looks whenever it is asked to, until nobody asks any more.
fn look_on(
    lookout: &mut Lookout,
    asked: &mpsc::Receiver<()>,
    tell: &UnboundedSender<Result<Seen, Finding>>,
) {
    while asked.recv().is_ok() {
        if tell.send(lookout.look()).is_err() {
            return;
        }
    }
}

/// What is watched, with what was seen before.
struct Lookout {
    location: Location,
    chosen: Option<CampaignRecord>,
    book: Option<Box<dyn Book>>,
    began: Stopwatch,
    fleets: Vec<(CampaignRecord, Fleet)>,
}

impl Lookout {
    fn new(location: Location, chosen: Option<CampaignRecord>) -> Self {
        Self { location, chosen, book: None, began: Stopwatch::start(), fleets: Vec::new() }
    }

    fn look(&mut self) -> Result<Seen, Finding> {
        // A file is opened anew each time: a reader that stays would keep the last run from
        // putting its file in order.
        if matches!(self.location, Location::Sqlite(_)) || self.book.is_none() {
            self.book = ledger::read(&self.location)?;
        }
        let Some(book) = &self.book else { return Ok(Vec::new()) };
        let (now, elapsed) = (clock::unix_now(), self.began.elapsed());
        let runners = book.runners(now)?;
        for campaign in watched(book.as_ref(), self.chosen.as_ref(), &runners)? {
            if !self.fleets.iter().any(|(known, _)| known.id == campaign.id) {
                self.fleets.push((campaign, Fleet::default()));
            }
        }
        let mut seen = Vec::new();
        for (campaign, fleet) in &mut self.fleets {
            let runners: Vec<_> =
                runners.iter().filter(|runner| runner.campaign == campaign.id).cloned().collect();
            if fleet.wants_count(elapsed, &runners) {
                fleet.count(elapsed, &runners, count(book.as_ref(), &campaign.id, now)?);
            }
            seen.push((campaign.clone(), fleet.view(now, elapsed, runners)));
        }
        if matches!(self.location, Location::Sqlite(_)) {
            self.book = None;
        }
        Ok(seen)
    }
}

/// The campaign that was named, or all that have a run at work.
fn watched(
    book: &dyn Book,
    chosen: Option<&CampaignRecord>,
    runners: &[ledger::Runner],
) -> Result<Vec<CampaignRecord>, Finding> {
    if let Some(chosen) = chosen {
        return Ok(vec![chosen.clone()]);
    }
    let has_run = |campaign: &CampaignRecord| {
        runners.iter().any(|runner| runner.is_alive && runner.campaign == campaign.id)
    };
    let mut campaigns = book.campaigns()?;
    campaigns.retain(has_run);
    Ok(campaigns)
}

fn count(book: &dyn Book, campaign: &str, now: i64) -> Result<Count, Finding> {
    let took = Stopwatch::start();
    let tallies = book.tallies(campaign)?;
    let left = book.left_to_go(campaign, now)?;
    Ok(Count { tallies, left, took: took.elapsed() })
}

fn no_thread(error: &std::io::Error) -> Finding {
    Finding::error(
        "runtime",
        format!("the watch cannot begin: {error}"),
        "end other programs, then try again",
    )
}
