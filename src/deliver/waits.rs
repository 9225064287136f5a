//! Waits: how long a run waits for its server, stage by stage, for whoever
//! asks why it is slow. All connections of a run add to the same counters:
//! that costs nothing that a mail would notice, and allocates nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::trouble::Stage;
use crate::clock::Stopwatch;
use crate::ledger::StageTime;

/// Every stage at which somebody waits, and its name in the ledger.
const NAMES: [(Stage, &str); 10] = [
    (Stage::Connect, "connect"),
    (Stage::Tls, "tls"),
    (Stage::Greeting, "greeting"),
    (Stage::Hello, "hello"),
    (Stage::StartTls, "starttls"),
    (Stage::Auth, "auth"),
    (Stage::Mail, "mail"),
    (Stage::Rcpt, "rcpt"),
    (Stage::Data, "data"),
    (Stage::Dot, "dot"),
];

/// How long was waited at each stage.
#[derive(Debug, Default)]
pub struct Waits([Wait; Stage::Dot as usize + 1]);

/// Times are in microseconds.
#[derive(Debug, Default)]
struct Wait {
    count: AtomicU64,
    total: AtomicU64,
    longest: AtomicU64,
}

impl Waits {
    /// One more wait.
    pub fn add(&self, stage: Stage, time: Duration) {
        let wait = &self.0[stage as usize];
        let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        wait.count.fetch_add(1, Ordering::Relaxed);
        wait.total.fetch_add(micros, Ordering::Relaxed);
        wait.longest.fetch_max(micros, Ordering::Relaxed);
    }

    /// The stages at which somebody waited, as the ledger keeps them.
    pub fn so_far(&self) -> Vec<StageTime> {
        let read = |number: &AtomicU64| number.load(Ordering::Relaxed);
        let times = NAMES.into_iter().map(|(stage, name)| {
            let wait = &self.0[stage as usize];
            StageTime {
                stage: name.to_owned(),
                count: read(&wait.count),
                total: Duration::from_micros(read(&wait.total)),
                longest: Duration::from_micros(read(&wait.longest)),
            }
        });
        times.filter(|time| time.count > 0).collect()
    }
}

/// One connection's watch. A wait begins when something is written, or when
/// the reply before has come; so what was pipelined is told apart, and the
/// time between two mails counts nowhere.
#[derive(Debug)]
pub(super) struct Watch {
    waits: Arc<Waits>,
    since: Stopwatch,
}

impl Watch {
    /// Starts now.
    pub(super) fn new(waits: Arc<Waits>) -> Self {
        Self { waits, since: Stopwatch::start() }
    }

    /// Something is about to be written.
    pub(super) fn start(&mut self) {
        self.since = Stopwatch::start();
    }

    /// What was waited for has come, or will not come any more.
    pub(super) fn lap(&mut self, stage: Stage) {
        self.waits.add(stage, self.since.elapsed());
        self.start();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_add_up_stage_by_stage() {
        let waits = Waits::default();
        assert!(waits.so_far().is_empty());
        for millis in [100, 300, 200] {
            waits.add(Stage::Dot, Duration::from_millis(millis));
        }
        waits.add(Stage::Rcpt, Duration::from_millis(7));
        let told: Vec<(String, u64, u128, u128)> = waits
            .so_far()
            .into_iter()
            .map(|time| {
                let (average, longest) = (time.average().as_millis(), time.longest.as_millis());
                (time.stage, time.count, average, longest)
            })
            .collect();
        assert_eq!(told, [("rcpt".into(), 1, 7, 7), ("dot".into(), 3, 200, 300)]);
    }
}
