//! A line to the server: a connection that is renewed when it has carried
//! enough, was idle too long, or broke.

use std::time::Duration;

use super::crew::Crew;
use super::feed::Ready;
use super::smtp::Connection;
use super::transport::{Loss, Transport, Verdict};
use super::trouble;
use crate::clock::Stopwatch;
use crate::finding::Finding;

/// How often a message is tried again on a new connection when the old one
/// broke before it was handed over.
pub(super) const RETRIES: u32 = 3;
/// How often in a row connections may fail before the run stops: a server
/// that never greeted is not there, one that did may be restarting.
const NEVER_GREETED: u32 = 3;
const NOT_ANY_MORE: u32 = 8;
/// How long it waits before the next connection; doubled from loss to loss
/// once the server has greeted.
const AGAIN: Duration = Duration::from_millis(250);
const LONGEST_WAIT: Duration = Duration::from_secs(10);
/// Servers close idle connections after five minutes (RFC 5321 §4.5.3.2.7)
/// and often much earlier; one that was idle so long is not trusted.
const IDLE: Duration = Duration::from_secs(30);

/// One connection's line.
pub(super) struct Line<'h, 'a> {
    crew: &'h Crew<'a>,
    open: Option<Open>,
}

/// How a transaction began.
pub(super) enum Begun {
    /// The server waits for the message.
    Yes,
    /// It came to this; surely not delivered.
    Not(Verdict),
    /// The user asked to stop before it was under way.
    Stopped,
}

/// An open connection, and how much it has been used.
struct Open {
    connection: Connection,
    used: u32,
    last: Stopwatch,
}

impl<'h, 'a> Line<'h, 'a> {
    /// A line that is not yet open.
    pub(super) fn new(crew: &'h Crew<'a>) -> Self {
        Self { crew, open: None }
    }

    /// Says goodbye.
    pub(super) async fn close(&mut self) {
        if let Some(mut open) = self.open.take() {
            open.connection.close().await;
        }
    }

    /// Opens a transaction for a message, on a new connection where the old
    /// one broke. `tries` counts over all connections.
    pub(super) async fn begin(&mut self, ready: &Ready, tries: &mut u32) -> Begun {
        loop {
            if let Err(verdict) = self.connected(ready).await {
                return Begun::Not(verdict);
            }
            let Some(line) = &mut self.open else { return Begun::Stopped };
            let begun = tokio::select! {
                begun = line.connection.begin(&ready.envelope, &ready.body) => begun,
                () = self.crew.dropped() => {
                    // Nothing of the message has left.
                    self.open = None;
                    return Begun::Stopped;
                }
            };
            self.note_use();
            match begun {
                Ok(()) => return Begun::Yes,
                Err(Verdict::Retry(_)) if *tries < RETRIES => *tries += 1,
                Err(verdict) => return Begun::Not(verdict),
            }
        }
    }

    /// Sends the message that was begun, and behind it the envelope of the
    /// next one as soon as it is known.
    pub(super) async fn finish<'r>(
        &mut self,
        ready: &Ready,
        next: impl Future<Output = Option<&'r Ready>>,
    ) -> Verdict {
        let most = self.crew.tools.speed.messages_per_connection;
        let line = self.open.as_mut().expect("it was begun");
        line.used += 1;
        let has_room = most.is_none_or(|most| line.used < most);
        let ahead = async {
            let next = next.await.filter(|_| has_room);
            next.map(|next| (&next.envelope, &next.body))
        };
        let verdict = tokio::select! {
            verdict = line.connection.finish(&ready.body, ahead) => verdict,
            () = self.crew.dropped() => Verdict::InDoubt("stopped by hand on its way".to_owned()),
        };
        self.note_use();
        verdict
    }

    /// Whether a message's envelope is under way already.
    pub(super) fn has_announced(&self, ready: &Ready) -> bool {
        self.open.as_ref().is_some_and(|line| line.connection.has_announced(ready.address()))
    }

    fn note_use(&mut self) {
        if let Some(line) = &mut self.open {
            line.last = Stopwatch::start();
        }
        if self.open.as_ref().is_some_and(|line| !line.connection.is_open()) {
            self.open = None;
        }
    }

    /// Sees to it that there is a connection that can be trusted; there is
    /// none where the user asked to stop meanwhile.
    async fn connected(&mut self, ready: &Ready) -> Result<(), Verdict> {
        let most = self.crew.tools.speed.messages_per_connection;
        let is_used_up = |line: &Open| {
            let is_worn = most.is_some_and(|most| line.used >= most) || line.last.elapsed() > IDLE;
            is_worn && !line.connection.has_announced(ready.address())
        };
        if self.open.as_ref().is_some_and(is_used_up)
            && let Some(mut line) = self.open.take()
        {
            line.connection.close().await;
        }
        while self.open.is_none() && !self.crew.is_stopping() {
            let connected = tokio::select! {
                connected = self.crew.tools.smtp.connect() => connected,
                () = self.crew.stopped() => return Ok(()),
            };
            match connected {
                Ok(connection) => {
                    self.crew.has_greeted.set(true);
                    self.open = Some(Open { connection, used: 0, last: Stopwatch::start() });
                }
                Err(Verdict::Retry(loss)) => self.lost(trouble::unreachable(&loss), &loss).await?,
                Err(Verdict::Throttled(reply)) => {
                    let why = Finding::error(
                        "server-busy",
                        format!("the server takes no connection: {reply}"),
                        "send again later, or with fewer `connections`",
                    );
                    self.crew.has_greeted.set(true);
                    self.lost(
                        why,
                        &Loss { stage: trouble::Stage::Greeting, reason: String::new() },
                    )
                    .await?;
                }
                Err(verdict) => return Err(verdict),
            }
        }
        Ok(())
    }

    /// A connection failed. Waits and lets it be tried again, or gives up.
    async fn lost(&self, why: Finding, loss: &Loss) -> Result<(), Verdict> {
        let losses = self.crew.losses.get() + 1;
        self.crew.losses.set(losses);
        let connections = u32::try_from(self.crew.tools.speed.connections).unwrap_or(1);
        let has_greeted = self.crew.has_greeted.get() || !loss.before_greeting();
        let most = if has_greeted { NOT_ANY_MORE + connections } else { NEVER_GREETED };
        if losses >= most {
            return Err(Verdict::Stop(Box::new(why)));
        }
        // A server that restarts is back within a minute.
        let wait = if has_greeted { AGAIN * 2_u32.pow(losses.min(6)) } else { AGAIN };
        self.crew.rest(wait.min(LONGEST_WAIT)).await;
        Ok(())
    }
}
