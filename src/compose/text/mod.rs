//! The text part, from the same events as the HTML: what a reader without
//! HTML gets, wrapped at 78 columns (RFC 5322 §2.1.1), links as `text (url)`.
//!
//! What depends on values is laid out after the merge, by [`reflow`].

mod flow;
mod raw;
mod table;
mod wrap;
mod writer;

use std::collections::HashSet;

use pulldown_cmark::{Event, Tag, TagEnd};

use self::writer::Writer;
use super::marks::Marks;
pub(crate) use flow::{quoted, reflow};

/// What a tag writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Prints {
    /// A value, in a sentence.
    Value,
    /// A component, a block by itself when it stands on its own line.
    Component,
    /// The beginning of a component's body.
    Opens,
    /// The end of a component's body, where the component is written.
    Closes,
    /// Nothing, but what follows may stand there several times.
    Repeats,
    /// Nothing: a condition begins, …
    Branches,
    /// … another branch of it, …
    Divides,
    /// … and it ends.
    Ends,
    /// Nothing at all.
    Nothing,
}

/// Writes events as text, with marks.
pub(super) fn write(
    events: &[Event<'_>],
    marks: &Marks,
    prints: &dyn Fn(usize) -> Prints,
) -> String {
    let mut writer = Writer::new(marks, prints, counted_lists(events, marks));
    for (at, event) in events.iter().enumerate() {
        writer.event(at, event);
    }
    writer.finish()
}

/// What an author wrote, without the characters of which signs are made.
pub(crate) fn without_controls(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}

/// The lists whose items depend on tags: their numbers are known after the merge.
fn counted_lists(events: &[Event<'_>], marks: &Marks) -> HashSet<usize> {
    let mut counted = HashSet::new();
    let mut open: Vec<Option<usize>> = Vec::new();
    for (at, event) in events.iter().enumerate() {
        match event {
            Event::Start(Tag::List(Some(_))) => open.push(Some(at)),
            Event::Start(Tag::List(None) | Tag::Item) => open.push(None),
            Event::End(TagEnd::List(_) | TagEnd::Item) => {
                open.pop();
            }
            Event::Html(html) if !marks.find(html).is_empty() => {
                counted.extend(open.last().copied().flatten());
            }
            _ => {}
        }
    }
    counted
}
