//! Public keys as they stand in DNS (RFC 6376 §3.6.1, RFC 8463 §3).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rsa::pkcs1::{DecodeRsaPublicKey, RsaPublicKeyRef};
use rsa::pkcs8::{EncodePublicKey, SubjectPublicKeyInfoRef};

use crate::message::PublicKey;

/// A key that was read from a record.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Published {
    /// Modulus and exponent, without leading zeros.
    Rsa { modulus: Vec<u8>, exponent: Vec<u8> },
    /// 32 bytes.
    Ed25519(Vec<u8>),
}

impl Published {
    /// Reads `k=` and `p=`; nothing where they are no key.
    pub(super) fn read(kind: &str, text: &str) -> Option<Self> {
        let base64: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
        let bytes = STANDARD.decode(base64).ok()?;
        match kind {
            "ed25519" => (bytes.len() == 32).then_some(Self::Ed25519(bytes)),
            // The standard's words and its examples differ: both forms are out there.
            "rsa" => match SubjectPublicKeyInfoRef::try_from(&bytes[..]) {
                Ok(info) => Self::rsa(info.subject_public_key.as_bytes()?),
                Err(_) => Self::rsa(&bytes),
            },
            _ => None,
        }
    }

    /// The same of a key that signs.
    pub(super) fn of(key: &PublicKey) -> Option<Self> {
        match key {
            PublicKey::Rsa(der) => Self::rsa(der),
            PublicKey::Ed25519(bytes) => Some(Self::Ed25519(bytes.clone())),
        }
    }

    fn rsa(der: &[u8]) -> Option<Self> {
        let key = RsaPublicKeyRef::try_from(der).ok()?;
        let (modulus, exponent) = (key.modulus.as_bytes(), key.public_exponent.as_bytes());
        Some(Self::Rsa { modulus: modulus.to_vec(), exponent: exponent.to_vec() })
    }

    /// How long an RSA key is.
    pub(super) fn rsa_bits(&self) -> Option<usize> {
        match self {
            Self::Rsa { modulus, .. } => {
                let unused = modulus.first().map_or(0, |byte| byte.leading_zeros() as usize);
                Some(modulus.len() * 8 - unused)
            }
            Self::Ed25519(_) => None,
        }
    }
}

/// The name of a kind of key in `k=`.
pub(super) fn kind(key: &PublicKey) -> &'static str {
    match key {
        PublicKey::Rsa(_) => "rsa",
        PublicKey::Ed25519(_) => "ed25519",
    }
}

/// The record's value for a key; nothing if an RSA key cannot be written down.
pub(super) fn record(key: &PublicKey) -> Option<String> {
    let bytes = match key {
        PublicKey::Rsa(der) => {
            rsa::PublicKey::from_pkcs1_der(der).ok()?.to_public_key_der().ok()?.into_vec()
        }
        PublicKey::Ed25519(bytes) => bytes.clone(),
    };
    Some(format!("v=DKIM1; k={}; p={}", kind(key), STANDARD.encode(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_key_is_none() {
        for (kind, text) in [
            ("rsa", ""),
            ("rsa", "AAAA"),
            ("rsa", "MIGfMA0G"),
            ("rsa", "not base64"),
            ("ed25519", "AAAA"),
            ("dsa", "AAAA"),
        ] {
            assert_eq!(Published::read(kind, text), None, "{kind} {text}");
        }
    }

    #[test]
    fn the_standards_own_example_is_read() {
        // RFC 8463 §A.2 and RFC 6376 §3.6.2 (1024 bits).
        let ed = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
        assert!(matches!(Published::read("ed25519", ed), Some(Published::Ed25519(_))));
        let rsa = "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/zYt\
                   IxN2SnFCjxOCKG9v3b4jYfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0\
                   fzfVjH4OuKhitdY9tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB";
        let key = Published::read("rsa", rsa).expect("a key");
        assert_eq!(key.rsa_bits(), Some(1024));
    }
}
