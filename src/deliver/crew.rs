//! The crew: connections at work. Each one claims a recipient ahead while the
//! present message is in flight, so that nobody waits for the disk; so after
//! `kill -9` at most two claims a connection are in doubt.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::sleep;

use super::feed::{Choice, Chooser, DomainLimit, Fed, Ready};
use super::pace::{Pacer, retry_delay};
use super::smtp::{Connection, Smtp};
use super::streak::Streak;
use super::tally::{Tally, Witness, said, words};
use super::throttle::Throttle;
use super::transport::{Envelope, Loss, Reply, Transport, Verdict};
use super::trouble;
use crate::address::Address;
use crate::clock::{self, Stopwatch};
use crate::finding::{Checked, Finding};
use crate::ledger::{
    self, Answer, Claim, ClaimRequest, LedgerHandle, Outcome, Pending, Record, RunId, State,
};
use crate::rate::Rate;

/// How often a message is tried again on a new connection when the old one
/// broke before it was handed over.
const RETRIES: u32 = 3;
/// How often in a row connections may fail before the run stops: a server
/// that never greeted is not there, one that did may be restarting.
const NEVER_GREETED: u32 = 3;
const NOT_ANY_MORE: u32 = 8;
/// How long it waits before the next connection; doubled from loss to loss
/// once the server has greeted.
const AGAIN: Duration = Duration::from_millis(250);
const LONGEST_WAIT: Duration = Duration::from_secs(10);
/// Servers close idle connections after five minutes (RFC 5321 §4.5.3.2.7)
/// and often much earlier; one that was idle so long is not trusted.
const IDLE: Duration = Duration::from_secs(30);

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
    /// Where bounces go.
    pub return_path: Address,
    /// Whether those that failed in an earlier run are tried again.
    pub retry_failed: bool,
    /// How fast.
    pub speed: Speed,
    /// No more mails than this: the number that was confirmed.
    pub limit: u64,
    /// Whether the run waits at its end for deferred mails. A canary
    /// (`--limit`) does not: somebody wants to look at it.
    pub waits: bool,
}

/// What all connections of a run share.
pub struct Crew<'a> {
    tools: Tools,
    clock: Stopwatch,
    pacer: RefCell<Option<Pacer>>,
    throttle: RefCell<Throttle>,
    tally: Cell<Tally>,
    /// How many recipients were claimed to be mailed.
    taken: Cell<u64>,
    /// Whether the list is walked again for those who were deferred: they
    /// were counted before.
    is_second_walk: Cell<bool>,
    /// Connections that failed one after the other.
    losses: Cell<u32>,
    has_greeted: Cell<bool>,
    streak: RefCell<Streak>,
    is_stopping: Cell<bool>,
    is_dropping: Cell<bool>,
    trouble: RefCell<Vec<Finding>>,
    wake: Notify,
    witness: RefCell<&'a mut dyn Witness>,
}

/// A recipient that is ours to mail.
type Held = (Ready, Claim);

impl<'a> Crew<'a> {
    /// A crew, not yet at work. The witness hears of every mail.
    pub fn new(tools: Tools, witness: &'a mut dyn Witness) -> Self {
        Self {
            clock: Stopwatch::start(),
            pacer: RefCell::new(tools.speed.rate.map(Pacer::new)),
            throttle: RefCell::new(Throttle::new(tools.speed.connections)),
            tally: Cell::default(),
            taken: Cell::default(),
            is_second_walk: Cell::default(),
            losses: Cell::default(),
            has_greeted: Cell::default(),
            streak: RefCell::default(),
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
        !self.is_second_walk.get() && self.taken.get() >= self.tools.limit
    }

    /// The list is walked once more.
    pub fn walk_again(&self) {
        self.is_second_walk.set(true);
    }

    /// What was done so far.
    pub fn tally(&self) -> Tally {
        self.tally.get()
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

    async fn dropped(&self) {
        while !self.is_dropping.get() {
            self.wake.notified().await;
        }
    }

    /// Waits until it is told to stop.
    async fn stopped(&self) {
        while !self.is_stopping() {
            self.wake.notified().await;
        }
    }

    /// Why it stopped, if it had to.
    pub fn take_trouble(&self) -> Vec<Finding> {
        std::mem::take(&mut *self.trouble.borrow_mut())
    }

    /// Connection number `number` works until there is nothing more to do.
    pub async fn work(&self, number: usize, chooser: &Chooser) {
        let mut hand = Hand { crew: self, chooser, number, line: None, records: Vec::new() };
        if let Err(findings) = hand.work().await {
            self.fail(findings);
        }
        if let Some(mut line) = hand.line.take() {
            line.connection.close().await;
        }
    }

    fn fail(&self, findings: Vec<Finding>) {
        let mut trouble = self.trouble.borrow_mut();
        // Ten connections meet the same trouble; once is enough to say it.
        if trouble.is_empty() {
            *trouble = findings;
        }
        drop(trouble);
        self.stop();
    }

    fn now(&self) -> Duration {
        self.clock.elapsed()
    }

    /// Waits, but not longer than until something happens.
    async fn pause(&self, time: Duration) {
        let time = time.min(Duration::from_hours(1));
        tokio::select! {
            () = sleep(time) => {}
            () = self.wake.notified() => {}
        }
    }

    fn count(&self, change: impl FnOnce(&mut Tally)) {
        let mut tally = self.tally.get();
        change(&mut tally);
        self.tally.set(tally);
    }
}

/// An open connection, and how much it has been used.
struct Line {
    connection: Connection,
    used: u32,
    last: Stopwatch,
}

/// One connection's share of the work.
struct Hand<'h, 'a> {
    crew: &'h Crew<'a>,
    chooser: &'h Chooser,
    number: usize,
    line: Option<Line>,
    /// Outcomes that are not yet in the ledger.
    records: Vec<Record>,
}

/// A claim that is on its way to the ledger.
enum Ahead {
    Claim(Fed, Pending<Vec<Answer>>),
    Record(Pending<()>),
    Nothing,
}

impl Hand<'_, '_> {
    async fn work(&mut self) -> Checked<()> {
        let mut held: Option<Held> = None;
        loop {
            let next = match held.take() {
                Some(held) => Some(held),
                None => self.claim_next().await?,
            };
            let Some((ready, claim)) = next else { break };
            if !self.turn().await {
                self.chooser.done(&ready.address);
                self.crew.tools.ledger.release(vec![claim]).await?;
                break;
            }
            let ahead = self.ask_ahead();
            let verdict = self.deliver(&ready).await;
            self.chooser.done(&ready.address);
            self.crew.wake.notify_waiters();
            match verdict {
                Some(verdict) => self.settle(&ready.address, claim, verdict).await?,
                None => self.crew.tools.ledger.release(vec![claim]).await?,
            }
            held = match ahead {
                Ahead::Claim(fed, pending) => {
                    let answers = pending.await?;
                    self.answered(fed, answers)
                }
                Ahead::Record(pending) => {
                    pending.await?;
                    None
                }
                Ahead::Nothing => None,
            };
        }
        let records = std::mem::take(&mut self.records);
        if !records.is_empty() {
            self.crew.tools.ledger.record(records).await?;
        }
        Ok(())
    }

    /// Claims the next recipient that is ours, waiting for one if need be.
    async fn claim_next(&mut self) -> Checked<Option<Held>> {
        while !self.crew.is_stopping() && !self.crew.is_full() {
            let fed = match self.chooser.choose(self.crew.now()) {
                Choice::Take(fed) => fed,
                Choice::Over => break,
                Choice::Wait(time) => {
                    self.flush().await?;
                    self.crew.pause(time).await;
                    continue;
                }
                Choice::Empty => {
                    self.flush().await?;
                    tokio::select! {
                        () = self.chooser.more() => {}
                        () = self.crew.wake.notified() => {}
                    }
                    continue;
                }
            };
            let Some(address) = address(&fed) else {
                if let Fed::Broken(findings) = fed {
                    return Err(findings);
                }
                continue;
            };
            let request = self.request(address);
            let records = std::mem::take(&mut self.records);
            let answers = self.crew.tools.ledger.record_and_claim(records, request).await?;
            if let Some(held) = self.answered(fed, answers) {
                return Ok(Some(held));
            }
        }
        Ok(None)
    }

    /// Outcomes do not wait in memory while there is nothing to do.
    async fn flush(&mut self) -> Checked<()> {
        if !self.records.is_empty() {
            let records = std::mem::take(&mut self.records);
            self.crew.tools.ledger.record(records).await?;
        }
        Ok(())
    }

    /// Sends a claim for the next recipient on its way, with the outcomes so
    /// far: one commit, while the present message is in flight.
    fn ask_ahead(&mut self) -> Ahead {
        let ledger = &self.crew.tools.ledger;
        let may_take = !self.crew.is_stopping() && !self.crew.is_full();
        let choice = if may_take { self.chooser.choose(self.crew.now()) } else { Choice::Empty };
        let fed = match choice {
            Choice::Take(fed) => Some(fed),
            _ => None,
        };
        let records = std::mem::take(&mut self.records);
        if let Some(fed) = fed {
            if let Some(address) = address(&fed) {
                let pending = ledger.record_and_claim(records, self.request(address));
                return Ahead::Claim(fed, pending);
            }
            if let Fed::Broken(findings) = fed {
                self.crew.fail(findings);
            }
        }
        if records.is_empty() { Ahead::Nothing } else { Ahead::Record(ledger.record(records)) }
    }

    /// A request for one recipient. It counts towards the limit at once, or
    /// ten connections would claim ten too many.
    fn request(&self, address: &Address) -> ClaimRequest {
        self.crew.taken.set(self.crew.taken.get() + 1);
        ClaimRequest {
            run: self.crew.tools.run,
            addresses: vec![address.clone()],
            retry_failed: self.crew.tools.retry_failed,
            now: clock::unix_now(),
        }
    }

    /// What an answer of the ledger means for this connection.
    fn answered(&mut self, fed: Fed, answers: Vec<Answer>) -> Option<Held> {
        let mut claim = None;
        for answer in answers {
            match answer {
                Answer::Yours(yours) => claim = Some(yours),
                Answer::Already(State::Sent) => self.crew.count(|tally| tally.already += 1),
                Answer::Suppressed => self.crew.count(|tally| tally.suppressed += 1),
                Answer::Already(_) | Answer::Duplicate => {}
            }
        }
        match (fed, claim) {
            (Fed::Message(ready), Some(claim)) => return Some((ready, claim)),
            (Fed::Incomplete(_), Some(claim)) => {
                let (outcome, reply) = (Outcome::Skipped, ledger::Reply::default());
                self.records.push(Record { claim, outcome, reply, at: clock::unix_now() });
            }
            (fed, _) => {
                if let Some(address) = address(&fed) {
                    self.chooser.done(address);
                }
            }
        }
        self.crew.taken.set(self.crew.taken.get() - 1);
        self.crew.wake.notify_waiters();
        None
    }

    /// Waits until this connection may send its next mail; false if it may not any more.
    async fn turn(&self) -> bool {
        loop {
            if self.crew.is_stopping() {
                return false;
            }
            let Some(wait) = self.crew.throttle.borrow().wait(self.number, self.crew.now()) else {
                break;
            };
            self.crew.pause(wait).await;
        }
        let wait = self.crew.pacer.borrow_mut().as_mut().map(|pacer| pacer.take(self.crew.now()));
        self.crew.rest(wait.unwrap_or_default()).await;
        !self.crew.is_stopping()
    }

    /// Hands over one message, on a new connection where the old one broke.
    /// Nothing comes back where the user asked to stop before it was under way.
    async fn deliver(&mut self, ready: &Ready) -> Option<Verdict> {
        let envelope = Envelope {
            return_path: self.crew.tools.return_path.clone(),
            recipient: ready.address.clone(),
        };
        let mut tries = 0;
        loop {
            if let Err(verdict) = self.connected().await {
                return Some(verdict);
            }
            let line = self.line.as_mut()?;
            let verdict = tokio::select! {
                verdict = line.connection.deliver(&envelope, &ready.bytes) => verdict,
                () = self.crew.dropped() => {
                    Verdict::InDoubt("stopped by hand on its way".to_owned())
                }
            };
            line.used += 1;
            line.last = Stopwatch::start();
            if !line.connection.is_open() {
                self.line = None;
            }
            match verdict {
                Verdict::Retry(_) if tries < RETRIES => tries += 1,
                verdict => return Some(verdict),
            }
        }
    }

    /// Sees to it that there is a connection that can be trusted; there is
    /// none where the user asked to stop meanwhile.
    async fn connected(&mut self) -> Result<(), Verdict> {
        let most = self.crew.tools.speed.messages_per_connection;
        let is_used_up =
            |line: &Line| most.is_some_and(|most| line.used >= most) || line.last.elapsed() > IDLE;
        if self.line.as_ref().is_some_and(is_used_up)
            && let Some(mut line) = self.line.take()
        {
            line.connection.close().await;
        }
        while self.line.is_none() && !self.crew.is_stopping() {
            let connected = tokio::select! {
                connected = self.crew.tools.smtp.connect() => connected,
                () = self.crew.stopped() => return Ok(()),
            };
            match connected {
                Ok(connection) => {
                    self.crew.has_greeted.set(true);
                    self.line = Some(Line { connection, used: 0, last: Stopwatch::start() });
                }
                Err(Verdict::Retry(loss)) => self.lost(trouble::unreachable(&loss), &loss).await?,
                Err(Verdict::Throttled(reply)) => {
                    let why = Finding::error(
                        "server-busy",
                        format!("the server takes no connection: {reply}"),
                        "send again later, or with fewer `connections`",
                    );
                    self.crew.has_greeted.set(true);
                    self.lost(
                        why,
                        &Loss { stage: trouble::Stage::Greeting, reason: String::new() },
                    )
                    .await?;
                }
                Err(verdict) => return Err(verdict),
            }
        }
        Ok(())
    }

    /// A connection failed. Waits and lets it be tried again, or gives up.
    async fn lost(&self, why: Finding, loss: &Loss) -> Result<(), Verdict> {
        let losses = self.crew.losses.get() + 1;
        self.crew.losses.set(losses);
        let connections = u32::try_from(self.crew.tools.speed.connections).unwrap_or(1);
        let has_greeted = self.crew.has_greeted.get() || !loss.before_greeting();
        let most = if has_greeted { NOT_ANY_MORE + connections } else { NEVER_GREETED };
        if losses >= most {
            return Err(Verdict::Stop(Box::new(why)));
        }
        // A server that restarts is back within a minute.
        let wait = if has_greeted { AGAIN * 2_u32.pow(losses.min(6)) } else { AGAIN };
        self.crew.rest(wait.min(LONGEST_WAIT)).await;
        Ok(())
    }

    /// The server says that it is too much: a pause, or the end of the run.
    fn slow_down(&self, reply: &Reply) {
        let mut throttle = self.crew.throttle.borrow_mut();
        if throttle.slow_down(self.crew.now()) && throttle.is_hopeless() {
            self.crew.fail(vec![Finding::error(
                "server-busy",
                format!("the server takes no more mail for now: {reply}"),
                "run the same command again in a few minutes; it goes on where it stopped",
            )]);
        }
    }

    /// A verdict becomes an outcome; one that is about the run stops it and
    /// gives the claim back.
    async fn settle(&mut self, recipient: &Address, claim: Claim, verdict: Verdict) -> Checked<()> {
        let crew = self.crew;
        let end = crew.streak.borrow_mut().note(&verdict);
        match &verdict {
            Verdict::Sent(_) => crew.throttle.borrow_mut().accepted(),
            Verdict::Throttled(reply) => self.slow_down(reply),
            _ => {}
        }
        match outcome(&claim, verdict) {
            Ok((outcome, reply)) => {
                crew.losses.set(0);
                crew.count(|tally| {
                    // A second try replaces what was counted after the first.
                    if crew.is_second_walk.get() {
                        tally.deferred = tally.deferred.saturating_sub(1);
                    }
                    tally.count(outcome);
                });
                crew.witness.borrow_mut().settled(recipient, outcome, &words(&reply));
                self.records.push(Record { claim, outcome, reply, at: clock::unix_now() });
            }
            Err(finding) => {
                crew.tools.ledger.release(vec![claim]).await?;
                crew.fail(vec![*finding]);
            }
        }
        if let Some(finding) = end {
            crew.fail(vec![finding]);
        }
        Ok(())
    }
}

/// A verdict becomes an outcome; one that is about the run has none.
fn outcome(claim: &Claim, verdict: Verdict) -> Result<(Outcome, ledger::Reply), Box<Finding>> {
    let later = || {
        let delay = retry_delay(claim.attempt(), clock::random_u64());
        Outcome::Deferred { retry_at: clock::unix_now() + delay }
    };
    let only = |text| ledger::Reply { text: Some(text), ..ledger::Reply::default() };
    Ok(match verdict {
        Verdict::Sent(reply) => (Outcome::Sent, said(&reply)),
        Verdict::Failed(reply) => (Outcome::Failed, said(&reply)),
        Verdict::Deferred(reply) | Verdict::Throttled(reply) => (later(), said(&reply)),
        // Others go on: one mail that a server chokes on must not hold up the rest.
        Verdict::Retry(loss) => (later(), only(loss.reason)),
        Verdict::InDoubt(why) => (Outcome::InDoubt, only(why)),
        Verdict::Stop(finding) => return Err(finding),
    })
}

fn address(fed: &Fed) -> Option<&Address> {
    match fed {
        Fed::Message(ready) => Some(&ready.address),
        Fed::Incomplete(address) => Some(address),
        Fed::Broken(_) => None,
    }
}
