//! PostgreSQL (or what speaks its protocol): where a database is, a connection to it whose other
//! end is verified, what is wrong when there is none, and how long one is waited for. The ledger and lists share it.
//!
//! It leaves to others what is asked there, and what a trouble means for them.

mod connect;
mod fault;
mod patience;
mod server;

use std::fmt;

pub(crate) use connect::connect;
pub(crate) use fault::{Fault, is_broken, is_end, passing, plain};
pub(crate) use patience::{Passing, patiently};
pub use server::Server;

/// What a database is for: findings name it, and say what its passwords are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It keeps the ledger.
    Ledger,
    /// Subscribers are read from it.
    List,
}

impl fmt::Display for Role {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Ledger => "ledger",
            Self::List => "list",
        })
    }
}

impl Role {
    /// Where the password comes from, first of all.
    pub const fn password_variable(self) -> &'static str {
        match self {
            Self::Ledger => "HANDBILL_LEDGER_PASSWORD",
            Self::List => "HANDBILL_LIST_PASSWORD",
        }
    }

    /// What to do where a login was refused.
    pub(crate) fn login_help(self) -> String {
        format!(
            "check the user in the URL, and the password (`password_command` under `[{self}]`, or `{}`)",
            self.password_variable()
        )
    }

    /// The schema that holds the tables where the URL names none.
    fn schema(self) -> &'static str {
        match self {
            Self::Ledger => "handbill",
            Self::List => "",
        }
    }

    /// The code of findings about the URL.
    fn url_code(self) -> &'static str {
        match self {
            Self::Ledger => "ledger-url",
            Self::List => "list-url",
        }
    }
}
