//! Claims, outcomes, crashes and settlements in any order, against a model.

use std::collections::BTreeSet;

use handbill::ledger::TokenMaker;

use super::*;

/// Readers, each under three spellings.
const NAMES: [[&str; 3]; 5] = [
    ["ann", "\"ann\"", "ANN"],
    ["zoë", "zoe\u{308}", "ZOË"],
    ["cy", "cy", "\"c\\y\""],
    ["\"dee dee\"", "\"DEE\\ dee\"", "\"dee dee\""],
    ["eve", "Eve", "eve"],
];

/// A reader and one of their spellings.
type Name = (usize, usize);

fn name() -> impl Strategy<Value = Name> {
    (0..NAMES.len(), 0..3usize)
}

fn spelled((name, spelling): Name) -> &'static str {
    NAMES[name][spelling]
}

#[derive(Clone, Debug)]
enum Event {
    Claim { run: usize, names: Vec<Name>, retry_failed: bool },
    Record { run: usize, held: usize, outcome: Outcome },
    Release { run: usize, held: usize },
    Crash { run: usize },
    Settle(Settlement),
    Suppress(Name),
    Unsuppress(Name),
    Wait(i64),
}

fn outcome() -> impl Strategy<Value = Outcome> {
    prop_oneof![
        Just(Outcome::Sent),
        Just(Outcome::Failed),
        (0..100i64).prop_map(|wait| Outcome::Deferred { retry_at: NOW + wait }),
        Just(Outcome::InDoubt),
        Just(Outcome::Skipped),
    ]
}

fn event() -> impl Strategy<Value = Event> {
    let names = prop::collection::vec(name(), 1..4);
    prop_oneof![
        4 => (0..2usize, names, any::<bool>())
            .prop_map(|(run, names, retry_failed)| Event::Claim { run, names, retry_failed }),
        4 => (0..2usize, 0..9usize, outcome())
            .prop_map(|(run, held, outcome)| Event::Record { run, held, outcome }),
        1 => (0..2usize, 0..9usize).prop_map(|(run, held)| Event::Release { run, held }),
        1 => (0..2usize).prop_map(|run| Event::Crash { run }),
        1 => prop_oneof![Just(Settlement::Skip), Just(Settlement::Resend)]
            .prop_map(Event::Settle),
        1 => name().prop_map(Event::Suppress),
        1 => name().prop_map(Event::Unsuppress),
        1 => (1..50i64).prop_map(Event::Wait),
    ]
}

/// Where a recipient stands, in the plainest words.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Known {
    state: State,
    run: usize,
    retry_at: i64,
    before: Option<State>,
}

/// The reference: maps in memory, written without regard to the database.
#[derive(Default)]
struct Model {
    known: BTreeMap<usize, Known>,
    suppressed: [bool; NAMES.len()],
    sent: [u32; NAMES.len()],
}

impl Model {
    fn claim(
        &mut self,
        name: usize,
        run: usize,
        live: &[usize],
        retry_failed: bool,
        now: i64,
    ) -> &'static str {
        let suppressed = self.suppressed[name];
        let Some(known) = self.known.get_mut(&name) else {
            let state = if suppressed { State::Suppressed } else { State::Claimed };
            self.known.insert(name, Known { state, run, retry_at: i64::MAX, before: None });
            return if suppressed { "suppressed" } else { "yours" };
        };
        let mine = known.run == run;
        let again = match known.state {
            State::Deferred => known.retry_at <= now,
            State::Skipped => known.retry_at <= now && !mine,
            State::Failed => retry_failed && !mine && !suppressed,
            State::Suppressed => !mine && !suppressed,
            _ => false,
        };
        if again {
            known.before = Some(known.state);
            known.run = run;
            known.state = if suppressed { State::Suppressed } else { State::Claimed };
            return if suppressed { "suppressed" } else { "yours" };
        }
        match known.state {
            _ if mine => "duplicate",
            State::Suppressed => "suppressed",
            State::Claimed if !live.contains(&known.run) => "in_doubt",
            state => state.as_str(),
        }
    }

    fn totals(&self, live: &[usize]) -> Totals {
        let mut totals = Totals::default();
        for known in self.known.values() {
            *match known.state {
                State::Claimed if live.contains(&known.run) => &mut totals.remaining,
                State::Claimed | State::InDoubt => &mut totals.in_doubt,
                State::Sent => &mut totals.sent,
                State::Failed => &mut totals.failed,
                State::Deferred => &mut totals.deferred,
                State::Skipped => &mut totals.skipped,
                State::Suppressed => &mut totals.suppressed,
            } += 1;
        }
        totals
    }
}

/// Two senders on one ledger, each with the claims that it holds. A crash
/// replaces a sender by a new one.
struct World {
    desk: Desk,
    ledgers: Vec<Box<dyn Ledger>>,
    runs: Vec<(RunId, usize)>,
    held: Vec<Vec<(Name, Claim)>>,
    next_run: usize,
    now: i64,
    model: Model,
    /// The keys that mails were made with, and links in them with those.
    mailed: BTreeSet<String>,
}

impl World {
    fn new() -> Self {
        let desk = Desk::new();
        let mut world = Self {
            ledgers: Vec::new(),
            runs: Vec::new(),
            held: Vec::new(),
            next_run: 0,
            now: NOW,
            model: Model::default(),
            mailed: BTreeSet::new(),
            desk,
        };
        for _ in 0..2 {
            let (ledger, run) = world.sender();
            world.ledgers.push(ledger);
            world.runs.push(run);
            world.held.push(Vec::new());
        }
        world
    }

    fn sender(&mut self) -> (Box<dyn Ledger>, (RunId, usize)) {
        let mut ledger = self.desk.open();
        let run = ledger.open_run(&run_of(Process::this())).unwrap();
        self.next_run += 1;
        (ledger, (run, self.next_run))
    }

    fn live(&self) -> Vec<usize> {
        self.runs.iter().map(|(_, number)| *number).collect()
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Claim { run, names, retry_failed } => self.claim(run, &names, retry_failed),
            Event::Record { run, held, outcome } => self.record(run, held, outcome),
            Event::Release { run, held } => self.release(run, held),
            Event::Crash { run } => self.crash(run),
            Event::Settle(decision) => self.settle(decision),
            Event::Suppress(name) => {
                suppress(&mut *self.ledgers[0], spelled(name));
                self.model.suppressed[name.0] = true;
            }
            Event::Unsuppress(name) => {
                let removed = self.ledgers[1].unsuppress(&addresses(&[spelled(name)])).unwrap();
                assert_eq!(removed, u64::from(self.model.suppressed[name.0]));
                self.model.suppressed[name.0] = false;
            }
            Event::Wait(seconds) => self.now += seconds,
        }
    }

    fn claim(&mut self, run: usize, names: &[Name], retry_failed: bool) {
        let live = self.live();
        let (id, number) = self.runs[run];
        let wanted: Vec<&str> = names.iter().map(|name| spelled(*name)).collect();
        let asked = ClaimRequest { retry_failed, now: self.now, ..request(id, &wanted) };
        for (answer, &name) in self.ledgers[run].claim(asked).unwrap().into_iter().zip(names) {
            let expected = self.model.claim(name.0, number, &live, retry_failed, self.now);
            let said = match answer {
                Answer::Yours(claim) => {
                    self.held[run].push((name, claim));
                    "yours"
                }
                Answer::Already(state) => state.as_str(),
                Answer::NotYet { .. } => "deferred",
                Answer::Duplicate => "duplicate",
                Answer::Suppressed => "suppressed",
            };
            assert_eq!(said, expected, "{}", spelled(name));
        }
    }

    fn take(&mut self, run: usize, held: usize) -> Option<(Name, Claim)> {
        let count = self.held[run].len();
        (count > 0).then(|| self.held[run].remove(held % count))
    }

    fn record(&mut self, run: usize, held: usize, outcome: Outcome) {
        let Some((name, claim)) = self.take(run, held) else { return };
        record(&mut *self.ledgers[run], vec![claim], outcome);
        self.mailed.insert(addresses(&[spelled(name)])[0].key());
        let name = name.0;
        let known = self.model.known.get_mut(&name).expect("it was claimed");
        known.before = None;
        (known.state, known.retry_at) = match outcome {
            Outcome::Sent => (State::Sent, i64::MAX),
            Outcome::Failed => (State::Failed, i64::MAX),
            Outcome::Deferred { retry_at } => (State::Deferred, retry_at),
            Outcome::InDoubt => (State::InDoubt, i64::MAX),
            Outcome::Skipped => (State::Skipped, 0),
        };
        if outcome == Outcome::Sent {
            self.model.sent[name] += 1;
        }
    }

    fn release(&mut self, run: usize, held: usize) {
        let Some(((name, _), claim)) = self.take(run, held) else { return };
        self.ledgers[run].release(vec![claim]).unwrap();
        let known = self.model.known.get_mut(&name).expect("it was claimed");
        match known.before.take() {
            None => drop(self.model.known.remove(&name)),
            // It stands where it stood, and the run that gave it back is
            // the last one that had it.
            Some(state) => known.state = state,
        }
    }

    /// A run that ends without a word about its claims, seen from outside,
    /// is one that finished with claims open.
    fn crash(&mut self, run: usize) {
        self.ledgers[run].finish_run(self.runs[run].0, self.now).unwrap();
        self.held[run].clear();
        (self.ledgers[run], self.runs[run]) = self.sender();
    }

    fn settle(&mut self, decision: Settlement) {
        let live = self.live();
        let settled = self.ledgers[0].settle("spring", decision, self.now).unwrap();
        let mut expected = 0;
        for known in self.model.known.values_mut() {
            let dead = known.state == State::Claimed && !live.contains(&known.run);
            if dead || known.state == State::InDoubt {
                expected += 1;
                known.before = None;
                (known.state, known.retry_at) = match decision {
                    Settlement::Skip => (State::Skipped, i64::MAX),
                    Settlement::Resend => (State::Deferred, self.now),
                };
            }
        }
        assert_eq!(settled, expected);
    }

    fn check(&self) {
        let live = self.live();
        let counted = self.ledgers[0].totals("spring", self.now).unwrap();
        assert_eq!(counted, self.model.totals(&live));
        // Nobody gets it twice, whatever happens in between.
        assert!(self.model.sent.iter().all(|times| *times <= 1), "{:?}", self.model.sent);
        let holders: usize = self.held.iter().map(Vec::len).sum();
        assert_eq!(counted.remaining, holders as u64, "every open claim has one holder");
    }
}

impl World {
    /// Whatever spelling a mail was made with, its link leads to its reader.
    fn check_links(&mut self) {
        let token = |campaign: &str, key: &str| {
            let text = format!("{key} {campaign}                ");
            *text.as_bytes().first_chunk().expect("long enough")
        };
        let maker = TokenMaker { mark: [7; 16], token: Box::new(token) };
        while self.ledgers[0].index_tokens(&maker, 50).unwrap() {}
        let tokens: Vec<[u8; 16]> = self.mailed.iter().map(|key| token("spring", key)).collect();
        let holders = self.ledgers[1].holders(&maker, &tokens).unwrap();
        for (key, holder) in self.mailed.iter().zip(holders) {
            assert_eq!(&holder.expect(key).address.key(), key);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn the_ledger_does_what_plain_maps_would_do(
        events in prop::collection::vec(event(), 1..50),
    ) {
        let mut world = World::new();
        for event in events {
            world.happen(event);
            world.check();
        }
        world.check_links();
    }
}
