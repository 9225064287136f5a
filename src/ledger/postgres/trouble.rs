//! What PostgreSQL reports, in words that can be acted on.

use tokio_postgres::error::SqlState;

use crate::finding::Finding;
use crate::postgres::{self, Fault, Passing, Server, is_broken, is_end, plain};

use super::PASSWORD_VARIABLE;

/// Why a ledger could not do what was asked.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The server or the connection says so.
    Sql(Box<tokio_postgres::Error>),
    /// There is no event loop.
    Io(std::io::Error),
    /// No answer came in time.
    Late,
    /// A newer program made the tables.
    Newer(usize),
    /// The schema belongs to something else.
    Foreign,
    /// The run was ended, or taken for dead.
    RunOver,
    /// What was looked at has changed at the same moment.
    Moved,
    /// A row says something that this program does not know.
    Unknown(String),
}

impl From<tokio_postgres::Error> for Trouble {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Sql(Box::new(error))
    }
}

impl Trouble {
    fn code(&self) -> Option<&SqlState> {
        if let Self::Sql(error) = self { error.code() } else { None }
    }

    /// Whether the connection is of no use any more.
    pub(super) fn is_lost(&self) -> bool {
        match self {
            Self::Late => true,
            Self::Sql(error) => error.is_closed() || self.code().is_none_or(is_end),
            _ => false,
        }
    }

    /// Whether it may go another time: the server is away or goes away, it chose this
    /// transaction to end a deadlock, or others were faster.
    pub(super) fn may_pass(&self) -> bool {
        match self {
            Self::Late | Self::Moved => true,
            Self::Sql(error) => {
                let is_tls = error.to_string().contains("TLS") && !is_broken(error);
                self.code().map_or(!is_tls && !is_config(error), |code| {
                    is_end(code) || *code == SqlState::TOO_MANY_CONNECTIONS || is_moment(code)
                })
            }
            _ => false,
        }
    }

    /// Whether it is waited for when a command begins, where a wrong server is to be told soon.
    pub(super) fn passing(&self) -> Option<Passing> {
        let Self::Sql(error) = self else { return None };
        let is_moment = error.code().is_some_and(is_moment);
        postgres::passing(error).or(is_moment.then_some(Passing::Unheard))
    }

    /// The finding about this ledger.
    pub(super) fn into_finding(self, server: &Server) -> Finding {
        match &self {
            Self::Sql(error) => from_server(server, error),
            Self::Io(error) => Finding::error(
                "ledger-failed",
                format!("the ledger `{server}` cannot be used: {error}"),
                "end other programs, then try again",
            ),
            Self::Late | Self::Moved => unreachable(server, "it does not answer in time"),
            Self::Newer(version) => Finding::error(
                "ledger-newer",
                format!(
                    "the ledger `{server}` has version {version}; this program knows versions up to {}",
                    super::schema::VERSION
                ),
                "install a newer handbill; nothing was changed in the ledger",
            ),
            Self::Foreign => Finding::error(
                "ledger-foreign",
                format!(
                    "the schema `{}` of `{server}` has tables of another program",
                    server.schema()
                ),
                "name another with `?schema=` in the ledger's URL",
            ),
            Self::RunOver => Finding::error(
                "ledger-run-over",
                format!("this run has ended in the ledger `{server}`, or others took it for dead"),
                "see `handbill status`, then send again",
            ),
            Self::Unknown(what) => Finding::error(
                "ledger-failed",
                format!("the ledger `{server}` holds what this program does not know: {what}"),
                "install a newer handbill",
            ),
        }
    }
}

/// A deadlock was ended, others were faster, or the new primary of a failover is not one yet.
fn is_moment(code: &SqlState) -> bool {
    [
        SqlState::T_R_SERIALIZATION_FAILURE,
        SqlState::T_R_DEADLOCK_DETECTED,
        SqlState::READ_ONLY_SQL_TRANSACTION,
    ]
    .contains(code)
}

/// What no waiting mends.
fn is_config(error: &tokio_postgres::Error) -> bool {
    let text = error.to_string();
    [
        "invalid configuration",
        "authentication",
        "unsupported",
        "encoding",
        "converting",
        "serializing",
        "unexpected number of rows",
        "deserializing",
    ]
    .iter()
    .any(|word| text.contains(word))
}

fn from_server(server: &Server, error: &tokio_postgres::Error) -> Finding {
    let told = match Fault::of(error) {
        Fault::Told(told) => told,
        Fault::Away(why) => return unreachable(server, &why),
        Fault::Login(said) => {
            return Finding::error(
                "ledger-login",
                format!("the ledger `{server}` refuses the login: {said}"),
                server.role().login_help(),
            );
        }
        Fault::NoPassword => {
            return Finding::error(
                "ledger-login",
                format!("the ledger `{server}` asks for a password"),
                format!("set `password_command` under `[ledger]`, or `{PASSWORD_VARIABLE}`"),
            );
        }
        Fault::NoDatabase(said) => {
            return Finding::error(
                "ledger-unusable",
                format!("there is no such database: {said}"),
                "create it (`createdb news`), or correct the ledger's URL",
            );
        }
        Fault::Tls(why) => {
            return Finding::error(
                "ledger-tls",
                format!("the connection to the ledger `{server}` cannot be encrypted: {why}"),
                "name its certificate authority with `?sslrootcert=FILE`; the name in the URL must be that of its certificate",
            );
        }
    };
    let (code, said) = (told.code(), plain(told.message()));
    match *code {
        SqlState::INSUFFICIENT_PRIVILEGE => Finding::error(
            "ledger-refused",
            format!("the ledger `{server}` does not let this user work: {said}"),
            "let the user create a schema, or create it and give it to the user",
        ),
        SqlState::DISK_FULL => Finding::error(
            "ledger-full",
            format!("no space is left for the ledger `{server}`"),
            "make room on its disk, then send again; nobody gets the campaign twice",
        ),
        SqlState::READ_ONLY_SQL_TRANSACTION => Finding::error(
            "ledger-read-only",
            format!("the ledger `{server}` cannot be written to: {said}"),
            "name the primary server, not a replica",
        ),
        _ => Finding::error(
            "ledger-failed",
            format!("the ledger `{server}` failed: {said} ({})", code.code()),
            "look into the database's log, then run the command again",
        ),
    }
}

fn unreachable(server: &Server, why: &str) -> Finding {
    Finding::error(
        "ledger-unreachable",
        format!("the ledger `{server}` cannot be reached: {why}"),
        "check that the database runs and that this machine may reach it, then send again; nobody gets the campaign twice",
    )
}
