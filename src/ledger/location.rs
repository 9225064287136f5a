//! Where a ledger is, and opening it there.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::finding::{Checked, Finding};
use crate::postgres::{Role, Server};
use crate::secret::Secret;

use super::book::{Book, Ledger};
use super::postgres::Postgres;
use super::scratch::Scratch;
use super::sqlite::Sqlite;
use super::whole::Whole;

/// Where a ledger is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// An SQLite database in a file.
    Sqlite(PathBuf),
    /// A database of PostgreSQL's.
    Postgres(Box<Server>),
}

/// As messages name it: without anything that is secret.
impl fmt::Display for Location {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(out, "{}", path.display()),
            Self::Postgres(server) => write!(out, "{server}"),
        }
    }
}

impl Location {
    /// Reads `[ledger] url` or `--ledger`: a path or `sqlite:PATH`, relative
    /// to `base`. The text is not repeated in a finding: a URL may hold a
    /// password.
    pub fn parse(text: &str, base: &Path) -> Checked<Self> {
        let text = text.trim();
        let help = "write a path, `sqlite:PATH`, such as `sqlite:.handbill/ledger.db`, or `postgres://user@host/database`";
        let path = match text.split_once(':') {
            Some(("sqlite", path)) => path.strip_prefix("//").unwrap_or(path),
            Some(("postgres" | "postgresql", _)) => {
                return Server::parse(text, base, Role::Ledger)
                    .map(|server| Self::Postgres(Box::new(server)));
            }
            Some((_, rest)) if rest.starts_with("//") => {
                return Err(Finding::error(
                    "ledger-url",
                    "the ledger's URL has a scheme that is not known",
                    help,
                )
                .into());
            }
            _ => text,
        };
        if path.is_empty() {
            return Err(Finding::error("ledger-url", "the ledger's URL names no file", help).into());
        }
        Ok(Self::Sqlite(base.join(path)))
    }

    /// Whether the password that is set is meant for this server as well: a file needs none,
    /// so it can only be meant for the other; another login has one of its own.
    pub fn may_share_login(&self, server: &Server) -> bool {
        match self {
            Self::Sqlite(_) => true,
            Self::Postgres(own) => own.has_login_of(server),
        }
    }

    /// The same with the password of a database that asks for one.
    #[must_use]
    pub fn with_password(self, password: Option<&Secret>) -> Self {
        match (self, password) {
            (Self::Postgres(server), Some(password)) => {
                Self::Postgres(Box::new(server.with_password(password)))
            }
            (location, _) => location,
        }
    }
}

/// Opens a ledger to write, and makes it if it is not there. Whatever would
/// stop a run is found now: a lock, a full disk, a file that is no ledger.
pub fn open(location: &Location) -> Result<Box<dyn Ledger>, Finding> {
    Ok(match location {
        Location::Sqlite(path) => Box::new(Sqlite::open(path)?),
        Location::Postgres(server) => Box::new(Postgres::open(server)?),
    })
}

/// Opens a ledger only to read, also while a run writes to it. Nothing is
/// made or changed; where there is no ledger there is nothing to read.
pub fn read(location: &Location) -> Result<Option<Box<dyn Book>>, Finding> {
    Ok(match location {
        Location::Sqlite(path) => Sqlite::read(path)?.map(|ledger| Box::new(ledger) as _),
        Location::Postgres(server) => Postgres::read(server)?.map(|ledger| Box::new(ledger) as _),
    })
}

/// Opens a ledger to write, to do something with it as a whole.
pub fn open_whole(location: &Location) -> Result<Box<dyn Whole>, Finding> {
    Ok(match location {
        Location::Sqlite(path) => Box::new(Sqlite::open(path)?),
        Location::Postgres(server) => Box::new(Postgres::open(server)?),
    })
}

/// Opens a ledger only to read it as a whole, if there is one.
pub fn read_whole(location: &Location) -> Result<Option<Box<dyn Whole>>, Finding> {
    Ok(match location {
        Location::Sqlite(path) => Sqlite::read(path)?.map(|ledger| Box::new(ledger) as _),
        Location::Postgres(server) => Postgres::read(server)?.map(|ledger| Box::new(ledger) as _),
    })
}

/// A ledger for a rehearsal: it knows what the real one knows and leaves
/// nothing behind.
pub fn scratch(real: Option<&Location>) -> Result<Box<dyn Ledger>, Finding> {
    Ok(Box::new(Scratch::new(real)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<Location, &'static str> {
        Location::parse(text, Path::new("/home/ann")).map_err(|findings| findings[0].code)
    }

    #[test]
    fn a_path_and_a_url_of_it_are_the_same_ledger() {
        let file = |path: &str| Ok(Location::Sqlite(PathBuf::from(path)));
        assert_eq!(parsed("sqlite:.handbill/ledger.db"), file("/home/ann/.handbill/ledger.db"));
        assert_eq!(parsed(".handbill/ledger.db"), file("/home/ann/.handbill/ledger.db"));
        assert_eq!(parsed("sqlite:/srv/ledger.db"), file("/srv/ledger.db"));
        assert_eq!(parsed("sqlite:///srv/ledger.db"), file("/srv/ledger.db"));
        assert_eq!(parsed("a:b.db"), file("/home/ann/a:b.db"));
    }

    #[test]
    fn a_password_goes_to_no_server_that_it_is_not_meant_for() {
        let at = |url: &str| Location::parse(url, Path::new("/")).expect("a ledger");
        let may = |from: &str, to: &str| match at(to) {
            Location::Postgres(server) => at(from).may_share_login(&server),
            Location::Sqlite(_) => false,
        };
        assert!(may("old.db", "postgres://ann@db.test/news"));
        assert!(may("postgres://ann@db.test/news", "postgres://ann@db.test/other?schema=x"));
        assert!(!may("postgres://ann@db.test/news", "postgres://ann@other.test/news"));
        assert!(!may("postgres://ann@db.test/news", "postgres://bob@db.test/news"));
    }

    #[test]
    fn what_is_no_ledger_of_ours_is_refused_without_its_password() {
        assert_eq!(parsed("postgres://ann:secret@db.test/x"), Err("password-in-config"));
        assert_eq!(parsed("mysql://ann:secret@db.test/x"), Err("ledger-url"));
        assert_eq!(parsed("sqlite:"), Err("ledger-url"));
        assert_eq!(parsed(" "), Err("ledger-url"));
        for url in ["postgres://ann:secret@db.test/x", "mysql://ann:secret@db.test/x"] {
            let finding = Location::parse(url, Path::new("/")).expect_err("refused");
            assert!(!format!("{finding:?}").contains("secret"));
        }
    }
}
