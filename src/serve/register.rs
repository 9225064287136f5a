//! Who stands behind a link, and who has left. The ledger is on a thread of
//! its own; those who wait when it looks up share a look into the index, and
//! those of them who leave share a commit (group commit), as do those who come.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender, TryRecvError};
use std::thread::{self, JoinHandle};

use tokio::sync::oneshot;

use super::page::About;
use crate::address::Address;
use crate::clock;
use crate::finding::Finding;
use crate::ledger::{Holder, Joined, Ledger, Subscription, Suppression, TokenMaker};
use crate::token::{Token, Tokens};

/// How many recipients the index takes in at a time. Readers whom it knows
/// are answered in between.
const BATCH: usize = 5_000;
/// The most that share a commit.
const GROUP: usize = 512;

/// What is known of a campaign; without one, of the project.
pub type Describe = Box<dyn Fn(Option<&str>) -> About + Send>;
/// Where trouble is told.
pub(super) type Trouble = tokio::sync::mpsc::UnboundedSender<Finding>;

/// What somebody wants who has a token.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    /// To see the page.
    Look,
    /// To leave.
    Leave,
}

/// What came of it.
pub(super) enum Came {
    /// It is a reader's. If they wanted to leave, they have: it is on the disk.
    Known(Arc<About>),
    /// It is nobody's.
    Unknown,
    /// The ledger could not be asked or told.
    Trouble,
}

/// The way to the ledger on its thread, which ends with it.
#[derive(Clone)]
pub(super) struct Register(Sender<Job>);

enum Job {
    /// Somebody has a reader's token.
    Reader(Reader),
    /// Somebody confirms that they want mail; on the disk when it is answered.
    Join(Subscription, oneshot::Sender<Joined>),
    /// Whether somebody who asks for mail may be sent one.
    MayBeAsked(Address, oneshot::Sender<bool>),
}

struct Reader {
    token: Token,
    wish: Wish,
    answer: oneshot::Sender<Came>,
}

impl Register {
    pub(super) async fn ask(&self, token: Token, wish: Wish) -> Came {
        let (answer, came) = oneshot::channel();
        // A thread that is gone drops the job, and with it the sender.
        let _ = self.0.send(Job::Reader(Reader { token, wish, answer }));
        came.await.unwrap_or(Came::Trouble)
    }

    /// Subscribes somebody; nothing where the ledger could not be told.
    pub(super) async fn join(&self, subscription: Subscription) -> Option<Joined> {
        let (answer, joined) = oneshot::channel();
        let _ = self.0.send(Job::Join(subscription, answer));
        joined.await.ok()
    }

    /// Whether somebody who asks for mail may be sent one in which they confirm it.
    pub(super) async fn may_be_asked(&self, address: Address) -> bool {
        let (answer, may) = oneshot::channel();
        let _ = self.0.send(Job::MayBeAsked(address, answer));
        may.await.unwrap_or(false)
    }
}

/// Puts a ledger on a thread of its own. It begins with the index.
pub(super) fn open(
    ledger: Box<dyn Ledger>,
    tokens: Tokens,
    describe: Describe,
    trouble: Trouble,
) -> std::io::Result<(Register, JoinHandle<()>)> {
    let (jobs, waiting) = mpsc::channel();
    let mark = tokens.mark();
    let token = Box::new(move |campaign: &str, reader: &str| tokens.of(campaign, reader));
    let maker = TokenMaker { mark, token };
    let keeper = Keeper { ledger, maker, describe, abouts: HashMap::new(), trouble, is_well: true };
    let thread =
        thread::Builder::new().name("ledger".into()).spawn(move || keeper.serve(&waiting))?;
    Ok((Register(jobs), thread))
}

struct Keeper {
    ledger: Box<dyn Ledger>,
    maker: TokenMaker,
    describe: Describe,
    /// As many as there are campaigns.
    abouts: HashMap<String, Arc<About>>,
    trouble: Trouble,
    /// Whether the ledger did what was asked last.
    is_well: bool,
}

impl Keeper {
    fn serve(mut self, waiting: &Receiver<Job>) {
        let mut strangers: Vec<Reader> = Vec::new();
        let mut is_whole = false;
        loop {
            let first = if is_whole {
                waiting.recv().map_err(|_| TryRecvError::Disconnected)
            } else {
                waiting.try_recv()
            };
            if matches!(first, Err(TryRecvError::Disconnected)) {
                return;
            }
            let group = first.into_iter().chain(waiting.try_iter()).take(GROUP);
            let readers = self.welcome(group);
            strangers.extend(self.attend(readers));
            if strangers.is_empty() && is_whole {
                continue;
            }
            // They may have had their mail just now.
            let indexed = self.index();
            is_whole = indexed != Some(true);
            if indexed.is_none() {
                all(strangers.drain(..), || Came::Trouble);
            } else if is_whole {
                let still = self.attend(std::mem::take(&mut strangers));
                all(still, || Came::Unknown);
            }
        }
    }

    /// Takes in some who are not in the index; says whether there are more.
    fn index(&mut self) -> Option<bool> {
        let indexed = self.ledger.index_tokens(&self.maker, BATCH);
        self.well(indexed)
    }

    /// Answers those who come, in one commit, and gives back the readers.
    fn welcome(&mut self, group: impl Iterator<Item = Job>) -> Vec<Reader> {
        let (mut readers, mut wishes, mut answers) = (Vec::new(), Vec::new(), Vec::new());
        for job in group {
            match job {
                Job::Reader(reader) => readers.push(reader),
                Job::Join(subscription, answer) => {
                    wishes.push(subscription);
                    answers.push(answer);
                }
                Job::MayBeAsked(address, answer) => {
                    let may = self.ledger.may_be_asked(&address);
                    let _ = answer.send(self.well(may).unwrap_or(false));
                }
            }
        }
        if !wishes.is_empty() {
            let joined = self.ledger.subscribe(&wishes);
            // Without one, the answers are dropped unsaid: that is trouble too.
            for (answer, joined) in answers.into_iter().zip(self.well(joined).into_iter().flatten())
            {
                let _ = answer.send(joined);
            }
        }
        readers
    }

    /// Answers whom the index knows, and gives back the others.
    fn attend(&mut self, group: Vec<Reader>) -> Vec<Reader> {
        if group.is_empty() {
            return group;
        }
        let asked: Vec<Token> = group.iter().map(|job| job.token).collect();
        let holders = self.ledger.holders(&self.maker, &asked);
        let Some(holders) = self.well(holders) else {
            all(group, || Came::Trouble);
            return Vec::new();
        };
        let (mut known, mut strangers) = (Vec::new(), Vec::new());
        for (job, holder) in group.into_iter().zip(holders) {
            match holder {
                Some(holder) => known.push((job, holder)),
                None => strangers.push(job),
            }
        }
        let has_left = self.suppress(&known);
        for (job, holder) in known {
            let is_done = job.wish == Wish::Look || has_left;
            let came =
                if is_done { Came::Known(self.about(holder.campaign)) } else { Came::Trouble };
            job.is(came);
        }
        strangers
    }

    /// Writes down who leaves, in one commit.
    fn suppress(&mut self, known: &[(Reader, Holder)]) -> bool {
        let at = clock::unix_now();
        let leaving = known.iter().filter(|(job, _)| job.wish == Wish::Leave);
        let suppressions: Vec<Suppression> = leaving
            .map(|(_, holder)| Suppression {
                address: holder.address.clone(),
                reason: format!("unsubscribed ({})", holder.campaign),
                at,
            })
            .collect();
        if suppressions.is_empty() {
            return true;
        }
        let suppressed = self.ledger.suppress(&suppressions);
        self.well(suppressed).is_some()
    }

    fn about(&mut self, campaign: String) -> Arc<About> {
        if let Some(about) = self.abouts.get(&campaign) {
            return about.clone();
        }
        let about = Arc::new((self.describe)(Some(&campaign)));
        self.abouts.insert(campaign, about.clone());
        about
    }

    /// What the ledger gave. Trouble is told when it begins, not to each who meets it.
    fn well<T>(&mut self, given: Result<T, Finding>) -> Option<T> {
        let was_well = std::mem::replace(&mut self.is_well, given.is_ok());
        match given {
            Ok(value) => Some(value),
            Err(finding) => {
                if was_well {
                    // At the end nobody listens any more.
                    let _ = self.trouble.send(finding);
                }
                None
            }
        }
    }
}

fn all(jobs: impl IntoIterator<Item = Reader>, came: fn() -> Came) {
    for job in jobs {
        job.is(came());
    }
}

impl Reader {
    /// Whoever hung up meanwhile does not get it.
    fn is(self, came: Came) {
        let _ = self.answer.send(came);
    }
}
