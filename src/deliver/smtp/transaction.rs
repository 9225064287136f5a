//! One mail transaction: MAIL, RCPT, DATA, the message (RFC 5321 §3.3).
//!
//! `Ok` leaves a session that is ready for the next one; `Err` ends it.

use super::body::{Body, DOT};
use super::reply::Lines;
use super::session::{Session, goes_on};
use crate::deliver::transport::Verdict;
use crate::deliver::trouble::Stage;

/// The commands before a message, each with its CRLF.
pub(super) struct Commands {
    pub(super) mail: String,
    pub(super) rcpt: String,
}

const DATA: &str = "DATA\r\n";

impl Session {
    /// Sends one message.
    pub(super) async fn transaction(
        &mut self,
        commands: &Commands,
        pipelining: bool,
        body: &Body,
    ) -> Result<Verdict, Verdict> {
        let refused = if pipelining {
            self.envelope_at_once(commands).await?
        } else {
            self.envelope_in_steps(commands).await?
        };
        match refused {
            None => self.message(body).await,
            Some(verdict) => self.reset(verdict).await,
        }
    }

    /// One command, one reply. Gives the refusal, if there was one.
    async fn envelope_in_steps(&mut self, commands: &Commands) -> Result<Option<Verdict>, Verdict> {
        let steps =
            [(Stage::Mail, &*commands.mail), (Stage::Rcpt, &*commands.rcpt), (Stage::Data, DATA)];
        for (stage, command) in steps {
            let lines = self.ask(stage, command.as_bytes()).await?;
            if let Err(verdict) = self.judge(stage, &lines) {
                return go_on(verdict).map(Some);
            }
        }
        Ok(None)
    }

    /// All three in one write, then three replies in order (RFC 2920 §3.1).
    /// The first refusal counts: those after it only say that it was one.
    async fn envelope_at_once(&mut self, commands: &Commands) -> Result<Option<Verdict>, Verdict> {
        let group = [&*commands.mail, &*commands.rcpt, DATA].concat();
        self.send(Stage::Mail, group.as_bytes()).await?;

        let mail = self.read(Stage::Mail).await?;
        let mut refused = self.judge(Stage::Mail, &mail).err().map(go_on).transpose()?;

        let rcpt = self.read_after(refused.as_ref(), Stage::Rcpt).await?;
        if refused.is_none() {
            refused = self.judge(Stage::Rcpt, &rcpt).err().map(go_on).transpose()?;
        }

        let data = self.read_after(refused.as_ref(), Stage::Data).await?;
        match (refused, data.code) {
            (None, _) => self.judge(Stage::Data, &data).err().map(go_on).transpose(),
            (Some(refusal), 354) if rcpt.code >= 300 => self.lone_dot(refusal).await.map(Some),
            // It refused the sender and took the recipient: a dot now might
            // deliver an empty message.
            (Some(refusal), 354 | 421) => Err(refusal),
            (Some(refusal), _) => Ok(Some(refusal)),
        }
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

    /// Body and final dot, and the reply that counts.
    async fn message(&mut self, body: &Body) -> Result<Verdict, Verdict> {
        // A reply that is already there would be taken for the final dot's.
        self.expect_silence(Stage::Body).await?;
        if let Err(unwritten) = self.wire.write(&body.bytes, self.timeouts.block).await {
            let dot_may_be_out = unwritten.accepted > body.bytes.len() - DOT.len();
            let stage = if dot_may_be_out { Stage::Dot } else { Stage::Body };
            return Err(self.last_words(stage, unwritten).await);
        }
        let lines = self.read(Stage::Dot).await?;
        let verdict = match self.judge(Stage::Dot, &lines) {
            Ok(reply) => Verdict::Sent(reply),
            // The dot should have ended the transaction (RFC 5321 §4.1.1.4); after
            // `smtpd_end_of_data_restrictions` Postfix goes on with it.
            Err(verdict) => return self.reset(go_on(verdict)?).await,
        };
        self.unless_chatty(verdict).await
    }

    /// Forgets a transaction that came to nothing, so that the next one
    /// starts clean.
    async fn reset(&mut self, refusal: Verdict) -> Result<Verdict, Verdict> {
        match self.ask(Stage::Hello, b"RSET\r\n").await {
            Ok(lines) if (200..300).contains(&lines.code) => self.unless_chatty(refusal).await,
            _ => Err(refusal),
        }
    }

    /// The verdict stands; whether the conversation goes on depends on there
    /// being no reply too many.
    async fn unless_chatty(&mut self, verdict: Verdict) -> Result<Verdict, Verdict> {
        match self.wire.has_unread().await {
            Ok(false) => Ok(verdict),
            Ok(true) | Err(_) => Err(verdict),
        }
    }
}

fn go_on(verdict: Verdict) -> Result<Verdict, Verdict> {
    if goes_on(&verdict) { Ok(verdict) } else { Err(verdict) }
}
