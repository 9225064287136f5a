//! Raw HTML in a letter, for the text part: its words and its links.

use super::super::html::{self, Token};
use super::super::marks::Marks;

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

/// One inline tag, comment or mark.
pub(super) fn inline(
    html: &str,
    marks: &Marks,
    line: &mut String,
    links: &mut Vec<(usize, String)>,
) {
    if !marks.find(html).is_empty() && html.starts_with("<!--") {
        line.push_str(&marks.as_words(html));
        return;
    }
    for token in html::tokens(html) {
        one(html, &token, marks, line, links);
    }
}

/// A whole block of HTML.
pub(super) fn block(
    html: &str,
    marks: &Marks,
    line: &mut String,
    links: &mut Vec<(usize, String)>,
) {
    for token in html::tokens(html) {
        one(html, &token, marks, line, links);
    }
    let kept: Vec<&str> = line.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    *line = kept.join("\n");
}

fn one(
    html: &str,
    token: &Token,
    marks: &Marks,
    line: &mut String,
    links: &mut Vec<(usize, String)>,
) {
    match token {
        Token::Text(range) => {
            let text = html_escape::decode_html_entities(&html[range.clone()]);
            let words: Vec<&str> = text.split_whitespace().collect();
            if text.starts_with(char::is_whitespace) && !line.is_empty() {
                line.push(' ');
            }
            line.push_str(&words.join(" "));
            if text.ends_with(char::is_whitespace) && !words.is_empty() {
                line.push(' ');
            }
        }
        Token::Comment(range) => {
            line.push_str(&marks.as_words(&marks_only(&html[range.clone()], marks)));
        }
        Token::Start { name, attributes, .. } => {
            let value = |wanted: &str| {
                attributes
                    .iter()
                    .find(|attribute| html[attribute.name.clone()].eq_ignore_ascii_case(wanted))
                    .and_then(|attribute| attribute.value.clone())
                    .map(|range| html_escape::decode_html_entities(&html[range]).into_owned())
            };
            match name.as_str() {
                "a" => {
                    if let Some(url) = value("href") {
                        links.push((line.len(), url));
                    }
                }
                "img" => {
                    if let Some(alt) = value("alt").filter(|alt| !alt.is_empty()) {
                        line.push_str(&format!("[{alt}]"));
                    }
                }
                name if BLOCKS.contains(&name) => line.push('\n'),
                _ => {}
            }
        }
        Token::End { name, .. } if name == "a" => {
            if let Some((start, url)) = links.pop() {
                let shown = line[start.min(line.len())..].trim();
                if shown != url {
                    let url = marks.as_url(&url, |_| true);
                    line.push_str(&if shown.is_empty() { url } else { format!(" ({url})") });
                }
            }
        }
        Token::End { name, .. } if BLOCKS.contains(&name.as_str()) => line.push('\n'),
        Token::End { .. } | Token::Raw { .. } => {}
    }
}

/// A comment's marks; the rest of a comment is for nobody.
fn marks_only(comment: &str, marks: &Marks) -> String {
    marks.find(comment).into_iter().map(|found| comment[found.range].to_owned()).collect()
}
