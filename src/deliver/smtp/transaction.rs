//! One mail transaction: MAIL, RCPT, DATA, the message (RFC 5321 §3.3).
//!
//! Where the server takes commands together, the next envelope leaves in one
//! write with the message before it (RFC 2920 §3.1 allows it): one round trip
//! a message. `Ok` leaves a session that goes on; `Err` ends it.

use std::pin::pin;

use futures_util::FutureExt as _;

use super::body::{Body, DOT};
use super::reply::Lines;
use super::session::{Session, goes_on};
use crate::deliver::transport::Verdict;
use crate::deliver::trouble::{Fault, Stage};

/// The commands before a message.
#[derive(Debug)]
pub(super) struct Commands {
    /// `RSET`, where a refused transaction is still open.
    reset: &'static str,
    /// `MAIL` and `RCPT`, each with its CRLF.
    pub(super) mail: String,
    pub(super) rcpt: String,
}

const DATA: &str = "DATA\r\n";

impl Commands {
    pub(super) fn new(mail: String, rcpt: String, after_refusal: bool) -> Self {
        Self { reset: if after_refusal { "RSET\r\n" } else { "" }, mail, rcpt }
    }

    /// All of them, for one write.
    pub(super) fn group(&self) -> String {
        [self.reset, &self.mail, &self.rcpt, DATA].concat()
    }
}

/// How an envelope was received.
pub(super) type Received = Result<(), Verdict>;

impl Session {
    /// One command, one reply.
    pub(super) async fn envelope_in_steps(
        &mut self,
        commands: &Commands,
    ) -> Result<Received, Verdict> {
        if !commands.reset.is_empty() {
            self.ask(Stage::Hello, commands.reset.as_bytes())
                .await
                .and_then(|lines| self.reset_done(&lines))?;
        }
        let steps =
            [(Stage::Mail, &*commands.mail), (Stage::Rcpt, &*commands.rcpt), (Stage::Data, DATA)];
        for (stage, command) in steps {
            let lines = self.ask(stage, command.as_bytes()).await?;
            if let Err(verdict) = self.judge(stage, &lines) {
                return go_on(verdict).map(Err);
            }
        }
        Ok(Ok(()))
    }

    /// Reads the replies to commands that went together, in order. The first
    /// refusal counts: those after it only say that it was one, or that the
    /// replies are not those to these commands.
    pub(super) async fn envelope_replies(
        &mut self,
        commands: &Commands,
    ) -> Result<Received, Verdict> {
        if !commands.reset.is_empty() {
            self.read(Stage::Hello).await.and_then(|lines| self.reset_done(&lines))?;
        }
        let mail = self.read(Stage::Mail).await?;
        let mut refused = self.judge(Stage::Mail, &mail).err().map(read_on).transpose()?;

        let rcpt = self.read_after(refused.as_ref(), Stage::Rcpt).await?;
        if refused.is_none() {
            refused = self.judge(Stage::Rcpt, &rcpt).err().map(read_on).transpose()?;
        }

        let data = self.read_after(refused.as_ref(), Stage::Data).await?;
        match (refused, data.code) {
            // Nobody agrees to DATA so: a reply too many stood before it, and
            // the refusal may be about somebody else, or about nothing.
            (_, 200..300) => {
                Err(self.trouble.fault(Stage::Data, &Fault::Protocol("it replies too often")))
            }
            (Some(stop @ Verdict::Stop(_)), _) => Err(stop),
            (None, _) => match self.judge(Stage::Data, &data) {
                Ok(_) => Ok(Ok(())),
                Err(verdict) => go_on(verdict).map(Err),
            },
            (Some(refusal), 354) if rcpt.code >= 300 => self.lone_dot(refusal).await.map(Err),
            // It refused the sender and took the recipient: a dot now might
            // deliver an empty message.
            (Some(refusal), 354 | 421) => Err(refusal),
            (Some(refusal), _) => Ok(Err(refusal)),
        }
    }

    /// Body and final dot, and behind them the commands that `ahead` gives: in
    /// one write if it gives them at once. Then the reply that counts.
    pub(super) async fn message(
        &mut self,
        body: &Body,
        ahead: impl Future<Output = Option<String>>,
    ) -> Result<Verdict, Verdict> {
        // A reply that is already there would be taken for the final dot's.
        self.expect_silence(Stage::Body).await?;
        let mut ahead = pin!(ahead.fuse());
        let at_once = ahead.as_mut().now_or_never();
        let is_known = at_once.is_some();
        let group = at_once.flatten().unwrap_or_default();
        self.watch.start();
        let both = [&body.bytes[..], group.as_bytes()];
        if let Err(unwritten) = self.wire.write_both(both, self.timeouts.block).await {
            let dot_may_be_out = unwritten.accepted > body.bytes.len() - DOT.len();
            let stage = if dot_may_be_out { Stage::Dot } else { Stage::Body };
            return Err(self.last_words(stage, unwritten).await);
        }
        let later = async { if is_known { None } else { ahead.await } };
        let read = self.wire.reply_while(self.timeouts.of(Stage::Dot), later).await;
        self.watch.lap(Stage::Dot);
        let (lines, is_whole) = read.map_err(|fault| self.trouble.fault(Stage::Dot, &fault))?;
        let verdict = match self.judge(Stage::Dot, &lines) {
            Ok(reply) => Verdict::Sent(reply),
            Err(verdict) => go_on(verdict)?,
        };
        if is_whole { Ok(verdict) } else { Err(verdict) }
    }

    /// Reads a reply behind a refusal that stands, whatever happens now.
    async fn read_after(
        &mut self,
        refused: Option<&Verdict>,
        stage: Stage,
    ) -> Result<Lines, Verdict> {
        let read = self.read(stage).await;
        read.map_err(|lost| refused.cloned().unwrap_or(lost))
    }

    /// The server waits for a message without a recipient: it gets none
    /// (RFC 2920 §3.1). Its answer is about nobody.
    async fn lone_dot(&mut self, refusal: Verdict) -> Result<Verdict, Verdict> {
        match self.ask(Stage::Dot, DOT).await {
            Ok(lines) if lines.code != 421 => Ok(refusal),
            _ => Err(refusal),
        }
    }

    /// A transaction that was refused must be gone before the next one.
    fn reset_done(&self, lines: &Lines) -> Result<(), Verdict> {
        if (200..300).contains(&lines.code) {
            return Ok(());
        }
        Err(self.trouble.fault(Stage::Hello, &Fault::Protocol("it does not forget a transaction")))
    }
}

/// Whether the replies behind a refusal are still to come: also where it ends
/// the run, but not where it ends the connection.
fn read_on(verdict: Verdict) -> Result<Verdict, Verdict> {
    if matches!(verdict, Verdict::Stop(_)) { Ok(verdict) } else { go_on(verdict) }
}

fn go_on(verdict: Verdict) -> Result<Verdict, Verdict> {
    if goes_on(&verdict) { Ok(verdict) } else { Err(verdict) }
}
