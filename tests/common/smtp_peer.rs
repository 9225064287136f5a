//! One conversation of the scripted server with one client.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::thread;
use std::time::Duration;

use rustls::{ServerConnection, StreamOwned};

use super::{Accepted, Act, Rule, Shared, Step, lock};

#[path = "smtp_login.rs"]
mod login;

/// How long a server that listens before it replies does so.
const LISTENING: Duration = Duration::from_millis(250);

/// One client, on a thread of its own.
pub(super) struct Peer<'a> {
    link: BufReader<Link>,
    number: usize,
    shared: &'a Shared,
    mail: Option<String>,
    to: Vec<String>,
    /// Who was named last, taken or not.
    named: String,
    /// Replies that wait for others to leave with them.
    unsaid: Vec<u8>,
    encrypted: bool,
    user: Option<String>,
    taken: usize,
}

enum Link {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ServerConnection, TcpStream>>),
}

impl Read for Link {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(tcp) => tcp.read(buffer),
            Self::Tls(tls) => tls.read(buffer),
        }
    }
}

impl Link {
    fn say(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Plain(tcp) => tcp.write_all(bytes),
            Self::Tls(tls) => tls.write_all(bytes).and_then(|()| tls.flush()),
        }
    }

    fn tcp(&self) -> &TcpStream {
        match self {
            Self::Plain(tcp) => tcp,
            Self::Tls(tls) => &tls.sock,
        }
    }
}

/// The conversation is over, in whatever way.
fn over<T>() -> io::Result<T> {
    Err(io::ErrorKind::ConnectionAborted.into())
}

impl<'a> Peer<'a> {
    /// Talks until one side has enough; how it ended stands in the record.
    pub(super) fn talk(stream: TcpStream, number: usize, shared: &'a Shared) {
        lock(&shared.record).connections += 1;
        let _ = stream.set_nodelay(true);
        let link = BufReader::new(Link::Plain(stream));
        let mut peer = Self {
            link,
            number,
            shared,
            mail: None,
            to: Vec::new(),
            named: String::new(),
            unsaid: Vec::new(),
            encrypted: false,
            user: None,
            taken: 0,
        };
        if lock(&shared.script).implicit_tls && peer.encrypt().is_err() {
            return;
        }
        let ended = peer.answer(Step::Connect, "", "220 mail.test ESMTP");
        let mut ended = ended.map(drop);
        while ended.is_ok() {
            ended = peer.read_line().and_then(|line| peer.obey(&line));
        }
        let _ = peer.flush();
        let _ = peer.link.get_ref().tcp().shutdown(Shutdown::Both);
    }

    fn obey(&mut self, line: &str) -> io::Result<()> {
        let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        let barred = lock(&self.shared.script).login.is_some() && self.user.is_none();
        match &*verb {
            "EHLO" => {
                let mut lines = vec!["mail.test".to_owned()];
                lines.extend(self.extensions());
                let last = lines.pop().expect("it has a name");
                lines.insert(0, String::new());
                let more = lines.join("\n250-");
                self.answer(Step::Ehlo, line, format!("{more}\n250 {last}").trim()).map(drop)
            }
            "HELO" => self.answer(Step::Helo, line, "250 mail.test").map(drop),
            "STARTTLS" => {
                if self.answer(Step::StartTls, line, "220 2.0.0 go ahead")? {
                    self.encrypt()?;
                }
                Ok(())
            }
            "AUTH" => self.authenticate(line),
            "MAIL" if barred => self.say(b"530 5.7.0 log in first\r\n"),
            "MAIL" if self.mail.is_some() => self.say(b"503 5.5.1 nested MAIL\r\n"),
            "MAIL" => {
                if self.answer(Step::Mail, line, "250 2.1.0 ok")? {
                    self.mail = Some(line.to_owned());
                }
                Ok(())
            }
            "RCPT" => {
                let default =
                    if self.mail.is_some() { "250 2.1.5 ok" } else { "503 5.5.1 MAIL first" };
                self.named = path(line);
                if self.answer(Step::Rcpt, line, default)? {
                    self.to.push(path(line));
                }
                Ok(())
            }
            "DATA" => {
                let default =
                    if self.to.is_empty() { "503 5.5.1 RCPT first" } else { "354 go ahead" };
                let about = format!("{line} {}", self.named);
                if self.answer(Step::Data, &about, default)? { self.message() } else { Ok(()) }
            }
            "RSET" => {
                self.forget();
                let about = format!("{line} {}", self.named);
                self.answer(Step::Rset, &about, "250 2.0.0 ok").map(drop)
            }
            "QUIT" => self.answer(Step::Quit, line, "221 2.0.0 bye").and_then(|_| over()),
            _ => self.say(b"500 5.5.2 what\r\n"),
        }
    }

    /// Follows the first rule that fits, or gives the default reply. Tells
    /// whether the reply was a positive one.
    fn answer(&mut self, step: Step, line: &str, default: &str) -> io::Result<bool> {
        let default = format!("{}\r\n", default.replace('\n', "\r\n"));
        let acts = self.acts(step, line);
        let mut said = None;
        for act in acts {
            self.act(&act)?;
            if let Act::Say(bytes) | Act::Drip(bytes) = act {
                said.get_or_insert(bytes);
            }
        }
        if said.is_none() {
            self.say(default.as_bytes())?;
        }
        // A reply that was swallowed still was the usual one.
        let said = said.filter(|said| !said.is_empty()).unwrap_or(default.into_bytes());
        Ok(matches!(said.first(), Some(b'2' | b'3')))
    }

    fn act(&mut self, act: &Act) -> io::Result<()> {
        match act {
            Act::Wait(gate) => gate.pass(),
            Act::Silence => {
                let _ = io::copy(&mut self.link, &mut io::sink());
                return over();
            }
            Act::HangUp => return over(),
            Act::Say(bytes) => return self.say(bytes),
            Act::Drip(bytes) => {
                self.note('S', String::from_utf8_lossy(bytes).trim_end());
                self.flush()?;
                for byte in bytes {
                    self.link.get_mut().say(&[*byte])?;
                    thread::yield_now();
                }
            }
            Act::Keep | Act::Remember => {}
        }
        Ok(())
    }

    fn acts(&self, step: Step, line: &str) -> Vec<Act> {
        let mut script = lock(&self.shared.script);
        for rule in script.rules.iter_mut().filter(|rule| rule.fits(step, line, self.number)) {
            if rule.skip > 0 {
                rule.skip -= 1;
            } else if rule.times > 0 {
                rule.times -= 1;
                return rule.acts.clone();
            }
        }
        Vec::new()
    }

    /// Reads a message: byte by byte as long as a rule may break it off.
    fn message(&mut self) -> io::Result<()> {
        self.flush()?;
        let mut raw = Vec::new();
        loop {
            let is_watched = lock(&self.shared.script).watches(raw.len());
            if is_watched {
                self.within(&raw)?;
            }
            if raw == b".\r\n" || raw.ends_with(b"\r\n.\r\n") {
                break;
            }
            let limit = if is_watched { 1 } else { u64::MAX };
            if self.link.by_ref().take(limit).read_until(b'\n', &mut raw)? == 0 {
                return over();
            }
        }
        raw.truncate(raw.len() - 3);
        self.note('C', &format!("({} bytes)", raw.len()));
        let mail = self.mail.take().unwrap_or_default();
        let message = Accepted {
            connection: self.number,
            from: path(&mail),
            mail: mail.clone(),
            to: std::mem::take(&mut self.to),
            data: unstuffed(&raw),
            encrypted: self.encrypted,
            user: self.user.clone(),
        };
        if lock(&self.shared.script).listens_before_replying {
            self.listen()?;
        }
        let nobody = message.to.is_empty();
        let about = self.named.clone();
        // A message is on record before its reply leaves: who has the reply finds it there.
        let kept = self.keeps(&about);
        if kept && !nobody {
            lock(&self.shared.record).accepted.push(message);
        }
        let default =
            if nobody { "554 5.5.1 no valid recipients" } else { "250 2.0.0 queued as 4711" };
        let remembers = self
            .rule_at_dot(&about)
            .is_some_and(|rule| rule.acts.iter().any(|act| matches!(act, Act::Remember)));
        self.answer(Step::Dot, &about, default)?;
        if remembers {
            self.mail = Some(mail);
            self.to = about.split(' ').map(str::to_owned).collect();
        }
        self.taken += 1;
        if lock(&self.shared.script).close_after == Some(self.taken) { over() } else { Ok(()) }
    }

    /// Waits for whatever comes next, but no longer than anybody needs who
    /// means to say it now.
    fn listen(&mut self) -> io::Result<()> {
        let tcp = self.link.get_ref().tcp().try_clone()?;
        tcp.set_read_timeout(Some(LISTENING))?;
        // Nothing, and the end, are found again by the next reading.
        let _ = self.link.fill_buf();
        tcp.set_read_timeout(None)
    }

    /// Follows the rules for the place that a message has come to.
    fn within(&mut self, raw: &[u8]) -> io::Result<()> {
        let mut acts = self.acts(Step::Byte(raw.len()), &self.named);
        for (bytes, ending) in [(1, &b"\r\n."[..]), (2, b"\r\n.\r")] {
            if raw.ends_with(ending) {
                acts.extend(self.acts(Step::FinalDot(bytes), &self.named));
            }
        }
        acts.iter().try_for_each(|act| self.act(act))
    }

    /// The rule that comes next at the dot.
    fn rule_at_dot(&self, about: &str) -> Option<Rule> {
        let script = lock(&self.shared.script);
        let mut rules = script.rules.iter();
        let comes_next = |rule: &&Rule| {
            rule.fits(Step::Dot, about, self.number) && rule.times > 0 && rule.skip == 0
        };
        rules.find(comes_next).cloned()
    }

    /// Whether it lets the message be accepted.
    fn keeps(&self, about: &str) -> bool {
        let Some(rule) = self.rule_at_dot(about) else { return true };
        let said = rule.acts.iter().find_map(|act| match act {
            Act::Say(bytes) | Act::Drip(bytes) => Some(bytes.starts_with(b"2")),
            _ => None,
        });
        let is_gone = rule.acts.iter().any(|act| matches!(act, Act::HangUp | Act::Silence));
        said.unwrap_or(!is_gone) || rule.acts.iter().any(|act| matches!(act, Act::Keep))
    }

    /// Goes on encrypted; what stood in the buffer is lost with it.
    fn encrypt(&mut self) -> io::Result<()> {
        let config = lock(&self.shared.script).tls.clone();
        let (Some(config), Link::Plain(tcp)) = (config, self.link.get_ref()) else { return over() };
        let session = ServerConnection::new(config).map_err(io::Error::other)?;
        let mut tls = StreamOwned::new(session, tcp.try_clone()?);
        while tls.conn.is_handshaking() {
            tls.conn.complete_io(&mut tls.sock)?;
        }
        self.link = BufReader::new(Link::Tls(Box::new(tls)));
        self.encrypted = true;
        self.forget();
        Ok(())
    }

    fn extensions(&self) -> Vec<String> {
        let script = lock(&self.shared.script);
        let hides_login = !(self.encrypted || script.login_in_clear);
        let offered = script.extensions.iter();
        offered.filter(|name| !(hides_login && name.starts_with("AUTH "))).cloned().collect()
    }

    fn forget(&mut self) {
        self.mail = None;
        self.to.clear();
    }

    fn read_line(&mut self) -> io::Result<String> {
        let mut line = Vec::new();
        if self.link.read_until(b'\n', &mut line)? == 0 {
            return over();
        }
        let line = String::from_utf8_lossy(&line).trim_end().to_owned();
        self.note('C', &line);
        let offered = lock(&self.shared.script).extensions.iter().any(|name| name == "PIPELINING");
        if !self.link.buffer().is_empty() {
            self.note(if offered { '+' } else { '!' }, "more came in the same breath");
        }
        Ok(line)
    }

    fn say(&mut self, bytes: &[u8]) -> io::Result<()> {
        for line in String::from_utf8_lossy(bytes).lines() {
            self.note('S', line);
        }
        self.unsaid.extend_from_slice(bytes);
        let waits = lock(&self.shared.script).in_batches && !self.link.buffer().is_empty();
        if waits { Ok(()) } else { self.flush() }
    }

    fn flush(&mut self) -> io::Result<()> {
        let bytes = std::mem::take(&mut self.unsaid);
        if bytes.is_empty() { Ok(()) } else { self.link.get_mut().say(&bytes) }
    }

    fn note(&self, who: char, what: &str) {
        lock(&self.shared.record).transcript.push(format!("{}{who} {what}", self.number));
    }
}

/// What stands between the angle brackets.
fn path(line: &str) -> String {
    let inside = line.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    inside.map_or("", |(path, _)| path).to_owned()
}

fn unstuffed(raw: &[u8]) -> Vec<u8> {
    let lines = raw.split_inclusive(|byte| *byte == b'\n');
    lines.flat_map(|line| line.strip_prefix(b".").unwrap_or(line)).copied().collect()
}
