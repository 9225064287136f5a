//! The template's page: the body is put into it, the components beside it,
//! and the CSS of all of them is inlined in one go. Mail programs honour a
//! `style` attribute where they drop a style sheet; `@media` rules stay in `<style>`.

use css_inline::CSSInliner;

use super::assemble::Assembler;
use super::places::{self, Spot};
use crate::finding::{Checked, Finding};

/// A page and its components, inlined, with marks.
pub(crate) struct Page {
    pub(crate) html: String,
    pub(crate) components: Vec<String>,
}

/// Puts body and components into the page of part `page` and inlines it all.
/// `content` is the number of the tag `{{ content }}`; numbers from
/// `free` on are not used by any tag.
pub(crate) fn inlined(
    assembler: &Assembler<'_>,
    page: usize,
    content: usize,
    body: &str,
    components: &[usize],
    free: usize,
) -> Checked<Page> {
    let marks = assembler.marks;
    let separator = |number: usize| marks.comment(free + number);
    let mut filling = body.to_owned();
    for (number, part) in components.iter().enumerate() {
        filling.push_str(&separator(number));
        filling.push_str(&marked(assembler, *part));
    }
    filling.push_str(&separator(components.len()));
    let frame = marked(assembler, page);
    let full = frame.replacen(&marks.comment(content), &filling, 1);
    let whole = inliner().inline(&full).map_err(|error| {
        Finding::error(
            "css",
            format!("the style sheet cannot be used: {error}"),
            "check the `<style>` of the template's page",
        )
        .at(assembler.parts[page].passage.place(0..0))
    })?;
    split(&whole, components.len(), separator).ok_or_else(|| {
        Finding::error(
            "template-page",
            "the letter does not stand in the page as one piece",
            "put `{{ content }}` where text can stand: inside `<body>`, in a `<td>` or a `<div>`",
        )
        .at(assembler.parts[page].passage.place(0..0))
        .into()
    })
}

fn inliner() -> CSSInliner<'static> {
    CSSInliner::options().load_remote_stylesheets(false).keep_at_rules(true).build()
}

/// Takes the components out again: they stand between the separators.
fn split(whole: &str, count: usize, separator: impl Fn(usize) -> String) -> Option<Page> {
    let mut cuts = Vec::with_capacity(count + 1);
    for number in 0..=count {
        let mark = separator(number);
        let at = whole.find(&mark)?;
        cuts.push(at..at + mark.len());
    }
    let components =
        cuts.windows(2).map(|pair| whole[pair[0].end..pair[1].start].trim().to_owned()).collect();
    let html = format!("{}{}", &whole[..cuts[0].start], &whole[cuts[count].end..]);
    Some(Page { html, components })
}

/// A file of HTML with a mark for every tag: comments between elements, where a
/// word would be moved out of a table, and words everywhere else.
fn marked(assembler: &Assembler<'_>, part: usize) -> String {
    let words = with_marks(assembler, part, |number| assembler.marks.word(number));
    let mut in_text = std::collections::HashSet::new();
    for placed in places::places(&words, assembler.marks, |tag| assembler.prints(tag)) {
        let is_between =
            placed.spot == Spot::Text && is_between_elements(&words, &placed.found.range);
        if let (true, Some(tag)) = (is_between, placed.found.tag) {
            in_text.insert(tag);
        }
    }
    with_marks(assembler, part, |number| {
        if in_text.contains(&number) {
            assembler.marks.comment(number)
        } else {
            assembler.marks.word(number)
        }
    })
}

/// Whether a position is text between tags: not in an attribute, a comment or a title.
fn is_between_elements(page: &str, range: &std::ops::Range<usize>) -> bool {
    super::html::tokens(page)
        .iter()
        .any(|token| matches!(token, super::html::Token::Text(text) if text.contains(&range.start)))
}

fn with_marks(assembler: &Assembler<'_>, part: usize, mark: impl Fn(usize) -> String) -> String {
    let owner = &assembler.parts[part];
    let text = owner.passage.text();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for (number, tag) in owner.tags.iter().enumerate() {
        out.push_str(&text[at..tag.range.start]);
        at = tag.range.end;
        if matches!(
            tag.kind,
            super::tags::Kind::Expression | super::tags::Kind::Block | super::tags::Kind::Literal
        ) {
            out.push_str(&mark(assembler.firsts[part] + number));
        }
    }
    out.push_str(&text[at..]);
    out
}

/// A plain-text file with a mark for every tag.
pub(crate) fn marked_text(assembler: &Assembler<'_>, part: usize) -> String {
    with_marks(assembler, part, |number| assembler.marks.word(number))
}
