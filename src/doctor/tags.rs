//! Lists of tags, as DKIM and DMARC have them: `v=DKIM1; k=rsa; p=…`
//! (RFC 6376 §3.2, RFC 7489 §6.3).

/// The tags of a record, in order.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Tags(Vec<(String, String)>);

impl Tags {
    /// Reads a record; nothing where it is none: a piece without `=`, a name
    /// that is none, or one name twice.
    pub(super) fn read(text: &str) -> Option<Self> {
        let mut tags: Vec<(String, String)> = Vec::new();
        let mut pieces = text.split(';').peekable();
        while let Some(piece) = pieces.next() {
            // Only the last semicolon may have nothing behind it.
            if piece.trim().is_empty() && pieces.peek().is_none() {
                break;
            }
            let (name, value) = piece.split_once('=')?;
            let name = name.trim();
            let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic())
                && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            if !is_name || tags.iter().any(|(known, _)| known == name) {
                return None;
            }
            tags.push((name.to_owned(), value.trim().to_owned()));
        }
        Some(Self(tags))
    }

    /// The value of a tag.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The first tag's name.
    pub(super) fn first(&self) -> Option<&str> {
        self.0.first().map(|(name, _)| name.as_str())
    }

    /// Whether a value that is a list with colons has this word.
    pub(super) fn lists(&self, name: &str, word: &str) -> bool {
        self.get(name)
            .is_some_and(|list| list.split(':').any(|one| one.trim().eq_ignore_ascii_case(word)))
    }
}

#[cfg(test)]
mod tests {
    use super::Tags;

    #[test]
    fn tags_are_read_by_the_grammar() {
        let tags = Tags::read("v=DKIM1; k = rsa ;t=y:s; p=AB CD==; ").expect("a record");
        assert_eq!(tags.get("k"), Some("rsa"));
        assert_eq!(tags.get("p"), Some("AB CD=="));
        assert_eq!(tags.first(), Some("v"));
        assert!(tags.lists("t", "Y") && !tags.lists("t", "x") && !tags.lists("h", "y"));
        for text in ["v", "v=1;; p=2", "v=1; v=2", "=1", "a-b=1"] {
            assert_eq!(Tags::read(text), None, "{text}");
        }
    }
}
