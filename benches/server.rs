//! What the benches send to and through, beside Postfix's `smtp-sink`:
//!
//! ```text
//! server sink PORT [--defer PERCENT] [--refuse PERCENT]
//! server proxy PORT TO [--delay MILLISECONDS] [--tls FOLDER]
//! ```
//!
//! The sink takes every message and forgets it; a share of the recipients it
//! puts off or refuses at RCPT. The proxy carries bytes to another port, each
//! so much later than it came, and takes TLS off them: its CA is written into
//! the folder as `ca.pem`.

#![allow(missing_docs, clippy::disallowed_methods, reason = "a tool of the benches, with a clock")]

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, split};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};
use tokio_rustls::TlsAcceptor;

#[path = "../tests/common/test_ca.rs"]
mod test_ca;

use test_ca::TestCa;

type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> Outcome {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let flag = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1).cloned()
    };
    let number = |name: &str| flag(name).map_or(Ok(0), |text| text.parse::<u64>());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    match arguments.first().map(String::as_str) {
        Some("sink") => {
            let shares = Shares { defer: number("--defer")?, refuse: number("--refuse")? };
            runtime.block_on(sink(arguments[1].parse()?, shares))
        }
        Some("proxy") => {
            let delay = Duration::from_millis(number("--delay")?);
            let tls = flag("--tls").map(|folder| acceptor(&folder)).transpose()?;
            runtime.block_on(proxy(arguments[1].parse()?, arguments[2].parse()?, delay, tls))
        }
        _ => Err("server sink PORT … | server proxy PORT TO …".into()),
    }
}

/// Of a hundred recipients, how many are put off and how many refused.
#[derive(Clone, Copy)]
struct Shares {
    defer: u64,
    refuse: u64,
}

async fn sink(port: u16, shares: Shares) -> Outcome {
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(serve(stream, shares));
    }
}

async fn serve(mut stream: TcpStream, shares: Shares) -> Outcome {
    stream.write_all(b"220 sink.test\r\n").await?;
    let mut bytes = Vec::with_capacity(1 << 16);
    let mut replies = Vec::new();
    let (mut in_message, mut has_recipient) = (false, false);
    while stream.read_buf(&mut bytes).await? > 0 {
        let mut taken = 0;
        loop {
            let rest = &bytes[taken..];
            if in_message {
                let Some(end) = find(rest, b"\r\n.\r\n") else { break };
                taken += end + 5;
                (in_message, has_recipient) = (false, false);
                replies.extend_from_slice(b"250 2.0.0 taken\r\n");
                continue;
            }
            let Some(end) = find(rest, b"\r\n") else { break };
            let line = String::from_utf8_lossy(&rest[..end]).to_ascii_uppercase();
            taken += end + 2;
            let verb = line.split([' ', ':']).next().unwrap_or_default();
            let reply = match verb {
                "EHLO" => "250-sink.test\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SMTPUTF8",
                "RCPT" => {
                    let reply = shares.reply(&line);
                    has_recipient |= reply.starts_with('2');
                    reply
                }
                "DATA" if has_recipient => {
                    in_message = true;
                    "354 go"
                }
                "DATA" => "503 5.5.1 nobody to send it to",
                "QUIT" => "221 bye",
                _ => "250 2.0.0 ok",
            };
            replies.extend_from_slice(reply.as_bytes());
            replies.extend_from_slice(b"\r\n");
        }
        bytes.drain(..taken);
        stream.write_all(&replies).await?;
        replies.clear();
    }
    Ok(())
}

impl Shares {
    /// The same reply for the same recipient, whenever it comes.
    fn reply(self, line: &str) -> &'static str {
        let hash = line.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        match (hash >> 32) % 100 {
            share if share < self.refuse => "550 5.1.1 no such user",
            share if share < self.refuse + self.defer => "451 4.2.0 later",
            _ => "250 2.1.5 ok",
        }
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    memchr::memmem::find(bytes, wanted)
}

async fn proxy(port: u16, to: u16, delay: Duration, tls: Option<TlsAcceptor>) -> Outcome {
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    loop {
        let (client, _) = listener.accept().await?;
        let tls = tls.clone();
        tokio::spawn(async move {
            client.set_nodelay(true)?;
            let server = TcpStream::connect(("127.0.0.1", to)).await?;
            server.set_nodelay(true)?;
            match tls {
                Some(tls) => carry(tls.accept(client).await?, server, delay).await,
                None => carry(client, server, delay).await,
            }
        });
    }
}

async fn carry(
    client: impl AsyncRead + AsyncWrite + Send,
    server: TcpStream,
    delay: Duration,
) -> Outcome {
    let (from_client, to_client) = split(client);
    let (from_server, to_server) = split(server);
    let one = later(from_client, to_server, delay);
    let other = later(from_server, to_client, delay);
    tokio::try_join!(one, other).map(|_| ())
}

/// Carries bytes, each so much later than it came: latency, not a bottleneck.
async fn later(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    delay: Duration,
) -> Outcome {
    let (queue, mut queued) = mpsc::unbounded_channel::<(Instant, Vec<u8>)>();
    let read = async {
        loop {
            let mut bytes = Vec::with_capacity(1 << 16);
            if from.read_buf(&mut bytes).await? == 0 {
                break;
            }
            let _ = queue.send((Instant::now() + delay, bytes));
        }
        drop(queue);
        Outcome::Ok(())
    };
    let write = async {
        while let Some((at, bytes)) = queued.recv().await {
            if !delay.is_zero() {
                sleep_until(at).await;
            }
            to.write_all(&bytes).await?;
            to.flush().await?;
        }
        to.shutdown().await?;
        Outcome::Ok(())
    };
    tokio::try_join!(read, write).map(|_| ())
}

/// A certificate for `localhost` and 127.0.0.1, by a CA that the folder gets.
fn acceptor(folder: &str) -> Outcome<TlsAcceptor> {
    let ca = TestCa::vouching_for(&["localhost", "127.0.0.1"]);
    std::fs::copy(ca.file(), format!("{folder}/ca.pem"))?;
    Ok(TlsAcceptor::from(Arc::clone(&ca.server)))
}
