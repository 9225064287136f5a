//! How a reader leaves: a link and headers of their own (RFC 2369, RFC 8058).
//! The token in them is an HMAC over campaign and address: nobody can make one
//! for somebody else, and no address stands in a URL.

use std::fmt::Write as _;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::address::{Address, Mailbox};

/// Makes links and headers for one campaign.
#[derive(Clone)]
pub struct Leave {
    url: Option<String>,
    mailto: Option<Mailbox>,
    tokens: Tokens,
    campaign: String,
}

impl Leave {
    /// For a campaign, with the project's secret key.
    pub fn new(url: Option<String>, mailto: Option<Mailbox>, key: &[u8], campaign: &str) -> Self {
        Self { url, mailto, tokens: Tokens::new(key), campaign: campaign.to_owned() }
    }

    /// The link in the letter, if there is a way to leave.
    pub fn link(&self, reader: &Address) -> Option<String> {
        let token = self.token(reader);
        self.url.as_ref().map(|url| format!("{url}{token}")).or_else(|| self.mail(&token))
    }

    /// `List-Unsubscribe`, and `List-Unsubscribe-Post` where it may stand:
    /// only with `https` (RFC 8058 §3.1).
    pub fn headers(&self, reader: &Address) -> Vec<(&'static str, String)> {
        let token = self.token(reader);
        let web = self.url.as_ref().map(|url| format!("<{url}{token}>"));
        let mail = self.mail(&token).map(|mail| format!("<{mail}>"));
        let ways: Vec<String> = [web, mail].into_iter().flatten().collect();
        let mut headers = Vec::new();
        if !ways.is_empty() {
            headers.push(("List-Unsubscribe", ways.join(", ")));
        }
        if self.url.as_ref().is_some_and(|url| url.starts_with("https://")) {
            headers.push(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned()));
        }
        headers
    }

    fn mail(&self, token: &str) -> Option<String> {
        let mailbox = self.mailto.as_ref()?;
        Some(format!("mailto:{}?subject=unsubscribe%20{token}", mailbox.address))
    }

    fn token(&self, reader: &Address) -> String {
        hexadecimal(&self.tokens.of(&self.campaign, &reader.key()))
    }
}

/// 128 bits that stand for one reader of one campaign.
pub type Token = [u8; 16];

/// Makes tokens with a project's secret key.
#[derive(Clone)]
pub struct Tokens(Hmac<Sha256>);

impl Tokens {
    /// With a key of any length.
    pub fn new(key: &[u8]) -> Self {
        Self(Hmac::new_from_slice(key).expect("HMAC takes keys of any length"))
    }

    /// The token of a reader, named by what makes an address the same reader.
    pub fn of(&self, campaign: &str, reader: &str) -> Token {
        self.cut(&[campaign.as_bytes(), &[0], reader.as_bytes()])
    }

    /// Tells one key from another without giving any of it away. Every token
    /// is of something with a NUL in it, so this is nobody's.
    pub fn mark(&self) -> Token {
        self.cut(&[b"which key"])
    }

    fn cut(&self, pieces: &[&[u8]]) -> Token {
        let mut mac = self.0.clone();
        for piece in pieces {
            mac.update(piece);
        }
        *mac.finalize().into_bytes().first_chunk().expect("SHA-256 has 256 bits")
    }
}

/// What stands behind the prefix in a reader's link. Links are made with small
/// letters; there is one spelling of each.
pub fn parse_token(text: &str) -> Option<Token> {
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

fn hexadecimal(token: &Token) -> String {
    token.iter().fold(String::with_capacity(32), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reader_has_a_token_of_their_own_without_their_address() {
        let mailbox = Mailbox::parse("leave@example.org").ok();
        let leave = Leave::new(Some("https://example.org/u/".into()), mailbox, &[1; 32], "may");
        let ann = Address::parse("ann@example.org").expect("valid");
        let headers = leave.headers(&ann);
        assert_eq!(headers.len(), 2);
        assert!(
            headers[0].1.starts_with("<https://example.org/u/")
                && headers[0].1.contains(">, <mailto:leave@")
        );
        assert!(!headers[0].1.contains("ann"));
        let bob = Address::parse("bob@example.org").expect("valid");
        assert_ne!(leave.link(&ann), leave.link(&bob));
        assert_eq!(
            leave.link(&ann),
            leave.link(&Address::parse("ANN@example.org").expect("valid"))
        );
    }

    #[test]
    fn a_token_is_read_as_it_was_written_and_nothing_else_is_one() {
        let tokens = Tokens::new(&[1; 32]);
        let token = tokens.of("may", "ann@example.org");
        let text = hexadecimal(&token);
        assert_eq!(parse_token(&text), Some(token));
        let long = format!("{text}0");
        let wrong =
            ["", &text[1..], &long, &text.to_uppercase(), &"é".repeat(16), &"+1".repeat(16)];
        assert!(wrong.iter().all(|text| parse_token(text).is_none()));
        assert_ne!(tokens.mark(), Tokens::new(&[2; 32]).mark());
        assert_ne!(token, Tokens::new(&[2; 32]).of("may", "ann@example.org"));
    }
}
