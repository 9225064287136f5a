//! A DNS server over UDP and TCP, on a loopback port of its own: it knows what it
//! was told, says of everything else that there is no such name, and records
//! what it was asked.
//!
//! ```text
//! let dns = DnsServer::start(&[("example.org TXT", "v=spf1 -all")]);
//! desk.run(&format!("doctor --resolver {}", dns.address()));
//! ```

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::sync::{Arc, Mutex};
use std::thread;

/// What begins a record that does not fit into a packet.
const LONG: &str = "LONG ";

/// A server that runs for as long as its test.
pub(crate) struct DnsServer {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl DnsServer {
    /// Knows these records: `NAME TYPE` and what stands there. A value
    /// `SERVFAIL` fails, `SILENCE` is no answer at all, and one that begins with
    /// `LONG ` does not fit into a packet: who asks is told to come by TCP.
    pub(crate) fn start(records: &[(&str, &str)]) -> Self {
        let (socket, listener) = sockets();
        let address = socket.local_addr().expect("it is bound");
        let asked = Arc::new(Mutex::new(Vec::new()));
        let records: Vec<(String, String)> =
            records.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect();
        let (log, known) = (Arc::clone(&asked), records.clone());
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok((length, peer)) = socket.recv_from(&mut buffer) {
                if let Some(answer) = answer(&buffer[..length], &known, false, &log) {
                    let _ = socket.send_to(&answer, peer);
                }
            }
        });
        let log = Arc::clone(&asked);
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let mut length = [0; 2];
                // Each message stands behind its length (RFC 1035 §4.2.2).
                while stream.read_exact(&mut length).is_ok() {
                    let mut query = vec![0; usize::from(u16::from_be_bytes(length))];
                    if stream.read_exact(&mut query).is_err() {
                        break;
                    }
                    if let Some(answer) = answer(&query, &records, true, &log) {
                        let length = u16::try_from(answer.len()).expect("short").to_be_bytes();
                        let _ = stream.write_all(&[&length[..], &answer].concat());
                    }
                }
            }
        });
        Self { address, asked }
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it was asked: `NAME TYPE`.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("nobody panics").clone()
    }
}

/// The same free port for both.
fn sockets() -> (UdpSocket, TcpListener) {
    loop {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        if let Ok(socket) = UdpSocket::bind(address) {
            return (socket, listener);
        }
    }
}

fn answer(
    query: &[u8],
    records: &[(String, String)],
    is_tcp: bool,
    log: &Mutex<Vec<String>>,
) -> Option<Vec<u8>> {
    let question = Question::read(query);
    log.lock().expect("nobody panics").push(question.key.clone());
    question.answer(query, records, is_tcp)
}

struct Question {
    key: String,
    kind: u16,
    /// Where it ends in the query.
    end: usize,
}

impl Question {
    /// Reads the one question of a query (RFC 1035 §4.1.2).
    fn read(query: &[u8]) -> Self {
        let (mut at, mut labels) = (12, Vec::new());
        while query[at] != 0 {
            let length = usize::from(query[at]);
            let label = &query[at + 1..=at + length];
            labels.push(String::from_utf8_lossy(label).to_ascii_lowercase());
            at += length + 1;
        }
        let kind = u16::from_be_bytes([query[at + 1], query[at + 2]]);
        let name = match kind {
            1 => "A",
            12 => "PTR",
            15 => "MX",
            16 => "TXT",
            28 => "AAAA",
            _ => "?",
        };
        Self { key: format!("{} {name}", labels.join(".")), kind, end: at + 5 }
    }

    fn answer(&self, query: &[u8], records: &[(String, String)], is_tcp: bool) -> Option<Vec<u8>> {
        let mut found: Vec<&str> = records
            .iter()
            .filter(|(key, _)| *key == self.key)
            .map(|(_, value)| value.as_str())
            .collect();
        if found.contains(&"SILENCE") {
            return None;
        }
        let is_cut = !is_tcp && found.iter().any(|value| value.starts_with(LONG));
        if is_cut {
            found.clear();
        }
        for value in &mut found {
            *value = value.strip_prefix(LONG).unwrap_or(value);
        }
        let name = self.key.split(' ').next().expect("a name");
        let is_known = records.iter().any(|(key, _)| key.split(' ').next() == Some(name));
        let code = if found.contains(&"SERVFAIL") {
            2
        } else if is_known {
            0
        } else {
            3
        };
        let count = if code == 0 { found.len() } else { 0 };
        let mut answer = query[..2].to_vec();
        // An answer, recursion wanted and available.
        answer.extend_from_slice(&[0x81 | u8::from(is_cut) << 1, 0x80 | code, 0, 1]);
        answer.extend_from_slice(&u16::try_from(count).expect("few").to_be_bytes());
        answer.extend_from_slice(&[0; 4]);
        answer.extend_from_slice(&query[12..self.end]);
        for value in found.iter().take(count) {
            let data = self.data(value);
            // The question's name, the class, a minute to live.
            answer.extend_from_slice(&[0xc0, 12]);
            answer.extend_from_slice(&self.kind.to_be_bytes());
            answer.extend_from_slice(&[0, 1, 0, 0, 0, 60]);
            answer.extend_from_slice(&u16::try_from(data.len()).expect("short").to_be_bytes());
            answer.extend_from_slice(&data);
        }
        Some(answer)
    }

    fn data(&self, value: &str) -> Vec<u8> {
        match self.kind {
            1 => value.parse::<std::net::Ipv4Addr>().expect("an address").octets().into(),
            28 => value.parse::<std::net::Ipv6Addr>().expect("an address").octets().into(),
            12 => name(value),
            15 => [vec![0, 10], name(value)].concat(),
            _ => value
                .as_bytes()
                .chunks(255)
                .flat_map(|chunk| {
                    let length = u8::try_from(chunk.len()).expect("at most 255");
                    [&[length], chunk].concat()
                })
                .collect(),
        }
    }
}

/// A name as labels (RFC 1035 §3.1).
fn name(text: &str) -> Vec<u8> {
    let mut data = Vec::new();
    for label in text.split('.').filter(|label| !label.is_empty()) {
        data.push(u8::try_from(label.len()).expect("a label"));
        data.extend_from_slice(label.as_bytes());
    }
    data.push(0);
    data
}
