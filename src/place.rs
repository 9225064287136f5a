//! Where something stands in a file that somebody wrote: `campaigns/may.md:12:9`.
//!
//! A [`Source`] is a file as it was read. A [`Place`] is made from it when a
//! mistake is found, carries its own line of text, and so can be shown long
//! after the file is gone. Positions are byte ranges of the *whole* file:
//! slicing front matter from body never loses the line number.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// The longest piece of a line that an excerpt shows, in characters.
const EXCERPT: usize = 160;

/// A text file as it was read, with the name that the user knows it by.
#[derive(Clone, Debug)]
pub struct Source(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    name: String,
    text: String,
    /// Where each line begins: a large letter has thousands of places.
    lines: Vec<usize>,
    /// How many characters begin before each block of bytes: a long line has thousands, too.
    characters: Vec<usize>,
}

/// How many bytes a block has.
const BLOCK: usize = 1024;

/// How many characters begin in some bytes.
fn beginnings(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| (**byte & 0xC0) != 0x80).count()
}

impl Source {
    /// Keeps a file's text under the name that messages will show.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        let text = text.into();
        let lines = text.match_indices('\n').map(|(at, _)| at + 1);
        let lines = std::iter::once(0).chain(lines).collect();
        let characters = text
            .as_bytes()
            .chunks(BLOCK)
            .scan(0, |before, block| Some(std::mem::replace(before, *before + beginnings(block))));
        let characters = characters.collect();
        Self(Arc::new(Inner { name: name.into(), lines, characters, text }))
    }

    /// How many characters begin before an offset.
    fn characters(&self, at: usize) -> usize {
        let block = (at / BLOCK).min(self.0.characters.len().saturating_sub(1));
        let before = self.0.characters.get(block).copied().unwrap_or_default();
        before + beginnings(&self.text().as_bytes()[block * BLOCK..at])
    }

    /// The name that messages show, mostly a relative path.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// The place of a byte range. Ranges that reach past the end, or into a
    /// character, are drawn in: a wrong caret is better than a panic.
    pub fn place(&self, range: Range<usize>) -> Place {
        let text = self.text();
        let start = floor_char_boundary(text, range.start);
        let end = floor_char_boundary(text, range.end.max(start));
        let line = self.0.lines.partition_point(|line| *line <= start);
        let line_start = self.0.lines[line - 1];
        let line_end = self.0.lines.get(line).map_or(text.len(), |next| next - 1);
        let column = self.characters(start) - self.characters(line_start) + 1;
        let last = end.min(line_end).max(start);
        let width = (self.characters(last) - self.characters(start)).max(1);
        let line_text = text[line_start..line_end].trim_end_matches('\r');
        Place::new(self.name(), line, column).shown(line_text, start - line_start, width)
    }
}

/// A piece of a file that is worked on by itself: a body, a subject, a page.
/// It remembers where it was cut out, so that a range of its own text is
/// still a place in the file.
#[derive(Clone, Debug)]
pub struct Passage {
    source: Source,
    text: String,
    origin: Origin,
}

/// How offsets of a passage become offsets of its file.
#[derive(Clone, Debug)]
enum Origin {
    /// The text stands in the file as it is, from this offset on.
    Verbatim(usize),
    /// The text was unescaped or folded on the way (a quoted YAML value):
    /// every place in it is the whole value.
    Value(Range<usize>),
    /// So many bytes were put before a text that stands in the file from
    /// `start` on, and some behind it.
    Framed { start: usize, before: usize, length: usize },
}

impl Passage {
    /// The part of a file between two offsets, as it stands.
    pub fn slice(source: &Source, range: Range<usize>) -> Self {
        Self {
            text: source.text()[range.clone()].to_owned(),
            origin: Origin::Verbatim(range.start),
            source: source.clone(),
        }
    }

    /// A whole file.
    pub fn whole(source: &Source) -> Self {
        Self::slice(source, 0..source.text().len())
    }

    /// A value that was read from a range of a file, perhaps from between
    /// quotes. Where the value occurs there literally, places are exact.
    pub fn value(source: &Source, range: Range<usize>, text: impl Into<String>) -> Self {
        let text = text.into();
        let origin = match source.text().get(range.clone()).and_then(|raw| raw.find(&text)) {
            Some(at) => Origin::Verbatim(range.start + at),
            None => Origin::Value(range),
        };
        Self { source: source.clone(), text, origin }
    }

    /// The same passage with a frame around it. A place in the frame is the
    /// nearest one in the passage.
    #[must_use]
    pub fn framed(&self, before: &str, after: &str) -> Self {
        let text = format!("{before}{}{after}", self.text);
        let origin = match &self.origin {
            Origin::Verbatim(start) => {
                Origin::Framed { start: *start, before: before.len(), length: self.text.len() }
            }
            other => other.clone(),
        };
        Self { source: self.source.clone(), text, origin }
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The file that it was cut from.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// The place of a range of this passage's text, in its file.
    pub fn place(&self, range: Range<usize>) -> Place {
        match &self.origin {
            Origin::Verbatim(start) => self.source.place(start + range.start..start + range.end),
            Origin::Value(whole) => self.source.place(whole.clone()),
            Origin::Framed { start, before, length } => {
                let inside = |at: usize| start + at.saturating_sub(*before).min(*length);
                self.source.place(inside(range.start)..inside(range.end))
            }
        }
    }
}

/// A position in a file: 1-based line and column (in characters), with the
/// line's text for an excerpt when it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file, as the user knows it.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    shown: Shown,
}

/// What there is to see at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Shown {
    /// Nothing that is known, or nothing that may be shown.
    Nothing,
    /// Nothing: it is a row of a table, which has no lines and columns.
    Row,
    /// A line.
    Line(Excerpt),
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Excerpt {
    text: String,
    /// How many characters of it stand before the place.
    before: usize,
    width: usize,
}

impl Place {
    /// A place without an excerpt.
    pub fn new(file: impl Into<String>, line: usize, column: usize) -> Self {
        Self { file: file.into(), line, column, shown: Shown::Nothing }
    }

    /// A row of what a database gave, by its number.
    pub fn row(of: impl Into<String>, number: usize) -> Self {
        Self { shown: Shown::Row, ..Self::new(of, number, 1) }
    }

    /// The same place, without showing what stands there: it may be a secret.
    #[must_use]
    pub fn without_excerpt(self) -> Self {
        let shown = if self.shown == Shown::Row { Shown::Row } else { Shown::Nothing };
        Self { shown, ..self }
    }

    /// Adds the line's text and how many characters the caret underlines.
    #[must_use]
    pub fn with_excerpt(self, line: &str, width: usize) -> Self {
        let at = line.char_indices().nth(self.column - 1).map_or(line.len(), |(at, _)| at);
        self.shown(line, at, width)
    }

    /// Keeps of a line what an excerpt shows; a long one may have thousands of places.
    fn shown(mut self, line: &str, at: usize, width: usize) -> Self {
        let at = at.min(line.len());
        let column = self.column - 1;
        let before = if column > EXCERPT / 2 { EXCERPT / 4 } else { column };
        let from = line[..at].char_indices().rev().take(before).last().map_or(at, |(from, _)| from);
        let end = line[from..].char_indices().nth(EXCERPT).map_or(line.len(), |(to, _)| from + to);
        self.shown = Shown::Line(Excerpt { text: line[from..end].to_owned(), before, width });
        self
    }

    /// What is shown of the line, and which of its characters are meant. Control
    /// characters are shown as `·`.
    pub fn shown_line(&self) -> Option<(String, Range<usize>)> {
        let Shown::Line(Excerpt { text, before, width }) = &self.shown else { return None };
        Some((text.chars().map(printable).collect(), *before..*before + *width))
    }

    /// The line and the caret under it, as two lines to print, or nothing.
    /// Control characters are shown as `·`, so that no file can paint on
    /// the terminal; tabs become one space, so that the caret fits.
    pub fn excerpt(&self) -> Option<String> {
        let Shown::Line(Excerpt { text, before, width }) = &self.shown else { return None };
        let shown: String = text.chars().map(printable).collect();
        let indent: usize = shown.chars().take(*before).map(char_width).sum();
        let under: usize =
            shown.chars().skip(*before).take(*width).map(char_width).sum::<usize>().max(1);
        let number = self.line.to_string();
        let gutter = " ".repeat(number.len());
        Some(format!(
            "  {number} | {shown}\n  {gutter} | {}{}",
            " ".repeat(indent),
            "^".repeat(under)
        ))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.shown == Shown::Row {
            return write!(f, "{}, row {}", self.file, self.line);
        }
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// Makes text from a file safe to show on a terminal.
pub fn printable(c: char) -> char {
    match c {
        '\t' => ' ',
        c if c.is_control() => '·',
        // Direction overrides would let a file rearrange what the terminal shows.
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '·',
        c => c,
    }
}

fn char_width(c: char) -> usize {
    unicode_width::UnicodeWidthChar::width(c).unwrap_or(0)
}

fn floor_char_boundary(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_counts_characters_and_survives_slicing() {
        let source = Source::new("a.md", "één\nDear {{ nam }},\n");
        let at = source.text().find("nam").expect("it is there");
        let place = source.place(at..at + 3);
        assert_eq!(place.to_string(), "a.md:2:9");
        assert_eq!(place.excerpt().expect("text"), "  2 | Dear {{ nam }},\n    |         ^^^");
    }

    #[test]
    fn columns_are_counted_over_the_borders_of_blocks() {
        for letter in ["x", "é", "語", "🎉"] {
            let text = format!("a\n{}HERE\nb", letter.repeat(3 * BLOCK));
            let source = Source::new("a.md", text);
            let at = source.text().find("HERE").expect("it is there");
            assert_eq!(source.place(at..at + 4).to_string(), format!("a.md:2:{}", 3 * BLOCK + 1));
            let end = source.text().len();
            assert_eq!(source.place(end..end).to_string(), "a.md:3:2");
        }
        assert_eq!(Source::new("a.md", "").place(0..0).to_string(), "a.md:1:1");
    }

    #[test]
    fn an_excerpt_of_a_long_line_shows_the_place() {
        let source = Source::new("a.md", format!("{}HERE{}", "é".repeat(500), "x".repeat(500)));
        let excerpt = source.place(1000..1004).excerpt().expect("text");
        let (line, caret) = excerpt.split_once('\n').expect("two lines");
        assert_eq!(line.chars().position(|c| c == 'H'), caret.chars().position(|c| c == '^'));
        assert!(line.chars().count() < 200 && caret.ends_with(" ^^^^"), "{excerpt}");
    }

    #[test]
    fn a_range_past_the_end_is_drawn_in() {
        let source = Source::new("a.md", "é");
        assert_eq!(source.place(1..99).to_string(), "a.md:1:1");
        assert_eq!(source.place(50..60).to_string(), "a.md:1:2");
    }
}
