//! The key behind unsubscribe tokens, in the project's own folder.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::Path;

use crate::clock;
use crate::files;
use crate::finding::{Checked, Finding};

/// Where it is, in a project.
const KEY_FILE: &str = ".handbill/unsubscribe.key";
/// The shortest key that is one, in bytes.
const KEY_MIN: usize = 16;

/// A project's key. `keeps` says whether a new one may be written.
pub(super) fn of(project: &Path, keeps: bool) -> Checked<Vec<u8>> {
    let path = project.join(KEY_FILE);
    let unusable = |error: std::io::Error| unusable_key(&files::plain(&error));
    if !path.exists() {
        let key = clock::random_secret();
        if !keeps {
            return Ok(key.to_vec());
        }
        keep_key(&path, &key).map_err(unusable)?;
    }
    let key = fs::read(&path).map_err(unusable)?;
    // With a key that others can guess, they could make links for anybody.
    if key.len() < KEY_MIN { Err(unusable_key("it is too short").into()) } else { Ok(key) }
}

fn unusable_key(why: &str) -> Finding {
    Finding::error(
        "unusable-key",
        format!("the key for unsubscribe links, `{KEY_FILE}`, cannot be used: {why}"),
        "make it readable, or restore it from a backup: links that were sent hang on it",
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
