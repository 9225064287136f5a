//! Where messages go: an SMTP server, or a folder of `.eml` files.
//!
//! A [`transport::Transport`] takes one message for one recipient and answers
//! with a [`transport::Verdict`]; it never tries again by itself and never
//! guesses. What a reply or a network fault means is decided in [`trouble`]
//! and nowhere else. Who is mailed, in what order, how often it is tried and
//! what is remembered of it is left to the run and the ledger.

pub mod interrupt;
pub mod outbox;
pub mod rehearsal;
pub mod roll;
pub mod run;
pub mod server;
pub mod smtp;
mod streak;
pub mod transport;
pub mod trouble;
