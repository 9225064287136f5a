//! Where a ledger is, and opening it there.

use std::path::{Path, PathBuf};

use crate::finding::Finding;

use super::book::{Book, Ledger};
use super::scratch::Scratch;
use super::sqlite::Sqlite;

/// Where a ledger is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// An SQLite database in a file.
    Sqlite(PathBuf),
}

impl Location {
    /// Reads `[ledger] url` or `--ledger`: a path or `sqlite:PATH`, relative
    /// to `base`. The text is not repeated in a finding: a URL may hold a
    /// password.
    pub fn parse(text: &str, base: &Path) -> Result<Self, Finding> {
        let text = text.trim();
        let help = "write a path, or `sqlite:PATH`, such as `sqlite:.handbill/ledger.db`";
        let path = match text.split_once(':') {
            Some(("sqlite", path)) => path.strip_prefix("//").unwrap_or(path),
            Some(("postgres" | "postgresql", _)) => {
                return Err(Finding::error(
                    "ledger-unsupported",
                    "a ledger in PostgreSQL is not supported yet",
                    help,
                ));
            }
            Some((_, rest)) if rest.starts_with("//") => {
                return Err(Finding::error(
                    "ledger-url",
                    "the ledger's URL has a scheme that is not known",
                    help,
                ));
            }
            _ => text,
        };
        if path.is_empty() {
            return Err(Finding::error("ledger-url", "the ledger's URL names no file", help));
        }
        Ok(Self::Sqlite(base.join(path)))
    }
}

/// Opens a ledger to write, and makes it if it is not there. Whatever would
/// stop a run is found now: a lock, a full disk, a file that is no ledger.
pub fn open(location: &Location) -> Result<Box<dyn Ledger>, Finding> {
    let Location::Sqlite(path) = location;
    Ok(Box::new(Sqlite::open(path)?))
}

/// Opens a ledger only to read, also while a run writes to it. Nothing is
/// made or changed; where there is no ledger there is nothing to read.
pub fn read(location: &Location) -> Result<Option<Box<dyn Book>>, Finding> {
    let Location::Sqlite(path) = location;
    Ok(Sqlite::read(path)?.map(|ledger| Box::new(ledger) as Box<dyn Book>))
}

/// A ledger for a rehearsal: it knows what the real one knows and leaves
/// nothing behind.
pub fn scratch(real: Option<&Location>) -> Result<Box<dyn Ledger>, Finding> {
    let path = real.map(|Location::Sqlite(path)| path.as_path());
    Ok(Box::new(Scratch::new(path)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<Location, &'static str> {
        Location::parse(text, Path::new("/home/ann")).map_err(|finding| finding.code)
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
    fn what_is_no_ledger_of_ours_is_refused_without_its_password() {
        assert_eq!(parsed("postgres://ann:secret@db.test/x"), Err("ledger-unsupported"));
        assert_eq!(parsed("mysql://ann:secret@db.test/x"), Err("ledger-url"));
        assert_eq!(parsed("sqlite:"), Err("ledger-url"));
        assert_eq!(parsed(" "), Err("ledger-url"));
        for url in ["postgres://ann:secret@db.test/x", "mysql://ann:secret@db.test/x"] {
            let finding = Location::parse(url, Path::new("/")).expect_err("refused");
            assert!(!format!("{finding:?}").contains("secret"));
        }
    }
}
