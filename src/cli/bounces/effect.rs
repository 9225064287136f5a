//! What follows from a mail for the ledger, if it is about a mail of ours:
//! its Message-ID is made of a campaign and an address, both of which must
//! stand in the ledger as sent. A token of an unsubscribe mail is proof by itself.

use crate::address::Address;
use crate::bounces::{Entry, Leaving, Reading, Verdict};
use crate::clock;
use crate::finding::{Checked, Finding};
use crate::ledger::{self, Bounce, Fate, Ledger, Suppression};
use crate::message;
use crate::ui::Ui;
use crate::unsubscribe::Leave;
use crate::workshop::Workshop;

/// How many bounces share a transaction.
const BATCH: usize = 500;

/// The ledger, and what is on its way into it.
pub(super) struct Effect {
    ledger: Box<dyn Ledger>,
    campaigns: Vec<String>,
    leaves: Vec<Leave>,
    batch: Vec<Bounce>,
    leaving: Vec<Suppression>,
    now: i64,
    done: Done,
}

/// What was done.
#[derive(Default)]
pub(super) struct Done {
    /// Addresses that were suppressed for what came back.
    pub(super) suppressed: u64,
    /// Addresses whose readers asked to leave.
    pub(super) left: u64,
    /// What was counted, and suppressed nobody.
    pub(super) counted: u64,
    /// What was read before.
    pub(super) known: u64,
    /// What is about no mail of ours.
    pub(super) strangers: u64,
}

impl Effect {
    /// Opens the ledger, if anything was ever sent from here.
    pub(super) fn open(ui: &Ui, workshop: &Workshop) -> Checked<Option<Self>> {
        let location = workshop.ledger()?;
        // To open one to write would make it.
        let Some(book) = ledger::read(&location)? else {
            ui.finding(&Finding::warning(
                "nothing-sent",
                "nothing was sent from here: no bounce can be about a mail of yours",
                "go to the project's folder, or name its ledger by `--ledger`",
            ));
            return Ok(None);
        };
        let campaigns: Vec<String> =
            book.campaigns()?.into_iter().map(|campaign| campaign.id).collect();
        drop(book);
        Ok(Some(Self {
            leaves: workshop.leaves(&campaigns)?,
            ledger: ledger::open(&location)?,
            campaigns,
            batch: Vec::with_capacity(BATCH),
            leaving: Vec::new(),
            now: clock::unix_now(),
            done: Done::default(),
        }))
    }

    /// Does what follows from a mail.
    pub(super) fn add(&mut self, reading: &Reading) -> Checked<()> {
        if let Some(leaving) = &reading.leaving {
            self.leave(leaving);
        }
        if reading.is_failure_report {
            return Ok(());
        }
        let is_only = reading.entries.len() == 1;
        for entry in &reading.entries {
            if !matches!(entry.verdict, Verdict::Hard | Verdict::Soft | Verdict::Complaint) {
                continue;
            }
            match self.ours(reading, entry, is_only) {
                Some((campaign, address)) => {
                    self.batch.push(bounce(campaign, address, reading, entry, self.now));
                }
                None => self.done.strangers += 1,
            }
        }
        if self.batch.len() + self.leaving.len() >= BATCH { self.flush() } else { Ok(()) }
    }

    /// The mail of ours that an entry is about. Each of our mails has one
    /// recipient: where it speaks of one only, that is also the one to whom the
    /// returned mail was addressed.
    fn ours(&self, reading: &Reading, entry: &Entry, is_only: bool) -> Option<(String, Address)> {
        let returned = reading.returned_to.iter().filter(|_| is_only);
        let names = entry.recipient.iter().chain(&entry.aliases).chain(returned);
        let mut addresses: Vec<Address> = Vec::new();
        for address in names.filter_map(|name| Address::parse(name).ok()).take(20) {
            if !addresses.contains(&address) {
                addresses.push(address);
            }
        }
        for id in &reading.about {
            for campaign in &self.campaigns {
                for address in &addresses {
                    if message::is_message_id(id, campaign, address) {
                        return Some((campaign.clone(), address.clone()));
                    }
                }
            }
        }
        None
    }

    fn leave(&mut self, leaving: &Leaving) {
        let address = Address::parse(&leaving.from).ok();
        let is_right = |address: &Address| {
            self.leaves.iter().any(|leave| leave.is_token(address, &leaving.token))
        };
        match address.filter(is_right) {
            Some(address) => {
                let reason = "unsubscribed by mail".to_owned();
                self.leaving.push(Suppression { address, reason, at: self.now });
            }
            None => self.done.strangers += 1,
        }
    }

    fn flush(&mut self) -> Checked<()> {
        for fate in self.ledger.bounced(&self.batch, self.now)? {
            *match fate {
                Fate::Stranger => &mut self.done.strangers,
                Fate::Known => &mut self.done.known,
                Fate::Counted => &mut self.done.counted,
                Fate::Suppressed => &mut self.done.suppressed,
            } += 1;
        }
        self.batch.clear();
        let left = self.ledger.suppress(&self.leaving)?;
        self.done.left += left;
        self.done.known += self.leaving.len() as u64 - left;
        self.leaving.clear();
        Ok(())
    }

    /// Writes the last ones, and says what was done.
    pub(super) fn finish(mut self) -> Checked<Done> {
        self.flush()?;
        Ok(self.done)
    }
}

fn bounce(
    campaign: String,
    address: Address,
    reading: &Reading,
    entry: &Entry,
    now: i64,
) -> Bounce {
    let enhanced = entry.said.enhanced_text();
    let code = || entry.said.code.map(|code| code.to_string());
    let reason = match (entry.verdict, enhanced.clone().or_else(code)) {
        (Verdict::Complaint, _) => "complaint".to_owned(),
        (_, Some(code)) => format!("bounce {code}"),
        (_, None) => "bounce".to_owned(),
    };
    Bounce {
        campaign,
        address,
        is_final: entry.verdict != Verdict::Soft,
        reason,
        enhanced,
        reply: Some(entry.said.text.clone()).filter(|text| !text.is_empty()),
        digest: reading.digest.clone(),
        at: reading.date.unwrap_or(now),
    }
}
