//! What a ledger can be asked and told. SQLite and PostgreSQL implement it, and pass the
//! same tests.

use std::ops::ControlFlow;
use std::time::Duration;

use crate::address::Address;
use crate::finding::Finding;

use super::bounce::{Bounce, Fate, SoftLimit};
use super::entry::{
    Answer, CampaignRecord, Claim, ClaimRequest, Holder, NewRun, Recipient, Record, RunId,
    Settlement, State, Step, Suppression, TokenMaker, Totals, Waiting,
};
use super::past::{RunRecord, Runner, StageTime};
use super::standing::Standing;
use super::subscription::{Joined, Subscription};

/// A ledger that can be written. Every call is one transaction: when it
/// returns, what it did is durable, or it did nothing.
pub trait Ledger: Book {
    /// Opens a run, and keeps what it is about to send as the campaign's
    /// fingerprint. Comparing with the earlier one is the caller's affair.
    fn open_run(&mut self, run: &NewRun) -> Result<RunId, Finding>;

    /// Keeps for a run that was just opened what the day leaves of its plan: of `most` mails
    /// since a moment those that were sent, and those that live runs before it set out to
    /// send, are not its own. Says how many are. Of several who ask at once, over all
    /// campaigns and machines, nobody is promised what another is.
    fn reserve(&mut self, run: RunId, most: u64, since: i64, now: i64) -> Result<u64, Finding>;

    /// Takes the next `count` turns of a pace that everybody keeps who uses this ledger, one
    /// turn an `interval`. Says how long it is until the first; what nobody took in its time
    /// is lost. `now` is the time since 1970, where the ledger has no clock of its own.
    fn turns(
        &mut self,
        pace: &str,
        interval: Duration,
        count: u32,
        now: Duration,
    ) -> Result<Duration, Finding>;

    /// Says that a run is still alive. Once every few seconds is plenty; a
    /// run on another machine counts as dead after [`super::LEASE`] of silence.
    fn heartbeat(&mut self, run: RunId, now: i64) -> Result<(), Finding>;

    /// Keeps how long a run has waited for its server, from its beginning:
    /// what was kept before is replaced.
    fn keep_stages(&mut self, run: RunId, stages: &[StageTime]) -> Result<(), Finding>;

    /// Ends a run. Claims that it left open are in doubt from here on.
    fn finish_run(&mut self, run: RunId, now: i64) -> Result<(), Finding>;

    /// Takes steps in their order, all in one commit. Each gets its answers:
    /// a claim one for each address, anything else none.
    fn apply(&mut self, steps: &[Step]) -> Result<Vec<Vec<Answer>>, Finding>;

    /// Decides about everything of a campaign that is in doubt, and says how
    /// many that were. Dead runs end with it: one that was only asleep can
    /// claim nothing more.
    fn settle(&mut self, campaign: &str, decision: Settlement, now: i64) -> Result<u64, Finding>;

    /// Suppresses addresses; says how many were not yet.
    fn suppress(&mut self, suppressions: &[Suppression]) -> Result<u64, Finding>;

    /// Takes addresses off the suppressions; says how many stood there.
    fn unsuppress(&mut self, addresses: &[Address]) -> Result<u64, Finding>;

    /// Puts the tokens of at most so many recipients into the index who are not
    /// in it yet, and says whether there are more. Where there is nobody it
    /// costs a look at the highest row.
    fn index_tokens(&mut self, maker: &TokenMaker, most: usize) -> Result<bool, Finding>;

    /// Subscribes who confirmed that they want mail, and lifts their suppression where it was
    /// their own wish; says for each whether they are. To be told twice changes nothing.
    fn subscribe(&mut self, subscriptions: &[Subscription]) -> Result<Vec<Joined>, Finding>;

    /// Takes note of what came back, and suppresses whom that is reason enough
    /// for; says for each what became of it.
    fn bounced(
        &mut self,
        bounces: &[Bounce],
        limit: SoftLimit,
        now: i64,
    ) -> Result<Vec<Fate>, Finding>;

    /// Claims addresses: one answer for each, in their order.
    fn claim(&mut self, request: ClaimRequest) -> Result<Vec<Answer>, Finding> {
        Ok(self.apply(&[Step::Claim(request)])?.into_iter().flatten().collect())
    }

    /// Records what became of claims.
    fn record(&mut self, records: Vec<Record>) -> Result<(), Finding> {
        self.apply(&[Step::Record(records)]).map(drop)
    }

    /// Gives back claims whose mail was never attempted: they are as before.
    fn release(&mut self, claims: Vec<Claim>) -> Result<(), Finding> {
        self.apply(&[Step::Release(claims)]).map(drop)
    }
}

/// The questions a ledger answers, also one that was opened only to read.
pub trait Book: Send {
    /// Every campaign that ever had a run, the latest first.
    fn campaigns(&self) -> Result<Vec<CampaignRecord>, Finding>;

    /// One campaign, if it ever had a run.
    fn campaign(&self, id: &str) -> Result<Option<CampaignRecord>, Finding>;

    /// How many recipients of a campaign are in which state.
    fn totals(&self, campaign: &str, now: i64) -> Result<Totals, Finding>;

    /// The same for each domain, the domain with most recipients first.
    fn domains(
        &self,
        campaign: &str,
        now: i64,
        limit: usize,
    ) -> Result<Vec<(String, Totals)>, Finding>;

    /// Hands over the recipients of a campaign one by one, grouped by state,
    /// until `each` has enough.
    fn recipients(
        &self,
        campaign: &str,
        only: Option<State>,
        now: i64,
        each: &mut dyn FnMut(Recipient) -> ControlFlow<()>,
    ) -> Result<(), Finding>;

    /// How many deferred recipients may be tried now, and when the next may.
    /// A claim of their addresses gets those whose time has come.
    fn waiting(&self, campaign: &str, now: i64) -> Result<Waiting, Finding>;

    /// Every run of a campaign, the latest first.
    fn runs(&self, campaign: &str, now: i64) -> Result<Vec<RunRecord>, Finding>;

    /// The runs that are at a campaign now, as far as anybody can tell, in no order.
    fn at_work(&self, campaign: &str, now: i64) -> Result<Vec<RunId>, Finding>;

    /// Every run that nobody has ended, of all campaigns, the first ones first. Costs little,
    /// however many recipients there are.
    fn runners(&self, now: i64) -> Result<Vec<Runner>, Finding>;

    /// How many recipients of a campaign each run has in which stored state: claims of dead
    /// runs are told as claims.
    fn tallies(&self, campaign: &str) -> Result<Vec<(RunId, State, u64)>, Finding>;

    /// How many recipients of a campaign came to stand where they stand since
    /// a moment: sent, failed, deferred, in doubt or suppressed.
    fn settled_since(&self, campaign: &str, moment: i64) -> Result<u64, Finding>;

    /// How many a campaign's last run left to go, whether it is at work or
    /// not; nothing where a run of an older program did not say.
    fn left_to_go(&self, campaign: &str, now: i64) -> Result<Option<u64>, Finding> {
        let runs = self.runs(campaign, now)?;
        let Some((last, (planned, beyond))) =
            runs.first().and_then(|last| Some((last, last.planned.zip(last.beyond)?)))
        else {
            return Ok(None);
        };
        let done = self.settled_since(campaign, last.started_at)?;
        Ok(Some((planned + beyond).saturating_sub(done)))
    }

    /// How long all runs of a campaign waited for their servers.
    fn stages(&self, campaign: &str) -> Result<Vec<StageTime>, Finding>;

    /// How many mails live runs still have to send by their plans, over all campaigns.
    fn promised(&self, now: i64) -> Result<u64, Finding>;

    /// How many mails were sent since a moment, over all campaigns.
    fn sent_since(&self, moment: i64) -> Result<u64, Finding>;

    /// When the mail number `nth` (from 1) since a moment was sent, over all
    /// campaigns.
    fn nth_sent_since(&self, moment: i64, nth: u64) -> Result<Option<i64>, Finding>;

    /// When the first mail since a moment was sent, over all campaigns.
    fn first_sent_since(&self, moment: i64) -> Result<Option<i64>, Finding> {
        self.nth_sent_since(moment, 1)
    }

    /// Where addresses stand for a campaign, one answer for each in their order, as
    /// somebody sees it who has no run in this ledger.
    fn standings(
        &self,
        campaign: &str,
        addresses: &[&Address],
        now: i64,
    ) -> Result<Vec<Standing>, Finding>;

    /// Whether what was opened to be read is to be opened anew, since somebody writes to it now.
    fn has_stirred(&self) -> bool {
        false
    }

    /// How many recipients of a campaign whom a server refused for good are suppressed.
    fn failed_and_suppressed(&self, campaign: &str) -> Result<u64, Finding>;

    /// Whether an address is suppressed.
    fn is_suppressed(&self, address: &Address) -> Result<bool, Finding>;

    /// Whether somebody who asks for mail now may be sent a mail in which they confirm it:
    /// not where they are suppressed for a reason that is not theirs to lift.
    fn may_be_asked(&self, address: &Address) -> Result<bool, Finding>;

    /// Hands over whoever is subscribed and not suppressed, by address, until `each` has enough.
    fn subscriptions(
        &self,
        each: &mut dyn FnMut(Subscription) -> ControlFlow<()>,
    ) -> Result<(), Finding>;

    /// Whose tokens these are, as far as the index knows; one answer for each,
    /// in their order.
    fn holders(
        &self,
        maker: &TokenMaker,
        tokens: &[[u8; 16]],
    ) -> Result<Vec<Option<Holder>>, Finding>;

    /// Hands over the suppressions one by one, by address, until `each` has
    /// enough.
    fn suppressions(
        &self,
        each: &mut dyn FnMut(Suppression) -> ControlFlow<()>,
    ) -> Result<(), Finding>;
}
