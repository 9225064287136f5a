//! A PostgreSQL of a test's own. It ends with the test.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A database server.
pub(crate) struct Database {
    child: Child,
    /// Its URL, for `[ledger] url`.
    pub(crate) url: String,
    data: PathBuf,
}

impl Database {
    /// One that listens.
    pub(crate) fn start() -> Self {
        Self::start_at("127.0.0.1")
    }

    /// One that listens at these addresses.
    pub(crate) fn start_at(addresses: &str) -> Self {
        Self::start_by(Command::new(script()).env("HANDBILL_TEST_LISTEN", addresses))
    }

    /// One that speaks TLS with the key and certificate of a file; for `ann`, it speaks nothing
    /// else. Gives the URL of her database, by the name `localhost`.
    pub(crate) fn encrypted(pem: &Path) -> (Self, String) {
        let database = Self::start_by(Command::new(script()).env("HANDBILL_TEST_TLS", pem));
        let url = database.url.replace("postgres@127.0.0.1", "ann@localhost");
        let url = url.replace("/postgres", "/news");
        (database, url)
    }

    fn start_by(command: &mut Command) -> Self {
        let mut child = command
            .args([
                "sh",
                "-c",
                "echo $HANDBILL_TEST_POSTGRES $HANDBILL_TEST_PGDATA; cat >/dev/null",
            ])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the script runs");
        let mut said = String::new();
        let out = child.stdout.take().expect("a pipe");
        BufReader::new(out).read_line(&mut said).expect("it says where it is");
        let (url, data) = said.trim().split_once(' ').expect("PostgreSQL is installed and starts");
        Self { child, url: url.to_owned(), data: data.into() }
    }

    /// What its own client says to a question.
    pub(crate) fn answers(&self, question: &str) -> String {
        let output = Command::new("psql")
            .args(["-XqAt", &self.url, "-c", question])
            .output()
            .expect("psql runs");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Ends it as if the power had gone, and starts it again.
    pub(crate) fn restart(&self) {
        self.tell("--restart");
    }

    /// Ends it as if the power had gone.
    pub(crate) fn stop(&self) {
        self.tell("--stop");
    }

    /// Starts it after that.
    pub(crate) fn start_again(&self) {
        self.tell("--start");
    }

    /// Where it listens, or did before it was ended.
    pub(crate) fn port(&self) -> u16 {
        let after = self.url.rsplit_once(':').map_or("", |(_, after)| after);
        let port = after.split('/').next().unwrap_or_default();
        port.parse().expect("a port")
    }

    /// Waits until its log says something.
    pub(crate) fn until_it_logs(&self, text: &str) {
        let log = self.data.join("log");
        while !fs::read_to_string(&log).expect("its log").contains(text) {
            std::thread::yield_now();
        }
    }

    fn tell(&self, what: &str) {
        let status = Command::new(script())
            .arg(what)
            .env("HANDBILL_TEST_PGDATA", &self.data)
            .status()
            .expect("the script runs");
        assert!(status.success(), "it does as it is told: {what}");
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // Whoever waits at the other end of the pipe ends, and the server with it.
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

fn script() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("scripts/with-postgres.sh")
}
