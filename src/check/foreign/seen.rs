//! A text as readers see it, with where each piece of it was written: without what no one
//! sees, without the signs of Markdown and HTML, and a sign for every tag of ours.

use std::ops::Range;

use crate::compose::visible::{has_no_width, is_unseen};
use crate::place::{Passage, Place};

/// Where a text stands in a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// In what is read.
    Prose,
    /// In code, which may show what tags look like.
    Code,
    /// In the address of a link or an image.
    Url,
    /// In a row of a table, before Markdown cuts it into cells.
    Row,
}

/// What stands for a tag of ours: the object replacement character.
const OURS: char = '\u{fffc}';

/// A text, and how it was written.
pub(super) struct Seen<'p> {
    pub(super) kind: Kind,
    pub(super) text: String,
    passage: &'p Passage,
    pieces: Vec<Piece>,
}

/// From here on a text stands in its passage, byte for byte unless both lengths differ.
struct Piece {
    at: usize,
    source: Range<usize>,
    is_verbatim: bool,
}

impl<'p> Seen<'p> {
    /// An empty text.
    pub(super) fn new(kind: Kind, passage: &'p Passage) -> Self {
        Self { kind, text: String::new(), passage, pieces: Vec::new() }
    }

    /// The same kind of text, empty.
    pub(super) fn another(&self, kind: Kind) -> Self {
        Self::new(kind, self.passage)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.text.trim().is_empty()
    }

    /// Adds a piece of the passage as it stands, with a sign for each of our tags.
    pub(super) fn verbatim(&mut self, range: Range<usize>, tags: &[Range<usize>]) {
        let mut at = range.start;
        let first = tags.partition_point(|tag| tag.end <= range.start);
        for tag in tags[first..].iter().take_while(|tag| tag.start < range.end) {
            self.plain(at..tag.start.max(at));
            if tag.start >= range.start {
                self.put(OURS, tag.clone());
            }
            at = tag.end.min(range.end);
        }
        self.plain(at..range.end);
    }

    fn plain(&mut self, range: Range<usize>) {
        let passage = self.passage;
        for (at, c) in passage.text()[range.clone()].char_indices() {
            let start = range.start + at;
            self.put(c, start..start + c.len_utf8());
        }
    }

    /// The same with HTML's references decoded: `&lt;` is `<` to a reader.
    pub(super) fn decoded(&mut self, range: Range<usize>, tags: &[Range<usize>]) {
        /// The longest reference that is one.
        const LONGEST: usize = 12;
        let passage = self.passage;
        let text = passage.text();
        let mut at = range.start;
        while let Some(start) = text[at..range.end].find('&').map(|found| at + found) {
            self.verbatim(at..start, tags);
            let most = (0..=(range.end - start).min(LONGEST))
                .rev()
                .find(|length| text.is_char_boundary(start + length));
            let end = text[start..start + most.unwrap_or(0)].find(';').map(|end| start + end + 1);
            at = end.unwrap_or(start + 1);
            match end.map(|end| html_escape::decode_html_entities(&text[start..end])) {
                Some(decoded) if decoded != text[start..at] => self.written(&decoded, start..at),
                _ => self.verbatim(start..at, tags),
            }
        }
        self.verbatim(at..range.end, tags);
    }

    /// Adds a text that was written otherwise.
    pub(super) fn written(&mut self, text: &str, source: Range<usize>) {
        for c in text.chars() {
            self.put(c, source.clone());
        }
    }

    /// Adds a break that no tag crosses.
    pub(super) fn break_line(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            let end = self.pieces.last().map_or(0, |piece| piece.source.end);
            self.add('\n', end..end);
        }
    }

    /// Adds what is nothing to a reader's eye and yet no part of a word.
    pub(super) fn gap(&mut self) {
        let end = self.pieces.last().map_or(0, |piece| piece.source.end);
        self.add(OURS, end..end);
    }

    /// Adds a character as a reader takes it.
    pub(super) fn put(&mut self, c: char, source: Range<usize>) {
        match c {
            c if has_no_width(c) => {}
            '\n' if self.kind == Kind::Row => self.add('\n', source),
            c if is_unseen(c) => self.add(' ', source),
            '＜' | '‹' | '〈' | '⟨' => self.add('<', source),
            '＞' | '›' | '〉' | '⟩' => self.add('>', source),
            '≪' => [(); 2].iter().for_each(|()| self.add('<', source.clone())),
            '≫' => [(); 2].iter().for_each(|()| self.add('>', source.clone())),
            '［' | '【' => self.add('[', source),
            '］' | '】' => self.add(']', source),
            '｛' => self.add('{', source),
            '｝' => self.add('}', source),
            '％' => self.add('%', source),
            '＊' => self.add('*', source),
            '｜' => self.add('|', source),
            c => self.add(c, source),
        }
    }

    fn add(&mut self, c: char, source: Range<usize>) {
        let is_verbatim = c.len_utf8() == source.len();
        let last = self.pieces.last_mut();
        let goes_on =
            last.filter(|last| is_verbatim && last.is_verbatim && last.source.end == source.start);
        match goes_on {
            Some(last) => last.source.end = source.end,
            None => self.pieces.push(Piece { at: self.text.len(), source, is_verbatim }),
        }
        self.text.push(c);
    }

    /// The tags of ours in it.
    pub(super) fn tags(&self) -> impl Iterator<Item = &Range<usize>> {
        self.pieces.iter().filter(|piece| !piece.is_verbatim).map(|piece| &piece.source)
    }

    /// Where a range of the text was written, in the passage.
    pub(super) fn source(&self, range: &Range<usize>) -> Range<usize> {
        let piece = |at: usize| {
            let number = self.pieces.partition_point(|piece| piece.at <= at);
            number.checked_sub(1).map(|number| &self.pieces[number])
        };
        let (Some(first), Some(last)) = (piece(range.start), piece(range.end.saturating_sub(1)))
        else {
            return 0..0;
        };
        let start = first.source.start + if first.is_verbatim { range.start - first.at } else { 0 };
        let end = if last.is_verbatim {
            last.source.start + range.end - last.at
        } else {
            last.source.end
        };
        start..end.max(start)
    }

    /// The place of a range of the text, and how it was written.
    pub(super) fn shown(&self, range: &Range<usize>) -> (Place, String) {
        let source = self.source(range);
        let written = self.passage.text().get(source.clone()).unwrap_or("");
        let written = if written.is_empty() { &self.text[range.clone()] } else { written };
        let words: Vec<&str> = written.split_whitespace().collect();
        (self.passage.place(source), words.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::Source;

    #[test]
    fn every_character_knows_where_it_was_written() {
        let text = "a&lt;b\u{200b}c\u{a0}d{{ x }}é&gt;";
        let passage = Passage::whole(&Source::new("c.md", text));
        let mut seen = Seen::new(Kind::Prose, &passage);
        let tag = text.find("{{").expect("a tag");
        let tags = vec![Range { start: tag, end: tag + 7 }];
        seen.decoded(0..text.len(), &tags);
        assert_eq!(seen.text, "a<bc d\u{fffc}é>");
        let at = |what: &str| {
            let start = seen.text.find(what).expect(what);
            &text[seen.source(&(start..start + what.len()))]
        };
        assert_eq!(at("<bc"), "&lt;b\u{200b}c");
        assert_eq!(at("c d"), "c\u{a0}d");
        assert_eq!(at("\u{fffc}"), "{{ x }}");
        assert_eq!(at("é>"), "é&gt;");
    }
}
