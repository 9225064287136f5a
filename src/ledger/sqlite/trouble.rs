//! What SQLite reports, in words that can be acted on.

use std::io::ErrorKind;

use rusqlite::{Error, ErrorCode, ffi};

use crate::finding::Finding;

/// Why a ledger could not do what was asked.
#[derive(Debug)]
pub(super) enum Trouble {
    /// SQLite says so.
    Sql(Error),
    /// The file cannot be made or read.
    File(std::io::Error),
    /// A newer program wrote it.
    Newer(usize),
    /// It is a database, but not a ledger.
    Foreign,
    /// SQLite found damage in the file.
    Damaged,
    /// The run was ended, or taken for dead.
    RunOver,
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Sql(error)
    }
}

impl From<std::io::Error> for Trouble {
    fn from(error: std::io::Error) -> Self {
        Self::File(error)
    }
}

impl Trouble {
    /// Whether no space is left.
    pub(super) fn is_full(&self) -> bool {
        match self {
            Self::Sql(error) => {
                let code = error.sqlite_error().map(|error| (error.code, error.extended_code));
                // The `-shm` grows by a write of its own, which only a lack of space stops.
                matches!(code, Some((ErrorCode::DiskFull, _) | (_, ffi::SQLITE_IOERR_SHMSIZE)))
            }
            Self::File(error) => {
                matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded)
            }
            _ => false,
        }
    }

    /// Whether a reader may only have come between two steps of a writer that
    /// opens or closes the file.
    pub(super) fn may_pass(&self) -> bool {
        let Self::Sql(error) = self else { return false };
        matches!(error.sqlite_error_code(), Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly))
    }

    /// The finding about the ledger of that name.
    pub(super) fn into_finding(self, name: &str) -> Finding {
        match self {
            _ if self.is_full() => full(name),
            Self::Sql(error) => from_sqlite(name, &error),
            Self::File(error) => from_file(name, &error),
            Self::Newer(version) => Finding::error(
                "ledger-newer",
                format!(
                    "the ledger `{name}` has version {version}; this program knows versions up to {}",
                    super::schema::VERSION
                ),
                "install a newer handbill; nothing was changed in the ledger",
            ),
            Self::Foreign => Finding::error(
                "ledger-foreign",
                format!("`{name}` is a database of another program, not a ledger"),
                "name another file with `--ledger` or under `[ledger]` in handbill.toml",
            ),
            Self::Damaged => corrupt(name),
            Self::RunOver => Finding::error(
                "ledger-run-over",
                format!("this run has ended in the ledger `{name}`, or others took it for dead"),
                "see `handbill status`, then send again",
            ),
        }
    }
}

fn from_sqlite(name: &str, error: &Error) -> Finding {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Finding::error(
            "ledger-locked",
            format!("the ledger `{name}` is locked by another program"),
            "close the program that holds it (a database browser, a backup), then try again",
        ),
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
            read_only(name)
        }
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => corrupt(name),
        _ => Finding::error(
            "ledger-failed",
            format!("the ledger `{name}` failed: {error}"),
            "check the disk that it is on, then run the command again",
        ),
    }
}

fn from_file(name: &str, error: &std::io::Error) -> Finding {
    match error.kind() {
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => read_only(name),
        _ => Finding::error(
            "ledger-unusable",
            format!("the ledger `{name}` cannot be opened: {error}"),
            "the path must name a file in a folder that can be written to",
        ),
    }
}

fn read_only(name: &str) -> Finding {
    Finding::error(
        "ledger-read-only",
        format!("the ledger `{name}` cannot be written to"),
        "make the file and its folder writable for you, or name another with `--ledger`",
    )
}

fn full(name: &str) -> Finding {
    Finding::error(
        "ledger-full",
        format!("no space is left for the ledger `{name}`"),
        "make room on its disk, then send again; nobody gets the campaign twice",
    )
}

fn corrupt(name: &str) -> Finding {
    Finding::error(
        "ledger-corrupt",
        format!("the ledger `{name}` is damaged, or is no ledger"),
        "restore it from a backup; without it nobody knows who has had a campaign",
    )
}
