//! What PostgreSQL or the way to it reports, sorted by what can be done about it.

use tokio_postgres::Error;
use tokio_postgres::error::{DbError, SqlState};

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
            code if is_end(code) => Self::Away(said),
            _ => Self::Told(told),
        }
    }

    fn of_connection(error: &Error) -> Self {
        let cause = std::error::Error::source(error).map(ToString::to_string);
        let (kind, why) = (error.to_string(), plain(&cause.unwrap_or_else(|| error.to_string())));
        if kind.contains("TLS") {
            Self::Tls(why)
        } else if kind.contains("password missing") || why.contains("password missing") {
            Self::NoPassword
        } else {
            Self::Away(why)
        }
    }
}

/// The server ends the connection, or takes none at the moment.
pub(crate) fn is_end(code: &SqlState) -> bool {
    code.code().starts_with("57P") || code.code().starts_with("08")
}

/// What a server says, short and safe to print.
pub(crate) fn plain(text: &str) -> String {
    text.chars().take(SAID_MAX).map(printable).collect()
}
