//! How often mails of confirmation leave: seldom enough that the form cannot be used to fill
//! somebody's mailbox. It is kept in memory, and begins anew with the program.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::address::Address;
use crate::clock::Stopwatch;

const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);
/// How many mails a mailbox gets in a day; never two within an hour.
const PER_DAY: usize = 3;
/// How many mails leave in an hour, to whomever. It also bounds what is kept in memory.
const PER_HOUR: usize = 300;

/// Whether a mail may leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum May {
    /// It may, and is counted.
    Yes,
    /// This mailbox had enough.
    NotThis,
    /// Nobody gets one now.
    Nobody,
}

/// The mails of the last day, in their order.
pub(super) struct Restraint {
    clock: Stopwatch,
    mails: Mutex<VecDeque<(Duration, String)>>,
}

impl Restraint {
    pub(super) fn new() -> Self {
        Self { clock: Stopwatch::start(), mails: Mutex::default() }
    }

    /// Asks for a mail to an address.
    pub(super) fn may(&self, address: &Address) -> May {
        self.may_at(address, self.clock.elapsed())
    }

    fn may_at(&self, address: &Address, now: Duration) -> May {
        let mut mails = self.mails.lock().unwrap_or_else(PoisonError::into_inner);
        while mails.front().is_some_and(|(at, _)| now.saturating_sub(*at) >= DAY) {
            mails.pop_front();
        }
        let before = mails.partition_point(|(at, _)| now.saturating_sub(*at) >= HOUR);
        // First of all, so that it says nothing of an address.
        if mails.len() - before >= PER_HOUR {
            return May::Nobody;
        }
        let mailbox = mailbox(address);
        let mut own = mails.iter().filter(|(_, other)| *other == mailbox);
        let (count, last) = (own.clone().count(), own.next_back());
        if count >= PER_DAY || last.is_some_and(|(at, _)| now.saturating_sub(*at) < HOUR) {
            return May::NotThis;
        }
        mails.push_back((now, mailbox));
        May::Yes
    }
}

/// The mailbox behind an address: `ann+anything@` is ann's, and so is `a.n.n@` with some. Of
/// two people whom this takes for one, one waits for an hour.
fn mailbox(address: &Address) -> String {
    let key = address.key();
    let (local, domain) = key.rsplit_once('@').unwrap_or((&key, ""));
    let base = local.split('+').next().unwrap_or(local).replace('.', "");
    format!("{base}@{domain}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn may(restraint: &Restraint, email: &str, minutes: u64) -> May {
        let address = Address::parse(email).expect("valid");
        restraint.may_at(&address, Duration::from_mins(minutes))
    }

    #[test]
    fn a_mailbox_gets_one_mail_an_hour_and_three_a_day_however_it_is_written() {
        let restraint = Restraint::new();
        assert_eq!(may(&restraint, "ann.lee@example.org", 0), May::Yes);
        for email in ["ann.lee@example.org", "ANN.LEE@example.org", "annlee+x@example.org"] {
            assert_eq!(may(&restraint, email, 59), May::NotThis, "{email}");
        }
        assert_eq!(may(&restraint, "bob@example.org", 59), May::Yes);
        assert_eq!(may(&restraint, "annlee@example.org", 60), May::Yes);
        assert_eq!(may(&restraint, "annlee@example.org", 180), May::Yes);
        assert_eq!(may(&restraint, "annlee@example.org", 1000), May::NotThis);
        assert_eq!(may(&restraint, "annlee@example.org", 24 * 60), May::Yes);
    }

    #[test]
    fn all_together_get_so_many_an_hour_and_what_is_kept_is_bounded() {
        let restraint = Restraint::new();
        for hour in 0..30 {
            for number in 0..PER_HOUR {
                let email = format!("r{hour}x{number}@example.org");
                assert_eq!(may(&restraint, &email, hour * 60), May::Yes);
            }
            assert_eq!(may(&restraint, "ann@example.org", hour * 60 + 59), May::Nobody);
        }
        assert!(restraint.mails.lock().expect("ours").len() <= 24 * PER_HOUR);
    }
}
