//! The ledger of a rehearsal: a temporary one that asks the real ledger first,
//! only reads there, and writes nothing anywhere else. It finds duplicates as
//! the real one does, by the same key, and its memory does not grow with them.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::slice;
use std::time::Duration;

use crate::address::Address;
use crate::finding::Finding;

use super::book::{Book, Ledger};
use super::bounce::{Bounce, Fate, SoftLimit};
use super::entry::{
    Answer, CampaignRecord, ClaimRequest, Holder, NewRun, Recipient, RunId, Settlement, State,
    Step, Suppression, TokenMaker, Totals, Waiting,
};
use super::location::{self, Location};
use super::past::{RunRecord, Runner, StageTime};
use super::sqlite::Sqlite;
use super::standing::{Standing, Turn};
use super::subscription::{Joined, Subscription};

/// A temporary ledger, with the real one behind it if there is one.
pub(super) struct Scratch {
    own: Sqlite,
    real: Option<(Location, Box<dyn Book>)>,
    campaigns: HashMap<RunId, String>,
}

impl Scratch {
    /// Makes one that knows what the ledger at `real` knows.
    pub(super) fn new(real: Option<&Location>) -> Result<Self, Finding> {
        let real = match real {
            Some(location) => location::read(location)?.map(|book| (location.clone(), book)),
            None => None,
        };
        Ok(Self { own: Sqlite::temporary()?, real, campaigns: HashMap::new() })
    }

    /// What its own answers come to when the real ledger is asked as well. Its
    /// own come first: a second row of an address is a duplicate, whatever
    /// the real ledger knows of the first.
    fn beside_the_real(
        &mut self,
        request: &ClaimRequest,
        own: Vec<Answer>,
    ) -> Result<Vec<Answer>, Finding> {
        let campaign = self.campaigns.get(&request.run);
        let (Some((location, real)), Some(campaign)) = (&mut self.real, campaign) else {
            return Ok(own);
        };
        if real.has_stirred()
            && let Some(anew) = location::read(location)?
        {
            *real = anew;
        }
        let mut turns = turns(real.as_ref(), campaign, request, &own);
        // A writer that was killed or has closed the file meanwhile leaves one
        // that has to be opened anew to be read.
        if turns.as_ref().is_err_and(|finding| finding.code == "ledger-read-only")
            && let Some(anew) = location::read(location)?
        {
            *real = anew;
            turns = self::turns(real.as_ref(), campaign, request, &own);
        }
        let answered = own.into_iter().zip(turns?).map(|(answer, turn)| match turn {
            Some(Turn::Stay(before)) => before,
            Some(Turn::Suppress) => Answer::Suppressed,
            Some(Turn::Claim) | None => answer,
        });
        Ok(answered.collect())
    }
}

/// What the real ledger says of those that are new to its own.
fn turns(
    real: &dyn Book,
    campaign: &str,
    request: &ClaimRequest,
    own: &[Answer],
) -> Result<Vec<Option<Turn>>, Finding> {
    let is_new = |answer: &Answer| matches!(answer, Answer::Yours(_));
    let asked = request.addresses.iter().zip(own).filter(|(_, answer)| is_new(answer));
    let asked: Vec<&Address> = asked.map(|(address, _)| address).collect();
    let mut standings = real.standings(campaign, &asked, request.now)?.into_iter();
    let mut turn = |answer: &Answer| {
        let standing = is_new(answer).then(|| standings.next()).flatten();
        standing.map(|standing| standing.turn(request.retry_failed, request.now))
    };
    Ok(own.iter().map(&mut turn).collect())
}

impl Ledger for Scratch {
    fn open_run(&mut self, run: &NewRun) -> Result<RunId, Finding> {
        let id = self.own.open_run(run)?;
        self.campaigns.insert(id, run.campaign.clone());
        Ok(id)
    }

    fn reserve(&mut self, run: RunId, most: u64, since: i64, now: i64) -> Result<u64, Finding> {
        self.own.reserve(run, most, since, now)
    }

    fn turns(
        &mut self,
        pace: &str,
        interval: Duration,
        count: u32,
        now: Duration,
    ) -> Result<Duration, Finding> {
        self.own.turns(pace, interval, count, now)
    }

    fn heartbeat(&mut self, run: RunId, now: i64) -> Result<(), Finding> {
        self.own.heartbeat(run, now)
    }

    fn keep_stages(&mut self, run: RunId, stages: &[StageTime]) -> Result<(), Finding> {
        self.own.keep_stages(run, stages)
    }

    fn finish_run(&mut self, run: RunId, now: i64) -> Result<(), Finding> {
        self.own.finish_run(run, now)
    }

    /// Commits each step by itself: here a commit costs nothing.
    fn apply(&mut self, steps: &[Step]) -> Result<Vec<Vec<Answer>>, Finding> {
        let mut answers = Vec::with_capacity(steps.len());
        for step in steps {
            let own = self.own.apply(slice::from_ref(step))?.into_iter().flatten().collect();
            answers.push(match step {
                Step::Claim(request) => self.beside_the_real(request, own)?,
                Step::Record(_) | Step::Release(_) => own,
            });
        }
        Ok(answers)
    }

    fn settle(&mut self, campaign: &str, decision: Settlement, now: i64) -> Result<u64, Finding> {
        self.own.settle(campaign, decision, now)
    }

    fn suppress(&mut self, suppressions: &[Suppression]) -> Result<u64, Finding> {
        self.own.suppress(suppressions)
    }

    fn unsuppress(&mut self, addresses: &[Address]) -> Result<u64, Finding> {
        self.own.unsuppress(addresses)
    }

    fn index_tokens(&mut self, maker: &TokenMaker, most: usize) -> Result<bool, Finding> {
        self.own.index_tokens(maker, most)
    }

    fn subscribe(&mut self, subscriptions: &[Subscription]) -> Result<Vec<Joined>, Finding> {
        self.own.subscribe(subscriptions)
    }

    fn bounced(
        &mut self,
        bounces: &[Bounce],
        limit: SoftLimit,
        now: i64,
    ) -> Result<Vec<Fate>, Finding> {
        self.own.bounced(bounces, limit, now)
    }
}

/// A rehearsal reports what it did itself; only what the project knows from
/// before, campaigns and suppressions, is answered from the real ledger.
impl Book for Scratch {
    fn campaigns(&self) -> Result<Vec<CampaignRecord>, Finding> {
        self.before().campaigns()
    }

    fn campaign(&self, id: &str) -> Result<Option<CampaignRecord>, Finding> {
        self.before().campaign(id)
    }

    fn totals(&self, campaign: &str, now: i64) -> Result<Totals, Finding> {
        self.own.totals(campaign, now)
    }

    fn domains(
        &self,
        campaign: &str,
        now: i64,
        limit: usize,
    ) -> Result<Vec<(String, Totals)>, Finding> {
        self.own.domains(campaign, now, limit)
    }

    fn recipients(
        &self,
        campaign: &str,
        only: Option<State>,
        now: i64,
        each: &mut dyn FnMut(Recipient) -> ControlFlow<()>,
    ) -> Result<(), Finding> {
        self.own.recipients(campaign, only, now, each)
    }

    fn waiting(&self, campaign: &str, now: i64) -> Result<Waiting, Finding> {
        self.own.waiting(campaign, now)
    }

    fn runs(&self, campaign: &str, now: i64) -> Result<Vec<RunRecord>, Finding> {
        self.own.runs(campaign, now)
    }

    fn at_work(&self, campaign: &str, now: i64) -> Result<Vec<RunId>, Finding> {
        self.before().at_work(campaign, now)
    }

    fn runners(&self, now: i64) -> Result<Vec<Runner>, Finding> {
        self.before().runners(now)
    }

    fn tallies(&self, campaign: &str) -> Result<Vec<(RunId, State, u64)>, Finding> {
        self.own.tallies(campaign)
    }

    fn settled_since(&self, campaign: &str, moment: i64) -> Result<u64, Finding> {
        self.own.settled_since(campaign, moment)
    }

    fn stages(&self, campaign: &str) -> Result<Vec<StageTime>, Finding> {
        self.own.stages(campaign)
    }

    fn promised(&self, now: i64) -> Result<u64, Finding> {
        self.before().promised(now)
    }

    fn sent_since(&self, moment: i64) -> Result<u64, Finding> {
        self.before().sent_since(moment)
    }

    fn nth_sent_since(&self, moment: i64, nth: u64) -> Result<Option<i64>, Finding> {
        self.before().nth_sent_since(moment, nth)
    }

    fn standings(
        &self,
        campaign: &str,
        addresses: &[&Address],
        now: i64,
    ) -> Result<Vec<Standing>, Finding> {
        self.before().standings(campaign, addresses, now)
    }

    fn failed_and_suppressed(&self, campaign: &str) -> Result<u64, Finding> {
        self.own.failed_and_suppressed(campaign)
    }

    fn is_suppressed(&self, address: &Address) -> Result<bool, Finding> {
        Ok(self.own.is_suppressed(address)? || self.before().is_suppressed(address)?)
    }

    fn may_be_asked(&self, address: &Address) -> Result<bool, Finding> {
        Ok(self.own.may_be_asked(address)? && self.before().may_be_asked(address)?)
    }

    fn subscriptions(
        &self,
        each: &mut dyn FnMut(Subscription) -> ControlFlow<()>,
    ) -> Result<(), Finding> {
        self.before().subscriptions(each)
    }

    fn holders(
        &self,
        maker: &TokenMaker,
        tokens: &[[u8; 16]],
    ) -> Result<Vec<Option<Holder>>, Finding> {
        self.own.holders(maker, tokens)
    }

    fn suppressions(
        &self,
        each: &mut dyn FnMut(Suppression) -> ControlFlow<()>,
    ) -> Result<(), Finding> {
        self.before().suppressions(each)
    }
}

impl Scratch {
    fn before(&self) -> &dyn Book {
        self.real.as_ref().map_or(&self.own, |(_, real)| real.as_ref())
    }
}
