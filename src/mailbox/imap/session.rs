//! One conversation: a command goes out, what is said to it comes in, and
//! whatever breaks is a finding.

use std::ops::ControlFlow;

use tokio::time::timeout;
use zeroize::Zeroizing;

use super::line::Line;
use super::reply::{self, End, Greeting, Reply};
use super::trouble::{Refusal, Stage, Trouble};
use super::{Account, Timeouts};
use crate::finding::Finding;
use crate::wire::server::Security;
use crate::wire::{Fault, Stream, dial, handshake};

/// A connection to a server. Every `Err` of its functions ends it.
pub(super) struct Session {
    line: Line,
    timeouts: Timeouts,
    trouble: Trouble,
    commands: u32,
    /// What the server can do, where it has said so.
    pub(super) can: Option<Vec<String>>,
}

/// What to make of something that was said.
pub(super) enum Heard {
    /// It brings us further: the clock starts anew.
    Useful,
    /// It does not.
    Idle,
}

impl Session {
    /// Connects, encrypts, and hears the greeting. Says whether we are logged in already.
    pub(super) async fn open(account: &Account, max: usize) -> Result<(Self, bool), Finding> {
        let Account { server, tls, timeouts, trouble, .. } = account;
        let fault = |stage, fault: &Fault| trouble.fault(stage, fault, None);
        let tcp =
            dial(server, timeouts.connect).await.map_err(|why| fault(Stage::Connect, &why))?;
        let stream = match tls {
            Some(config) if server.security == Security::Tls => {
                let shaking = handshake(config.clone(), &server.host, tcp);
                let shaken = timeout(timeouts.connect, shaking).await;
                let tls = shaken.unwrap_or(Err(Fault::TimedOut));
                Stream::Tls(Box::new(tls.map_err(|why| fault(Stage::Tls, &why))?))
            }
            _ => Stream::Plain(tcp),
        };
        let line = Line::new(stream, max);
        let (timeouts, trouble) = (*timeouts, trouble.clone());
        let mut session = Self { line, timeouts, trouble, commands: 0, can: None };
        let is_known = session.greeting().await?;
        if let Some(config) = tls
            && server.security != Security::Tls
        {
            if is_known {
                return Err(session.trouble.refusal(Refusal::KnownInClear));
            }
            let can = session.can("STARTTLS").await?;
            if can {
                session = session.start_tls(account, config.clone(), max).await?;
            } else if server.security != Security::Opportunistic {
                return Err(session.trouble.refusal(Refusal::StartTlsMissing));
            }
        }
        Ok((session, is_known))
    }

    async fn greeting(&mut self) -> Result<bool, Finding> {
        let said = timeout(self.timeouts.connect, self.line.next()).await;
        let said = said.unwrap_or(Err(Fault::TimedOut));
        let greeting = match said.map(reply::greeting) {
            Ok(Some(greeting)) => greeting,
            Ok(None) => return Err(self.fault(Stage::Greeting, &Fault::Protocol("no greeting"))),
            Err(why) => return Err(self.fault(Stage::Greeting, &why)),
        };
        match greeting {
            Greeting::Hello(can) => {
                self.can = can;
                Ok(false)
            }
            Greeting::Known(can) => {
                self.can = can;
                Ok(true)
            }
            Greeting::Bye(words) => Err(self.trouble.refused(Stage::Greeting, &words)),
        }
    }

    async fn start_tls(
        mut self,
        account: &Account,
        config: std::sync::Arc<rustls::ClientConfig>,
        max: usize,
    ) -> Result<Self, Finding> {
        let end = self.command(Stage::StartTls, "STARTTLS", &mut |_| go_on()).await?;
        if !end.is_ok {
            return Err(self.trouble.refused(Stage::StartTls, &end.words));
        }
        let Some(stream) = self.line.into_stream() else {
            return Err(self.trouble.refusal(Refusal::StartTlsInjected));
        };
        let tcp = stream.into_plain().expect("STARTTLS is only asked for in clear");
        let shaking = handshake(config, &account.server.host, tcp);
        let shaken = timeout(self.timeouts.connect, shaking).await;
        match shaken.unwrap_or(Err(Fault::TimedOut)) {
            Ok(tls) => {
                let line = Line::new(Stream::Tls(Box::new(tls)), max);
                // What was said in clear is forgotten: anybody could have said it.
                Ok(Self { line, can: None, ..self })
            }
            Err(why) => Err(self.trouble.fault(Stage::StartTls, &why, None)),
        }
    }

    /// Whether a password may go over the connection.
    pub(super) fn may_log_in(&mut self) -> Result<bool, Finding> {
        let may = self.line.stream().may_log_in();
        may.map_err(|why| self.fault(Stage::Login, &Fault::Network(why.to_string())))
    }

    /// Whether the server says that it can do something.
    pub(super) async fn can(&mut self, what: &str) -> Result<bool, Finding> {
        if self.can.is_none() {
            let mut found = None;
            self.command(Stage::Capability, "CAPABILITY", &mut |reply| {
                if let Reply::Can(can) = reply {
                    found = Some(can);
                }
                go_on()
            })
            .await?;
            self.can = Some(found.unwrap_or_default());
        }
        Ok(self.can.iter().flatten().any(|can| can == what))
    }

    /// Sends a command, and gives what is said to it to `hear`.
    pub(super) async fn command(
        &mut self,
        stage: Stage,
        command: &str,
        hear: &mut dyn FnMut(Reply<'_>) -> ControlFlow<(), Heard>,
    ) -> Result<End, Finding> {
        self.steps(stage, &[Zeroizing::new(command.to_owned())], hear).await
    }

    /// The same for a command in several parts, each after the first only where
    /// the server asks for it.
    pub(super) async fn steps(
        &mut self,
        stage: Stage,
        parts: &[Zeroizing<String>],
        hear: &mut dyn FnMut(Reply<'_>) -> ControlFlow<(), Heard>,
    ) -> Result<End, Finding> {
        self.commands += 1;
        let tag = format!("h{}", self.commands);
        let mut parts = parts.iter();
        let mut part = |tag: &str| {
            parts.next().map(|part| Zeroizing::new(format!("{tag}{}\r\n", part.as_str())))
        };
        let mut goodbye: Option<String> = None;
        let mut to_send = part(&format!("{tag} "));
        let limit = self.timeouts.command;
        loop {
            let step = async {
                if let Some(line) = to_send.take() {
                    self.line.send(line.as_bytes()).await?;
                }
                loop {
                    match reply::read(self.line.next().await?) {
                        Reply::Done { tag: of, end } if of == tag => return Ok(Step::End(end)),
                        Reply::Done { .. } => {
                            return Err(Fault::Protocol("it ends what was not begun"));
                        }
                        Reply::GoOn => return Ok(Step::GoOn),
                        Reply::Bye(words) => goodbye = Some(words),
                        reply => match hear(reply) {
                            ControlFlow::Continue(Heard::Useful) => return Ok(Step::Further),
                            ControlFlow::Continue(Heard::Idle) => {}
                            ControlFlow::Break(()) => return Ok(Step::Enough),
                        },
                    }
                }
            };
            // One limit for all that is of no use: a word every minute must not hold us for hours.
            let step = timeout(limit, step).await.unwrap_or(Err(Fault::TimedOut));
            match step {
                Ok(Step::End(end)) => return Ok(end),
                Ok(Step::Further) => {}
                Ok(Step::GoOn) => {
                    to_send = part("");
                    if to_send.is_none() {
                        return Err(self.fault(stage, &Fault::Protocol("it waits for nothing")));
                    }
                }
                Ok(Step::Enough) => {
                    return Ok(End { is_ok: true, words: String::new(), can: None });
                }
                Err(why) => return Err(self.trouble.fault(stage, &why, goodbye.as_deref())),
            }
        }
    }

    /// Says goodbye; whether it is heard does not matter.
    pub(super) async fn close(mut self) {
        let limit = self.timeouts.goodbye;
        let mut hear = |_: Reply<'_>| go_on();
        let _ = timeout(limit, self.command(Stage::Fetch, "LOGOUT", &mut hear)).await;
        let _ = timeout(limit, self.line.stream().shutdown()).await;
    }

    fn fault(&self, stage: Stage, fault: &Fault) -> Finding {
        self.trouble.fault(stage, fault, None)
    }
}

/// What came of waiting.
enum Step {
    End(End),
    GoOn,
    Further,
    Enough,
}

/// What is said is of no use.
pub(super) fn go_on() -> ControlFlow<(), Heard> {
    ControlFlow::Continue(Heard::Idle)
}
