//! Addresses as the envelope needs them (RFC 5321 §4.1.2), and mailboxes: an
//! address with a display name (RFC 5322 §3.4).
//!
//! An [`Address`] was parsed: its domain is lower-case A-labels, its local
//! part is a dot-atom or a quoted string, and nothing in it can end a line.
//! What people write is forgiven (`Ann <ann@x.org>`, `mailto:`, spaces around);
//! what cannot be delivered is refused with a reason.

mod fault;
mod identity;

use std::fmt;

pub use fault::AddressError;

/// Longest local part, in octets (RFC 5321 §4.5.3.1.1).
const LOCAL_MAX: usize = 64;
/// Longest path without its angle brackets (RFC 5321 §4.5.3.1.3).
const ADDRESS_MAX: usize = 254;
/// Longest label of a domain (RFC 1035 §2.3.4).
const LABEL_MAX: usize = 63;

/// An address that can stand in an SMTP envelope.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Address {
    text: String,
    at: usize,
}

impl Address {
    /// Reads an address as nearly all are: ASCII letters, digits and `._-+`, and nothing around
    /// it. It costs one look at each byte; what it does not take may still be an address.
    pub(crate) fn plain(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let at = bytes.iter().position(|byte| *byte == b'@')?;
        let (local, domain) = (&bytes[..at], &bytes[at + 1..]);
        let is_letter =
            |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+');
        let fits = local.len() <= LOCAL_MAX && bytes.len() <= ADDRESS_MAX;
        if !fits || !local.first()?.is_ascii_alphanumeric() || local.last() == Some(&b'.') {
            return None;
        }
        let mut before = b'.';
        for &byte in local {
            if !is_letter(byte) && (byte != b'.' || before == b'.') {
                return None;
            }
            before = byte;
        }
        let (mut labels, mut length, mut is_number, mut before) = (1, 0, true, b'.');
        for &byte in domain {
            match byte {
                b'.' if matches!(before, b'.' | b'-') => return None,
                b'.' => (labels, length, is_number) = (labels + 1, 0, true),
                b'-' if matches!(before, b'.' | b'-') => return None,
                b'-' => (length, is_number) = (length + 1, false),
                _ if byte.is_ascii_alphanumeric() => {
                    (length, is_number) = (length + 1, is_number && byte.is_ascii_digit());
                }
                _ => return None,
            }
            if length > LABEL_MAX {
                return None;
            }
            before = byte;
        }
        if labels < 2 || is_number || before == b'-' {
            return None;
        }
        let mut text = text.to_owned();
        text[at + 1..].make_ascii_lowercase();
        Some(Self { text, at })
    }

    /// Reads a bare address, forgiving white space around it and a leading
    /// `mailto:`. The domain becomes A-labels (RFC 5891); a local part outside
    /// ASCII is kept and needs a server with SMTPUTF8 (RFC 6531).
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let text = trim(text);
        let text = match text.get(..7) {
            Some(scheme) if scheme.eq_ignore_ascii_case("mailto:") => &text[7..],
            _ => text,
        };
        if text.is_empty() {
            return Err(AddressError::Empty);
        }
        if text.chars().any(|c| c.is_control() || is_bidi_control(c)) {
            return Err(AddressError::ControlCharacter);
        }
        let at = text.rfind('@').ok_or(AddressError::NoAt)?;
        let (local, domain) = (&text[..at], &text[at + 1..]);
        check_local(local)?;
        let domain = ascii_domain(domain)?;
        let text = format!("{local}@{domain}");
        if text.len() > ADDRESS_MAX {
            return Err(AddressError::TooLong);
        }
        Ok(Self { at: local.len(), text })
    }

    /// The whole address, as the envelope has it.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What stands before the `@`.
    pub fn local(&self) -> &str {
        &self.text[..self.at]
    }

    /// What stands after the `@`: lower-case A-labels.
    pub fn domain(&self) -> &str {
        &self.text[self.at + 1..]
    }

    /// The address in lower case: what the ledger stores it under, and what a reader's tokens are
    /// made of. It stays as it is, whatever counts as one reader: links in old mails hang on it.
    pub fn key(&self) -> String {
        self.text.to_lowercase()
    }

    /// What makes two addresses the same reader, however they are spelled: without regard to
    /// case, to quotes that need not be there, and to how letters are composed (NFC).
    pub fn identity(&self) -> String {
        let key = self.key();
        identity::of(&key).unwrap_or(key)
    }

    /// The identity of an address that was stored under a key; nothing where that is plain.
    pub(crate) fn identity_of_key(key: &str) -> Option<String> {
        identity::of(key)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// An address with the name of whom it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mailbox {
    /// The display name, in any script, without quotes.
    pub name: Option<String>,
    /// The address.
    pub address: Address,
}

impl Mailbox {
    /// Reads `ann@x.org`, `Ann <ann@x.org>` or `"Levin, Ann" <ann@x.org>`.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        if let Some(address) = Address::plain(text) {
            return Ok(Self { name: None, address });
        }
        let text = trim(text);
        if text.chars().any(|c| matches!(c, '\n' | '\r' | '\0')) {
            return Err(AddressError::ControlCharacter);
        }
        let Some(open) = text.rfind('<').filter(|_| text.ends_with('>')) else {
            if looks_like_several(text) {
                return Err(AddressError::Several);
            }
            return Ok(Self { name: None, address: Address::parse(text)? });
        };
        let name = text[..open].trim();
        if name.contains(['<', '>']) || (name.contains('@') && name.contains([',', ';'])) {
            return Err(AddressError::Several);
        }
        let address = Address::parse(&text[open + 1..text.len() - 1])?;
        let name: String = name
            .trim_matches('"')
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .filter(|c| !is_bidi_control(*c) && *c != '\\')
            .collect();
        let name = name.trim();
        Ok(Self { name: (!name.is_empty()).then(|| name.to_owned()), address })
    }
}

fn check_local(local: &str) -> Result<(), AddressError> {
    if local.len() > LOCAL_MAX {
        return Err(AddressError::LocalTooLong);
    }
    if is_quoted_string(local) {
        return Ok(());
    }
    if local.chars().any(char::is_whitespace) {
        return Err(AddressError::WhiteSpace);
    }
    if local.contains('@') {
        return Err(AddressError::ManyAts);
    }
    let atoms_are_full = local.split('.').all(|atom| !atom.is_empty());
    if atoms_are_full && local.chars().all(|c| c == '.' || is_atext(c)) {
        Ok(())
    } else {
        Err(AddressError::Local)
    }
}

/// `atext` of RFC 5322 §3.2.3, and letters beyond ASCII (RFC 6531 §3.3).
fn is_atext(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || "!#$%&'*+-/=?^_`{|}~".contains(c)
        || (!c.is_ascii()
            && !c.is_whitespace()
            && !is_invisible(c)
            && c != char::REPLACEMENT_CHARACTER)
}

/// `Quoted-string` of RFC 5321 §4.1.2: printable ASCII, quotes and
/// backslashes escaped.
fn is_quoted_string(local: &str) -> bool {
    let Some(inner) = local.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
        return false;
    };
    let mut escaped = false;
    for c in inner.chars() {
        if !(' '..='~').contains(&c) || (c == '"' && !escaped) {
            return false;
        }
        escaped = c == '\\' && !escaped;
    }
    !inner.is_empty() && !escaped
}

fn ascii_domain(domain: &str) -> Result<String, AddressError> {
    if domain.chars().any(char::is_whitespace) {
        return Err(AddressError::WhiteSpace);
    }
    // The fast road: most lists are all ASCII, and IDNA costs a microsecond.
    let ascii = if domain.is_ascii() && !domain.contains("xn--") {
        domain.to_ascii_lowercase()
    } else {
        idna::domain_to_ascii_strict(domain).map_err(|_| AddressError::Domain)?
    };
    let label_is_valid = |label: &str| {
        (1..=LABEL_MAX).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    if !ascii.split('.').all(label_is_valid) {
        return Err(AddressError::Domain);
    }
    if !ascii.contains('.') {
        return Err(AddressError::DomainWithoutDot);
    }
    // An all-digit top-level domain does not exist; `1.2.3.4` is a slip.
    if ascii.rsplit('.').next().is_some_and(|top| top.bytes().all(|b| b.is_ascii_digit())) {
        return Err(AddressError::Domain);
    }
    Ok(ascii)
}

fn looks_like_several(text: &str) -> bool {
    !text.starts_with('"') && text.contains([';', ',', ' ']) && text.matches('@').count() > 1
}

/// Takes off what stands around an address: white space, and the marks
/// nobody sees that come along from a chat or a right-to-left document.
fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || is_bidi_control(c) || is_invisible(c))
}

/// Characters that show nothing: soft hyphens, direction marks, joiners and spaces of no width,
/// fillers, selectors, tags (`Default_Ignorable_Code_Point` of Unicode 16, UAX #44), and the
/// empty Braille pattern. Inside an address they make another one that looks the same.
pub fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Characters that reorder the text around them (UAX #9): embeddings,
/// overrides and isolates. Marks (U+200E, U+200F) are harmless and stay.
pub fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> String {
        Mailbox::parse(text)
            .map_or_else(|why| why.to_string(), |mailbox| mailbox.address.to_string())
    }

    #[test]
    fn the_short_way_to_an_address_leads_where_the_long_one_does() {
        for text in [
            "ann@example.org",
            "Ann.Lee+news_1-2@Mail.Example.ORG",
            "1@2.example",
            "a@b.c",
            "ann@example",
            "ann@.example.org",
            "ann@example..org",
            "ann@-example.org",
            "ann@example-.org",
            "ann@example.org-",
            "ann@example.org.",
            "ann@127.0.0.1",
            "ann@xn--bcher-kva.example",
            "ann..lee@example.org",
            ".ann@example.org",
            "ann.@example.org",
            "-ann@example.org",
            "a@b@example.org",
            "@example.org",
            "ann@",
            "ann",
            "",
            &format!("{}@example.org", "x".repeat(64)),
            &format!("{}@example.org", "x".repeat(65)),
            &format!("ann@{}.org", "x".repeat(63)),
            &format!("ann@{}.org", "x".repeat(64)),
            &format!("ann@{}org", "x.".repeat(130)),
        ] {
            if let Some(address) = Address::plain(text) {
                assert_eq!(Address::parse(text).as_ref(), Ok(&address), "{text}");
                assert_eq!(address.domain(), text[address.at + 1..].to_ascii_lowercase());
            }
        }
        let plain = |text| Address::plain(text).is_some();
        assert!(
            plain("Ann.Lee+news_1-2@Mail.Example.ORG") && plain("a@b.c") && plain("1@2.example")
        );
    }

    #[test]
    fn what_people_write_is_forgiven() {
        assert_eq!(parsed(" Ann@Example.ORG "), "Ann@example.org");
        assert_eq!(parsed("Maya Levin <maya@example.org>"), "maya@example.org");
        assert_eq!(parsed("\"Levin, Maya\" <maya@example.org>"), "maya@example.org");
        assert_eq!(parsed("mailto:ok12@example.org"), "ok12@example.org");
        assert_eq!(parsed("ok9@bücher.example"), "ok9@xn--bcher-kva.example");
        assert_eq!(parsed("δοκιμή@παράδειγμα.test"), "δοκιμή@xn--hxajbheg2az3al.test");
        assert_eq!(parsed("\"quoted local\"@example.org"), "\"quoted local\"@example.org");
        assert_eq!(parsed("\u{202a}a@example.org\u{202c}\u{200f}"), "a@example.org");
        assert_eq!(parsed("Ann <\u{200b}a@example.org>\u{feff}"), "a@example.org");
    }

    #[test]
    fn what_cannot_be_delivered_is_refused_with_its_reason() {
        let cases = [
            ("", AddressError::Empty),
            ("not-an-address", AddressError::NoAt),
            ("two@at@example.org", AddressError::ManyAts),
            ("trailing.dot.@example.org", AddressError::Local),
            ("a@b", AddressError::DomainWithoutDot),
            ("x@example.org\nBcc: y@example.com", AddressError::ControlCharacter),
            ("ok10@example.org ;ok11@example.org", AddressError::Several),
            ("ok13@exam ple.org", AddressError::WhiteSpace),
            ("ok14@example..org", AddressError::Domain),
            ("ok15@-example.org", AddressError::Domain),
            ("a\u{202e}b@example.org", AddressError::ControlCharacter),
            ("a@127.0.0.1", AddressError::Domain),
            ("a\u{200b}b@example.org", AddressError::Local),
            ("a\u{fffd}b@example.org", AddressError::Local),
        ];
        for (text, why) in cases {
            assert_eq!(Mailbox::parse(text).err(), Some(why), "{text:?}");
        }
        let long = format!("{}@example.org", "x".repeat(65));
        assert_eq!(Mailbox::parse(&long).err(), Some(AddressError::LocalTooLong));
    }
}
