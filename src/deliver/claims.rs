//! Claims: how a hand comes by its recipients, and where its outcomes go. A
//! claim is asked for while the present message is in flight, and outcomes
//! travel with it: one commit for both, and nobody waits for the disk.

use std::time::Duration;

use super::chooser::{Choice, Chooser};
use super::crew::Crew;
use super::feed::{Fed, Ready};
use crate::clock;
use crate::finding::Checked;
use crate::ledger::{
    self, Answer, Claim, ClaimRequest, Outcome, Pending, Record, Refused, State, Step,
};

/// A recipient that is ours to mail.
pub(super) type Held = (Ready, Claim);

/// What is on its way to the ledger: outcomes, and perhaps a claim behind them.
pub(super) struct Asked {
    claimed: Option<Fed>,
    answers: Pending<Vec<Answer>, Refused>,
}

/// One hand's dealings with the ledger.
pub(super) struct Claims<'h, 'a> {
    crew: &'h Crew<'a>,
    chooser: &'h Chooser,
    /// Outcomes, and claims to be given back, that are not yet on their way.
    untold: Vec<Step>,
}

impl<'h, 'a> Claims<'h, 'a> {
    pub(super) fn new(crew: &'h Crew<'a>, chooser: &'h Chooser) -> Self {
        Self { crew, chooser, untold: Vec::new() }
    }

    /// The next recipient that is ours, waiting for one if need be; nobody
    /// once there is nobody left, or the run is to stop.
    pub(super) async fn next(&mut self) -> Checked<Option<Held>> {
        while !self.crew.is_stopping() {
            let choice = self.choose();
            match choice {
                Choice::Take(fed) => {
                    let asked = self.ask(Some(fed))?;
                    if let Some(held) = self.arrived(asked).await? {
                        return Ok(Some(held));
                    }
                }
                Choice::Over => break,
                // Outcomes do not wait in memory while there is nothing to
                // do; meanwhile the choice may have become another.
                _ if !self.untold.is_empty() => self.flush().await?,
                Choice::Wait(time) if self.is_undecided() => self.crew.pause(time).await,
                Choice::Wait(time) => tokio::select! {
                    () = self.chooser.more(), if self.chooser.can_grow() => {}
                    () = self.crew.pause(time) => {}
                },
                Choice::Empty => tokio::select! {
                    () = self.chooser.more() => {}
                    () = self.crew.wake.notified() => {}
                },
            }
        }
        Ok(None)
    }

    /// Sends a claim for the next recipient on its way if there is one at
    /// once, with the outcomes so far. Where there is none, it still asks
    /// whether this run may claim: one that was taken for dead may not, and
    /// is not to mail anybody either.
    pub(super) fn ask_ahead(&mut self) -> Checked<Asked> {
        match self.choose() {
            Choice::Take(fed) => self.ask(Some(fed)),
            _ => self.ask(None),
        }
    }

    /// Waits for the ledger, and gives the recipient if it is ours.
    pub(super) async fn arrived(&mut self, asked: Asked) -> Checked<Option<Held>> {
        let answers = asked.answers.await;
        if asked.claimed.is_some() {
            self.crew.asked.set(self.crew.asked.get() - 1);
        }
        let answers = self.heard(answers)?;
        let Some(fed) = asked.claimed else { return Ok(None) };
        let held = self.answered(fed, answers);
        // Whether the limit is reached is decided by this answer.
        self.crew.wake.notify_waiters();
        Ok(held)
    }

    /// Keeps an outcome, to go with the next claim.
    pub(super) fn note(&mut self, claim: Claim, outcome: Outcome, reply: ledger::Reply) {
        let record = Record { claim, outcome, reply, at: clock::unix_now() };
        self.untold.push(Step::Record(vec![record]));
    }

    /// Gives back a claim whose mail was surely never attempted, as an outcome does.
    pub(super) fn give_back(&mut self, claim: Claim) {
        self.untold.push(Step::Release(vec![claim]));
    }

    /// Makes all outcomes durable.
    pub(super) async fn flush(&mut self) -> Checked<()> {
        if !self.untold.is_empty() {
            let steps = std::mem::take(&mut self.untold);
            self.arrived(self.tell(steps, None)).await?;
        }
        Ok(())
    }

    /// The ledger's answers. Outcomes whose commit failed are kept to be told
    /// again: a claim may have failed where they would not, since the disk is
    /// full or the run is over.
    fn heard(&mut self, taken: Result<Vec<Answer>, Refused>) -> Checked<Vec<Answer>> {
        taken.map_err(|Refused { why, steps }| {
            self.untold.extend(steps.into_iter().filter(|step| !matches!(step, Step::Claim(_))));
            vec![why]
        })
    }

    fn choose(&self) -> Choice {
        if self.crew.is_full() {
            self.chooser.only_again();
        }
        if self.is_undecided() {
            return Choice::Wait(Duration::MAX);
        }
        self.chooser.choose(self.crew.now())
    }

    /// Whether it depends on claims under way if there may be another one.
    fn is_undecided(&self) -> bool {
        self.crew.may_be_full() && !self.crew.is_full()
    }

    fn ask(&mut self, fed: Option<Fed>) -> Checked<Asked> {
        if let Some(Fed::Broken(findings)) = fed {
            return Err(findings);
        }
        if fed.is_some() {
            self.crew.asked.set(self.crew.asked.get() + 1);
        }
        let request = ClaimRequest {
            run: self.crew.tools().run,
            addresses: fed.iter().filter_map(Fed::address).cloned().collect(),
            retry_failed: self.crew.tools().retry_failed,
            now: clock::unix_now(),
        };
        let mut steps = std::mem::take(&mut self.untold);
        steps.push(Step::Claim(request));
        Ok(self.tell(steps, fed))
    }

    fn tell(&self, steps: Vec<Step>, claimed: Option<Fed>) -> Asked {
        Asked { claimed, answers: self.crew.tools().ledger.take(steps) }
    }

    /// What an answer of the ledger means for this hand.
    fn answered(&mut self, fed: Fed, answers: Vec<Answer>) -> Option<Held> {
        let answer = answers.into_iter().next().unwrap_or(Answer::Duplicate);
        match (fed, answer) {
            // Somebody new, of whom nobody knew when the number was confirmed.
            (fed, Answer::Yours(claim)) if !claim.is_again() && self.crew.is_full() => {
                self.pass_over(&fed);
                self.give_back(claim);
            }
            (Fed::Message(ready), Answer::Yours(claim)) => {
                if !claim.is_again() {
                    self.crew.taken.set(self.crew.taken.get() + 1);
                }
                return Some((ready, claim));
            }
            (Fed::Incomplete(_), Answer::Yours(claim)) => {
                self.note(claim, Outcome::Skipped, ledger::Reply::default());
            }
            (Fed::Message(ready), Answer::NotYet { retry_at }) => {
                self.chooser.done(ready.address());
                self.chooser.put_off(ready.subscriber, retry_at);
            }
            (fed, answer) => {
                self.pass_over(&fed);
                match answer {
                    Answer::Already(State::Sent) => self.crew.count(|tally| tally.already += 1),
                    Answer::Suppressed => self.crew.count(|tally| tally.suppressed += 1),
                    _ => {}
                }
            }
        }
        None
    }

    fn pass_over(&self, fed: &Fed) {
        if let Some(address) = fed.address() {
            self.chooser.done(address);
        }
    }
}
