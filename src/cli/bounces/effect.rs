//! What follows from mails for the ledger: each that has a reader's token in it
//! is about that reader's mail, and the others are about nobody's.

use super::proof::{about, candidates, counts};
use crate::bounces::{Entry, Reading, Verdict};
use crate::clock;
use crate::finding::{Checked, Finding};
use crate::ledger::{self, Bounce, Fate, Holder, Ledger, SoftLimit, Suppression, TokenMaker};
use crate::token::{self, Token, Tokens};
use crate::ui::Ui;
use crate::workshop::Workshop;

/// How many mails share a transaction, and how much they may say: most name one
/// recipient, and have three tokens.
const BATCH: usize = 500;
const WEIGHT: usize = 10 * BATCH;
/// How many recipients the index of tokens takes in at a time.
const INDEXED: usize = 5_000;

/// The ledger, and what is on its way into it.
pub(super) struct Effect {
    ledger: Box<dyn Ledger>,
    tokens: Tokens,
    maker: TokenMaker,
    soft: SoftLimit,
    batch: Vec<Waiting>,
    /// How many tokens and recipients the batch speaks of.
    weight: usize,
    now: i64,
    done: Done,
}

/// A mail whose reader is not yet known.
struct Waiting {
    /// The tokens that may be the reader's, the surest first.
    candidates: Vec<Token>,
    what: What,
}

enum What {
    /// Somebody asks to be unsubscribed.
    Leaving,
    /// It came back.
    Bounce(Box<Reading>),
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
        if ledger::read(&location)?.is_none() {
            ui.finding(&nothing_sent());
            return Ok(None);
        }
        let Some(tokens) = workshop.tokens_of_sent()? else {
            ui.finding(&no_key());
            return Ok(None);
        };
        let (mark, own) = (tokens.mark(), tokens.clone());
        let token = Box::new(move |campaign: &str, reader: &str| own.of(campaign, reader));
        let maker = TokenMaker { mark, token };
        let mut ledger = ledger::open(&location)?;
        while ledger.index_tokens(&maker, INDEXED)? {}
        Ok(Some(Self {
            ledger,
            tokens,
            maker,
            soft: workshop.soft_limit(),
            batch: Vec::with_capacity(BATCH),
            weight: 0,
            now: clock::unix_now(),
            done: Done::default(),
        }))
    }

    /// Does what follows from a mail.
    pub(super) fn add(&mut self, mut reading: Reading) -> Checked<()> {
        if let Some(token) = reading.leaving.as_deref().and_then(token::parse) {
            self.wait(vec![token], What::Leaving);
        }
        if !reading.is_failure_report && reading.entries.iter().any(counts) {
            let candidates = candidates(&reading, &self.tokens);
            // A stranger decides how much that is; it does not wait in memory.
            reading.about = Vec::new();
            reading.returned_by = Vec::new();
            reading.ways_out = Vec::new();
            self.wait(candidates, What::Bounce(Box::new(reading)));
        }
        if self.weight >= WEIGHT || self.batch.len() >= BATCH { self.flush() } else { Ok(()) }
    }

    fn wait(&mut self, candidates: Vec<Token>, what: What) {
        if candidates.is_empty() {
            self.done.strangers += 1;
        } else {
            self.weight += candidates.len();
            if let What::Bounce(reading) = &what {
                self.weight += reading.entries.len();
            }
            self.batch.push(Waiting { candidates, what });
        }
    }

    fn flush(&mut self) -> Checked<()> {
        let batch = std::mem::take(&mut self.batch);
        self.weight = 0;
        let asked: Vec<Token> =
            batch.iter().flat_map(|waiting| waiting.candidates.iter().copied()).collect();
        let mut holders = self.ledger.holders(&self.maker, &asked)?.into_iter();
        let (mut bounces, mut leaving) = (Vec::new(), Vec::new());
        for Waiting { candidates, what } in batch {
            let holders: Vec<Holder> = holders.by_ref().take(candidates.len()).flatten().collect();
            match (holders.into_iter().next(), what) {
                (None, _) => self.done.strangers += 1,
                (Some(holder), What::Leaving) => {
                    let reason = "unsubscribed by mail".to_owned();
                    let address = holder.address;
                    leaving.push(Suppression { address, reason, at: self.now });
                }
                (Some(holder), What::Bounce(reading)) => {
                    if let Some(entry) = about(&reading, &holder.address) {
                        bounces.push(bounce(holder, &reading, entry, self.now));
                    }
                }
            }
        }
        for fate in self.ledger.bounced(&bounces, self.soft, self.now)? {
            *match fate {
                Fate::Stranger => &mut self.done.strangers,
                Fate::Known => &mut self.done.known,
                Fate::Counted => &mut self.done.counted,
                Fate::Suppressed => &mut self.done.suppressed,
            } += 1;
        }
        let left = self.ledger.suppress(&leaving)?;
        self.done.left += left;
        self.done.known += leaving.len() as u64 - left;
        Ok(())
    }

    /// Writes the last ones, and says what was done.
    pub(super) fn finish(mut self) -> Checked<Done> {
        self.flush()?;
        Ok(self.done)
    }
}

fn bounce(holder: Holder, reading: &Reading, entry: &Entry, now: i64) -> Bounce {
    let enhanced = entry.said.enhanced_text();
    let code = || entry.said.code.map(|code| code.to_string());
    let reason = match (entry.verdict, enhanced.clone().or_else(code)) {
        (Verdict::Complaint, _) => "complaint".to_owned(),
        (_, Some(code)) => format!("bounce {code}"),
        (_, None) => "bounce".to_owned(),
    };
    Bounce {
        campaign: holder.campaign,
        address: holder.address,
        is_final: entry.verdict != Verdict::Soft,
        reason,
        enhanced,
        reply: Some(entry.said.text.clone()).filter(|text| !text.is_empty()),
        digest: reading.digest.clone(),
        at: reading.date.unwrap_or(now),
        at_once: false,
    }
}

fn nothing_sent() -> Finding {
    Finding::warning(
        "nothing-sent",
        "nothing was sent from here: no bounce can be about a mail of yours",
        "go to the project's folder, or name its ledger by `--ledger`",
    )
}

fn no_key() -> Finding {
    Finding::warning(
        "no-key",
        "there is no `.handbill/unsubscribe.key`: whether a bounce is about a mail of yours cannot be known",
        "restore the key from a backup, or copy it from the machine that sent: only with it a bounce can be told from a forged one",
    )
}
