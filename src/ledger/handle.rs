//! The ledger on a thread of its own. Everything that waits when the thread
//! looks up is one commit (group commit): a commit costs a flush of the disk,
//! and with fifty connections that would be fifty flushes for fifty mails.

use std::future::Future;
use std::pin::Pin;
use std::sync::mpsc;
use std::task::{Context, Poll};
use std::thread;
use std::time::Duration;

use tokio::sync::oneshot;

use crate::clock::Stopwatch;
use crate::finding::Finding;

use super::book::Ledger;
use super::entry::{Answer, ClaimRequest, Step};

/// The most requests that share one commit: the first of them should not
/// wait for the thousandth.
const GROUP: usize = 256;

/// How long a commit waits for as many as shared the last one: with ten
/// connections there are a fifth as many commits, and nobody waits for them
/// as long as a mail is under way.
const COMPANY: Duration = Duration::from_micros(600);

/// Puts a ledger on a thread of its own.
pub fn spawn(ledger: Box<dyn Ledger>) -> Result<LedgerHandle, Finding> {
    let (jobs, waiting) = mpsc::channel();
    thread::Builder::new().name("ledger".into()).spawn(move || serve(ledger, &waiting)).map_err(
        |error| {
            Finding::error(
                "ledger-stopped",
                format!("no thread for the ledger could be started: {error}"),
                "end other programs, then try again",
            )
        },
    )?;
    Ok(LedgerHandle { jobs })
}

/// The way to a ledger on its thread. Clones lead to the same one; the
/// thread ends with the last of them.
#[derive(Clone, Debug)]
pub struct LedgerHandle {
    jobs: mpsc::Sender<Job>,
}

impl LedgerHandle {
    /// Claims addresses; the answers come when they are durable.
    pub fn claim(&self, request: ClaimRequest) -> Pending<Vec<Answer>, Refused> {
        self.take(vec![Step::Claim(request)])
    }

    /// Takes steps in their order, in one commit. The answers are those to
    /// its claims, and come when they are durable.
    pub fn take(&self, steps: Vec<Step>) -> Pending<Vec<Answer>, Refused> {
        let (answer, pending) = Pending::new();
        self.send(Job::Steps(Steps { steps, answer }));
        pending
    }

    /// Asks or tells the ledger anything else.
    pub fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&mut dyn Ledger) -> Result<T, Finding> + Send + 'static,
    ) -> Pending<T> {
        let (answer, pending) = Pending::new();
        self.send(Job::Ask(Box::new(move |ledger| {
            // Nobody may be waiting any more; that is their affair.
            let _ = answer.send(question(ledger));
        })));
        pending
    }

    /// Closes the ledger for every handle, so that its file is whole and
    /// alone in its folder. What was asked before is answered before.
    pub fn close(self) -> Pending<()> {
        let (answer, pending) = Pending::new();
        self.send(Job::Close(answer));
        pending
    }

    /// A thread that is gone drops the job, and with it the sender for the
    /// answer: whoever waits then learns that the ledger has stopped.
    fn send(&self, job: Job) {
        let _ = self.jobs.send(job);
    }
}

/// Steps of which nothing was done: their commit failed. They are given back,
/// so that what became of mails that left is not lost with a claim that could
/// not be made.
#[derive(Debug)]
pub struct Refused {
    /// Why.
    pub why: Finding,
    /// All of them, unless the ledger has stopped.
    pub steps: Vec<Step>,
}

impl From<Finding> for Refused {
    fn from(why: Finding) -> Self {
        Self { why, steps: Vec::new() }
    }
}

/// An answer that is on its way: a future, or [`Pending::wait`] outside of one.
#[derive(Debug)]
pub struct Pending<T, E = Finding>(oneshot::Receiver<Result<T, E>>);

impl<T, E: From<Finding>> Pending<T, E> {
    fn new() -> (oneshot::Sender<Result<T, E>>, Self) {
        let (answer, pending) = oneshot::channel();
        (answer, Self(pending))
    }

    /// Waits for the answer. Not for use inside a tokio task.
    pub fn wait(self) -> Result<T, E> {
        self.0.blocking_recv().unwrap_or_else(|_| Err(stopped().into()))
    }
}

impl<T, E: From<Finding>> Future for Pending<T, E> {
    type Output = Result<T, E>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let answer = Pin::new(&mut self.0).poll(context);
        answer.map(|answer| answer.unwrap_or_else(|_| Err(stopped().into())))
    }
}

fn stopped() -> Finding {
    Finding::error(
        "ledger-stopped",
        "the ledger was closed before it could answer",
        "run the command again; `handbill status` shows what was sent",
    )
}

type Question = Box<dyn FnOnce(&mut dyn Ledger) + Send>;

enum Job {
    Steps(Steps),
    Ask(Question),
    Close(oneshot::Sender<Result<(), Finding>>),
}

struct Steps {
    steps: Vec<Step>,
    answer: oneshot::Sender<Result<Vec<Answer>, Refused>>,
}

/// Serves jobs in the order of their coming, steps in groups.
fn serve(mut ledger: Box<dyn Ledger>, waiting: &mpsc::Receiver<Job>) {
    let mut next = waiting.recv().ok();
    let mut company = 1;
    while let Some(job) = next.take() {
        match job {
            Job::Steps(first) => {
                let group;
                (group, next) = gather(first, waiting, company);
                company = group.len();
                commit(ledger.as_mut(), group);
            }
            Job::Ask(question) => question(ledger.as_mut()),
            Job::Close(answer) => {
                drop(ledger);
                let _ = answer.send(Ok(()));
                return;
            }
        }
        next = next.or_else(|| waiting.recv().ok());
    }
}

/// What shares a commit with the first steps, and what came after it that
/// does not. For as many as shared the last commit it is worth waiting.
fn gather(
    first: Steps,
    waiting: &mpsc::Receiver<Job>,
    company: usize,
) -> (Vec<Steps>, Option<Job>) {
    let mut group = vec![first];
    let waited = Stopwatch::start();
    while group.len() < GROUP {
        let more = match waiting.try_recv() {
            Err(_) if group.len() < company => {
                waiting.recv_timeout(COMPANY.saturating_sub(waited.elapsed())).ok()
            }
            more => more.ok(),
        };
        match more {
            Some(Job::Steps(more)) => group.push(more),
            other => return (group, other),
        }
    }
    (group, None)
}

fn commit(ledger: &mut dyn Ledger, group: Vec<Steps>) {
    let (mut steps, mut waiting) = (Vec::new(), Vec::new());
    for waiter in group {
        waiting.push((waiter.steps.len(), waiter.answer));
        steps.extend(waiter.steps);
    }
    match ledger.apply(&steps) {
        Ok(answers) => {
            let mut answers = answers.into_iter();
            for (count, answer) in waiting {
                // Nobody may be waiting any more; that is their affair.
                let _ = answer.send(Ok(answers.by_ref().take(count).flatten().collect()));
            }
        }
        Err(why) => {
            let mut steps = steps.into_iter();
            let own = waiting.into_iter().map(|(count, answer)| {
                let steps = steps.by_ref().take(count).collect();
                Steps { steps, answer }
            });
            refuse(ledger, own.collect(), &why);
        }
    }
}

/// A commit failed. Those who only have outcomes to tell get one of their own:
/// it may have been others' claims that made it fail.
fn refuse(ledger: &mut dyn Ledger, group: Vec<Steps>, why: &Finding) {
    let asks = |waiter: &Steps| waiter.steps.iter().any(|step| matches!(step, Step::Claim(_)));
    let (asking, telling): (Vec<_>, Vec<_>) = group.into_iter().partition(asks);
    let (refused, retried) =
        if asking.is_empty() { (telling, Vec::new()) } else { (asking, telling) };
    for Steps { steps, answer } in refused {
        let _ = answer.send(Err(Refused { why: why.clone(), steps }));
    }
    if !retried.is_empty() {
        commit(ledger, retried);
    }
}
