//! A block's text as Markdown left it: what became markup, code or a link is one sign that
//! stands for it.

use std::ops::Range;

use super::super::rule::Rule;
use crate::compose::Reading;
use crate::finding::Finding;

/// Stands for what is no text: code, the beginning and end of a link, what was escaped.
pub(super) const OTHER: char = '\u{fffc}';

/// Something left over: a range of a line, its rule, and what to say.
pub(super) struct Left {
    pub(super) range: Range<usize>,
    pub(super) rule: Rule,
    pub(super) message: String,
}

/// A block's text.
#[derive(Default)]
pub(super) struct Line {
    pub(super) text: String,
    /// Where a piece begins: in the text, and in the letter.
    pieces: Vec<(usize, usize)>,
    pub(super) is_paragraph: bool,
}

impl Line {
    pub(super) fn beginning(is_paragraph: bool) -> Self {
        Self { is_paragraph, ..Self::default() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Takes text as it was written; what was escaped or is an entity, as one sign.
    pub(super) fn text(&mut self, text: &str, range: Range<usize>, source: &str) {
        if source.get(range.clone()) != Some(text) {
            return self.hidden(range.start);
        }
        let mut text = text;
        let mut start = range.start;
        if source[..start].ends_with('\\') && text.starts_with(|c: char| c.is_ascii_punctuation()) {
            self.hidden(start);
            (text, start) = (&text[1..], start + 1);
        }
        self.pieces.push((self.text.len(), start));
        self.text.push_str(text);
    }

    /// Takes something that is no text.
    pub(super) fn hidden(&mut self, at: usize) {
        self.pieces.push((self.text.len(), at));
        self.text.push(OTHER);
    }

    pub(super) fn end_of_line(&mut self, at: usize) {
        self.pieces.push((self.text.len(), at));
        self.text.push('\n');
    }

    /// A footnote's sign: `5 £**`, which belongs to `** with tax` elsewhere.
    pub(super) fn ends_with_stars(&self) -> bool {
        self.text.match_indices("**").any(|(at, stars)| {
            let before = self.text[..at].chars().next_back();
            let after = self.text[at + stars.len()..].chars().next();
            before.is_some_and(|c| !c.is_whitespace() && c != '*')
                && after.is_none_or(|c| c.is_whitespace() || ".,;:)".contains(c))
        })
    }

    /// Findings about ranges of the text, at their places in the letter.
    pub(super) fn said(&self, reading: &Reading<'_>, left: &[Left]) -> Vec<Finding> {
        let place = |range: &Range<usize>| {
            let start = self.source(range.start);
            reading.place(&(start..self.source(range.end).max(start)))
        };
        left.iter()
            .map(|left| left.rule.says(left.message.clone()).at(place(&left.range)))
            .collect()
    }

    fn source(&self, at: usize) -> usize {
        let next = self.pieces.partition_point(|(start, _)| *start <= at);
        let piece = next.checked_sub(1).map(|piece| self.pieces[piece]);
        piece.map_or(0, |(start, source)| source + at - start)
    }
}
