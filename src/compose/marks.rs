//! Marks: what stands in for a tag while Markdown and HTML parsers work.
//!
//! A mark is a word of letters and digits, as long for every tag, whose
//! beginning occurs nowhere in what the author wrote. As a word it may stand in
//! text, in a link and in an attribute. Where a word would be moved (between the rows
//! of a table) or would make a paragraph, it is wrapped into a comment.

use std::ops::Range;

use super::schemes::Rest;
use super::text::Prints;

/// How many digits number a tag.
const DIGITS: usize = 6;

/// Makes and finds the marks of one letter.
#[derive(Clone, Debug)]
pub(crate) struct Marks {
    prefix: String,
}

/// How a value is to be written, when the place itself does not tell: the text
/// part has links, but no attributes around them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hint {
    /// The place tells.
    Place,
    /// The beginning of a URL in the text part.
    Url,
    /// Further on in a URL in the text part.
    UrlPart,
    /// The address behind `mailto:` in the text part.
    Mail,
    /// The number behind `tel:` in the text part.
    Phone,
    /// Between blocks of the text part: what stands before and after is no white space to trim.
    Block,
}

/// Follows the marks of one URL, to tell its beginning from the rest. With
/// `{% if a %}{{ x }}{% else %}{{ y }}{% endif %}` both values begin it; with
/// `{{ x }}{{ y }}` only the first does. The rest is the safe guess: no scheme gets through.
#[derive(Debug, Default)]
pub(crate) struct UrlPlace {
    last_end: usize,
    has_begun: bool,
    /// For each open condition: how it was before, and whether a branch began the URL.
    conditions: Vec<(bool, bool)>,
}

impl UrlPlace {
    /// Where in the URL the next mark stands.
    pub(crate) fn of(&mut self, mark: &Found, url: &str, prints: Prints) -> Hint {
        self.has_begun |= !url[self.last_end..mark.range.start].trim_start().is_empty();
        self.last_end = mark.range.end;
        let hint = match Rest::behind(&url[..mark.range.start]) {
            _ if !self.has_begun => Hint::Url,
            Rest::Address => Hint::Mail,
            Rest::Number => Hint::Phone,
            Rest::Other => Hint::UrlPart,
        };
        match (prints, self.conditions.last_mut()) {
            (Prints::Value, _) => self.has_begun = true,
            (Prints::Branches, _) => self.conditions.push((self.has_begun, false)),
            (Prints::Divides, Some((before, any))) => {
                *any |= self.has_begun;
                self.has_begun = *before;
            }
            (Prints::Ends, Some((_, any))) => {
                self.has_begun |= *any;
                self.conditions.pop();
            }
            _ => {}
        }
        hint
    }
}

/// A mark in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// The number of the tag; `None` for a mark that stands for nothing.
    pub(crate) tag: Option<usize>,
    pub(crate) hint: Hint,
    /// With the comment around it, if there is one.
    pub(crate) range: Range<usize>,
}

impl Marks {
    /// Marks whose beginning occurs in none of these texts.
    pub(crate) fn for_texts(texts: &[&str]) -> Self {
        let mut number = 0_u32;
        let mut prefix = "hbq0x".to_owned();
        // Markdown and HTML would turn `&#104;` into a letter of it.
        let decoded: Vec<_> =
            texts.iter().map(|text| html_escape::decode_html_entities(*text)).collect();
        while decoded.iter().any(|text| text.contains(&prefix)) {
            number += 1;
            prefix = format!("hbq{number}x");
        }
        Self { prefix }
    }

    /// The mark of a tag, as a word.
    pub(crate) fn word(&self, tag: usize) -> String {
        format!("{}{tag:0DIGITS$}p", self.prefix)
    }

    /// The mark of a tag, as a comment.
    pub(crate) fn comment(&self, tag: usize) -> String {
        format!("<!--{}-->", self.word(tag))
    }

    /// A word that stands for nothing: it keeps a line from being taken for
    /// a block of HTML.
    pub(crate) fn nothing(&self) -> String {
        format!("{}{}n", self.prefix, "9".repeat(DIGITS))
    }

    /// What every mark begins with.
    pub(crate) fn prefix(&self) -> &str {
        &self.prefix
    }

    /// A word that stands for an address, while Markdown is read.
    pub(crate) fn address(&self, number: usize) -> String {
        format!("{}{number:0DIGITS$}a", self.prefix)
    }

    /// The words that stand for addresses in a text, with their numbers.
    pub(crate) fn addresses(&self, text: &str) -> Vec<(Range<usize>, usize)> {
        let word = |at: usize| {
            let digits = at + self.prefix.len()..at + self.prefix.len() + DIGITS;
            let is_address = text.as_bytes().get(digits.end) == Some(&b'a');
            let number = text.get(digits.clone()).filter(|_| is_address)?.parse().ok()?;
            Some((at..digits.end + 1, number))
        };
        text.match_indices(&self.prefix).filter_map(|(at, _)| word(at)).collect()
    }

    /// All marks of a text, in order.
    pub(crate) fn find(&self, text: &str) -> Vec<Found> {
        text.match_indices(&self.prefix).filter_map(|(at, _)| self.at(text, at)).collect()
    }

    /// The text with every comment mark as a word.
    pub(crate) fn as_words(&self, text: &str) -> String {
        self.map(text, |found, out| out.push_str(&self.spelled(found)))
    }

    /// A text with its marks as those of tags between blocks.
    pub(crate) fn as_blocks(&self, text: &str) -> String {
        self.map(text, |found, out| {
            out.push_str(&self.spelled(&Found { hint: Hint::Block, ..found.clone() }));
        })
    }

    /// A line with the marks at its beginning and end as those of tags between blocks.
    pub(crate) fn with_edges(&self, line: &str) -> String {
        let found = self.find(line);
        let (mut start, mut end) = (0, line.len());
        for mark in &found {
            if !line[start..mark.range.start].trim().is_empty() {
                break;
            }
            start = mark.range.end;
        }
        for mark in found.iter().rev().take_while(|mark| mark.range.start >= start) {
            if !line[mark.range.end..end].trim().is_empty() {
                break;
            }
            end = mark.range.start;
        }
        let (head, rest) = line.split_at(start);
        let (middle, tail) = rest.split_at(end.max(start) - start);
        format!("{}{middle}{}", self.as_blocks(head), self.as_blocks(tail))
    }

    /// A URL's text with its marks told apart: those at its beginning, and
    /// those further on. `prints` says what tags write.
    pub(crate) fn as_url(&self, url: &str, prints: &dyn Fn(usize) -> Prints) -> String {
        let mut place = UrlPlace::default();
        self.map(url, |found, out| {
            let hint = place.of(found, url, found.tag.map_or(Prints::Nothing, prints));
            out.push_str(&self.spelled(&Found { hint, ..found.clone() }));
        })
    }

    /// A URL's text with its marks as those of any other text.
    pub(crate) fn as_plain(&self, url: &str) -> String {
        self.map(url, |found, out| {
            out.push_str(&self.spelled(&Found { hint: Hint::Place, ..found.clone() }));
        })
    }

    /// The text without its marks.
    pub(crate) fn removed(&self, text: &str) -> String {
        self.map(text, |_, _| {})
    }

    fn map(&self, text: &str, mut write: impl FnMut(&Found, &mut String)) -> String {
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        for found in self.find(text) {
            out.push_str(&text[at..found.range.start]);
            write(&found, &mut out);
            at = found.range.end;
        }
        out.push_str(&text[at..]);
        out
    }

    fn spelled(&self, found: &Found) -> String {
        let Some(tag) = found.tag else { return self.nothing() };
        let letter = match found.hint {
            Hint::Place => 'p',
            Hint::Url => 'u',
            Hint::UrlPart => 'c',
            Hint::Mail => 'm',
            Hint::Phone => 't',
            Hint::Block => 'b',
        };
        format!("{}{tag:0DIGITS$}{letter}", self.prefix)
    }

    fn at(&self, text: &str, start: usize) -> Option<Found> {
        let digits = start + self.prefix.len();
        let letter = digits + DIGITS;
        let tag = text.get(digits..letter)?.parse().ok()?;
        let hint = match text.as_bytes().get(letter)? {
            b'u' => Hint::Url,
            b'c' => Hint::UrlPart,
            b'm' => Hint::Mail,
            b't' => Hint::Phone,
            b'b' => Hint::Block,
            b'a' => return None,
            _ => Hint::Place,
        };
        let tag = (text.as_bytes()[letter] != b'n').then_some(tag);
        let mut range = start..letter + 1;
        if text[..range.start].ends_with("<!--") && text[range.end..].starts_with("-->") {
            range = range.start - 4..range.end + 3;
        }
        Some(Found { tag, hint, range })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_never_looks_like_what_the_author_wrote() {
        let marks = Marks::for_texts(&["hbq0x000001p"]);
        assert_eq!(marks.word(7), "hbq1x000007p");
        assert!(marks.find("hbq0x000001p").is_empty());
        assert_eq!(Marks::for_texts(&["&#104;bq0x"]).word(7), "hbq1x000007p");
    }

    #[test]
    fn marks_are_found_as_words_and_as_comments() {
        let marks = Marks::for_texts(&[""]);
        let text = format!("a{}b{}{}", marks.word(1), marks.comment(22), marks.nothing());
        let found = marks.find(&text);
        assert_eq!(found.iter().map(|f| f.tag).collect::<Vec<_>>(), [Some(1), Some(22), None]);
        assert!(text[found[1].range.clone()].starts_with("<!--"));
        assert_eq!(marks.removed(&text), "ab");
        assert_eq!(
            marks.find(&marks.as_url("hbq0x000001p/hbq0x000002p", &|_| Prints::Value))[1].hint,
            Hint::UrlPart
        );
    }
}
