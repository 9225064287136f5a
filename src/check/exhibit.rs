//! What the rules look at: a campaign with its template, and one mail made of
//! them for a made-up reader who has a value in every column.

use std::cell::{Cell, OnceCell};
use std::collections::HashSet;

use tera::Context;

use super::elements::{self, Element, Kind, is_known};
use crate::campaign::Campaign;
use crate::finding::Finding;
use crate::merge::Mail;
use crate::place::{Passage, Place, Source};
use crate::project::Project;
use crate::template::Template;

/// A file that goes with every mail.
#[derive(Clone, Debug)]
pub struct File {
    /// Its name.
    pub name: String,
    /// In bytes.
    pub size: u64,
    /// Where somebody named it.
    pub place: Place,
}

/// A link to the web, or an image from there, that is the same for every reader.
#[derive(Clone, Debug)]
pub struct WebLink {
    /// The address, without what stands behind `#`.
    pub url: String,
    /// Its host.
    pub host: String,
    /// Where it stands first.
    pub place: Place,
}

/// Everything that a rule may look at.
pub struct Exhibit<'a> {
    /// The project's settings.
    pub project: &'a Project,
    /// The campaign.
    pub campaign: &'a Campaign,
    /// Its template.
    pub template: &'a Template,
    /// What is the same for every reader.
    pub constants: &'a Context,
    /// A mail, if one could be made, and its preheader.
    pub mail: Option<(&'a Mail, Option<&'a str>)>,
    /// Attachments and images.
    pub files: &'a [File],
    /// Now, in seconds since 1970.
    pub now: i64,
    elements: OnceCell<Vec<Element>>,
    /// How many bytes were searched for where something was written.
    searched: Cell<usize>,
}

/// The most of them: who writes more links than can be found so is told of them at the
/// beginning of the letter.
const SEARCHED: usize = 256 << 20;

impl<'a> Exhibit<'a> {
    /// A campaign and its template, without a mail and files.
    pub fn new(
        project: &'a Project,
        campaign: &'a Campaign,
        template: &'a Template,
        constants: &'a Context,
    ) -> Self {
        let (elements, searched) = (OnceCell::new(), Cell::new(0));
        let (mail, files, now) = (None, [].as_slice(), 0);
        Self { project, campaign, template, constants, mail, files, now, elements, searched }
    }

    /// The mail, if one could be made.
    pub(super) fn mail(&self) -> Option<&Mail> {
        self.mail.map(|(mail, _)| mail)
    }

    /// The links, images and headings of the letter: as they were written, and those that
    /// only stand in the finished page.
    pub(super) fn elements(&self) -> &[Element] {
        self.elements.get_or_init(|| {
            let mut elements = elements::of_markdown(&self.campaign.body, self.constants);
            for source in self.sources() {
                elements.extend(elements::of_html(&Passage::whole(source), self.constants));
            }
            let Some(mail) = self.mail() else { return elements };
            let written: HashSet<String> = elements.iter().map(key).collect();
            let page = Passage::whole(&Source::new("", mail.html.as_str()));
            let added =
                elements::of_html(&page, &Context::new()).into_iter().filter_map(|element| {
                    if written.contains(&key(&element)) {
                        return None;
                    }
                    let needle = match &element.kind {
                        Kind::Link { url, text } if self.find(url).is_none() => text,
                        Kind::Link { url: needle, .. } | Kind::Image { src: needle, .. } => needle,
                        _ => return None,
                    };
                    let place = self.locate(needle);
                    Some(Element { place, is_written: false, ..element })
                });
            elements.extend(added.collect::<Vec<_>>());
            elements
        })
    }

    /// Every page and image on the web that the letter names, once. What only a row knows
    /// is not among them.
    pub fn web_links(&self) -> Vec<WebLink> {
        let mut seen = HashSet::new();
        let urls = self.elements().iter().filter_map(|element| match &element.kind {
            Kind::Link { url, .. } | Kind::Image { src: url, .. } if is_known(url) => {
                let mut parsed = url::Url::parse(url.trim()).ok()?;
                parsed.set_fragment(None);
                let host = parsed.host_str().filter(|_| parsed.scheme().starts_with("http"))?;
                let host = host.to_owned();
                // What stands in the finished page only may come from the made-up reader.
                let is_written = element.is_written || self.find(url).is_some();
                let url = String::from(parsed);
                (is_written && seen.insert(url.clone())).then(|| WebLink {
                    url,
                    host,
                    place: element.place.clone(),
                })
            }
            _ => None,
        });
        urls.collect()
    }

    /// The template's files of HTML.
    pub(super) fn sources(&self) -> impl Iterator<Item = &Source> {
        let components = self.template.components.iter().map(|component| &component.html);
        std::iter::once(&self.template.page).chain(components)
    }

    /// Where somebody wrote a text; else the beginning of the letter.
    pub(super) fn locate(&self, needle: &str) -> Place {
        self.find(needle).unwrap_or_else(|| self.campaign.body.place(0..0))
    }

    /// Where somebody wrote a text, the campaign's author first.
    pub(super) fn find(&self, needle: &str) -> Option<Place> {
        let needle = needle.trim();
        if needle.is_empty() {
            return None;
        }
        let sources = std::iter::once(&self.campaign.source).chain(self.sources());
        sources.into_iter().find_map(|source| {
            let text = source.text();
            let searched = self.searched.get() + text.len();
            if searched > SEARCHED {
                return None;
            }
            self.searched.set(searched);
            let at = memchr::memmem::find(text.as_bytes(), needle.as_bytes())?;
            Some(source.place(at..at + needle.len()))
        })
    }

    /// Where HTML or CSS was written. Words that people use, too, are looked for in the
    /// template first.
    pub(super) fn locate_code(&self, needle: &str) -> Place {
        let is_word = needle.chars().all(char::is_alphanumeric);
        let own = std::iter::once(&self.campaign.source);
        let template: Vec<&Source> = self.sources().collect();
        let mut order: Vec<&Source> = own.chain(template).collect();
        if is_word {
            order.rotate_left(1);
        }
        let found = order.into_iter().find_map(|source| {
            let text = source.text();
            let is_edge = |c: Option<char>| !c.is_some_and(|c| c.is_alphanumeric() || c == '-');
            text.match_indices(needle)
                .map(|(at, _)| at..at + needle.len())
                .find(|range| {
                    is_edge(text[..range.start].chars().next_back())
                        && is_edge(text[range.end..].chars().next())
                })
                .map(|range| source.place(range))
        });
        found.unwrap_or_else(|| self.campaign.body.place(0..0))
    }

    /// A finding about the letter as a whole.
    pub(super) fn about(&self, finding: Finding) -> Finding {
        finding.at(self.campaign.body.place(0..0))
    }
}

/// What makes two elements the same one, however Markdown changed their quotes.
fn key(element: &Element) -> String {
    let letters = |text: &str| {
        text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase()
    };
    match &element.kind {
        Kind::Link { url, text } => format!("a {url} {}", letters(text)),
        Kind::Image { src, .. } => format!("img {src}"),
        Kind::Heading { level, text } => format!("h{level} {}", letters(text)),
        Kind::Blocked { name } => name.clone(),
        Kind::Unquoted { attribute } => format!("= {attribute}"),
    }
}
