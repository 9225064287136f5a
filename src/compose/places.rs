//! What every tag of a finished page stands in, and so how its value is
//! escaped there.

use super::html::{self, Token, VOID};
use super::marks::{Found, Hint, Marks, UrlPlace};

/// The place of a mark in a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spot {
    /// Text, or the value of an ordinary attribute.
    Text,
    /// The beginning of a URL.
    Url,
    /// Further on in a URL.
    UrlPart,
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
    /// How many elements are open around it.
    pub(crate) depth: usize,
    /// The least number of open elements since the mark before.
    pub(crate) lowest: usize,
}

/// Attributes whose value is a URL (HTML standard, index of attributes).
const URLS: [&str; 12] = [
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
    "ping",
    "srcset",
];

/// Every mark of a page with its place. `prints` says which tags write a value.
pub(crate) fn places(page: &str, marks: &Marks, prints: impl Fn(usize) -> bool) -> Vec<Placed> {
    let mut survey = Survey { page, marks, prints, placed: Vec::new(), depth: 0, lowest: 0 };
    for token in html::tokens(page) {
        survey.token(&token);
    }
    survey.placed
}

struct Survey<'a, F: Fn(usize) -> bool> {
    page: &'a str,
    marks: &'a Marks,
    prints: F,
    placed: Vec<Placed>,
    depth: usize,
    lowest: usize,
}

impl<F: Fn(usize) -> bool> Survey<'_, F> {
    fn token(&mut self, token: &Token) {
        match token {
            Token::Text(range) | Token::Comment(range) => self.all(range.clone(), Spot::Text),
            Token::Raw { element, range } => {
                let spot = match element.as_str() {
                    "style" => Spot::Css,
                    "script" => {
                        Spot::Forbidden("a script is no place for a value; mail programs run none")
                    }
                    _ => Spot::Text,
                };
                self.all(range.clone(), spot);
            }
            Token::Start { name, range, attributes, closes_itself } => {
                self.start_tag(range.clone(), attributes);
                if !closes_itself && !VOID.contains(&name.as_str()) {
                    self.depth += 1;
                }
            }
            Token::End { range, .. } => {
                self.all(range.clone(), BETWEEN);
                self.depth = self.depth.saturating_sub(1);
                self.lowest = self.lowest.min(self.depth);
            }
        }
    }

    fn start_tag(&mut self, range: std::ops::Range<usize>, attributes: &[html::Attribute]) {
        let mut at = range.start;
        for attribute in attributes {
            let Some(value) = &attribute.value else { continue };
            self.all(at..value.start, BETWEEN);
            self.attribute(&self.page[attribute.name.clone()].to_ascii_lowercase(), value.clone());
            at = value.end;
        }
        self.all(at..range.end, BETWEEN);
    }

    fn attribute(&mut self, name: &str, value: std::ops::Range<usize>) {
        let url = &self.page[value.clone()];
        if URLS.contains(&name) {
            let mut place = UrlPlace::default();
            for found in self.marks.find(url) {
                let spot = match place.of(&found, url, &self.prints) {
                    Hint::UrlPart => Spot::UrlPart,
                    _ => Spot::Url,
                };
                self.push(found, value.start, spot);
            }
            return;
        }
        let spot = match name {
            "style" => Spot::Css,
            "srcdoc" => Spot::Forbidden("`srcdoc` would read the value as HTML"),
            name if name.starts_with("on") => {
                Spot::Forbidden("an event handler would run the value as a script")
            }
            _ => Spot::Text,
        };
        self.all(value, spot);
    }

    fn all(&mut self, range: std::ops::Range<usize>, spot: Spot) {
        for found in self.marks.find(&self.page[range.clone()]) {
            self.push(found, range.start, spot);
        }
    }

    fn push(&mut self, mut found: Found, offset: usize, spot: Spot) {
        found.range = found.range.start + offset..found.range.end + offset;
        self.placed.push(Placed { found, spot, depth: self.depth, lowest: self.lowest });
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
        let spots: Vec<Spot> = places(&page, &marks, |_| true).iter().map(|p| p.spot).collect();
        assert_eq!(spots[..7], [Css, Text, Url, Text, Css, Text, UrlPart]);
        assert!(matches!(spots[7], Spot::Forbidden(_)) && spots[8] == Text);
        assert!(matches!(spots[9..], [Spot::Forbidden(_), Spot::Forbidden(_)]));
    }
}
