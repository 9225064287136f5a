//! The allowance: how many mails may still leave today, by the daily cap and
//! by the warm-up of a new sender. Days are spans of 24 hours, as providers count them.

use super::pace::ramp_limit;
use crate::finding::Finding;
use crate::ledger::{Book, Ledger, RunId};

/// A day, in seconds.
const DAY: i64 = 86_400;

/// What the settings say about days.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Daily {
    /// No more mails than this in 24 hours.
    pub most: Option<u64>,
    /// For a new sender: a limit for each day since the first mail.
    pub ramp: Vec<u64>,
}

/// What may still leave, and when there will be more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// So many mails.
    pub mails: u64,
    /// When the others may leave, or as many of them as a day takes, in unix
    /// seconds. The first of them may a little earlier: but whoever began
    /// then would be stopped again after a few.
    pub more_at: i64,
}

impl Daily {
    /// How many mails may leave in 24 hours at present; nothing where no limit is set.
    fn now(&self, book: Option<&dyn Book>, now: i64) -> Result<Option<u64>, Finding> {
        let first = match book {
            Some(book) if !self.ramp.is_empty() => book.first_sent_since(i64::MIN)?,
            _ => None,
        };
        let ramp = if self.ramp.is_empty() { None } else { ramp_limit(&self.ramp, first, now) };
        Ok(self.most.into_iter().chain(ramp).min())
    }
}

/// Reserves for a run that was just opened what the day leaves of the `wanted` mails, so that
/// a limit holds for all runs together. Says how many may leave.
pub fn reserve(
    daily: &Daily,
    ledger: &mut dyn Ledger,
    run: RunId,
    wanted: u64,
    now: i64,
) -> Result<u64, Finding> {
    match daily.now(Some(&*ledger), now)? {
        Some(most) => ledger.reserve(run, most, now - DAY, now),
        None => Ok(wanted),
    }
}

/// Looks into the ledger how many of the `wanted` mails may leave; nothing
/// where no limit is set. `promised` are those that live runs have still to send.
pub fn allowance(
    daily: &Daily,
    book: Option<&dyn Book>,
    (wanted, promised): (u64, u64),
    now: i64,
) -> Result<Option<Allowance>, Finding> {
    let Some(most) = daily.now(book, now)? else { return Ok(None) };
    let a_day_ago = now - DAY;
    let sent = book.map_or(Ok(0), |book| book.sent_since(a_day_ago))?;
    let mails = most.saturating_sub(sent).saturating_sub(promised);
    // They may leave when as many of those that were sent are a day old; what
    // this run sends will be so a day from now.
    let others = wanted.saturating_sub(mails).min(most);
    let nth = match book {
        Some(book) if others > 0 => book.nth_sent_since(a_day_ago, others)?,
        _ => None,
    };
    Ok(Some(Allowance { mails, more_at: nth.unwrap_or(now) + DAY + 1 }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::Address;
    use crate::ledger::{
        self, Answer, ClaimRequest, Fingerprint, Ledger, NewRun, Outcome, Process, Record, Reply,
    };

    const NOW: i64 = 1_795_256_000;

    /// A ledger with mails that were sent at these moments.
    fn ledger(sent: &[i64]) -> Box<dyn Ledger> {
        let mut ledger = ledger::scratch(None).expect("a ledger");
        let fingerprint = Fingerprint { subject: String::new(), content_hash: String::new() };
        let (campaign, process) = ("spring".to_owned(), Process::this());
        let new = NewRun { campaign, fingerprint, process, planned: 0, beyond: 0, now: NOW };
        let run = ledger.open_run(&new).expect("a run");
        for (number, at) in sent.iter().enumerate() {
            let addresses = vec![Address::parse(&format!("n{number}@example.org")).expect("valid")];
            let request = ClaimRequest { run, addresses, retry_failed: false, now: *at };
            let Some(Answer::Yours(claim)) = ledger.claim(request).expect("answers").pop() else {
                panic!("nobody else is there");
            };
            let (outcome, reply) = (Outcome::Sent, Reply::default());
            ledger.record(vec![Record { claim, outcome, reply, at: *at }]).expect("recorded");
        }
        ledger
    }

    fn left(daily: &Daily, sent: &[i64], wanted: u64) -> Option<Allowance> {
        let ledger = ledger(sent);
        allowance(daily, Some(&*ledger), (wanted, 0), NOW).expect("an answer")
    }

    #[test]
    fn others_may_leave_when_a_days_share_of_them_may_and_not_when_the_first_may() {
        let daily = Daily { most: Some(4), ramp: Vec::new() };
        let hour = 3600;
        let sent = [NOW - 30 * hour, NOW - 3 * hour, NOW - 2 * hour, NOW - hour, NOW];
        let more_at = |wanted| {
            let left = left(&daily, &sent, wanted).expect("a limit");
            assert_eq!(left.mails, 0);
            left.more_at
        };
        assert_eq!(more_at(1), NOW - 3 * hour + DAY + 1);
        assert_eq!(more_at(2), NOW - 2 * hour + DAY + 1);
        assert_eq!(more_at(4), NOW + DAY + 1);
        assert_eq!(more_at(1000), NOW + DAY + 1, "a day takes no more than that");
        // And then they do.
        let ledger = ledger(&sent);
        let then = allowance(&daily, Some(&*ledger), (2, 0), more_at(2)).expect("an answer");
        assert_eq!(then.map(|left| left.mails), Some(2));
        let before = allowance(&daily, Some(&*ledger), (2, 0), more_at(2) - 1).expect("an answer");
        assert_eq!(before.map(|left| left.mails), Some(1));
    }

    #[test]
    fn what_this_run_sends_is_a_day_old_tomorrow() {
        let daily = Daily { most: Some(4), ramp: Vec::new() };
        let expected = Allowance { mails: 3, more_at: NOW + DAY + 1 };
        assert_eq!(left(&daily, &[NOW - 10], 9), Some(expected));
        assert_eq!(left(&Daily::default(), &[NOW], 9), None);
    }

    #[test]
    fn a_new_sender_has_the_share_of_the_day() {
        let daily = Daily { most: Some(100), ramp: vec![2, 50] };
        let left = |sent: &[i64]| left(&daily, sent, 500).map(|left| left.mails);
        assert_eq!(left(&[]), Some(2));
        assert_eq!(left(&[NOW - 5, NOW - 4]), Some(0));
        assert_eq!(left(&[NOW - DAY - 5, NOW - DAY - 4]), Some(50));
    }
}
