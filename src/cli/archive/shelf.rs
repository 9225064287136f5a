//! The folder of an archive: what is written there, and what was written there before.
//!
//! A list of the names stands beside the pages, so that what is removed is surely ours:
//! people keep a logo, a domain's name or a page of their own in that folder.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

use crate::files;
use crate::finding::{Checked, Finding};

/// The file with the names of what was written, one a line.
const NAMES: &str = ".handbill-archive";

/// A folder that an archive is written into.
pub(super) struct Shelf {
    folder: PathBuf,
    before: BTreeSet<String>,
    written: BTreeSet<String>,
}

impl Shelf {
    /// The folder, which need not be there yet.
    pub(super) fn open(folder: PathBuf) -> Self {
        let names = fs::read_to_string(folder.join(NAMES)).unwrap_or_default();
        let before = names.lines().filter(|name| is_plain(name)).map(str::to_owned).collect();
        Self { folder, before, written: BTreeSet::new() }
    }

    /// Writes a file, in place of one of that name.
    pub(super) fn write(&mut self, name: &str, bytes: &[u8]) -> Checked<()> {
        fs::create_dir_all(&self.folder)
            .and_then(|()| fs::write(self.folder.join(name), bytes))
            .map_err(|error| self.unwritable(name, &error))?;
        self.written.insert(name.to_owned());
        Ok(())
    }

    /// What was written an earlier time and not now: pages of campaigns that are gone.
    pub(super) fn left_over(&self) -> Vec<String> {
        let is_there = |name: &&String| self.folder.join(name).is_file();
        self.before.difference(&self.written).filter(is_there).cloned().collect()
    }

    /// Removes what is left over.
    pub(super) fn prune(&mut self) -> Checked<()> {
        for name in self.left_over() {
            match fs::remove_file(self.folder.join(&name)) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    return Err(self.unwritable(&name, &error));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Keeps the names for the next time: also those of what is left over.
    pub(super) fn close(mut self) -> Checked<()> {
        let mut names: BTreeSet<String> = self.left_over().into_iter().collect();
        names.append(&mut self.written);
        let text: String = names.iter().map(|name| format!("{name}\n")).collect();
        self.write(NAMES, text.as_bytes())
    }

    fn unwritable(&self, name: &str, error: &std::io::Error) -> Vec<Finding> {
        let path = self.folder.join(name);
        let message = format!("cannot write `{}`: {}", path.display(), files::plain(error));
        Finding::error("output", message, "check that you may write there").into()
    }
}

/// A name in this folder and nowhere else, whoever wrote the list.
fn is_plain(name: &str) -> bool {
    !name.starts_with('.')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'))
}
