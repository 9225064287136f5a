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
    key: Vec<u8>,
    campaign: String,
}

impl Leave {
    /// For a campaign, with the project's secret key.
    pub fn new(url: Option<String>, mailto: Option<Mailbox>, key: Vec<u8>, campaign: &str) -> Self {
        Self { url, mailto, key, campaign: campaign.to_owned() }
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

    /// Whether a token is this reader's. It takes as long for a wrong one,
    /// however much of it is right.
    pub fn is_token(&self, reader: &Address, token: &str) -> bool {
        let token: Option<Vec<u8>> = (token.len() == 32 && token.is_ascii())
            .then(|| (0..16).map(|at| u8::from_str_radix(&token[2 * at..2 * at + 2], 16).ok()))
            .and_then(Iterator::collect);
        token.is_some_and(|token| self.mac(reader).verify_truncated_left(&token).is_ok())
    }

    fn mail(&self, token: &str) -> Option<String> {
        let mailbox = self.mailto.as_ref()?;
        Some(format!("mailto:{}?subject=unsubscribe%20{token}", mailbox.address))
    }

    /// 128 bits, in hexadecimal.
    fn token(&self, reader: &Address) -> String {
        let mac = self.mac(reader);
        mac.finalize().into_bytes()[..16].iter().fold(String::with_capacity(32), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }

    fn mac(&self, reader: &Address) -> Hmac<Sha256> {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&self.key).expect("HMAC takes keys of any length");
        mac.update(self.campaign.as_bytes());
        mac.update(&[0]);
        mac.update(reader.key().as_bytes());
        mac
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reader_has_a_token_of_their_own_without_their_address() {
        let mailbox = Mailbox::parse("leave@example.org").ok();
        let leave = Leave::new(Some("https://example.org/u/".into()), mailbox, vec![1; 32], "may");
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
        let token = leave.token(&ann);
        assert!(leave.is_token(&ann, &token) && leave.is_token(&ann, &token.to_uppercase()));
        assert!(!leave.is_token(&bob, &token));
        for forged in ["", &token[1..], &format!("{}0", &token[1..]), &"é".repeat(16)] {
            assert!(!leave.is_token(&ann, forged), "{forged}");
        }
        assert_eq!(
            leave.link(&ann),
            leave.link(&Address::parse("ANN@example.org").expect("valid"))
        );
    }
}
