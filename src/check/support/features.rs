//! Finds what a page uses: elements, attributes, images, links, and the CSS of
//! its style sheets and `style` attributes.
//!
//! What stands in a comment is not used, but for this: `<!--[if mso]> … <![endif]-->`
//! is Outlook's own and says what it gets instead, and what stands between
//! `<!--[if !mso]><!-->` and `<!--<![endif]-->` is not read by Outlook.

use std::collections::HashSet;

use super::css::{self, Rule};
use super::declared::{Kind, Lonely, Owner, judge};
use super::found::{Found, Part};
use super::names;
use crate::compose::html::{self, Attribute, Token};
use crate::compose::outline::value;

/// Everything that a page uses.
pub(super) fn features(page: &str) -> Found {
    let mut finder = Finder { page, in_outlook: true, ..Finder::default() };
    for token in html::tokens(page) {
        match token {
            Token::Comment(range) => finder.comment(&page[range]),
            Token::Raw { element, range } if element == "style" => finder.sheet(&page[range]),
            Token::Raw { .. } => {}
            Token::Start { name, attributes, .. } => finder.start(&name, &attributes),
            Token::End { name, .. } => finder.end(&name),
            Token::Text(range) => {
                if !finder.open.is_empty() && !page[range].trim().is_empty() {
                    finder.open.iter_mut().for_each(|open| open.has_fallback = true);
                }
            }
        }
    }
    finder.finish()
}

#[derive(Default)]
struct Finder<'p> {
    page: &'p str,
    found: Found,
    in_outlook: bool,
    /// Elements that show what is in them to programs which do not know them.
    open: Vec<Open>,
    in_footnote: bool,
    /// Styles are repeated in a mail on every paragraph.
    judged: HashSet<(&'p str, Owner)>,
    web_fonts: Vec<String>,
    lonely: Lonely,
}

struct Open {
    name: &'static str,
    slug: &'static str,
    in_outlook: bool,
    has_fallback: bool,
}

/// Elements whose content is there for programs that do not know them.
const REPLACED: [&str; 5] = ["audio", "meter", "object", "progress", "video"];

impl Finder<'_> {
    fn comment(&mut self, comment: &str) {
        if !html::is_conditional(comment) {
            return;
        }
        let small = comment.to_ascii_lowercase();
        if small.starts_with("<!--<![endif") {
            self.in_outlook = true;
        } else if small.starts_with("<!--[if !mso") && !small.contains("<![endif]") {
            self.in_outlook = false;
        } else {
            self.found.tables_for_outlook |= small.contains("<td") || small.contains("<table");
            self.found.shapes_for_outlook |= small.contains("<v:");
        }
    }

    fn sheet(&mut self, sheet: &str) {
        let owner = self.owner(Kind::Sheet);
        for rule in css::rules(sheet) {
            match rule {
                Rule::Style { pseudos, declarations } => {
                    for pseudo in pseudos {
                        if let Some(slug) = names::selector(&pseudo) {
                            self.add(slug, &format!(":{pseudo}"), Part::Half);
                        }
                    }
                    judge(&declarations, owner, &mut self.found, &mut self.lonely);
                }
                Rule::FontFace { family } => self.web_fonts.extend(family),
                Rule::Import { address } if !is_of_fonts(&address) => {
                    self.add(names::AT_IMPORT, "@import", Part::Half);
                }
                Rule::Import { .. } | Rule::Other => {}
            }
        }
    }

    fn start(&mut self, name: &str, attributes: &[Attribute]) {
        if let Some(slug) = names::element(name) {
            match REPLACED.iter().find(|replaced| **replaced == name) {
                Some(name) if self.open.len() < 8 => self.open.push(Open {
                    name,
                    slug,
                    in_outlook: self.in_outlook,
                    has_fallback: false,
                }),
                _ => self.add(slug, &format!("<{name}"), Part::Half),
            }
        } else if matches!(name, "a" | "img") {
            self.open.iter_mut().for_each(|open| open.has_fallback = true);
        }
        self.by_element(name, attributes);
        self.attributes(name, attributes);
    }

    /// What an element uses by what its attributes say.
    fn by_element(&mut self, name: &str, attributes: &[Attribute]) {
        let page = self.page;
        let value = |wanted: &str| value(page, attributes, wanted);
        match name {
            "img" => {
                let source = value("src").unwrap_or_default();
                if let Some(slug) = names::image(&source) {
                    self.image(slug, &source);
                }
                if source.is_empty() && value("srcset").is_some() {
                    self.add(names::SRCSET, "srcset", Part::Half);
                }
            }
            "a" | "area" => {
                let target = value("href").unwrap_or_default();
                if target.len() > 1 && target.starts_with('#') && !self.in_footnote {
                    self.add(names::ANCHOR, &target, Part::There);
                } else if target.get(..7).is_some_and(|it| it.eq_ignore_ascii_case("mailto:")) {
                    self.add(names::MAILTO, "mailto:", Part::There);
                }
            }
            "input" => {
                let kind = value("type").unwrap_or_else(|| "text".to_owned());
                if let Some(slug) = names::input(&kind) {
                    self.add(slug, "<input", Part::Half);
                }
            }
            "button" => match value("type") {
                Some(kind) if kind.eq_ignore_ascii_case("submit") => {
                    self.add(names::BUTTON_SUBMIT, "<button", Part::Half);
                }
                Some(kind) if kind.eq_ignore_ascii_case("reset") => {
                    self.add(names::BUTTON_RESET, "<button", Part::Half);
                }
                _ => {}
            },
            "link" => {
                let kind = value("rel").unwrap_or_default();
                let is_sheet =
                    kind.split_ascii_whitespace().any(|it| it.eq_ignore_ascii_case("stylesheet"));
                if is_sheet && !is_of_fonts(&value("href").unwrap_or_default()) {
                    self.add(names::LINK, "<link", Part::Half);
                }
            }
            "sup" => {
                self.in_footnote = value("class").is_some_and(|it| it.starts_with("footnote-"));
            }
            _ => {}
        }
    }

    fn image(&mut self, slug: &'static str, source: &str) {
        if slug != names::BASE64 {
            return self.add(slug, source, Part::Half);
        }
        let is_gif = source.get(..14).is_some_and(|it| it.eq_ignore_ascii_case("data:image/gif"));
        let part = if is_gif { Part::Missing } else { Part::There };
        self.add(slug, "data:", part);
    }

    fn attributes(&mut self, name: &str, attributes: &[Attribute]) {
        let is_dot = || matches!(value(self.page, attributes, "width").as_deref(), Some("0" | "1"));
        let is_stubborn = name == "table" || name == "img" && !is_dot();
        let mut owner = self.owner(if is_stubborn { Kind::Stubborn } else { Kind::Element });
        let mut style = None;
        let mut has_background = false;
        for Attribute { name, value } in attributes {
            let name = &self.page[name.clone()];
            match name.to_ascii_lowercase().as_str() {
                "style" => style = style.or(value.clone()),
                "bgcolor" => owner.has_color = true,
                "align" => owner.has_align = true,
                "background" => has_background = true,
                small => {
                    if let Some(slug) = names::attribute(small) {
                        self.add(slug, small, Part::Half);
                    }
                }
            }
        }
        let style = style.map_or("", |range| &self.page[range]);
        if has_background && !owner.has_color && !style.contains("background") {
            let part = if name == "body" { Part::There } else { Part::Missing };
            self.add(names::BACKGROUND_ATTRIBUTE, "background", part);
        }
        if !style.is_empty() && self.judged.insert((style, owner)) {
            let style = html_escape::decode_html_entities(style);
            judge(&css::declarations(&style), owner, &mut self.found, &mut self.lonely);
        }
    }

    fn end(&mut self, name: &str) {
        if name == "sup" {
            self.in_footnote = false;
        }
        if self.open.last().is_some_and(|open| open.name == name) {
            self.close();
        }
    }

    fn close(&mut self) {
        if let Some(Open { name, slug, in_outlook, has_fallback: false }) = self.open.pop() {
            self.found.add(slug, &format!("<{name}"), Part::Half, in_outlook);
        }
    }

    fn finish(mut self) -> Found {
        while !self.open.is_empty() {
            self.close();
        }
        // A web font is one of several, or nothing that readers see.
        if self.web_fonts.iter().any(|family| self.lonely.contains(family)) {
            self.found.add(names::AT_FONT_FACE, "@font-face", Part::Missing, true);
        }
        self.found
    }

    fn owner(&self, kind: Kind) -> Owner {
        Owner { kind, has_color: false, has_align: false, in_outlook: self.in_outlook }
    }

    fn add(&mut self, slug: &'static str, needle: &str, part: Part) {
        self.found.add(slug, needle, part, self.in_outlook);
    }
}

/// Whether a style sheet brings nothing but web fonts.
fn is_of_fonts(address: &str) -> bool {
    ["//fonts.", "//use.typekit.", "//p.typekit."].iter().any(|host| address.contains(host))
}
