//! Where the bytes of a made text come from: marks are put in for tags, and a slip in the
//! marked text is told at the author's line.

use std::ops::Range;

/// The pieces of a made text, each with where it begins in the author's.
#[derive(Debug, Default)]
pub(crate) struct Offsets {
    /// Where a piece begins: in the made text, and in the author's.
    pieces: Vec<(usize, usize)>,
}

impl Offsets {
    /// From here on, the made text is what stands at `author`. What was taken back of the
    /// made text is forgotten.
    pub(crate) fn push(&mut self, made: usize, author: usize) {
        while self.pieces.last().is_some_and(|(start, _)| *start >= made) {
            self.pieces.pop();
        }
        self.pieces.push((made, author));
    }

    /// Where a byte of the made text comes from; what was put in comes from where it stands.
    pub(crate) fn author(&self, made: usize) -> usize {
        let next = self.pieces.partition_point(|(start, _)| *start <= made);
        let Some((start, author)) = next.checked_sub(1).map(|at| self.pieces[at]) else { return 0 };
        let here = author + (made - start);
        self.pieces.get(next).map_or(here, |(_, end)| here.min(*end))
    }

    /// Where a range of the made text comes from.
    pub(crate) fn range(&self, made: &Range<usize>) -> Range<usize> {
        let start = self.author(made.start);
        start..self.author(made.end).max(start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_behind_a_mark_is_found_where_it_was_written() {
        let mut offsets = Offsets::default();
        offsets.push(0, 0);
        // `ab{{ name }}cd` with a mark of three letters.
        offsets.push(2, 2);
        offsets.push(5, 12);
        assert_eq!(offsets.author(1), 1);
        assert_eq!(offsets.author(3), 3);
        assert_eq!(offsets.range(&(5..7)), 12..14);
        offsets.push(4, 20);
        assert_eq!(offsets.author(5), 21);
    }
}
