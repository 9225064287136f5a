//! One conversation: a command goes out, its reply comes in, and whatever
//! breaks is a verdict.

use super::reply::Lines;
use super::timeouts::Timeouts;
use super::wire::{Unwritten, Wire};
use crate::deliver::transport::{Reply, Verdict};
use crate::deliver::trouble::{Fault, Stage, Trouble};
use crate::deliver::waits::Watch;

/// A wire with the rules that hold on it. Every `Err` of its functions ends
/// the conversation: the session is dropped, and its connection with it.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) wire: Wire,
    pub(super) trouble: Trouble,
    pub(super) timeouts: Timeouts,
    /// Measures how long replies are waited for.
    pub(super) watch: Watch,
}

impl Session {
    /// Sends a command line, or several that were pipelined.
    pub(super) async fn send(&mut self, stage: Stage, commands: &[u8]) -> Result<(), Verdict> {
        self.expect_silence(stage).await?;
        self.watch.start();
        let written = self.wire.write(commands, self.timeouts.of(stage)).await;
        match written {
            Ok(()) => Ok(()),
            Err(unwritten) => Err(self.last_words(stage, unwritten).await),
        }
    }

    /// Reads one reply, whatever it says.
    pub(super) async fn read(&mut self, stage: Stage) -> Result<Lines, Verdict> {
        let read = self.wire.reply(self.timeouts.of(stage)).await;
        self.watch.lap(stage);
        read.map_err(|fault| self.trouble.fault(stage, &fault))
    }

    /// Sends a command and reads its reply, whatever it says.
    pub(super) async fn ask(&mut self, stage: Stage, command: &[u8]) -> Result<Lines, Verdict> {
        self.send(stage, command).await?;
        self.read(stage).await
    }

    /// Nothing may come unasked: a reply too many would be taken for the next
    /// command's. Only a server that is about to close may speak up.
    pub(super) async fn expect_silence(&mut self, stage: Stage) -> Result<(), Verdict> {
        match self.wire.has_unread().await {
            Ok(false) => Ok(()),
            Ok(true) => {
                let said = self.wire.reply(self.timeouts.quit).await;
                Err(match said.ok().filter(|lines| lines.code == 421) {
                    // A goodbye between two messages is this connection's: how
                    // the server is, the next one's greeting tells.
                    Some(_) if stage == Stage::Mail => self.trouble.fault(stage, &Fault::Closed),
                    Some(lines) => Verdict::Throttled(lines.reply()),
                    None => self.trouble.fault(stage, &Fault::Protocol("it spoke out of turn")),
                })
            }
            Err(fault) => Err(self.trouble.fault(stage, &fault)),
        }
    }

    /// Why a write failed: a server that hung up may have said so before.
    pub(super) async fn last_words(&mut self, stage: Stage, unwritten: Unwritten) -> Verdict {
        let silence = self.trouble.fault(stage, &unwritten.fault);
        match self.wire.reply(self.timeouts.quit).await {
            Ok(lines) if lines.code >= 400 => self.judge(stage, &lines).err().unwrap_or(silence),
            _ => silence,
        }
    }

    /// What a reply means at a stage.
    pub(super) fn judge(&self, stage: Stage, lines: &Lines) -> Result<Reply, Verdict> {
        self.trouble.reply(stage, lines.reply())
    }
}

/// Whether a verdict leaves a conversation that can go on.
pub(super) fn goes_on(verdict: &Verdict) -> bool {
    match verdict {
        Verdict::Sent(_) | Verdict::Failed(_) | Verdict::Refused(_) | Verdict::Deferred(_) => true,
        Verdict::Throttled(reply) => reply.code != 421,
        Verdict::Retry(_) | Verdict::InDoubt(_) | Verdict::Stop(_) => false,
    }
}
