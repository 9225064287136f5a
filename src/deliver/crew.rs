//! The crew: what all connections of a run share. The pace, the throttle, the
//! counts, and the word to stop.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::sleep;

use super::blame::Blame;
use super::chooser::{Chooser, DomainLimit};
use super::claims::Held;
use super::hand::Hand;
use super::paces::Pace;
use super::return_path::ReturnPath;
use super::smtp::Smtp;
use super::streak::Streak;
use super::tally::{Moment, Tally, Witness};
use super::throttle::Throttle;
use crate::clock::{self, Stopwatch};
use crate::finding::Finding;
use crate::ledger::{Bounce, Fate, LedgerHandle, Pending, RunId, SoftLimit};
use crate::rate::Rate;

/// How fast and with how many a run works.
#[derive(Clone, Debug)]
pub struct Speed {
    /// Connections at the same time.
    pub connections: usize,
    /// Mails in a time, over all connections.
    pub rate: Option<Rate>,
    /// Mails over one connection before it is renewed.
    pub messages_per_connection: Option<u32>,
    /// What some domains may take.
    pub domains: Vec<(String, DomainLimit)>,
    /// How long a run waits at its end for deferred mails.
    pub retry_wait: Duration,
}

impl Default for Speed {
    fn default() -> Self {
        Self {
            connections: 4,
            rate: None,
            messages_per_connection: Some(100),
            domains: Vec::new(),
            retry_wait: Duration::from_mins(1),
        }
    }
}

/// What a crew works with.
pub struct Tools {
    /// The server.
    pub smtp: Smtp,
    /// The ledger's thread.
    pub ledger: LedgerHandle,
    /// This run in it.
    pub run: RunId,
    /// The campaign's id.
    pub campaign: String,
    /// How many soft bounces are enough to suppress an address.
    pub soft: SoftLimit,
    /// Where bounces go.
    pub return_path: ReturnPath,
    /// Whether those that failed in an earlier run are tried again.
    pub retry_failed: bool,
    /// How fast.
    pub speed: Speed,
    /// No more mails than this: the number that was confirmed.
    pub limit: u64,
    /// Whether those who are put off come back in this run.
    pub waits: bool,
}

/// What all connections of a run share.
pub struct Crew<'a> {
    pub(super) tools: Tools,
    clock: Stopwatch,
    /// The pace of all mails, if there is one.
    pub(super) pace: Option<Rc<Pace>>,
    /// All paces, those of domains too.
    pub(super) paces: Vec<Rc<Pace>>,
    /// Somebody took a turn or waits for one: there may be too few of them.
    pub(super) turns_looked_at: Rc<Notify>,
    pub(super) throttle: RefCell<Throttle>,
    tally: Cell<Tally>,
    /// How many recipients were claimed to be mailed; who comes back was
    /// counted before.
    pub(super) taken: Cell<u64>,
    /// How many claims have no answer yet.
    pub(super) asked: Cell<u64>,
    /// Hands that may work, connections that are open, and those that say goodbye.
    places: Cell<usize>,
    lines: Cell<usize>,
    goodbyes: Cell<usize>,
    /// Claimed, and left by a hand that may not go on: the others take it.
    left: RefCell<Vec<Held>>,
    /// Connections that failed one after the other.
    pub(super) losses: Cell<u32>,
    pub(super) has_greeted: Cell<bool>,
    pub(super) streak: RefCell<Streak>,
    pub(super) blame: RefCell<Blame>,
    is_stopping: Cell<bool>,
    is_dropping: Cell<bool>,
    trouble: RefCell<Vec<Finding>>,
    pub(super) wake: Notify,
    pub(super) witness: RefCell<&'a mut dyn Witness>,
}

impl<'a> Crew<'a> {
    /// A crew, not yet at work. The witness hears of every mail.
    pub fn new(tools: Tools, witness: &'a mut dyn Witness) -> Self {
        let turns_looked_at = Rc::new(Notify::new());
        let pace = tools.speed.rate.map(|rate| Pace::new("", rate, &turns_looked_at));
        let domains = tools.speed.domains.iter().filter_map(|(name, limit)| {
            let name = name.to_ascii_lowercase();
            limit.rate.map(|rate| Pace::new(&name, rate, &turns_looked_at))
        });
        let paces: Vec<_> = pace.iter().cloned().chain(domains).collect();
        Self {
            clock: Stopwatch::start(),
            pace,
            paces,
            turns_looked_at,
            throttle: RefCell::new(Throttle::new(tools.speed.connections)),
            tally: Cell::default(),
            taken: Cell::default(),
            asked: Cell::default(),
            places: Cell::default(),
            lines: Cell::default(),
            goodbyes: Cell::default(),
            left: RefCell::default(),
            losses: Cell::default(),
            has_greeted: Cell::default(),
            streak: RefCell::default(),
            blame: RefCell::default(),
            is_stopping: Cell::default(),
            is_dropping: Cell::default(),
            trouble: RefCell::default(),
            wake: Notify::new(),
            witness: RefCell::new(witness),
            tools,
        }
    }

    /// What it works with.
    pub fn tools(&self) -> &Tools {
        &self.tools
    }

    /// Waits, unless it is told to stop.
    pub async fn rest(&self, time: Duration) {
        let until = self.now() + time;
        while let Some(left) = until.checked_sub(self.now()).filter(|left| !left.is_zero()) {
            if self.is_stopping() {
                return;
            }
            self.pause(left).await;
        }
    }

    /// Finishes what is in flight and begins nothing more.
    pub fn stop(&self) {
        self.is_stopping.set(true);
        self.wake.notify_waiters();
    }

    /// Whether it was told to stop, or had to.
    pub fn is_stopping(&self) -> bool {
        self.is_stopping.get()
    }

    /// Whether as many recipients were taken as may be.
    pub fn is_full(&self) -> bool {
        self.taken.get() >= self.tools.limit
    }

    /// Whether there will be if all claims that wait for an answer get it:
    /// ten connections must not claim ten too many.
    pub fn may_be_full(&self) -> bool {
        self.taken.get() + self.asked.get() >= self.tools.limit
    }

    /// Whether a connection's next mail may leave without a pause.
    pub(super) fn goes_on_at_once(&self) -> bool {
        !self.is_stopping()
            && self.pace.is_none()
            && self.throttle.borrow().pause(self.now()).is_none()
            && !self.is_crowded()
    }

    /// What was done so far.
    pub fn tally(&self) -> Tally {
        self.tally.get()
    }

    /// Tells the witness how far it has come.
    pub(super) fn tell(&self) {
        let (tally, elapsed) = (self.tally(), self.now());
        let pause = self.throttle.borrow().pause(elapsed).unwrap_or_default();
        self.witness.borrow_mut().moment(&Moment { tally, elapsed, pause });
    }

    /// The user has asked to stop.
    pub fn stop_by_hand(&self) {
        self.witness.borrow_mut().stopping();
        self.stop();
    }

    /// Does not even finish what is in flight.
    pub fn drop_all(&self) {
        self.is_dropping.set(true);
        self.stop();
    }

    pub(super) async fn dropped(&self) {
        while !self.is_dropping.get() {
            self.wake.notified().await;
        }
    }

    /// Waits until it is told to stop.
    pub(super) async fn stopped(&self) {
        while !self.is_stopping() {
            self.wake.notified().await;
        }
    }

    /// Why it stopped, if it had to.
    pub fn take_trouble(&self) -> Vec<Finding> {
        std::mem::take(&mut *self.trouble.borrow_mut())
    }

    /// One connection works until there is nothing more to do.
    pub async fn work(&self, chooser: &Chooser) {
        Hand::new(self, chooser).work().await;
    }

    /// A place for one more hand, if there is one. A hand without a place has
    /// neither a connection nor a mail, so that nothing waits for it.
    pub(super) fn place(&self) -> Option<Counted<'_, 'a>> {
        let taken = self.places.get().max(self.lines.get() + self.goodbyes.get());
        let has_room = taken < self.throttle.borrow().allowed();
        has_room.then(|| Counted::new(self, &self.places))
    }

    /// How many hands have a place.
    pub(super) fn places(&self) -> usize {
        self.places.get()
    }

    /// One more connection is open.
    pub(super) fn line(&self) -> Counted<'_, 'a> {
        Counted::new(self, &self.lines)
    }

    /// One more connection is about to end. The server still counts it; we do not.
    pub(super) fn goodbye(&self) -> Counted<'_, 'a> {
        Counted::new(self, &self.goodbyes)
    }

    /// How many connections are open.
    pub(super) fn lines(&self) -> usize {
        self.lines.get()
    }

    /// Whether more connections are open than may be.
    pub(super) fn is_crowded(&self) -> bool {
        self.lines.get() > self.throttle.borrow().allowed()
    }

    /// Leaves a claimed mail to whoever may go on.
    pub(super) fn leave(&self, held: Held) {
        self.left.borrow_mut().push(held);
        self.wake.notify_waiters();
    }

    /// Takes a mail that was left.
    pub(super) fn take_left(&self) -> Option<Held> {
        self.left.borrow_mut().pop()
    }

    /// Tells the ledger of refusals that are held against readers.
    pub(super) fn tell_held(&self, held: Vec<Bounce>) -> Pending<Vec<Fate>> {
        let soft = self.tools.soft;
        self.tools.ledger.ask(move |book| book.bounced(&held, soft, clock::unix_now()))
    }

    /// What is held against readers when the run is over.
    pub(super) fn held_at_the_end(&self, is_well: bool) -> Vec<Bounce> {
        self.blame.borrow_mut().at_the_end(is_well)
    }

    /// Counts whom they suppressed.
    pub(super) fn count_held(&self, fates: &[Fate]) {
        let suppressed = fates.iter().filter(|fate| **fate == Fate::Suppressed).count();
        self.count(|tally| tally.gone += suppressed as u64);
    }

    pub(super) fn fail(&self, findings: Vec<Finding>) {
        let mut trouble = self.trouble.borrow_mut();
        // Ten connections meet the same trouble; once is enough to say it.
        if trouble.is_empty() {
            *trouble = findings;
        }
        drop(trouble);
        self.stop();
    }

    pub(super) fn now(&self) -> Duration {
        self.clock.elapsed()
    }

    /// Waits, but not longer than until something happens.
    pub(super) async fn pause(&self, time: Duration) {
        let time = time.min(Duration::from_hours(1));
        tokio::select! {
            () = sleep(time) => {}
            () = self.wake.notified() => {}
        }
    }

    pub(super) fn count(&self, change: impl FnOnce(&mut Tally)) {
        let mut tally = self.tally.get();
        change(&mut tally);
        self.tally.set(tally);
    }
}

/// One more of something, for as long as it lives.
pub(super) struct Counted<'h, 'a> {
    crew: &'h Crew<'a>,
    count: &'h Cell<usize>,
}

impl<'h, 'a> Counted<'h, 'a> {
    fn new(crew: &'h Crew<'a>, count: &'h Cell<usize>) -> Self {
        count.set(count.get() + 1);
        Self { crew, count }
    }
}

impl Drop for Counted<'_, '_> {
    fn drop(&mut self) {
        self.count.set(self.count.get() - 1);
        self.crew.wake.notify_waiters();
    }
}
