//! The commands as people live with them: what is asked for goes to standard
//! output, what is said to standard error, and the exit code tells the rest
//! (DESIGN §5 and §6).

#[path = "../common/desk.rs"]
mod desk;
#[path = "../common/dns_server.rs"]
mod dns_server;
#[path = "../common/imap_server.rs"]
mod imap_server;
#[path = "../common/reception.rs"]
mod reception;
#[path = "../common/smtp_server.rs"]
mod smtp_server;

mod archiving;
mod bad_input;
mod bouncing;
mod checking;
mod consenting;
mod conventions;
mod docs;
mod doctoring;
mod enclosing;
mod encodings;
mod fetching;
mod headers;
mod keeping;
mod lists;
mod moving;
mod pacing;
mod previewing;
mod queries;
mod refusing;
mod rehearsing;
mod remembering;
mod rendering;
mod returning;
mod rules;
mod sending;
mod server_trouble;
mod serving;
mod signing;
mod standing;
mod starting;
mod subscribing;
mod summing_up;
mod suppressing;
mod templates;
mod test_mails;
mod typing;
mod watching;

use desk::{Desk, Ran};
use handbill::address::Address;
use handbill::ledger::{self, Location, Suppression};
use smtp_server::{SmtpServer, TestCa};

/// The counts of a `send`, in the order of the contract.
fn counts(ran: &Ran) -> [u64; 8] {
    let json = ran.json();
    let keys: Vec<&str> = json.as_object().expect("a table").keys().map(String::as_str).collect();
    let mut expected = vec!["campaign", "address_column", "consent"];
    expected.extend(COUNTS);
    let sorted = |mut keys: Vec<&str>| {
        keys.sort_unstable();
        keys.join(" ")
    };
    assert_eq!(sorted(keys), sorted(expected.clone()));
    COUNTS.map(|key| json[key].as_u64().expect("a count"))
}

const COUNTS: [&str; 8] =
    ["sent", "failed", "deferred", "in_doubt", "skipped", "already", "suppressed", "remaining"];

/// Who got mail, in order, without their domain.
fn got(server: &SmtpServer) -> Vec<String> {
    let to = server.accepted().into_iter().flat_map(|message| message.to);
    to.map(|to| to.replace("@example.org", "")).collect()
}

/// Sends the desk's campaign through a server, without asking.
fn send(desk: &Desk, server: &SmtpServer, more: &str) -> Ran {
    desk.run(&format!("send campaigns/spring.md --yes --format json --via {} {more}", server.url()))
}

/// Puts an address on the desk's suppressions.
fn suppress(desk: &Desk, address: &str) {
    let location = Location::Sqlite(desk.path(".handbill/ledger.db"));
    let mut book = ledger::open(&location).expect("the ledger opens");
    let address = Address::parse(address).expect("an address");
    let suppression = Suppression { address, reason: "asked to leave".into(), at: 1 };
    book.suppress(&[suppression]).expect("suppressed");
}

/// Waits until the ledger has so many sent and one under way; with a mail at the gate
/// there is often one more, claimed ahead, if it was composed in time.
fn until_stands(desk: &Desk, sent: u64) {
    let sent = format!("{sent:>10} sent\n");
    let under_way = [1, 2].map(|number| format!("{number:>10} under way\n"));
    let stands = |out: &str| out.contains(&sent) && under_way.iter().any(|line| out.contains(line));
    while !stands(&desk.run("status spring").out) {
        std::thread::yield_now();
    }
}

/// A list of so many.
fn many(count: usize) -> String {
    let rows = (0..count).map(|number| format!("n{number}@example.org\n"));
    format!("email\n{}", rows.collect::<String>())
}
