//! How long each stage may take.

use std::time::Duration;

use crate::deliver::trouble::Stage;

/// The longest wait of each stage. The defaults are those of RFC 5321
/// §4.5.3.2, which are minutes: a server that scans a message while the client
/// waits is slow, not broken, and giving up after the dot makes a doubt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// Resolving the name, and connecting to one address.
    pub connect: Duration,
    /// The server's greeting.
    pub greeting: Duration,
    /// The reply to `EHLO`, `STARTTLS`, `AUTH` or `RSET`, and the TLS handshake.
    pub command: Duration,
    /// The reply to `MAIL`.
    pub mail: Duration,
    /// The reply to `RCPT`.
    pub rcpt: Duration,
    /// The reply to `DATA`.
    pub data: Duration,
    /// Writing each block of the message.
    pub block: Duration,
    /// The reply to the final dot.
    pub dot: Duration,
    /// The reply to `QUIT`, and the last words of a server that hung up.
    pub quit: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
        Self {
            connect: Duration::from_secs(30),
            greeting: minutes(5),
            command: minutes(5),
            mail: minutes(5),
            rcpt: minutes(5),
            data: minutes(2),
            block: minutes(3),
            dot: minutes(10),
            quit: Duration::from_secs(2),
        }
    }
}

impl Timeouts {
    /// The longest wait for a reply at a stage.
    pub(super) fn of(&self, stage: Stage) -> Duration {
        match stage {
            Stage::Connect => self.connect,
            Stage::Greeting => self.greeting,
            Stage::Tls | Stage::Hello | Stage::StartTls | Stage::Auth => self.command,
            Stage::Mail => self.mail,
            Stage::Rcpt => self.rcpt,
            Stage::Data => self.data,
            Stage::Body => self.block,
            Stage::Dot => self.dot,
        }
    }
}
