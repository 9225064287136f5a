//! Tokens: 128 bits that stand for one reader of one campaign, and that only
//! who has the project's key can make. A reader's *own* token stands in the link
//! by which they leave; the Message-ID and the return path of their mail have
//! tokens that are made of it.
//!
//! Those two are seen by more people: a reply quotes the one, mail servers write
//! the other into their logs. So each is the own token under a block cipher with
//! a key of its purpose. Without the keys none tells anything of another; with
//! them each leads back to the own token, so that one index finds all three.

use std::fmt::Write as _;

use aes::Aes128;
use aes::cipher::{Array, BlockCipherDecrypt, BlockCipherEncrypt};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// 128 bits that stand for one reader of one campaign.
pub type Token = [u8; 16];

/// Makes tokens with a project's secret key.
#[derive(Clone, Debug)]
pub struct Tokens {
    own: Hmac<Sha256>,
    message: Aes128,
    back: Aes128,
}

impl Tokens {
    /// With a key of any length.
    pub fn new(key: &[u8]) -> Self {
        let own = Hmac::new_from_slice(key).expect("HMAC takes keys of any length");
        let cipher = |purpose| Aes128::new(&Array::from(cut(&own, &[purpose])));
        let (message, back) = (cipher(b"message-id"), cipher(b"return path"));
        Self { own, message, back }
    }

    /// The own token of a reader, named by what makes an address the same reader.
    pub fn of(&self, campaign: &str, reader: &str) -> Token {
        cut(&self.own, &[campaign.as_bytes(), &[0], reader.as_bytes()])
    }

    /// The token for the Message-ID of their mail.
    pub fn in_message_id(&self, campaign: &str, reader: &str) -> Token {
        encrypted(&self.message, self.of(campaign, reader))
    }

    /// The token for the return path of their mail.
    pub fn in_return_path(&self, campaign: &str, reader: &str) -> Token {
        encrypted(&self.back, self.of(campaign, reader))
    }

    /// The own token behind that of a Message-ID: somebody's, or nobody's.
    pub fn behind_message_id(&self, token: Token) -> Token {
        decrypted(&self.message, token)
    }

    /// The own token behind that of a return path: somebody's, or nobody's.
    pub fn behind_return_path(&self, token: Token) -> Token {
        decrypted(&self.back, token)
    }

    /// Tells one key from another without giving any of it away. Every token is
    /// of something with a NUL in it, so this is nobody's, as little as the keys
    /// of the ciphers are.
    pub fn mark(&self) -> Token {
        cut(&self.own, &[b"which key"])
    }
}

fn cut(mac: &Hmac<Sha256>, pieces: &[&[u8]]) -> Token {
    let mut mac = mac.clone();
    for piece in pieces {
        mac.update(piece);
    }
    *mac.finalize().into_bytes().first_chunk().expect("SHA-256 has 256 bits")
}

fn encrypted(cipher: &Aes128, token: Token) -> Token {
    let mut block = Array::from(token);
    cipher.encrypt_block(&mut block);
    block.into()
}

fn decrypted(cipher: &Aes128, token: Token) -> Token {
    let mut block = Array::from(token);
    cipher.decrypt_block(&mut block);
    block.into()
}

/// A token as it was written. There is one spelling of each, with small letters.
pub fn parse(text: &str) -> Option<Token> {
    let mut token = Token::default();
    let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    if text.len() != 2 * token.len() || !text.bytes().all(is_hex) {
        return None;
    }
    for (at, byte) in token.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16).ok()?;
    }
    Some(token)
}

/// A token as it is written.
pub fn hexadecimal(token: &Token) -> String {
    token.iter().fold(String::with_capacity(32), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_as_it_was_written_and_nothing_else_is_one() {
        let tokens = Tokens::new(&[1; 32]);
        let token = tokens.of("may", "ann@example.org");
        let text = hexadecimal(&token);
        assert_eq!(parse(&text), Some(token));
        let long = format!("{text}0");
        let wrong =
            ["", &text[1..], &long, &text.to_uppercase(), &"é".repeat(16), &"+1".repeat(16)];
        assert!(wrong.iter().all(|text| parse(text).is_none()));
        assert_ne!(tokens.mark(), Tokens::new(&[2; 32]).mark());
        assert_ne!(token, Tokens::new(&[2; 32]).of("may", "ann@example.org"));
    }

    #[test]
    fn each_purpose_has_a_token_of_its_own_that_leads_back_with_the_key_and_only_with_it() {
        let (tokens, others) = (Tokens::new(&[1; 32]), Tokens::new(&[2; 32]));
        let (campaign, ann) = ("may", "ann@example.org");
        let own = tokens.of(campaign, ann);
        let (message, back) =
            (tokens.in_message_id(campaign, ann), tokens.in_return_path(campaign, ann));
        assert!(own != message && own != back && message != back);
        assert_eq!(tokens.behind_message_id(message), own);
        assert_eq!(tokens.behind_return_path(back), own);
        for stranger in [
            tokens.behind_message_id(own),
            tokens.behind_message_id(back),
            tokens.behind_return_path(message),
            others.behind_message_id(message),
            others.behind_return_path(back),
        ] {
            assert_ne!(stranger, own);
        }
        assert_ne!(message, tokens.in_message_id("june", ann));
        assert_ne!(message, tokens.in_message_id(campaign, "bob@example.org"));
    }

    #[test]
    fn links_that_were_sent_stay_what_they_are() {
        // HMAC-SHA256 of `may`, a NUL and the address, by another program.
        let own = Tokens::new(&[1; 32]).of("may", "ann@example.org");
        assert_eq!(hexadecimal(&own), "7f1403d5609f365f2d869ed1a89bf088");
    }

    #[test]
    fn nothing_of_the_key_is_shown() {
        let shown = format!("{:?}", Tokens::new(b"open sesame 1234"));
        assert!(!shown.contains("sesame") && shown.len() < 200, "{shown}");
    }
}
