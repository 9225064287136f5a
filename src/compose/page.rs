//! The template's page: the body is put into it, the components beside it,
//! and the CSS of all of them is inlined in one go. Mail programs honour a
//! `style` attribute where they drop a style sheet; `@media` rules stay in `<style>`.

use std::collections::HashSet;

use css_inline::CSSInliner;

use super::assemble::Assembler;
use super::html::{self, Token};
use super::marks::Marks;
use super::tags::Kind;
use super::text::without_controls;
use crate::finding::{Checked, Finding};
use crate::place::Place;

/// A page and its components, inlined, with marks.
pub(crate) struct Page {
    pub(crate) html: String,
    pub(crate) components: Vec<String>,
}

/// How deep a page may nest. The parser under the inliner works by recursion.
const DEPTH: usize = 200;

/// How many attributes an element may have. The parser compares each with all others.
const ATTRIBUTES: usize = 200;

/// What goes into a page, by the numbers of parts and tags.
pub(crate) struct Filling<'a> {
    /// The part that is the page, and its tag `{{ content }}`.
    pub(crate) page: usize,
    pub(crate) content: usize,
    /// The letter, with marks, and the part that it was made of.
    pub(crate) body: &'a str,
    pub(crate) body_part: usize,
    pub(crate) components: &'a [usize],
    /// Numbers from here on are not used by any tag.
    pub(crate) free: usize,
}

/// Puts the body into the page, and the components into a page of their own, so that
/// nothing that one leaves open reaches the other; and inlines both.
pub(crate) fn inlined(assembler: &Assembler<'_>, filling: &Filling<'_>) -> Checked<Page> {
    let frame = marked(assembler, filling.page);
    let components: Vec<String> =
        filling.components.iter().map(|part| marked(assembler, *part)).collect();
    let parts =
        [filling.page, filling.body_part].into_iter().chain(filling.components.iter().copied());
    let texts =
        [frame.as_str(), filling.body].into_iter().chain(components.iter().map(String::as_str));
    for (part, html) in parts.zip(texts) {
        let passage = &assembler.parts[part].passage;
        if html::too_deep(html, DEPTH).is_some() {
            return Err(too_deep(passage.place(0..0)).into());
        }
        if html::too_wide(html, ATTRIBUTES).is_some() {
            let at = html::too_wide(passage.text(), ATTRIBUTES).unwrap_or(0);
            return Err(too_wide(passage.place(at..at + 1)).into());
        }
    }
    let oven = Oven { assembler, filling, frame: &frame };
    let body = oven.inlined(&[filling.body])?;
    let Some((html, _)) = body else {
        return Err(oven.blame(filling.body, filling.body_part)?.into());
    };
    let mut pieces = vec![""];
    pieces.extend(components.iter().map(String::as_str));
    if let Some((_, components)) = oven.inlined(&pieces)? {
        return Ok(Page { html, components });
    }
    for (component, part) in components.iter().zip(filling.components) {
        if oven.inlined(&[component])?.is_none() {
            return Err(oven.blame(component, *part)?.into());
        }
    }
    Err(oven.no_place().into())
}

/// The page into which pieces are put.
struct Oven<'a> {
    assembler: &'a Assembler<'a>,
    filling: &'a Filling<'a>,
    frame: &'a str,
}

impl Oven<'_> {
    /// The page with the first piece, and the others by themselves; nothing if something
    /// swallowed what follows it.
    fn inlined(&self, pieces: &[&str]) -> Checked<Option<(String, Vec<String>)>> {
        let marks = self.assembler.marks;
        let separator = |number: usize| marks.comment(self.filling.free + number);
        let mut all = String::new();
        for (number, piece) in pieces.iter().enumerate() {
            all.push_str(piece);
            all.push_str(&separator(number));
        }
        let full = self.frame.replacen(&marks.comment(self.filling.content), &all, 1);
        match inliner().inline(&with_bodies_of_tables(&full, marks)) {
            Ok(whole) => Ok(split(&whole, pieces.len() - 1, separator)),
            Err(error) => Err(bad_css(&error, self.place()).into()),
        }
    }

    /// Whose fault it is that a piece does not stand in the page.
    fn blame(&self, piece: &str, part: usize) -> Checked<Finding> {
        let is_frame = piece.is_empty() || self.inlined(&[""])?.is_none();
        Ok(if is_frame { self.no_place() } else { swallowed(self.assembler, part) })
    }

    fn no_place(&self) -> Finding {
        Finding::error(
            "template-page",
            "the letter does not stand in the page as one piece",
            "put `{{ content }}` where text can stand: inside `<body>`, in a `<td>` or a `<div>`",
        )
        .at(self.place())
    }

    fn place(&self) -> Place {
        self.assembler.parts[self.filling.page].passage.place(0..0)
    }
}

fn too_deep(place: Place) -> Finding {
    Finding::error(
        "nesting",
        format!("more than {DEPTH} quotations, lists or elements stand inside each other"),
        "close what is open; a reader can follow three or four",
    )
    .at(place)
}

fn too_wide(place: Place) -> Finding {
    Finding::error(
        "nesting",
        format!("an element has more than {ATTRIBUTES} attributes"),
        "close the quotes and the `>` of the element that begins here",
    )
    .at(place)
}

fn bad_css(error: &css_inline::InlineError, place: Place) -> Finding {
    Finding::error(
        "css",
        format!("the style sheet cannot be used: {error}"),
        "check the `<style>` of the template's page",
    )
    .at(place)
}

/// An element of raw text, such as `<style>`, or a tag that never ends.
fn swallowed(assembler: &Assembler<'_>, part: usize) -> Finding {
    let passage = &assembler.parts[part].passage;
    let last = html::tokens(passage.text()).into_iter().rev().find_map(|token| match token {
        Token::Raw { range, .. } => Some(range.start.saturating_sub(1)),
        Token::Text(range) => passage.text()[range.clone()].find('<').map(|at| range.start + at),
        Token::Comment(range) => Some(range.start),
        _ => None,
    });
    let at = last.unwrap_or(0);
    Finding::error(
        "open-html",
        "something in this HTML is never closed, and the rest of the page would vanish in it",
        "close every element, quote and comment that begins here",
    )
    .at(passage.place(at..at + 1))
}

/// Writes the `<tbody>` that a parser would put before the first `<tr>` before the tags that
/// stand there: in `<table>{% for … %}<tr>` both ends of the loop belong into it.
fn with_bodies_of_tables(page: &str, marks: &Marks) -> String {
    let mut out = String::with_capacity(page.len());
    let mut written = 0;
    let mut between_bodies = false;
    let mut first_mark = None;
    for token in html::tokens(page) {
        match &token {
            Token::Text(_) => continue,
            Token::Comment(range) => {
                if !marks.find(&page[range.clone()]).is_empty() {
                    first_mark = first_mark.or(Some(range.start));
                }
                continue;
            }
            Token::Start { name, .. } if name == "tr" && between_bodies => {
                if let Some(at) = first_mark {
                    out.push_str(&page[written..at]);
                    out.push_str("<tbody>");
                    written = at;
                }
                between_bodies = false;
            }
            Token::Start { name, .. } => between_bodies = name == "table",
            Token::End { name, .. } => {
                let ends = ["thead", "tbody", "tfoot", "caption", "colgroup"];
                between_bodies = ends.contains(&name.as_str());
            }
            Token::Raw { .. } => between_bodies = false,
        }
        first_mark = None;
    }
    out.push_str(&page[written..]);
    out
}

fn inliner() -> CSSInliner<'static> {
    CSSInliner::options().load_remote_stylesheets(false).keep_at_rules(true).build()
}

/// Takes what stands between the separators out again. They are comments, unless
/// something swallowed them.
fn split(
    whole: &str,
    count: usize,
    separator: impl Fn(usize) -> String,
) -> Option<(String, Vec<String>)> {
    let mut cuts = Vec::with_capacity(count + 1);
    for token in html::tokens(whole) {
        let Token::Comment(range) = token else { continue };
        if cuts.len() <= count && whole[range.clone()] == separator(cuts.len()) {
            cuts.push(range);
        }
    }
    let last = cuts.get(count)?;
    let pieces =
        cuts.windows(2).map(|pair| whole[pair[0].end..pair[1].start].trim().to_owned()).collect();
    Some((format!("{}{}", &whole[..cuts[0].start], &whole[last.end..]), pieces))
}

/// A file of HTML with a mark for every tag: comments between elements, where a
/// word would be moved out of a table, and words everywhere else.
fn marked(assembler: &Assembler<'_>, part: usize) -> String {
    let words = with_marks(assembler, part, |number| assembler.marks.word(number));
    let between: HashSet<usize> = html::tokens(&words)
        .iter()
        .filter_map(|token| match token {
            Token::Text(range) => Some(assembler.marks.find(&words[range.clone()])),
            _ => None,
        })
        .flatten()
        .filter_map(|found| found.tag)
        .collect();
    with_marks(assembler, part, |number| {
        if between.contains(&number) {
            assembler.marks.comment(number)
        } else {
            assembler.marks.word(number)
        }
    })
}

fn with_marks(assembler: &Assembler<'_>, part: usize, mark: impl Fn(usize) -> String) -> String {
    let owner = &assembler.parts[part];
    let text = owner.passage.text();
    let mut out = String::with_capacity(text.len());
    let mut at = if text.starts_with(BOM) { BOM.len_utf8() } else { 0 };
    for (number, tag) in owner.tags.iter().enumerate() {
        out.push_str(&text[at..tag.range.start]);
        at = tag.range.end;
        if matches!(tag.kind, Kind::Expression | Kind::Block | Kind::Literal) {
            out.push_str(&mark(assembler.firsts[part] + number));
        }
    }
    out.push_str(&text[at..]);
    out
}

/// What some editors put before a text.
const BOM: char = '\u{feff}';

/// A plain-text file with a mark for every tag.
pub(crate) fn marked_text(assembler: &Assembler<'_>, part: usize) -> String {
    without_controls(&with_marks(assembler, part, |number| assembler.marks.word(number)))
}
