//! The ledger in PostgreSQL (or what speaks its protocol and keeps its promises), for several
//! machines that send one campaign together. Nothing of ours coordinates them: the
//! database's unique key on (campaign, address) does.
//!
//! `link` is one connection, `schema` the tables,
//! `claims` what the run tells (`outcomes` in columns), `meetings` a reader under several spellings, `identities` what
//! older programs leave out of that, `budgets` what runs share, `queries` what is asked, `health` how the server is,
//! `runs` who is alive, `bounces`, `subscriptions`, `suppressions` and `tokens` as their names say, `whole` all rows at once,
//! `trouble` the errors in words.
//!
//! A connection may end between a commit and the news of it. So everything that writes can
//! be told twice: claims carry the number of their request (`batch`), and who is told again
//! finds by the key that it has them already.

mod bounces;
mod budgets;
mod claims;
mod health;
mod identities;
mod link;
mod meetings;
mod outcomes;
mod queries;
mod runs;
mod schema;
mod subscriptions;
mod suppressions;
mod tokens;
mod trouble;
mod whole;

use std::cell::{Cell, RefCell};
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio::time::{sleep, timeout};

use crate::address::Address;
use crate::clock::{self, Stopwatch};
use crate::finding::Finding;
use crate::postgres::{Role, Server, patiently};

use super::book::Ledger;
use super::bounce::{Bounce, Fate, SoftLimit};
use super::entry::{Answer, NewRun, RunId, Settlement, Step, Suppression, TokenMaker};
use super::past::StageTime;
use super::subscription::{Joined, Subscription};
use link::Link;
use trouble::Trouble;

/// Where the password comes from, first of all.
pub const PASSWORD_VARIABLE: &str = Role::Ledger.password_variable();
/// How long one answer may take before the connection counts as lost.
const ANSWER: Duration = Duration::from_secs(30);
/// The same for questions that look at everybody.
const LONG_ANSWER: Duration = Duration::from_mins(15);
/// How long a server that is away is waited for, once there was a connection: a restart or a
/// failover takes seconds to minutes.
const PATIENCE: Duration = Duration::from_mins(10);
/// The first pause before another try, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(5));

/// A ledger in a database of PostgreSQL's.
#[derive(Debug)]
pub(super) struct Postgres {
    runtime: Runtime,
    server: Server,
    link: RefCell<Option<Link>>,
    /// The number of the next request; no other connection has the same.
    batch: Cell<i64>,
}

impl Postgres {
    /// Connects, and makes the tables or brings them to this version.
    pub(super) fn open(server: &Server) -> Result<Self, Finding> {
        let ledger = Self::new(server)?;
        ledger.begin(&async |link| schema::migrate(link).await)?;
        ledger.identify(clock::unix_now())?;
        Ok(ledger)
    }

    /// Fills in what older programs have left out.
    fn identify(&self, now: i64) -> Result<(), Finding> {
        self.write(&async |link| identities::fill_others(link).await)?;
        let old = self.ask(&async |link| identities::old_runs(link).await)?;
        if old.is_empty() {
            return Ok(());
        }
        let mut after = Some(0);
        while let Some(last) = after {
            after = self.ask(&async |link| identities::batch(link, last, now).await)?;
        }
        self.write(&async |link| identities::are_done(link, &old, now).await)
    }

    /// Connects only to read; nothing where there is no ledger.
    pub(super) fn read(server: &Server) -> Result<Option<Self>, Finding> {
        let ledger = Self::new(server)?;
        let is_there = ledger.begin(&async |link| schema::inspect(link).await)?;
        Ok(is_there.then_some(ledger))
    }

    fn new(server: &Server) -> Result<Self, Finding> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Trouble::Io(error).into_finding(server))?;
        // Positive, and with room to count on.
        let batch = i64::try_from(clock::random_u64() >> 2).unwrap_or_default();
        Ok(Self {
            runtime,
            server: server.clone(),
            link: RefCell::default(),
            batch: Cell::new(batch),
        })
    }

    /// Connects, and does the first work, which can be told twice; a server that is restarted
    /// at this moment is waited for, but only as long as a person would who has mistyped a port.
    fn begin<T>(&self, work: &impl AsyncFn(&Link) -> Result<T, Trouble>) -> Result<T, Finding> {
        let mut link = self.link.borrow_mut();
        let attempt = async || {
            // A migration may take its time.
            let done = attempt(&mut link, &self.server, LONG_ANSWER, work).await;
            if done.as_ref().is_err_and(Trouble::is_lost) {
                *link = None;
            }
            done
        };
        self.runtime
            .block_on(patiently(&self.server, attempt, Trouble::passing))
            .map_err(|trouble| trouble.into_finding(&self.server))
    }

    /// The number of a request that was not made before.
    fn next_batch(&self) -> i64 {
        self.batch.set(self.batch.get() + 1);
        self.batch.get()
    }

    /// Does work that can be done twice. A connection that is lost is made anew, and the work
    /// begun again, until the server has been away for too long.
    fn work<T>(
        &self,
        limit: Duration,
        work: &impl AsyncFn(&Link) -> Result<T, Trouble>,
    ) -> Result<T, Finding> {
        let mut link = self.link.borrow_mut();
        let done = self.runtime.block_on(async {
            let away = Stopwatch::start();
            let mut pause = PAUSES.0;
            loop {
                let trouble = match attempt(&mut link, &self.server, limit, work).await {
                    Ok(value) => return Ok(value),
                    Err(trouble) => trouble,
                };
                if trouble.is_lost() {
                    *link = None;
                }
                if !trouble.may_pass() || away.elapsed() >= PATIENCE {
                    return Err(trouble);
                }
                sleep(pause).await;
                pause = (pause * 2).min(PAUSES.1);
            }
        });
        done.map_err(|trouble| trouble.into_finding(&self.server))
    }

    fn ask<T>(&self, question: &impl AsyncFn(&Link) -> Result<T, Trouble>) -> Result<T, Finding> {
        self.work(LONG_ANSWER, question)
    }

    fn write<T>(&self, work: &impl AsyncFn(&Link) -> Result<T, Trouble>) -> Result<T, Finding> {
        self.work(ANSWER, work)
    }
}

async fn attempt<T>(
    link: &mut Option<Link>,
    server: &Server,
    limit: Duration,
    work: &impl AsyncFn(&Link) -> Result<T, Trouble>,
) -> Result<T, Trouble> {
    if link.as_ref().is_none_or(Link::is_closed) {
        *link = Some(Link::open(server).await?);
    }
    let Some(link) = link else { return Err(Trouble::Late) };
    timeout(limit, work(link)).await.unwrap_or(Err(Trouble::Late))
}

impl Ledger for Postgres {
    fn open_run(&mut self, run: &NewRun) -> Result<RunId, Finding> {
        let token = self.next_batch();
        self.write(&async |link| claims::open_run(link, run, token).await)
    }

    fn reserve(&mut self, run: RunId, most: u64, since: i64, now: i64) -> Result<u64, Finding> {
        self.write(&async |link| budgets::reserve(link, run, most, since, now).await)
    }

    fn turns(
        &mut self,
        pace: &str,
        interval: Duration,
        count: u32,
        _: Duration,
    ) -> Result<Duration, Finding> {
        self.write(&async |link| budgets::turns(link, pace, interval, count).await)
    }

    fn heartbeat(&mut self, run: RunId, now: i64) -> Result<(), Finding> {
        self.write(&async |link| {
            claims::heartbeat(link, run, now).await?;
            // An older program that answers readers beside this run writes down who leaves.
            identities::fill_others(link).await
        })
    }

    fn keep_stages(&mut self, run: RunId, stages: &[StageTime]) -> Result<(), Finding> {
        self.write(&async |link| runs::keep_stages(link, run, stages).await)
    }

    fn finish_run(&mut self, run: RunId, now: i64) -> Result<(), Finding> {
        self.write(&async |link| claims::finish_run(link, run, now).await)
    }

    fn apply(&mut self, steps: &[Step]) -> Result<Vec<Vec<Answer>>, Finding> {
        let batch = self.next_batch();
        self.write(&async |link| claims::apply(link, steps, batch).await)
    }

    fn settle(&mut self, campaign: &str, decision: Settlement, now: i64) -> Result<u64, Finding> {
        self.write(&async |link| claims::settle(link, campaign, decision, now).await)
    }

    fn suppress(&mut self, suppressions: &[Suppression]) -> Result<u64, Finding> {
        self.write(&async |link| suppressions::suppress(link, suppressions).await)
    }

    fn unsuppress(&mut self, addresses: &[Address]) -> Result<u64, Finding> {
        self.write(&async |link| suppressions::unsuppress(link, addresses).await)
    }

    fn index_tokens(&mut self, maker: &TokenMaker, most: usize) -> Result<bool, Finding> {
        self.write(&async |link| tokens::index(link, maker, most).await)
    }

    fn subscribe(&mut self, subscriptions: &[Subscription]) -> Result<Vec<Joined>, Finding> {
        self.write(&async |link| subscriptions::subscribe(link, subscriptions).await)
    }

    fn bounced(
        &mut self,
        bounces: &[Bounce],
        limit: SoftLimit,
        now: i64,
    ) -> Result<Vec<Fate>, Finding> {
        self.write(&async |link| bounces::take(link, bounces, limit, now).await)
    }
}
