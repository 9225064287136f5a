//! The return path: where a mail's bounces go (`MAIL FROM`, RFC 5321 §4.1.1.2).

use crate::address::Address;
use crate::token::{Tokens, hexadecimal};

/// Gives each reader's mail its return path.
#[derive(Clone, Debug)]
pub struct ReturnPath {
    address: Address,
    own: Option<(Tokens, String)>,
}

impl ReturnPath {
    /// One for all.
    pub fn plain(address: Address) -> Self {
        Self { address, own: None }
    }

    /// For each reader of a campaign one of their own (VERP), by which a bounce is
    /// known whatever else stands in it: `bounces+TOKEN@example.org`. The address
    /// must have room for it.
    pub fn verp(address: Address, tokens: Tokens, campaign: &str) -> Self {
        Self { address, own: Some((tokens, campaign.to_owned())) }
    }

    /// That of a reader's mail.
    pub fn of(&self, reader: &Address) -> Address {
        let Some((tokens, campaign)) = &self.own else { return self.address.clone() };
        let token = hexadecimal(&tokens.in_return_path(campaign, &reader.key()));
        let own = format!("{}+{token}@{}", self.address.local(), self.address.domain());
        Address::parse(&own).expect("the settings were looked at for room")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reader_has_a_return_path_of_their_own_or_all_have_the_same() {
        let address = |text| Address::parse(text).expect("an address");
        let (ann, bob) = (address("ann@example.org"), address("bob@example.org"));
        let bounces = address("bounces@example.org");
        let verp = ReturnPath::verp(bounces.clone(), Tokens::new(&[1; 32]), "may");
        let own = verp.of(&ann);
        assert!(own.as_str().starts_with("bounces+") && own.as_str().ends_with("@example.org"));
        assert_eq!(own.local().len(), "bounces+".len() + 32);
        assert_eq!(own, verp.of(&address("Ann@example.org")));
        assert_ne!(own, verp.of(&bob));
        assert!(!own.as_str().contains("ann"));
        assert_eq!(ReturnPath::plain(bounces.clone()).of(&ann), bounces);
    }
}
