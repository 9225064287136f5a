//! Where the links begin: the path of `[unsubscribe] url`.

use url::{Position, Url};

use crate::finding::Finding;

/// What stands before the token in what a client asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prefix(String);

impl Prefix {
    /// Of the URL to which tokens are added.
    pub fn of(url: &str) -> Result<Self, Finding> {
        let unusable = |why: &str| {
            Finding::error(
                "unsubscribe-url",
                format!("links that begin with `{url}` cannot be answered: {why}"),
                "write `url = \"https://news.example.org/u/\"` under `[unsubscribe]`: a reader's token is added to it",
            )
        };
        let parsed = Url::parse(url).map_err(|error| unusable(&error.to_string()))?;
        if !matches!(parsed.scheme(), "http" | "https") {
            return Err(unusable("it is no web address"));
        }
        if parsed.fragment().is_some() {
            return Err(unusable("browsers keep what stands behind a `#` to themselves"));
        }
        let (_, behind) = url.split_once("://").unwrap_or_default();
        if !behind.contains('/') {
            return Err(unusable("a token would become part of the host's name"));
        }
        Ok(Self(parsed[Position::BeforePath..Position::AfterQuery].to_owned()))
    }

    /// The path itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands where a token should, in a request for this path. What
    /// others hang on to a link (`?utm_source=…`) is not part of it.
    pub(super) fn strip<'a>(&self, asked: &'a str) -> Option<&'a str> {
        let token = asked.strip_prefix(self.as_str())?;
        let ends = if self.0.contains('?') { '&' } else { '?' };
        token.split(ends).next()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_stands_behind_the_path_of_the_url() {
        let token = |url: &str, asked: &'static str| Prefix::of(url).expect("usable").strip(asked);
        let url = "https://news.example.org/u/";
        assert_eq!(token(url, "/u/abc"), Some("abc"));
        assert_eq!(token(url, "/u/abc?utm_source=x"), Some("abc"));
        assert_eq!(token(url, "/u/"), Some(""));
        assert_eq!(token(url, "/"), None);
        assert_eq!(token(url, "/U/abc"), None);
        assert_eq!(token("https://example.org/", "/abc"), Some("abc"));
        assert_eq!(token("https://example.org/leave?t=", "/leave?t=abc&x=y"), Some("abc"));
        assert_eq!(token("https://example.org/a b/", "/a%20b/abc"), Some("abc"));
    }

    #[test]
    fn a_url_that_no_link_can_begin_with_is_refused() {
        for url in
            ["news", "mailto:a@b.test", "https://example.org", "https://example.org/#", "ftp://a/b"]
        {
            assert_eq!(Prefix::of(url).expect_err(url).code, "unsubscribe-url");
        }
    }
}
