//! The paces of a run: of all its mails, and of the domains that have one of their own. Each
//! is shared, through the ledger, with all other runs: who is told `20/s` on three machines
//! sends twenty mails a second, not sixty.

use std::cell::RefCell;
use std::convert::Infallible;
use std::rc::Rc;
use std::time::Duration;

use tokio::sync::Notify;

use super::crew::Crew;
use super::pace::Pacer;
use crate::clock;
use crate::rate::Rate;

/// How long a ledger in trouble is left alone.
const AGAIN: Duration = Duration::from_millis(200);

/// A pace that is kept together.
#[derive(Debug)]
pub struct Pace {
    /// Its name in the ledger: a domain, or nothing for all mails.
    name: String,
    pacer: RefCell<Pacer>,
    /// Whoever supplies it is woken by this.
    pub(super) looked: Rc<Notify>,
}

impl Pace {
    /// A pace of that name.
    pub(super) fn new(name: &str, rate: Rate, looked: &Rc<Notify>) -> Rc<Self> {
        let pacer = RefCell::new(Pacer::new(rate));
        Rc::new(Self { name: name.to_owned(), pacer, looked: Rc::clone(looked) })
    }

    /// Whether it is this domain's.
    pub(super) fn is_of(&self, domain: &str) -> bool {
        !domain.is_empty() && self.name == domain
    }

    /// Takes the next turn, as [`Pacer::take`].
    pub(super) fn take(&self, now: Duration) -> Option<Duration> {
        self.looked.notify_one();
        self.pacer.borrow_mut().take(now)
    }

    /// How long until a turn, as [`Pacer::wait`].
    pub(super) fn wait(&self, now: Duration) -> Duration {
        let wait = self.pacer.borrow_mut().wait(now);
        if wait == Duration::MAX {
            self.looked.notify_one();
        }
        wait
    }
}

/// Gets turns from the ledger for every pace that runs low, as long as the run lasts.
pub(super) async fn supply(crew: &Crew<'_>) -> Infallible {
    loop {
        let mut is_idle = true;
        for pace in &crew.paces {
            let asks = pace.pacer.borrow_mut().asks();
            let Some(count) = asks else { continue };
            is_idle = false;
            let (name, interval) = (pace.name.clone(), pace.pacer.borrow().interval());
            let turns = crew
                .tools()
                .ledger
                .ask(move |ledger| ledger.turns(&name, interval, count, clock::since_1970()));
            if let Ok(wait) = turns.await {
                pace.pacer.borrow_mut().give(crew.now() + wait, count);
            } else {
                // What is wrong is told by the next claim.
                pace.pacer.borrow_mut().give(Duration::ZERO, 0);
                tokio::time::sleep(AGAIN).await;
            }
            crew.wake.notify_waiters();
        }
        if is_idle {
            crew.turns_looked_at.notified().await;
        }
    }
}
