//! The hard places of a mailing, lived through with the whole program: killed
//! again and again, its server killed, its disk full or read-only, asleep
//! while others go on. Nobody gets it twice, nobody is missing, and what cannot
//! be known is in doubt (P3).
//!
//! The stories that mount a disk of their own need root, or a system where
//! users may make namespaces; so they are ignored unless they are asked for:
//!
//! ```text
//! cargo test --test kill_loop -- --include-ignored
//! ```

#[path = "../common/desk.rs"]
mod desk;
#[path = "../common/smtp_server.rs"]
mod smtp_server;

mod asleep;
mod disk_full;
mod killed;
mod mailing;
mod read_only;
mod refused;
mod server_killed;
mod sink;
mod small_disk;
