//! Markdown's blocks behind a tag: `{% if vip %}## News{% endif %}`. Markdown knows a heading, an
//! item, a quotation or a row of a table by what its line begins with, which is the tag.

use std::ops::Range;

use super::part::Part;
use super::statement::Statement;
use crate::finding::Finding;
use crate::place::Passage;

/// A block that would not be read as one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Behind {
    /// Where its tag's mark begins in the marked text.
    pub(super) made: usize,
    /// What begins the block, in the author's text.
    sign: Range<usize>,
    what: &'static str,
}

impl Behind {
    /// What there is to say about it.
    pub(super) fn finding(&self, passage: &Passage) -> Finding {
        let sign = &passage.text()[self.sign.clone()];
        let message = format!("`{sign}` behind a tag begins no {}", self.what);
        let help = format!(
            "give the tags lines of their own, above and below; to show the sign itself, write `\\{}`",
            sign.trim_end()
        );
        Finding::error("block-behind-tag", message, help).at(passage.place(self.sign.clone()))
    }
}

/// The block that stands behind a tag on the tag's line. `bytes` is the author's text with its
/// tags painted as `paint`, `made` where the tag's mark stands in the marked text.
pub(super) fn behind(
    part: &Part,
    tag: usize,
    bytes: &[u8],
    paint: u8,
    made: usize,
) -> Option<Behind> {
    let range = &part.tags[tag].range;
    // Most tags are followed by a letter or the end of their line.
    if !bytes.get(range.end).is_some_and(|byte| b"#-*+>|`~".contains(byte) || byte.is_ascii_digit())
    {
        return None;
    }
    let near = range.start.saturating_sub(LONGEST);
    let start = match bytes[near..range.start].iter().rposition(|byte| *byte == b'\n') {
        Some(at) => near + at + 1,
        None if near == 0 => 0,
        None => return None,
    };
    let leads = |byte: &u8| b" \t>-*+.)".contains(byte) || byte.is_ascii_digit();
    let first = start + bytes[start..].iter().take_while(|byte| leads(byte)).count();
    if bytes[first] != paint {
        return None;
    }
    let is_first = bytes[first..range.start].iter().all(|byte| *byte == paint || *byte == b' ');
    let divides = matches!(
        part.statements[tag],
        Some(Statement::Elif(_) | Statement::Else | Statement::If(_))
    );
    if !is_first && !divides {
        return None;
    }
    let rest = &bytes[range.end..bytes.len().min(range.end + LONGEST)];
    let end = range.end + rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
    let (length, what) = sign(&bytes[range.end..end])?;
    if what == NUMBERED && !is_among_numbers(bytes, start, end) {
        return None;
    }
    Some(Behind { made, sign: range.end..range.end + length, what })
}

/// How far from a tag its line is looked at, in bytes: a hostile line is not read again and again.
const LONGEST: usize = 2_000;
const NUMBERED: &str = "item of a list of numbers";

/// What begins a block, and which.
fn sign(line: &[u8]) -> Option<(usize, &'static str)> {
    let count = |sign: u8| line.iter().take_while(|byte| **byte == sign).count();
    let is_space = |at: usize| line.get(at) == Some(&b' ');
    match *line.first()? {
        b'#' if count(b'#') <= 6 && is_space(count(b'#')) => Some((count(b'#'), "heading")),
        b'-' | b'*' | b'+' if is_space(1) => Some((1, "item of a list")),
        b'>' if is_space(1) || line.get(1).is_some_and(u8::is_ascii_alphabetic) => {
            Some((1, "quotation"))
        }
        b'|' if line[1..].contains(&b'|') => Some((1, "row of a table")),
        b'`' if count(b'`') >= 3 => Some((count(b'`'), "block of code")),
        b'~' if count(b'~') >= 3 => Some((count(b'~'), "block of code")),
        _ => number(line).map(|length| (length, NUMBERED)),
    }
}

/// The length of `3.` or `3)`, before a space.
fn number(line: &[u8]) -> Option<usize> {
    let digits = line.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let is_number = (1..=9).contains(&digits)
        && matches!(line.get(digits), Some(b'.' | b')'))
        && line.get(digits + 1) == Some(&b' ');
    is_number.then_some(digits + 1)
}

/// Whether the line above or below is a numbered item: `3. May` alone is a date.
fn is_among_numbers(bytes: &[u8], start: usize, end: usize) -> bool {
    let above = bytes[..start.saturating_sub(1)].rsplit(|byte| *byte == b'\n').next();
    let below = bytes.get(end + 1..).and_then(|rest| rest.split(|byte| *byte == b'\n').next());
    [above, below].into_iter().flatten().any(|line| number(line.trim_ascii()).is_some())
}
