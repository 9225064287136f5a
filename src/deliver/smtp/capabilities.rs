//! What a server says it can do (RFC 5321 §4.1.1.1).

use super::reply::Lines;
use crate::wire::server::Mechanism;

/// The extensions that make a difference to us.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "each is a keyword that was there or was not")]
pub(super) struct Capabilities {
    /// What the server calls itself; nothing where it does not say.
    pub(super) name: String,
    /// Commands may be sent together (RFC 2920).
    pub(super) pipelining: bool,
    /// Sizes may be declared, up to a limit where there is one (RFC 1870).
    pub(super) size: Option<Size>,
    /// Bytes over 127 may stand in a message (RFC 6152).
    pub(super) eight_bit: bool,
    /// UTF-8 may stand in addresses and headers (RFC 6531).
    pub(super) utf8: bool,
    /// The connection may be encrypted (RFC 3207).
    pub(super) starttls: bool,
    /// The ways to log in that we know too (RFC 4954).
    pub(super) auth: Vec<Mechanism>,
}

/// `SIZE`, with its limit in bytes; 0 and nothing mean none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Size {
    pub(super) limit: Option<usize>,
}

impl Capabilities {
    /// Reads the reply to `EHLO`; its first line is a greeting.
    pub(super) fn read(reply: &Lines) -> Self {
        let mut found = Self::default();
        let first = reply.text.first().and_then(|line| line.split_ascii_whitespace().next());
        first.unwrap_or_default().clone_into(&mut found.name);
        for line in reply.text.iter().skip(1) {
            // Old servers wrote `AUTH=LOGIN PLAIN`, and some still do beside the right form.
            let line = line.to_ascii_uppercase().replacen("AUTH=", "AUTH ", 1);
            let mut words = line.split_ascii_whitespace();
            match words.next() {
                Some("PIPELINING") => found.pipelining = true,
                Some("SIZE") => {
                    let limit = words.next().and_then(|word| word.parse().ok());
                    found.size = Some(Size { limit: limit.filter(|limit| *limit > 0) });
                }
                Some("8BITMIME") => found.eight_bit = true,
                Some("SMTPUTF8") => found.utf8 = true,
                Some("STARTTLS") => found.starttls = true,
                Some("AUTH") => found.add_mechanisms(words),
                _ => {}
            }
        }
        found
    }

    /// What is offered and what is not, but for the ways to log in.
    pub(super) fn words(&self) -> (Vec<String>, Vec<String>) {
        let size = match self.size.and_then(|size| size.limit) {
            Some(limit) => format!("SIZE {limit}"),
            None => "SIZE".to_owned(),
        };
        let all = [
            ("PIPELINING".to_owned(), self.pipelining),
            (size, self.size.is_some()),
            ("8BITMIME".to_owned(), self.eight_bit),
            ("SMTPUTF8".to_owned(), self.utf8),
        ];
        let (there, missing): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|(_, is_there)| *is_there);
        let words = |pairs: Vec<(String, bool)>| pairs.into_iter().map(|(word, _)| word).collect();
        (words(there), words(missing))
    }

    fn add_mechanisms<'a>(&mut self, words: impl Iterator<Item = &'a str>) {
        let known = words.filter_map(|word| Mechanism::ALL.into_iter().find(|m| m.name() == word));
        self.auth.extend(known);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capabilities_are_read_in_any_case_and_form() {
        let said = "mail.example.org|pipelining|Size 1000|8BITMIME|AUTH=login X|AUTH PLAIN|DSN";
        let lines = Lines::new(250, said.split('|').map(str::to_owned).collect());
        let found = Capabilities::read(&lines);
        assert_eq!(found.name, "mail.example.org");
        assert_eq!(found.auth, [Mechanism::Login, Mechanism::Plain]);
        assert_eq!(found.size, Some(Size { limit: Some(1000) }));
        assert!(found.pipelining && found.eight_bit && !found.utf8 && !found.starttls);
        let greeting_only = Lines::new(250, vec!["PIPELINING".into(), "SIZE".into()]);
        let found = Capabilities::read(&greeting_only);
        assert_eq!(found.size, Some(Size { limit: None }));
        assert!(!found.pipelining, "a host may be named like an extension");
    }
}
