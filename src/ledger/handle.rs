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

use crate::finding::Finding;

use super::book::Ledger;
use super::entry::{Answer, Claim, ClaimRequest, Record, Step};

/// The most requests that share one commit: the first of them should not
/// wait for the thousandth.
const GROUP: usize = 256;

/// How long a commit waits for company after one that had some: with ten
/// connections there are a third as many commits, and nobody waits for them
/// as long as a mail is under way.
const COMPANY: Duration = Duration::from_micros(100);

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
    pub fn claim(&self, request: ClaimRequest) -> Pending<Vec<Answer>> {
        self.submit(vec![Step::Claim(request)], |answers| answers.into_iter().flatten().collect())
    }

    /// Records outcomes.
    pub fn record(&self, records: Vec<Record>) -> Pending<()> {
        self.submit(vec![Step::Record(records)], drop)
    }

    /// Records outcomes and claims the next addresses, in one commit.
    pub fn record_and_claim(
        &self,
        records: Vec<Record>,
        request: ClaimRequest,
    ) -> Pending<Vec<Answer>> {
        self.submit(vec![Step::Record(records), Step::Claim(request)], |answers| {
            answers.into_iter().flatten().collect()
        })
    }

    /// Gives back claims that were never attempted.
    pub fn release(&self, claims: Vec<Claim>) -> Pending<()> {
        self.submit(vec![Step::Release(claims)], drop)
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

    fn submit<T: Send + 'static>(
        &self,
        steps: Vec<Step>,
        read: impl FnOnce(Vec<Vec<Answer>>) -> T + Send + 'static,
    ) -> Pending<T> {
        let (answer, pending) = Pending::new();
        let answer = Box::new(move |answers: Answers| {
            let _ = answer.send(answers.map(read));
        });
        self.send(Job::Steps(Steps { steps, answer }));
        pending
    }

    /// A thread that is gone drops the job, and with it the sender for the
    /// answer: whoever waits then learns that the ledger has stopped.
    fn send(&self, job: Job) {
        let _ = self.jobs.send(job);
    }
}

/// An answer that is on its way: a future, or [`Pending::wait`] outside of one.
#[derive(Debug)]
pub struct Pending<T>(oneshot::Receiver<Result<T, Finding>>);

impl<T> Pending<T> {
    fn new() -> (oneshot::Sender<Result<T, Finding>>, Self) {
        let (answer, pending) = oneshot::channel();
        (answer, Self(pending))
    }

    /// Waits for the answer. Not for use inside a tokio task.
    pub fn wait(self) -> Result<T, Finding> {
        self.0.blocking_recv().unwrap_or_else(|_| Err(stopped()))
    }
}

impl<T> Future for Pending<T> {
    type Output = Result<T, Finding>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(context).map(|answer| answer.unwrap_or_else(|_| Err(stopped())))
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
type Answers = Result<Vec<Vec<Answer>>, Finding>;

enum Job {
    Steps(Steps),
    Ask(Question),
    Close(oneshot::Sender<Result<(), Finding>>),
}

struct Steps {
    steps: Vec<Step>,
    answer: Box<dyn FnOnce(Answers) + Send>,
}

/// Serves jobs in the order of their coming, steps in groups.
fn serve(mut ledger: Box<dyn Ledger>, waiting: &mpsc::Receiver<Job>) {
    let mut next = waiting.recv().ok();
    let mut is_crowded = false;
    while let Some(job) = next.take() {
        match job {
            Job::Steps(first) => {
                if is_crowded {
                    thread::sleep(COMPANY);
                }
                let mut group = vec![first];
                while group.len() < GROUP {
                    match waiting.try_recv() {
                        Ok(Job::Steps(more)) => group.push(more),
                        Ok(other) => {
                            next = Some(other);
                            break;
                        }
                        Err(_) => break,
                    }
                }
                is_crowded = group.len() > 1;
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

fn commit(ledger: &mut dyn Ledger, group: Vec<Steps>) {
    let mut steps = Vec::new();
    let mut answers_to = Vec::new();
    for waiter in group {
        answers_to.push((waiter.steps.len(), waiter.answer));
        steps.extend(waiter.steps);
    }
    match ledger.apply(steps) {
        Ok(answers) => {
            let mut answers = answers.into_iter();
            for (count, answer) in answers_to {
                answer(Ok(answers.by_ref().take(count).collect()));
            }
        }
        Err(finding) => {
            for (_, answer) in answers_to {
                answer(Err(finding.clone()));
            }
        }
    }
}
