//! The key behind every token, in the project's own folder.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::Path;

use super::Workshop;
use crate::clock;
use crate::files;
use crate::finding::{Checked, Finding};
use crate::subscribe::Seal;
use crate::token::Tokens;

/// Where it is, in a project.
const KEY_FILE: &str = ".handbill/unsubscribe.key";
/// The shortest key that is one, in bytes.
const KEY_MIN: usize = 16;
/// What stands in for a key where none is or can be kept. Everybody knows it:
/// nothing that is made with it is sent or believed. It is always the same, so
/// that what is shown is so too.
const STAND_IN: &[u8] = b"there is no key here";

/// What to do where a project has no key yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// Make one and keep it, or refuse: mails are about to leave.
    Must,
    /// Make one and keep it, if the folder can be written to: mails are shown.
    May,
    /// Leave nothing behind.
    Not,
}

impl Workshop {
    /// The project's tokens, and what there is to say where its key could not be kept.
    pub fn tokens(&self, keep: Keep) -> Checked<(Tokens, Option<Finding>)> {
        let path = self.project.root.join(KEY_FILE);
        if !path.exists() {
            let kept = match keep {
                Keep::Not => return Ok((Tokens::new(STAND_IN), None)),
                Keep::Must | Keep::May => keep_key(&path, &clock::random_secret()),
            };
            match kept {
                Ok(()) => {}
                Err(why) if keep == Keep::May => {
                    return Ok((Tokens::new(STAND_IN), Some(unkept(&files::plain(&why)))));
                }
                Err(why) => return Err(unusable(&files::plain(&why)).into()),
            }
        }
        Ok((read(&path)?, None))
    }

    /// What seals the wishes of those who sign up; the key is made where there is none.
    pub fn seal(&self) -> Checked<Seal> {
        self.tokens(Keep::Must)?;
        bytes(&self.project.root.join(KEY_FILE)).map(|key| Seal::new(&key))
    }

    /// The tokens of what was sent: nobody's where there is no key (any more).
    pub fn tokens_of_sent(&self) -> Checked<Option<Tokens>> {
        if self.has_key() { read(&self.project.root.join(KEY_FILE)).map(Some) } else { Ok(None) }
    }

    /// Whether the project has a key.
    pub fn has_key(&self) -> bool {
        self.project.root.join(KEY_FILE).exists()
    }
}

fn read(path: &Path) -> Checked<Tokens> {
    bytes(path).map(|key| Tokens::new(&key))
}

fn bytes(path: &Path) -> Checked<Vec<u8>> {
    let key = fs::read(path).map_err(|error| unusable(&files::plain(&error)))?;
    // With a key that others can guess, they could make tokens for anybody.
    if key.len() < KEY_MIN { Err(unusable("it is too short").into()) } else { Ok(key) }
}

fn unusable(why: &str) -> Finding {
    Finding::error(
        "unusable-key",
        format!("the key for links and Message-IDs, `{KEY_FILE}`, cannot be used: {why}"),
        "make it readable, or restore it from a backup: what was sent hangs on it",
    )
}

/// Said where a key is made beside a ledger that knows mails of another one.
pub fn new_key() -> Finding {
    Finding::warning(
        "new-key",
        format!(
            "there was no key for links and Message-IDs, `{KEY_FILE}`, and a new one was made, though mails were sent before"
        ),
        "if another machine sends too, or the key was lost, copy it from there or from a backup: links and bounces of those mails hang on it",
    )
}

fn unkept(why: &str) -> Finding {
    Finding::warning(
        "unkept-key",
        format!("the key for links and Message-IDs, `{KEY_FILE}`, cannot be kept: {why}"),
        "links and Message-IDs are shown with a stand-in; `send` refuses until the folder can be written to",
    )
}

/// Keeps a new key, whole from its first moment on. Of two programs that do
/// so at once, the first one's key is kept.
fn keep_key(path: &Path, key: &[u8]) -> std::io::Result<()> {
    let draft = path.with_extension(format!("{:016x}", clock::random_u64()));
    write_private(&draft, key)?;
    let kept = match fs::hard_link(&draft, path) {
        // Some file systems know no links.
        Err(error) if error.kind() != ErrorKind::AlreadyExists => fs::rename(&draft, path),
        _ => Ok(()),
    };
    let _ = fs::remove_file(&draft);
    kept
}

/// Writes a file that only its owner may read, in a folder of the same kind.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    // Half a key is none, and would be in the way of the next one.
    file.write_all(bytes).and_then(|()| file.sync_all()).inspect_err(|_| {
        let _ = fs::remove_file(path);
    })
}
