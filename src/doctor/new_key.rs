//! A new key for DKIM: the private half into a file that only its owner may
//! read, the public half as the record that belongs into DNS.

use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rsa::PrivateKey;
use rsa::pkcs8::{EncodePrivateKey, LineEnding};
use zeroize::Zeroizing;

use super::key::record;
use crate::address::Address;
use crate::clock::{self, Chance};
use crate::files;
use crate::finding::{Checked, Finding};
use crate::message::Signer;
use crate::workshop::write_private;

/// How long a new RSA key is: longer ones do not fit into DNS everywhere, and
/// need not be verified (RFC 8301 §3.2).
const RSA_BITS: usize = 2048;
/// What stands before the 32 bytes of an Ed25519 key in PKCS#8 (RFC 8410 §7).
const ED25519_PREFIX: [u8; 16] =
    [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
/// The longest string in a TXT record (RFC 1035 §3.3.14).
const STRING_MAX: usize = 255;

/// The kind of a key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum KeyType {
    /// Understood by every receiver.
    #[default]
    Rsa,
    /// Shorter and faster, and not yet understood by all: beside one of RSA (RFC 8463).
    Ed25519,
}

/// A key that was made, and what belongs into DNS for it.
#[derive(Debug)]
pub struct NewKey {
    /// The domain that signs, in A-labels.
    pub domain: String,
    /// Where in DNS: `SELECTOR._domainkey.DOMAIN`.
    pub name: String,
    /// What stands there: `v=DKIM1; …`.
    pub value: String,
}

impl NewKey {
    /// The record as a line of a zone file, in strings as long as they may be.
    pub fn zone_line(&self) -> String {
        let strings: Vec<String> = self
            .value
            .as_bytes()
            .chunks(STRING_MAX)
            .map(|piece| format!("\"{}\"", String::from_utf8_lossy(piece)))
            .collect();
        format!("{}. IN TXT ( {} )", self.name, strings.join(" "))
    }
}

/// Makes a key and writes it to a file that is not there yet.
pub fn make(kind: KeyType, domain: &str, selector: &str, file: &Path) -> Checked<NewKey> {
    let name = Address::parse(&format!("key@{}", domain.trim_end_matches('.')));
    let domain = name.map_err(|_| wrong_name(domain))?.domain().to_owned();
    let name = format!("{selector}._domainkey.{domain}");
    if !is_selector(selector) || name.len() > 253 {
        return Err(wrong_name(selector).into());
    }
    let pem = match kind {
        KeyType::Rsa => rsa_key(),
        KeyType::Ed25519 => ed25519_key(),
    };
    // What our own signer does not take is not handed out.
    let public = Signer::new(&domain, selector, pem.as_bytes()).map(|signer| signer.public_key());
    let value = public.ok().as_ref().and_then(record).expect("a fresh key can sign");
    write_private(file, pem.as_bytes()).map_err(|error| unwritten(file, &error))?;
    Ok(NewKey { domain, name, value })
}

/// Where a key is kept if nothing else is said, in a project.
pub fn usual_file(selector: &str) -> PathBuf {
    Path::new(".handbill").join(format!("dkim-{selector}.pem"))
}

fn rsa_key() -> Zeroizing<String> {
    let key = PrivateKey::new(&mut Chance, RSA_BITS).expect("there are primes of that length");
    key.to_pkcs8_pem(LineEnding::LF).expect("a key can be written down")
}

fn ed25519_key() -> Zeroizing<String> {
    let seed = Zeroizing::new(clock::random_secret());
    let mut der = Zeroizing::new(Vec::with_capacity(ED25519_PREFIX.len() + seed.len()));
    der.extend_from_slice(&ED25519_PREFIX);
    der.extend_from_slice(&*seed);
    let base64 = Zeroizing::new(STANDARD.encode(&*der));
    Zeroizing::new(format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", *base64))
}

/// Labels of letters, digits and hyphens (RFC 6376 §3.1): it becomes a file's name too.
fn is_selector(text: &str) -> bool {
    text.split('.').all(|label| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
            && !label.starts_with('-')
            && !label.ends_with('-')
    })
}

fn wrong_name(name: &str) -> Finding {
    Finding::error(
        "wrong-name",
        format!("`{}` cannot stand in DNS", super::shown(name)),
        "write it as in `handbill doctor --new-key example.org news`: a domain, then a selector of letters, digits and hyphens",
    )
}

fn unwritten(file: &Path, error: &std::io::Error) -> Finding {
    let shown = file.display();
    if error.kind() == std::io::ErrorKind::AlreadyExists {
        return Finding::error(
            "key-exists",
            format!("there is a file `{shown}` already, and it may be a key in use"),
            "take another selector, or another file with `-o`",
        );
    }
    Finding::error(
        "unwritable-file",
        format!("cannot write `{shown}`: {}", files::plain(error)),
        "check the folder, and that you may write there",
    )
}
