//! The token in a link of confirmation. It holds all that was filled in, so that nothing of
//! people is kept who never confirm; sealed, so that nobody can make one and no proxy's log
//! shows an address.
//!
//! An HMAC over the content is the proof and, as in RFC 5297 (SIV), what the content is
//! covered with: HMACs over it and a counter, by another key, are the cover's blocks. Nothing
//! here hangs on a random number, and the same content always has the same token.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::sign_up::SignUp;
use crate::address::Address;

/// How long a link works, in seconds: a week.
pub const LIFETIME: i64 = 7 * 86_400;
/// The bytes of the proof.
const PROOF: usize = 16;
/// The longest token that is looked at. Ours are shorter: fields are few, and short.
const TOKEN_MAX: usize = 8 << 10;

/// Makes and opens tokens with a project's secret key.
#[derive(Clone)]
pub struct Seal {
    proof: Hmac<Sha256>,
    cover: Hmac<Sha256>,
}

/// What a token holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opened {
    /// Somebody's wish, not too old.
    Right(SignUp),
    /// Somebody's wish of more than a week ago.
    Expired,
    /// Nothing: it was made by somebody else, or cut.
    Nothing,
}

impl Seal {
    /// With a key of any length, from which both keys are derived. What unsubscribe tokens are
    /// made of has a NUL in it, so neither is one of them.
    pub fn new(key: &[u8]) -> Self {
        let of = |key: &[u8]| -> Hmac<Sha256> {
            Hmac::new_from_slice(key).expect("HMAC takes keys of any length")
        };
        let derived = |label: &[u8]| of(&of(key).chain_update(label).finalize().into_bytes());
        Self { proof: derived(b"subscribe: proof"), cover: derived(b"subscribe: cover") }
    }

    /// The token of a wish.
    pub fn close(&self, sign_up: &SignUp) -> String {
        let SignUp { address, fields, asked_at } = sign_up;
        let mut bytes = serde_json::to_vec(&(asked_at, address.as_str(), fields))
            .expect("numbers and texts are JSON");
        let proof = self.proof.clone().chain_update(&bytes).finalize().into_bytes();
        let mut token = proof[..PROOF].to_vec();
        self.covers(&token, &mut bytes);
        token.append(&mut bytes);
        BASE64_URL_SAFE_NO_PAD.encode(token)
    }

    /// What a token holds at a moment.
    pub fn open(&self, token: &str, now: i64) -> Opened {
        let sign_up = self.content(token);
        match sign_up {
            None => Opened::Nothing,
            Some(sign_up) if now.saturating_sub(sign_up.asked_at) > LIFETIME => Opened::Expired,
            Some(sign_up) => Opened::Right(sign_up),
        }
    }

    fn content(&self, token: &str) -> Option<SignUp> {
        if token.len() > TOKEN_MAX {
            return None;
        }
        let token = BASE64_URL_SAFE_NO_PAD.decode(token).ok()?;
        let (proof, covered) = token.split_at_checked(PROOF)?;
        let mut bytes = covered.to_vec();
        self.covers(proof, &mut bytes);
        // It takes as long for a wrong one, however much of it is right.
        self.proof.clone().chain_update(&bytes).verify_truncated_left(proof).ok()?;
        let (asked_at, email, fields): (i64, String, _) = serde_json::from_slice(&bytes).ok()?;
        Some(SignUp { address: Address::parse(&email).ok()?, fields, asked_at })
    }

    /// Covers what is bare, and uncovers what is covered.
    fn covers(&self, proof: &[u8], bytes: &mut [u8]) {
        for (number, piece) in (0_u32..).zip(bytes.chunks_mut(32)) {
            let mac = self.cover.clone().chain_update(proof).chain_update(number.to_be_bytes());
            for (byte, cover) in piece.iter_mut().zip(mac.finalize().into_bytes()) {
                *byte ^= cover;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(asked_at: i64) -> SignUp {
        let address = Address::parse("ann@example.org").expect("valid");
        let fields =
            vec![("First name".into(), "Ann \"Ü\" 🌊".repeat(9)), ("Town".into(), "Y".into())];
        SignUp { address, fields, asked_at }
    }

    #[test]
    fn a_token_holds_what_was_filled_in_for_a_week_and_shows_nothing_of_it() {
        let seal = Seal::new(&[1; 32]);
        let token = seal.close(&wish(1000));
        assert_eq!(seal.open(&token, 1000 + LIFETIME), Opened::Right(wish(1000)));
        assert_eq!(seal.open(&token, 1001 + LIFETIME), Opened::Expired);
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        assert!(token.chars().all(is_plain), "{token}");
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(&token).expect("base64");
        assert!(!String::from_utf8_lossy(&bytes).contains("ann"));
        assert_ne!(token[..9], seal.close(&wish(1001))[..9]);
        assert_eq!(token, seal.close(&wish(1000)));
    }

    #[test]
    fn what_was_cut_changed_or_made_with_another_key_holds_nothing() {
        let seal = Seal::new(&[1; 32]);
        let token = seal.close(&wish(1000));
        assert_eq!(Seal::new(&[2; 32]).open(&token, 1000), Opened::Nothing);
        for at in 0..token.len() {
            let mut forged = token.clone();
            let other = if &token[at..=at] == "A" { "B" } else { "A" };
            forged.replace_range(at..=at, other);
            assert_eq!(seal.open(&forged, 1000), Opened::Nothing, "{at}");
            assert_eq!(seal.open(&token[..at], 1000), Opened::Nothing, "{at}");
        }
        for other in [format!("{token}A"), format!("{token}="), "é".into(), "A".repeat(9000)] {
            assert_eq!(seal.open(&other, 1000), Opened::Nothing, "{other}");
        }
    }
}
