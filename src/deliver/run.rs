//! The run: row after row is claimed, merged, handed to the transport and
//! recorded. Nothing leaves before its claim is durable, and what was done is
//! recorded however the run ends.

use super::interrupt::Interrupt;
use super::outbox::Outbox;
use super::rehearsal::{Job, Merged, Walk};
use super::smtp::{Connection, Smtp};
use super::streak::Streak;
use super::transport::{Envelope, Loss, Transport, Verdict};
use super::trouble;
use crate::address::Address;
use crate::clock;
use crate::finding::{Checked, Finding};
use crate::ledger::{
    self, Answer, Claim, ClaimRequest, LedgerHandle, Outcome, Record, RunId, State,
};
use crate::merge;
use crate::message::{Frame, Mail};
use crate::unsubscribe::Leave;

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
    /// Sent by another run in the meantime.
    pub already: u64,
    /// Suppressed in the meantime.
    pub suppressed: u64,
}

impl Tally {
    /// How many mails were tried.
    pub fn tried(&self) -> u64 {
        self.sent + self.failed + self.deferred + self.in_doubt
    }
}

/// How a run ended.
#[derive(Debug, Default)]
pub struct Ended {
    /// What it did.
    pub tally: Tally,
    /// Why it ended before its time, if it did.
    pub stopped: Vec<Finding>,
    /// Whether the user stopped it.
    pub interrupted: bool,
}

/// Hears what becomes of each mail.
pub trait Witness: Send {
    /// A mail came to its end, by this outcome and these words of the server's.
    fn settled(&mut self, recipient: &Address, outcome: Outcome, words: &str);
    /// The user has asked to stop, and one mail is still under way.
    fn stopping(&mut self);
}

/// A run about to begin.
pub struct Run<'a> {
    /// Letter, list and ledger.
    pub job: &'a Job<'a>,
    /// The frame of every message.
    pub frame: &'a Frame,
    /// Where bounces go.
    pub return_path: &'a Address,
    /// No more mails than this: the number that was confirmed.
    pub limit: u64,
    /// Hears of every mail.
    pub witness: &'a mut dyn Witness,
}

/// Where a run's claims and outcomes go.
pub struct Books {
    /// The ledger's thread.
    pub ledger: LedgerHandle,
    /// This run in it.
    pub run: RunId,
}

/// What changes while a run is under way.
struct Course {
    ended: Ended,
    interrupt: Interrupt,
    connection: Option<Connection>,
    /// Outcomes that are recorded with the next claim.
    records: Vec<Record>,
    streak: Streak,
}

impl Run<'_> {
    /// Writes every mail into a folder: a rehearsal with the real bytes, of which
    /// the ledger learns nothing.
    pub async fn into_outbox(&mut self, outbox: &mut Outbox) -> Checked<Ended> {
        let mut walk = Walk::new(self.job)?;
        let mut ended = Ended::default();
        let mut bytes = Vec::new();
        while ended.tally.tried() < self.limit {
            let Some(merged) = walk.next_merged(&mut |_| {})? else { break };
            let Merged::Mail(subscriber, mail) = merged else { continue };
            write(self.frame, self.job.leave, &mail, &mut bytes);
            let envelope = self.envelope(&subscriber.mailbox.address);
            match outbox.deliver(&envelope, &bytes).await {
                Verdict::Stop(finding) => {
                    ended.stopped.push(*finding);
                    break;
                }
                _ => ended.tally.sent += 1,
            }
            self.witness.settled(&envelope.recipient, Outcome::Sent, "");
            walk.recycle(mail);
        }
        Ok(ended)
    }

    /// Sends every mail to a server, over one connection.
    pub async fn to_server(&mut self, smtp: &Smtp, books: &Books) -> Ended {
        let mut course = Course {
            ended: Ended::default(),
            interrupt: Interrupt::deaf(),
            connection: None,
            records: Vec::new(),
            streak: Streak::default(),
        };
        if let Err(mut findings) = self.send_all(smtp, books, &mut course).await {
            course.ended.stopped.append(&mut findings);
        }
        if let Err(finding) = books.ledger.record(course.records).await {
            course.ended.stopped.push(finding);
        }
        if let Some(mut connection) = course.connection {
            connection.close().await;
        }
        course.ended
    }

    async fn send_all(&mut self, smtp: &Smtp, books: &Books, course: &mut Course) -> Checked<()> {
        course.interrupt = Interrupt::listen()?;
        let mut walk = Walk::new(self.job)?;
        let mut bytes = Vec::new();
        while course.ended.stopped.is_empty() {
            if course.interrupt.came() {
                course.ended.interrupted = true;
                break;
            }
            let Some(merged) = walk.next_merged(&mut |_| {})? else { break };
            match merged {
                Merged::Incomplete(subscriber, _) => {
                    let address = &subscriber.mailbox.address;
                    if let Some(claim) = self.claim(books, address, course).await? {
                        let reply = ledger::Reply::default();
                        course.records.push(record(claim, Outcome::Skipped, reply));
                    }
                }
                Merged::Mail(..) if course.ended.tally.tried() >= self.limit => break,
                Merged::Mail(subscriber, mail) => {
                    let address = &subscriber.mailbox.address;
                    if let Some(claim) = self.claim(books, address, course).await? {
                        write(self.frame, self.job.leave, &mail, &mut bytes);
                        self.send(smtp, books, course, claim, (address, &bytes)).await?;
                    }
                    walk.recycle(mail);
                }
            }
        }
        Ok(())
    }

    /// Hands one mail over and settles its claim.
    async fn send(
        &mut self,
        smtp: &Smtp,
        books: &Books,
        course: &mut Course,
        claim: Claim,
        (recipient, bytes): (&Address, &[u8]),
    ) -> Checked<()> {
        let envelope = self.envelope(recipient);
        let Course { connection, interrupt, .. } = course;
        let mut stopping = || self.witness.stopping();
        let verdict = deliver(smtp, connection, &envelope, bytes, (interrupt, &mut stopping)).await;
        let Some(verdict) = verdict else {
            return Ok(books.ledger.release(vec![claim]).await?);
        };
        let end = course.streak.note(&verdict);
        match outcome(&claim, verdict) {
            Ok((outcome, reply)) => {
                course.ended.tally.count(outcome);
                self.witness.settled(recipient, outcome, &words(&reply));
                course.records.push(record(claim, outcome, reply));
            }
            Err(finding) => {
                books.ledger.release(vec![claim]).await?;
                course.ended.stopped.push(*finding);
            }
        }
        course.ended.stopped.extend(end);
        Ok(())
    }

    fn envelope(&self, recipient: &Address) -> Envelope {
        Envelope { return_path: self.return_path.clone(), recipient: recipient.clone() }
    }

    /// Records what is waiting and claims the next address, in one commit.
    async fn claim(
        &self,
        books: &Books,
        address: &Address,
        course: &mut Course,
    ) -> Checked<Option<Claim>> {
        let request = ClaimRequest {
            run: books.run,
            addresses: vec![address.clone()],
            retry_failed: self.job.mailing.retry_failed,
            now: clock::unix_now(),
        };
        let records = std::mem::take(&mut course.records);
        let answers = books.ledger.record_and_claim(records, request).await?;
        let tally = &mut course.ended.tally;
        for answer in answers {
            match answer {
                Answer::Yours(claim) => return Ok(Some(claim)),
                Answer::Already(State::Sent) => tally.already += 1,
                Answer::Suppressed => tally.suppressed += 1,
                Answer::Already(_) | Answer::Duplicate => {}
            }
        }
        Ok(None)
    }
}

/// Makes a mail into the message that leaves. What `render` shows is made
/// here too (P6).
pub fn write(frame: &Frame, leave: &Leave, mail: &merge::Mail, bytes: &mut Vec<u8>) {
    let headers = leave.headers(&mail.to.address);
    let mail = Mail {
        to: &mail.to,
        subject: &mail.subject,
        html: &mail.html,
        text: &mail.text,
        headers: &headers,
    };
    frame.write(&mail, clock::unix_now(), bytes);
}

/// Hands over one message, on a new connection where the old one broke.
/// Nothing comes back where the user asked to stop before it was under way.
pub async fn deliver(
    smtp: &Smtp,
    connection: &mut Option<Connection>,
    envelope: &Envelope,
    message: &[u8],
    (interrupt, stopping): (&mut Interrupt, &mut (dyn FnMut() + Send)),
) -> Option<Verdict> {
    let mut broken: Option<Loss> = None;
    for _ in 0..=RECONNECTS {
        if connection.as_ref().is_none_or(|connection| !connection.is_open()) {
            match interrupt.or_stopped(smtp.connect()).await? {
                Ok(fresh) => *connection = Some(fresh),
                Err(Verdict::Retry(loss)) => {
                    broken = Some(loss);
                    continue;
                }
                Err(other) => return Some(other),
            }
        }
        let Some(open) = connection else { continue };
        match interrupt.or_stopped_twice(open.deliver(envelope, message), stopping).await {
            Some(Verdict::Retry(loss)) => broken = Some(loss),
            Some(verdict) => return Some(verdict),
            // Whether the final dot had left is not known here.
            None => return Some(Verdict::InDoubt("stopped by hand on its way".to_owned())),
        }
    }
    let loss = broken.expect("only a broken connection is tried again");
    Some(if loss.before_greeting() {
        Verdict::Stop(Box::new(trouble::unreachable(&loss)))
    } else {
        Verdict::Retry(loss)
    })
}

/// A verdict becomes an outcome; one that is about the run has none.
fn outcome(claim: &Claim, verdict: Verdict) -> Result<(Outcome, ledger::Reply), Box<Finding>> {
    let later = || Outcome::Deferred { retry_at: clock::unix_now() + delay(claim.attempt()) };
    let only = |text| ledger::Reply { text: Some(text), ..ledger::Reply::default() };
    Ok(match verdict {
        Verdict::Sent(reply) => (Outcome::Sent, said(&reply)),
        Verdict::Failed(reply) => (Outcome::Failed, said(&reply)),
        Verdict::Deferred(reply) | Verdict::Throttled(reply) => (later(), said(&reply)),
        // Others go on: one mail that a server chokes on must not hold up the rest.
        Verdict::Retry(loss) => (later(), only(loss.reason)),
        Verdict::InDoubt(why) => (Outcome::InDoubt, only(why)),
        Verdict::Stop(finding) => return Err(finding),
    })
}

impl Tally {
    fn count(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Sent => self.sent += 1,
            Outcome::Failed => self.failed += 1,
            Outcome::Deferred { .. } => self.deferred += 1,
            Outcome::InDoubt => self.in_doubt += 1,
            Outcome::Skipped => {}
        }
    }
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

/// A reply on one line.
fn words(reply: &ledger::Reply) -> String {
    let code = reply.code.map(|code| code.to_string());
    let parts = [code, reply.enhanced.clone(), reply.text.clone()].into_iter().flatten();
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Longer from attempt to attempt.
fn delay(attempt: u32) -> i64 {
    (FIRST_DELAY << attempt.saturating_sub(1).min(10)).min(LONGEST_DELAY)
}
