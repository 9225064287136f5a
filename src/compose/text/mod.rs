//! The text part, from the same events as the HTML: what a reader without
//! HTML gets, wrapped at 78 columns (RFC 5322 §2.1.1), links as `text (url)`.
//!
//! A paragraph that holds a tag can only be wrapped when the values are there:
//! it is written as a *soft* paragraph between control characters (which no
//! value can hold), and [`reflow`] wraps it after the merge.

mod raw;
mod table;
mod wrap;

use pulldown_cmark::{Event, HeadingLevel, Tag, TagEnd};

use super::marks::Marks;
pub(crate) use wrap::{quoted, reflow};

/// What a tag writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Prints {
    /// A value, in a sentence.
    Value,
    /// A component, a block by itself when it stands on its own line.
    Component,
    /// Nothing: `{% if … %}`.
    Nothing,
}

/// Writes events as text, with marks.
pub(super) fn write(
    events: &[Event<'_>],
    marks: &Marks,
    prints: &dyn Fn(usize) -> Prints,
) -> String {
    let mut writer = Writer {
        marks,
        prints,
        out: String::new(),
        line: String::new(),
        indent: Vec::new(),
        lists: Vec::new(),
        links: Vec::new(),
        table: None,
        tight: false,
    };
    for event in events {
        writer.event(event);
    }
    writer.flush();
    let mut text = writer.out;
    text.truncate(text.trim_end().len());
    text
}

/// What stands at the beginning of a block's first line, and of its others.
struct Indent {
    first: String,
    rest: String,
    used: bool,
}

struct Writer<'a> {
    marks: &'a Marks,
    prints: &'a dyn Fn(usize) -> Prints,
    out: String,
    /// The paragraph being gathered; line breaks in it are forced ones.
    line: String,
    indent: Vec<Indent>,
    /// The next number of each open list; nothing for bullets.
    lists: Vec<Option<u64>>,
    /// Where the text of an open link begins in `line`, and its URL.
    links: Vec<(usize, String)>,
    table: Option<table::Table>,
    /// Whether the innermost list item holds no paragraphs of its own.
    tight: bool,
}

impl Writer<'_> {
    fn event(&mut self, event: &Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(*tag),
            Event::Text(text) | Event::Code(text) => self.line.push_str(text),
            Event::SoftBreak => self.line.push(' '),
            Event::HardBreak => self.line.push('\n'),
            Event::Rule => {
                self.flush();
                self.line.push_str(&"-".repeat(30));
                self.flush_block();
            }
            Event::TaskListMarker(done) => self.line.push_str(if *done { "[x] " } else { "[ ] " }),
            Event::FootnoteReference(name) => self.line.push_str(&format!("[{name}]")),
            Event::InlineHtml(html) => {
                raw::inline(html, self.marks, &mut self.line, &mut self.links);
            }
            Event::Html(html) => self.html(html),
            Event::InlineMath(_) | Event::DisplayMath(_) => {}
        }
    }

    fn start(&mut self, tag: &Tag<'_>) {
        match tag {
            Tag::Link { dest_url, .. } => {
                let url = self.marks.as_url(dest_url, |tag| (self.prints)(tag) == Prints::Value);
                self.links.push((self.line.len(), url));
            }
            Tag::Image { .. } => self.line.push('['),
            Tag::Strikethrough => self.line.push_str("~~"),
            Tag::BlockQuote(_) => {
                self.flush();
                self.push_indent("> ", "> ");
            }
            Tag::List(start) => {
                self.flush();
                self.lists.push(*start);
            }
            Tag::Item => self.item(),
            Tag::CodeBlock(_) => {
                self.flush();
                self.push_indent("    ", "    ");
            }
            Tag::FootnoteDefinition(name) => {
                self.flush();
                self.push_indent(&format!("[{name}] "), "    ");
            }
            Tag::Table(_) => {
                self.flush();
                self.table = Some(table::Table::default());
            }
            Tag::TableRow | Tag::TableHead => {
                if let Some(table) = &mut self.table {
                    table.begin_row();
                }
            }
            Tag::Paragraph | Tag::Heading { .. } => {
                self.flush();
                self.tight = false;
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Link => self.end_link(),
            TagEnd::Image => self.line.push(']'),
            TagEnd::Strikethrough => self.line.push_str("~~"),
            TagEnd::Paragraph => self.flush_block(),
            TagEnd::Heading(level) => self.heading(level),
            TagEnd::CodeBlock => {
                self.code();
                self.pop_indent();
            }
            TagEnd::BlockQuote(_) | TagEnd::FootnoteDefinition => {
                self.flush_block();
                self.pop_indent();
            }
            TagEnd::Item => {
                self.flush();
                self.pop_indent();
                self.tight = true;
            }
            TagEnd::List(_) => {
                self.flush();
                self.lists.pop();
                if self.lists.is_empty() {
                    self.blank_line();
                }
            }
            TagEnd::TableCell => {
                let cell = self.marks.as_words(&std::mem::take(&mut self.line));
                if let Some(table) = &mut self.table {
                    table.cell(&cell);
                }
            }
            TagEnd::Table => {
                if let Some(table) = self.table.take() {
                    let rows = table.written(self.marks);
                    self.verbatim(&rows);
                    self.blank_line();
                }
            }
            _ => {}
        }
    }

    fn item(&mut self) {
        self.flush();
        let bullet = match self.lists.last_mut() {
            Some(Some(number)) => {
                *number += 1;
                format!("{}. ", *number - 1)
            }
            _ => "- ".to_owned(),
        };
        let rest = " ".repeat(bullet.len());
        self.push_indent(&bullet, &rest);
        self.tight = true;
    }

    /// `text (url)`, and once only where the text is the URL.
    fn end_link(&mut self) {
        let Some((start, url)) = self.links.pop() else { return };
        let shown = self.marks.as_words(&self.line[start.min(self.line.len())..]);
        let address = url.strip_prefix("mailto:").unwrap_or(&url);
        // The marks of a URL are spelled otherwise than those of a text.
        let plain = self.marks.removed(&url) == url;
        if plain && (shown == url || shown == address) {
            return;
        }
        if !shown.is_empty() {
            self.line.push_str(" (");
        }
        self.line.push_str(if plain { address_or_url(&url, address) } else { &url });
        if !shown.is_empty() {
            self.line.push(')');
        }
    }

    fn heading(&mut self, level: HeadingLevel) {
        let title = self.marks.as_words(self.line.trim());
        let width = wrap::width(&self.marks.removed(&title)) + 8 * self.marks.find(&title).len();
        let rule = match level {
            HeadingLevel::H1 => "=",
            HeadingLevel::H2 => "-",
            _ => "",
        };
        if rule.is_empty() && !title.is_empty() {
            self.line.insert_str(0, "### ");
        }
        let has_title = !title.is_empty();
        self.flush();
        if has_title && !rule.is_empty() {
            self.line.push_str(&rule.repeat(width.clamp(3, 60)));
        }
        self.flush_block();
    }

    /// Code keeps its own lines.
    fn code(&mut self) {
        let code = std::mem::take(&mut self.line);
        self.verbatim(code.trim_end_matches('\n'));
        self.blank_line();
    }

    fn verbatim(&mut self, text: &str) {
        for line in text.split('\n') {
            let prefix = self.prefix();
            let line = format!("{prefix}{line}");
            self.out.push_str(line.trim_end());
            self.out.push('\n');
        }
    }

    fn html(&mut self, html: &str) {
        if let Some(table) = &mut self.table {
            table.between(&self.marks.as_words(html));
            return;
        }
        self.flush();
        let only_marks = self.marks.removed(html);
        if only_marks.trim().is_empty() {
            // Block tags take no line of their own: nothing is left of them.
            for found in self.marks.find(html) {
                self.out.push_str(&self.marks.as_words(&html[found.range.clone()]));
                if found.tag.is_some_and(|tag| (self.prints)(tag) == Prints::Component) {
                    self.out.push_str("\n\n");
                }
            }
            return;
        }
        raw::block(html, self.marks, &mut self.line, &mut self.links);
        self.flush_block();
    }

    /// Ends the paragraph being gathered.
    fn flush(&mut self) {
        let line = self.marks.as_words(&std::mem::take(&mut self.line));
        let line = line.trim();
        self.links.clear();
        if line.is_empty() {
            return;
        }
        let first = self.prefix();
        let rest: String = self.indent.iter().map(|indent| indent.rest.as_str()).collect();
        if self.marks.find(line).is_empty() {
            wrap::wrap(line, &first, &rest, &mut self.out);
        } else {
            wrap::soft(line, &first, &rest, &mut self.out);
        }
    }

    /// Ends the paragraph, with a blank line after it.
    fn flush_block(&mut self) {
        let had_text = !self.line.trim().is_empty();
        self.flush();
        if had_text && !self.tight {
            self.blank_line();
        }
    }

    fn blank_line(&mut self) {
        let rest: String = self.indent.iter().map(|indent| indent.rest.as_str()).collect();
        if !self.out.is_empty() {
            self.out.push_str(rest.trim_end());
            self.out.push('\n');
        }
    }

    fn push_indent(&mut self, first: &str, rest: &str) {
        self.indent.push(Indent { first: first.to_owned(), rest: rest.to_owned(), used: false });
    }

    fn pop_indent(&mut self) {
        self.indent.pop();
    }

    /// The beginning of the next line: a bullet stands only once.
    fn prefix(&mut self) -> String {
        let mut prefix = String::new();
        for indent in &mut self.indent {
            prefix.push_str(if indent.used { &indent.rest } else { &indent.first });
            indent.used = true;
        }
        prefix
    }
}

fn address_or_url<'u>(url: &'u str, address: &'u str) -> &'u str {
    if address.contains('?') { url } else { address }
}
