//! The body: Markdown with marks becomes events, and from the same events
//! come the HTML body and the text body.

mod addresses;
mod bare;
mod glyphs;
mod punctuation;
mod quotes;
mod slips;

use std::iter::Peekable;
use std::ops::Range;

use pulldown_cmark::{CowStr, Event, Options, Parser, Tag as Md, TagEnd, html};

use self::addresses::Addresses;
pub(crate) use self::addresses::in_events as bare_addresses;
use self::quotes::Quotes;
use super::arrange::{self, Tags};
use super::html::{Token, is_conditional, range, tokens};
use super::listing;
use super::marked::{Marked, marked, prints};
use super::marks::Marks;
use super::part::Part;
use super::text::Prints;
use crate::finding::Finding;
use crate::place::{Passage, Place};

/// A body in its two forms, with marks in both.
pub(crate) struct Body {
    pub(crate) html: String,
    pub(crate) text: String,
    /// What would be read otherwise than its author means it.
    pub(crate) findings: Vec<Finding>,
}

/// The Markdown that letters are written in.
pub(crate) fn options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
}

/// A letter's Markdown as it is read, for whoever looks for slips in it.
pub(crate) struct Reading<'a> {
    passage: &'a Passage,
    marked: Marked,
}

impl<'a> Reading<'a> {
    /// Reads a letter's body.
    pub(crate) fn of(passage: &'a Passage) -> Self {
        let part = Part::read(passage.clone(), &mut Vec::new());
        let marked = marked(&part, 0, &Marks::for_texts(&[passage.text()]));
        Self { passage, marked }
    }

    /// The body, with a word or a comment for every tag.
    pub(crate) fn text(&self) -> &str {
        &self.marked.text
    }

    /// What Markdown reads in it, with ranges of its text.
    pub(crate) fn events(&self) -> impl Iterator<Item = (Event<'_>, Range<usize>)> {
        Parser::new_ext(&self.marked.text, options()).into_offset_iter()
    }

    /// Where its author wrote a range of its text.
    pub(crate) fn place(&self, range: &Range<usize>) -> Place {
        self.passage.place(self.marked.offsets.range(range))
    }
}

/// Turns a body into HTML and text. `first` is the number of its first tag, `language` the
/// tag of the letter's language.
pub(crate) fn body(part: &Part, first: usize, marks: &Marks, language: Option<&str>) -> Body {
    let marked = marked(part, first, marks);
    let events: Vec<_> = Parser::new_ext(&marked.text, options()).into_offset_iter().collect();
    let lists = listing::read(&events, &marked.text);
    let mut findings = listing::miscounted(&lists, &part.passage, &marked.offsets);
    findings.extend(slips::slips(&events, &marked, &part.passage));
    let hidden = Addresses::hidden(&events, &marked.text, marks);
    let none = Addresses::default();
    let (source, mut events, addresses) = match &hidden {
        Some((text, addresses)) => {
            let events = Parser::new_ext(text, options()).into_offset_iter().collect();
            (text.as_str(), events, addresses)
        }
        None => (marked.text.as_str(), events, &none),
    };
    punctuation::set(&mut events, source, &marks.nothing(), &Quotes::of(language));
    let prints =
        |tag: usize| tag.checked_sub(first).map_or(Prints::Nothing, |tag| prints(part, tag));
    let shaper = Shaper {
        prints: &prints,
        marks,
        addresses,
        events: events.into_iter().map(|(event, _)| event).peekable(),
        in_code: false,
        images: 0,
        links: 0,
    };
    let tags = Tags { part, first, marks, lists: &lists };
    let events = arrange::arranged(shaper.shaped(), &tags);
    let mut html = String::with_capacity(marked.text.len() * 2);
    html::push_html(&mut html, events.iter().cloned().map(without_form));
    let text = super::text::write(&events, marks, &prints);
    Body { html, text, findings }
}

/// A box as a character: mail programs drop the elements of forms.
fn without_form(event: Event<'_>) -> Event<'_> {
    match event {
        Event::TaskListMarker(true) => Event::Text("☑ ".into()),
        Event::TaskListMarker(false) => Event::Text("☐ ".into()),
        event => event,
    }
}

/// Puts single events into shape, for both parts.
struct Shaper<'a, 'p, I: Iterator<Item = Event<'a>>> {
    prints: &'p dyn Fn(usize) -> Prints,
    marks: &'p Marks,
    addresses: &'p Addresses,
    events: Peekable<I>,
    in_code: bool,
    /// How many images and links are open, those in raw HTML included.
    images: usize,
    links: usize,
}

impl<'a, I: Iterator<Item = Event<'a>>> Shaper<'a, '_, I> {
    fn shaped(mut self) -> Vec<Event<'a>> {
        let mut out = Vec::new();
        while let Some(event) = self.events.next() {
            match event {
                Event::Start(Md::TableRow) => self.table_row(&mut out),
                Event::Start(Md::HtmlBlock) => self.html_block(&mut out),
                event => self.single(event, &mut out),
            }
        }
        out
    }

    /// An event by itself: words where a comment would be shown or encoded.
    fn single(&mut self, event: Event<'a>, out: &mut Vec<Event<'a>>) {
        let words = |text: CowStr<'a>| -> CowStr<'a> {
            self.marks.as_words(&self.addresses.plain(&text, self.marks)).into()
        };
        out.push(match event {
            Event::Start(Md::CodeBlock(kind)) => {
                self.in_code = true;
                Event::Start(Md::CodeBlock(kind))
            }
            Event::End(TagEnd::CodeBlock) => {
                self.in_code = false;
                Event::End(TagEnd::CodeBlock)
            }
            Event::Text(text) if self.in_code => Event::Text(words(text)),
            // What only kept a line from being HTML has done its work.
            Event::Text(text) if self.is_nothing(&text) => return,
            Event::Text(text) if self.links + self.images > 0 => {
                Event::Text(self.addresses.plain(&text, self.marks).into_owned().into())
            }
            Event::Text(text) => return self.addresses.linked(text, self.marks, out),
            Event::Code(text) => Event::Code(words(text)),
            Event::Start(Md::Link { link_type, dest_url, title, id }) => {
                let (dest_url, title) = (words(dest_url), words(title));
                self.links += 1;
                Event::Start(Md::Link { link_type, dest_url, title, id })
            }
            Event::End(TagEnd::Link) => {
                self.links = self.links.saturating_sub(1);
                Event::End(TagEnd::Link)
            }
            Event::Start(Md::Image { link_type, dest_url, title, id }) => {
                let event =
                    Md::Image { link_type, dest_url: words(dest_url), title: words(title), id };
                self.images += 1;
                Event::Start(event)
            }
            Event::End(TagEnd::Image) => {
                self.images -= 1;
                Event::End(TagEnd::Image)
            }
            // An image's alternative text is an attribute: a comment would be shown.
            Event::InlineHtml(html) if self.images > 0 => Event::Text(words(html)),
            Event::InlineHtml(html) => return self.inline_html(html, out),
            event => event,
        });
    }

    fn inline_html(&mut self, html: CowStr<'a>, out: &mut Vec<Event<'a>>) {
        self.anchors(&html);
        if self.is_autolink(&html) {
            out.extend(autolink(&html));
        } else if self.is_mark(&html) || html.starts_with("<!--[") {
            out.push(Event::InlineHtml(html));
        } else if !html.starts_with("<!--") {
            out.push(Event::InlineHtml(self.marks.as_words(&html).into()));
        }
    }

    /// Counts the links of raw HTML, in which an address is no link of its own.
    fn anchors(&mut self, html: &str) {
        if !html.contains("<a") && !html.contains("<A") && !html.contains("</") {
            return;
        }
        for token in tokens(html) {
            match token {
                Token::Start { name, closes_itself: false, .. } if name == "a" => self.links += 1,
                Token::End { name, .. } if name == "a" => {
                    self.links = self.links.saturating_sub(1);
                }
                _ => {}
            }
        }
    }

    /// A block of HTML, without the comments that editors leave for each other, and with
    /// words for the tags inside its own tags. Outlook's conditional comments stay.
    fn html_block(&mut self, out: &mut Vec<Event<'a>>) {
        let mut block = String::new();
        for event in self.events.by_ref() {
            match event {
                Event::Html(text) | Event::Text(text) => block.push_str(&text),
                Event::End(TagEnd::HtmlBlock) => break,
                _ => {}
            }
        }
        self.anchors(&block);
        if self.is_autolink(block.trim()) {
            out.push(Event::Start(Md::Paragraph));
            out.extend(autolink(block.trim()));
            out.push(Event::End(TagEnd::Paragraph));
            return;
        }
        let mut kept = String::with_capacity(block.len());
        for token in tokens(&block) {
            let text = &block[range(&token).clone()];
            match token {
                Token::Start { .. } => kept.push_str(&self.marks.as_words(text)),
                Token::Comment(_) if is_editors_note(text) && !self.is_mark(text) => {}
                _ => kept.push_str(text),
            }
        }
        if !kept.trim().is_empty() {
            out.push(Event::Html(kept.into()));
        }
    }

    /// A row that holds nothing but block tags is those tags, between rows.
    fn table_row(&mut self, out: &mut Vec<Event<'a>>) {
        let mut row = Vec::new();
        while let Some(event) = self.events.next() {
            if event == Event::End(TagEnd::TableRow) {
                break;
            }
            self.single(event, &mut row);
        }
        let is_mark = |event: &Event<'_>| matches!(event, Event::InlineHtml(html) if self.marks.removed(html).is_empty());
        let is_cell = |event: &Event<'_>| {
            matches!(event, Event::Start(Md::TableCell) | Event::End(TagEnd::TableCell))
        };
        if row.iter().any(is_mark) && row.iter().all(|event| is_mark(event) || is_cell(event)) {
            out.extend(row.into_iter().filter_map(|event| match event {
                Event::InlineHtml(html) => Some(Event::Html(html)),
                _ => None,
            }));
        } else {
            out.push(Event::Start(Md::TableRow));
            out.extend(row);
            out.push(Event::End(TagEnd::TableRow));
        }
    }

    fn is_nothing(&self, text: &str) -> bool {
        matches!(self.marks.find(text).as_slice(), [one] if one.tag.is_none() && one.range == (0..text.len()))
    }

    /// Whether a comment is one of ours.
    fn is_mark(&self, html: &str) -> bool {
        matches!(
            self.marks.find(html).as_slice(),
            [one] if one.range == (0..html.len())
                && one.tag.is_some_and(|tag| (self.prints)(tag) != Prints::Value)
        )
    }

    /// `<{{ url }}>`: to Markdown it looks like an HTML tag.
    fn is_autolink(&self, html: &str) -> bool {
        let inside = html.strip_prefix('<').and_then(|html| html.strip_suffix('>'));
        inside.is_some_and(|inside| {
            matches!(self.marks.find(inside).as_slice(), [one] if one.range == (0..inside.len()))
        })
    }
}

/// `<{{ url }}>`, whose angle brackets are not shown.
fn autolink<'a>(html: &str) -> [Event<'a>; 3] {
    let url = html.trim_matches(['<', '>']).to_owned();
    addresses::link(url.clone(), url)
}

fn is_editors_note(comment: &str) -> bool {
    comment.starts_with("<!--") && !is_conditional(comment)
}
