//! What PostgreSQL or the way to it reports, sorted by what can be done about it.

use std::io::ErrorKind;

use tokio_postgres::Error;
use tokio_postgres::error::{DbError, SqlState};

use super::patience::Passing;
use crate::place::printable;

/// The longest text of a server that is repeated, in characters.
const SAID_MAX: usize = 300;

/// What is wrong.
pub(crate) enum Fault<'a> {
    /// The login is refused, in these words.
    Login(String),
    /// A password is asked for, and there is none.
    NoPassword,
    /// There is no such database.
    NoDatabase(String),
    /// The connection cannot be encrypted, or its other end is not who it should be.
    Tls(String),
    /// The server is away, goes away, or takes nobody at the moment.
    Away(String),
    /// Anything else that the server says.
    Told(&'a DbError),
}

impl<'a> Fault<'a> {
    /// Sorts an error.
    pub(crate) fn of(error: &'a Error) -> Self {
        let Some(told) = error.as_db_error() else { return Self::of_connection(error) };
        let said = plain(told.message());
        match told.code() {
            code if code.code().starts_with("28") => Self::Login(said),
            code if *code == SqlState::INVALID_CATALOG_NAME => Self::NoDatabase(said),
            code if is_end(code) || *code == SqlState::TOO_MANY_CONNECTIONS => Self::Away(said),
            _ => Self::Told(told),
        }
    }

    fn of_connection(error: &Error) -> Self {
        let cause = std::error::Error::source(error).map(ToString::to_string);
        let (kind, why) = (error.to_string(), plain(&cause.unwrap_or_else(|| error.to_string())));
        if kind.contains("TLS") && !is_broken(error) {
            Self::Tls(why)
        } else if kind.contains("password missing") || why.contains("password missing") {
            Self::NoPassword
        } else {
            Self::Away(why)
        }
    }
}

/// Whether an error is of those that pass by themselves, so that what failed by it may go
/// another time. Who is refused for their name, password or certificate is refused next time too.
pub(crate) fn passing(error: &Error) -> Option<Passing> {
    let announced = [
        SqlState::ADMIN_SHUTDOWN,
        SqlState::CRASH_SHUTDOWN,
        SqlState::CANNOT_CONNECT_NOW,
        SqlState::TOO_MANY_CONNECTIONS,
    ];
    match error.code() {
        Some(code) if announced.contains(code) => Some(Passing::Announced),
        Some(code) if is_end(code) => Some(Passing::Unheard),
        Some(_) => None,
        None => (is_broken(error) || is_replica(error)).then_some(Passing::Unheard),
    }
}

/// Whether nobody listens at the other end, or the connection to it broke, also in the middle of
/// a handshake: not that somebody wrong answered.
pub(crate) fn is_broken(error: &Error) -> bool {
    let kind = io_error(error).map(std::io::Error::kind);
    error.is_closed()
        || matches!(
            kind,
            Some(
                ErrorKind::ConnectionRefused
                    | ErrorKind::ConnectionReset
                    | ErrorKind::ConnectionAborted
                    | ErrorKind::BrokenPipe
                    | ErrorKind::UnexpectedEof
                    // A socket in the file system goes with its server.
                    | ErrorKind::NotFound
            )
        )
}

/// Whether none of the servers that were asked can be written to, as in the middle of a failover.
fn is_replica(error: &Error) -> bool {
    io_error(error).is_some_and(|error| error.to_string().contains("does not allow writes"))
}

/// What the operating system reported.
fn io_error(error: &Error) -> Option<&std::io::Error> {
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        cause = error.source();
    }
    None
}

/// The server ends the connection, or takes none at the moment.
pub(crate) fn is_end(code: &SqlState) -> bool {
    code.code().starts_with("57P") || code.code().starts_with("08")
}

/// What a server says, short and safe to print.
pub(crate) fn plain(text: &str) -> String {
    text.chars().take(SAID_MAX).map(printable).collect()
}
