//! The ledger on its thread: group commit, and nobody waits for ever.

use handbill::ledger::{Holder, Joined, Subscription, TokenMaker};

use super::*;

/// A ledger that counts its commits, waits at a gate before each, and
/// fails when it is told to.
struct Watched {
    inner: Box<dyn Ledger>,
    commits: Arc<AtomicUsize>,
    gate: mpsc::Receiver<()>,
    is_full: Arc<AtomicBool>,
}

impl Ledger for Watched {
    fn open_run(&mut self, run: &NewRun) -> Result<RunId, Finding> {
        self.inner.open_run(run)
    }
    fn heartbeat(&mut self, run: RunId, now: i64) -> Result<(), Finding> {
        self.inner.heartbeat(run, now)
    }
    fn keep_stages(&mut self, run: RunId, stages: &[StageTime]) -> Result<(), Finding> {
        self.inner.keep_stages(run, stages)
    }
    fn finish_run(&mut self, run: RunId, now: i64) -> Result<(), Finding> {
        self.inner.finish_run(run, now)
    }
    fn apply(&mut self, steps: &[Step]) -> Result<Vec<Vec<Answer>>, Finding> {
        // A gate that nobody holds any more stands open.
        self.gate.recv().unwrap_or_default();
        if self.is_full.load(Ordering::SeqCst) {
            return Err(Finding::error("ledger-full", "no space is left", "make room"));
        }
        self.commits.fetch_add(1, Ordering::SeqCst);
        self.inner.apply(steps)
    }
    fn settle(&mut self, campaign: &str, how: Settlement, now: i64) -> Result<u64, Finding> {
        self.inner.settle(campaign, how, now)
    }
    fn reserve(&mut self, run: RunId, most: u64, since: i64, now: i64) -> Result<u64, Finding> {
        self.inner.reserve(run, most, since, now)
    }
    fn turns(&mut self, p: &str, i: Duration, n: u32, now: Duration) -> Result<Duration, Finding> {
        self.inner.turns(p, i, n, now)
    }
    fn suppress(&mut self, suppressions: &[Suppression]) -> Result<u64, Finding> {
        self.inner.suppress(suppressions)
    }
    fn unsuppress(&mut self, addresses: &[Address]) -> Result<u64, Finding> {
        self.inner.unsuppress(addresses)
    }
    fn subscribe(&mut self, subscriptions: &[Subscription]) -> Result<Vec<Joined>, Finding> {
        self.inner.subscribe(subscriptions)
    }
    fn bounced(
        &mut self,
        bounces: &[Bounce],
        limit: SoftLimit,
        now: i64,
    ) -> Result<Vec<Fate>, Finding> {
        self.inner.bounced(bounces, limit, now)
    }

    fn index_tokens(&mut self, maker: &TokenMaker, most: usize) -> Result<bool, Finding> {
        self.inner.index_tokens(maker, most)
    }
}

impl Book for Watched {
    fn campaigns(&self) -> Result<Vec<CampaignRecord>, Finding> {
        self.inner.campaigns()
    }
    fn campaign(&self, id: &str) -> Result<Option<CampaignRecord>, Finding> {
        self.inner.campaign(id)
    }
    fn totals(&self, campaign: &str, now: i64) -> Result<Totals, Finding> {
        self.inner.totals(campaign, now)
    }
    fn domains(
        &self,
        campaign: &str,
        now: i64,
        limit: usize,
    ) -> Result<Vec<(String, Totals)>, Finding> {
        self.inner.domains(campaign, now, limit)
    }
    fn recipients(
        &self,
        campaign: &str,
        only: Option<State>,
        now: i64,
        each: &mut dyn FnMut(Recipient) -> ControlFlow<()>,
    ) -> Result<(), Finding> {
        self.inner.recipients(campaign, only, now, each)
    }
    fn waiting(&self, campaign: &str, now: i64) -> Result<Waiting, Finding> {
        self.inner.waiting(campaign, now)
    }
    fn runs(&self, campaign: &str, now: i64) -> Result<Vec<RunRecord>, Finding> {
        self.inner.runs(campaign, now)
    }
    fn at_work(&self, campaign: &str, now: i64) -> Result<Vec<RunId>, Finding> {
        self.inner.at_work(campaign, now)
    }

    fn runners(&self, now: i64) -> Result<Vec<Runner>, Finding> {
        self.inner.runners(now)
    }

    fn tallies(&self, campaign: &str) -> Result<Vec<(RunId, State, u64)>, Finding> {
        self.inner.tallies(campaign)
    }

    fn settled_since(&self, campaign: &str, moment: i64) -> Result<u64, Finding> {
        self.inner.settled_since(campaign, moment)
    }
    fn stages(&self, campaign: &str) -> Result<Vec<StageTime>, Finding> {
        self.inner.stages(campaign)
    }
    fn sent_since(&self, moment: i64) -> Result<u64, Finding> {
        self.inner.sent_since(moment)
    }
    fn nth_sent_since(&self, moment: i64, nth: u64) -> Result<Option<i64>, Finding> {
        self.inner.nth_sent_since(moment, nth)
    }
    fn promised(&self, now: i64) -> Result<u64, Finding> {
        self.inner.promised(now)
    }
    fn standings(&self, c: &str, a: &[&Address], now: i64) -> Result<Vec<Standing>, Finding> {
        self.inner.standings(c, a, now)
    }

    fn failed_and_suppressed(&self, campaign: &str) -> Result<u64, Finding> {
        self.inner.failed_and_suppressed(campaign)
    }

    fn is_suppressed(&self, address: &Address) -> Result<bool, Finding> {
        self.inner.is_suppressed(address)
    }
    fn may_be_asked(&self, address: &Address) -> Result<bool, Finding> {
        self.inner.may_be_asked(address)
    }
    fn subscriptions(
        &self,
        each: &mut dyn FnMut(Subscription) -> ControlFlow<()>,
    ) -> Result<(), Finding> {
        self.inner.subscriptions(each)
    }
    fn holders(
        &self,
        maker: &TokenMaker,
        tokens: &[[u8; 16]],
    ) -> Result<Vec<Option<Holder>>, Finding> {
        self.inner.holders(maker, tokens)
    }
    fn suppressions(
        &self,
        each: &mut dyn FnMut(Suppression) -> ControlFlow<()>,
    ) -> Result<(), Finding> {
        self.inner.suppressions(each)
    }
}

struct Bench {
    handle: ledger::LedgerHandle,
    run: RunId,
    gate: mpsc::Sender<()>,
    is_full: Arc<AtomicBool>,
    commits: Arc<AtomicUsize>,
    desk: Desk,
}

fn watched() -> Bench {
    let desk = Desk::new();
    let mut inner = desk.open();
    let run = live_run(&mut *inner);
    let (gate, waiting) = mpsc::channel();
    let commits = Arc::new(AtomicUsize::new(0));
    let is_full = Arc::new(AtomicBool::new(false));
    let watched = Watched {
        inner,
        commits: Arc::clone(&commits),
        gate: waiting,
        is_full: Arc::clone(&is_full),
    };
    let handle = ledger::spawn(Box::new(watched)).expect("a thread");
    Bench { handle, run, gate, is_full, commits, desk }
}

#[test]
fn a_hundred_claims_that_wait_together_share_a_commit() {
    let Bench { handle, run, gate, commits, desk, .. } = watched();
    let names: Vec<String> = (0..100).map(|number| format!("reader{number}")).collect();
    let pending: Vec<_> = names.iter().map(|name| handle.claim(request(run, &[name]))).collect();
    // While the first stood at the gate, the others came.
    drop(gate);
    for answer in pending {
        assert!(matches!(answer.wait().unwrap()[..], [Answer::Yours(_)]));
    }
    assert!(commits.load(Ordering::SeqCst) <= 2, "{commits:?} commits");
    assert_eq!(desk.read().totals("spring", NOW).unwrap().remaining, 100);
}

#[test]
fn everybody_in_a_shared_commit_gets_their_own_answers() {
    let Bench { handle, run, gate, desk: _desk, .. } = watched();
    let first = handle.claim(request(run, &["ann", "bob"]));
    let second = handle.claim(request(run, &["bob", "cy", "ann"]));
    drop(gate);
    let held: Vec<Claim> = first.wait().unwrap().into_iter().filter_map(yours).collect();
    assert_eq!(held.len(), 2);
    let answers = second.wait().unwrap();
    assert_eq!((&answers[0], &answers[2]), (&Answer::Duplicate, &Answer::Duplicate));
    let records = held
        .into_iter()
        .map(|claim| Record { claim, outcome: Outcome::Sent, reply: Reply::default(), at: NOW })
        .collect();
    let steps = vec![Step::Record(records), Step::Claim(request(run, &["dee"]))];
    let next = handle.take(steps).wait().unwrap();
    assert!(matches!(next[..], [Answer::Yours(_)]));
    let counted = handle.ask(|ledger| ledger.totals("spring", NOW)).wait().unwrap();
    assert_eq!((counted.sent, counted.remaining), (2, 2));
}

#[test]
fn a_ledger_that_fails_in_mid_run_tells_everybody_who_waits() {
    let Bench { handle, run, gate, is_full, desk: _desk, .. } = watched();
    let pending: Vec<_> =
        ["ann", "bob"].iter().map(|name| handle.claim(request(run, &[name]))).collect();
    is_full.store(true, Ordering::SeqCst);
    drop(gate);
    for answer in pending {
        assert_eq!(answer.wait().expect_err("it failed").why.code, "ledger-full");
    }
    is_full.store(false, Ordering::SeqCst);
    let later = handle.claim(request(run, &["ann"])).wait().expect("there is room again");
    assert!(matches!(later[..], [Answer::Yours(_)]));
}

#[test]
fn an_outcome_whose_commit_failed_is_given_back_and_can_be_told_again() {
    let Bench { handle, run, gate, is_full, desk: _desk, .. } = watched();
    drop(gate);
    let held = handle.claim(request(run, &["ann"])).wait().unwrap();
    let claim = held.into_iter().find_map(yours).expect("ann is free");
    let record = Record { claim, outcome: Outcome::Sent, reply: Reply::default(), at: NOW };
    is_full.store(true, Ordering::SeqCst);
    let steps = vec![Step::Record(vec![record]), Step::Claim(request(run, &["bob"]))];
    let mut steps = handle.take(steps).wait().expect_err("it is full").steps;
    is_full.store(false, Ordering::SeqCst);
    assert!(matches!(steps.pop(), Some(Step::Claim(_))));
    handle.take(steps).wait().expect("there is room for the outcome");
    let counted = handle.ask(|ledger| ledger.totals("spring", NOW)).wait().unwrap();
    assert_eq!(counted, Totals { sent: 1, ..Totals::default() });
}

#[test]
fn an_outcome_does_not_fail_with_a_claim_of_somebody_else() {
    let Bench { handle, run, gate, desk: _desk, .. } = watched();
    gate.send(()).expect("it is there");
    let held = handle.claim(request(run, &["ann"])).wait().unwrap();
    let claim = held.into_iter().find_map(yours).expect("ann is free");
    handle.ask(move |ledger| ledger.finish_run(run, NOW)).wait().unwrap();
    // All three stand before the gate together.
    let first = handle.claim(request(run, &["bob"]));
    let record = Record { claim, outcome: Outcome::Sent, reply: Reply::default(), at: NOW };
    let told = handle.take(vec![Step::Record(vec![record])]);
    let asked = handle.claim(request(run, &["cy"]));
    drop(gate);
    assert_eq!(first.wait().expect_err("the run is over").why.code, "ledger-run-over");
    assert_eq!(asked.wait().expect_err("the run is over").why.code, "ledger-run-over");
    told.wait().expect("a late outcome is the truth");
    let counted = handle.ask(|ledger| ledger.totals("spring", NOW)).wait().unwrap();
    assert_eq!(counted, Totals { sent: 1, ..Totals::default() });
}

#[test]
fn a_ledger_that_panics_leaves_nobody_waiting() {
    let Bench { handle, run, desk: _desk, .. } = watched();
    let asked = handle.ask(|_| -> Result<(), Finding> { panic!("as the test wants") });
    assert_eq!(asked.wait().expect_err("it stopped").code, "ledger-stopped");
    let refused = handle.claim(request(run, &["ann"])).wait().expect_err("it stopped");
    assert_eq!(refused.why.code, "ledger-stopped");
}

#[test]
fn a_tokio_task_awaits_its_claim() {
    let Bench { handle, run, gate, desk: _desk, .. } = watched();
    drop(gate);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let answers = runtime.block_on(handle.claim(request(run, &["ann"]))).unwrap();
    assert!(matches!(answers[..], [Answer::Yours(_)]));
}
