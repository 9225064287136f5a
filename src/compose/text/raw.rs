//! Raw HTML in a letter, for the text part: its words and its links.

use super::super::html::{self, Token};
use super::super::marks::Marks;
use super::Prints;

/// Elements that begin on a new line.
const BLOCKS: [&str; 18] = [
    "p",
    "div",
    "br",
    "tr",
    "li",
    "ul",
    "ol",
    "table",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "blockquote",
    "section",
    "center",
];

/// Writes raw HTML into a line of text.
pub(super) struct Raw<'w> {
    pub(super) marks: &'w Marks,
    pub(super) prints: &'w dyn Fn(usize) -> Prints,
    pub(super) line: &'w mut String,
    /// Where the text of an open link begins, and its URL.
    pub(super) links: &'w mut Vec<(usize, String)>,
    /// How many links ended here that did not begin here.
    pub(super) ends: usize,
}

/// The links that stand around other blocks than this one.
pub(super) struct Around {
    /// How many of those before end here.
    pub(super) ends: usize,
    /// Where those lead that begin here.
    pub(super) begin: Vec<String>,
}

impl Raw<'_> {
    /// Writes some HTML where it stands.
    pub(super) fn inline(&mut self, html: &str) {
        for token in html::tokens(html) {
            self.token(html, &token);
        }
    }

    /// Writes a whole block of HTML, without empty lines.
    pub(super) fn block(mut self, html: &str) -> Around {
        self.inline(html);
        let mut kept = String::with_capacity(self.line.len());
        for piece in self.line.lines().map(str::trim).filter(|line| !line.is_empty()) {
            kept.push_str(&self.marks.with_edges(piece));
            // A line break belongs to a line with words: in a loop it comes with each turn.
            if self.is_written(piece) {
                kept.push('\n');
            }
        }
        *self.line = kept;
        let begin = self.links.drain(..).map(|(_, url)| url).collect();
        Around { ends: self.ends, begin }
    }

    fn is_written(&self, piece: &str) -> bool {
        let found = self.marks.find(piece);
        !self.marks.removed(piece).trim().is_empty()
            || found.iter().any(|found| found.tag.is_some_and(|tag| self.writes(tag)))
    }

    fn writes(&self, tag: usize) -> bool {
        matches!((self.prints)(tag), Prints::Value | Prints::Component | Prints::Closes)
    }

    fn token(&mut self, html: &str, token: &Token) {
        match token {
            Token::Text(range) => self.text(&html[range.clone()]),
            Token::Comment(range) => self.comment(&html[range.clone()]),
            Token::Start { name, attributes, .. } => {
                let value = |wanted: &str| {
                    attributes
                        .iter()
                        .find(|attribute| html[attribute.name.clone()].eq_ignore_ascii_case(wanted))
                        .and_then(|attribute| attribute.value.clone())
                        .map(|range| html_escape::decode_html_entities(&html[range]).into_owned())
                };
                match name.as_str() {
                    "a" => self.links.extend(value("href").map(|url| (self.line.len(), url))),
                    "img" => {
                        if let Some(alt) = value("alt").filter(|alt| !alt.is_empty()) {
                            self.line.push_str(&format!("[{alt}]"));
                        }
                    }
                    "td" | "th" => self.between_cells(),
                    name if BLOCKS.contains(&name) => self.line.push('\n'),
                    _ => {}
                }
            }
            Token::End { name, .. } if name == "a" => self.end_link(),
            Token::End { name, .. } if BLOCKS.contains(&name.as_str()) => self.line.push('\n'),
            Token::End { .. } | Token::Raw { .. } => {}
        }
    }

    fn text(&mut self, text: &str) {
        let text = html_escape::decode_html_entities(text);
        let words: Vec<&str> = text.split_whitespace().collect();
        if text.starts_with(char::is_whitespace) && !self.line.is_empty() {
            self.line.push(' ');
        }
        self.line.push_str(&words.join(" "));
        if text.ends_with(char::is_whitespace) && !words.is_empty() {
            self.line.push(' ');
        }
    }

    /// A mark; any other comment is for nobody, or for Outlook.
    fn comment(&mut self, comment: &str) {
        if self.marks.removed(comment).is_empty() {
            self.line.push_str(&self.marks.as_words(comment));
        }
    }

    fn between_cells(&mut self) {
        let row = self.line.rsplit('\n').next().unwrap_or("").to_owned();
        if self.is_written(&row) {
            self.line.truncate(self.line.trim_end_matches(' ').len());
            self.line.push_str(" | ");
        }
    }

    fn end_link(&mut self) {
        let Some((start, url)) = self.links.pop() else {
            self.ends += 1;
            return;
        };
        let shown = self.line[start.min(self.line.len())..].trim();
        if shown == url {
            return;
        }
        let is_empty = shown.is_empty();
        let url = self.marks.as_url(&url, self.prints);
        self.line.push_str(&if is_empty { url } else { format!(" ({url})") });
    }
}
