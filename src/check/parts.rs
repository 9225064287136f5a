//! The finished mail as a whole: how large it is, and whether its two parts say the same.

use std::collections::HashSet;

use super::exhibit::Exhibit;
use super::rule::{Rule, error, warning};
use crate::compose::html::{self, Token, VOID};
use crate::finding::Finding;

/// Bytes of HTML beyond which it gets near the limit.
const LARGE: usize = 82_000;
/// Bytes of HTML at which Gmail cuts.
const CLIPPED: usize = 102_000;
/// Bytes of one style sheet that Gmail reads.
const STYLE: usize = 16_384;
/// How many of a hundred words may be in one part only.
const DIFFERENT: usize = 30;
/// Parts of fewer words are not compared.
const FEW: usize = 20;

/// Nearly too large.
pub(super) const LARGE_MAIL: Rule = warning(
    "large-mail",
    "mails of more than 82 kB of HTML",
    "shorten the letter or link to the rest: Gmail cuts at 102 kB, the unsubscribe link included",
    "https://support.google.com/a/users/answer/9282734 and https://www.hteumeuleu.com/2018/gmail-clipping/",
);
/// Too large.
pub(super) const CLIPPED_MAIL: Rule = error(
    "clipped-mail",
    "mails of more than 102 kB of HTML, which Gmail cuts",
    "shorten the letter or link to the rest: behind the cut stands the unsubscribe link",
    "https://github.com/hteumeuleu/email-bugs/issues/41",
);
/// A style sheet that is dropped.
pub(super) const LARGE_STYLE: Rule = warning(
    "large-style",
    "style sheets of more than 16 KB, which Gmail drops whole",
    "take out what the letter does not use, or divide it into several `<style>`",
    "https://developers.google.com/workspace/gmail/design/css; https://www.caniemail.com/features/html-style/",
);
/// Two letters in one mail.
pub(super) const TEXT_DIFFERS: Rule = warning(
    "text-differs",
    "text parts that say something else than the HTML part",
    "compare `handbill render --as text` with the preview; the template's `page.txt` may lack a part",
    "SpamAssassin MPART_ALT_DIFF; RFC 2046 §5.1.4: each part carries the same information",
);

/// All that there is to say about the mail as a whole.
pub(super) fn parts(exhibit: &Exhibit<'_>) -> Vec<Finding> {
    let Some(mail) = exhibit.mail() else { return Vec::new() };
    let mut findings = Vec::new();
    let size = mail.html.len();
    let kilobytes = size.div_ceil(1000);
    if size > CLIPPED {
        findings.push(CLIPPED_MAIL.says(format!("{kilobytes} kB of HTML are cut by Gmail")));
    } else if size > LARGE {
        findings.push(LARGE_MAIL.says(format!("{kilobytes} kB of HTML come near Gmail's 102 kB")));
    }
    for token in html::tokens(&mail.html) {
        let Token::Raw { element, range } = token else { continue };
        if element == "style" && range.len() > STYLE {
            let kilobytes = range.len().div_ceil(1024);
            findings.push(LARGE_STYLE.says(format!("a style sheet has {kilobytes} KB")));
        }
    }
    findings.extend(difference(&visible(&mail.html), &mail.text));
    findings.into_iter().map(|finding| exhibit.about(finding)).collect()
}

fn difference(html: &str, text: &str) -> Option<Finding> {
    let (html, text) = (words(html), words(text));
    if html.len().max(text.len()) < FEW {
        return None;
    }
    let missing = |from: &HashSet<String>, all: &HashSet<String>| {
        all.difference(from).count() * 100 / all.len().max(1)
    };
    let (in_html, in_text) = (missing(&text, &html), missing(&html, &text));
    if in_html > DIFFERENT {
        return Some(
            TEXT_DIFFERS.says(format!("{in_html} % of the words are not in the text part")),
        );
    }
    (in_text > DIFFERENT).then(|| {
        TEXT_DIFFERS.says(format!("{in_text} % of the text part's words are not in the HTML"))
    })
}

/// The words of a text, without addresses, which only the text part spells out.
fn words(text: &str) -> HashSet<String> {
    text.split_whitespace()
        .filter(|word| !word.contains("://") && !word.contains("mailto:"))
        .flat_map(|word| word.split(|c: char| !c.is_alphanumeric()))
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

/// What readers see of a page.
pub(super) fn visible(page: &str) -> String {
    let mut out = String::new();
    let mut hidden = 0_usize;
    for token in html::tokens(page) {
        match token {
            Token::Start { name, attributes, closes_itself, .. } => {
                if !VOID.contains(&name.as_str()) && !closes_itself {
                    let style = attributes
                        .iter()
                        .filter(|attribute| &page[attribute.name.clone()] == "style")
                        .filter_map(|attribute| attribute.value.clone())
                        .map(|range| page[range].replace(' ', ""));
                    let is_hidden = style.into_iter().any(|style| style.contains("display:none"));
                    if hidden > 0 || is_hidden {
                        hidden += 1;
                    }
                }
                if !matches!(name.as_str(), "a" | "b" | "strong" | "em" | "i" | "span") {
                    out.push(' ');
                }
            }
            Token::End { .. } => hidden = hidden.saturating_sub(1),
            Token::Text(range) if hidden == 0 => {
                out.push_str(&html_escape::decode_html_entities(&page[range]));
            }
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_that_lacks_the_letter_is_told_from_one_that_is_wrapped_otherwise() {
        let letter = "the path along the river is open again from the mill to the weir and we \
                      thank every neighbour who carried gravel on cold mornings in March";
        let html = format!(
            "<style>p{{}}</style><div style=\"display: none\">Hidden words here</div><p>{letter} \
             <a href=\"https://example.org\">more</a></p>"
        );
        let text = letter.replace(' ', "\n") + "\nmore (https://example.org)";
        assert!(difference(&visible(&html), &text).is_none());
        assert!(difference(&visible(&html), "See the web version.").is_some());
        assert!(difference("", &text).is_some());
        assert!(difference("Hi", "Hello").is_none());
    }
}
