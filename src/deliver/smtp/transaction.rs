//! One mail transaction: MAIL, RCPT, DATA, the message (RFC 5321 §3.3).
//!
//! Where the server takes commands together, the next envelope leaves in one
//! write with the message before it (RFC 2920 §3.1 allows it): one round trip
//! a message. `Ok` leaves a session that goes on; `Err` ends it.

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
            self.ask(Stage::Mail, commands.reset.as_bytes())
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
    /// refusal counts: those after it only say that it was one.
    pub(super) async fn envelope_replies(
        &mut self,
        commands: &Commands,
    ) -> Result<Received, Verdict> {
        if !commands.reset.is_empty() {
            self.read(Stage::Mail).await.and_then(|lines| self.reset_done(&lines))?;
        }
        let mail = self.read(Stage::Mail).await?;
        let mut refused = self.judge(Stage::Mail, &mail).err().map(go_on).transpose()?;

        let rcpt = self.read_after(refused.as_ref(), Stage::Rcpt).await?;
        if refused.is_none() {
            refused = self.judge(Stage::Rcpt, &rcpt).err().map(go_on).transpose()?;
        }

        let data = self.read_after(refused.as_ref(), Stage::Data).await?;
        match (refused, data.code) {
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

    /// Body and final dot, and behind them what comes next, in one write;
    /// then the reply that counts.
    pub(super) async fn message(&mut self, body: &Body, ahead: &[u8]) -> Result<Verdict, Verdict> {
        // A reply that is already there would be taken for the final dot's.
        self.expect_silence(Stage::Body).await?;
        let both = [&body.bytes[..], ahead];
        if let Err(unwritten) = self.wire.write_both(both, self.timeouts.block).await {
            let dot_may_be_out = unwritten.accepted > body.bytes.len() - DOT.len();
            let stage = if dot_may_be_out { Stage::Dot } else { Stage::Body };
            return Err(self.last_words(stage, unwritten).await);
        }
        let lines = self.read(Stage::Dot).await?;
        let verdict = match self.judge(Stage::Dot, &lines) {
            Ok(reply) => Verdict::Sent(reply),
            Err(verdict) => go_on(verdict)?,
        };
        if ahead.is_empty() { self.unless_chatty(verdict).await } else { Ok(verdict) }
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
        Err(self.trouble.fault(Stage::Mail, &Fault::Protocol("it does not forget a transaction")))
    }

    /// The verdict stands; whether the conversation goes on depends on there
    /// being no reply too many.
    pub(super) async fn unless_chatty(&mut self, verdict: Verdict) -> Result<Verdict, Verdict> {
        match self.wire.has_unread().await {
            Ok(false) => Ok(verdict),
            Ok(true) | Err(_) => Err(verdict),
        }
    }
}

fn go_on(verdict: Verdict) -> Result<Verdict, Verdict> {
    if goes_on(&verdict) { Ok(verdict) } else { Err(verdict) }
}
