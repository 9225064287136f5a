//! A server that can be killed: a process of its own, which writes down whom it
//! took a mail for before it says so. Started again, it listens where it did.

use std::fs::{self, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{env, thread};

use tempfile::TempDir;

/// Tells the other process its port, its file, and how many mails it lives for.
const PORT: &str = "HANDBILL_TEST_SINK_PORT";
const FILE: &str = "HANDBILL_TEST_SINK_FILE";
const LIFE: &str = "HANDBILL_TEST_SINK_LIFE";

/// A server in a process of its own. It ends with its test.
pub(crate) struct Sink {
    port: u16,
    folder: TempDir,
    child: Option<Child>,
}

impl Sink {
    /// One that listens.
    pub(crate) fn start() -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let mut sink = Self { port: free_port(), folder, child: None };
        sink.start_again(usize::MAX);
        sink
    }

    /// Comes back at the same place after it was killed. It dies by itself when
    /// it has written down so many mails, before it says so about the last.
    pub(crate) fn start_again(&mut self, life: usize) {
        let mut child = Command::new(env::current_exe().expect("this test"))
            .args(["--exact", "sink::a_sink_takes_mail", "--nocapture"])
            .env(PORT, self.port.to_string())
            .env(FILE, self.file())
            .env(LIFE, life.to_string())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut said = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let listens = said.any(|line| line.is_ok_and(|line| line == "it listens"));
        self.child = Some(child);
        assert!(listens, "it ended before it listened");
    }

    /// Ends it without a word.
    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().expect("it is ours");
            child.wait().expect("it is ours");
        }
    }

    /// Waits until it has died by itself.
    pub(crate) fn await_death(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.wait().expect("it is ours");
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// Whom it took mail for, once for each mail.
    pub(crate) fn recipients(&self) -> Vec<String> {
        let text = fs::read_to_string(self.file()).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("accepted")
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Not one of those that the system gives to outgoing connections: while the
/// server is away, nobody else comes by its port.
fn free_port() -> u16 {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let number = std::process::id() as usize * 7 + NEXT.fetch_add(1, Ordering::SeqCst);
    (number..number + 20_000)
        .filter_map(|number| u16::try_from(10_000 + number % 20_000).ok())
        .find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok())
        .expect("one of twenty thousand is free")
}

/// Is the other process when it is told a port: takes mail until it is killed.
#[test]
fn a_sink_takes_mail() {
    let (Ok(port), Some(file)) = (env::var(PORT), env::var_os(FILE)) else { return };
    let port: u16 = port.parse().expect("a port");
    let life = env::var(LIFE).ok().and_then(|life| life.parse().ok()).expect("a number");
    let life = Arc::new(AtomicUsize::new(life));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).expect("the port is free again");
    writeln!(io::stdout(), "\nit listens").expect("somebody reads");
    for stream in listener.incoming().flatten() {
        let (file, life) = (PathBuf::from(&file), Arc::clone(&life));
        thread::spawn(move || talk(&stream, &file, &life));
    }
}

/// One conversation, in which everything is fine as long as it lasts.
fn talk(stream: &TcpStream, file: &Path, life: &AtomicUsize) -> io::Result<()> {
    let say = |line: &str| { stream }.write_all(format!("{line}\r\n").as_bytes());
    stream.set_nodelay(true)?;
    let mut accepted = OpenOptions::new().append(true).create(true).open(file)?;
    let mut lines = BufReader::new(stream).lines();
    let mut recipient = String::new();
    say("220 sink.test ESMTP")?;
    while let Some(line) = lines.next().transpose()? {
        match line.split([' ', ':']).next().unwrap_or_default() {
            "EHLO" => say("250-sink.test\r\n250 PIPELINING")?,
            "RCPT" => {
                let path = line.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
                recipient = path.map(|(path, _)| path.to_owned()).unwrap_or_default();
                say("250 ok")?;
            }
            "DATA" => {
                say("354 go ahead")?;
                while lines.next().transpose()?.ok_or(io::ErrorKind::UnexpectedEof)? != "." {}
                // What is written outlives the process, and one write is never half done.
                accepted.write_all(format!("{recipient}\n").as_bytes())?;
                if life.fetch_sub(1, Ordering::SeqCst) == 1 {
                    let own = std::process::id().to_string();
                    Command::new("kill").args(["-KILL", &own]).status()?;
                }
                say("250 queued")?;
            }
            "QUIT" => return say("221 bye"),
            _ => say("250 ok")?,
        }
    }
    Ok(())
}
