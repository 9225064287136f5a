//! Strings inside of tags. A tag in a component's string is merged, as everybody writes it:
//! `label="Give, {{ name }}"`. Anywhere else it would leave as it stands, and is a mistake
//! that is told with what to write.

use std::ops::Range;

use super::node::{Literal, Node, NodeKind};
use super::syntax::SyntaxError;
use super::tags::{self, Kind, Tag};

/// A string that is a component's argument, with its tags read by `read`. `range` has the
/// quotes.
pub(super) fn argument(
    text: &str,
    range: &Range<usize>,
    read: impl Fn(&Tag) -> Result<Node, SyntaxError>,
) -> Result<Node, SyntaxError> {
    let content = range.start + 1..range.end - 1;
    let mut node =
        Node { range: range.clone(), kind: NodeKind::Literal(Literal::Str), children: Vec::new() };
    let (found, unclosed) = inside(text, &content);
    if let Some(open) = unclosed {
        let slip = SyntaxError::new(
            open.clone(),
            format!("`{}` is never closed in this string", &text[open]),
        );
        return Err(slip.cured("tag-syntax", QUOTES));
    }
    if found.is_empty() {
        return Ok(node);
    }
    let mut pieces = Vec::with_capacity(found.len() + 1);
    let mut at = content.start;
    for tag in &found {
        if tag.kind != Kind::Expression {
            return Err(not_merged(text, tag));
        }
        pieces.push(at..tag.range.start);
        at = tag.range.end;
        let child = read(tag).map_err(|slip| quoted(text, slip))?;
        if matches!(child.kind, NodeKind::Component { .. }) {
            return Err(not_merged(text, tag));
        }
        node.children.push(child);
    }
    pieces.push(at..content.end);
    node.kind = NodeKind::Interpolated { pieces };
    Ok(node)
}

/// Refuses tags in a string that is no component's argument.
pub(super) fn without_tags(text: &str, range: &Range<usize>) -> Result<(), SyntaxError> {
    let content = range.start + 1..range.end - 1;
    let (found, _) = inside(text, &content);
    let Some(first) = found.first() else { return Ok(()) };
    let is_expression = |tag: &Tag| tag.kind == Kind::Expression;
    if !found.iter().all(is_expression) {
        return Err(not_merged(text, first));
    }
    let quote = &text[range.start..=range.start];
    let mut terms = Vec::new();
    let mut at = content.start;
    for tag in &found {
        terms.push(quoted_piece(text, at..tag.range.start, quote));
        terms.push(Some(text[tag.inner.clone()].trim().to_owned()));
        at = tag.range.end;
    }
    terms.push(quoted_piece(text, at..content.end, quote));
    let terms: Vec<String> = terms.into_iter().flatten().collect();
    Err(in_string(text, first)
        .cured(CODE, format!("write `{}` instead of the string", terms.join(" ~ "))))
}

/// A tag in a string that is not merged there.
const CODE: &str = "tag-in-string";

fn in_string(text: &str, tag: &Tag) -> SyntaxError {
    let shown = &text[tag.range.clone()];
    SyntaxError::new(
        tag.range.clone(),
        format!("`{shown}` stands in a string, and would be sent as it is"),
    )
}

/// `{% if … %}` in a string.
fn not_merged(text: &str, tag: &Tag) -> SyntaxError {
    in_string(text, tag).cured(
        CODE,
        "in a component's string only `{{ … }}` is merged; write a choice as `label={\"Give\" if city else \"Join\"}`, or put `{% if … %}` around the whole call",
    )
}

/// A slip inside such a tag: mostly quotes.
fn quoted(text: &str, slip: SyntaxError) -> SyntaxError {
    if text[slip.range.clone()].starts_with('\\') {
        return slip.cured(
            "tag-syntax",
            "quotes inside `{{ … }}` take no backslash: write `{{ name or 'friend' }}`",
        );
    }
    slip
}

fn quoted_piece(text: &str, range: Range<usize>, quote: &str) -> Option<String> {
    (!range.is_empty()).then(|| format!("{quote}{}{quote}", &text[range]))
}

const QUOTES: &str =
    "close it with `}}`; quotes inside take no backslash: `\"Dear {{ name or 'friend' }}\"`";

/// The tags inside a string, by their ranges in the whole text, and one that is not closed.
fn inside(text: &str, content: &Range<usize>) -> (Vec<Tag>, Option<Range<usize>>) {
    let piece = &text[content.clone()];
    if !piece.contains('{') {
        return (Vec::new(), None);
    }
    let shift = |range: Range<usize>| range.start + content.start..range.end + content.start;
    let moved =
        |tag: Tag| Tag { range: shift(tag.range.clone()), inner: shift(tag.inner.clone()), ..tag };
    let (tags, unclosed) = tags::find(piece);
    let first = unclosed.into_iter().next().map(|slip| shift(slip.range));
    (tags.into_iter().map(moved).collect(), first)
}
