//! A connection: opened, used for one message after another, closed.

use std::future::ready;
use std::net::IpAddr;
use std::sync::Arc;

use rustls::ClientConfig;
use tokio::time::timeout;

use super::body::Body;
use super::capabilities::Capabilities;
use super::client::Smtp;
use super::session::Session;
use super::transaction::Commands;
use super::wire::Wire;
use crate::address::Address;
use crate::deliver::transport::{Envelope, Transport, Verdict};
use crate::deliver::trouble::{Fault, Refusal, Stage, Trouble};
use crate::deliver::waits::Watch;
use crate::wire::server::{Mechanism, Security};
use crate::wire::{dial, handshake};

/// One connection to a server, ready for messages.
#[derive(Debug)]
pub struct Connection {
    /// Taken out for each step and put back when it ended well: a future
    /// dropped half-way, as any fault, leaves none.
    session: Option<Session>,
    stand: Stand,
    trouble: Trouble,
    capabilities: Capabilities,
}

/// Where the conversation stands between two steps.
#[derive(Debug)]
enum Stand {
    /// Nothing is open.
    Idle,
    /// A transaction was refused, and the server has not forgotten it yet.
    Refused,
    /// The envelope of the next message is under way, for this recipient.
    Announced(Address, Commands),
    /// The server waits for the message.
    Expecting,
}

impl Transport for Connection {
    async fn deliver(&mut self, envelope: &Envelope, message: &[u8]) -> Verdict {
        let body = match Body::new(message.into()) {
            Ok(body) => body,
            Err(why) => return self.trouble.refusal(&Refusal::Malformed(why)),
        };
        match self.begin(envelope, &body).await {
            Ok(()) => self.finish(&body, ready(None)).await,
            Err(verdict) => verdict,
        }
    }

    fn is_open(&self) -> bool {
        self.session.is_some()
    }

    async fn close(&mut self) {
        let is_between = matches!(self.stand, Stand::Idle | Stand::Refused);
        // Where the server waits for a message, a goodbye would be one.
        if let Some(mut session) = self.session.take().filter(|_| is_between) {
            let limit = session.timeouts.quit;
            // A goodbye that nobody answers changes nothing.
            if session.wire.write(b"QUIT\r\n", limit).await.is_ok() {
                let _ = session.wire.reply(limit).await;
            }
            session.wire.shutdown(limit).await;
        }
    }
}

impl Connection {
    /// Connects, greets, encrypts, logs in.
    pub(super) async fn open(smtp: &Smtp) -> Result<Self, Verdict> {
        let trouble = smtp.trouble();
        let fault = |stage, fault| trouble.fault(stage, &fault);
        let mut watch = Watch::new(Arc::clone(&smtp.waits));
        let dialled = dial(&smtp.server, smtp.timeouts.connect).await;
        watch.lap(Stage::Connect);
        let tcp = dialled.map_err(|why| fault(Stage::Connect, why))?;
        let wire = match &smtp.tls {
            Some(config) if smtp.server.security == Security::Tls => {
                let encrypted = encrypt(smtp, config, tcp).await;
                watch.lap(Stage::Tls);
                encrypted.map_err(|why| fault(Stage::Tls, why))?
            }
            _ => Wire::plain(tcp),
        };
        let timeouts = smtp.timeouts;
        let mut session = Session { wire, trouble: trouble.clone(), timeouts, watch };
        let greeting = session.read(Stage::Greeting).await?;
        session.judge(Stage::Greeting, &greeting)?;
        let mut capabilities = session.hello(smtp).await?;
        if let Some(config) = &smtp.tls
            && !session.wire.is_encrypted()
            && session.wants_tls(smtp, &capabilities).await?
        {
            session = session.start_tls(smtp, config).await?;
            // What was said in clear is forgotten: anybody could have said it (RFC 3207 §4.2).
            capabilities = session.hello(smtp).await?;
        }
        session.authenticate(smtp, &capabilities).await?;
        Ok(Self { session: Some(session), stand: Stand::Idle, trouble, capabilities })
    }

    /// What the server offers of what makes a difference to us, and what of it
    /// it does not, by the words of EHLO.
    pub fn offers(&self) -> (Vec<String>, Vec<String>) {
        self.capabilities.words()
    }

    /// Whether what is said stays between the server and us.
    pub fn is_encrypted(&self) -> bool {
        self.session.as_ref().is_some_and(|session| session.wire.is_encrypted())
    }

    /// Whether the server is this machine.
    pub fn is_loopback(&self) -> bool {
        let ends = self.session.as_ref().and_then(|session| session.wire.ends().ok());
        ends.is_some_and(|(_, peer)| peer.ip().to_canonical().is_loopback())
    }

    /// Whether the server is this machine, reached by whichever of its addresses.
    pub fn is_own(&self) -> bool {
        let ends = self.session.as_ref().and_then(|session| session.wire.ends().ok());
        self.is_loopback() || ends.is_some_and(|(own, peer)| own.ip() == peer.ip())
    }

    /// What the server calls itself (RFC 5321 §4.1.1.1).
    pub fn server_name(&self) -> &str {
        &self.capabilities.name
    }

    /// Sends the envelope, unless it is under way, and hears what the server
    /// says to it. After `Ok` it waits for the message: [`Self::finish`] must
    /// follow. What ends here was surely not delivered.
    pub async fn begin(&mut self, envelope: &Envelope, body: &Body) -> Result<(), Verdict> {
        self.admit(envelope, body).map_err(|refusal| self.trouble.refusal(&refusal))?;
        let closed = || self.trouble.fault(Stage::Mail, &Fault::Closed);
        let mut session = self.session.take().ok_or_else(closed)?;
        let received = match std::mem::replace(&mut self.stand, Stand::Idle) {
            Stand::Announced(recipient, commands) if recipient == envelope.recipient => {
                session.envelope_replies(&commands).await?
            }
            // The server waits for something else: there is no way back from it.
            Stand::Announced(..) | Stand::Expecting => return Err(closed()),
            stand => {
                let after_refusal = matches!(stand, Stand::Refused);
                let commands = self.commands(envelope, body, after_refusal);
                if self.capabilities.pipelining {
                    session.send(Stage::Mail, commands.group().as_bytes()).await?;
                    session.envelope_replies(&commands).await?
                } else {
                    session.envelope_in_steps(&commands).await?
                }
            }
        };
        self.stand = if received.is_ok() { Stand::Expecting } else { Stand::Refused };
        self.session = Some(session);
        received
    }

    /// Sends the message that was begun, and hears what became of it. Where
    /// the server takes commands together, the envelope of the next message
    /// leaves with it or behind it, as soon as `ahead` gives it; that one must
    /// be begun next.
    pub async fn finish<'r>(
        &mut self,
        body: &Body,
        ahead: impl Future<Output = Option<(&'r Envelope, &'r Body)>>,
    ) -> Verdict {
        let is_expected = matches!(self.stand, Stand::Expecting);
        let Some(mut session) = self.session.take().filter(|_| is_expected) else {
            return self.trouble.fault(Stage::Mail, &Fault::Closed);
        };
        self.stand = Stand::Idle;
        let mut announced = Stand::Idle;
        let ahead = async {
            if !self.capabilities.pipelining {
                return None;
            }
            let (envelope, body) = ahead.await?;
            self.admit(envelope, body).ok()?;
            let commands = self.commands(envelope, body, false);
            let group = commands.group();
            announced = Stand::Announced(envelope.recipient.clone(), commands);
            Some(group)
        };
        match session.message(body, ahead).await {
            Ok(verdict) => {
                // A reply too many would be taken for the next command's.
                let is_idle = matches!(announced, Stand::Idle);
                // The dot should have ended the transaction (RFC 5321 §4.1.1.4);
                // Postfix goes on with it after `smtpd_end_of_data_restrictions`.
                if is_idle && !matches!(verdict, Verdict::Sent(_)) {
                    announced = Stand::Refused;
                }
                if !is_idle || matches!(session.wire.has_unread().await, Ok(false)) {
                    self.stand = announced;
                    self.session = Some(session);
                }
                verdict
            }
            Err(verdict) => verdict,
        }
    }

    /// Whether the envelope for this recipient is under way already.
    pub fn has_announced(&self, recipient: &Address) -> bool {
        self.is_open()
            && matches!(&self.stand, Stand::Announced(announced, _) if announced == recipient)
    }

    /// Whether this server can take this message as it is.
    fn admit(&self, envelope: &Envelope, body: &Body) -> Result<(), Refusal> {
        let can = &self.capabilities;
        // Who offers SMTPUTF8 must offer 8BITMIME (RFC 6531 §3.1); one without
        // the other is none, and costs one reader, not the run.
        let utf8 = can.utf8 && can.eight_bit;
        if !utf8 && !envelope.return_path.as_str().is_ascii() {
            return Err(Refusal::SenderNeedsUtf8);
        }
        if !utf8 && (body.utf8_headers || !envelope.recipient.as_str().is_ascii()) {
            return Err(Refusal::RecipientNeedsUtf8);
        }
        if !can.eight_bit && body.eight_bit {
            return Err(Refusal::EightBit);
        }
        match can.size.and_then(|size| size.limit) {
            Some(limit) if body.size > limit => Err(Refusal::TooLarge { size: body.size, limit }),
            _ => Ok(()),
        }
    }

    fn commands(&self, envelope: &Envelope, body: &Body, after_refusal: bool) -> Commands {
        let Envelope { return_path, recipient } = envelope;
        let size = self.capabilities.size.map(|_| format!(" SIZE={}", body.size));
        let size = size.unwrap_or_default();
        let eight_bit = if body.eight_bit { " BODY=8BITMIME" } else { "" };
        let ascii = return_path.as_str().is_ascii() && recipient.as_str().is_ascii();
        let utf8 = if body.utf8_headers || !ascii { " SMTPUTF8" } else { "" };
        Commands::new(
            format!("MAIL FROM:<{return_path}>{size}{eight_bit}{utf8}\r\n"),
            format!("RCPT TO:<{recipient}>\r\n"),
            after_refusal,
        )
    }
}

impl Session {
    /// EHLO, or HELO where a server is older than that (RFC 5321 §3.2).
    async fn hello(&mut self, smtp: &Smtp) -> Result<Capabilities, Verdict> {
        let name = self.own_name(smtp)?;
        let lines = self.ask(Stage::Hello, format!("EHLO {name}\r\n").as_bytes()).await?;
        if (500..600).contains(&lines.code) {
            let lines = self.ask(Stage::Hello, format!("HELO {name}\r\n").as_bytes()).await?;
            self.judge(Stage::Hello, &lines)?;
            return Ok(Capabilities::default());
        }
        self.judge(Stage::Hello, &lines)?;
        Ok(Capabilities::read(&lines))
    }

    /// This machine's name, or the address it connects from (RFC 5321 §4.1.3).
    fn own_name(&self, smtp: &Smtp) -> Result<String, Verdict> {
        if let Some(name) = &smtp.own_name {
            return Ok(name.clone());
        }
        let lost = |why: std::io::Error| {
            self.trouble.fault(Stage::Hello, &Fault::Network(why.to_string()))
        };
        let (own, _) = self.wire.ends().map_err(lost)?;
        Ok(match own.ip().to_canonical() {
            IpAddr::V4(address) => format!("[{address}]"),
            IpAddr::V6(address) => format!("[IPv6:{address}]"),
        })
    }

    /// Asks for STARTTLS where it is offered; whether the server agreed.
    async fn wants_tls(&mut self, smtp: &Smtp, can: &Capabilities) -> Result<bool, Verdict> {
        let required = smtp.server.security != Security::Opportunistic;
        if !can.starttls {
            let missing = || self.trouble.refusal(&Refusal::StartTlsMissing);
            return if required { Err(missing()) } else { Ok(false) };
        }
        let lines = self.ask(Stage::StartTls, b"STARTTLS\r\n").await?;
        match self.judge(Stage::StartTls, &lines) {
            Ok(_) => Ok(true),
            Err(verdict) if required || lines.code == 421 => Err(verdict),
            Err(_) => Ok(false),
        }
    }

    async fn start_tls(mut self, smtp: &Smtp, config: &Arc<ClientConfig>) -> Result<Self, Verdict> {
        let fault = |fault| self.trouble.fault(Stage::StartTls, &fault);
        if self.wire.has_unread().await.map_err(fault)? {
            return Err(self.trouble.refusal(&Refusal::StartTlsInjected));
        }
        let tcp = self.wire.into_plain().expect("STARTTLS is only asked for in clear");
        self.watch.start();
        let encrypted = encrypt(smtp, config, tcp).await;
        self.watch.lap(Stage::Tls);
        match encrypted {
            Ok(wire) => Ok(Self { wire, ..self }),
            Err(why) => Err(self.trouble.fault(Stage::StartTls, &why)),
        }
    }

    /// Logs in where there is a user, and never in clear but on this machine.
    async fn authenticate(&mut self, smtp: &Smtp, can: &Capabilities) -> Result<(), Verdict> {
        let (Some(user), Some(secret)) = (&smtp.server.user, &smtp.secret) else {
            return Ok(());
        };
        let may_log_in = self
            .wire
            .may_log_in()
            .map_err(|why| self.trouble.fault(Stage::Auth, &Fault::Network(why.to_string())))?;
        if !may_log_in {
            return Err(self.trouble.refusal(&Refusal::CredentialsInClear));
        }
        let wanted = |mechanism: &Mechanism| match smtp.server.mechanism {
            Some(only) => only == *mechanism,
            None => true,
        };
        let mechanism = Mechanism::ALL.into_iter().find(|m| wanted(m) && can.auth.contains(m));
        match mechanism {
            Some(mechanism) => self.log_in(mechanism, user, secret).await,
            None => Err(self.trouble.refusal(&Refusal::AuthMissing)),
        }
    }
}

async fn encrypt(
    smtp: &Smtp,
    config: &Arc<ClientConfig>,
    tcp: tokio::net::TcpStream,
) -> Result<Wire, Fault> {
    let shaking = handshake(Arc::clone(config), &smtp.server.host, tcp);
    timeout(smtp.timeouts.command, shaking).await.unwrap_or(Err(Fault::TimedOut)).map(Wire::tls)
}
