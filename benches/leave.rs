//! How fast readers leave: a ledger of so many recipients, `handbill serve`
//! before it, and 50 clients on this machine.
//!
//! `cargo build --release && cargo run --release --example leave -- 100000`
//!
//! With the ledger in PostgreSQL, its server's URL in `HANDBILL_TEST_POSTGRES`:
//! `scripts/with-postgres.sh cargo run --release --example leave -- 100000`
#![allow(clippy::print_stdout, reason = "figures")]
#![allow(clippy::disallowed_methods, reason = "it measures")]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use handbill::address::Address;
use handbill::ledger::{
    self, Answer, ClaimRequest, Fingerprint, Location, NewRun, Outcome, Process, Record, Reply,
};
use handbill::token::Tokens;

const CLIENTS: usize = 50;
const SECONDS: Duration = Duration::from_secs(5);
const SETTINGS: &str = "[sender]\nname = \"Friends\"\nemail = \"news@example.org\"\n\
    [unsubscribe]\nurl = \"https://news.example.org/u/\"\n";

fn main() {
    let count = std::env::args().nth(1).and_then(|count| count.parse().ok()).unwrap_or(100_000);
    let folder = tempfile::TempDir::new().expect("a folder");
    let url = std::env::var("HANDBILL_TEST_POSTGRES");
    let url = url.unwrap_or_else(|_| "sqlite:.handbill/ledger.db".to_owned());
    println!("ledger: {}", url.split(':').next().unwrap_or_default());
    let settings = format!("{SETTINGS}[ledger]\nurl = \"{url}\"\n");
    fs::write(folder.path().join("handbill.toml"), settings).expect("writable");
    fill(&Location::parse(&url, folder.path()).expect("a ledger"), count);
    let started = Instant::now();
    let (mut child, host) = serve(folder.path());
    let tokens = tokens(folder.path(), count);
    until_indexed(&host, tokens.last().expect("a reader"));
    println!("index of {count}: {:.1} s", started.elapsed().as_secs_f64());
    run(&host, "GET", &tokens, false);
    run(&host, "POST", &tokens, true);
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).expect("it runs");
    let peak = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default();
    println!("memory: {peak}");
    child.kill().expect("it is ours");
    child.wait().expect("it ends");
}

/// A reader. Their names are in no order.
fn reader(number: usize) -> Address {
    let scattered = number.wrapping_mul(0x9e37_79b1) & 0xffff_ffff;
    Address::parse(&format!("{scattered:08x}.{number}@example.org")).expect("an address")
}

/// A campaign that so many have had.
fn fill(location: &Location, count: usize) {
    let mut ledger = ledger::open(location).expect("a ledger");
    let fingerprint = Fingerprint { subject: String::new(), content_hash: String::new() };
    let (process, now) = (Process::this(), 1_700_000_000);
    let run = NewRun {
        campaign: "spring".into(),
        fingerprint,
        process,
        planned: count as u64,
        beyond: 0,
        now,
    };
    let run = ledger.open_run(&run).expect("a run");
    let all: Vec<usize> = (0..count).collect();
    for numbers in all.chunks(1000) {
        let addresses = numbers.iter().map(|number| reader(*number)).collect();
        let request = ClaimRequest { run, addresses, retry_failed: false, now };
        let claims = ledger.claim(request).expect("claims").into_iter();
        let record = |answer| match answer {
            Answer::Yours(claim) => {
                Record { claim, outcome: Outcome::Sent, reply: Reply::default(), at: now }
            }
            other => panic!("{other:?}"),
        };
        ledger.record(claims.map(record).collect()).expect("recorded");
    }
    ledger.finish_run(run, now).expect("finished");
}

fn serve(folder: &Path) -> (Child, String) {
    let here = std::env::current_exe().expect("a path");
    let program = here.parent().and_then(Path::parent).expect("two folders").join("handbill");
    let mut child = Command::new(program)
        .args(["serve", "--listen", "127.0.0.1:0"])
        .current_dir(folder)
        .stderr(Stdio::piped())
        .spawn()
        .expect("`cargo build --release` comes first");
    let mut line = String::new();
    BufReader::new(child.stderr.take().expect("piped")).read_line(&mut line).expect("a line");
    let host = line.split("http://").nth(1).and_then(|rest| rest.split('/').next());
    (child, host.expect("an address").to_owned())
}

/// Every reader's token, in the order of the list.
fn tokens(folder: &Path, count: usize) -> Vec<String> {
    let key = fs::read(folder.join(".handbill/unsubscribe.key")).expect("`serve` made it");
    let tokens = Tokens::new(&key);
    let hex = |byte: &u8| format!("{byte:02x}");
    let token = |number| tokens.of("spring", &reader(number).key()).iter().map(hex).collect();
    (0..count).map(token).collect()
}

/// Asks for the page of the last reader, who is answered when all before are in the index.
fn until_indexed(host: &str, token: &str) {
    let mut stream = TcpStream::connect(host).expect("it listens");
    let request = format!("GET /u/{token} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("it reads");
    let mut page = String::new();
    stream.read_to_string(&mut page).expect("it answers");
    assert!(page.starts_with("HTTP/1.1 200 "), "{page}");
}

/// Asks over 50 connections that stay open, for five seconds or for every token once.
fn run(host: &str, method: &str, tokens: &[String], is_once: bool) {
    let next = AtomicUsize::new(0);
    let started = Instant::now();
    let mut waits: Vec<Duration> = thread::scope(|scope| {
        let client = || {
            let mut stream = TcpStream::connect(host).expect("it listens");
            stream.set_nodelay(true).expect("a socket");
            let mut waits = Vec::new();
            let mut bytes = [0; 16 << 10];
            while started.elapsed() < SECONDS {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if is_once && number >= tokens.len() {
                    break;
                }
                let token = &tokens[number % tokens.len()];
                let form = if method == "POST" {
                    "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 26\r\n\r\nList-Unsubscribe=One-Click"
                } else {
                    "\r\n"
                };
                let request = format!("{method} /u/{token} HTTP/1.1\r\nHost: x\r\n{form}");
                let asked = Instant::now();
                stream.write_all(request.as_bytes()).expect("it reads");
                let mut size = 0;
                // The page is one write of ours, and ends like this.
                while !bytes[..size].ends_with(b"</html>\n") {
                    let more = stream.read(&mut bytes[size..]).expect("it answers");
                    assert!(more > 0, "{}", String::from_utf8_lossy(&bytes[..size]));
                    size += more;
                }
                assert!(bytes.starts_with(b"HTTP/1.1 200 "));
                waits.push(asked.elapsed());
            }
            waits
        };
        let clients: Vec<_> = (0..CLIENTS).map(|_| scope.spawn(client)).collect();
        clients.into_iter().flat_map(|client| client.join().expect("no trouble")).collect()
    });
    let seconds = started.elapsed().as_secs_f64();
    waits.sort_unstable();
    let at = |part: usize| waits[(waits.len() - 1) * part / 100].as_secs_f64() * 1e3;
    println!(
        "{method}: {} in {seconds:.1} s, {:.0}/s, median {:.2} ms, p99 {:.2} ms",
        waits.len(),
        f64::from(u32::try_from(waits.len()).expect("fewer")) / seconds,
        at(50),
        at(99)
    );
}
