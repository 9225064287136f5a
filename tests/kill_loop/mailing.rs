//! A mailing to a long list, and what must hold of it whatever happens.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::desk::{CAMPAIGN, Desk, Ran, Running};
use crate::smtp_server::SmtpServer;

/// How many connections a mailing works with.
pub(crate) const CONNECTIONS: u64 = 4;
/// The most that are in doubt when a run is killed: on each connection one that
/// is under way, and one that was claimed ahead or whose outcome is not written.
pub(crate) const DOUBTS: u64 = 2 * CONNECTIONS;

/// A campaign, a list and a server to go through.
pub(crate) struct Mailing {
    pub(crate) desk: Desk,
    people: usize,
}

impl Mailing {
    /// A mailing to so many. `ledger` is a path, or nothing for the usual one.
    pub(crate) fn new(people: usize, via: &str, ledger: Option<&str>) -> Self {
        let ledger =
            ledger.map_or_else(String::new, |path| format!("[ledger]\nurl = \"{path}\"\n"));
        let settings = format!(
            "[sender]\nname = \"River Path Friends\"\nemail = \"news@example.org\"\n\
             postal_address = \"1 Mill Lane, Exampleton\"\n[list]\nfile = \"subscribers.csv\"\n\
             [unsubscribe]\nmailto = \"leave@example.org\"\n\
             [delivery]\nvia = \"{via}\"\nconnections = {CONNECTIONS}\n{ledger}"
        );
        let rows = (0..people).map(|number| format!("{},Reader {number}\n", address(number)));
        let list = format!("email,first_name\n{}", rows.collect::<String>());
        Self { desk: Desk::bare().settings(&settings).campaign(CAMPAIGN).list(&list), people }
    }

    /// Sends and goes on.
    pub(crate) fn start(&self) -> Running<'_> {
        self.desk.start("send campaigns/spring.md --yes --format json")
    }

    /// Sends, to its end.
    pub(crate) fn send(&self, more: &str) -> Ran {
        self.desk.run(&format!("send campaigns/spring.md --yes --format json {more}"))
    }

    /// A count of `handbill status`.
    pub(crate) fn count(&self, what: &str) -> u64 {
        let status: Value = self.desk.run("status spring --format json").ends(0).json();
        status[what].as_u64().expect("a count")
    }

    /// Those of whom the ledger knows, or only those in a state.
    pub(crate) fn known(&self, only: Option<&str>) -> BTreeSet<String> {
        let only = only.map_or_else(String::new, |state| format!("--only {state}"));
        let csv = self.desk.run(&format!("status spring --format csv {only}")).ends(0).out;
        let addresses = csv.lines().skip(1).filter_map(|line| line.split(',').next());
        addresses.map(str::to_owned).collect()
    }

    /// Of all who are on the list, everybody got it once, or is in doubt.
    #[track_caller]
    pub(crate) fn assert_nobody_twice_and_nobody_missing(&self, accepted: &[String]) {
        let doubled = doubled(accepted);
        assert!(doubled.is_empty(), "they got it twice: {doubled:?}");
        let in_doubt = self.known(Some("in-doubt"));
        let got: BTreeSet<&String> = accepted.iter().collect();
        let missing: Vec<String> = (0..self.people)
            .map(address)
            .filter(|address| !got.contains(address) && !in_doubt.contains(address))
            .collect();
        assert!(missing.is_empty(), "they are missing: {missing:?}");
    }
}

/// The address of a reader.
fn address(number: usize) -> String {
    format!("p{number}@d{}.test", number % 7)
}

/// Whom a server took mail for, once for each mail.
pub(crate) fn recipients(server: &SmtpServer) -> Vec<String> {
    server.accepted().into_iter().flat_map(|message| message.to).collect()
}

/// Those who stand there more than once.
pub(crate) fn doubled(accepted: &[String]) -> BTreeSet<String> {
    let mut counts = BTreeMap::new();
    for address in accepted {
        *counts.entry(address).or_insert(0) += 1;
    }
    counts.into_iter().filter(|(_, count)| *count > 1).map(|(who, _)| who.clone()).collect()
}

/// Chance that is the same in every run of a test; the moments that it falls
/// on are not.
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new() -> Self {
        Self(0x9e37_79b9_7f4a_7c15)
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.0 >> 33) as usize % limit
    }
}
