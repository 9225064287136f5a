//! A hand: one connection's share of the work. It claims a recipient ahead
//! while the present message is in flight, so that nobody waits for the disk;
//! so after `kill -9` at most two claims a connection are in doubt. Where the
//! disk is slower than the server, a message's outcome goes to the ledger with
//! the claim after the next one: every commit then has one of every hand's.

use std::time::Duration;

use super::blame;
use super::chooser::Chooser;
use super::claims::{Asked, Claims, Held};
use super::crew::{Counted, Crew};
use super::feed::Ready;
use super::line::{Begun, Line, RETRIES};
use super::pace::retry_delay;
use super::tally::said;
use super::transport::{Reply, Verdict};
use crate::address::Address;
use crate::clock;
use crate::finding::{Checked, Finding};
use crate::ledger::{self, Bounce, Claim, Outcome};

/// How soon one that has no place looks again.
const LOOK_AGAIN: Duration = Duration::from_millis(250);
/// How many refusals the ledger is told of together, before the end of the run.
const HELD: usize = 32;

/// One connection's share of the work.
pub(super) struct Hand<'h, 'a> {
    crew: &'h Crew<'a>,
    chooser: &'h Chooser,
    place: Option<Counted<'h, 'a>>,
    line: Line<'h, 'a>,
    claims: Claims<'h, 'a>,
    /// The claim after the one that is held.
    ahead: Option<Asked>,
}

impl<'h, 'a> Hand<'h, 'a> {
    /// A connection that has not yet begun.
    pub(super) fn new(crew: &'h Crew<'a>, chooser: &'h Chooser) -> Self {
        let claims = Claims::new(crew, chooser);
        Self { crew, chooser, place: None, line: Line::new(crew), claims, ahead: None }
    }

    /// Works until there is nothing more to do.
    pub(super) async fn work(mut self) {
        if let Err(findings) = self.work_through().await {
            self.crew.fail(findings);
        }
        if let Err(findings) = self.let_go().await {
            self.crew.fail(findings);
        }
        // Only who has to stop finds something here.
        while let Some((ready, claim)) = self.crew.take_left() {
            self.chooser.done(ready.address());
            self.claims.give_back(claim);
        }
        // Whatever ended it, what became of mails that left is not forgotten.
        if let Err(findings) = self.claims.flush().await {
            self.crew.fail(findings);
        }
        self.line.close().await;
    }

    async fn work_through(&mut self) -> Checked<()> {
        let mut held: Option<Held> = None;
        loop {
            if self.place.is_none() {
                if let Some(held) = held.take() {
                    self.crew.leave(held);
                }
                self.let_go().await?;
                if !self.stand_aside().await? {
                    return Ok(());
                }
            }
            let next = match held.take() {
                Some(held) => Some(held),
                None => self.next().await?,
            };
            let Some((ready, claim)) = next else { return Ok(()) };
            let (verdict, asked) = self.deliver(&ready).await;
            match verdict {
                Some(verdict) => self.settle(ready, claim, verdict),
                None => self.crew.leave((ready, claim)),
            }
            self.hold().await?;
            held = self.look_ahead(asked?).await?;
        }
    }

    /// The next recipient that is ours.
    async fn next(&mut self) -> Checked<Option<Held>> {
        if let Some(asked) = self.ahead.take()
            && let Some(held) = self.claims.arrived(asked).await?
        {
            return Ok(Some(held));
        }
        self.claims.next().await
    }

    /// Waits for the claim that was asked for. If the ledger is still at it,
    /// the outcome of the message before it does not wait with it, but leaves
    /// with one more claim: at no moment has the ledger more than two of ours.
    async fn look_ahead(&mut self, asked: Asked) -> Checked<Option<Held>> {
        let is_late = asked.is_pending() && self.crew.goes_on_at_once();
        let ahead = if is_late { self.claims.ask_ahead().map(Some) } else { Ok(None) };
        let held = self.claims.arrived(asked).await;
        match ahead {
            Ok(ahead) => self.ahead = ahead,
            Err(findings) => {
                held?.into_iter().for_each(|held| self.crew.leave(held));
                return Err(findings);
            }
        }
        held
    }

    /// Leaves what is claimed ahead to the others.
    async fn let_go(&mut self) -> Checked<()> {
        if let Some(asked) = self.ahead.take()
            && let Some(held) = self.claims.arrived(asked).await?
        {
            self.crew.leave(held);
        }
        Ok(())
    }

    /// Delivers a message when it is its turn, and meanwhile claims the next
    /// one, whose envelope may leave with it. A claim that fails does not take
    /// the verdict with it; where there is no verdict, nothing has left.
    async fn deliver(&mut self, ready: &Ready) -> (Option<Verdict>, Checked<Asked>) {
        let (crew, chooser) = (self.crew, self.chooser);
        // What the server expects by now is not put off any more; whoever
        // is told to stop leaves it expecting.
        let is_expected = !crew.is_stopping() && self.line.has_announced(ready);
        let turn = if is_expected { Ok(true) } else { self.turn().await };
        let asked = match turn {
            Ok(true) => self.ahead.take().map_or_else(|| self.claims.ask_ahead(), Ok),
            Ok(false) => return (None, Ok(Asked::nothing())),
            Err(findings) => Err(findings),
        };
        let mut asked = match asked {
            Ok(asked) => asked,
            Err(findings) => return (None, Err(findings)),
        };
        let mut tries = 0;
        let verdict = loop {
            match self.line.begin(ready, &mut tries).await {
                Begun::Yes => {}
                Begun::Not(verdict) => break Some(verdict),
                Begun::Stopped => {
                    self.place = None;
                    break None;
                }
            }
            let ahead = async {
                let next = asked.next(crew, chooser).await;
                next.filter(|_| crew.goes_on_at_once())
            };
            match self.line.finish(ready, ahead).await {
                Verdict::Retry(_) if tries < RETRIES => tries += 1,
                verdict => break Some(verdict),
            }
        };
        (verdict, Ok(asked))
    }

    /// Waits for a place, without a connection and without a mail; false if
    /// there is nothing left to do.
    async fn stand_aside(&mut self) -> Checked<bool> {
        self.line.close().await;
        self.claims.flush().await?;
        while !self.crew.is_stopping() && !self.chooser.is_over() {
            self.place = self.crew.place();
            if self.place.is_some() {
                return Ok(true);
            }
            self.crew.pause(LOOK_AGAIN).await;
        }
        Ok(false)
    }

    /// Waits until this connection may send its next mail; false if it may
    /// not, now or at all.
    async fn turn(&mut self) -> Checked<bool> {
        loop {
            if self.crew.is_stopping() {
                return Ok(false);
            }
            let Some(wait) = self.crew.throttle.borrow().pause(self.crew.now()) else {
                break;
            };
            self.let_go().await?;
            self.claims.flush().await?;
            self.crew.pause(wait).await;
        }
        if self.line.is_open() && self.crew.is_crowded() {
            self.place = None;
            return Ok(false);
        }
        let Some(pace) = &self.crew.pace else { return Ok(!self.crew.is_stopping()) };
        while !self.crew.is_stopping() {
            let turn = pace.take(self.crew.now());
            if turn.is_none_or(|wait| wait > Duration::ZERO) {
                self.claims.flush().await?;
            }
            match turn {
                Some(wait) => {
                    self.crew.rest(wait).await;
                    break;
                }
                // There will be more as soon as the ledger has answered.
                None => self.crew.pause(Duration::MAX).await,
            }
        }
        Ok(!self.crew.is_stopping())
    }

    /// Tells the ledger what refusals are held against readers, several at a time.
    async fn hold(&self) -> Checked<()> {
        if self.crew.blame.borrow().count() < HELD {
            return Ok(());
        }
        let held = self.crew.blame.borrow_mut().held();
        let fates = self.crew.tell_held(held).await?;
        self.crew.count_held(&fates);
        Ok(())
    }

    /// The server says that it is too much: a pause, or the end of the run.
    fn slow_down(&self, reply: &Reply) {
        let mut throttle = self.crew.throttle.borrow_mut();
        let now = self.crew.now();
        let patience = self.crew.tools.speed.retry_wait;
        if throttle.slow_down(now) && throttle.is_hopeless(now, patience) {
            self.crew.fail(vec![Finding::error(
                "server-busy",
                format!("the server takes no more mail for now: {reply}"),
                "run the same command again in a few minutes; it goes on where it stopped",
            )]);
        }
    }

    /// A verdict becomes an outcome; one that is about the run stops it and
    /// gives the claim back.
    fn settle(&mut self, ready: Ready, claim: Claim, verdict: Verdict) {
        let crew = self.crew;
        self.chooser.done(ready.address());
        crew.wake.notify_waiters();
        let has_sent = crew.streak.borrow().has_sent();
        let verdict =
            if has_sent { verdict } else { crew.tools.smtp.trouble().before_anybody(verdict) };
        let end = crew.streak.borrow_mut().note(&verdict);
        match &verdict {
            Verdict::Sent(_) => {
                crew.throttle.borrow_mut().accepted();
                crew.blame.borrow_mut().taken(ready.address().domain());
            }
            Verdict::Throttled(reply) => self.slow_down(reply),
            Verdict::Refused(reply) => {
                let bounce = as_bounce(&crew.tools.campaign, ready.address(), reply);
                crew.blame.borrow_mut().refused(bounce);
            }
            Verdict::Failed(_) => crew.blame.borrow_mut().refused(None),
            _ => {}
        }
        match outcome(&claim, verdict) {
            Ok((outcome, reply)) => {
                crew.losses.set(0);
                crew.count(|tally| {
                    // A second try replaces what was counted after the first.
                    if claim.is_again() {
                        tally.deferred = tally.deferred.saturating_sub(1);
                    }
                    tally.count(outcome);
                });
                crew.witness.borrow_mut().settled(
                    ready.address(),
                    outcome,
                    &reply,
                    claim.is_again(),
                );
                self.claims.note(claim, outcome, reply);
                self.chooser.recycle(ready.body);
                if let Outcome::Deferred { retry_at } = outcome {
                    self.chooser.put_off(ready.subscriber, retry_at);
                }
            }
            Err(finding) => {
                self.claims.give_back(claim);
                crew.fail(vec![*finding]);
            }
        }
        if let Some(finding) = end {
            crew.fail(vec![finding]);
        }
    }
}

/// What a refusal would be as a bounce, if it is about the reader's address.
fn as_bounce(campaign: &str, reader: &Address, reply: &Reply) -> Option<Bounce> {
    let is_final = blame::is_final(reply)?;
    let ledger::Reply { enhanced, text, .. } = said(reply);
    let code = enhanced.clone().unwrap_or_else(|| reply.code.to_string());
    let at = clock::unix_now();
    Some(Bounce {
        campaign: campaign.to_owned(),
        address: reader.clone(),
        at_once: true,
        is_final,
        reason: format!("refused {code}"),
        enhanced,
        reply: text.filter(|text| !text.is_empty()),
        // Of one reader there is no other in the same second.
        digest: format!("refused {at}"),
        at,
    })
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
        Verdict::Failed(reply) | Verdict::Refused(reply) => (Outcome::Failed, said(&reply)),
        Verdict::Deferred(reply) | Verdict::Throttled(reply) => (later(), said(&reply)),
        // Others go on: one mail that a server chokes on must not hold up the rest.
        Verdict::Retry(loss) => (later(), only(loss.reason)),
        Verdict::InDoubt(why) => (Outcome::InDoubt, only(why)),
        Verdict::Stop(finding) => return Err(finding),
    })
}
