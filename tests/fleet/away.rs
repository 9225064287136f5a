//! A database that is away at the moment when a command begins: what passes by itself is waited
//! for, what does not is told.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};

use tempfile::NamedTempFile;

use crate::database::Database;
use crate::desk::{Desk, Ran, Running, SETTINGS};
use crate::mailing::{Mailing, recipients};
use crate::smtp_server::{Script, TestCa};

/// What somebody gets who comes to the port of a database that is not there.
type Answer = fn(TcpStream);

/// Nobody listens, or as good as that.
const HANGS_UP: Answer = drop;

/// It says that it starts, as PostgreSQL does.
fn starts_up(mut stream: TcpStream) {
    let fields = ["SFATAL", "VFATAL", "C57P03", "Mthe database system is starting up"];
    let mut body: Vec<u8> =
        fields.iter().flat_map(|field| [field.as_bytes(), b"\0"].concat()).collect();
    body.push(0);
    let length = u32::try_from(body.len() + 4).expect("it is short").to_be_bytes();
    read(&mut stream);
    stream.write_all(&[b"E", &length[..], &body].concat()).expect("it is heard");
}

/// It ends in the middle of a handshake.
fn begins_to_encrypt(mut stream: TcpStream) {
    read(&mut stream);
    stream.write_all(b"S").expect("it is heard");
    read(&mut stream);
}

/// One request.
fn read(stream: &mut TcpStream) {
    assert!(stream.read(&mut [0; 4096]).expect("it asks") > 0);
}

/// Ends a database, starts a command, and starts the database again when the command has come to
/// it in vain.
fn comes_too_early<'a>(
    database: &Database,
    answer: Answer,
    start: impl FnOnce() -> Running<'a>,
) -> Ran {
    database.stop();
    let port = TcpListener::bind(("127.0.0.1", database.port())).expect("it is free");
    port.set_nonblocking(true).expect("that is possible");
    let mut running = start();
    for _ in 0..2 {
        answer(visitor(&port, &mut running));
    }
    // From here on nobody listens.
    drop(port);
    database.start_again();
    running.wait()
}

/// The next connection, unless the command has given up.
fn visitor(port: &TcpListener, running: &mut Running<'_>) -> TcpStream {
    loop {
        if let Ok((stream, _)) = port.accept() {
            stream.set_nonblocking(false).expect("that is possible");
            return stream;
        }
        assert!(!running.is_over(), "it has not waited");
        std::thread::yield_now();
    }
}

#[test]
#[ignore = "needs PostgreSQL"]
fn a_command_that_begins_while_the_database_is_away_waits_until_it_is_back() {
    let (database, server) = (Database::start(), Script::new().start());
    let mailing = Mailing::new(50, &server.url(), Some(&database.url));
    let desk = &mailing.desk;
    // The first one makes the tables.
    comes_too_early(&database, HANGS_UP, || mailing.start()).ends(0);
    assert_eq!(recipients(&server).len(), 50);
    let again = comes_too_early(&database, starts_up, || mailing.start()).ends(0);
    assert_eq!(again.json()["already"], 50);
    let status = || desk.start("status spring --format json");
    let status = comes_too_early(&database, HANGS_UP, status).ends(0).never_says("ledger");
    assert_eq!(status.json()["sent"], 50);
    comes_too_early(&database, starts_up, || desk.start("ledger check")).ends(0);
    let list = format!("list check '{}?query=SELECT email FROM handbill.recipients'", database.url);
    for answer in [HANGS_UP, starts_up] {
        let list = comes_too_early(&database, answer, || desk.start(&list)).ends(0);
        list.prints("50");
    }
}

#[test]
#[ignore = "needs PostgreSQL"]
fn a_handshake_that_breaks_off_is_not_taken_for_a_stranger() {
    let (ca, server) = (TestCa::vouching_for(&["localhost"]), Script::new().start());
    let pem = NamedTempFile::new().expect("a file");
    std::fs::write(pem.path(), ca.server_pem()).expect("writable");
    let (database, url) = Database::encrypted(pem.path());
    let ledger = format!("{url}?sslmode=verify-full&sslrootcert={}", ca.file().display());
    let settings =
        format!("{SETTINGS}[ledger]\nurl = \"{ledger}\"\npassword_command = \"echo river\"\n");
    let desk = Desk::new().settings(&settings);
    let line = format!("send campaigns/spring.md --yes --format json --via {}", server.url());
    let ran = comes_too_early(&database, begins_to_encrypt, || desk.start(&line)).ends(0);
    assert_eq!(ran.json()["sent"], 3);
}

#[test]
#[ignore = "needs PostgreSQL"]
fn a_database_with_too_many_connections_is_waited_for_until_others_leave() {
    const LIMIT: usize = 4;
    let (database, server) = (Database::start(), Script::new().start());
    database.answers(&format!("CREATE ROLE ann LOGIN CONNECTION LIMIT {LIMIT}"));
    database.answers("GRANT CREATE ON DATABASE postgres TO ann");
    let url = database.url.replacen("postgres@", "ann@", 1);
    let mut others: Vec<Child> = (0..LIMIT).map(|_| connected(&url)).collect();
    let mailing = Mailing::new(3, &server.url(), Some(&url));
    let running = mailing.start();
    database.until_it_logs("too many connections for role \"ann\"");
    for other in &mut others {
        drop(other.stdin.take());
        other.wait().expect("ours");
    }
    assert_eq!(running.wait().ends(0).json()["sent"], 3);
}

/// Somebody who is connected as long as nobody says more.
fn connected(url: &str) -> Child {
    let mut child = Command::new("psql")
        .args(["-XqAt", url])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("psql runs");
    let asked = child.stdin.as_mut().expect("a pipe").write_all(b"SELECT 1;\n");
    asked.expect("it listens");
    let answered = child.stdout.as_mut().expect("a pipe").read(&mut [0; 8]);
    assert_eq!(answered.expect("an answer"), 2);
    child
}

#[test]
#[ignore = "takes as long as a restart is waited for"]
fn a_port_where_nobody_listens_is_told_by_every_command() {
    let port = TcpListener::bind("127.0.0.1:0").and_then(|bound| bound.local_addr());
    let url = format!("postgres://ann@127.0.0.1:{}/news", port.expect("a port").port());
    let desk = Desk::new();
    let lines = ["send campaigns/spring.md --yes --via smtp://127.0.0.1:1", "status"];
    for running in lines.map(|line| desk.start(&format!("{line} --ledger {url}"))) {
        running
            .wait()
            .ends(1)
            .says("error[ledger-unreachable]: the ledger `postgres://127.0.0.1/news` cannot be reached: ")
            .says("refused")
            .says("help: check that the database runs");
    }
    // A host that does not exist is told at once; nobody waits for it to be born.
    desk.run("status --ledger postgres://ann@nowhere.invalid/news?sslmode=disable")
        .ends(1)
        .says("error[ledger-unreachable]");
}
