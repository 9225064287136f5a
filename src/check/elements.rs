//! The links, images and headings of a letter, as its author wrote them: each
//! with its place, in every branch of every condition. What the program or a
//! variable added to the finished page comes from the page.

use std::ops::Range;

use pulldown_cmark::{Event, HeadingLevel, LinkType, Parser, Tag, TagEnd};
use tera::{Context, Value};

use super::blocked::blocked;
use crate::compose::html::{self, Attribute, Token};
use crate::compose::{bare_addresses, markdown_options, tag_ranges};
use crate::place::{Passage, Place};

/// Stands for what only a reader's row can tell.
const UNKNOWN: char = '\u{fffc}';

/// Something that a rule may have something to say about.
#[derive(Clone, Debug)]
pub(super) struct Element {
    pub(super) kind: Kind,
    pub(super) place: Place,
    /// Whether it stands so in a file, and not only in the finished page.
    pub(super) is_written: bool,
}

/// What it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Link {
        url: String,
        text: String,
    },
    Image {
        src: String,
        /// Nothing where HTML has no such attribute, or Markdown no text.
        alt: Option<String>,
        size: Option<(u32, u32)>,
    },
    Heading {
        level: usize,
        text: String,
    },
    /// What mail programs take out.
    Blocked {
        name: String,
    },
    /// An attribute whose value has no quotes.
    Unquoted {
        attribute: String,
    },
}

/// Whether a text is known without a row.
pub(super) fn is_known(text: &str) -> bool {
    !text.contains(UNKNOWN)
}

/// The elements of a letter's Markdown.
pub(super) fn of_markdown(passage: &Passage, constants: &Context) -> Vec<Element> {
    let hidden = Hidden::new(passage.text(), constants);
    let mut reader = Reader::new(passage, &hidden);
    let mut in_html = false;
    let events: Vec<_> =
        Parser::new_ext(&hidden.text, markdown_options()).into_offset_iter().collect();
    let addresses = bare_addresses(&events, &hidden.text);
    for (event, range) in events {
        match event {
            Event::Start(Tag::HtmlBlock) => {
                in_html = true;
                reader.html(range);
            }
            Event::End(TagEnd::HtmlBlock) => in_html = false,
            Event::InlineHtml(_) => reader.html(range),
            Event::Text(text) | Event::Code(text) if !in_html => reader.text(&text),
            Event::SoftBreak | Event::HardBreak => reader.text(" "),
            Event::Start(Tag::Link { link_type, dest_url, .. }) => {
                let scheme = if link_type == LinkType::Email { "mailto:" } else { "" };
                reader.open_link(format!("{scheme}{dest_url}"), range);
            }
            Event::End(TagEnd::Link) => reader.close_link(),
            Event::Start(Tag::Image { dest_url, .. }) => {
                reader.image = Some((dest_url.into_string(), String::new(), range));
            }
            Event::End(TagEnd::Image) => reader.close_image(),
            Event::Start(Tag::Heading { level, .. }) => reader.open_heading(number(level), range),
            Event::End(TagEnd::Heading(_)) => reader.close_heading(),
            _ => {}
        }
    }
    for (range, url, text) in addresses {
        let kind = Kind::Link { url: hidden.shown(&url), text: hidden.shown(&text) };
        reader.push(kind, range);
    }
    reader.found
}

/// What a letter's Markdown says, without tags, addresses and code.
pub(super) fn text_of_markdown(passage: &Passage) -> String {
    let hidden = Hidden::new(passage.text(), &Context::new());
    let mut text = String::new();
    for event in Parser::new_ext(&hidden.text, markdown_options()) {
        match event {
            Event::Text(words) => text.push_str(&hidden.shown(&words).replace(UNKNOWN, " ")),
            Event::SoftBreak | Event::HardBreak | Event::End(_) => text.push(' '),
            _ => {}
        }
    }
    text
}

/// The elements of a page or component.
pub(super) fn of_html(passage: &Passage, constants: &Context) -> Vec<Element> {
    let hidden = Hidden::new(passage.text(), constants);
    let mut reader = Reader::new(passage, &hidden);
    reader.html(0..hidden.text.len());
    reader.found
}

fn number(level: HeadingLevel) -> usize {
    level as usize
}

/// A text whose tags Markdown and HTML do not see: each is a sign of its own, and as long as it was.
struct Hidden {
    text: String,
    /// How many letters follow each sign, and what the tag writes.
    tags: Vec<(usize, String)>,
}

/// The first sign: of a private plane, which nobody writes in.
const FIRST: u32 = 0xF_0000;
/// How many there are.
const MOST: u32 = 0xFFFD;

impl Hidden {
    fn new(text: &str, constants: &Context) -> Self {
        let mut hidden = String::with_capacity(text.len());
        let mut tags = Vec::new();
        for (number, range) in (0..MOST).zip(tag_ranges(text)) {
            let Some(sign) = char::from_u32(FIRST + number) else { continue };
            hidden.push_str(&text[hidden.len()..range.start]);
            if let Some(rest) = range.len().checked_sub(sign.len_utf8()) {
                hidden.push(sign);
                hidden.push_str(&"x".repeat(rest));
                tags.push((rest, written(&text[range], constants)));
            } else {
                // A brace of `raw`, which is shorter than a sign.
                hidden.push_str(&text[range]);
                tags.push((0, String::new()));
            }
        }
        hidden.push_str(&text[hidden.len()..]);
        Self { text: hidden, tags }
    }

    /// A piece of the text with what its tags write.
    fn shown(&self, piece: &str) -> String {
        let mut out = String::with_capacity(piece.len());
        let mut rest = piece.chars();
        while let Some(c) = rest.next() {
            let tag = (c as u32).checked_sub(FIRST).and_then(|at| self.tags.get(at as usize));
            let Some((length, value)) = tag else {
                out.push(c);
                continue;
            };
            out.push_str(value);
            for _ in 0..*length {
                if !rest.as_str().starts_with('x') {
                    break;
                }
                rest.next();
            }
        }
        out
    }
}

/// What a tag writes, as far as it is the same for everybody.
fn written(tag: &str, constants: &Context) -> String {
    let Some(inner) = tag.strip_prefix("{{").and_then(|tag| tag.strip_suffix("}}")) else {
        return String::new();
    };
    let inner = inner.trim_matches(['-', ' ', '\t', '\n', '\r']);
    let mut names = inner.split('.');
    let value = names.next().and_then(|name| constants.get(name)).cloned();
    let value = names.try_fold(value, |value, name| {
        let map = value?;
        Some(
            map.as_map().and_then(|map| map.get(&tera::value::Key::from(name.to_owned()))).cloned(),
        )
    });
    match value.flatten().as_ref().and_then(Value::as_str) {
        Some(text) => text.to_owned(),
        None => UNKNOWN.to_string(),
    }
}

/// Collects elements from the events of Markdown and the tokens of HTML alike.
struct Reader<'a> {
    passage: &'a Passage,
    hidden: &'a Hidden,
    link: Option<(String, String, Range<usize>)>,
    image: Option<(String, String, Range<usize>)>,
    heading: Option<(usize, String, Range<usize>)>,
    found: Vec<Element>,
}

impl<'a> Reader<'a> {
    fn new(passage: &'a Passage, hidden: &'a Hidden) -> Self {
        Self { passage, hidden, link: None, image: None, heading: None, found: Vec::new() }
    }

    fn push(&mut self, kind: Kind, range: Range<usize>) {
        self.found.push(Element { kind, place: self.passage.place(range), is_written: true });
    }

    fn text(&mut self, text: &str) {
        if let Some((_, alt, _)) = &mut self.image {
            alt.push_str(text);
            return;
        }
        if let Some((_, words, _)) = &mut self.link {
            words.push_str(text);
        }
        if let Some((_, words, _)) = &mut self.heading {
            words.push_str(text);
        }
    }

    fn open_link(&mut self, url: String, range: Range<usize>) {
        self.link = Some((url, String::new(), range));
    }

    fn close_link(&mut self) {
        let Some((url, text, range)) = self.link.take() else { return };
        let kind = Kind::Link { url: self.hidden.shown(&url), text: self.hidden.shown(&text) };
        self.push(kind, range);
    }

    fn close_image(&mut self) {
        let Some((src, alt, range)) = self.image.take() else { return };
        self.text(&alt);
        let alt = self.hidden.shown(&alt);
        let alt = (!alt.trim().is_empty()).then_some(alt);
        self.push(Kind::Image { src: self.hidden.shown(&src), alt, size: None }, range);
    }

    fn open_heading(&mut self, level: usize, range: Range<usize>) {
        self.heading = Some((level, String::new(), range));
    }

    fn close_heading(&mut self) {
        let Some((level, text, range)) = self.heading.take() else { return };
        let text = self.hidden.shown(&text);
        self.push(Kind::Heading { level, text }, range);
    }

    /// A piece of HTML at a range of the passage.
    fn html(&mut self, range: Range<usize>) {
        let base = range.start;
        let piece = &self.hidden.text[range];
        for token in html::tokens(piece) {
            match token {
                Token::Text(range) => {
                    self.text(&html_escape::decode_html_entities(&piece[range]));
                }
                Token::Start { name, range, attributes, .. } => {
                    self.start(piece, &name, &attributes, base + range.start..base + range.end);
                    self.unquoted(piece, base, &attributes);
                }
                Token::End { name, .. } if name == "a" => self.close_link(),
                Token::End { name, .. } if level(&name).is_some() => self.close_heading(),
                _ => {}
            }
        }
    }

    fn start(&mut self, piece: &str, name: &str, attributes: &[Attribute], range: Range<usize>) {
        let value = |wanted: &str| {
            let attribute = attributes
                .iter()
                .find(|attribute| piece[attribute.name.clone()].eq_ignore_ascii_case(wanted))?;
            let value = attribute.value.clone().map_or("", |range| &piece[range]);
            Some(html_escape::decode_html_entities(value).into_owned())
        };
        if name == "a" {
            if let Some(url) = value("href") {
                self.open_link(url, range);
            }
        } else if name == "img" {
            let pixels = |name| value(name)?.trim().trim_end_matches("px").parse().ok();
            let size = pixels("width").zip(pixels("height"));
            let alt = value("alt").map(|alt| self.hidden.shown(&alt));
            self.text(alt.as_deref().unwrap_or_default());
            let src = self.hidden.shown(&value("src").unwrap_or_default());
            self.push(Kind::Image { src, alt, size }, range);
        } else if let Some(level) = level(name) {
            self.open_heading(level, range);
        } else if let Some(name) = blocked(name, value) {
            self.push(Kind::Blocked { name }, range);
        }
    }

    fn unquoted(&mut self, piece: &str, base: usize, attributes: &[Attribute]) {
        for attribute in attributes {
            let Some(value) = &attribute.value else { continue };
            if piece[..value.start].ends_with(['"', '\'']) {
                continue;
            }
            let name = self.hidden.shown(&piece[attribute.name.clone()]);
            let range = base + attribute.name.start..base + value.end;
            self.push(Kind::Unquoted { attribute: name }, range);
        }
    }
}

fn level(name: &str) -> Option<usize> {
    let level = name.strip_prefix('h')?.parse().ok()?;
    (1..=6).contains(&level).then_some(level)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::Source;

    fn found(text: &str) -> Vec<(String, Kind)> {
        let passage = Passage::whole(&Source::new("c.md", text));
        let mut constants = Context::new();
        let vars: tera::Map =
            [("url".to_owned().into(), Value::from("https://example.org/v"))].into_iter().collect();
        constants.insert_value("vars", Value::from(vars));
        of_markdown(&passage, &constants)
            .into_iter()
            .map(|element| (element.place.to_string(), element.kind))
            .collect()
    }

    #[test]
    fn elements_have_their_places_in_markdown_and_html() {
        let link = |url: &str, text: &str| Kind::Link { url: url.into(), text: text.into() };
        let text = "# A {{ city }}\n\n[Give *now*]({{ vars.url }}?n={{ city }}) ![](a.png)\n\n\
                    {% if city %}\n<a href=\"/x\">on\n<b>and</b></a> <img src='b.png' width=1 height=1 alt=''>\n{% endif %}\n\n\
                    `<a href=\"code\">` <ann@example.org>\n";
        assert_eq!(
            found(text),
            [
                ("c.md:1:1".into(), Kind::Heading { level: 1, text: format!("A {UNKNOWN}") }),
                (
                    "c.md:3:1".into(),
                    link(&format!("https://example.org/v?n={UNKNOWN}"), "Give now")
                ),
                ("c.md:3:43".into(), Kind::Image { src: "a.png".into(), alt: None, size: None }),
                ("c.md:6:1".into(), link("/x", "on and")),
                (
                    "c.md:7:16".into(),
                    Kind::Image {
                        src: "b.png".into(),
                        alt: Some(String::new()),
                        size: Some((1, 1))
                    }
                ),
                ("c.md:7:33".into(), Kind::Unquoted { attribute: "width".into() }),
                ("c.md:7:41".into(), Kind::Unquoted { attribute: "height".into() }),
                ("c.md:10:19".into(), link("mailto:ann@example.org", "ann@example.org")),
            ]
        );
    }

    #[test]
    fn braces_that_are_shown_as_they_are_move_nothing() {
        let places: Vec<String> = found("é {% raw %}{{ x }}{% endraw %} [a](/b)\n")
            .into_iter()
            .map(|(at, _)| at)
            .collect();
        assert_eq!(places, ["c.md:1:32"]);
    }
}
