//! Three machines, of which one is cut off in the middle. Each is a network and a process
//! namespace of its own, so that they can neither see each other's processes nor reach each
//! other but by way of the database; they hang on a network that is the test's own too.

use std::env;
use std::io::Write as _;
use std::process::{Child, Command, Stdio};

use crate::database::Database;
use crate::mailing::{DOUBTS, Mailing, recipients};
use crate::smtp_server::{Gate, Script, SmtpServer, Step, at};

/// Tells the test that it is in a network of its own.
const INSIDE: &str = "HANDBILL_TEST_INSIDE";

#[test]
#[ignore = "needs PostgreSQL, and may make namespaces"]
fn a_machine_that_is_cut_off_leaves_what_it_held_in_doubt_and_the_others_go_on() {
    let may = Command::new("unshare").args(["-n", "-p", "-f", "true"]).status();
    if !may.is_ok_and(|status| status.success()) {
        let line = b"\nSKIPPED: no namespaces may be made here: nobody was cut off\n";
        let _ = std::io::stderr().write_all(line);
        return;
    }
    let status = Command::new("unshare")
        .arg("-n")
        .arg(env::current_exe().expect("this test"))
        .args(["--exact", "cut_off::inside", "--ignored", "--nocapture"])
        .env(INSIDE, "yes")
        .status()
        .expect("it runs");
    assert!(status.success());
}

#[test]
#[ignore = "is the inside of another story"]
fn inside() {
    if env::var_os(INSIDE).is_none() {
        return;
    }
    run("ip link set lo up");
    let mut machines: Vec<Machine> = (1..=3).map(Machine::new).collect();
    let database = Database::start_at("*");
    let gate = Gate::default();
    let server = Script::new().rule(at(Step::Dot).waits_for(&gate)).start_at("0.0.0.0");
    let ledger = machines[0].ledger(&database);
    let mailing = Mailing::new(20_000, &server.url(), Some(&ledger));
    let mut sends: Vec<Child> =
        machines.iter().map(|machine| machine.send(&mailing, &database, &server)).collect();
    // None gets an answer before all three are at it.
    while database.answers("SELECT to_regclass('handbill.recipients')").is_empty() {
        std::thread::yield_now();
    }
    let runs_with = |state: &str| {
        let question =
            format!("SELECT count(DISTINCT run) FROM handbill.recipients WHERE state = '{state}'");
        database.answers(&question)
    };
    let mut until_three_have = |state: &str| {
        while runs_with(state) != "3" {
            assert!(sends.iter_mut().all(|send| send.try_wait().expect("ours").is_none()));
        }
    };
    until_three_have("claimed");
    gate.open();
    until_three_have("sent");
    // Each has mails under way, so the one that is cut off does not hear what became of its own.
    gate.close();
    until_three_have("claimed");
    machines[1].cut_off();
    gate.open();
    let mut cut_off = sends.remove(1);
    for send in sends {
        let output = send.wait_with_output().expect("ours");
        let said = String::from_utf8_lossy(&output.stderr);
        // What the other still holds is its own affair as long as it may be alive.
        assert!(matches!(output.status.code(), Some(0 | 3)), "{:?} {said}", output.status);
    }
    let held = mailing.count("remaining") + mailing.count("in_doubt");
    assert!(held > 0, "it holds what it was at");
    // Whatever it held was at most two a connection, and is in doubt when its lease is over.
    while mailing.count("remaining") > 0 {
        std::thread::yield_now();
    }
    let doubts = mailing.count("in_doubt");
    assert!(doubts <= DOUBTS, "{doubts} in doubt");
    mailing.assert_nobody_twice_and_nobody_missing(&recipients(&server));
    assert!(cut_off.try_wait().expect("ours").is_none(), "it waits for its ledger");
    // It comes back, and what it knows is believed; nobody gets anything for it again.
    machines[1].join_again();
    cut_off.wait().expect("ours");
    mailing.send("").ends(if mailing.count("in_doubt") > 0 { 3 } else { 0 });
    mailing.assert_nobody_twice_and_nobody_missing(&recipients(&server));
}

/// A machine with a cable to this one.
struct Machine {
    number: u8,
    /// Lives as long as the machine does.
    holder: Child,
}

impl Machine {
    fn new(number: u8) -> Self {
        let holder = Command::new("unshare")
            .args(["-n", "cat"])
            .stdin(Stdio::piped())
            .spawn()
            .expect("a network of its own");
        let machine = Self { number, holder };
        // Until the other network is there, the cable has nowhere to go.
        let own = std::fs::read_link("/proc/self/ns/net").expect("a network");
        let its = format!("/proc/{}/ns/net", machine.holder.id());
        while std::fs::read_link(&its).expect("it lives") == own {
            std::thread::yield_now();
        }
        run(&format!(
            "ip link add cable{number} type veth peer name eth0 netns {}",
            machine.holder.id()
        ));
        run(&format!("ip addr add 10.77.{number}.1/24 dev cable{number}"));
        run(&format!("ip link set cable{number} up"));
        let inside = format!("nsenter -t {} -n", machine.holder.id());
        run(&format!("{inside} ip addr add 10.77.{number}.2/24 dev eth0"));
        run(&format!("{inside} ip link set eth0 up"));
        run(&format!("{inside} ip link set lo up"));
        machine
    }

    /// The ledger's URL as this machine sees it.
    fn ledger(&self, database: &Database) -> String {
        let there = format!("10.77.{}.1", self.number);
        format!("{}?sslmode=disable", database.url.replace("127.0.0.1", &there))
    }

    fn send(&self, mailing: &Mailing, database: &Database, server: &SmtpServer) -> Child {
        let there = format!("10.77.{}.1", self.number);
        let via = format!("{}?tls=none", server.url().replace("127.0.0.1", &there));
        Command::new("nsenter")
            .args(["-t", &self.holder.id().to_string(), "-n"])
            .args(["unshare", "-p", "-f", "--kill-child", "--mount-proc"])
            .arg(env!("CARGO_BIN_EXE_handbill"))
            .args(["send", "campaigns/spring.md", "--yes", "--format", "json"])
            .args(["--via", &via, "--ledger", &self.ledger(database)])
            .current_dir(mailing.desk.path(""))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts")
    }

    fn cut_off(&mut self) {
        run(&format!("ip link set cable{} down", self.number));
    }

    fn join_again(&mut self) {
        run(&format!("ip link set cable{} up", self.number));
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}

fn run(line: &str) {
    let mut words = line.split(' ');
    let program = words.next().expect("a program");
    let status = Command::new(program).args(words).status().expect("it runs");
    assert!(status.success(), "{line}");
}
