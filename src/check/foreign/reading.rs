//! Reads what people wrote as its readers will: Markdown, HTML, or lines of text.

use std::ops::Range;

use pulldown_cmark::{Event, Parser, Tag, TagEnd};

use super::seen::{Kind, Seen};
use crate::compose::html::{self, Token, is_element};
use crate::compose::{markdown_options, tag_ranges};
use crate::place::Passage;

/// How a text was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// As a letter is.
    Markdown,
    /// As a page of HTML is.
    Page,
    /// As it is read: a subject, a template's text part.
    Lines,
}

/// Everything that a passage shows: its text, its code, its addresses.
pub(super) fn read(passage: &Passage, written: Written) -> Vec<Seen<'_>> {
    let tags = tag_ranges(passage.text());
    let mut reader = Reader {
        hidden: hidden(passage.text(), &tags),
        tags,
        prose: Seen::new(Kind::Prose, passage),
        others: Vec::new(),
        code: 0,
        in_row: Vec::new(),
    };
    let whole = 0..passage.text().len();
    match written {
        Written::Markdown => reader.markdown(),
        Written::Page => reader.html(whole),
        Written::Lines => {
            let mut at = 0;
            for line in passage.text().split_inclusive('\n') {
                reader.prose.decoded(at..at + line.len(), &reader.tags);
                reader.prose.break_line();
                at += line.len();
            }
        }
    }
    let Reader { prose, mut others, .. } = reader;
    others.insert(0, prose);
    others
}

/// The text without our tags, byte for byte: they may hold anything. What has its line for
/// itself leaves an empty one.
fn hidden(text: &str, tags: &[Range<usize>]) -> String {
    let mut out = String::with_capacity(text.len());
    for tag in tags {
        out.push_str(&text[out.len()..tag.start]);
        let is_block = !text[tag.clone()].starts_with("{{");
        let before = text[..tag.start].trim_end_matches([' ', '\t']);
        let after = text[tag.end..].trim_start_matches([' ', '\t', '\r']);
        let is_alone = (before.is_empty() || before.ends_with('\n'))
            && (after.is_empty() || after.starts_with('\n'));
        let sign = if is_block && is_alone { " " } else { "x" };
        out.push_str(&sign.repeat(tag.len()));
    }
    out.push_str(&text[out.len()..]);
    out
}

struct Reader<'p> {
    hidden: String,
    tags: Vec<Range<usize>>,
    prose: Seen<'p>,
    others: Vec<Seen<'p>>,
    /// How many elements of code are open.
    code: usize,
    /// Code in the row of a table that is being read.
    in_row: Vec<Range<usize>>,
}

impl<'p> Reader<'p> {
    fn markdown(&mut self) {
        let hidden = std::mem::take(&mut self.hidden);
        let mut block = None;
        for (event, range) in Parser::new_ext(&hidden, markdown_options()).into_offset_iter() {
            match event {
                Event::Start(Tag::HtmlBlock) => block = Some(range),
                Event::End(TagEnd::HtmlBlock) => {
                    if let Some(range) = block.take() {
                        self.prose.break_line();
                        self.html_of(&hidden, range);
                        self.prose.break_line();
                    }
                }
                Event::Html(_) => {}
                event => self.event(&hidden, &event, range),
            }
        }
        self.hidden = hidden;
    }

    fn event(&mut self, hidden: &str, event: &Event<'_>, range: Range<usize>) {
        match event {
            Event::Text(text) if self.code > 0 => self.code(hidden, text, range),
            Event::Text(text) => self.text(hidden, text, range),
            Event::Start(Tag::TableRow | Tag::TableHead) => {
                self.in_row.clear();
                self.prose.break_line();
            }
            Event::Code(text) => {
                self.in_row.push(range.clone());
                self.prose.gap();
                self.code(hidden, text, range);
            }
            Event::InlineHtml(_) => self.html_of(hidden, range),
            Event::SoftBreak | Event::HardBreak => self.prose.put(' ', range),
            Event::FootnoteReference(_) | Event::TaskListMarker(_) => self.prose.gap(),
            Event::Start(tag) => self.start(hidden, tag, range),
            Event::End(TagEnd::Emphasis) if self.prose.text.ends_with('|') => {
                self.prose.put('*', range.end - 1..range.end);
            }
            Event::End(TagEnd::Strikethrough) if is_single(hidden, &range, '~') => {
                self.prose.put('~', range.end - 1..range.end);
            }
            Event::End(TagEnd::CodeBlock) => {
                self.code = self.code.saturating_sub(1);
                self.prose.break_line();
            }
            Event::End(TagEnd::TableRow | TagEnd::TableHead) => self.row(hidden, range),
            Event::End(end) if !is_inline(*end) => self.prose.break_line(),
            _ => {}
        }
    }

    fn start(&mut self, hidden: &str, tag: &Tag<'_>, range: Range<usize>) {
        match tag {
            // `*|FNAME|*` is emphasis to Markdown.
            Tag::Emphasis if hidden[range.clone()].starts_with("*|") => {
                self.prose.put('*', range.start..range.start + 1);
            }
            Tag::Strikethrough if is_single(hidden, &range, '~') => {
                self.prose.put('~', range.start..range.start + 1);
            }
            Tag::Link { dest_url, title, .. } | Tag::Image { dest_url, title, .. } => {
                self.address(hidden, dest_url, range.clone());
                let mut seen = self.prose.another(Kind::Prose);
                seen.written(title, range);
                self.keep(seen);
            }
            Tag::CodeBlock(_) => {
                self.prose.break_line();
                self.code += 1;
            }
            tag if !is_inline(tag.to_end()) => self.prose.break_line(),
            _ => {}
        }
    }

    /// A whole row: a sign that divides cells may be one of a tag's.
    fn row(&mut self, hidden: &str, range: Range<usize>) {
        let mut row = self.prose.another(Kind::Row);
        let mut tags: Vec<Range<usize>> = self.tags_in(&range);
        tags.append(&mut self.in_row);
        tags.sort_by_key(|tag| tag.start);
        for (at, piece) in unescaped(hidden, range) {
            row.verbatim(at..at + piece.len(), &tags);
        }
        self.keep(row);
        self.prose.break_line();
    }

    fn tags_in(&self, range: &Range<usize>) -> Vec<Range<usize>> {
        let first = self.tags.partition_point(|tag| tag.end <= range.start);
        self.tags[first..].iter().take_while(|tag| tag.start < range.end).cloned().collect()
    }

    /// Text as Markdown gives it: mostly as it was written.
    fn text(&mut self, hidden: &str, text: &str, range: Range<usize>) {
        if hidden[range.clone()] == *text {
            self.prose.verbatim(range, &self.tags);
        } else {
            self.prose.written(text, range);
        }
    }

    fn code(&mut self, hidden: &str, text: &str, range: Range<usize>) {
        let mut seen = self.prose.another(Kind::Code);
        match hidden[range.clone()].find(text) {
            Some(at) => {
                let start = range.start + at;
                seen.verbatim(start..start + text.len(), &self.tags);
            }
            None => seen.written(text, range),
        }
        self.keep(seen);
    }

    /// An address as it is followed, and with its signs decoded.
    fn address(&mut self, hidden: &str, url: &str, range: Range<usize>) {
        let mut seen = self.prose.another(Kind::Url);
        let found = hidden[range.clone()].rfind(url).filter(|_| !url.is_empty());
        let place =
            found.map_or(range.clone(), |at| range.start + at..range.start + at + url.len());
        match found {
            Some(_) => seen.verbatim(place.clone(), &self.tags),
            None => seen.written(url, range),
        }
        self.keep(seen);
        if url.contains('%')
            && let Ok(decoded) = percent_encoding::percent_decode_str(url).decode_utf8()
            && decoded != url
        {
            let mut seen = self.prose.another(Kind::Url);
            seen.written(&decoded, place);
            self.keep(seen);
        }
    }

    fn html(&mut self, range: Range<usize>) {
        let hidden = std::mem::take(&mut self.hidden);
        self.html_of(&hidden, range);
        self.hidden = hidden;
    }

    /// HTML is its text and its attributes; what is no element is text.
    fn html_of(&mut self, hidden: &str, range: Range<usize>) {
        let shift = |inner: &Range<usize>| inner.start + range.start..inner.end + range.start;
        let page = &hidden[range.clone()];
        for token in html::tokens(page) {
            match token {
                Token::Text(text) => self.html_text(shift(&text)),
                Token::Raw { element, range } if element == "title" || element == "textarea" => {
                    self.html_text(shift(&range));
                }
                Token::Start { name, range, attributes, .. } if is_element(&name) => {
                    for attribute in attributes {
                        let Some(value) = attribute.value else { continue };
                        let name = page[attribute.name].to_ascii_lowercase();
                        self.attribute(hidden, &name, shift(&value));
                    }
                    self.element(&name, true, shift(&range));
                }
                Token::End { name, range } if is_element(&name) => {
                    self.element(&name, false, shift(&range));
                }
                Token::Start { range, .. } | Token::End { range, .. } => {
                    self.prose.verbatim(shift(&range), &self.tags);
                }
                Token::Raw { .. } | Token::Comment(_) => {}
            }
        }
    }

    fn html_text(&mut self, range: Range<usize>) {
        if self.code == 0 {
            return self.prose.decoded(range, &self.tags);
        }
        let mut seen = self.prose.another(Kind::Code);
        seen.decoded(range, &self.tags);
        self.keep(seen);
    }

    fn attribute(&mut self, hidden: &str, name: &str, value: Range<usize>) {
        match name {
            "style" | "class" | "id" => {}
            "href" | "src" | "action" | "background" => {
                let url = html_escape::decode_html_entities(&hidden[value.clone()]).into_owned();
                self.address(hidden, &url, value);
            }
            _ => {
                let mut seen = self.prose.another(Kind::Prose);
                seen.decoded(value, &self.tags);
                self.keep(seen);
            }
        }
    }

    /// Elements inside a line are unseen, as emphasis is; others end it.
    fn element(&mut self, name: &str, opens: bool, range: Range<usize>) {
        const INLINE: [&str; 18] = [
            "a", "abbr", "b", "bdi", "bdo", "big", "em", "font", "i", "ins", "mark", "q", "s",
            "small", "span", "strong", "sup", "u",
        ];
        match name {
            "code" | "pre" | "kbd" | "samp" if opens => self.code += 1,
            "code" | "pre" | "kbd" | "samp" => self.code = self.code.saturating_sub(1),
            "br" | "wbr" => self.prose.put(' ', range),
            name if INLINE.contains(&name) => {}
            _ => self.prose.break_line(),
        }
    }

    fn keep(&mut self, seen: Seen<'p>) {
        if !seen.is_empty() {
            self.others.push(seen);
        }
    }
}

/// Whether a strike is written with one sign, which a tag may have, too.
fn is_single(hidden: &str, range: &Range<usize>, sign: char) -> bool {
    let mut chars = hidden[range.clone()].chars();
    chars.next() == Some(sign) && chars.next() != Some(sign)
}

fn is_inline(end: TagEnd) -> bool {
    matches!(
        end,
        TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link | TagEnd::Image
    )
}

/// A piece of Markdown without the backslashes that only protect a sign.
fn unescaped(text: &str, range: Range<usize>) -> Vec<(usize, &str)> {
    let mut pieces = Vec::new();
    let mut at = range.start;
    for (found, _) in text[range.clone()].match_indices('\\') {
        let start = range.start + found;
        let protects = text[start + 1..range.end].starts_with(|c: char| c.is_ascii_punctuation());
        if protects && start >= at {
            pieces.push((at, &text[at..start]));
            at = start + 1;
        }
    }
    pieces.push((at, &text[at..range.end]));
    pieces
}
