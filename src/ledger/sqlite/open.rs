//! Opening the file: to write, only to read, or a temporary one.

use std::fs::{self, OpenOptions};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use crate::clock;
use crate::finding::Finding;

use super::Sqlite;
use super::identities;
use super::schema::{self, Contents};
use super::trouble::Trouble;

/// How long to wait for a lock when opening: a person is looking on.
const PATIENCE_AT_OPENING: Duration = Duration::from_secs(3);
/// How long to wait for files that come and go with a writer.
const PATIENCE_IN_BETWEEN: Duration = Duration::from_millis(600);
/// How long to wait before such a lock is asked for again.
const PAUSE: Duration = Duration::from_millis(20);
/// How long to wait for a lock later: mails are on their way.
const PATIENCE: Duration = Duration::from_secs(30);
/// Ledgers up to this size are examined whole when they are opened; it takes
/// about a tenth of a second. A larger one is examined as far as it is read.
const EXAMINED: u64 = 64 << 20;

impl Sqlite {
    /// Opens a ledger to write; makes it, and its folder, if need be.
    pub(in super::super) fn open(path: &Path) -> Result<Self, Finding> {
        let name = path.display().to_string();
        match open(path) {
            Ok(connection) => Ok(Self { connection, name, still_without: None, reserve: None }),
            Err(trouble) => Err(trouble.into_finding(&name)),
        }
    }

    /// Opens a ledger to read, if there is one.
    pub(in super::super) fn read(path: &Path) -> Result<Option<Self>, Finding> {
        let name = path.display().to_string();
        match read(path) {
            Ok(None) => Ok(None),
            Ok(Some((connection, still_without))) => {
                Ok(Some(Self { connection, name, still_without, reserve: None }))
            }
            Err(trouble) => Err(trouble.into_finding(&name)),
        }
    }

    /// Makes a ledger that ends with its connection. SQLite keeps it in a
    /// nameless file of mode 600, which even `kill -9` does not leave behind.
    pub(in super::super) fn temporary() -> Result<Self, Finding> {
        let name = "of the rehearsal";
        match temporary() {
            Ok(connection) => {
                Ok(Self { connection, name: name.into(), still_without: None, reserve: None })
            }
            Err(trouble) => Err(trouble.into_finding(name)),
        }
    }
}

fn open(path: &Path) -> Result<Connection, Trouble> {
    make_private(path)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(PATIENCE_AT_OPENING)?;
    if schema::inspect(&connection)? == Contents::Ledger {
        examine(&connection, path)?;
    }
    // WAL: readers and the writer do not wait for each other. FULL: a commit
    // is on the disk when it returns, also when the power goes. Addresses come
    // in any order, so each claim writes a page of its own: small pages, and
    // few checkpoints, write less (15 instead of 28 µs a row).
    connection.execute_batch("PRAGMA page_size = 2048; PRAGMA synchronous = FULL")?;
    switch_to_wal(&connection)?;
    connection.execute_batch("PRAGMA wal_autocheckpoint = 16000")?;
    bound_memory(&connection, 4 << 10)?;
    schema::migrate(&mut connection)?;
    connection.busy_timeout(PATIENCE)?;
    identities::fill(&mut connection, clock::unix_now())?;
    Ok(connection)
}

/// Two runs that make one ledger at the same moment: SQLite does not wait for
/// the other's lock here, since each may hold what the other one wants.
fn switch_to_wal(connection: &Connection) -> Result<(), Trouble> {
    let mut patience = PATIENCE_AT_OPENING;
    loop {
        let switched = connection.execute_batch("PRAGMA journal_mode = WAL");
        let is_busy = |error: &rusqlite::Error| {
            error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy)
        };
        match switched {
            Err(error) if is_busy(&error) && !patience.is_zero() => {
                patience = patience.saturating_sub(PAUSE);
                std::thread::sleep(PAUSE);
            }
            switched => return Ok(switched?),
        }
    }
}

/// Opens a ledger to read. The last writer that closes it takes its `-shm`
/// and its `-wal` away, perhaps just after a reader has seen them.
fn read(path: &Path) -> Result<Option<(Connection, Option<PathBuf>)>, Trouble> {
    let mut patience = PATIENCE_IN_BETWEEN;
    loop {
        match read_as_it_is(path) {
            Err(trouble) if trouble.may_pass() && !patience.is_zero() => {
                patience = patience.saturating_sub(PAUSE);
                std::thread::sleep(PAUSE);
            }
            read => return read,
        }
    }
}

/// Reads without making or changing a file, which takes some care: an SQLite
/// reader of a WAL database likes to make its `-wal` and `-shm`, and marks
/// its place in the latter. Where there is no `-wal`, nobody writes, and the
/// file is read as one that stands still; its coming is then to be watched.
fn read_as_it_is(path: &Path) -> Result<Option<(Connection, Option<PathBuf>)>, Trouble> {
    match fs::metadata(path) {
        Ok(data) if data.is_dir() => {
            return Err(std::io::Error::from(std::io::ErrorKind::IsADirectory).into());
        }
        Ok(data) if data.len() == 0 => return Ok(None),
        Ok(_) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
    }
    // SQLite keeps its other files beside the real one, not beside a link.
    let path = fs::canonicalize(path)?;
    let still_without = Some(beside(&path, "-wal")).filter(|wal| !wal.exists());
    let mode = if still_without.is_some() {
        "immutable=1"
    } else if beside(&path, "-shm").exists() {
        "readonly_shm=1"
    } else {
        "mode=ro"
    };
    let connection = open_read_only(&path, mode)?;
    // Half of what a writer has: a rehearsal has both at once.
    bound_memory(&connection, 2 << 10)?;
    Ok(match schema::inspect(&connection)? {
        Contents::Nothing => None,
        Contents::Ledger => Some((connection, still_without)),
    })
}

fn open_read_only(path: &Path, mode: &str) -> Result<Connection, Trouble> {
    let mut url = url::Url::from_file_path(path)
        .map_err(|()| std::io::Error::from(std::io::ErrorKind::InvalidFilename))?;
    url.set_query(Some(mode));
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_URI
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(url.as_str(), flags)?;
    connection.busy_timeout(PATIENCE_AT_OPENING)?;
    Ok(connection)
}

fn temporary() -> Result<Connection, Trouble> {
    // An empty path is SQLite's word for a temporary database on disk.
    let mut connection = Connection::open("")?;
    connection.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")?;
    bound_memory(&connection, 4 << 10)?;
    schema::migrate(&mut connection)?;
    // Nothing here outlives a mistake, and a rehearsal counts for itself:
    // without these a claim costs a third less.
    connection.execute_batch("PRAGMA foreign_keys = OFF; DROP INDEX recipients_by_state")?;
    Ok(connection)
}

/// A few megabytes of pages, and nothing mapped: memory does not grow with
/// the ledger (P5).
fn bound_memory(connection: &Connection, kibibytes: i64) -> Result<(), Trouble> {
    connection.execute_batch(&format!("PRAGMA cache_size = -{kibibytes}; PRAGMA mmap_size = 0"))?;
    connection.set_prepared_statement_cache_capacity(32);
    Ok(())
}

fn examine(connection: &Connection, path: &Path) -> Result<(), Trouble> {
    if fs::metadata(path)?.len() > EXAMINED {
        return Ok(());
    }
    let verdict: String = connection.pragma_query_value(None, "quick_check", |row| row.get(0))?;
    if verdict == "ok" { Ok(()) } else { Err(Trouble::Damaged) }
}

/// Makes the file for its owner alone, before SQLite would make it for
/// everybody; `-wal` and `-shm` get the same mode from SQLite. Whoever wants
/// to share the file later may: an existing mode stays.
fn make_private(path: &Path) -> Result<(), Trouble> {
    let mut file = OpenOptions::new();
    let mut folder = fs::DirBuilder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
        file.mode(0o600);
        folder.mode(0o700);
    }
    if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        folder.recursive(true).create(parent)?;
    }
    // A file that is there is not opened: to close it again would take away
    // the locks that this process has on it (POSIX, and SQLite's "How To
    // Corrupt An SQLite Database File" §2.2).
    match file.write(true).create_new(true).open(path) {
        Err(_) if path.is_dir() => Err(std::io::Error::from(ErrorKind::IsADirectory).into()),
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error.into()),
        _ => Ok(()),
    }
}

/// The name of a file that lies beside the ledger's.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_whose_files_were_just_taken_away_looks_again() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let path = folder.path().join("ledger.db");
        let writer = open(&path).expect("a ledger");
        let wal = fs::read(beside(&path, "-wal")).expect("a writer has one");
        drop(writer);
        fs::write(beside(&path, "-wal"), wal).expect("writable");
        // It had seen the `-shm`, which is gone by now.
        let connection = open_read_only(&path, "readonly_shm=1").expect("it opens");
        let trouble = schema::inspect(&connection).expect_err("it cannot be read so");
        assert!(trouble.may_pass(), "{trouble:?}");
        drop(connection);
        assert!(read(&path).expect("it is read as it is by now").is_some());
    }
}
