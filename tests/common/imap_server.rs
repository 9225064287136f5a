//! An IMAP server that misbehaves on order, on a loopback port of its own.
//!
//! ```text
//! let server = ImapScript::new(vec![mail])
//!     .at("EXAMINE", "$TAG NO there is none\r\n")
//!     .start();
//! ```
#![allow(dead_code, reason = "every test file uses another part of it")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::TestCa;

/// What it holds, and where it departs from good manners.
#[derive(Clone)]
pub(crate) struct ImapScript {
    mails: Vec<Vec<u8>>,
    can: &'static str,
    greeting: String,
    rules: Vec<Rule>,
    to_empty: &'static str,
    implicit_tls: bool,
    tls: Option<Arc<ServerConfig>>,
}

/// To commands that begin so: this, instead of what is right.
#[derive(Clone)]
struct Rule {
    command: &'static str,
    says: Vec<u8>,
    skip: usize,
    then: Then,
}

/// What comes after a rule's words.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Then {
    /// The next command.
    GoOn,
    /// Nothing, ever.
    Silence,
    /// The same words, again and again.
    Repeat,
    /// The end of the connection.
    HangUp,
}

impl ImapScript {
    /// A well-behaved server with these mails, in clear, for ann and `open sesame`.
    pub(crate) fn new(mails: Vec<Vec<u8>>) -> Self {
        Self {
            mails,
            can: "IMAP4rev1 SASL-IR AUTH=PLAIN",
            greeting: "* OK ready\r\n".to_owned(),
            rules: Vec::new(),
            to_empty: "",
            implicit_tls: false,
            tls: None,
        }
    }

    /// Says that it can do this.
    pub(crate) fn can(self, can: &'static str) -> Self {
        Self { can, ..self }
    }

    /// Greets like this.
    pub(crate) fn greets(self, greeting: &str) -> Self {
        Self { greeting: greeting.to_owned(), ..self }
    }

    /// Replies so to commands that begin so; `$TAG` is theirs.
    pub(crate) fn at(self, command: &'static str, says: &str) -> Self {
        self.then(command, says, Then::GoOn)
    }

    /// The same, and then does something else than listen.
    pub(crate) fn then(self, command: &'static str, says: &str, then: Then) -> Self {
        self.after(0, command, says, then)
    }

    /// The same, but not the first times.
    pub(crate) fn after(
        mut self,
        skip: usize,
        command: &'static str,
        says: &str,
        then: Then,
    ) -> Self {
        self.rules.push(Rule { command, says: says.as_bytes().to_vec(), skip, then });
        self
    }

    /// Replies so to an empty line.
    pub(crate) fn bare(self, says: &'static str) -> Self {
        Self { to_empty: says, ..self }
    }

    /// Speaks TLS from the first byte.
    pub(crate) fn implicit_tls(self, ca: &TestCa) -> Self {
        Self { implicit_tls: true, ..self.knowing_tls(ca) }
    }

    /// Takes STARTTLS, whether it says so or not.
    pub(crate) fn knowing_tls(self, ca: &TestCa) -> Self {
        Self { tls: Some(ca.config()), ..self }
    }

    /// Listens on a free port of 127.0.0.1.
    pub(crate) fn start(self) -> ImapServer {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let heard: Arc<Mutex<Vec<String>>> = Arc::default();
        let server = ImapServer { port, heard: Arc::clone(&heard) };
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (Ok(stream), heard) = (stream, Arc::clone(&heard)) else { break };
                let script = self.clone();
                // Whoever hangs up has heard enough.
                thread::spawn(move || _ = script.talk(stream, &heard));
            }
        });
        server
    }

    fn talk(mut self, stream: TcpStream, heard: &Mutex<Vec<String>>) -> std::io::Result<()> {
        let stream = if self.implicit_tls { self.encrypt(stream) } else { Wire::Plain(stream) };
        let mut wire = BufReader::new(stream);
        wire.get_mut().write_all(self.greeting.as_bytes())?;
        let mut line = String::new();
        while wire.read_line(&mut line)? > 0 {
            let text = line.trim_end().to_owned();
            line.clear();
            heard.lock().expect("nobody panics").push(text.clone());
            if text.is_empty() {
                wire.get_mut().write_all(self.to_empty.as_bytes())?;
                continue;
            }
            let (tag, command) = text.split_once(' ').unwrap_or((&text, ""));
            if let Some(rule) = self.rules.iter_mut().find(|rule| command.starts_with(rule.command))
            {
                if rule.skip > 0 {
                    rule.skip -= 1;
                } else {
                    let (says, then) = (filled(&rule.says, tag), rule.then);
                    wire.get_mut().write_all(&says)?;
                    match then {
                        Then::GoOn => continue,
                        Then::HangUp => return Ok(()),
                        Then::Repeat => loop {
                            wire.get_mut().write_all(&says)?;
                        },
                        Then::Silence => {
                            let _ = wire.read_to_end(&mut Vec::new());
                            return Ok(());
                        }
                    }
                }
            }
            if command == "STARTTLS" {
                wire.get_mut().write_all(format!("{tag} OK begin\r\n").as_bytes())?;
                let Wire::Plain(stream) = wire.into_inner() else { return Ok(()) };
                wire = BufReader::new(self.encrypt(stream));
                continue;
            }
            let waits = match command.split(' ').collect::<Vec<_>>()[..] {
                ["AUTHENTICATE", _] => true,
                ["LOGIN", .., last] => last.ends_with('}'),
                _ => false,
            };
            if waits {
                // One more line: none of the passwords here has several.
                wire.get_mut().write_all(b"+ \r\n")?;
                wire.read_line(&mut line)?;
                heard.lock().expect("nobody panics").push(line.trim_end().to_owned());
                line.clear();
            }
            let reply = self.reply(tag, command);
            wire.get_mut().write_all(&reply)?;
        }
        Ok(())
    }

    fn encrypt(&self, stream: TcpStream) -> Wire {
        let config = self.tls.clone().expect("it has a certificate");
        let connection = ServerConnection::new(config).expect("a valid configuration");
        Wire::Tls(Box::new(StreamOwned::new(connection, stream)))
    }

    /// What is right.
    fn reply(&self, tag: &str, command: &str) -> Vec<u8> {
        let mut reply = Vec::new();
        if command == "CAPABILITY" {
            reply.extend(format!("* CAPABILITY {}\r\n", self.can).bytes());
        } else if command.starts_with("EXAMINE ") {
            let count = self.mails.len();
            reply.extend(format!("* {count} EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n").bytes());
        } else if let Some(what) = command.strip_prefix("UID SEARCH ") {
            let places = what.split(' ').next().expect("places");
            let uids: Vec<String> =
                places_of(places).map(|place| (place * 10).to_string()).collect();
            reply.extend(format!("* SEARCH {}\r\n", uids.join(" ")).bytes());
        } else if let Some(what) = command.strip_prefix("UID FETCH ") {
            let (uids, rest) = what.split_once(' ').expect("numbers");
            let max = rest.split(['.', '>']).nth(2).expect("a length").parse().expect("a number");
            for uid in uids.split(',').flat_map(places_of) {
                let Some(mail) = self.mails.get((uid / 10 - 1) as usize) else { continue };
                let mail = &mail[..mail.len().min(max)];
                let (place, length) = (uid / 10, mail.len());
                let before = format!("* {place} FETCH (UID {uid} BODY[]<0> {{{length}}}\r\n");
                reply.extend(before.bytes().chain(mail.iter().copied()).chain(*b")\r\n"));
            }
        } else if command == "LOGOUT" {
            reply.extend(b"* BYE\r\n");
        }
        reply.extend(format!("{tag} OK done\r\n").bytes());
        reply
    }
}

fn places_of(range: &str) -> impl Iterator<Item = u32> + use<> {
    let number = |text: &str| text.parse::<u32>().expect("a number");
    let (first, last) = range.split_once(':').unwrap_or((range, range));
    number(first)..=number(last)
}

fn filled(says: &[u8], tag: &str) -> Vec<u8> {
    String::from_utf8_lossy(says).replace("$TAG", tag).into_bytes()
}

enum Wire {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ServerConnection, TcpStream>>),
}

impl Read for Wire {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.read(buffer),
            Self::Tls(stream) => stream.read(buffer),
        }
    }
}

impl Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.write(bytes),
            Self::Tls(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match self {
            Self::Plain(stream) => stream.flush(),
            Self::Tls(stream) => stream.flush(),
        }
    }
}

/// A server that runs.
pub(crate) struct ImapServer {
    pub(crate) port: u16,
    heard: Arc<Mutex<Vec<String>>>,
}

impl ImapServer {
    /// What clients said, line by line.
    pub(crate) fn heard(&self) -> Vec<String> {
        self.heard.lock().expect("nobody panics").clone()
    }

    /// Its commands, without their tags and what belongs to a login.
    pub(crate) fn commands(&self) -> Vec<String> {
        self.heard()
            .iter()
            .filter_map(|line| line.split_once(' '))
            .map(|(_, command)| match command.split(' ').next() {
                Some(word @ ("AUTHENTICATE" | "LOGIN")) => word.to_owned(),
                _ => command.to_owned(),
            })
            .collect()
    }
}
