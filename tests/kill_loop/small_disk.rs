//! A disk of a story's own: small, and read-only when the story wants it.
//!
//! It is a `tmpfs` in a mount namespace that the story makes for itself, so
//! that nobody else sees it, and it is gone with the story however that ends.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

/// Tells the story that it is inside.
const INSIDE: &str = "HANDBILL_TEST_OWN_MOUNTS";

/// Lives a story where it may mount what it likes. `name` is the test's own,
/// by which it is started again in a process of its own.
pub(crate) fn with_own_mounts(name: &str, story: impl FnOnce()) {
    if std::env::var_os(INSIDE).is_some() {
        return story();
    }
    let is_root = fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0);
    let output = Command::new("unshare")
        .args(if is_root { &["--mount"][..] } else { &["--user", "--map-root-user", "--mount"] })
        .arg(std::env::current_exe().expect("this test"))
        .args(["--exact", name, "--include-ignored", "--nocapture"])
        .env(INSIDE, "yes")
        .output()
        .expect("`unshare` is there: it is part of util-linux");
    let said =
        [output.stdout, output.stderr].map(|said| String::from_utf8_lossy(&said).into_owned());
    assert!(
        output.status.success() && said[0].contains("1 passed"),
        "`{name}` needs a mount namespace: run it as root, or where users may make namespaces\n{}",
        said.concat()
    );
}

/// A disk, and the folder where it is mounted.
pub(crate) struct Disk(TempDir);

impl Disk {
    /// An empty one of so many megabytes.
    pub(crate) fn new(megabytes: usize) -> Self {
        let disk = Self(TempDir::new().expect("a temporary folder"));
        disk.mount(&format!("size={megabytes}m"));
        disk
    }

    /// The path of a file on it.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// The path of the ledger on it, as settings have it.
    pub(crate) fn ledger(&self) -> String {
        self.path("ledger.db").display().to_string()
    }

    /// Becomes larger.
    pub(crate) fn grow(&self, megabytes: usize) {
        self.mount(&format!("remount,size={megabytes}m"));
    }

    /// Nothing can be written any more.
    pub(crate) fn read_only(&self) {
        self.mount("remount,ro");
    }

    /// It can again.
    pub(crate) fn writable(&self) {
        self.mount("remount,rw");
    }

    /// Another program takes whatever room is left.
    pub(crate) fn fill(&self) {
        let mut file = OpenOptions::new().append(true).create(true).open(self.path("others"));
        let file = file.as_mut().expect("a name takes no room");
        loop {
            match file.write_all(&[0; 4096]) {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::StorageFull => return,
                Err(error) => panic!("the disk can be written to: {error}"),
            }
        }
    }

    /// The other program gives it back.
    pub(crate) fn make_room(&self) {
        fs::remove_file(self.path("others")).expect("it is there");
    }

    fn mount(&self, options: &str) {
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", options, "tmpfs"])
            .arg(self.0.path())
            .status();
        assert!(mounted.expect("`mount` is there").success(), "mount -o {options}");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0.path()).status();
    }
}
