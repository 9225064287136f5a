//! Addresses in the text of a link: what a reader sees is to be what the link has.

use url::Url;

use super::known::COMMON;
use super::links::is_below;

/// A text in which an address stands, and it is not that of the link.
pub(super) fn misleading(url: &str, text: &str) -> Option<(String, String)> {
    let is_edge = |c: char| "()[]<>{}\"'“”„«»‘’,;:!?.…".contains(c);
    let words: Vec<&str> = text.split_whitespace().map(|word| word.trim_matches(is_edge)).collect();
    let is_alone = words.len() == 1;
    let shown = words.into_iter().find_map(|word| Shown::read(word, is_alone))?;
    let leads = match url.split_once(':') {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("mailto") => {
            let address = rest.split('?').next().unwrap_or("");
            let address = percent_encoding::percent_decode_str(address).decode_utf8_lossy();
            Shown::Mail(address.trim().to_lowercase())
        }
        _ => Shown::page(Url::parse(url).ok().filter(|url| url.scheme().starts_with("http"))?)?,
    };
    let is_right = match (&shown, &leads) {
        (Shown::Mail(shown), Shown::Mail(leads)) => leads.split(',').any(|one| one.trim() == shown),
        (Shown::Page { host, path }, Shown::Page { host: leads, path: whole }) => {
            let is_whole = whole.strip_prefix(path.as_str()).is_some_and(|rest| {
                rest.is_empty() || path.is_empty() || rest.starts_with(['/', '?', '#', '.'])
            });
            host == leads && is_whole
        }
        // `Ask ann@example.org` may lead to a form, and `example.org` to a mailbox of its own.
        (Shown::Page { host, .. }, Shown::Mail(leads)) => {
            leads.rsplit('@').next().is_some_and(|domain| is_below(domain, &[host.as_str()]))
        }
        (Shown::Mail(_), Shown::Page { .. }) => false,
    };
    // Of another place, its name is enough.
    let elsewhere = match (&shown, &leads) {
        (Shown::Page { host, .. }, Shown::Page { host: other, .. }) if host != other => {
            other.clone()
        }
        _ => leads.to_string(),
    };
    (!is_right).then(|| (shown.to_string(), elsewhere))
}

/// An address as a reader sees it: what tells two of them apart.
#[derive(Debug, PartialEq, Eq)]
enum Shown {
    Mail(String),
    Page {
        host: String,
        /// With its query, without a slash at its end.
        path: String,
    },
}

impl Shown {
    /// A word that is an address. A name such as `Indy.rs` is one where it is all of the text.
    fn read(word: &str, is_alone: bool) -> Option<Self> {
        if let Some((local, domain)) = word.split_once('@') {
            let is_mail = !local.is_empty() && domain.contains('.') && !word.contains('/');
            return is_mail.then(|| Self::Mail(word.to_lowercase()));
        }
        let host = word.split(['/', '?', '#']).next().unwrap_or("");
        let url = match word.split_once("://") {
            Some(("http" | "https", _)) => Url::parse(word).ok()?,
            None if word.starts_with("www.")
                || is_domain(host) && (is_alone || is_address(host, word)) =>
            {
                Url::parse(&format!("https://{word}")).ok()?
            }
            _ => return None,
        };
        Self::page(url)
    }

    fn page(mut url: Url) -> Option<Self> {
        url.set_fragment(None);
        let host = url.host_str()?.trim_start_matches("www.").to_owned();
        let path = url.path().trim_end_matches('/');
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        Some(Self::Page { host, path: format!("{path}{query}") })
    }
}

impl std::fmt::Display for Shown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Mail(address) => f.write_str(address),
            Self::Page { host, path } => write!(f, "{host}{path}"),
        }
    }
}

/// `example.org` or `example.org/give` among other words, and no name of something.
fn is_address(host: &str, word: &str) -> bool {
    let small = host.chars().all(|c| !c.is_ascii_uppercase());
    let last = host.rsplit('.').next().unwrap_or("");
    small && (word.len() > host.len() || PLAIN.contains(&last))
}

/// Ends of domains that are no ends of names of programs and files.
const PLAIN: [&str; 6] = ["com", "net", "org", "info", "de", "uk"];

/// `Example.org` and nothing else: filters take it for an address, whatever it was meant to be.
fn is_domain(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let (name, last) = text.rsplit_once('.').unwrap_or(("", ""));
    let is_label = |label: &str| {
        !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    COMMON.contains(&last) && name.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::misleading;

    #[test]
    fn a_shown_address_must_be_the_one_it_leads_to() {
        assert!(misleading("https://evil.example/x", "https://bank.example").is_some());
        assert!(misleading("https://www.example.org/x", "https://example.org").is_none());
        assert!(misleading("https://other.example/", "the bank").is_none());
        assert!(misleading("mailto:a@example.org", "https://example.org").is_none());
        assert!(misleading("https://meetup.example/indy", "Indy.rs").is_some());
        assert!(misleading("https://www.example.org/x", "Example.org").is_none());
        assert!(misleading("https://example.org/x", "notes.txt").is_none());
        for (url, text) in [
            ("https://other.example.net/", "example.org/give"),
            ("https://other.example.net/", "Give at example.org/give."),
            ("https://other.example.net/", "Give (www.example.org)"),
            ("https://example.org/donate", "https://example.org/give"),
            ("https://example.org/gives", "example.org/give"),
            ("mailto:bob@example.org", "ann@example.org"),
            ("https://example.org/", "Write to ann@example.org"),
            ("mailto:ann@example.net", "example.org"),
        ] {
            assert!(misleading(url, text).is_some(), "{text} {url}");
        }
        for (url, text) in [
            ("https://www.example.org/give/?from=news#now", "example.org/give"),
            ("https://example.org/give", "Give at EXAMPLE.ORG/give"),
            ("https://example.org/en/give", "example.org"),
            ("mailto:Ann@example.org?subject=Hello", "ann@example.org"),
            ("mailto:ann%40example.org", "Ask ann@example.org!"),
            ("mailto:ann@news.example.org", "example.org"),
            ("https://example.net/", "Learn Node.js and more"),
            ("https://example.net/", "the talk at 10.30, e.g. or i.e. more"),
        ] {
            assert!(misleading(url, text).is_none(), "{text} {url}");
        }
    }
}
