//! What makes two spellings one reader. RFC 5321 §2.4 lets a server tell `Ann` from `ann`, and
//! `"ann"` is another text than `ann`; yet both are one mailbox everywhere, and people type, export
//! and paste all of them.
//!
//! It is made of the key alone, so that a ledger can make it of what it has stored.

use unicode_normalization::UnicodeNormalization as _;

/// The identity of an address, given its key; nothing where the key is plain, and is its own.
pub(super) fn of(key: &str) -> Option<String> {
    let at = key.rfind('@').unwrap_or(key.len());
    let (local, domain) = key.split_at(at);
    if is_plain(key) {
        return None;
    }
    let local = match unquoted(local) {
        Some(inner) if is_dot_atom(&inner) => inner,
        Some(inner) => quoted(&inner),
        None => local.to_owned(),
    };
    Some(folded(&local) + domain)
}

/// Whether a key can only be spelled as it stands, but for upper case: all of ASCII, and without
/// quotes. This is asked of every row, the rest of hardly any.
fn is_plain(key: &str) -> bool {
    key.is_ascii() && !key.starts_with('"')
}

/// One spelling for what looks alike: composed (NFC), in lower case. A letter in lower case may
/// have another composition. Greek has two small sigmas for the one that people see in capitals.
fn folded(local: &str) -> String {
    if local.is_ascii() {
        return local.to_owned();
    }
    let composed: String = local.nfc().collect();
    composed.to_lowercase().replace('ς', "σ").nfc().collect()
}

/// What a quoted string stands for, its pairs undone (RFC 5322 §3.2.4).
fn unquoted(local: &str) -> Option<String> {
    let inner = local.strip_prefix('"')?.strip_suffix('"')?;
    let (mut text, mut is_escaped) = (String::with_capacity(inner.len()), false);
    for c in inner.chars() {
        is_escaped = c == '\\' && !is_escaped;
        if !is_escaped {
            text.push(c);
        }
    }
    Some(text)
}

/// The one spelling of what cannot stand without quotes.
fn quoted(inner: &str) -> String {
    format!("\"{}\"", inner.replace('\\', "\\\\").replace('"', "\\\""))
}

/// `Dot-string` of RFC 5321 §4.1.2, in ASCII: nothing else stands between quotes.
fn is_dot_atom(text: &str) -> bool {
    let is_atext =
        |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte);
    text.split('.').all(|atom| !atom.is_empty() && atom.bytes().all(is_atext))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::Address;

    fn identity(text: &str) -> String {
        Address::parse(text).expect(text).identity()
    }

    #[test]
    fn spellings_of_one_mailbox_have_one_identity() {
        for spellings in [
            [
                "Ann.Lee+news@Example.ORG",
                "\"ann.lee+news\"@example.org",
                "\"a\\nn.lee+news\"@example.org",
            ],
            ["zoe\u{308}@example.org", "ZOË@example.org", "Zoë@EXAMPLE.org"],
            ["ann@bücher.example", "ann@xn--bcher-kva.example", "\"Ann\"@BÜCHER.example"],
            ["\"ann lee\"@example.org", "\"Ann\\ Lee\"@example.org", "\"\\ann lee\"@example.org"],
            ["ΣΟΦΟΣ@example.org", "σοφος@example.org", "σοφοσ@example.org"],
            ["ΟΔΟΣ.Α@example.org", "οδος.α@example.org", "οδοσ.α@example.org"],
            [
                "각@example.org",
                "\u{1100}\u{1161}\u{11a8}@example.org",
                "\u{ac00}\u{11a8}@example.org",
            ],
        ] {
            let identities = spellings.map(identity);
            assert!(identities.iter().all(|one| *one == identities[0]), "{identities:?}");
        }
    }

    #[test]
    fn others_have_another() {
        for (one, other) in [
            ("ann@example.org", "ann@example.com"),
            ("ann@example.org", "a.nn@example.org"),
            ("ann@example.org", "ann+news@example.org"),
            ("\"ann lee\"@example.org", "annlee@example.org"),
            ("\".ann\"@example.org", "ann@example.org"),
            ("\"a\\\"b\"@example.org", "\"ab\"@example.org"),
            ("\"a\\\\b\"@example.org", "\"ab\"@example.org"),
            ("zoe@example.org", "zoë@example.org"),
            ("straße@example.org", "strasse@example.org"),
            ("\"a@b.org\"@example.org", "a@b.org"),
        ] {
            assert_ne!(identity(one), identity(other));
        }
    }

    #[test]
    fn what_can_only_be_spelled_one_way_is_known_without_a_look() {
        for (text, plain) in [
            ("Ann@Example.org", true),
            ("o'neil@bücher.example", true),
            ("\"ann\"@example.org", false),
            ("zoë@example.org", false),
        ] {
            let address = Address::parse(text).expect("valid");
            assert_eq!(Address::identity_of_key(&address.key()).is_none(), plain, "{text}");
            assert!(!plain || address.identity() == address.key());
        }
    }

    /// Local parts of what makes trouble: marks, cases, quotes, pairs, dots.
    fn local() -> impl Strategy<Value = String> {
        let letter = prop::sample::select(vec![
            'a', 'E', 'é', 'É', '\u{301}', '\u{308}', '\u{323}', 'ß', 'ẞ', 'İ', 'ı', 'I', 'Σ', 'ς',
            'σ', 'Å', '\u{212b}', 'ǅ', '\u{345}', '가', '\u{11a8}', '.', '+', 'ﬁ', 'ö', '\u{1e9b}',
        ]);
        let bare = prop::collection::vec(letter, 1..8).prop_map(String::from_iter);
        let inner = "[ !#-~]{1,8}".prop_map(|text| format!("\"{}\"", text.replace('\\', "\\\\")));
        let paired = "([a-z.@ ]|\\\\[ -~]){1,8}".prop_map(|text| format!("\"{text}\""));
        prop_oneof![bare, inner, paired]
    }

    proptest! {
        #[test]
        fn an_identity_is_an_address_whose_identity_it_is(local in local()) {
            let Ok(address) = Address::parse(&format!("{local}@example.org")) else { return Ok(()) };
            let identity = address.identity();
            let again = Address::parse(&identity).expect("it is an address");
            prop_assert_eq!(again.identity(), identity.clone());
            prop_assert_eq!(again.key(), identity.clone(), "its key is itself");
            // Neither case nor composition matters.
            for other in [
                address.as_str().to_lowercase(),
                unicode_normalization::UnicodeNormalization::nfd(address.as_str()).collect(),
                unicode_normalization::UnicodeNormalization::nfc(address.as_str()).collect(),
            ] {
                if let Ok(other) = Address::parse(&other) {
                    prop_assert_eq!(other.identity(), identity.clone());
                }
            }
        }
    }
}
