//! A mailing: a crew works its way through the list and through those who
//! were put off, at the end as long as it is worth waiting. Everything that
//! the next `send` needs stands in the ledger.

use std::convert::Infallible;
use std::sync::Arc;
use std::thread::Scope;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::chooser::Chooser;
use super::crew::{Crew, Tools};
use super::feed::Feed;
use super::later::Later;
use super::paces::supply;
use super::press::{self, Plates, Spare};
use super::rehearsal::Job;
use super::share::Share;
use super::tally::{Ended, Witness};
use crate::clock::{self, Stopwatch};
use crate::finding::{Checked, Finding};
use crate::ledger::Ledger;
use crate::message::Frame;

/// How often a run says that it is alive, and how far it is; its lease is much longer.
const HEARTBEAT: Duration = Duration::from_secs(5);

/// How often the witness hears how far a run has come.
const MOMENT: Duration = Duration::from_millis(200);

/// Sends a letter to everybody on the list who has not had it.
pub fn send(
    job: &Job<'_>,
    frame: &Frame,
    tools: Tools,
    witness: &mut dyn Witness,
) -> Checked<Ended> {
    let runtime = runtime()?;
    let crew = Crew::new(tools, witness);
    // The feed's thread ends when nobody takes its messages any more: what
    // takes them is dropped inside of the scope.
    let ended = std::thread::scope(|scope| {
        let mailing = Mailing { job, frame, crew: &crew, scope };
        runtime.block_on(mailing.run())
    });
    let mut stopped = ended.err().unwrap_or_default();
    stopped.extend(crew.take_trouble());
    let held = crew.held_at_the_end(stopped.is_empty());
    if !held.is_empty() {
        match crew.tell_held(held).wait() {
            Ok(fates) => crew.count_held(&fates),
            // What stopped the run stands in the way of this too, and is said once.
            Err(finding) if stopped.iter().all(|said| said.code != finding.code) => {
                stopped.push(finding);
            }
            Err(_) => {}
        }
    }
    let interrupted = crew.is_stopping() && stopped.is_empty();
    Ok(Ended { tally: crew.tally(), stopped, interrupted, took: crew.now() })
}

/// What runs connections: one thread is enough for more mail than a server takes.
pub fn runtime() -> Checked<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| {
        Finding::error(
            "runtime",
            format!("the program cannot start its input and output: {error}"),
            "end other programs, then try again",
        )
        .into()
    })
}

/// A mailing under way.
struct Mailing<'scope, 'env, 'a> {
    job: &'env Job<'a>,
    frame: &'env Frame,
    crew: &'env Crew<'a>,
    scope: &'scope Scope<'scope, 'env>,
}

impl Mailing<'_, '_, '_> {
    async fn run(self) -> Checked<()> {
        let mut interrupt = Interrupt::listen()?;
        tokio::select! {
            done = self.walks() => done,
            never = interrupt.pass_on(self.crew) => match never {},
            never = self.beat() => match never {},
            never = supply(self.crew) => match never {},
            never = self.tell() => match never {},
        }
    }

    /// The whole list, with those who were put off; and then again, if there
    /// were more of them than could be kept.
    async fn walks(&self) -> Checked<()> {
        let mut had_room = self.walk(false).await;
        let tools = self.crew.tools();
        let waited = Stopwatch::start();
        while !had_room && !self.crew.is_stopping() && self.crew.tally().deferred > 0 {
            let campaign = self.job.mailing.campaign.to_owned();
            let now = clock::unix_now();
            let waiting = tools.ledger.ask(move |book| book.waiting(&campaign, now)).await?;
            let wait = match waiting.next {
                _ if waiting.due > 0 => Duration::ZERO,
                Some(next) => Duration::from_secs(u64::try_from(next - now).unwrap_or(0)),
                None => break,
            };
            if waited.elapsed() + wait > tools.speed.retry_wait {
                break;
            }
            self.crew.rest(wait).await;
            let before = self.crew.tally();
            had_room = self.walk(true).await;
            // Whose time has come may not be on this list any more.
            if self.crew.tally() == before {
                break;
            }
        }
        Ok(())
    }

    /// Whether there was room for everybody who was put off.
    async fn walk(&self, again: bool) -> bool {
        let tools = self.crew.tools();
        let connections = tools.speed.connections;
        let later = Later::new(tools.waits);
        let spare = Spare::default();
        let plates = Plates {
            job: self.job,
            frame: self.frame,
            return_path: &tools.return_path,
            spare: spare.clone(),
        };
        let (press, source) = press::start(self.scope, &plates);
        let feed = Feed {
            job: self.job,
            later: Arc::clone(&later),
            retry_wait: tools.speed.retry_wait,
            again,
            share: Share::new(tools, self.job.mailing.campaign),
            press,
            batch: Vec::new(),
        };
        press::spawn(self.scope, "list", move || feed.fill());
        let chooser = Chooser::new(
            source,
            (&tools.speed.domains, &self.crew.paces),
            Arc::clone(&later),
            spare,
        );
        let mut hands: FuturesUnordered<_> =
            (0..connections).map(|_| self.crew.work(&chooser)).collect();
        while hands.next().await.is_some() {}
        later.close();
        later.has_everybody()
    }

    /// Says again and again that this run is alive, and how long it waited.
    async fn beat(&self) -> Infallible {
        let tools = self.crew.tools();
        let run = tools.run;
        loop {
            tokio::time::sleep(HEARTBEAT).await;
            let stages = tools.smtp.waits().so_far();
            let beat = move |book: &mut dyn Ledger| {
                book.heartbeat(run, clock::unix_now())?;
                book.keep_stages(run, &stages)
            };
            // A ledger in trouble is noticed by the next claim.
            let _ = tools.ledger.ask(beat).await;
        }
    }

    /// Tells again and again how far it has come.
    async fn tell(&self) -> Infallible {
        loop {
            tokio::time::sleep(MOMENT).await;
            self.crew.tell();
        }
    }
}

/// Ctrl-C and SIGTERM.
struct Interrupt {
    interrupt: Signal,
    terminate: Signal,
}

impl Interrupt {
    fn listen() -> Checked<Self> {
        let listen = |kind| {
            signal(kind).map_err(|error| {
                Finding::error("signals", format!("cannot listen for Ctrl-C: {error}"), "try again")
            })
        };
        Ok(Self {
            interrupt: listen(SignalKind::interrupt())?,
            terminate: listen(SignalKind::terminate())?,
        })
    }

    /// The first signal lets the crew finish what is in flight; the next one
    /// does not.
    async fn pass_on(&mut self, crew: &Crew<'_>) -> Infallible {
        self.one().await;
        crew.stop_by_hand();
        loop {
            self.one().await;
            crew.drop_all();
        }
    }

    async fn one(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
