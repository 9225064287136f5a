//! How the file is: whole, writable, with room on its disk.

use std::path::Path;

use super::super::health::Health;
use super::{Sqlite, schema};
use crate::finding::Finding;

/// Enough to tell what kind of damage it is.
const DAMAGE_MAX: usize = 3;

impl Sqlite {
    /// Looks through the whole file.
    pub(in super::super) fn health(&self, path: &Path) -> Result<Health, Finding> {
        let (damage, version) = self.ask(|connection| {
            let mut check = connection.prepare(&format!("PRAGMA quick_check({DAMAGE_MAX})"))?;
            let mut damage: Vec<String> =
                check.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
            damage.retain(|word| word != "ok");
            Ok((damage, schema::version(connection)?))
        })?;
        Ok(Health {
            engine: format!("SQLite {}", rusqlite::version()),
            version,
            newest: schema::VERSION,
            damage,
            is_writable: is_writable(path),
            // Every connection that writes sets `synchronous = FULL` itself.
            is_durable: true,
            room: room(path),
            ahead: None,
        })
    }
}

/// SQLite writes the file, and others beside it.
#[cfg(unix)]
fn is_writable(path: &Path) -> bool {
    let may = |path: &Path| rustix::fs::access(path, rustix::fs::Access::WRITE_OK).is_ok();
    let Ok(path) = path.canonicalize() else { return true };
    may(&path) && path.parent().is_none_or(may)
}

#[cfg(not(unix))]
fn is_writable(path: &Path) -> bool {
    path.metadata().is_ok_and(|file| !file.permissions().readonly())
}

/// What is free for others than root.
#[cfg(unix)]
fn room(path: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(path).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}

#[cfg(not(unix))]
fn room(_: &Path) -> Option<u64> {
    None
}
