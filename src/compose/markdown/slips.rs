//! What an author meant as markup, and Markdown would read as something else without a word:
//! a comment that does not end, a heading behind a tag.

use std::ops::Range;

use pulldown_cmark::{Event, Tag as Md, TagEnd};

use super::super::marked::Marked;
use crate::finding::Finding;
use crate::place::Passage;

/// All slips of a letter, in order of their kinds.
pub(super) fn slips(
    events: &[(Event<'_>, Range<usize>)],
    marked: &Marked,
    passage: &Passage,
) -> Vec<Finding> {
    let mut findings = comments(events, marked, passage);
    findings.extend(behind_tags(events, marked, passage));
    findings
}

const COMMENT: &str = "<!--";
const COMMENT_END: &str = "-->";

/// Comments that end nowhere, or not where Markdown still reads them as comments: the letter
/// would vanish in the one, and the note be read by everybody in the other.
fn comments(
    events: &[(Event<'_>, Range<usize>)],
    marked: &Marked,
    passage: &Passage,
) -> Vec<Finding> {
    if !passage.text().contains(COMMENT) {
        return Vec::new();
    }
    let mut findings = Vec::new();
    let mut say = |at: usize, message: &str, help: &str| {
        let finding = Finding::error("open-comment", message, help);
        findings.push(finding.at(passage.place(at..at + COMMENT.len())));
    };
    let mut in_code = false;
    for (event, range) in events {
        match event {
            Event::Start(Md::CodeBlock(_)) => in_code = true,
            Event::End(TagEnd::CodeBlock) => in_code = false,
            Event::Start(Md::HtmlBlock) => {
                let html = marked.offsets.range(range);
                if let Some(at) = open_in(&passage.text()[html.clone()]) {
                    let at = html.start + at;
                    if passage.text()[at..].contains(COMMENT_END) {
                        say(
                            at,
                            "this comment does not end before other text begins",
                            "end it with `-->`; between elements, leave no empty line in it",
                        );
                    } else {
                        say(
                            at,
                            "this comment does not end: what follows would be gone",
                            "put `-->` where the note ends",
                        );
                    }
                }
            }
            Event::Text(text) if !in_code && text.contains('<') => {
                let is_written = |at: &usize| {
                    marked.text[*at..].starts_with(COMMENT) && !marked.text[..*at].ends_with('\\')
                };
                let signs = marked.text[range.clone()].match_indices('<');
                if let Some(at) = signs.map(|(at, _)| range.start + at).find(is_written) {
                    say(
                        marked.offsets.author(at),
                        "this comment would be read by everybody: Markdown ends it with its paragraph, cell or item",
                        "end it with `-->` before the next empty line or `|`; to show the signs, write `` `<!--` ``",
                    );
                }
            }
            _ => {}
        }
    }
    findings
}

/// Where a comment begins in a block of HTML that does not end in it, or holds another one.
fn open_in(html: &str) -> Option<usize> {
    let mut at = 0;
    while let Some(start) = html[at..].find(COMMENT).map(|start| at + start) {
        let inside = start + COMMENT.len();
        let Some(end) = html[inside..].find(COMMENT_END).map(|end| inside + end) else {
            return Some(start);
        };
        let is_conditional = html[inside..].starts_with("[if");
        if !is_conditional && html[inside..end].contains(COMMENT) {
            return Some(start);
        }
        at = end;
    }
    None
}

/// Headings, items, quotations and rows that stand behind a tag on its line.
fn behind_tags(
    events: &[(Event<'_>, Range<usize>)],
    marked: &Marked,
    passage: &Passage,
) -> Vec<Finding> {
    if marked.behind.is_empty() {
        return Vec::new();
    }
    let mut findings = Vec::new();
    let mut rest = marked.behind.iter().peekable();
    let mut is_code = false;
    for (event, range) in events {
        match event {
            Event::Start(Md::CodeBlock(_) | Md::HtmlBlock) => is_code = true,
            Event::End(TagEnd::CodeBlock | TagEnd::HtmlBlock) => is_code = false,
            Event::Text(_) | Event::InlineHtml(_) | Event::Code(_) | Event::Html(_) => {
                while rest.next_if(|behind| behind.made < range.start).is_some() {}
                while let Some(behind) = rest.next_if(|behind| behind.made < range.end) {
                    if !is_code && matches!(event, Event::Text(_) | Event::InlineHtml(_)) {
                        findings.push(behind.finding(passage));
                    }
                }
            }
            _ => {}
        }
    }
    findings
}
