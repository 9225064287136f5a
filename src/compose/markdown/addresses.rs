//! Bare addresses of a letter while Markdown reads it: a word stands for each, so that no
//! emphasis, escape or punctuation is found inside. Afterwards they are links, or plain text
//! where there is a link around them already.

use std::borrow::Cow;
use std::ops::Range;

use pulldown_cmark::{CowStr, Event, LinkType, Tag as Md, TagEnd};

use super::super::marks::Marks;
use super::bare::{self, Bare};

/// How many addresses are made links; the words for them are numbered.
const MOST: usize = 500_000;

/// An address: as it is shown, and where it leads.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Address {
    shown: String,
    url: String,
}

/// The addresses of a letter, by the numbers of their words.
#[derive(Clone, Debug, Default)]
pub(super) struct Addresses {
    all: Vec<Address>,
}

impl Addresses {
    /// A marked text with words for its bare addresses, as its events tell where text stands;
    /// nothing if it has none.
    pub(super) fn hidden(
        events: &[(Event<'_>, Range<usize>)],
        text: &str,
        marks: &Marks,
    ) -> Option<(String, Self)> {
        let found = in_text(bare::find(text, marks.prefix()), events);
        if found.is_empty() {
            return None;
        }
        let mut out = String::with_capacity(text.len());
        let mut all = Vec::with_capacity(found.len());
        let mut at = 0;
        for bare in found.into_iter().take(MOST) {
            out.push_str(&text[at..bare.range.start]);
            out.push_str(&marks.address(all.len()));
            at = bare.range.end;
            let shown = bare.shown(text);
            all.push(Address { url: format!("{}{shown}", bare.scheme), shown });
        }
        out.push_str(&text[at..]);
        Some((out, Self { all }))
    }

    /// A text with its addresses as they were written.
    pub(super) fn plain<'t>(&self, text: &'t str, marks: &Marks) -> Cow<'t, str> {
        if self.all.is_empty() {
            return Cow::Borrowed(text);
        }
        let mut out = String::new();
        let mut at = 0;
        for (range, number) in marks.addresses(text) {
            let Some(address) = self.all.get(number) else { continue };
            out.push_str(&text[at..range.start]);
            out.push_str(&address.shown);
            at = range.end;
        }
        if at == 0 {
            return Cow::Borrowed(text);
        }
        out.push_str(&text[at..]);
        Cow::Owned(out)
    }

    /// A text with its addresses as links.
    pub(super) fn linked<'e>(&self, text: CowStr<'e>, marks: &Marks, out: &mut Vec<Event<'e>>) {
        let mut at = 0;
        let found = if self.all.is_empty() { Vec::new() } else { marks.addresses(&text) };
        for (range, number) in found {
            let Some(Address { shown, url }) = self.all.get(number) else { continue };
            if at < range.start {
                out.push(Event::Text(text[at..range.start].to_owned().into()));
            }
            out.extend(link(url.clone(), shown.clone()));
            at = range.end;
        }
        match at {
            0 => out.push(Event::Text(text)),
            at if at < text.len() => out.push(Event::Text(text[at..].to_owned().into())),
            _ => {}
        }
    }
}

/// The bare addresses of a text that its events were read from: where each stands, where it
/// leads, and how it is shown.
pub(crate) fn in_events(
    events: &[(Event<'_>, Range<usize>)],
    text: &str,
) -> Vec<(Range<usize>, String, String)> {
    let found = in_text(bare::find(text, "\u{f0000}"), events);
    let address = |bare: Bare| {
        let shown = bare.shown(text);
        (bare.range, format!("{}{shown}", bare.scheme), shown)
    };
    found.into_iter().map(address).collect()
}

/// A link that shows an address.
pub(super) fn link<'e>(url: String, shown: String) -> [Event<'e>; 3] {
    let link = Md::Link {
        link_type: LinkType::Autolink,
        dest_url: url.into(),
        title: "".into(),
        id: "".into(),
    };
    [Event::Start(link), Event::Text(shown.into()), Event::End(TagEnd::Link)]
}

/// The addresses that begin in text: not in code, HTML, a link's target, or words by which a
/// link finds its target.
fn in_text(found: Vec<Bare>, events: &[(Event<'_>, Range<usize>)]) -> Vec<Bare> {
    let mut kept = Vec::new();
    let mut rest = found.into_iter().peekable();
    let mut is_code = false;
    let mut names_link = false;
    for (event, range) in events {
        match event {
            Event::Start(Md::CodeBlock(_) | Md::HtmlBlock | Md::MetadataBlock(_)) => is_code = true,
            Event::End(TagEnd::CodeBlock | TagEnd::HtmlBlock | TagEnd::MetadataBlock(_)) => {
                is_code = false;
            }
            Event::Start(Md::Link { link_type, .. } | Md::Image { link_type, .. }) => {
                names_link |= !matches!(link_type, LinkType::Inline | LinkType::Reference);
            }
            Event::End(TagEnd::Link | TagEnd::Image) => names_link = false,
            Event::Text(_) if !is_code && !names_link => {
                while rest.next_if(|bare| bare.range.start < range.start).is_some() {}
                while let Some(bare) = rest.next_if(|bare| bare.range.start < range.end) {
                    kept.push(bare);
                }
            }
            _ => {}
        }
    }
    kept
}
