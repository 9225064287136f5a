//! DKIM signatures (RFC 6376, RFC 8463): they go over the final bytes, and
//! stand before them. By mail-auth; the moment of signing (`t=`) is its own clock's.

use mail_auth::common::crypto::{Ed25519Key, RsaKey, Sha256, SigningKey};
use mail_auth::common::headers::HeaderWriter;
use mail_auth::dkim::{DkimSigner, Done};
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;

/// What is signed (RFC 6376 §5.4.1, RFC 8058 §4). A name that stands here once
/// more than in the mail cannot be added to it by somebody else who sends it
/// again (RFC 6376 §8.15): neither another reader or subject, nor another way
/// to leave. What lists and servers add by right is not among those.
const HEADERS: [&str; 23] = [
    "From",
    "From",
    "To",
    "To",
    "Cc",
    "Subject",
    "Subject",
    "Date",
    "Date",
    "Message-ID",
    "Message-ID",
    "Reply-To",
    "Reply-To",
    "MIME-Version",
    "Content-Type",
    "Content-Type",
    "Content-Transfer-Encoding",
    "List-Id",
    "List-Unsubscribe",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "List-Unsubscribe-Post",
    "Feedback-ID",
];

/// Signs mails with one key.
pub struct Signer {
    key: Key,
    public: PublicKey,
}

/// The public half of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublicKey {
    /// `RSAPublicKey` in DER (PKCS#1).
    Rsa(Vec<u8>),
    /// 32 bytes.
    Ed25519(Vec<u8>),
}

enum Key {
    Rsa(DkimSigner<RsaKey<Sha256>, Done>),
    Ed25519(DkimSigner<Ed25519Key, Done>),
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Signer(…)")
    }
}

impl Signer {
    /// Takes a private key in PEM, PKCS#8 or PKCS#1; the error says what is
    /// wrong with it, and never repeats it.
    pub fn new(domain: &str, selector: &str, pem: &[u8]) -> Result<Self, &'static str> {
        let der = PrivateKeyDer::from_pem_slice(pem)
            .map_err(|_| "it holds no private key in PEM (`-----BEGIN PRIVATE KEY-----`)")?;
        if let PrivateKeyDer::Pkcs8(der) = &der
            && let Ok(key) = Ed25519Key::from_pkcs8_maybe_unchecked_der(der.secret_pkcs8_der())
        {
            let public = PublicKey::Ed25519(key.public_key());
            return Ok(Self { key: Key::Ed25519(signer(key, domain, selector)), public });
        }
        let key = RsaKey::<Sha256>::from_key_der(der)
            .map_err(|_| "its key is neither RSA, of 2048 bits or more, nor Ed25519")?;
        let public = PublicKey::Rsa(key.public_key());
        Ok(Self { key: Key::Rsa(signer(key, domain, selector)), public })
    }

    /// What has to stand in DNS for who verifies.
    pub fn public_key(&self) -> PublicKey {
        self.public.clone()
    }

    /// The signature's header over a message, with its CRLF.
    pub fn signature(&self, message: &[u8]) -> String {
        let signed = match &self.key {
            Key::Rsa(signer) => signer.sign(message),
            Key::Ed25519(signer) => signer.sign(message),
        };
        signed.expect("a message has headers, and the key is sound").to_header()
    }
}

/// Puts the signatures of all keys before a message. Each goes over the
/// message as it was: none depends on another.
pub(super) fn sign(signers: &[Signer], message: &mut Vec<u8>) {
    if signers.is_empty() {
        return;
    }
    let headers: String = signers.iter().map(|signer| signer.signature(message)).collect();
    message.splice(0..0, headers.into_bytes());
}

fn signer<K: SigningKey>(key: K, domain: &str, selector: &str) -> DkimSigner<K, Done> {
    DkimSigner::from_key(key).domain(domain).selector(selector).headers(HEADERS)
}
