//! SMTP, spoken strictly and fast (RFC 5321): one [`Connection`] to one
//! server, one message at a time.
//!
//! It promises that what it cannot read exactly it does not believe: a reply
//! that is late, malformed or out of turn closes the connection for good, so
//! that no recipient ever gets another one's verdict. The client is our own,
//! over tokio and rustls: lettre 0.11 reads lines without bound, keeps text
//! that stood behind the STARTTLS reply, has no timeouts after the connect and
//! writes the final dot apart. When to connect again is left to the run.

mod auth;
mod body;
mod capabilities;
mod client;
mod connection;
pub(super) mod reply;
mod session;
mod timeouts;
mod transaction;
mod wire;

pub use body::Body;
pub use client::Smtp;
pub use connection::Connection;
pub use timeouts::Timeouts;
