//! How a reader leaves: a link and headers of their own (RFC 2369, RFC 8058).
//! The token in them is the reader's own: nobody can make one for somebody
//! else, and no address stands in a URL.

use crate::address::{Address, Mailbox};
use crate::token::{Tokens, hexadecimal};

/// Makes links and headers for one campaign.
#[derive(Clone)]
pub struct Leave {
    url: Option<String>,
    mailto: Option<Mailbox>,
    tokens: Tokens,
    campaign: String,
}

impl Leave {
    /// For a campaign, with the project's tokens.
    pub fn new(
        url: Option<String>,
        mailto: Option<Mailbox>,
        tokens: Tokens,
        campaign: &str,
    ) -> Self {
        Self { url, mailto, tokens, campaign: campaign.to_owned() }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reader_has_a_token_of_their_own_without_their_address() {
        let mailbox = Mailbox::parse("leave@example.org").ok();
        let leave = Leave::new(
            Some("https://example.org/u/".into()),
            mailbox,
            Tokens::new(&[1; 32]),
            "may",
        );
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
}
