//! An SMTP server that misbehaves on order, on a loopback port of its own.
//!
//! A [`Script`] says what it offers and, by rules, where it departs from good
//! manners; [`Script::start`] gives a server that records every message it
//! accepted and every line that was spoken.
//!
//! ```text
//! let server = Script::new()
//!     .without("PIPELINING")
//!     .rule(at(Step::Rcpt).about("bob@").says("550 5.1.1 no such user"))
//!     .rule(at(Step::Byte(100)).on_connection(1).hangs_up())
//!     .start();
//! ```
#![allow(dead_code, reason = "every test file uses another part of it")]

use std::net::TcpListener;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;

use rustls::ServerConfig;

use peer::Peer;
pub(crate) use test_ca::TestCa;

#[path = "smtp_peer.rs"]
mod peer;
#[path = "test_ca.rs"]
mod test_ca;

/// Where a conversation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Before the greeting.
    Connect,
    Ehlo,
    Helo,
    StartTls,
    Auth,
    Mail,
    Rcpt,
    Data,
    /// When so many bytes of a message have come.
    Byte(usize),
    /// When so many bytes of its final dot's line have come: 1 or 2.
    FinalDot(usize),
    /// After a message's final dot.
    Dot,
    Rset,
    Quit,
}

/// What a server offers and where it departs from good manners.
#[allow(clippy::struct_excessive_bools, reason = "each is a manner that it has or has not")]
pub(crate) struct Script {
    extensions: Vec<String>,
    rules: Vec<Rule>,
    tls: Option<Arc<ServerConfig>>,
    implicit_tls: bool,
    login: Option<(String, String)>,
    login_in_clear: bool,
    close_after: Option<usize>,
    connections: usize,
    in_batches: bool,
    listens_before_replying: bool,
}

impl Script {
    /// A modern server without encryption, that takes everything.
    pub(crate) fn new() -> Self {
        let offered = ["PIPELINING", "SIZE 10000000", "8BITMIME", "SMTPUTF8"];
        Self {
            extensions: offered.map(str::to_owned).into(),
            rules: Vec::new(),
            tls: None,
            implicit_tls: false,
            login: None,
            login_in_clear: true,
            close_after: None,
            connections: usize::MAX,
            in_batches: false,
            listens_before_replying: false,
        }
    }

    /// Offers one more extension, such as `SIZE 1000`, in place of one of that name.
    pub(crate) fn offering(self, extension: &str) -> Self {
        let name = extension.split(' ').next().unwrap_or(extension);
        let mut script = self.without(name);
        script.extensions.push(extension.to_owned());
        script
    }

    /// Does not offer an extension. `STARTTLS` taken out is still understood:
    /// as if somebody had stripped it.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.extensions.retain(|extension| extension.split(' ').next() != Some(name));
        self
    }

    /// Adds a rule; the first one that fits is followed.
    pub(crate) fn rule(mut self, rule: Rule) -> Self {
        self.rules.push(rule);
        self
    }

    /// Offers STARTTLS.
    pub(crate) fn start_tls(self, ca: &TestCa) -> Self {
        Self { tls: Some(Arc::clone(&ca.server)), ..self }.offering("STARTTLS")
    }

    /// Speaks TLS from the first byte.
    pub(crate) fn implicit_tls(self, ca: &TestCa) -> Self {
        Self { tls: Some(Arc::clone(&ca.server)), implicit_tls: true, ..self }
    }

    /// Wants a login before any mail.
    pub(crate) fn login(self, mechanisms: &str, user: &str, password: &str) -> Self {
        Self { login: Some((user.to_owned(), password.to_owned())), ..self }
            .offering(&format!("AUTH {mechanisms}"))
    }

    /// Offers the login only where it is encrypted.
    pub(crate) fn login_only_encrypted(self) -> Self {
        Self { login_in_clear: false, ..self }
    }

    /// Is gone after so many connections: the next ones are refused.
    pub(crate) fn gone_after(self, connections: usize) -> Self {
        Self { connections, ..self }
    }

    /// Replies only when it has read all that came, so that the replies to
    /// commands that came together leave together (RFC 2920 §3.2).
    pub(crate) fn replies_in_batches(self) -> Self {
        Self { in_batches: true, ..self }
    }

    /// Replies to a message only when more was said behind it, or when that
    /// takes too long: who sends the next envelope with it surely has.
    pub(crate) fn listens_before_replying(self) -> Self {
        Self { listens_before_replying: true, ..self }
    }

    /// Hangs up silently after so many messages on one connection.
    pub(crate) fn close_after(self, messages: usize) -> Self {
        Self { close_after: Some(messages), ..self }
    }

    /// Whether a rule may still fit within a message of which so much has come.
    fn watches(&self, bytes: usize) -> bool {
        self.rules.iter().any(|rule| match rule.step {
            Step::Byte(place) => rule.times > 0 && place >= bytes,
            Step::FinalDot(_) => rule.times > 0,
            _ => false,
        })
    }

    /// Listens on a free port of 127.0.0.1.
    pub(crate) fn start(self) -> SmtpServer {
        self.start_at("127.0.0.1")
    }

    /// Listens on a free port of an address.
    pub(crate) fn start_at(self, address: &str) -> SmtpServer {
        let listener = TcpListener::bind((address, 0)).expect("a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let connections = self.connections;
        let shared = Arc::new(Shared { script: Mutex::new(self), record: Mutex::default() });
        let server = SmtpServer { port, shared: Arc::clone(&shared) };
        thread::spawn(move || {
            for (number, stream) in (1..=connections).zip(listener.incoming()) {
                let (Ok(stream), shared) = (stream, Arc::clone(&shared)) else { break };
                thread::spawn(move || Peer::talk(stream, number, &shared));
            }
        });
        server
    }
}

/// At a step, and perhaps only for some: what to do there.
#[derive(Clone)]
pub(crate) struct Rule {
    step: Step,
    about: Option<String>,
    connection: Option<usize>,
    skip: usize,
    times: usize,
    acts: Vec<Act>,
}

#[derive(Clone)]
enum Act {
    Say(Vec<u8>),
    Drip(Vec<u8>),
    Keep,
    Remember,
    Wait(Gate),
    Silence,
    HangUp,
}

/// A rule for a step; without an act it changes nothing. A rule that only
/// waits goes on as if it were not there.
pub(crate) fn at(step: Step) -> Rule {
    Rule { step, about: None, connection: None, skip: 0, times: usize::MAX, acts: Vec::new() }
}

impl Rule {
    /// Only for command lines with this text. DATA, RSET and what belongs to
    /// a message are about the recipient who was named last.
    pub(crate) fn about(self, text: &str) -> Self {
        Self { about: Some(text.to_owned()), ..self }
    }

    /// Only on this connection, counted from 1.
    pub(crate) fn on_connection(self, number: usize) -> Self {
        Self { connection: Some(number), ..self }
    }

    /// Only so often.
    pub(crate) fn times(self, times: usize) -> Self {
        Self { times, ..self }
    }

    /// Not the first times.
    pub(crate) fn after(self, skip: usize) -> Self {
        Self { skip, ..self }
    }

    /// Replies with this line, or lines parted by `\n`.
    pub(crate) fn says(self, reply: &str) -> Self {
        self.says_raw(format!("{}\r\n", reply.replace('\n', "\r\n")).as_bytes())
    }

    /// Sends these bytes as they are.
    pub(crate) fn says_raw(self, bytes: &[u8]) -> Self {
        self.act(Act::Say(bytes.to_owned()))
    }

    /// Replies as [`says`](Self::says) does, in as many pieces as there are bytes.
    pub(crate) fn drips(self, reply: &str) -> Self {
        self.act(Act::Drip(format!("{}\r\n", reply.replace('\n', "\r\n")).into_bytes()))
    }

    /// Takes the message as accepted, whatever it says about it.
    pub(crate) fn keeps(self) -> Self {
        self.act(Act::Keep)
    }

    /// After a message, goes on as if it had not ended its transaction.
    pub(crate) fn remembers(self) -> Self {
        self.act(Act::Remember)
    }

    /// Waits until the gate is opened.
    pub(crate) fn waits_for(self, gate: &Gate) -> Self {
        self.act(Act::Wait(gate.clone()))
    }

    /// Says nothing until the other side hangs up.
    pub(crate) fn stays_silent(self) -> Self {
        self.act(Act::Silence)
    }

    /// Reads nothing more, for as long as the test runs.
    pub(crate) fn stops_reading(self) -> Self {
        self.waits_for(&Gate::default())
    }

    /// Closes the connection.
    pub(crate) fn hangs_up(self) -> Self {
        self.act(Act::HangUp)
    }

    fn act(mut self, act: Act) -> Self {
        self.acts.push(act);
        self
    }

    fn fits(&self, step: Step, line: &str, connection: usize) -> bool {
        self.step == step
            && self.about.as_ref().is_none_or(|text| line.contains(text))
            && self.connection.is_none_or(|number| number == connection)
    }
}

/// Holds a server until a test lets it go on.
#[derive(Clone, Default)]
pub(crate) struct Gate(Arc<(Mutex<(bool, bool)>, Condvar)>);

impl Gate {
    /// Lets everybody through, now and later.
    pub(crate) fn open(&self) {
        lock(&self.0.0).1 = true;
        self.0.1.notify_all();
    }

    /// Lets nobody more through until it is opened again.
    pub(crate) fn close(&self) {
        lock(&self.0.0).1 = false;
    }

    /// Blocks until a server stands at the gate.
    pub(crate) fn until_reached(&self) {
        let reached = self.0.1.wait_while(lock(&self.0.0), |(reached, _)| !*reached);
        drop(reached.expect("no thread panics at a gate"));
    }

    /// Whether a server stands at the gate, or did.
    pub(crate) fn is_reached(&self) -> bool {
        lock(&self.0.0).0
    }

    fn pass(&self) {
        lock(&self.0.0).0 = true;
        self.0.1.notify_all();
        let open = self.0.1.wait_while(lock(&self.0.0), |(_, open)| !*open);
        drop(open.expect("no thread panics at a gate"));
    }
}

/// A server that runs.
pub(crate) struct SmtpServer {
    pub(crate) port: u16,
    shared: Arc<Shared>,
}

impl SmtpServer {
    /// Its URL, without a user.
    pub(crate) fn url(&self) -> String {
        let scheme = if lock(&self.shared.script).implicit_tls { "smtps" } else { "smtp" };
        format!("{scheme}://127.0.0.1:{}", self.port)
    }

    /// The messages it accepted, in order.
    pub(crate) fn accepted(&self) -> Vec<Accepted> {
        lock(&self.shared.record).accepted.clone()
    }

    /// How many messages it accepted.
    pub(crate) fn accepted_count(&self) -> usize {
        lock(&self.shared.record).accepted.len()
    }

    /// What was said on all connections: `1C` the first client, `1S` the server
    /// to it, `1+` where commands were pipelined, `1!` where they must not be.
    pub(crate) fn transcript(&self) -> Vec<String> {
        lock(&self.shared.record).transcript.clone()
    }

    /// Whether a client said such a line.
    pub(crate) fn heard(&self, line: &str) -> bool {
        self.transcript()
            .iter()
            .any(|said| said.get(3..).is_some_and(|said| said.starts_with(line)))
    }

    /// How many connections were made.
    pub(crate) fn connections(&self) -> usize {
        lock(&self.shared.record).connections
    }
}

/// A message that the server took.
#[derive(Clone, Debug)]
pub(crate) struct Accepted {
    /// The connection, counted from 1.
    pub(crate) connection: usize,
    /// The whole MAIL command.
    pub(crate) mail: String,
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    /// The message, its stuffed dots taken out.
    pub(crate) data: Vec<u8>,
    pub(crate) encrypted: bool,
    /// Who had logged in.
    pub(crate) user: Option<String>,
}

struct Shared {
    script: Mutex<Script>,
    record: Mutex<Record>,
}

#[derive(Default)]
struct Record {
    accepted: Vec<Accepted>,
    transcript: Vec<String>,
    connections: usize,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("no server thread panics")
}
