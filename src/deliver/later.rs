//! Later: those whom the server put off, until their time has come. They are
//! tried again while others go on, and at the end of the list as long as it
//! is worth waiting for them. What is kept is bounded; those for whom there
//! was no room are found by another walk of the list.
//!
//! It stands between two threads: connections put people in, the feed takes
//! them out and merges their mail anew.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::clock;
use crate::list::Subscriber;

/// How many bytes of rows are kept: some tens of thousands of people.
const ROOM: usize = 8 << 20;

/// Those who come back in the same run.
#[derive(Debug)]
pub struct Later {
    room: usize,
    state: Mutex<State>,
    changed: Condvar,
    /// Whether nobody else is to be mailed.
    only_again: AtomicBool,
}

#[derive(Debug, Default)]
struct State {
    /// By the moment at which they may be tried again, in unix seconds.
    waiting: BTreeMap<(i64, u64), Subscriber>,
    /// Makes keys unique, and keeps the order of coming.
    counter: u64,
    taken: usize,
    /// Messages that were handed over and have not come to their end: each
    /// of them may come back.
    abroad: usize,
    is_overfull: bool,
    is_closed: bool,
}

/// What there is to do, once the list has come to its end.
#[derive(Debug, PartialEq, Eq)]
pub enum Next {
    /// This one's time has come.
    Again(Subscriber),
    /// Nobody comes back any more, or not in time.
    Over,
}

impl Later {
    /// Room for those who come back; none where nobody shall.
    pub fn new(keeps: bool) -> Arc<Self> {
        let room = if keeps { ROOM } else { 0 };
        Arc::new(Self {
            room,
            state: Mutex::default(),
            changed: Condvar::new(),
            only_again: AtomicBool::default(),
        })
    }

    /// The rest of the list is not needed: as many were mailed as may be.
    pub fn end_list(&self) {
        self.only_again.store(true, Ordering::Relaxed);
    }

    /// Whether the rest of the list is not needed.
    pub fn is_list_ended(&self) -> bool {
        self.only_again.load(Ordering::Relaxed)
    }

    /// Somebody was put off until then.
    pub fn put_off(&self, subscriber: Subscriber, until: i64) {
        let mut state = self.state();
        let size = size(&subscriber);
        if state.taken + size > self.room {
            state.is_overfull = true;
            return;
        }
        state.taken += size;
        state.counter += 1;
        let key = (until, state.counter);
        state.waiting.insert(key, subscriber);
        self.changed.notify_all();
    }

    /// Somebody whose time has come.
    pub fn due(&self) -> Option<Subscriber> {
        self.state().due(clock::unix_now())
    }

    /// Waits for the next one whose time comes no later than `deadline`, in
    /// unix seconds.
    pub fn next_until(&self, deadline: i64) -> Next {
        let mut state = self.state();
        loop {
            let now = clock::unix_now();
            if state.is_closed {
                return Next::Over;
            }
            if let Some(subscriber) = state.due(now) {
                return Next::Again(subscriber);
            }
            let soonest = state.waiting.keys().next().map(|(until, _)| *until);
            let worth_it = soonest.filter(|until| *until <= deadline);
            if worth_it.is_none() && state.abroad == 0 {
                return Next::Over;
            }
            let wait = worth_it.map_or(i64::from(u16::MAX), |until| until - now);
            let wait = Duration::from_secs(wait.unsigned_abs());
            let woken = self.changed.wait_timeout(state, wait);
            state = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// A message goes to a connection. It is abroad as long as the ticket lives.
    pub fn ticket(self: &Arc<Self>) -> Ticket {
        self.state().abroad += 1;
        Ticket(Arc::clone(self))
    }

    /// Nobody is waited for any more.
    pub fn close(&self) {
        self.state().is_closed = true;
        self.changed.notify_all();
    }

    /// Whether there was room for everybody who was put off.
    pub fn has_everybody(&self) -> bool {
        self.room == 0 || !self.state().is_overfull
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn due(&mut self, now: i64) -> Option<Subscriber> {
        let soonest = self.waiting.first_entry().filter(|entry| entry.key().0 <= now)?;
        let subscriber = soonest.remove();
        self.taken -= size(&subscriber);
        Some(subscriber)
    }
}

/// A message under way.
#[derive(Debug)]
pub struct Ticket(Arc<Later>);

impl Drop for Ticket {
    fn drop(&mut self) {
        self.0.state().abroad -= 1;
        self.0.changed.notify_all();
    }
}

/// What a row takes, in bytes.
fn size(subscriber: &Subscriber) -> usize {
    let cells: usize = subscriber.cells.iter().map(|cell| cell.len() + size_of::<String>()).sum();
    size_of::<((i64, u64), Subscriber)>() + subscriber.mailbox.address.as_str().len() * 2 + cells
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::{Address, Mailbox};
    use crate::list::Unit;

    fn row(name: &str) -> Subscriber {
        let address = Address::parse(&format!("{name}@example.org")).expect("valid");
        let mailbox = Mailbox { name: None, address };
        Subscriber { mailbox, line: 2, unit: Unit::Line, cells: vec!["x".repeat(1000)], surplus: 0 }
    }

    #[test]
    fn who_was_put_off_comes_back_when_the_time_has_come_and_not_before() {
        let later = Later::new(true);
        let now = clock::unix_now();
        later.put_off(row("next-week"), now + 700_000);
        later.put_off(row("second"), now - 1);
        later.put_off(row("first"), now - 2);
        assert_eq!(later.due(), Some(row("first")));
        assert_eq!(later.next_until(now), Next::Again(row("second")));
        assert_eq!(later.due(), None);
        assert_eq!(later.next_until(now), Next::Over);
    }

    #[test]
    fn whoever_is_under_way_may_come_back() {
        let later = Later::new(true);
        let ticket = later.ticket();
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| later.next_until(clock::unix_now()));
            later.put_off(row("ann"), 0);
            drop(ticket);
            assert_eq!(waiting.join().expect("no panic"), Next::Again(row("ann")));
        });
    }

    #[test]
    fn memory_is_bounded_and_who_finds_no_room_is_not_forgotten() {
        let later = Later::new(true);
        for _ in 0..ROOM / 1000 {
            later.put_off(row("ann"), 0);
        }
        assert!(!later.has_everybody());
        assert!(later.state().taken <= ROOM);
        while later.due().is_some() {}
        assert_eq!(later.state().taken, 0);
        assert!(Later::new(false).has_everybody());
    }
}
