//! The press: batches of rows become batches of messages, on as many threads
//! as there are cores to spare. Batches are dealt out in turn and collected in
//! the same turn, so that the order stays that of the list; as few wait
//! ahead as keep the wire busy.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc as std_mpsc;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, Scope};

use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TryRecvError;

use super::feed::{Fed, Ready, Row};
use super::rehearsal::{Job, Merged, write};
use super::return_path::ReturnPath;
use super::smtp::Body;
use super::transport::Envelope;
use super::trouble;
use crate::finding::Finding;
use crate::merge::Merger;
use crate::message::Frame;

/// The most threads: one core composes more mail than most servers take.
const MOST: usize = 8;
/// A batch has about so many bytes of messages, and no more rows than that.
const BATCH: (usize, usize) = (512 << 10, 32);
/// How much memory of messages that have left is kept for new ones.
const SPARE: usize = 64;

/// What every thread of the press works with.
#[derive(Clone)]
pub struct Plates<'a> {
    /// What is merged.
    pub job: &'a Job<'a>,
    /// What stands around it.
    pub frame: &'a Frame,
    /// Where bounces go.
    pub return_path: &'a ReturnPath,
    /// Memory to write into.
    pub spare: Spare,
}

/// Starts the press; rows go in at one end, messages come out at the other.
/// Its threads end when either end is dropped.
pub fn start<'scope, 'env>(
    scope: &'scope Scope<'scope, 'env>,
    plates: &Plates<'env>,
) -> (Intake, Outlet) {
    // The list has a thread of its own, and so have the wire and the ledger.
    let cores = thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let threads = cores.saturating_sub(1).clamp(1, MOST);
    let size = Arc::new(AtomicUsize::new(BATCH.0));
    let mut intake = Intake { presses: Vec::new(), turn: 0, size: Arc::clone(&size) };
    let mut outlet = Outlet { presses: Vec::new(), turn: 0 };
    for _ in 0..threads {
        let (rows, waiting) = std_mpsc::sync_channel(1);
        let (out, messages) = mpsc::channel(1);
        let (plates, size) = (plates.clone(), Arc::clone(&size));
        spawn(scope, "press", move || plates.work(&waiting, &out, &size));
        intake.presses.push(rows);
        outlet.presses.push(messages);
    }
    (intake, outlet)
}

/// Starts a thread with a name, by which `ps -L` shows what is busy.
pub fn spawn<'scope>(
    scope: &'scope Scope<'scope, '_>,
    name: &str,
    work: impl FnOnce() + Send + 'scope,
) {
    let thread = thread::Builder::new().name(name.to_owned());
    thread.spawn_scoped(scope, work).expect("the system has room for a thread");
}

enum Work {
    Rows(Vec<Row>),
    /// The last rows before the list broke off.
    Broken(Vec<Row>, Vec<Finding>),
}

/// Where rows go in.
pub struct Intake {
    presses: Vec<std_mpsc::SyncSender<Work>>,
    turn: usize,
    /// What one of the last messages took.
    size: Arc<AtomicUsize>,
}

impl Intake {
    /// How many rows make a batch: one, until a message has shown its size.
    pub fn room(&self) -> usize {
        (BATCH.0 / self.size.load(Ordering::Relaxed).max(1)).clamp(1, BATCH.1)
    }

    /// Whether somebody takes what is made of these rows.
    pub fn take(&mut self, rows: Vec<Row>) -> bool {
        self.give(Work::Rows(rows))
    }

    /// There are no more rows, for these reasons.
    pub fn breaks(&mut self, last: Vec<Row>, findings: Vec<Finding>) {
        self.give(Work::Broken(last, findings));
    }

    fn give(&mut self, work: Work) -> bool {
        let press = &self.presses[self.turn];
        self.turn = (self.turn + 1) % self.presses.len();
        press.send(work).is_ok()
    }
}

/// Where messages come out.
#[derive(Debug)]
pub struct Outlet {
    presses: Vec<mpsc::Receiver<Vec<Fed>>>,
    turn: usize,
}

impl Outlet {
    /// The next batch; nothing after the last one. May be dropped and called again.
    pub async fn batch(&mut self) -> Option<Vec<Fed>> {
        let batch = self.presses[self.turn].recv().await;
        self.turn = (self.turn + 1) % self.presses.len();
        batch
    }

    /// The next batch, if it is there.
    pub fn try_batch(&mut self) -> Result<Vec<Fed>, TryRecvError> {
        let batch = self.presses[self.turn].try_recv()?;
        self.turn = (self.turn + 1) % self.presses.len();
        Ok(batch)
    }
}

impl Plates<'_> {
    fn work(
        &self,
        waiting: &std_mpsc::Receiver<Work>,
        out: &mpsc::Sender<Vec<Fed>>,
        size: &AtomicUsize,
    ) {
        let mut merger = Merger::new(self.job.letter, self.job.list.columns());
        for work in waiting {
            let (rows, broken) = match work {
                Work::Rows(rows) => (rows, None),
                Work::Broken(rows, findings) => (rows, Some(Fed::Broken(findings))),
            };
            let made = rows.into_iter().map(|row| self.print(&mut merger, row));
            let batch: Vec<Fed> = made.chain(broken).collect();
            if let Some(Fed::Message(ready)) = batch.last() {
                size.store(ready.body.len(), Ordering::Relaxed);
            }
            if out.blocking_send(batch).is_err() {
                break;
            }
        }
    }

    fn print(&self, merger: &mut Merger<'_>, row: Row) -> Fed {
        let Row { subscriber, again, ticket } = row;
        let (subscriber, mail) = match self.job.merge(merger, subscriber) {
            Merged::Mail(subscriber, mail) => (subscriber, mail),
            Merged::Incomplete(subscriber, _) => {
                return Fed::Incomplete(subscriber.mailbox.address);
            }
        };
        let mut bytes = self.spare.take();
        write(self.frame, self.job.leave, &mail, &mut bytes);
        merger.recycle(mail);
        let recipient = subscriber.mailbox.address.clone();
        let envelope = Envelope { return_path: self.return_path.of(&recipient), recipient };
        match Body::new(bytes) {
            Ok(body) => Fed::Message(Ready { subscriber, envelope, body, again, ticket }),
            Err(why) => Fed::Broken(vec![trouble::malformed(why)]),
        }
    }
}

/// Memory of messages that have left, for those that come.
#[derive(Clone, Debug, Default)]
pub struct Spare(Arc<Mutex<Vec<Vec<u8>>>>);

impl Spare {
    /// Takes a message's memory back.
    pub fn put(&self, body: Body) {
        let mut spare = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if spare.len() < SPARE {
            spare.push(body.into_bytes());
        }
    }

    fn take(&self) -> Vec<u8> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }
}
