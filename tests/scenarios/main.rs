//! The table of scenarios: `handbill send` against a server that misbehaves
//! on order. Each row says what the server does, and then the exit code, what
//! the ledger says of each reader, and whom the server took a mail for;
//! [`bench`] says what holds for every row, and what the next `send` makes of it.
//!
//! A file is a family. Rows assert promises, not the order of commands.

mod bench;
mod scenario;

#[path = "../common/desk.rs"]
mod desk;
#[path = "../common/smtp_server.rs"]
mod smtp_server;

mod abilities;
mod busy;
mod chaining;
mod drops;
mod encryption;
mod greeting;
mod interruption;
mod list;
mod login;
mod pace;
mod refusals;
mod replies;
mod second_send;
mod sender;

use smtp_server::{Rule, Step, at};

fn ann(step: Step) -> Rule {
    at(step).about("ann@")
}

fn bob(step: Step) -> Rule {
    at(step).about("bob@")
}

fn cyd(step: Step) -> Rule {
    at(step).about("cyd@")
}

fn dee(step: Step) -> Rule {
    at(step).about("dee@")
}

/// A rule for the first, second, … of all such commands: MAIL does not say
/// whom the mail is for.
fn nth(step: Step, number: usize) -> Rule {
    at(step).after(number - 1).times(1)
}
