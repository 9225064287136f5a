//! Mails that are a file each: in a Maildir, or in a folder of `.eml` files.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use super::Mail;

/// How many names of a folder are sorted at a time.
const NAMES: usize = 4096;

/// The mails of a folder, some names at a time in their order.
pub(super) fn walk<E>(
    folder: &Path,
    root: &Path,
    is_mail: &dyn Fn(&Path) -> bool,
    max: usize,
    bytes: &mut Vec<u8>,
    hand_over: &mut dyn FnMut(Mail<'_>) -> Result<(), E>,
) -> Result<(), E> {
    let named = |path: &Path| path.strip_prefix(root).unwrap_or(path).display().to_string();
    let mut entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => return hand_over(Mail { name: named(folder), bytes: Err(error) }),
    };
    loop {
        let mut paths: Vec<PathBuf> =
            entries.by_ref().take(NAMES).flatten().map(|entry| entry.path()).collect();
        if paths.is_empty() {
            return Ok(());
        }
        paths.sort();
        for path in paths {
            // A link to a folder may lead back to it.
            let Ok(kind) = fs::symlink_metadata(&path) else { continue };
            if kind.is_dir() {
                walk(&path, root, is_mail, max, bytes, hand_over)?;
            } else if is_mail(&path) && fs::metadata(&path).is_ok_and(|data| data.is_file()) {
                one(&path, named(&path), max, bytes, hand_over)?;
            }
        }
    }
}

/// A file that is one mail.
pub(super) fn one<E>(
    path: &Path,
    name: String,
    max: usize,
    bytes: &mut Vec<u8>,
    hand_over: &mut dyn FnMut(Mail<'_>) -> Result<(), E>,
) -> Result<(), E> {
    bytes.clear();
    let read = File::open(path).and_then(|file| file.take(max as u64).read_to_end(bytes));
    hand_over(Mail { name, bytes: read.map(|_| bytes.as_slice()) })
}
