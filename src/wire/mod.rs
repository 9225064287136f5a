//! Connections to mail servers, whichever protocol is spoken on them: a
//! [`server::Server`] as a URL names it, dialled, encrypted, read and written.
//!
//! It knows no command and no reply. What a [`Fault`] means is decided by who
//! speaks: `deliver::trouble` for SMTP, `mailbox::imap::trouble` for IMAP.

mod dial;
mod handshake;
pub mod server;
mod stream;

use std::io;

pub(crate) use dial::dial;
pub(crate) use handshake::handshake;
pub(crate) use stream::Stream;

/// What went wrong below or beside the replies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// No address, or none that answers.
    Unreachable(String),
    /// The other side closed the connection.
    Closed,
    /// Nothing came, or nothing could be written, in time.
    TimedOut,
    /// The operating system's words.
    Network(String),
    /// A reply that is none, is out of turn or has no end.
    Protocol(&'static str),
    /// The certificate is not valid for this server, or nobody vouches for it.
    Certificate(String),
    /// No common ground for TLS.
    Tls(String),
}

/// The many ways of hearing that the other side hung up are one.
pub(crate) fn closed_or(why: &io::Error) -> Fault {
    match why.kind() {
        io::ErrorKind::UnexpectedEof
        | io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe => Fault::Closed,
        _ => Fault::Network(why.to_string()),
    }
}
