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

/// What was asked of the ledger, and what it came to.
pub(super) enum Asked {
    /// A claim is under way, and outcomes before it.
    Claim(Fed, Pending<Vec<Answer>, Refused>),
    /// Outcomes alone are.
    Outcomes(Pending<Vec<Answer>, Refused>),
    /// It was answered.
    Answered(Result<Turn, Refused>),
}

/// Whose turn it is by the ledger's answer.
pub(super) enum Turn {
    /// It is claimed, and to be mailed.
    Ours(Box<Held>),
    /// It is claimed, and has no mail.
    Incomplete(Claim),
    /// It is claimed, and there is no room for it any more.
    Spare(Claim),
    /// Nobody's.
    Nobody,
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
            if let Some(held) = self.crew.take_left() {
                return Ok(Some(held));
            }
            match self.choose() {
                Choice::Take(fed) => {
                    let asked = self.ask(fed)?;
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
    /// once, with the outcomes so far.
    pub(super) fn ask_ahead(&mut self) -> Checked<Asked> {
        if !self.crew.is_stopping() {
            if let Some(held) = self.crew.take_left() {
                return Ok(Asked::Answered(Ok(Turn::Ours(Box::new(held)))));
            }
            if let Choice::Take(fed) = self.choose() {
                return self.ask(fed);
            }
        }
        if self.untold.is_empty() {
            return Ok(Asked::nothing());
        }
        Ok(Asked::Outcomes(self.crew.tools.ledger.take(std::mem::take(&mut self.untold))))
    }

    /// Waits for the ledger, and gives the recipient if it is ours.
    pub(super) async fn arrived(&mut self, mut asked: Asked) -> Checked<Option<Held>> {
        asked.answer(self.crew, self.chooser).await;
        let Asked::Answered(turn) = asked else { return Ok(None) };
        match self.heard(turn)? {
            Turn::Ours(held) => return Ok(Some(*held)),
            Turn::Incomplete(claim) => {
                self.note(claim, Outcome::Skipped, ledger::Reply::default());
            }
            Turn::Spare(claim) => self.give_back(claim),
            Turn::Nobody => {}
        }
        Ok(None)
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
            let taken = self.crew.tools.ledger.take(std::mem::take(&mut self.untold)).await;
            self.heard(taken)?;
        }
        Ok(())
    }

    /// What the ledger says. Outcomes whose commit failed are kept to be told
    /// again: a claim may have failed where they would not, since the disk is
    /// full or the run is over.
    fn heard<T>(&mut self, said: Result<T, Refused>) -> Checked<T> {
        said.map_err(|Refused { why, steps }| {
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

    fn ask(&mut self, fed: Fed) -> Checked<Asked> {
        let address = match &fed {
            Fed::Message(ready) => ready.address().clone(),
            Fed::Incomplete(address) => address.clone(),
            Fed::Broken(findings) => return Err(findings.clone()),
        };
        self.crew.asked.set(self.crew.asked.get() + 1);
        let request = ClaimRequest {
            run: self.crew.tools.run,
            addresses: vec![address],
            retry_failed: self.crew.tools.retry_failed,
            now: clock::unix_now(),
        };
        let mut steps = std::mem::take(&mut self.untold);
        steps.push(Step::Claim(request));
        Ok(Asked::Claim(fed, self.crew.tools.ledger.take(steps)))
    }
}

impl Asked {
    /// Nothing was asked.
    pub(super) fn nothing() -> Self {
        Self::Answered(Ok(Turn::Nobody))
    }

    /// Whether the ledger is at it.
    pub(super) fn is_pending(&self) -> bool {
        !matches!(self, Self::Answered(_))
    }

    /// Waits for the ledger, and shows the message that may leave next. May
    /// be dropped and called again.
    pub(super) async fn next(&mut self, crew: &Crew<'_>, chooser: &Chooser) -> Option<&Ready> {
        self.answer(crew, chooser).await;
        match self {
            Self::Answered(Ok(Turn::Ours(held))) => Some(&held.0),
            _ => None,
        }
    }

    async fn answer(&mut self, crew: &Crew<'_>, chooser: &Chooser) {
        let answered = match self {
            Self::Claim(_, pending) | Self::Outcomes(pending) => pending.await,
            Self::Answered(_) => return,
        };
        let asked = std::mem::replace(self, Self::nothing());
        let Self::Claim(fed, _) = asked else {
            *self = Self::Answered(answered.map(|_| Turn::Nobody));
            return;
        };
        crew.asked.set(crew.asked.get() - 1);
        *self = Self::Answered(answered.map(|answers| {
            let answer = answers.into_iter().next();
            turn(crew, chooser, fed, answer.unwrap_or(Answer::Duplicate))
        }));
        // Whether the limit is reached may be decided by this answer.
        crew.wake.notify_waiters();
    }
}

/// What an answer of the ledger means, and what follows from it for the crew.
fn turn(crew: &Crew<'_>, chooser: &Chooser, fed: Fed, answer: Answer) -> Turn {
    match (fed, answer) {
        (Fed::Message(ready), Answer::Yours(claim)) if claim.is_again() || !crew.is_full() => {
            if !claim.is_again() {
                crew.taken.set(crew.taken.get() + 1);
            }
            return Turn::Ours(Box::new((ready, claim)));
        }
        (Fed::Message(ready), Answer::NotYet { retry_at }) => {
            chooser.done(ready.address());
            chooser.put_off(ready.subscriber, retry_at);
        }
        (Fed::Incomplete(_), Answer::Yours(claim)) => return Turn::Incomplete(claim),
        (fed, answer) => {
            if let Some(address) = fed.address() {
                chooser.done(address);
            }
            match answer {
                // Somebody of whom nobody knew when the number was confirmed.
                Answer::Yours(claim) => return Turn::Spare(claim),
                Answer::Already(State::Sent) => crew.count(|tally| tally.already += 1),
                Answer::Suppressed => crew.count(|tally| tally.suppressed += 1),
                _ => {}
            }
        }
    }
    Turn::Nobody
}
