//! Room that a run sets aside on the ledger's disk. When the disk fills up it
//! is given free, so that the run can still write down what became of the
//! mails on their way, and nobody is in doubt whom the server has answered for.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use super::open::beside;

/// Enough for the last words of some fifty connections, in pages of 2 KB.
const SIZE: usize = 1 << 20;

/// Sets room aside as long as the file is kept.
pub(super) fn set_aside(ledger: &Path) -> io::Result<File> {
    let path = beside(ledger, &format!("-reserve-{}", std::process::id()));
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&path)?;
    // From here on it has no name: even `kill -9` leaves nothing behind.
    fs::remove_file(&path)?;
    file.write_all(&vec![0; SIZE])?;
    Ok(file)
}
