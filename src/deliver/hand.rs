//! A hand: one connection's share of the work. It claims a recipient ahead
//! while the present message is in flight, so that nobody waits for the disk;
//! so after `kill -9` at most two claims a connection are in doubt.

use super::crew::Crew;
use super::feed::{Choice, Chooser, Fed, Ready};
use super::line::Line;
use super::pace::retry_delay;
use super::tally::{said, words};
use super::transport::{Reply, Verdict};
use crate::address::Address;
use crate::clock;
use crate::finding::{Checked, Finding};
use crate::ledger::{self, Answer, Claim, ClaimRequest, Outcome, Pending, Record, State};

/// A recipient that is ours to mail.
type Held = (Ready, Claim);

/// One connection's share of the work.
pub(super) struct Hand<'h, 'a> {
    crew: &'h Crew<'a>,
    chooser: &'h Chooser,
    number: usize,
    line: Line<'h, 'a>,
    /// Outcomes that are not yet in the ledger.
    records: Vec<Record>,
}

/// A claim that is on its way to the ledger.
enum Ahead {
    Claim(Fed, Pending<Vec<Answer>>),
    Record(Pending<()>),
    Nothing,
}

impl<'h, 'a> Hand<'h, 'a> {
    /// A connection that has not yet begun.
    pub(super) fn new(crew: &'h Crew<'a>, chooser: &'h Chooser, number: usize) -> Self {
        Self { crew, chooser, number, line: Line::new(crew), records: Vec::new() }
    }

    /// Works until there is nothing more to do.
    pub(super) async fn work(mut self) -> Checked<()> {
        let worked = self.work_through().await;
        self.line.close().await;
        worked
    }

    async fn work_through(&mut self) -> Checked<()> {
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
            let verdict = self.line.deliver(&ready).await;
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
                    tokio::select! {
                        () = self.chooser.more(), if self.chooser.can_grow() => {}
                        () = self.crew.pause(time) => {}
                    }
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
        let attempt = claim.attempt();
        match outcome(&claim, verdict) {
            Ok((outcome, reply)) => {
                crew.losses.set(0);
                crew.count(|tally| {
                    // A second try replaces what was counted after the first.
                    if crew.is_second_walk.get() && attempt > 1 {
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
