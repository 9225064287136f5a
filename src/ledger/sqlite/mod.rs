//! The ledger in an SQLite file: the embedded default.
//!
//! `open` is opening and what can go wrong with it, `schema` the tables and
//! their migrations, `claims` what runs write (`bounces` what comes back, `suppressions` who is never
//! mailed), `meetings` a reader under several spellings, `identities` what older programs leave out of that,
//! `queries` all that reads,
//! `budgets` what runs share, `health` how the file is, `runs` who is alive, `tokens` the index of readers' links,
//! `subscriptions` who signed up by the form, `reserve` the room for last words, `whole` all rows at once, `trouble` the errors in
//! words. The SQL keeps to what PostgreSQL says as well, pragmas and the row ids of claims apart.

mod bounces;
mod budgets;
mod claims;
mod health;
mod identities;
mod meetings;
mod open;
mod queries;
mod reserve;
mod runs;
mod schema;
mod subscriptions;
mod suppressions;
mod tokens;
mod trouble;
mod whole;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::address::Address;
use crate::finding::Finding;

use super::book::Ledger;
use super::bounce::{Bounce, Fate, SoftLimit};
use super::entry::{Answer, NewRun, RunId, Settlement, Step, Suppression, TokenMaker};
use super::past::StageTime;
use super::subscription::{Joined, Subscription};
use claims::Known;
use trouble::Trouble;

/// A ledger in an SQLite file.
#[derive(Debug)]
pub(super) struct Sqlite {
    connection: Connection,
    /// The file as messages name it.
    name: String,
    /// The `-wal` that was not there when the file was opened to be read as
    /// one that nobody writes to.
    still_without: Option<PathBuf>,
    /// What a run keeps of its disk, to have room when it is full.
    reserve: Option<File>,
}

impl Sqlite {
    /// Does work in one transaction. It begins by taking the write lock: two
    /// that read first and write then could only fail each other.
    fn write<T>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Trouble>,
    ) -> Result<T, Finding> {
        in_transaction(&mut self.connection, work)
            .map_err(|trouble| trouble.into_finding(&self.name))
    }

    /// The same for what would otherwise be lost: where the disk is full, it
    /// gets the room that was set aside.
    fn write_at_last<T>(
        &mut self,
        work: impl Fn(&Transaction<'_>) -> Result<T, Trouble>,
    ) -> Result<T, Finding> {
        let mut written = in_transaction(&mut self.connection, &work);
        if written.as_ref().is_err_and(Trouble::is_full) && self.reserve.take().is_some() {
            written = in_transaction(&mut self.connection, &work);
        }
        written.map_err(|trouble| trouble.into_finding(&self.name))
    }

    /// Sees to it that there is room for last words. A temporary ledger has no
    /// path, and nothing to lose.
    fn set_room_aside(&mut self) -> Result<(), Finding> {
        let path = self.connection.path().filter(|path| !path.is_empty());
        if let (None, Some(path)) = (&self.reserve, path) {
            let set_aside = reserve::set_aside(Path::new(path)).map_err(Trouble::from);
            self.reserve = Some(set_aside.map_err(|trouble| trouble.into_finding(&self.name))?);
        }
        Ok(())
    }

    fn ask<T>(
        &self,
        question: impl FnOnce(&Connection) -> Result<T, Trouble>,
    ) -> Result<T, Finding> {
        question(&self.connection).map_err(|trouble| trouble.into_finding(&self.name))
    }
}

fn in_transaction<T>(
    connection: &mut Connection,
    work: impl FnOnce(&Transaction<'_>) -> Result<T, Trouble>,
) -> Result<T, Trouble> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let value = work(&transaction)?;
    transaction.commit()?;
    Ok(value)
}

impl Ledger for Sqlite {
    fn open_run(&mut self, run: &NewRun) -> Result<RunId, Finding> {
        self.set_room_aside()?;
        self.write(|transaction| claims::open_run(transaction, run))
    }

    fn reserve(&mut self, run: RunId, most: u64, since: i64, now: i64) -> Result<u64, Finding> {
        self.write(|transaction| budgets::reserve(transaction, run, most, since, now))
    }

    fn turns(
        &mut self,
        pace: &str,
        interval: Duration,
        count: u32,
        now: Duration,
    ) -> Result<Duration, Finding> {
        self.write(|transaction| budgets::turns(transaction, pace, interval, count, now))
    }

    fn heartbeat(&mut self, run: RunId, now: i64) -> Result<(), Finding> {
        // An older program that answers readers beside this run writes down who leaves.
        identities::fill_others(&mut self.connection)
            .map_err(|trouble| trouble.into_finding(&self.name))?;
        self.write(|transaction| claims::heartbeat(transaction, run, now))
    }

    fn keep_stages(&mut self, run: RunId, stages: &[StageTime]) -> Result<(), Finding> {
        self.write(|transaction| runs::keep_stages(transaction, run, stages))
    }

    fn finish_run(&mut self, run: RunId, now: i64) -> Result<(), Finding> {
        self.write_at_last(|transaction| claims::finish_run(transaction, run, now))
    }

    fn apply(&mut self, steps: &[Step]) -> Result<Vec<Vec<Answer>>, Finding> {
        let take_all = |transaction: &Transaction<'_>| {
            let mut known = Known::default();
            steps.iter().map(|step| claims::take(transaction, &mut known, step)).collect()
        };
        if !steps.iter().any(|step| matches!(step, Step::Claim(_))) {
            return self.write_at_last(take_all);
        }
        // A claim leads to more that has to be written down: without room for
        // that there is none.
        self.set_room_aside()?;
        self.write(take_all)
    }

    fn settle(&mut self, campaign: &str, decision: Settlement, now: i64) -> Result<u64, Finding> {
        self.write(|transaction| claims::settle(transaction, campaign, decision, now))
    }

    fn suppress(&mut self, suppressions: &[Suppression]) -> Result<u64, Finding> {
        self.write(|transaction| suppressions::suppress(transaction, suppressions))
    }

    fn unsuppress(&mut self, addresses: &[Address]) -> Result<u64, Finding> {
        self.write(|transaction| suppressions::unsuppress(transaction, addresses))
    }

    fn index_tokens(&mut self, maker: &TokenMaker, most: usize) -> Result<bool, Finding> {
        if self.ask(|connection| tokens::is_whole(connection, maker))? {
            return Ok(false);
        }
        self.write(|transaction| tokens::index(transaction, maker, most))
    }

    fn subscribe(&mut self, subscriptions: &[Subscription]) -> Result<Vec<Joined>, Finding> {
        self.write(|transaction| subscriptions::subscribe(transaction, subscriptions))
    }

    fn bounced(
        &mut self,
        bounces: &[Bounce],
        limit: SoftLimit,
        now: i64,
    ) -> Result<Vec<Fate>, Finding> {
        self.write(|transaction| bounces::take(transaction, bounces, limit, now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{Answer::Yours, Book};
    use crate::ledger::{ClaimRequest, Fingerprint, Process, State};

    #[test]
    fn a_disk_that_fills_up_in_mid_run_is_said_and_nothing_is_half_done() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let mut ledger = Sqlite::open(&folder.path().join("ledger.db")).expect("opens");
        let fingerprint = Fingerprint { subject: String::new(), content_hash: String::new() };
        let process = Process::this();
        let new = NewRun {
            campaign: "spring".into(),
            fingerprint,
            process,
            planned: 1000,
            beyond: 0,
            now: 1,
        };
        let run = ledger.open_run(&new).expect("a run");
        let address = |number| format!("reader{number}@example.org");
        let addresses: Vec<Address> =
            (0..1000).map(|number| Address::parse(&address(number)).expect("valid")).collect();
        let request = ClaimRequest { run, addresses, retry_failed: false, now: 1 };
        let pages: i64 = ledger
            .connection
            .pragma_query_value(None, "page_count", |row| row.get(0))
            .expect("a count");
        let allow = |ledger: &Sqlite, pages: i64| {
            let pragma = format!("PRAGMA max_page_count = {pages}");
            ledger.connection.query_row(&pragma, [], |_| Ok(())).expect("a limit");
        };
        allow(&ledger, pages + 5);
        assert_eq!(ledger.claim(request.clone()).expect_err("it is full").code, "ledger-full");
        assert_eq!(ledger.totals("spring", 1).expect("totals").remaining, 0);
        allow(&ledger, 1_000_000);
        let answers = ledger.claim(request).expect("there is room again");
        assert!(answers.iter().all(|answer| matches!(answer, Yours(_))));
    }

    #[test]
    fn a_state_that_only_a_newer_program_knows_is_an_error_and_not_a_guess() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let ledger = Sqlite::open(&folder.path().join("ledger.db")).expect("opens");
        let known = State::ALL.map(State::as_str);
        let read = |state: &str| {
            ledger.connection.query_row("SELECT ?1", [state], |row| row.get::<_, State>(0))
        };
        assert!(known.into_iter().all(|state| read(state).is_ok()));
        assert!(read("postponed").is_err());
    }
}
