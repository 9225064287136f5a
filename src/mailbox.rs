//! Mails that lie on the disk: a Maildir, an mbox file, a folder of `.eml`
//! files, or one mail. They are handed over one by one, each cut at a length,
//! so that memory grows with neither their number nor their size.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use crate::finding::Finding;

/// How many names of a folder are sorted at a time.
const NAMES: usize = 4096;
/// How much of a line is read at once.
const LINE: u64 = 64 << 10;

/// One mail, or why there is none.
pub struct Mail<'a> {
    /// Its name below the source; in an mbox, the source with its number.
    pub name: String,
    /// Its bytes, as far as they are read.
    pub bytes: io::Result<&'a [u8]>,
}

/// Where mails lie.
#[derive(Debug)]
pub enum Mailbox {
    /// A Maildir: the folders `cur` and `new`, where every file is a mail.
    Maildir(PathBuf),
    /// A folder with `.eml` files, and folders of them.
    Folder(PathBuf),
    /// Mails in one file, each behind a line that begins with `From `.
    Mbox(PathBuf),
    /// One mail.
    Single(PathBuf),
}

impl Mailbox {
    /// Looks what a path is.
    pub fn open(path: &Path) -> Result<Self, Finding> {
        let unreadable = |error: &io::Error| {
            let shown = path.display();
            Finding::error(
                "unreadable-mailbox",
                format!("cannot read `{shown}`: {}", crate::files::plain(error)),
                "name a Maildir, an mbox file, a folder of .eml files, or one .eml file",
            )
        };
        let path = path.to_owned();
        if fs::metadata(&path).map_err(|error| unreadable(&error))?.is_dir() {
            fs::read_dir(&path).map_err(|error| unreadable(&error))?;
            let is_maildir = path.join("cur").is_dir() && path.join("new").is_dir();
            return Ok(if is_maildir { Self::Maildir(path) } else { Self::Folder(path) });
        }
        let mut beginning = Vec::new();
        let mut file = File::open(&path).map_err(|error| unreadable(&error))?.take(5);
        file.read_to_end(&mut beginning).map_err(|error| unreadable(&error))?;
        let is_one = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("eml"));
        let is_mbox = !is_one && beginning == b"From ";
        Ok(if is_mbox { Self::Mbox(path) } else { Self::Single(path) })
    }

    /// Hands over every mail, at most `max` bytes of each.
    pub fn each<E>(
        &self,
        max: usize,
        hand_over: &mut dyn FnMut(Mail<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut bytes = Vec::new();
        match self {
            Self::Single(path) => one(path, base(path), max, &mut bytes, hand_over),
            Self::Mbox(path) => mbox(path, max, &mut bytes, hand_over),
            Self::Maildir(path) => ["cur", "new"].into_iter().try_for_each(|folder| {
                walk(&path.join(folder), path, &|_| true, max, &mut bytes, hand_over)
            }),
            Self::Folder(path) => {
                let is_mail = |path: &Path| {
                    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("eml"))
                };
                walk(path, path, &is_mail, max, &mut bytes, hand_over)
            }
        }
    }
}

fn base(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// The mails of a folder, some names at a time in their order.
fn walk<E>(
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

fn one<E>(
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

/// The mails of an mbox. One begins behind an empty line; `>From ` in a mail
/// was `From ` (RFC 4155, mboxrd).
fn mbox<E>(
    path: &Path,
    max: usize,
    bytes: &mut Vec<u8>,
    hand_over: &mut dyn FnMut(Mail<'_>) -> Result<(), E>,
) -> Result<(), E> {
    let mut reader = match File::open(path) {
        Ok(file) => BufReader::with_capacity(256 << 10, file),
        Err(error) => return hand_over(Mail { name: base(path), bytes: Err(error) }),
    };
    let (mut number, mut line) = (0_u64, Vec::new());
    let (mut is_new_line, mut is_behind_empty) = (true, true);
    bytes.clear();
    loop {
        line.clear();
        let read = match reader.by_ref().take(LINE).read_until(b'\n', &mut line) {
            Ok(read) => read,
            Err(error) => return hand_over(Mail { name: base(path), bytes: Err(error) }),
        };
        let begins = is_new_line && is_behind_empty && line.starts_with(b"From ");
        if (begins || read == 0) && number > 0 {
            let name = format!("{}#{number}", base(path));
            hand_over(Mail { name, bytes: Ok(bytes) })?;
            bytes.clear();
        }
        if read == 0 {
            return Ok(());
        }
        if begins {
            number += 1;
        } else {
            let bare = line.iter().position(|byte| *byte != b'>').unwrap_or(0);
            let is_quoted = is_new_line && bare > 0 && line[bare..].starts_with(b"From ");
            let line = &line[usize::from(is_quoted)..];
            bytes.extend_from_slice(&line[..line.len().min(max.saturating_sub(bytes.len()))]);
        }
        is_behind_empty = is_new_line && line.trim_ascii().is_empty();
        is_new_line = line.ends_with(b"\n");
    }
}
