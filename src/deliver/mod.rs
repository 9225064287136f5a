//! Where messages go: an SMTP server, or a folder of `.eml` files.
//!
//! A [`transport::Transport`] takes one message for one recipient and answers
//! with a [`transport::Verdict`]; it never tries again by itself and never
//! guesses. What a reply or a network fault means is decided in [`trouble`]
//! and nowhere else.
//!
//! [`roll`] holds the list against the ledger, [`rehearsal`] merges all of it
//! and sends nothing, [`mailing`] sends: a [`feed`] of rows that a [`press`]
//! makes into messages (first those of the run's [`share`]), a [`crew`] of connections, a [`throttle`] and a pace; who is put off comes back
//! [`later`]. What is remembered is the ledger's.

pub mod allowance;
mod blame;
pub mod chooser;
mod claims;
pub mod crew;
pub mod feed;
mod hand;
pub mod later;
mod line;
pub mod mailing;
pub mod outbox;
pub mod pace;
mod paces;
pub mod press;
pub mod rehearsal;
pub mod return_path;
pub mod roll;
pub mod share;
pub mod smtp;
mod streak;
pub mod tally;
pub mod throttle;
pub mod transport;
pub mod trouble;
pub mod waits;
mod wording;
