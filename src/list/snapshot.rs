//! Snapshots of a list's file: a private copy without a name, from which every walk of the list
//! reads. Whatever becomes of the file meanwhile, identity and content of each mail are fixed
//! when the list is opened.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::clock;

/// How often a file that changes while it is copied is copied anew.
const ATTEMPTS: usize = 5;
/// How much is compared at a time.
const CHUNK: usize = 64 << 10;

/// A copy of a file, and what tells whether the file is still the same.
#[derive(Clone, Debug)]
pub(super) struct Snapshot {
    copy: Arc<File>,
    path: PathBuf,
    stamp: Stamp,
}

/// What of a file changes whenever it is written or replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    device: u64,
    inode: u64,
    size: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Stamp {
    fn of(data: &Metadata) -> Self {
        Self {
            device: data.dev(),
            inode: data.ino(),
            size: data.size(),
            modified: (data.mtime(), data.mtime_nsec()),
            changed: (data.ctime(), data.ctime_nsec()),
        }
    }
}

impl Snapshot {
    /// Copies a file; nothing where it does not hold still.
    pub(super) fn take(path: &Path) -> io::Result<Option<Self>> {
        for _ in 0..ATTEMPTS {
            let mut file = File::open(path)?;
            let stamp = Stamp::of(&file.metadata()?);
            let mut copy = nameless()?;
            let copied = io::copy(&mut file, &mut copy)?;
            // By its path: a file that was replaced meanwhile is another list.
            if copied == stamp.size && Stamp::of(&fs::metadata(path)?) == stamp {
                return Ok(Some(Self { copy: Arc::new(copy), path: path.to_owned(), stamp }));
            }
        }
        Ok(None)
    }

    /// A reader of its own, from the first byte.
    pub(super) fn reader(&self) -> Position {
        Position::of(&self.copy)
    }

    /// The copy as a file, for whoever reads it alone and from its beginning.
    pub(super) fn file(&self) -> io::Result<File> {
        let mut file = self.copy.try_clone()?;
        file.rewind()?;
        Ok(file)
    }

    /// Whether the file at the path holds something else by now, or is gone. A file that was only
    /// touched has not changed.
    pub(super) fn is_outdated(&self) -> bool {
        let Ok(data) = fs::metadata(&self.path) else { return true };
        let stamp = Stamp::of(&data);
        if stamp == self.stamp {
            return false;
        }
        stamp.size != self.stamp.size
            || !File::open(&self.path)
                .and_then(|file| same_bytes(file, self.reader()))
                .unwrap_or(false)
    }
}

fn same_bytes(one: impl Read, other: impl Read) -> io::Result<bool> {
    let (mut one, mut other) = (one, BufReader::with_capacity(CHUNK, other));
    let (mut piece, mut counterpart) = (vec![0; CHUNK], vec![0; CHUNK]);
    loop {
        let read = one.read(&mut piece)?;
        if read == 0 {
            return Ok(other.read(&mut counterpart[..1])? == 0);
        }
        match other.read_exact(&mut counterpart[..read]) {
            Ok(()) if piece[..read] == counterpart[..read] => {}
            Err(error) if error.kind() != io::ErrorKind::UnexpectedEof => return Err(error),
            Ok(()) | Err(_) => return Ok(false),
        }
    }
}

/// A reader of its own of a file that several read.
#[derive(Debug)]
pub(super) struct Position {
    file: Arc<File>,
    at: u64,
}

impl Position {
    /// At the first byte.
    pub(super) fn of(file: &Arc<File>) -> Self {
        Self { file: Arc::clone(file), at: 0 }
    }
}

impl Read for Position {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read_at(buffer, self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for Position {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let size = self.file.metadata()?.len();
        let (base, offset) = match to {
            SeekFrom::Start(at) => (at, 0),
            SeekFrom::End(offset) => (size, offset),
            SeekFrom::Current(offset) => (self.at, offset),
        };
        self.at = base.checked_add_signed(offset).ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

/// A file that goes with the program, even by `kill -9`: it has no name.
pub(super) fn nameless() -> io::Result<File> {
    let path = folder().join(format!("handbill-{:016x}", clock::random_u64()));
    let mut options = OpenOptions::new();
    let file = options.read(true).write(true).create_new(true).mode(0o600).open(&path)?;
    fs::remove_file(&path)?;
    Ok(file)
}

/// Where temporary files are; not in memory, where `/tmp` often is, if it can be helped.
fn folder() -> PathBuf {
    let told = std::env::var_os("TMPDIR").is_some_and(|folder| !folder.is_empty());
    let lasting = PathBuf::from("/var/tmp");
    if !told && lasting.is_dir() { lasting } else { std::env::temp_dir() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snapshot_outlives_its_file_and_knows_when_that_has_changed() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("list.csv");
        fs::write(&path, "email\nann@example.org\n").expect("written");
        let snapshot = Snapshot::take(&path).expect("readable").expect("still");
        assert!(!snapshot.is_outdated());
        fs::write(&path, "email\nann@example.org\n").expect("written");
        assert!(!snapshot.is_outdated(), "saved without a change");
        fs::write(&path, "email\nbob@example.org\n").expect("written");
        assert!(snapshot.is_outdated(), "of the same length");
        fs::remove_file(&path).expect("removed");
        assert!(snapshot.is_outdated());
        let mut text = String::new();
        snapshot.reader().read_to_string(&mut text).expect("readable");
        assert_eq!(text, "email\nann@example.org\n");
    }
}
