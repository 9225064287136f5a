//! Puts the events of a letter in order around its block tags, so that what
//! a condition leaves out leaves nothing behind, and a loop over items makes one list.

use pulldown_cmark::{Event, Tag as Md, TagEnd};

use super::listing::Listing;
use super::marks::Marks;
use super::part::Part;
use super::statement::Statement;

/// The tags of a body, as its events hold them.
pub(super) struct Tags<'a> {
    pub(super) part: &'a Part,
    /// The number of its first tag.
    pub(super) first: usize,
    pub(super) marks: &'a Marks,
    /// Its lists, in order.
    pub(super) lists: &'a [Listing],
}

impl Tags<'_> {
    /// The tags that a piece of HTML consists of; nothing if it holds anything else.
    pub(super) fn only(&self, html: &str) -> Option<Vec<usize>> {
        let found = self.marks.find(html);
        let is_only = !found.is_empty() && self.marks.removed(html).trim().is_empty();
        is_only
            .then(|| found.iter().filter_map(|found| found.tag?.checked_sub(self.first)).collect())
    }

    /// Whether two pieces of HTML are an `{% if %}` and its own end, with no other branch between.
    fn is_whole_condition(&self, first: &str, last: &str) -> bool {
        let (Some(open), Some(end)) = (self.only(first), self.only(last)) else { return false };
        let ([open], [end]) = (open.as_slice(), end.as_slice()) else { return false };
        matches!(self.part.statements[*open], Some(Statement::If(_)))
            && self.part.ends[*open] == Some(*end)
            && !self.part.opens[*open..*end].contains(&Some(*open))
    }

    /// Whether tags may stand between the items of a list: they write nothing.
    fn divides(&self, tags: &[usize]) -> bool {
        tags.iter().all(|tag| {
            matches!(
                self.part.statements[*tag],
                Some(
                    Statement::If(_)
                        | Statement::Elif(_)
                        | Statement::Else
                        | Statement::EndIf
                        | Statement::For { .. }
                        | Statement::EndFor
                )
            )
        })
    }

    /// Whether a list goes on with one before it.
    fn goes_on(&self, before: &Piece, next: &Piece, is_loop: bool) -> bool {
        match (self.lists.get(before.list), self.lists.get(next.list)) {
            (Some(before), Some(next)) => before.goes_on(next, is_loop),
            _ => false,
        }
    }

    fn is_loop(&self, tag: usize) -> bool {
        matches!(self.part.statements[tag], Some(Statement::For { .. }))
    }
}

/// Arranges the events of a body.
pub(super) fn arranged<'e>(events: Vec<Event<'e>>, tags: &Tags<'_>) -> Vec<Event<'e>> {
    hoisted(joined(events, tags), tags)
}

/// A block that is wholly inside one `{% if %}` is inside it with its own
/// element too: no empty paragraph, item or quotation is left.
fn hoisted<'e>(events: Vec<Event<'e>>, tags: &Tags<'_>) -> Vec<Event<'e>> {
    let mut out: Vec<Event<'e>> = Vec::with_capacity(events.len());
    let mut open = Vec::new();
    for event in events {
        match &event {
            Event::Start(start) if may_be_empty(start.to_end()) => open.push(out.len()),
            Event::End(end) if may_be_empty(*end) => {
                let whole = open.pop().filter(|start| is_whole(&out[*start..], tags));
                if let Some(start) = whole {
                    let last = out.pop().map(as_block);
                    out[start + 1] = as_block(std::mem::replace(&mut out[start + 1], Event::Rule));
                    out.swap(start, start + 1);
                    out.push(event);
                    out.extend(last);
                    continue;
                }
            }
            _ => {}
        }
        out.push(event);
    }
    out
}

fn may_be_empty(end: TagEnd) -> bool {
    matches!(
        end,
        TagEnd::Paragraph
            | TagEnd::Heading(_)
            | TagEnd::Item
            | TagEnd::List(_)
            | TagEnd::BlockQuote(_)
    )
}

fn is_whole(block: &[Event<'_>], tags: &Tags<'_>) -> bool {
    match block {
        [
            _,
            Event::InlineHtml(first) | Event::Html(first),
            ..,
            Event::InlineHtml(last) | Event::Html(last),
        ] => tags.is_whole_condition(first, last),
        _ => false,
    }
}

fn as_block(event: Event<'_>) -> Event<'_> {
    match event {
        Event::InlineHtml(html) => Event::Html(html),
        other => other,
    }
}

/// Lists with nothing but tags between them are one list, as in
///
/// ```text
/// - first
/// {% for book in vars.books %}
/// - {{ book }}
/// {% endfor %}
/// ```
fn joined<'e>(events: Vec<Event<'e>>, tags: &Tags<'_>) -> Vec<Event<'e>> {
    let ends = ends_of_lists(&events);
    let numbers: Vec<usize> = events
        .iter()
        .scan(0, |next, event| {
            let is_list = matches!(event, Event::Start(Md::List(_)));
            Some(std::mem::replace(next, *next + usize::from(is_list)))
        })
        .collect();
    let mut edits: Vec<Edit> = vec![Edit::Keep; events.len()];
    let mut seen = vec![false; events.len()];
    for at in 0..events.len() {
        if seen[at] {
            continue;
        }
        let run = run_of(&events, at, &ends, &numbers, tags);
        for piece in &run {
            seen[piece.start] = true;
        }
        let mut rest = run.as_slice();
        while !rest.is_empty() {
            let length = one_list(rest, tags);
            if let Some(length) = length {
                join(&rest[..length], &mut edits);
            }
            rest = &rest[length.unwrap_or(1)..];
        }
    }
    edited(events, &edits)
}

/// Makes one list of some lists and the tags between and around them.
fn join(pieces: &[Piece], edits: &mut [Edit]) {
    let is_list = |piece: &&Piece| piece.tags.is_none();
    for piece in pieces.iter().filter(is_list) {
        edits[piece.start] = Edit::Drop;
        edits[piece.end] = Edit::Drop;
    }
    let ([head, ..], [.., tail]) = (pieces, pieces) else { return };
    if let Some(list) = pieces.iter().find(is_list).map(|piece| piece.start) {
        edits[head.start] = Edit::Begin { list, keep: head.tags.is_some() };
        edits[tail.end] = Edit::End { list, keep: tail.tags.is_some() };
    }
}

#[derive(Clone, Copy)]
enum Edit {
    Keep,
    Drop,
    /// The start of a list, before what stands here.
    Begin {
        list: usize,
        keep: bool,
    },
    /// The end of a list, after what stands here.
    End {
        list: usize,
        keep: bool,
    },
}

fn edited<'e>(events: Vec<Event<'e>>, edits: &[Edit]) -> Vec<Event<'e>> {
    let starts: Vec<Option<Event<'e>>> = events
        .iter()
        .map(|event| matches!(event, Event::Start(Md::List(_))).then(|| event.clone()))
        .collect();
    let end = |list: usize| match &starts[list] {
        Some(Event::Start(tag)) => Some(Event::End(tag.to_end())),
        _ => None,
    };
    let mut out = Vec::with_capacity(events.len());
    for (at, event) in events.into_iter().enumerate() {
        match edits[at] {
            Edit::Keep => out.push(event),
            Edit::Drop => {}
            Edit::Begin { list, keep } => {
                out.extend(starts[list].clone());
                out.extend(keep.then_some(event));
            }
            Edit::End { list, keep } => {
                out.extend(keep.then_some(event));
                out.extend(end(list));
            }
        }
    }
    out
}

/// A list, or tags between lists.
struct Piece {
    start: usize,
    /// Its last event.
    end: usize,
    tags: Option<Vec<usize>>,
    /// Which list it is, counted from the letter's beginning.
    list: usize,
}

fn ends_of_lists(events: &[Event<'_>]) -> Vec<usize> {
    let mut ends = vec![0; events.len()];
    let mut open = Vec::new();
    for (at, event) in events.iter().enumerate() {
        match event {
            Event::Start(Md::List(_)) => open.push(at),
            Event::End(TagEnd::List(_)) => {
                if let Some(start) = open.pop() {
                    ends[start] = at;
                }
            }
            _ => {}
        }
    }
    ends
}

/// Lists and tags that follow each other directly.
fn run_of(
    events: &[Event<'_>],
    from: usize,
    ends: &[usize],
    numbers: &[usize],
    tags: &Tags<'_>,
) -> Vec<Piece> {
    let mut run = Vec::new();
    let mut at = from;
    while let Some(event) = events.get(at) {
        let piece = match event {
            Event::Start(Md::List(_)) => {
                Piece { start: at, end: ends[at], tags: None, list: numbers[at] }
            }
            Event::Html(html) => match tags.only(html).filter(|found| tags.divides(found)) {
                Some(found) => Piece { start: at, end: at, tags: Some(found), list: 0 },
                None => break,
            },
            _ => break,
        };
        at = piece.end + 1;
        run.push(piece);
    }
    run
}

/// How many pieces from the first on make one list: the most of them in which every
/// tag has its partner. One list alone stays as it is, if it is not in a loop; and so do lists
/// with nothing between them, with other bullets, or with numbers that do not go on.
fn one_list(run: &[Piece], tags: &Tags<'_>) -> Option<usize> {
    let mut open: Vec<usize> = Vec::new();
    let (mut lists, mut loops, mut best) = (0, 0, None);
    let mut last: Option<&Piece> = None;
    for (at, piece) in run.iter().enumerate() {
        match &piece.tags {
            None => {
                let is_beside = at > 0 && run[at - 1].tags.is_none();
                let is_loop = open.iter().any(|tag| tags.is_loop(*tag));
                if is_beside || last.is_some_and(|last| !tags.goes_on(last, piece, is_loop)) {
                    break;
                }
                last = Some(piece);
                lists += 1;
            }
            Some(found) => {
                for tag in found {
                    loops += usize::from(tags.is_loop(*tag));
                    if tags.part.ends[*tag].is_some() {
                        open.push(*tag);
                        continue;
                    }
                    let opener = tags.part.opens[*tag];
                    if opener.is_none() || open.last().copied() != opener {
                        return best;
                    }
                    if opener.is_some_and(|opener| tags.part.ends[opener] == Some(*tag)) {
                        open.pop();
                    }
                }
            }
        }
        if open.is_empty() && lists > 0 && (lists > 1 || loops > 0) {
            best = Some(at + 1);
        }
    }
    best
}
