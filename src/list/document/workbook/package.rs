//! The ZIP archive that a workbook is: its parts by their names, each within its bounds.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};

use zip::ZipArchive;
use zip::result::ZipError;

use super::super::trouble::{Excess, Trouble, UNPACKED_MAX};

/// The most parts; a workbook has tens of them.
const PARTS_MAX: u16 = 60_000;
/// The end of an archive, with the longest comment behind it.
const TAIL: u64 = 22 + 65_535;

/// An archive of parts.
pub(in super::super) struct Package {
    archive: ZipArchive<File>,
    /// The parts by their names, in lower case with slashes.
    names: HashMap<String, usize>,
}

impl Package {
    /// Reads the directory, and refuses what would unpack to too much.
    pub(in super::super) fn open(mut file: File) -> Result<Self, Trouble> {
        if parts(&mut file)?.is_none_or(|count| count > PARTS_MAX) {
            return Err(Trouble::TooLarge("it has more than 60,000 parts".into()));
        }
        let mut archive = ZipArchive::new(file).map_err(trouble)?;
        // Of a wrong directory, the sizes are believed only as limits. They stand in it also where
        // parts have theirs behind them, as LibreOffice writes all (`decompressed_size` knows none).
        let mut unpacked = 0_u64;
        for index in 0..archive.len() {
            let size = archive.by_index_raw(index).map_err(trouble)?.size();
            unpacked = unpacked.saturating_add(size);
        }
        if unpacked > UNPACKED_MAX {
            return Err(Trouble::TooLarge("unpacked it is larger than 2 GiB".into()));
        }
        let names = archive.file_names_raw().map(|name| normal(&String::from_utf8_lossy(name)));
        let names = names.enumerate().map(|(index, name)| (name, index)).collect();
        Ok(Self { archive, names })
    }

    /// A part, if there is one of that name: in any case, with either slash.
    pub(in super::super) fn part(&mut self, name: &str) -> Result<Option<Part<'_>>, Trouble> {
        let Some(index) = self.position(name) else { return Ok(None) };
        let part = self.archive.by_index(index).map_err(trouble)?;
        let left = part.size();
        Ok(Some(BufReader::with_capacity(64 << 10, Within { part, left })))
    }

    /// Whether there is a part of that name.
    pub(in super::super) fn has(&self, name: &str) -> bool {
        self.position(name).is_some()
    }

    /// The names of all parts.
    pub(in super::super) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.keys().map(String::as_str)
    }

    fn position(&self, name: &str) -> Option<usize> {
        self.names.get(&normal(name)).copied()
    }
}

/// A part, as it is unpacked.
pub(in super::super) type Part<'a> = BufReader<Within<'a>>;

/// Holds a part to the size that its directory told.
pub(in super::super) struct Within<'a> {
    part: zip::read::ZipFile<'a, File>,
    left: u64,
}

impl Read for Within<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.part.read(buffer)?;
        let Some(left) = self.left.checked_sub(count as u64) else {
            return Err(io::Error::other(Excess("a part of it is larger than its directory says")));
        };
        self.left = left;
        Ok(count)
    }
}

fn normal(name: &str) -> String {
    name.trim_start_matches('/').replace('\\', "/").to_lowercase()
}

fn trouble(error: ZipError) -> Trouble {
    match error {
        ZipError::Io(error) => error.into(),
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => Trouble::Locked,
        error => Trouble::Broken(error.to_string()),
    }
}

/// How many parts an archive says it has; nothing where that is more than can be said in 16 bits.
/// The directory is read into memory, so it is asked for first.
fn parts(file: &mut File) -> Result<Option<u16>, Trouble> {
    let length = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL)))?;
    let mut tail = Vec::new();
    file.by_ref().take(TAIL).read_to_end(&mut tail)?;
    file.rewind()?;
    let end = tail.windows(12).rev().find(|bytes| bytes.starts_with(b"PK\x05\x06"));
    let Some(end) = end else { return Err(Trouble::broken("its end is missing")) };
    let count = u16::from_le_bytes([end[10], end[11]]);
    Ok((count < u16::MAX).then_some(count))
}
