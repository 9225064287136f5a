//! What every tag of a finished page stands in, and so how its value is
//! escaped there.

use std::ops::Range;

use super::html::{self, Token, VOID};
use super::marks::{Found, Hint, Marks, UrlPlace};
use super::text::Prints;

/// The place of a mark in a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Spot {
    /// Text, or the value of an ordinary attribute.
    Text,
    /// The beginning of a URL.
    Url,
    /// The beginning of an image's address, which may be a file.
    Image,
    /// Further on in a URL.
    UrlPart,
    /// The address behind `mailto:`.
    Mail,
    /// The number behind `tel:`.
    Phone,
    /// A style sheet or a `style` attribute.
    Css,
    /// Where no value may ever stand, and why.
    Forbidden(&'static str),
}

/// A mark, what it stands in, and how deep in the page.
#[derive(Clone, Debug)]
pub(crate) struct Placed {
    pub(crate) found: Found,
    pub(crate) spot: Spot,
    /// Which attribute it stands in: where its value begins; nothing between elements.
    pub(crate) within: Option<usize>,
    /// How many elements are open around it.
    pub(crate) depth: usize,
    /// The least number of open elements since the mark before.
    pub(crate) lowest: usize,
}

/// Attributes whose value is a URL (HTML standard, index of attributes).
const URLS: [&str; 10] = [
    "href",
    "src",
    "action",
    "background",
    "cite",
    "poster",
    "formaction",
    "data",
    "xlink:href",
    "longdesc",
];

/// Whether an attribute's value is a URL.
pub(super) fn is_url(attribute: &str) -> bool {
    URLS.contains(&attribute.to_ascii_lowercase().as_str())
}

/// Every mark of a page with its place. `prints` says what tags write.
pub(crate) fn places(page: &str, marks: &Marks, prints: &dyn Fn(usize) -> Prints) -> Vec<Placed> {
    let mut survey =
        Survey { page, marks, prints, placed: Vec::new(), depth: 0, lowest: 0, comment: None };
    for token in html::tokens(page) {
        survey.token(&token);
    }
    survey.placed
}

struct Survey<'a> {
    page: &'a str,
    marks: &'a Marks,
    prints: &'a dyn Fn(usize) -> Prints,
    placed: Vec<Placed>,
    depth: usize,
    lowest: usize,
    /// Where the conditional comment begins whose HTML is being read.
    comment: Option<usize>,
}

impl Survey<'_> {
    fn token(&mut self, token: &Token) {
        match token {
            Token::Text(range) => self.all(range.clone(), None, Spot::Text),
            Token::Comment(range) => self.comment(range.clone()),
            Token::Raw { element, range } => {
                let spot = match element.as_str() {
                    "style" => Spot::Css,
                    "script" => {
                        Spot::Forbidden("a script is no place for a value; mail programs run none")
                    }
                    _ => Spot::Text,
                };
                self.all(range.clone(), Some(range.start), spot);
            }
            Token::Start { name, range, attributes, closes_itself } => {
                self.start_tag(range.clone(), attributes);
                if !closes_itself && !VOID.contains(&name.as_str()) {
                    self.depth += 1;
                }
            }
            Token::End { range, .. } => {
                self.all(range.clone(), Some(range.start), BETWEEN);
                self.depth = self.depth.saturating_sub(1);
                self.lowest = self.lowest.min(self.depth);
            }
        }
    }

    /// What Outlook reads in `<!--[if mso]>…<![endif]-->` is HTML like any other.
    fn comment(&mut self, range: Range<usize>) {
        let text = &self.page[range.clone()];
        let is_html = self.comment.is_none() && html::is_conditional(text);
        if !is_html || self.marks.find(text).is_empty() {
            return self.all(range, None, Spot::Text);
        }
        let inside = text.find("]>").map_or(4, |at| at + 2);
        let end = text.rfind("<![").unwrap_or(text.len()).max(inside);
        let page = std::mem::replace(&mut self.page, &text[inside..end]);
        self.comment = Some(range.start);
        let (first, depth) = (self.placed.len(), self.depth);
        for token in html::tokens(self.page) {
            self.token(&token);
        }
        for placed in &mut self.placed[first..] {
            let offset = range.start + inside;
            placed.found.range = placed.found.range.start + offset..placed.found.range.end + offset;
        }
        self.page = page;
        self.comment = None;
        self.depth = depth;
    }

    fn start_tag(&mut self, range: Range<usize>, attributes: &[html::Attribute]) {
        let mut at = range.start;
        for attribute in attributes {
            let Some(value) = &attribute.value else { continue };
            self.all(at..value.start, Some(at), BETWEEN);
            self.attribute(&self.page[attribute.name.clone()].to_ascii_lowercase(), value.clone());
            at = value.end;
        }
        self.all(at..range.end, Some(at), BETWEEN);
    }

    fn attribute(&mut self, name: &str, value: Range<usize>) {
        let spot = match name {
            // Several URLs, each with its own beginning.
            "srcset" | "ping" => return self.urls(value),
            "src" => return self.url(value.start, value, Spot::Image),
            name if URLS.contains(&name) => return self.url(value.start, value, Spot::Url),
            "style" => Spot::Css,
            "srcdoc" => Spot::Forbidden("`srcdoc` would read the value as HTML"),
            name if name.starts_with("on") => {
                Spot::Forbidden("an event handler would run the value as a script")
            }
            _ => Spot::Text,
        };
        self.all(value.clone(), Some(value.start), spot);
    }

    fn urls(&mut self, value: Range<usize>) {
        let mut at = value.start;
        for piece in self.page[value.clone()].split_inclusive([',', ' ']) {
            self.url(value.start, at..at + piece.len(), Spot::Url);
            at += piece.len();
        }
    }

    fn url(&mut self, within: usize, range: Range<usize>, beginning: Spot) {
        let url = &self.page[range.clone()];
        let mut place = UrlPlace::default();
        for found in self.marks.find(url) {
            let spot = match place.of(&found, url, found.tag.map_or(Prints::Nothing, self.prints)) {
                Hint::UrlPart => Spot::UrlPart,
                Hint::Mail => Spot::Mail,
                Hint::Phone => Spot::Phone,
                _ => beginning,
            };
            self.push(found, range.start, Some(within), spot);
        }
    }

    fn all(&mut self, range: Range<usize>, within: Option<usize>, spot: Spot) {
        for found in self.marks.find(&self.page[range.clone()]) {
            self.push(found, range.start, within, spot);
        }
    }

    fn push(&mut self, mut found: Found, offset: usize, within: Option<usize>, spot: Spot) {
        found.range = found.range.start + offset..found.range.end + offset;
        let within = within.or(self.comment);
        self.placed.push(Placed { found, spot, within, depth: self.depth, lowest: self.lowest });
        self.lowest = self.depth;
    }
}

const BETWEEN: Spot = Spot::Forbidden(
    "a tag can stand inside an attribute's value or between elements, not in the middle of an HTML tag",
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_has_its_own_escape() {
        use Spot::{Css, Text, Url, UrlPart};
        let marks = Marks::for_texts(&[""]);
        let word = |n| marks.word(n);
        let page = format!(
            "<style>a{{color:{}}}</style><title>{}</title><a href=\"{}\" title=\"{}\" style=\"{}\">{}</a>\
             <a href=\"https://x.org/{}\" onclick=\"{}\">{}</a><script>{}</script><b {}>",
            word(0),
            word(1),
            word(2),
            word(3),
            word(4),
            word(5),
            word(6),
            word(7),
            marks.comment(8),
            word(9),
            word(10)
        );
        let spots: Vec<Spot> =
            places(&page, &marks, &|_| Prints::Value).iter().map(|p| p.spot).collect();
        assert_eq!(spots[..7], [Css, Text, Url, Text, Css, Text, UrlPart]);
        assert!(matches!(spots[7], Spot::Forbidden(_)) && spots[8] == Text);
        assert!(matches!(spots[9..], [Spot::Forbidden(_), Spot::Forbidden(_)]));
    }
}
