//! Several processes that send one campaign together, over a ledger in PostgreSQL: killed at
//! random, their database restarted under them, cut off from it. Nobody gets it twice, nobody
//! is missing, and what cannot be known is in doubt (P3).
//!
//! Each story starts a PostgreSQL of its own (`scripts/with-postgres.sh`), so they are ignored
//! unless they are asked for:
//!
//! ```text
//! cargo test --test fleet -- --ignored
//! ```

#[path = "../common/desk.rs"]
mod desk;
#[path = "../kill_loop/mailing.rs"]
mod mailing;
#[path = "../common/reception.rs"]
mod reception;
#[path = "../common/smtp_server.rs"]
mod smtp_server;

mod away;
mod coming_and_leaving;
mod cut_off;
mod database;
mod encrypted;
mod killed;
mod moved;
mod queries;
mod restarted;
mod watched;
