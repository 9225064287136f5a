//! The body: Markdown with marks becomes events, and from the same events
//! come the HTML body and the text body.

use std::iter::Peekable;

use pulldown_cmark::{CowStr, Event, Options, Parser, Tag as Md, TagEnd, html};

use super::marks::Marks;
use super::part::{Part, component_name};
use super::statement::Statement;
use super::tags::Kind;
use super::text::Prints;

/// A body in its two forms, with marks in both.
pub(crate) struct Body {
    pub(crate) html: String,
    pub(crate) text: String,
}

/// The Markdown that letters are written in.
pub(crate) fn options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_SMART_PUNCTUATION
}

/// Turns a body into HTML and text. `first` is the number of its first tag.
pub(crate) fn body(part: &Part, first: usize, marks: &Marks) -> Body {
    let marked = marked(part, first, marks);
    let events = Parser::new_ext(&marked, options());
    let shaper =
        Shaper { part, first, marks, events: events.peekable(), in_code: false, images: 0 };
    let events = shaper.shaped();
    let mut html = String::with_capacity(marked.len() * 2);
    html::push_html(&mut html, events.iter().cloned());
    let prints =
        |tag: usize| tag.checked_sub(first).map_or(Prints::Nothing, |tag| prints(part, tag));
    let text = super::text::write(&events, marks, &prints);
    Body { html, text }
}

/// What a tag of a part writes. The end of a component's body is where the
/// component is written.
pub(crate) fn prints(part: &Part, tag: usize) -> Prints {
    match part.statements.get(tag) {
        Some(Some(Statement::Print(node))) if component_name(node).is_none() => Prints::Value,
        Some(Some(Statement::Print(_) | Statement::Close(_))) => Prints::Component,
        _ if part.tags.get(tag).is_some_and(|tag| tag.kind == Kind::Literal) => Prints::Value,
        _ => Prints::Nothing,
    }
}

fn is_value(part: &Part, tag: usize) -> bool {
    prints(part, tag) == Prints::Value
}

/// The body with a mark for every tag.
fn marked(part: &Part, first: usize, marks: &Marks) -> String {
    let text = part.passage.text();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for (number, tag) in part.tags.iter().enumerate() {
        out.push_str(&text[at.min(tag.range.start)..tag.range.start]);
        at = tag.range.end;
        if matches!(tag.kind, Kind::Comment | Kind::Raw) {
            // A comment that has its line for itself takes the line with it.
            if is_alone(text, tag.range.clone()) {
                out.truncate(out.rfind('\n').map_or(0, |end| end + 1));
                at = text[at..].find('\n').map_or(text.len(), |end| at + end + 1);
            }
        } else if is_value(part, number) || is_inside_html_tag(text, tag.range.start) {
            out.push_str(&marks.word(first + number));
        } else {
            match line_of(part, number) {
                Line::OnlyTags if is_between_rows(text, tag.range.clone()) => {
                    out.push_str(&format!("|{}|", marks.comment(first + number)));
                }
                Line::StartsWithTag => {
                    out.push_str(&marks.nothing());
                    out.push_str(&marks.comment(first + number));
                }
                Line::OnlyTags | Line::Other => out.push_str(&marks.comment(first + number)),
            }
        }
    }
    out.push_str(&text[at..]);
    out
}

fn is_alone(text: &str, range: std::ops::Range<usize>) -> bool {
    let before = text[..range.start].rsplit('\n').next().unwrap_or("");
    let after = text[range.end..].split('\n').next().unwrap_or("");
    before.trim().is_empty() && after.trim().is_empty()
}

/// What a line is, seen from one of its block tags. A line that starts with a
/// comment is a block of HTML to Markdown: right for a line of
/// tags only, wrong for `{% if a %}Please **give**{% endif %}`.
enum Line {
    OnlyTags,
    StartsWithTag,
    Other,
}

fn line_of(part: &Part, number: usize) -> Line {
    let text = part.passage.text();
    let range = &part.tags[number].range;
    let start = text[..range.start].rfind('\n').map_or(0, |at| at + 1);
    let end = text[range.end..].find('\n').map_or(text.len(), |at| range.end + at);
    let before = &text[start..range.start];
    let starts = before
        .trim_start_matches(|c: char| c.is_ascii_digit() || " \t>-*+.)".contains(c))
        .is_empty();
    // What is left of the line when its block tags are taken out.
    let mut rest = String::new();
    let mut at = start;
    for (other, tag) in part.tags.iter().enumerate() {
        if tag.range.start >= start && tag.range.end <= end && !is_value(part, other) {
            rest.push_str(&text[at.min(tag.range.start)..tag.range.start]);
            at = tag.range.end;
        }
    }
    rest.push_str(&text[at.min(end)..end]);
    match (starts, rest.trim_start_matches([' ', '\t', '>', '-', '*', '+']).trim().is_empty()) {
        (true, true) => Line::OnlyTags,
        (true, false) => Line::StartsWithTag,
        (false, _) => Line::Other,
    }
}

/// Whether a line of tags stands between two rows of a table: `{% for %}`
/// over rows.
fn is_between_rows(text: &str, range: std::ops::Range<usize>) -> bool {
    let is_row = |line: &str| line.trim_start().starts_with('|');
    let is_tags = |line: &str| line.trim_start().starts_with("{%");
    let start = text[..range.start].rfind('\n').unwrap_or(0);
    let before = text[..start].rsplit('\n').find(|line| !is_tags(line));
    let after = text[range.end..].lines().skip(1).find(|line| !is_tags(line));
    // A loop may begin right after the head, and end after the last row.
    before.is_some_and(is_row) && (after.is_some_and(is_row) || is_alone(text, range))
}

/// Whether a position is between `<a` and its `>`, in raw HTML.
fn is_inside_html_tag(text: &str, at: usize) -> bool {
    let paragraph = text[..at].rfind("\n\n").map_or(0, |start| start + 2);
    let before = &text[paragraph..at];
    before.rfind('<').is_some_and(|open| {
        let rest = &before[open + 1..];
        rest.starts_with(|c: char| c.is_ascii_alphabetic()) && !rest.contains('>')
    })
}

/// Puts the events of a letter into shape, once for both parts.
struct Shaper<'a, I: Iterator<Item = Event<'a>>> {
    part: &'a Part,
    first: usize,
    marks: &'a Marks,
    events: Peekable<I>,
    in_code: bool,
    images: usize,
}

impl<'a, I: Iterator<Item = Event<'a>>> Shaper<'a, I> {
    fn shaped(mut self) -> Vec<Event<'a>> {
        let mut out = Vec::new();
        while let Some(event) = self.events.next() {
            match event {
                Event::Start(Md::TableRow) => self.table_row(&mut out),
                Event::Start(Md::HtmlBlock) => self.html_block(&mut out),
                Event::Start(Md::Paragraph) => self.paragraph(&mut out),
                event => {
                    let event = self.single(event);
                    out.extend(event);
                }
            }
        }
        out
    }

    /// An event by itself: no editors' comments, and words where a comment
    /// would be shown or encoded.
    fn single(&mut self, event: Event<'a>) -> Option<Event<'a>> {
        let words = |text: CowStr<'a>| -> CowStr<'a> { self.marks.as_words(&text).into() };
        Some(match event {
            Event::Start(Md::CodeBlock(kind)) => {
                self.in_code = true;
                Event::Start(Md::CodeBlock(kind))
            }
            Event::End(TagEnd::CodeBlock) => {
                self.in_code = false;
                Event::End(TagEnd::CodeBlock)
            }
            Event::Text(text) if self.in_code => Event::Text(words(text)),
            Event::Code(text) => Event::Code(words(text)),
            Event::Start(Md::Link { link_type, dest_url, title, id }) => Event::Start(Md::Link {
                link_type,
                dest_url: words(dest_url),
                title: words(title),
                id,
            }),
            Event::Start(Md::Image { link_type, dest_url, title, id }) => {
                let event =
                    Md::Image { link_type, dest_url: words(dest_url), title: words(title), id };
                self.images += 1;
                Event::Start(event)
            }
            Event::End(TagEnd::Image) => {
                self.images -= 1;
                Event::End(TagEnd::Image)
            }
            // An image's alternative text is an attribute: a comment would be shown.
            Event::InlineHtml(html) if self.images > 0 => Event::Text(words(html)),
            Event::InlineHtml(html) if is_comment(&html) && self.marks.find(&html).is_empty() => {
                return None;
            }
            event => event,
        })
    }

    /// A block of HTML, without the comments that editors leave for each other.
    /// Outlook's conditional comments stay.
    fn html_block(&mut self, out: &mut Vec<Event<'a>>) {
        let mut block = String::new();
        for event in self.events.by_ref() {
            match event {
                Event::Html(text) | Event::Text(text) => block.push_str(&text),
                Event::End(TagEnd::HtmlBlock) => break,
                _ => {}
            }
        }
        let mut kept = String::with_capacity(block.len());
        for token in super::html::tokens(&block) {
            let text = &block[super::html::range(&token).clone()];
            if !is_comment(text) || !self.marks.find(text).is_empty() {
                kept.push_str(text);
            }
        }
        if !kept.trim().is_empty() {
            out.push(Event::Start(Md::HtmlBlock));
            out.push(Event::Html(kept.into()));
            out.push(Event::End(TagEnd::HtmlBlock));
        }
    }

    /// A row that holds nothing but block tags is those tags, between rows.
    fn table_row(&mut self, out: &mut Vec<Event<'a>>) {
        let mut row = Vec::new();
        while let Some(event) = self.events.next() {
            if event == Event::End(TagEnd::TableRow) {
                break;
            }
            row.extend(self.single(event));
        }
        let is_mark = |event: &Event<'_>| matches!(event, Event::InlineHtml(html) if self.marks.removed(html).is_empty());
        let is_cell = |event: &Event<'_>| {
            matches!(event, Event::Start(Md::TableCell) | Event::End(TagEnd::TableCell))
        };
        if row.iter().any(is_mark) && row.iter().all(|event| is_mark(event) || is_cell(event)) {
            out.extend(row.into_iter().filter_map(|event| match event {
                Event::InlineHtml(html) => Some(Event::Html(html)),
                _ => None,
            }));
        } else {
            out.push(Event::Start(Md::TableRow));
            out.extend(row);
            out.push(Event::End(TagEnd::TableRow));
        }
    }

    /// A paragraph that is wholly inside one `{% if %}` is inside it with its
    /// own tags too, so that nothing is left of it when the condition fails.
    fn paragraph(&mut self, out: &mut Vec<Event<'a>>) {
        let mut inside = Vec::new();
        while let Some(event) = self.events.next() {
            if event == Event::End(TagEnd::Paragraph) {
                break;
            }
            inside.extend(self.single(event));
        }
        if matches!(inside.first(), Some(Event::Text(text)) if self.is_nothing(text)) {
            inside.remove(0);
        }
        let is_whole = match (inside.first(), inside.last()) {
            (Some(Event::InlineHtml(first)), Some(Event::InlineHtml(last))) => {
                self.is_pair(first, last)
            }
            _ => false,
        };
        if is_whole && let (Some(last), first) = (inside.pop(), inside.remove(0)) {
            out.extend(as_block(first));
            out.push(Event::Start(Md::Paragraph));
            out.extend(inside);
            out.push(Event::End(TagEnd::Paragraph));
            out.extend(as_block(last));
        } else {
            out.push(Event::Start(Md::Paragraph));
            out.extend(inside);
            out.push(Event::End(TagEnd::Paragraph));
        }
    }

    fn is_nothing(&self, text: &str) -> bool {
        matches!(self.marks.find(text).as_slice(), [one] if one.tag.is_none() && one.range == (0..text.len()))
    }

    /// Whether two marks are an opening tag and its own end, with no
    /// other branch between them.
    fn is_pair(&self, first: &str, last: &str) -> bool {
        let number = |html: &str| self.marks.find(html).first().and_then(|found| found.tag);
        let (Some(open), Some(end)) = (number(first), number(last)) else { return false };
        let (open, end) = (open - self.first, end - self.first);
        let branches = |at: usize| {
            matches!(self.part.statements[at], Some(Statement::Elif(_) | Statement::Else))
        };
        self.part.ends[open] == Some(end) && !(open..end).any(branches)
    }
}

fn as_block(event: Event<'_>) -> Vec<Event<'_>> {
    match event {
        Event::InlineHtml(html) => {
            vec![Event::Start(Md::HtmlBlock), Event::Html(html), Event::End(TagEnd::HtmlBlock)]
        }
        other => vec![other],
    }
}

fn is_comment(html: &str) -> bool {
    let html = html.trim_start();
    html.starts_with("<!--") && !html.starts_with("<!--[if") && !html.starts_with("<!--<![")
}
