//! Shares: which stretches of a list a run takes first, where others are at the same campaign.
//!
//! All of them walk the same list, and the ledger gives each recipient to one of them. Would
//! they walk it in step, each would make mails that another sends. So every stretch has one run
//! that takes it first: of those at work, the one with the highest draw for that stretch
//! (rendezvous hashing), on which all agree without a word. Who comes or goes changes nothing but
//! that order: when a run is through with its share, it walks the list again and takes whatever
//! is left.

use super::crew::Tools;
use crate::clock;
use crate::finding::Checked;
use crate::ledger::{LedgerHandle, RunId};

/// How many rows make a stretch.
const STRETCH: u64 = 256;

/// A run's share of a list.
#[derive(Debug)]
pub struct Share {
    ledger: LedgerHandle,
    campaign: String,
    run: RunId,
    /// The stretch that was looked at last, and whether it is the run's.
    stretch: Option<(u64, bool)>,
    has_left_some: bool,
}

impl Share {
    /// The share of the run that these tools belong to.
    pub(super) fn new(tools: &Tools, campaign: &str) -> Self {
        Self {
            ledger: tools.ledger.clone(),
            campaign: campaign.to_owned(),
            run: tools.run,
            stretch: None,
            has_left_some: false,
        }
    }

    /// Whether a row is in it, by its number in the list. Who is at work is asked anew for each
    /// stretch.
    pub(super) fn takes(&mut self, row: u64) -> Checked<bool> {
        let number = row / STRETCH;
        let is_ours = match self.stretch {
            Some((known, is_ours)) if known == number => is_ours,
            _ => {
                let campaign = self.campaign.clone();
                let at_work = self
                    .ledger
                    .ask(move |book| book.at_work(&campaign, clock::unix_now()))
                    .wait()?;
                first(number, self.run, &at_work) == self.run
            }
        };
        self.stretch = Some((number, is_ours));
        self.has_left_some |= !is_ours;
        Ok(is_ours)
    }

    /// Whether a row was left to others.
    pub(super) fn has_left_some(&self) -> bool {
        self.has_left_some
    }
}

/// Which run takes a stretch first. One that asks is at work, whatever the ledger says.
fn first(stretch: u64, own: RunId, at_work: &[RunId]) -> RunId {
    let all = at_work.iter().copied().chain([own]);
    all.max_by_key(|run| (draw(stretch, *run), run.number())).unwrap_or(own)
}

/// A number by chance, the same on every machine (the last steps of `SplitMix64`).
fn draw(stretch: u64, run: RunId) -> u64 {
    let mut mixed = stretch.rotate_left(32) ^ run.number().wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{self, Fingerprint, Location, NewRun, Process};

    /// So many runs of one ledger.
    fn runs(count: usize) -> Vec<RunId> {
        let folder = tempfile::TempDir::new().expect("a folder");
        let location = Location::parse("ledger.db", folder.path()).expect("a path");
        let mut ledger = ledger::open(&location).expect("a ledger");
        let run = NewRun {
            campaign: "spring".into(),
            fingerprint: Fingerprint { subject: String::new(), content_hash: String::new() },
            process: Process::this(),
            planned: 0,
            beyond: 0,
            now: clock::unix_now(),
        };
        (0..count).map(|_| ledger.open_run(&run).expect("a run")).collect()
    }

    #[test]
    fn everybody_has_about_as_much_and_who_leaves_changes_only_their_own() {
        let all = runs(8);
        let (gone, rest) = all.split_first().expect("eight");
        for run in &all {
            let share = (0..8000).filter(|stretch| first(*stretch, *run, &all) == *run).count();
            assert!((800..1200).contains(&share), "{run:?} has {share} of 8000");
        }
        for stretch in 0..1000 {
            let before = first(stretch, rest[0], &all);
            assert!(all.iter().all(|run| first(stretch, *run, &all) == before), "they agree");
            assert!(before == *gone || first(stretch, rest[0], rest) == before);
        }
    }
}
