//! The feed: on a thread of its own, row after row becomes a message and
//! waits, a few ahead, for a connection. A domain that has its own pace does not hold up
//! the others: its messages are set aside, up to a bound.

use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use tokio::sync::mpsc;

use super::pace::Pacer;
use super::rehearsal::{Job, Merged, Walk, write};
use crate::address::Address;
use crate::finding::Finding;
use crate::message::Frame;
use crate::rate::Rate;

/// How many messages may be set aside for slow domains; the list is not read
/// further while there are so many.
const ASIDE: usize = 256;

/// A row on its way to a connection.
#[derive(Debug)]
pub enum Fed {
    /// A message, ready for the wire.
    Message(Ready),
    /// A row that lacks something, and is left out.
    Incomplete(Address),
    /// The list cannot be read on.
    Broken(Vec<Finding>),
}

/// A message for one recipient.
#[derive(Debug)]
pub struct Ready {
    /// The recipient.
    pub address: Address,
    /// MIME, with CRLF line ends.
    pub bytes: Vec<u8>,
}

/// Walks the list and hands messages over, until it ends or nobody takes them.
pub fn fill(job: &Job<'_>, frame: &Frame, out: &mpsc::Sender<Fed>) {
    if let Err(findings) = walk(job, frame, out) {
        let _ = out.blocking_send(Fed::Broken(findings));
    }
}

fn walk(job: &Job<'_>, frame: &Frame, out: &mpsc::Sender<Fed>) -> Result<(), Vec<Finding>> {
    let mut walk = Walk::new(job)?;
    while let Some(merged) = walk.next_merged(&mut |_| {})? {
        let fed = match merged {
            Merged::Incomplete(subscriber, _) => Fed::Incomplete(subscriber.mailbox.address),
            Merged::Mail(subscriber, mail) => {
                let mut bytes = Vec::new();
                write(frame, job.leave, &mail, &mut bytes);
                walk.recycle(mail);
                Fed::Message(Ready { address: subscriber.mailbox.address, bytes })
            }
        };
        if out.blocking_send(fed).is_err() {
            break;
        }
    }
    Ok(())
}

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
    source: tokio::sync::Mutex<mpsc::Receiver<Fed>>,
    waiting: RefCell<Waiting>,
}

struct Waiting {
    aside: VecDeque<Fed>,
    domains: HashMap<String, Domain>,
    is_over: bool,
}

struct Domain {
    limit: DomainLimit,
    pacer: Option<Pacer>,
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
    pub fn new(source: mpsc::Receiver<Fed>, limits: &[(String, DomainLimit)]) -> Self {
        let domains = limits.iter().map(|(name, limit)| {
            let pacer = limit.rate.map(Pacer::new);
            (name.to_ascii_lowercase(), Domain { limit: limit.clone(), pacer, busy: 0 })
        });
        let waiting =
            Waiting { aside: VecDeque::new(), domains: domains.collect(), is_over: false };
        Self { source: tokio::sync::Mutex::new(source), waiting: RefCell::new(waiting) }
    }

    /// Chooses without waiting. What is taken counts as busy until it is
    /// [`done`](Self::done).
    pub fn choose(&self, now: Duration) -> Choice {
        let mut waiting = self.waiting.borrow_mut();
        let mut soonest = Duration::MAX;
        let mut at = 0;
        loop {
            if at == waiting.aside.len() && !self.refill(&mut waiting) {
                break;
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
        match (waiting.aside.is_empty(), waiting.is_over) {
            (true, true) => Choice::Over,
            (true, false) => Choice::Empty,
            (false, _) => Choice::Wait(soonest),
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
            let fed = source.recv().await;
            let mut waiting = self.waiting.borrow_mut();
            match fed {
                Some(fed) => waiting.aside.push_back(fed),
                None => waiting.is_over = true,
            }
        }
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

    /// Takes one more from the feed, if one is there and there is room.
    fn refill(&self, waiting: &mut Waiting) -> bool {
        if waiting.is_over || waiting.aside.len() >= ASIDE {
            return false;
        }
        let Ok(mut source) = self.source.try_lock() else { return false };
        match source.try_recv() {
            Ok(fed) => {
                waiting.aside.push_back(fed);
                return true;
            }
            Err(mpsc::error::TryRecvError::Disconnected) => waiting.is_over = true,
            Err(mpsc::error::TryRecvError::Empty) => {}
        }
        false
    }
}

impl Waiting {
    /// How long what stands at a place has to wait; not at all where nothing
    /// is said. Without an end, it is until one of its domain's mails is done.
    fn wait(&self, at: usize, now: Duration) -> Option<Duration> {
        let Fed::Message(ready) = &self.aside[at] else { return None };
        let domain = self.domains.get(ready.address.domain())?;
        if domain.limit.connections.is_some_and(|most| domain.busy >= most) {
            return Some(Duration::MAX);
        }
        domain.pacer.as_ref().map(|pacer| pacer.wait(now)).filter(|wait| !wait.is_zero())
    }

    fn begin(&mut self, fed: &Fed, now: Duration) {
        let Fed::Message(ready) = fed else { return };
        if let Some(domain) = self.domains.get_mut(ready.address.domain()) {
            domain.busy += 1;
            if let Some(pacer) = &mut domain.pacer {
                pacer.take(now);
            }
        }
    }
}
