//! Typographic punctuation: quotation marks of the letter's language, apostrophes, dashes and
//! ellipses, in the text between markup and nowhere else. Primes (`5' 6"`) stay as they are, as
//! does what was escaped, written as an entity, or is part of an address.
//!
//! What stands on both sides of a sign decides, over the borders of markup: in `"**a**"` the
//! second one closes.

use std::ops::Range;

use pulldown_cmark::{CowStr, Event, LinkType, Tag as Md, TagEnd};

use super::glyphs::{self, Edit};
use super::quotes::Quotes;

/// Makes the punctuation of some events typographic. `source` is what they were read from,
/// `nothing` a word in it that stands for none.
pub(super) fn set(
    events: &mut [(Event<'_>, Range<usize>)],
    source: &str,
    nothing: &str,
    quotes: &Quotes,
) {
    let mut line = Line::default();
    let (mut in_code, mut in_html, mut in_address) = (false, false, false);
    for at in 0..events.len() {
        let (event, range) = &events[at];
        match event {
            Event::Text(_) if in_code || in_html => {}
            Event::Text(text) if **text == *nothing => {}
            Event::Text(text) if in_address => line.fixed(text),
            Event::Text(text) => line.text(at, text, escaped(text, range, source)),
            Event::Code(_) | Event::InlineMath(_) => line.fixed("x"),
            Event::SoftBreak | Event::HardBreak => line.fixed(" "),
            Event::Start(Md::Link { link_type, .. }) => in_address = is_address(*link_type),
            Event::End(TagEnd::Link) => in_address = false,
            event if is_inline(event) => {}
            _ => {
                match event {
                    Event::Start(Md::CodeBlock(_)) => in_code = true,
                    Event::End(TagEnd::CodeBlock) => in_code = false,
                    Event::Start(Md::HtmlBlock) => in_html = true,
                    Event::End(TagEnd::HtmlBlock) => in_html = false,
                    _ => {}
                }
                line.written(events, quotes);
            }
        }
    }
    line.written(events, quotes);
}

fn is_address(link: LinkType) -> bool {
    matches!(link, LinkType::Autolink | LinkType::Email)
}

/// Whether an event stands in a line of text and ends none.
fn is_inline(event: &Event<'_>) -> bool {
    matches!(
        event,
        Event::Start(Md::Emphasis | Md::Strong | Md::Strikethrough | Md::Image { .. })
            | Event::End(TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Image)
            | Event::InlineHtml(_)
            | Event::FootnoteReference(_)
            | Event::TaskListMarker(_)
    )
}

/// How many bytes at the beginning of a text are meant as they stand: one character after a
/// backslash, all of what was written as an entity.
fn escaped(text: &str, range: &Range<usize>, source: &str) -> usize {
    if source.get(range.clone()) != Some(text) {
        return text.len();
    }
    let is_escaped = source[..range.start].ends_with('\\');
    let first = text.chars().next().filter(|c| is_escaped && c.is_ascii_punctuation());
    first.map_or(0, char::len_utf8)
}

/// A block's text in one piece, and which events it came from.
#[derive(Default)]
struct Line {
    text: String,
    /// Where a text begins here, its event, and how many bytes of it are left alone.
    pieces: Vec<(usize, usize, usize)>,
}

impl Line {
    fn text(&mut self, event: usize, text: &str, escaped: usize) {
        self.pieces.push((self.text.len(), event, escaped));
        self.text.push_str(text);
    }

    /// Text that is not changed, and that others stand beside.
    fn fixed(&mut self, text: &str) {
        if !text.is_empty() {
            self.pieces.push((self.text.len(), usize::MAX, text.len()));
            self.text.push_str(text);
        }
    }

    /// Writes what is decided into the events, and begins anew.
    fn written(&mut self, events: &mut [(Event<'_>, Range<usize>)], quotes: &Quotes) {
        let is_fixed = |at: usize| {
            let piece = self.pieces.partition_point(|(start, ..)| *start <= at).checked_sub(1);
            piece
                .map(|piece| self.pieces[piece])
                .is_none_or(|(start, _, escaped)| at < start + escaped)
        };
        let edits = glyphs::edits(&self.text, &is_fixed, quotes);
        let mut rest = edits.as_slice();
        for (number, (start, event, _)) in self.pieces.iter().enumerate() {
            let end = self.pieces.get(number + 1).map_or(self.text.len(), |(next, ..)| *next);
            let count = rest.iter().take_while(|edit| edit.range.start < end).count();
            let (here, later) = rest.split_at(count);
            rest = later;
            if here.is_empty() {
                continue;
            }
            if let Some((Event::Text(text), _)) = events.get_mut(*event) {
                *text = edited(&self.text[*start..end], *start, here);
            }
        }
        self.text.clear();
        self.pieces.clear();
    }
}

fn edited<'e>(text: &str, start: usize, edits: &[Edit]) -> CowStr<'e> {
    let mut out = String::with_capacity(text.len() + 2 * edits.len());
    let mut at = 0;
    for edit in edits {
        out.push_str(&text[at..edit.range.start - start]);
        out.push_str(&edit.new);
        at = (edit.range.end - start).min(text.len());
    }
    out.push_str(&text[at..]);
    out.into()
}
