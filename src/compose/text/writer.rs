//! Events, written as text: paragraphs, indents, links, and gaps between blocks.

use std::collections::HashSet;

use pulldown_cmark::{Event, HeadingLevel, Tag, TagEnd};

use super::super::marks::Marks;
use super::raw::Raw;
use super::{Prints, flow, table, without_controls, wrap};

/// What stands at the beginning of a block's first line, and of its others.
struct Indent {
    first: String,
    rest: String,
    used: bool,
}

struct List {
    /// The next number; nothing for bullets.
    number: Option<u64>,
    /// Whether items are counted after the merge.
    is_counted: bool,
}

/// Writes one event after the other.
pub(super) struct Writer<'a> {
    marks: &'a Marks,
    prints: &'a dyn Fn(usize) -> Prints,
    counted: HashSet<usize>,
    out: String,
    /// The paragraph being gathered; line breaks in it are forced ones.
    line: String,
    /// Whether an empty line stands before what comes next.
    gap: bool,
    indent: Vec<Indent>,
    lists: Vec<List>,
    /// Where the text of an open link begins in `line`, and its URL.
    links: Vec<(usize, String)>,
    table: Option<table::Table>,
    /// The indents around open bodies of components.
    bodies: Vec<Vec<Indent>>,
    /// Whether a list has just ended: another one beside it is a list of its own.
    after_list: bool,
    /// The targets of links in raw HTML around whole blocks.
    anchors: Vec<String>,
    /// What a heading is underlined with, while it is written.
    rule: &'static str,
}

impl<'a> Writer<'a> {
    /// A writer that has written nothing. `counted` are the lists that are counted later.
    pub(super) fn new(
        marks: &'a Marks,
        prints: &'a dyn Fn(usize) -> Prints,
        counted: HashSet<usize>,
    ) -> Self {
        Self {
            marks,
            prints,
            counted,
            out: String::new(),
            line: String::new(),
            gap: true,
            indent: Vec::new(),
            lists: Vec::new(),
            links: Vec::new(),
            table: None,
            bodies: Vec::new(),
            after_list: false,
            anchors: Vec::new(),
            rule: "",
        }
    }

    /// The text.
    pub(super) fn finish(mut self) -> String {
        self.flush();
        self.out.truncate(self.out.trim_end().len());
        self.out
    }

    /// Writes an event, the one at this position.
    pub(super) fn event(&mut self, at: usize, event: &Event<'_>) {
        let after_list =
            std::mem::replace(&mut self.after_list, matches!(event, Event::End(TagEnd::List(_))));
        self.gap |= after_list && matches!(event, Event::Start(Tag::List(_)));
        match event {
            Event::Start(tag) => self.start(at, tag),
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
            Event::InlineHtml(html) => self.raw().inline(html),
            Event::Html(html) => self.html(html),
            Event::InlineMath(_) | Event::DisplayMath(_) => {}
        }
    }

    fn start(&mut self, at: usize, tag: &Tag<'_>) {
        match tag {
            Tag::Link { dest_url, .. } => {
                let url = self.marks.as_url(dest_url, self.prints);
                self.links.push((self.line.len(), url));
            }
            Tag::Image { .. } => self.line.push('['),
            Tag::Strikethrough => self.line.push_str("~~"),
            Tag::BlockQuote(_) => {
                self.flush();
                self.push_indent("> ", "> ");
            }
            Tag::List(number) => {
                self.flush();
                // Now, not with the first item: that may come again and again.
                let gap = self.take_gap();
                self.out.push_str(&gap);
                let is_counted = self.counted.contains(&at);
                if let (true, Some(number)) = (is_counted, number) {
                    self.out.push_str(&flow::list(*number));
                }
                self.lists.push(List { number: *number, is_counted });
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
            Tag::Paragraph | Tag::Heading { .. } => self.flush(),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Link => self.end_link(),
            TagEnd::Image if self.line.ends_with('[') => {
                self.line.pop();
            }
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
            }
            TagEnd::List(_) => {
                self.flush();
                if self.lists.pop().is_some_and(|list| list.is_counted) {
                    self.out.push_str(&flow::list_end());
                }
                self.gap |= self.lists.is_empty();
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
                    self.gap = true;
                }
            }
            _ => {}
        }
    }

    fn item(&mut self) {
        self.flush();
        let (bullet, shown) = match self.lists.last_mut() {
            Some(List { number: Some(number), is_counted }) => {
                *number += 1;
                let bullet = format!("{}. ", *number - 1);
                let shown = if *is_counted { flow::number() + ". " } else { bullet.clone() };
                (bullet, shown)
            }
            _ => ("- ".to_owned(), "- ".to_owned()),
        };
        self.push_indent(&shown, &" ".repeat(bullet.len()));
    }

    /// `text (url)`, and once only where the text is the URL.
    fn end_link(&mut self) {
        let Some((start, url)) = self.links.pop() else { return };
        let shown = self.marks.as_words(&self.line[start.min(self.line.len())..]);
        let address = url.strip_prefix("mailto:").unwrap_or(&url);
        // `www.example.org` is shown as it was written.
        let short = url
            .strip_prefix("https://")
            .filter(|short| short.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("www.")));
        // The marks of a URL are spelled otherwise than those of a text.
        let same = [Some(url.as_str()), Some(address), short];
        let is_shown = |url: &&str| shown == self.marks.as_plain(url);
        if let Some(same) = same.into_iter().flatten().find(is_shown) {
            self.line.truncate(start);
            self.line.push_str(same);
            return;
        }
        let plain = self.marks.find(&url).is_empty();
        let target = if plain && !address.contains('?') { address } else { &url };
        let written =
            if shown.trim().is_empty() { target.to_owned() } else { format!(" ({target})") };
        self.line.push_str(&written);
    }

    fn heading(&mut self, level: HeadingLevel) {
        let title = self.marks.as_words(self.line.trim());
        if title.is_empty() {
            return self.flush();
        }
        let rule = match level {
            HeadingLevel::H1 => "=",
            HeadingLevel::H2 => "-",
            _ => "",
        };
        if rule.is_empty() {
            self.line = format!("### {title}");
            return self.flush_block();
        }
        self.rule = rule;
        self.flush();
        self.rule = "";
        self.gap = true;
    }

    /// Code keeps its own lines.
    fn code(&mut self) {
        let code = std::mem::take(&mut self.line);
        let code = code.trim_end_matches('\n');
        if self.marks.find(code).is_empty() {
            self.verbatim(code);
        } else {
            let gap = self.take_gap();
            let (rest, first) = (self.rest(), self.prefix());
            self.out.push_str(&gap);
            self.out.push_str(&flow::prefixed(&first, &rest));
            self.out.push_str(&without_controls(code));
            self.out.push_str(&flow::prefixed_end());
        }
        self.gap = true;
    }

    fn verbatim(&mut self, text: &str) {
        let text = without_controls(text);
        let gap = self.take_gap();
        self.out.push_str(&gap);
        for line in text.split('\n') {
            let prefix = self.prefix();
            let line = format!("{prefix}{line}");
            self.out.push_str(line.trim_end());
            self.out.push('\n');
        }
    }

    fn html(&mut self, html: &str) {
        if let Some(table) = &mut self.table {
            table.between(&self.marks.as_blocks(html));
            return;
        }
        self.flush();
        if self.marks.removed(html).trim().is_empty() {
            for found in self.marks.find(html) {
                let prints = found.tag.map_or(Prints::Nothing, |tag| (self.prints)(tag));
                self.tag(&self.marks.as_blocks(&html[found.range.clone()]), prints);
            }
            return;
        }
        let around = self.raw().block(html);
        let line = std::mem::take(&mut self.line);
        for url in (0..around.ends).filter_map(|_| self.anchors.pop()).collect::<Vec<_>>() {
            // What stands in the link is a block of its own, and so is where it leads.
            self.gap = true;
            self.line.push_str(&self.marks.as_url(&url, self.prints));
            self.flush_block();
        }
        self.line = line;
        self.flush_block();
        self.anchors.extend(around.begin);
    }

    fn raw(&mut self) -> Raw<'_> {
        Raw {
            marks: self.marks,
            prints: self.prints,
            line: &mut self.line,
            links: &mut self.links,
            ends: 0,
        }
    }

    /// A tag on a line of its own, or several. Block tags take no line: nothing is left of them.
    fn tag(&mut self, mark: &str, prints: Prints) {
        if matches!(prints, Prints::Component | Prints::Opens) {
            let gap = self.take_gap();
            let rest = self.rest();
            let first = self.prefix();
            self.out.push_str(&gap);
            self.out.push_str(&flow::prefixed(&first, &rest));
        }
        if prints == Prints::Opens {
            // The body is written without what stands around it: it may be quoted.
            self.bodies.push(std::mem::take(&mut self.indent));
        }
        self.out.push_str(mark);
        match prints {
            Prints::Component | Prints::Closes => {
                if prints == Prints::Closes {
                    self.indent = self.bodies.pop().unwrap_or_default();
                }
                self.out.push_str(&flow::prefixed_end());
                self.gap |= self.lists.is_empty();
            }
            // Each turn begins as the second one does.
            Prints::Repeats if self.indent.is_empty() && self.lists.is_empty() => self.gap = true,
            _ => {}
        }
    }

    /// Ends the paragraph being gathered.
    fn flush(&mut self) {
        let line = self.marks.as_words(&std::mem::take(&mut self.line));
        let line = without_controls(line.trim());
        self.links.clear();
        if line.is_empty() {
            return;
        }
        let gap = self.take_gap();
        let first = self.prefix();
        let rest = self.rest();
        if self.marks.find(&line).is_empty() && !first.contains(&flow::number()) {
            self.out.push_str(&gap);
            let start = self.out.len();
            wrap::wrap(&line, &first, &rest, &mut self.out);
            wrap::underline(start, &rest, self.rule, &mut self.out);
        } else {
            let line = flow::underlined(&line, self.rule);
            flow::soft(&line, &gap, &first, &rest, &mut self.out);
        }
    }

    /// Ends the paragraph, with a gap after it.
    fn flush_block(&mut self) {
        let had_text = !self.line.trim().is_empty();
        self.flush();
        self.gap |= had_text;
    }

    /// The empty line that is due here, in its indent.
    fn take_gap(&mut self) -> String {
        if !std::mem::take(&mut self.gap) {
            return String::new();
        }
        let used = self.indent.iter().take_while(|indent| indent.used);
        let rest: String = used.map(|indent| indent.rest.as_str()).collect();
        format!("{}\n", rest.trim_end())
    }

    fn rest(&self) -> String {
        self.indent.iter().map(|indent| indent.rest.as_str()).collect()
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
