//! The run: row after row is claimed, merged, handed to the transport and
//! recorded. Nothing leaves before its claim is durable.

use super::rehearsal::{Job, Merged, Walk};
use super::smtp::{Connection, Smtp};
use super::transport::{Envelope, Loss, Transport, Verdict};
use super::trouble;
use crate::address::Address;
use crate::clock;
use crate::finding::{Checked, Finding};
use crate::ledger::{self, Answer, Claim, ClaimRequest, LedgerHandle, Outcome, Record, RunId};
use crate::message::{Frame, Mail};

/// How often a message is tried on a new connection when the old one broke
/// before it was handed over.
const RECONNECTS: u32 = 3;
/// How long a deferred mail waits at first, in seconds; greylisting wants
/// at least that (RFC 6647 §5 observes minutes).
const FIRST_DELAY: i64 = 300;
/// How long it waits at the most.
const LONGEST_DELAY: i64 = 4 * 3600;

/// What became of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Accepted by the server in this run.
    pub sent: u64,
    /// Refused for good.
    pub failed: u64,
    /// Refused for now.
    pub deferred: u64,
    /// Sent or not: nobody knows.
    pub in_doubt: u64,
    /// Incomplete rows.
    pub skipped: u64,
}

/// How a run ended.
#[derive(Debug)]
pub struct Ended {
    /// What it did.
    pub tally: Tally,
    /// Why it ended before its time, if it did.
    pub stopped: Option<Finding>,
    /// Whether the user stopped it.
    pub interrupted: bool,
}

/// A run about to begin.
pub struct Run<'a> {
    /// Letter, list and ledger.
    pub job: &'a Job<'a>,
    /// The frame of every message.
    pub frame: &'a Frame,
    /// Where bounces go.
    pub return_path: &'a Address,
    /// No more mails than this.
    pub limit: Option<u64>,
    /// Hears of every mail.
    pub on_mail: &'a mut dyn FnMut(&Tally),
}

/// Where a run's claims and outcomes go.
pub struct Books {
    /// The ledger's thread.
    pub ledger: LedgerHandle,
    /// This run in it.
    pub run: RunId,
}

impl Run<'_> {
    /// Writes every mail into a folder: a rehearsal with the real bytes, of which
    /// the ledger learns nothing.
    pub async fn into_outbox(&mut self, outbox: &mut super::outbox::Outbox) -> Checked<Ended> {
        let mut walk = Walk::new(self.job)?;
        let mut tally = Tally::default();
        let mut bytes = Vec::new();
        while !self.is_full(&tally) {
            let Some(merged) = walk.next_merged(&mut |_| {})? else { break };
            match merged {
                Merged::Incomplete(..) => tally.skipped += 1,
                Merged::Mail(subscriber, mail) => {
                    self.write(&mail, &mut bytes);
                    let envelope = self.envelope(&subscriber.mailbox.address);
                    if let Verdict::Stop(finding) = outbox.deliver(&envelope, &bytes).await {
                        return Ok(Ended { tally, stopped: Some(*finding), interrupted: false });
                    }
                    tally.sent += 1;
                    walk.recycle(mail);
                }
            }
            (self.on_mail)(&tally);
        }
        Ok(Ended { tally, stopped: None, interrupted: false })
    }

    /// Sends every mail to a server, over one connection.
    pub async fn to_server(&mut self, smtp: &Smtp, books: &Books) -> Checked<Ended> {
        let mut interrupt = Interrupt::listen()?;
        let mut walk = Walk::new(self.job)?;
        let mut ended = Ended { tally: Tally::default(), stopped: None, interrupted: false };
        let mut connection = None;
        let mut records = Vec::new();
        let mut bytes = Vec::new();
        while !self.is_full(&ended.tally) {
            if interrupt.came() {
                ended.interrupted = true;
                break;
            }
            let Some(merged) = walk.next_merged(&mut |_| {})? else { break };
            let address = match &merged {
                Merged::Mail(subscriber, _) | Merged::Incomplete(subscriber, _) => {
                    subscriber.mailbox.address.clone()
                }
            };
            let Some(claim) = self.claim(books, &address, std::mem::take(&mut records)).await?
            else {
                continue;
            };
            let Merged::Mail(_, mail) = merged else {
                ended.tally.skipped += 1;
                records.push(record(claim, Outcome::Skipped, ledger::Reply::default()));
                continue;
            };
            self.write(&mail, &mut bytes);
            let verdict = deliver(smtp, &mut connection, &self.envelope(&address), &bytes).await;
            match settle(claim, verdict, &mut ended.tally) {
                Ok(record) => records.push(record),
                Err((claim, finding)) => {
                    books.ledger.release(vec![claim]).await?;
                    ended.stopped = Some(*finding);
                    break;
                }
            }
            walk.recycle(mail);
            (self.on_mail)(&ended.tally);
        }
        books.ledger.record(records).await?;
        if let Some(mut connection) = connection {
            connection.close().await;
        }
        Ok(ended)
    }

    fn is_full(&self, tally: &Tally) -> bool {
        let tried = tally.sent + tally.failed + tally.deferred + tally.in_doubt;
        self.limit.is_some_and(|limit| tried >= limit)
    }

    fn envelope(&self, recipient: &Address) -> Envelope {
        Envelope { return_path: self.return_path.clone(), recipient: recipient.clone() }
    }

    fn write(&self, mail: &crate::merge::Mail, bytes: &mut Vec<u8>) {
        let headers = self.job.leave.headers(&mail.to.address);
        let mail = Mail {
            to: &mail.to,
            subject: &mail.subject,
            html: &mail.html,
            text: &mail.text,
            headers: &headers,
        };
        self.frame.write(&mail, clock::unix_now(), bytes);
    }

    /// Records what is waiting and claims the next address, in one commit.
    async fn claim(
        &self,
        books: &Books,
        address: &Address,
        records: Vec<Record>,
    ) -> Checked<Option<Claim>> {
        let request = ClaimRequest {
            run: books.run,
            addresses: vec![address.clone()],
            retry_failed: self.job.mailing.retry_failed,
            now: clock::unix_now(),
        };
        let answers = books.ledger.record_and_claim(records, request).await?;
        Ok(answers.into_iter().find_map(|answer| match answer {
            Answer::Yours(claim) => Some(claim),
            _ => None,
        }))
    }
}

/// Hands over one message, on a new connection where the old one broke.
pub async fn deliver(
    smtp: &Smtp,
    connection: &mut Option<Connection>,
    envelope: &Envelope,
    message: &[u8],
) -> Verdict {
    let mut broken: Option<Loss> = None;
    for _ in 0..=RECONNECTS {
        if connection.as_ref().is_none_or(|connection| !connection.is_open()) {
            match smtp.connect().await {
                Ok(fresh) => *connection = Some(fresh),
                Err(Verdict::Retry(loss)) => {
                    broken = Some(loss);
                    continue;
                }
                Err(other) => return other,
            }
        }
        let Some(open) = connection else { continue };
        match open.deliver(envelope, message).await {
            Verdict::Retry(loss) => broken = Some(loss),
            verdict => return verdict,
        }
    }
    match broken {
        Some(loss) => Verdict::Stop(Box::new(trouble::unreachable(&loss))),
        None => Verdict::InDoubt("the connection could not be used".to_owned()),
    }
}

/// A verdict becomes an outcome; one that is about the run gives the claim back.
fn settle(
    claim: Claim,
    verdict: Verdict,
    tally: &mut Tally,
) -> Result<Record, (Claim, Box<Finding>)> {
    let (outcome, reply, count) = match verdict {
        Verdict::Sent(reply) => (Outcome::Sent, said(&reply), &mut tally.sent),
        Verdict::Failed(reply) => (Outcome::Failed, said(&reply), &mut tally.failed),
        Verdict::Deferred(reply) | Verdict::Throttled(reply) => {
            let retry_at = clock::unix_now() + delay(claim.attempt());
            (Outcome::Deferred { retry_at }, said(&reply), &mut tally.deferred)
        }
        Verdict::InDoubt(why) => {
            let reply = ledger::Reply { text: Some(why), ..ledger::Reply::default() };
            (Outcome::InDoubt, reply, &mut tally.in_doubt)
        }
        Verdict::Retry(loss) => return Err((claim, Box::new(trouble::unreachable(&loss)))),
        Verdict::Stop(finding) => return Err((claim, finding)),
    };
    *count += 1;
    Ok(record(claim, outcome, reply))
}

fn record(claim: Claim, outcome: Outcome, reply: ledger::Reply) -> Record {
    Record { claim, outcome, reply, at: clock::unix_now() }
}

fn said(reply: &super::transport::Reply) -> ledger::Reply {
    ledger::Reply {
        code: Some(reply.code),
        enhanced: reply
            .enhanced
            .map(|(class, subject, detail)| format!("{class}.{subject}.{detail}")),
        text: Some(reply.text.clone()),
    }
}

/// Longer from attempt to attempt.
fn delay(attempt: u32) -> i64 {
    (FIRST_DELAY << attempt.saturating_sub(1).min(10)).min(LONGEST_DELAY)
}

/// Ctrl-C and SIGTERM, looked at between two mails.
struct Interrupt {
    signals: [tokio::signal::unix::Signal; 2],
}

impl Interrupt {
    fn listen() -> Checked<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let listen = |kind| {
            signal(kind).map_err(|error| {
                Finding::error("signals", format!("cannot listen for Ctrl-C: {error}"), "try again")
            })
        };
        Ok(Self { signals: [listen(SignalKind::interrupt())?, listen(SignalKind::terminate())?] })
    }

    fn came(&mut self) -> bool {
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        self.signals.iter_mut().any(|signal| signal.poll_recv(&mut context).is_ready())
    }
}
