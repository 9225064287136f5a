//! The outbox: a folder with one `.eml` per recipient, the same bytes that
//! would have gone to a server. It is what `--outbox` writes, and a transport
//! like any other.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::transport::{Envelope, Reply, Transport, Verdict};
use crate::address::Address;
use crate::clock;
use crate::finding::Finding;

/// The longest file name, in bytes: every file system takes it.
const NAME_MAX: usize = 120;
const ENDING: &str = ".eml";

/// Writes every message into a folder, under its recipient's address.
#[derive(Clone, Debug)]
pub struct Outbox {
    dir: PathBuf,
}

impl Outbox {
    /// Writes into this folder, which the first message creates, for its
    /// owner alone. Files of the same recipients are replaced; others stay.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into() }
    }

    /// The file that a recipient's message is written to.
    pub fn file_of(&self, recipient: &Address) -> PathBuf {
        self.dir.join(file_name(recipient))
    }

    fn write(&self, file: &Path, message: &[u8]) -> Result<(), Box<Finding>> {
        create_dir(&self.dir).map_err(|why| unwritable(&self.dir, &why))?;
        // Complete or not there: a name of its own first, then renamed.
        let draft = self.dir.join(format!(".handbill-{:016x}", clock::random_u64()));
        let written = create_file(&draft)
            .and_then(|mut file| file.write_all(message))
            .and_then(|()| std::fs::rename(&draft, file));
        written.map_err(|why| {
            // Whatever is left of it helps nobody; the first error is the one to tell.
            let _ = std::fs::remove_file(&draft);
            unwritable(file, &why)
        })
    }
}

impl Transport for Outbox {
    async fn deliver(&mut self, envelope: &Envelope, message: &[u8]) -> Verdict {
        let file = self.file_of(&envelope.recipient);
        match self.write(&file, message) {
            Ok(()) => Verdict::Sent(Reply::new(250, None, &format!("as `{}`", file.display()))),
            Err(finding) => Verdict::Stop(finding),
        }
    }

    fn is_open(&self) -> bool {
        true
    }

    async fn close(&mut self) {}
}

/// A name that is safe on every file system, and one address's alone.
///
/// An address whose characters are all kept is its own name. Where something
/// was replaced or cut, a hash tells two addresses apart; it stands behind a
/// `+` after the domain, where no address has one.
fn file_name(address: &Address) -> String {
    let text = address.as_str();
    let safe: String = text.char_indices().map(|(at, c)| safe(at, c)).collect();
    if safe == text && safe.len() + ENDING.len() <= NAME_MAX {
        return safe + ENDING;
    }
    let hash = Sha256::digest(text.as_bytes());
    let hash = hash[..5].iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    let hash = format!("{hash:010x}");
    let kept = NAME_MAX - ENDING.len() - hash.len() - 1;
    format!("{}+{hash}{ENDING}", &safe[..safe.len().min(kept)])
}

/// Letters, digits and `._+-@` stay; a leading dot hides a file, and a leading
/// hyphen makes it an option.
fn safe(at: usize, c: char) -> char {
    match c {
        '.' | '-' if at == 0 => '_',
        '.' | '_' | '+' | '-' | '@' => c,
        c if c.is_ascii_alphanumeric() => c,
        _ => '_',
    }
}

fn create_dir(dir: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
}

fn create_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn unwritable(path: &Path, why: &io::Error) -> Box<Finding> {
    Box::new(Finding::error(
        "outbox-not-writable",
        format!("cannot write `{}`: {why}", path.display()),
        "name a folder that can be written to, on a disk with room",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Address {
        Address::parse(text).expect("the tests' addresses are valid")
    }

    fn deliver(outbox: &mut Outbox, recipient: &str, message: &[u8]) -> Verdict {
        let envelope =
            Envelope { return_path: address("news@example.org"), recipient: address(recipient) };
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(outbox.deliver(&envelope, message))
    }

    #[test]
    fn a_file_name_is_safe_and_one_addresses_alone() {
        assert_eq!(file_name(&address("ann.o+a_b@example.org")), "ann.o+a_b@example.org.eml");
        let clash = ["a/b@example.org", "a*b@example.org", "a?b@example.org", "a_b@example.org"];
        let names: std::collections::HashSet<String> =
            clash.iter().map(|text| file_name(&address(text))).collect();
        assert_eq!(names.len(), clash.len(), "{names:?}");
        let long = format!("{}@{}.example.org", "x".repeat(64), "y".repeat(63));
        let odd = ["\"../../x\"@example.org", "-rf@example.org", "δοκιμή@example.org", &long];
        for name in odd.iter().map(|text| file_name(&address(text))).chain(names) {
            assert!(name.len() <= NAME_MAX, "{name}");
            assert!(!name.starts_with(['.', '-']), "{name}");
            let kept = |c: char| c.is_ascii_alphanumeric() || "._+-@".contains(c);
            assert!(name.chars().all(kept), "{name}");
        }
    }

    #[test]
    fn a_message_is_written_whole_and_replaces_the_one_before() {
        let dir = tempfile::tempdir().expect("a folder");
        let mut outbox = Outbox::new(dir.path().join("new/outbox"));
        assert!(matches!(deliver(&mut outbox, "ann@example.org", b"one"), Verdict::Sent(_)));
        std::fs::write(dir.path().join("new/outbox/notes.txt"), "mine").expect("writable");
        assert!(matches!(deliver(&mut outbox, "ann@example.org", b"two\r\n"), Verdict::Sent(_)));
        let file = outbox.file_of(&address("ann@example.org"));
        assert_eq!(std::fs::read(&file).expect("it is there"), b"two\r\n");
        let mut names: Vec<_> = std::fs::read_dir(dir.path().join("new/outbox"))
            .expect("it is there")
            .map(|entry| entry.expect("readable").file_name())
            .collect();
        names.sort();
        assert_eq!(names, ["ann@example.org.eml", "notes.txt"], "nothing half-written stays");
    }

    #[cfg(unix)]
    #[test]
    fn letters_are_for_their_owners_eyes() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().expect("a folder");
        let mut outbox = Outbox::new(dir.path().join("outbox"));
        deliver(&mut outbox, "ann@example.org", b"");
        let mode = |path: &Path| path.metadata().expect("it is there").permissions().mode() & 0o777;
        assert_eq!(mode(&dir.path().join("outbox")), 0o700);
        assert_eq!(mode(&outbox.file_of(&address("ann@example.org"))), 0o600);
    }

    #[test]
    fn an_outbox_that_cannot_be_written_stops_the_run_and_is_named() {
        let dir = tempfile::tempdir().expect("a folder");
        let file = dir.path().join("occupied");
        std::fs::write(&file, "").expect("writable");
        let Verdict::Stop(finding) = deliver(&mut Outbox::new(&file), "ann@example.org", b"x")
        else {
            panic!("a file is no folder");
        };
        assert_eq!(finding.code, "outbox-not-writable");
        assert!(finding.message.contains("occupied"), "{finding:?}");
    }
}
