//! Which features a block of declarations uses without a fallback.
//!
//! A program that does not know a property or a value passes the declaration over,
//! and takes the one before it. So an older counterpart that stands before in the
//! same block is a fallback, and nothing is said.

use std::collections::{BTreeSet, HashMap};

use super::css::{Declaration, Word, last_family};
use super::found::{Found, Part};
use super::graceful::is_graceful;
use super::names;

/// Whose declarations they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Owner {
    pub(super) kind: Kind,
    /// Whether it has `bgcolor`, or `align`.
    pub(super) has_color: bool,
    pub(super) has_align: bool,
    /// Whether Outlook for Windows reads it.
    pub(super) in_outlook: bool,
}

/// Where declarations stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Sheet,
    Element,
    /// An `<img>` or a `<table>`, which Outlook shows even where it should not.
    Stubborn,
}

/// Families of fonts that are named without another one behind them.
pub(super) type Lonely = BTreeSet<String>;

/// Adds what a block uses.
pub(super) fn judge(
    declarations: &[Declaration],
    owner: Owner,
    found: &mut Found,
    lonely: &mut Lonely,
) {
    let mut firsts: HashMap<&str, usize> = HashMap::with_capacity(declarations.len());
    for (at, declaration) in declarations.iter().enumerate() {
        firsts.entry(&declaration.name).or_insert(at);
    }
    let is_hidden = declarations.iter().any(|it| it.name == "display" && has(&it.words, "none"));
    for at in 0..declarations.len() {
        Judge { declarations, at, firsts: &firsts, is_hidden, owner, found }.judge(lonely);
    }
}

struct Judge<'a> {
    declarations: &'a [Declaration],
    /// The one that is judged.
    at: usize,
    /// Where each property is declared first: a block may have ten thousand.
    firsts: &'a HashMap<&'a str, usize>,
    /// Whether nothing of it is displayed.
    is_hidden: bool,
    owner: Owner,
    found: &'a mut Found,
}

/// Properties whose values matter although the property itself may be missing.
const SIZES: [&str; 12] = [
    "font-size",
    "height",
    "line-height",
    "max-height",
    "max-width",
    "min-height",
    "min-width",
    "padding",
    "padding-bottom",
    "padding-left",
    "padding-right",
    "width",
];

impl Judge<'_> {
    fn judge(&mut self, lonely: &mut Lonely) {
        let Declaration { name, words, is_nested } = &self.declarations[self.at];
        if *is_nested {
            return self.add(names::NESTING, "&", Part::Half);
        }
        // Vendors' own properties are for their own programs; a variable matters where it is used.
        if name.starts_with('-') || name.starts_with("mso-") {
            return;
        }
        match name.as_str() {
            "display" => self.display(words),
            "position" => self.position(words),
            "background" | "background-image" => return self.background(name, words),
            "float" => self.float(words),
            "visibility" if !self.is_hidden && (has(words, "hidden") || has(words, "collapse")) => {
                self.add(names::VISIBILITY, name, Part::Half);
            }
            "margin" | "margin-top" | "margin-right" | "margin-bottom" | "margin-left" => {
                self.margin(words);
            }
            "text-align" if has(words, "end") => self.add(names::TEXT_ALIGN, "end", Part::Missing),
            "flex-direction" | "flex-flow" if words.iter().any(is_turned) => {
                self.add(names::FLEX_DIRECTION, name, Part::Half);
            }
            "font" | "font-family" => self.font(words, lonely),
            _ => {}
        }
        if matches!(name.as_str(), "flex-wrap" | "flex-flow") && has(words, "wrap") {
            self.add(names::FLEX_WRAP, "wrap", Part::Half);
        }
        let slug = names::property(name);
        let is_optional = slug.is_some_and(is_graceful);
        let is_told = !is_optional && !is_told_by_value(name);
        if let Some(slug) = slug.filter(|_| is_told && !self.stands_before(counterparts(name))) {
            self.add(slug, name, Part::Half);
        }
        if !is_optional || SIZES.contains(&name.as_str()) {
            self.values(name, words);
        }
    }

    /// Functions and units of a value.
    fn values(&mut self, name: &str, words: &[Word]) {
        let has_fallback = self.stands_before(&[name]) || self.stands_before(counterparts(name));
        for (at, word) in words.iter().enumerate() {
            let (slug, needle) = match word {
                Word::Function { name, .. } => (names::function(name), format!("{name}(")),
                Word::Number { unit, text, .. } => (names::unit(unit), text.clone()),
                _ => continue,
            };
            let Some(slug) = slug else { continue };
            let part = self.part_of(slug, word, words.get(at + 1));
            // Gmail drops the whole attribute over a colour that it cannot read.
            let breaks_all = self.owner.kind != Kind::Sheet
                && (slug == names::MODERN_COLOR
                    || matches!(slug, names::RGB | names::RGBA) && part == Part::Missing);
            if breaks_all || !has_fallback {
                self.add(slug, &needle, part);
            }
        }
    }

    fn part_of(&self, slug: &str, word: &Word, next: Option<&Word>) -> Part {
        let is_modern = matches!(word, Word::Function { has_commas: false, .. })
            && !matches!(next, Some(Word::Function { .. }) | None);
        match slug {
            names::RGB | names::RGBA if is_modern => Part::Missing,
            names::RGB | names::RGBA => Part::There,
            names::LINEAR_GRADIENT | names::RADIAL_GRADIENT
                if self.declarations[self.at].name == "background" =>
            {
                Part::There
            }
            names::LINEAR_GRADIENT | names::RADIAL_GRADIENT => Part::Missing,
            _ => Part::Half,
        }
    }

    fn display(&mut self, words: &[Word]) {
        if self.stands_before(&["display"]) {
            return;
        }
        if has(words, "flex") || has(words, "inline-flex") {
            self.add(names::FLEX, "flex", Part::Half);
        }
        if has(words, "grid") || has(words, "inline-grid") {
            self.add(names::GRID, "grid", Part::Half);
        }
        if has(words, "none") && self.owner.kind == Kind::Stubborn && !self.stands("mso-hide") {
            self.add(names::DISPLAY_NONE, "none", Part::Missing);
        }
    }

    fn position(&mut self, words: &[Word]) {
        let (needle, part) = if has(words, "absolute") {
            ("absolute", Part::MissingBut(&["apple-mail", "samsung"]))
        } else if has(words, "fixed") {
            ("fixed", Part::Missing)
        } else if has(words, "sticky") {
            ("sticky", Part::MissingBut(&["outlook"]))
        } else {
            return;
        };
        self.add(names::POSITION, needle, part);
    }

    /// Images and gradients: a colour beside them is what is seen without them.
    fn background(&mut self, name: &str, words: &[Word]) {
        let has_color = self.owner.has_color
            || self.stands_before(&["background", "background-color"])
            || self.stands("background-color");
        if has_color {
            return;
        }
        if words.iter().any(|word| matches!(word, Word::Url(_))) {
            let is_one = !words.iter().any(|word| matches!(word, Word::Comma));
            let part = if is_one { Part::There } else { Part::Missing };
            self.add(names::BACKGROUND_IMAGE, name, part);
            for word in words {
                if let Word::Url(url) = word
                    && let Some(slug) = names::image(url)
                {
                    self.add(slug, url, Part::Half);
                }
            }
        }
        self.values(name, words);
    }

    fn float(&mut self, words: &[Word]) {
        let is_logical = has(words, "inline-start") || has(words, "inline-end");
        if !self.owner.has_align && !has(words, "none") {
            let part = if is_logical { Part::Missing } else { Part::There };
            self.add(names::FLOAT, "float", part);
        }
    }

    fn margin(&mut self, words: &[Word]) {
        let negative = words.iter().find_map(|word| match word {
            Word::Number { is_negative: true, text, .. } => Some(text.as_str()),
            _ => None,
        });
        if let Some(needle) = negative {
            self.add(names::MARGIN, needle, Part::Missing);
        }
    }

    fn font(&mut self, words: &[Word], lonely: &mut Lonely) {
        if words.iter().any(|word| matches!(word, Word::Comma)) {
            return;
        }
        let Some(family) = last_family(words) else { return };
        if family.ends_with("system-ui") || family.starts_with("ui-") {
            self.add(names::SYSTEM_UI, &family, Part::Half);
        }
        lonely.insert(family);
    }

    fn add(&mut self, slug: &'static str, needle: &str, part: Part) {
        self.found.add(slug, needle, part, self.owner.in_outlook);
    }

    fn stands_before(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.firsts.get(name).is_some_and(|first| *first < self.at))
    }

    fn stands(&self, name: &str) -> bool {
        self.firsts.contains_key(name)
    }
}

fn has(words: &[Word], wanted: &str) -> bool {
    words.iter().any(|word| matches!(word, Word::Ident(name) if name == wanted))
}

/// Whether boxes do not stand in a row.
fn is_turned(word: &Word) -> bool {
    matches!(word, Word::Ident(name) if matches!(name.as_str(), "column" | "column-reverse" | "row-reverse"))
}

/// Properties that say nothing by their name alone.
fn is_told_by_value(name: &str) -> bool {
    matches!(
        name,
        "display"
            | "position"
            | "float"
            | "visibility"
            | "margin"
            | "text-align"
            | "font"
            | "flex-direction"
            | "flex-wrap"
    )
}

/// The older properties that say the same of a logical one.
fn counterparts(name: &str) -> &'static [&'static str] {
    let starts = |start: &str| name.starts_with(start);
    if starts("padding-inline") || starts("padding-block") {
        &["padding", "padding-left", "padding-right", "padding-top", "padding-bottom"]
    } else if starts("margin-inline") || starts("margin-block") {
        &["margin", "margin-left", "margin-right", "margin-top", "margin-bottom"]
    } else if starts("border-inline") || starts("border-block") {
        &["border", "border-left", "border-right", "border-top", "border-bottom", "border-color"]
    } else if name == "inline-size" || name == "block-size" {
        &["width", "height"]
    } else if starts("max-") && name.ends_with("-size") {
        &["max-width", "max-height"]
    } else if starts("min-") && name.ends_with("-size") {
        &["min-width", "min-height"]
    } else {
        &[]
    }
}
