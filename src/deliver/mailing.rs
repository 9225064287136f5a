//! A mailing: a crew works its way through the list, and at the end through
//! what was deferred, as long as it is worth waiting. Everything that the
//! next `send` needs stands in the ledger.

use std::rc::Rc;
use std::thread::Scope;
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;
use tokio::task::LocalSet;

use super::crew::{Crew, Tally, Tools};
use super::feed::{self, Chooser};
use super::rehearsal::Job;
use crate::clock::{self, Stopwatch};
use crate::finding::{Checked, Finding};
use crate::message::Frame;

/// How often a run says that it is alive, in seconds; its lease is much longer.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// How a mailing ended.
#[derive(Debug)]
pub struct Ended {
    /// What this run did.
    pub tally: Tally,
    /// Why it ended before its time, if it had to.
    pub trouble: Vec<Finding>,
    /// Whether the user stopped it.
    pub interrupted: bool,
}

/// Sends a letter to everybody on the list who has not had it.
pub fn send(
    job: &Job<'_>,
    frame: &Frame,
    tools: Tools,
    on_mail: Box<dyn Fn(&Tally)>,
) -> Checked<Ended> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| {
            Finding::error(
                "runtime",
                format!("the program cannot start its input and output: {error}"),
                "end other programs, then try again",
            )
        })?;
    let crew = Rc::new(Crew::new(tools, on_mail));
    // The feed's thread borrows the job, and ends when nobody takes its
    // messages any more: so what takes them is dropped inside of the scope.
    std::thread::scope(|scope| {
        let mailing = Mailing { job, frame, crew: Rc::clone(&crew), scope };
        let local = LocalSet::new();
        local.block_on(&runtime, mailing.run())
    })
}

/// A mailing under way.
struct Mailing<'scope, 'env, 'a> {
    job: &'env Job<'a>,
    frame: &'env Frame,
    crew: Rc<Crew>,
    scope: &'scope Scope<'scope, 'env>,
}

impl Mailing<'_, '_, '_> {
    async fn run(self) -> Checked<Ended> {
        let mut interrupt = Interrupt::listen()?;
        let heart = tokio::task::spawn_local(beat(Rc::clone(&self.crew)));
        let is_dropped = tokio::select! {
            done = self.passes() => {
                done?;
                false
            }
            // Claims that are open now will be in doubt.
            () = interrupt.stop(&self.crew) => true,
        };
        heart.abort();
        let trouble = self.crew.take_trouble();
        let interrupted = is_dropped || (self.crew.is_stopping() && trouble.is_empty());
        Ok(Ended { tally: self.crew.tally.get(), trouble, interrupted })
    }

    /// The whole list, and then again for those whose time has come.
    async fn passes(&self) -> Checked<()> {
        self.pass().await;
        let tools = self.crew.tools();
        let waited = Stopwatch::start();
        // A canary (`--limit`) does not wait: somebody wants to look at it.
        while tools.limit.is_none() && !self.crew.is_stopping() {
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
            self.pass().await;
        }
        Ok(())
    }

    /// One walk through the list.
    async fn pass(&self) {
        let connections = self.crew.tools().speed.connections;
        let (out, source) = mpsc::channel(connections * 2 + 2);
        let (job, frame) = (self.job, self.frame);
        self.scope.spawn(move || feed::fill(job, frame, &out));
        let chooser = Rc::new(Chooser::new(source, &self.crew.tools().speed.domains));
        let hands: Vec<_> = (0..connections)
            .map(|number| {
                let work = Rc::clone(&self.crew).work(number, Rc::clone(&chooser));
                tokio::task::spawn_local(work)
            })
            .collect();
        for hand in hands {
            // A connection's task ends by itself; it has no way to fail but ours.
            let _ = hand.await;
        }
    }
}

async fn beat(crew: Rc<Crew>) {
    let run = crew.tools().run;
    loop {
        tokio::time::sleep(HEARTBEAT).await;
        // A ledger in trouble is noticed by the next claim.
        let _ = crew.tools().ledger.ask(move |book| book.heartbeat(run, clock::unix_now())).await;
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

    /// Tells the crew to stop at the first signal; returns at the second.
    async fn stop(&mut self, crew: &Crew) {
        self.one().await;
        crew.stop();
        self.one().await;
    }

    async fn one(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
