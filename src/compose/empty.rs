//! Whether a letter may be empty for a reader: all of it stands in conditions, say. Only such a
//! letter is looked at after the merge: its text stands between two signs that no author and no
//! row can write.

use super::marks::Marks;
use super::part::{Part, component_name};
use super::statement::Statement;
use super::visible::is_blank;

/// What rows can make of a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Emptiness {
    /// There is always something in it.
    Never,
    /// A row may leave nothing of it.
    Perhaps,
    /// There is nothing in it.
    Always,
}

/// Stands before and after the text of a letter that may be empty.
const EDGE: char = '\u{e}';

/// What rows can make of a body, in its two forms with marks. `first` is the number of its
/// first tag.
pub(super) fn emptiness(
    part: &Part,
    first: usize,
    html: &str,
    text: &str,
    marks: &Marks,
) -> Emptiness {
    // A picture may have no text, and is something all the same.
    let pictures = ["<img", "<svg", "<hr", "<!--[if", "background"];
    if pictures.iter().any(|picture| html.contains(picture)) {
        return Emptiness::Never;
    }
    let (mut depth, mut at) = (0_usize, 0);
    let mut is_plain = true;
    for found in marks.find(text) {
        if depth == 0 && !is_blank(&text[at..found.range.start]) {
            return Emptiness::Never;
        }
        at = found.range.end;
        let Some(tag) = found.tag.and_then(|tag| tag.checked_sub(first)) else { continue };
        is_plain = false;
        match part.statements.get(tag) {
            Some(Some(Statement::Print(node))) if component_name(node).is_some() || depth == 0 => {
                return Emptiness::Never;
            }
            Some(Some(Statement::Open(_))) => return Emptiness::Never,
            Some(Some(_)) if part.ends[tag].is_some() => depth += 1,
            Some(Some(_)) if part.opens[tag].is_some_and(|open| part.ends[open] == Some(tag)) => {
                depth = depth.saturating_sub(1);
            }
            _ => {}
        }
    }
    match (is_blank(&text[at..]), is_plain) {
        (false, _) if depth == 0 => Emptiness::Never,
        (true, true) => Emptiness::Always,
        _ => Emptiness::Perhaps,
    }
}

/// A text whose end can be found after the merge.
pub(super) fn edged(text: &str) -> String {
    format!("{EDGE}{text}{EDGE}")
}

/// Takes the edges out again, and says whether there was nothing between them.
pub(crate) fn take_edges(text: &mut Vec<u8>) -> bool {
    let edge = EDGE as u8;
    let mut edges = text.iter().enumerate().filter(|(_, byte)| **byte == edge).map(|(at, _)| at);
    let (Some(start), Some(end)) = (edges.next(), edges.next()) else { return false };
    let is_empty = std::str::from_utf8(&text[start + 1..end]).is_ok_and(is_blank);
    text.retain(|byte| *byte != edge);
    is_empty
}
