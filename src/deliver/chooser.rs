//! The chooser: which of the messages that the feed brings is next, so that no
//! domain gets more than its share. A domain that has its own pace does not
//! hold up the others: its messages are set aside, up to a bound.

use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::error::TryRecvError;

use super::feed::Fed;
use super::later::Later;
use super::paces::Pace;
use super::press::{Outlet, Spare};
use super::smtp::Body;
use crate::address::Address;
use crate::list::Subscriber;
use crate::rate::Rate;

/// How many messages may be set aside for slow domains; the list is not read
/// further while there are so many.
const ASIDE: usize = 256;

/// What a domain may take at a time: `[delivery.domains."yahoo.com"]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DomainLimit {
    /// How many connections may mail it at the same time.
    pub connections: Option<usize>,
    /// How fast.
    pub rate: Option<Rate>,
}

/// Chooses the next message, so that no domain gets more than its share.
pub struct Chooser {
    /// Behind a lock of its own: one connection waits here, the others for it.
    source: tokio::sync::Mutex<Outlet>,
    waiting: RefCell<Waiting>,
    later: Arc<Later>,
    spare: Spare,
}

struct Waiting {
    aside: VecDeque<Fed>,
    domains: HashMap<String, Domain>,
    is_over: bool,
}

struct Domain {
    limit: DomainLimit,
    pace: Option<Rc<Pace>>,
    busy: usize,
}

/// What there is to do next.
#[derive(Debug)]
pub enum Choice {
    /// This.
    Take(Fed),
    /// Nothing for so long, or until a mail is done.
    Wait(Duration),
    /// Nothing at present; more may come.
    Empty,
    /// Nothing any more.
    Over,
}

impl Chooser {
    /// Chooses from a feed.
    pub fn new(
        source: Outlet,
        (limits, paces): (&[(String, DomainLimit)], &[Rc<Pace>]),
        later: Arc<Later>,
        spare: Spare,
    ) -> Self {
        let domains = limits.iter().map(|(name, limit)| {
            let name = name.to_ascii_lowercase();
            let pace = paces.iter().find(|pace| pace.is_of(&name)).cloned();
            (name, Domain { limit: limit.clone(), pace, busy: 0 })
        });
        let waiting =
            Waiting { aside: VecDeque::new(), domains: domains.collect(), is_over: false };
        Self {
            source: tokio::sync::Mutex::new(source),
            waiting: RefCell::new(waiting),
            later,
            spare,
        }
    }

    /// From here on only those are chosen who come back: enough were mailed.
    pub fn only_again(&self) {
        if !self.later.is_list_ended() {
            self.later.end_list();
            self.waiting.borrow_mut().aside.retain(|fed| !fed.is_first());
        }
    }

    /// Somebody was put off until then, and may come back in this run.
    pub fn put_off(&self, subscriber: Subscriber, until: i64) {
        self.later.put_off(subscriber, until);
    }

    /// A message has come to its end: its memory is used again.
    pub fn recycle(&self, body: Body) {
        self.spare.put(body);
    }

    /// Chooses without waiting. What is taken counts as busy until it is
    /// [`done`](Self::done).
    pub fn choose(&self, now: Duration) -> Choice {
        let mut waiting = self.waiting.borrow_mut();
        let mut soonest = Duration::MAX;
        let mut at = 0;
        loop {
            while at == waiting.aside.len() {
                if !self.refill(&mut waiting) {
                    return waiting.nothing(soonest);
                }
            }
            match waiting.wait(at, now) {
                None => {
                    if let Some(fed) = waiting.aside.remove(at) {
                        waiting.begin(&fed, now);
                        return Choice::Take(fed);
                    }
                }
                Some(wait) => soonest = soonest.min(wait),
            }
            at += 1;
        }
    }

    /// Waits until the feed brings something more, or is over.
    pub async fn more(&self) {
        let before = self.waiting.borrow().aside.len();
        let mut source = self.source.lock().await;
        // Another connection may have waited for the same, and found it.
        let is_same = {
            let waiting = self.waiting.borrow();
            waiting.aside.len() == before && !waiting.is_over
        };
        if is_same {
            let batch = source.batch().await;
            let mut waiting = self.waiting.borrow_mut();
            match batch {
                Some(batch) => self.set_aside(&mut waiting, batch),
                None => waiting.is_over = true,
            }
        }
    }

    /// Whether there is nothing any more.
    pub fn is_over(&self) -> bool {
        let waiting = self.waiting.borrow();
        waiting.is_over && waiting.aside.is_empty()
    }

    /// Whether the feed may bring something that need not wait.
    pub fn can_grow(&self) -> bool {
        let waiting = self.waiting.borrow();
        !waiting.is_over && waiting.aside.len() < ASIDE
    }

    /// A mail to this address is done.
    pub fn done(&self, address: &Address) {
        if let Some(domain) = self.waiting.borrow_mut().domains.get_mut(address.domain()) {
            domain.busy = domain.busy.saturating_sub(1);
        }
    }

    /// Takes some more from the feed, if they are there and there is room.
    fn refill(&self, waiting: &mut Waiting) -> bool {
        if waiting.is_over || waiting.aside.len() >= ASIDE {
            return false;
        }
        let Ok(mut source) = self.source.try_lock() else { return false };
        match source.try_batch() {
            Ok(batch) => {
                self.set_aside(waiting, batch);
                return true;
            }
            Err(TryRecvError::Disconnected) => waiting.is_over = true,
            Err(TryRecvError::Empty) => {}
        }
        false
    }

    fn set_aside(&self, waiting: &mut Waiting, batch: Vec<Fed>) {
        let only_again = self.later.is_list_ended();
        waiting.aside.extend(batch.into_iter().filter(|fed| !(only_again && fed.is_first())));
    }
}

impl Waiting {
    /// Why nothing can be chosen now.
    fn nothing(&self, soonest: Duration) -> Choice {
        match (self.aside.is_empty(), self.is_over) {
            (true, true) => Choice::Over,
            (true, false) => Choice::Empty,
            (false, _) => Choice::Wait(soonest),
        }
    }

    /// How long what stands at a place has to wait; not at all where nothing
    /// is said. Without an end, it is until one of its domain's mails is done.
    fn wait(&self, at: usize, now: Duration) -> Option<Duration> {
        let Fed::Message(ready) = &self.aside[at] else { return None };
        let domain = self.domains.get(ready.address().domain())?;
        if domain.limit.connections.is_some_and(|most| domain.busy >= most) {
            return Some(Duration::MAX);
        }
        domain.pace.as_ref().map(|pace| pace.wait(now)).filter(|wait| !wait.is_zero())
    }

    fn begin(&mut self, fed: &Fed, now: Duration) {
        let Fed::Message(ready) = fed else { return };
        if let Some(domain) = self.domains.get_mut(ready.address().domain()) {
            domain.busy += 1;
            if let Some(pace) = &domain.pace {
                pace.take(now);
            }
        }
    }
}
