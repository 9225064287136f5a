//! Mails that lie somewhere: in a Maildir, an mbox file, a folder of `.eml`
//! files, one file, or on an IMAP server. They are handed over one by one, each
//! cut at a length, so that memory grows with neither their number nor their size.

mod files;
pub mod imap;
mod mbox;

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::finding::Finding;

/// One mail, or why there is none.
pub struct Mail<'a> {
    /// Its name below the source; in an mbox, the source with its number; on a
    /// server, its folder, the folder's generation and its own number (RFC 5092).
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
    /// A folder on a server, which is open.
    Imap(Box<imap::Imap>),
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

    /// Hands over every mail, at most `max` bytes of each. Comes back with a
    /// finding where the way to the rest was lost.
    pub fn each<E>(
        &mut self,
        max: usize,
        hand_over: &mut dyn FnMut(Mail<'_>) -> Result<(), E>,
    ) -> Result<Option<Finding>, E> {
        let mut bytes = Vec::new();
        match self {
            Self::Single(path) => files::one(path, base(path), max, &mut bytes, hand_over),
            Self::Mbox(path) => mbox::each(path, max, &mut bytes, hand_over),
            Self::Maildir(path) => ["cur", "new"].into_iter().try_for_each(|folder| {
                files::walk(&path.join(folder), path, &|_| true, max, &mut bytes, hand_over)
            }),
            Self::Folder(path) => {
                let is_mail = |path: &Path| {
                    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("eml"))
                };
                files::walk(path, path, &is_mail, max, &mut bytes, hand_over)
            }
            Self::Imap(imap) => return imap.each(max, hand_over),
        }
        .map(|()| None)
    }
}

fn base(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}
