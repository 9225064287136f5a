//! Whose domain a domain is. Two are *aligned* if they are the same, or, where
//! that is enough, belong to the same organisation (RFC 7489 §3.1). Where an
//! organisation's domain begins is known by the public suffix list (§3.2),
//! which the crate `psl` carries as of its release.

/// The domain that was registered: `example.co.uk` of `news.example.co.uk`.
pub(super) fn organisation(domain: &str) -> &str {
    psl::domain_str(domain).unwrap_or(domain)
}

/// Whether two domains are aligned.
pub(super) fn aligned(one: &str, other: &str, strictly: bool) -> bool {
    let (one, other) = (one.to_ascii_lowercase(), other.to_ascii_lowercase());
    let (one, other) = (one.trim_end_matches('.'), other.trim_end_matches('.'));
    one == other || (!strictly && organisation(one) == organisation(other))
}

#[cfg(test)]
mod tests {
    use super::{aligned, organisation};

    #[test]
    fn an_organisation_is_what_was_registered() {
        assert_eq!(organisation("news.example.co.uk"), "example.co.uk");
        assert_eq!(organisation("a.b.example.org"), "example.org");
        assert_eq!(organisation("co.uk"), "co.uk");
        assert!(aligned("News.example.org", "mail.example.org", false));
        assert!(!aligned("news.example.org", "example.org", true));
        assert!(aligned("example.org.", "example.org", true));
        assert!(!aligned("ann.co.uk", "bob.co.uk", false));
    }
}
