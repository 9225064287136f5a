//! Names that are made of what they name: the same campaign and reader, the
//! same bytes, always have the same one. So a mail server's log can settle a
//! doubt, and a preview has the bytes that will be sent.

use sha2::{Digest, Sha256};

use super::hex;
use crate::address::Address;
use crate::token::{self, Token, Tokens, hexadecimal};

/// Longest readable piece of a name.
const SLUG_MAX: usize = 40;

/// The Message-ID of one reader's mail, in angle brackets (RFC 5322 §3.6.4):
/// unique to campaign and recipient. The address cannot be read from it, and
/// nobody can make it who has not the project's key: a bounce proves itself by it.
pub fn message_id(
    tokens: &Tokens,
    campaign_id: &str,
    recipient: &Address,
    sender_domain: &str,
) -> String {
    let token = hexadecimal(&tokens.in_message_id(campaign_id, &recipient.key()));
    match slug(campaign_id) {
        slug if slug.is_empty() => format!("<{token}@{sender_domain}>"),
        slug => format!("<{token}.{slug}@{sender_domain}>"),
    }
}

/// The token in a Message-ID, if it has one. What stands behind it is for
/// people: no secret, and no proof.
pub fn token_in(id: &str) -> Option<Token> {
    let token = id.strip_prefix('<')?.get(..32)?.to_ascii_lowercase();
    let behind = id.as_bytes().get(33)?;
    token::parse(&token).filter(|_| matches!(behind, b'.' | b'@'))
}

/// A list's identifier (RFC 2919): its name as a label under the sender's
/// domain. It does not change from campaign to campaign, so that readers'
/// filters keep working.
pub(super) fn list_id(list_name: &str, sender_domain: &str) -> String {
    let label = match slug(list_name) {
        slug if slug.is_empty() => format!("list-{}", &hash(&["list", list_name])[..8]),
        slug => slug,
    };
    format!("{label}.{sender_domain}")
}

/// By which Gmail counts complaints (`Feedback-ID`): the campaign, the kind of mail, and the
/// sender, who is the same in all campaigns.
/// Source: <https://support.google.com/a/answer/6254652>.
pub(super) fn feedback_id(campaign_id: &str, sender_domain: &str) -> String {
    let campaign = match slug(campaign_id) {
        slug if slug.is_empty() => hash(&["campaign", campaign_id])[..12].to_owned(),
        slug => slug,
    };
    format!("{campaign}:newsletter:{}", &hash(&["sender", sender_domain])[..12])
}

/// Sixteen characters for a campaign's MIME boundaries.
pub(super) fn boundary(campaign_id: &str) -> String {
    hash(&["boundary", campaign_id])[..16].to_owned()
}

/// The identifier of an event (RFC 5545 §3.8.4.7), the same in every mail of a campaign.
pub(super) fn event_id(campaign_id: &str, title: &str, start: i64, sender_domain: &str) -> String {
    format!("{}@{sender_domain}", hash(&["event", campaign_id, title, &start.to_string()]))
}

/// Letters, digits and single hyphens of a text, in lower case.
pub(super) fn slug(text: &str) -> String {
    let mut slug = String::with_capacity(SLUG_MAX);
    for c in text.chars() {
        if slug.len() == SLUG_MAX {
            break;
        } else if c.is_ascii_alphanumeric() {
            slug.push(c.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.truncate(slug.trim_end_matches('-').len());
    slug
}

/// Half of a SHA-256 over parts that cannot flow into each other.
fn hash(parts: &[&str]) -> String {
    let mut sha = Sha256::new();
    for part in parts {
        sha.update(part);
        sha.update([0]);
    }
    hex::lower(&sha.finalize()[..16])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(campaign: &str, address: &str) -> String {
        let address = Address::parse(address).expect("an address");
        message_id(&Tokens::new(&[1; 32]), campaign, &address, "news.example.org")
    }

    #[test]
    fn a_message_id_is_one_readers_and_one_campaigns_and_always_the_same() {
        let ann = id("spring 2026", "ann@example.org");
        assert_eq!(ann, id("spring 2026", "ann@example.org"));
        assert_eq!(ann, id("spring 2026", "Ann@Example.org"), "one reader, however it is typed");
        assert_ne!(ann, id("spring 2026", "bea@example.org"));
        assert_ne!(ann, id("spring-2026", "ann@example.org"), "though the slug is the same");
        assert!(ann.ends_with(".spring-2026@news.example.org>"), "{ann}");
        assert!(!ann.contains("ann"), "{ann}");
    }

    #[test]
    fn the_token_in_an_id_is_read_and_that_of_others_is_nobodys() {
        let tokens = Tokens::new(&[1; 32]);
        let own = tokens.of("spring 2026", "ann@example.org");
        let ann = id("spring 2026", "ann@example.org");
        for as_returned in [ann.clone(), ann.to_uppercase(), ann.replace(".spring-2026", "")] {
            let token = token_in(&as_returned).expect("there is one");
            assert_eq!(tokens.behind_message_id(token), own, "{as_returned}");
        }
        let forged = message_id(
            &Tokens::new(b"a guess"),
            "spring 2026",
            &Address::parse("ann@example.org").expect("an address"),
            "news.example.org",
        );
        assert_ne!(tokens.behind_message_id(token_in(&forged).expect("a token")), own);
        for none in ["", "<x@example.org>", &ann[1..], &ann.replace('.', ""), &"é".repeat(40)] {
            assert_eq!(token_in(none), None, "{none}");
        }
    }

    #[test]
    fn an_id_is_made_of_characters_that_every_server_takes() {
        for campaign in ["", "весна", "a>\r\nBcc: x@example.org", &"x".repeat(500)] {
            let id = id(campaign, "\"o d d\"@example.org");
            let inner = id.trim_matches(['<', '>']);
            assert!(id.len() < 120, "{id}");
            assert!(
                inner.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.@".contains(&b)),
                "{id}"
            );
            assert!(!inner.contains("..") && !inner.contains(".@"), "{id}");
        }
    }

    #[test]
    fn a_list_keeps_its_id_and_a_name_without_latin_letters_has_one_too() {
        assert_eq!(list_id("River Path News", "example.org"), "river-path-news.example.org");
        let cyrillic = list_id("Новости", "example.org");
        assert!(cyrillic.starts_with("list-") && cyrillic.ends_with(".example.org"), "{cyrillic}");
        assert_ne!(cyrillic, list_id("Вести", "example.org"));
    }
}
