//! Colours: can the text be read on its ground, and is a link more than a colour.

use cssparser::color::{parse_hash_color, parse_named_color};

use super::exhibit::Exhibit;
use super::rule::{Rule, warning};
use crate::compose::html::{self, Attribute, Token, VOID};
use crate::finding::Finding;

/// Text that is hard to read.
pub(super) const LOW_CONTRAST: Rule = warning(
    "low-contrast",
    "text too near to the colour of its ground",
    "make the text darker or its ground lighter, until the ratio is 4.5 (3 for large text)",
    "WCAG 2.2, 1.4.3 Contrast (Minimum)",
);
/// A link that only a colour tells.
pub(super) const COLOUR_ONLY: Rule = warning(
    "colour-only",
    "links that are told from their text by colour alone",
    "underline the link, or make it bold",
    "WCAG 2.2, 1.4.1 Use of Color",
);

/// Red, green, blue.
type Colour = (u8, u8, u8);

/// All that there is to say about colours, each pair of them once.
pub(super) fn colours(exhibit: &Exhibit<'_>) -> Vec<Finding> {
    let Some(mail) = exhibit.mail() else { return Vec::new() };
    let page = mail.html.as_str();
    let mut walk = Walk { open: Vec::new(), findings: Vec::new(), pairs: Vec::new(), exhibit };
    for token in html::tokens(page) {
        match token {
            Token::Start { name, attributes, closes_itself: false, .. }
                if !VOID.contains(&name.as_str()) =>
            {
                walk.open(page, name, &attributes);
            }
            Token::End { name, .. } => walk.close(&name),
            Token::Text(range) => walk.text(&html_escape::decode_html_entities(&page[range])),
            _ => {}
        }
    }
    walk.findings
}

#[allow(clippy::struct_excessive_bools, reason = "each is one property of a style")]
/// How an element looks, as far as styles say.
#[derive(Clone, Debug)]
struct Look {
    element: String,
    colour: Colour,
    /// Nothing where a picture or a gradient lies under the text.
    ground: Option<Colour>,
    /// In pixels.
    size: f64,
    is_bold: bool,
    is_hidden: bool,
    /// Whether it has a ground, a border or a picture of its own.
    stands_out: bool,
    /// A link without an underline.
    is_bare_link: bool,
    /// Whether there was other text in it before.
    has_text: bool,
}

impl Default for Look {
    fn default() -> Self {
        Self {
            element: String::new(),
            colour: (0, 0, 0),
            ground: Some((255, 255, 255)),
            size: 16.0,
            is_bold: false,
            is_hidden: false,
            stands_out: false,
            is_bare_link: false,
            has_text: false,
        }
    }
}

struct Walk<'a> {
    open: Vec<Look>,
    findings: Vec<Finding>,
    pairs: Vec<(Colour, Colour)>,
    exhibit: &'a Exhibit<'a>,
}

impl Walk<'_> {
    fn open(&mut self, page: &str, element: String, attributes: &[Attribute]) {
        let mut look = self.open.last().cloned().unwrap_or_default();
        (look.stands_out, look.is_bare_link, look.has_text) = (false, false, false);
        look.is_bold |= matches!(element.as_str(), "b" | "strong" | "th" | "h1" | "h2" | "h3");
        if element == "a" {
            // The colour of browsers, until a style says otherwise.
            look.colour = (0, 0, 238);
        }
        for attribute in attributes {
            let Some(value) = attribute.value.clone() else { continue };
            let value = html_escape::decode_html_entities(&page[value]);
            match &page[attribute.name.clone()] {
                "bgcolor" => look.set_ground(&value),
                "color" if element == "font" => look.colour = colour(&value).unwrap_or(look.colour),
                "background" => look.ground = None,
                "style" => look.style(&value, element == "a"),
                _ => {}
            }
        }
        look.element = element;
        self.open.push(look);
    }

    fn close(&mut self, element: &str) {
        if let Some(at) = self.open.iter().rposition(|look| look.element == element) {
            self.open.truncate(at);
        }
    }

    fn text(&mut self, text: &str) {
        let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{a0}');
        let Some(look) = self.open.last().filter(|look| !look.is_hidden).cloned() else { return };
        if !text.chars().any(char::is_alphanumeric) {
            return;
        }
        if let Some(ground) = look.ground {
            let needed = if look.is_large() { 3.0 } else { 4.5 };
            let ratio = contrast(look.colour, ground);
            if ratio + 0.005 < needed && !self.pairs.contains(&(look.colour, ground)) {
                self.pairs.push((look.colour, ground));
                let (over, under) = (shown(look.colour), shown(ground));
                let message =
                    format!("{over} on {under} has a contrast of {ratio:.1}, and needs {needed}");
                let place = self.exhibit.locate(first_words(text));
                self.findings.push(LOW_CONTRAST.says(message).at(place));
            }
        }
        self.bare_link(text);
        for look in &mut self.open {
            look.has_text = true;
        }
    }

    /// A link in running text that has nothing but its colour.
    fn bare_link(&mut self, text: &str) {
        let Some(at) = self.open.iter().rposition(|look| look.is_bare_link) else { return };
        let link = &self.open[at];
        let Some(around) = at.checked_sub(1).map(|at| &self.open[at]) else { return };
        let is_running = around.has_text && !around.stands_out;
        let differs =
            link.is_bold && !around.is_bold || self.open[at..].iter().any(|l| l.stands_out);
        if is_running && !differs && !link.has_text {
            let place = self.exhibit.locate(first_words(text));
            let message = format!("the link `{}` is told by its colour alone", first_words(text));
            self.findings.push(COLOUR_ONLY.says(message).at(place));
        }
    }
}

/// Enough of a text to find it again where it was written.
fn first_words(text: &str) -> &str {
    let end = text.match_indices(char::is_whitespace).nth(3).map_or(text.len(), |(at, _)| at);
    &text[..end]
}

impl Look {
    /// WCAG's large text: 24 px, or 18.66 px and bold.
    fn is_large(&self) -> bool {
        self.size >= 24.0 || (self.is_bold && self.size >= 18.66)
    }

    fn set_ground(&mut self, value: &str) {
        if value.contains("url(") || value.contains("gradient(") {
            (self.ground, self.stands_out) = (None, true);
        } else if let Some(ground) = words(value).find_map(colour) {
            (self.ground, self.stands_out) = (Some(ground), true);
        }
    }

    fn style(&mut self, style: &str, is_link: bool) {
        for declaration in style.split(';') {
            let Some((name, value)) = declaration.split_once(':') else { continue };
            let value = value.trim().trim_end_matches("!important").trim();
            match name.trim().to_ascii_lowercase().as_str() {
                "color" => self.colour = colour(value).unwrap_or(self.colour),
                "background" | "background-color" => self.set_ground(value),
                "font" | "font-size" => {
                    self.size =
                        words(value).find_map(|word| pixels(word, self.size)).unwrap_or(self.size);
                    self.is_bold |= words(value).any(|word| word == "bold");
                }
                "font-weight" => {
                    self.is_bold =
                        matches!(value, "bold" | "bolder" | "600" | "700" | "800" | "900");
                }
                "display" if value == "none" => self.is_hidden = true,
                "border" | "border-bottom" if value != "0" && value != "none" => {
                    self.stands_out = true;
                }
                "text-decoration" if is_link => self.is_bare_link = value == "none",
                _ => {}
            }
        }
    }
}

fn words(value: &str) -> impl Iterator<Item = &str> {
    // A colour with arguments has spaces inside.
    let is_one = value.contains('(');
    let whole = is_one.then_some(value);
    whole.into_iter().chain(value.split_whitespace().filter(move |_| !is_one))
}

/// A length of a font, in pixels; `17px/1.6` is one, too.
fn pixels(word: &str, around: f64) -> Option<f64> {
    let word = word.split('/').next().unwrap_or(word);
    let of = |unit: &str| word.strip_suffix(unit)?.parse::<f64>().ok();
    of("px")
        .or_else(|| of("pt").map(|points| points * 4.0 / 3.0))
        .or_else(|| of("rem").map(|times| times * 16.0))
        .or_else(|| of("em").map(|times| times * around))
        .or_else(|| of("%").map(|cent| cent * around / 100.0))
}

/// A colour that hides what is below it; others are not judged.
fn colour(value: &str) -> Option<Colour> {
    let value = value.trim();
    if let Some(hash) = value.strip_prefix('#') {
        let (red, green, blue, alpha) = parse_hash_color(hash.as_bytes()).ok()?;
        return (alpha >= 1.0).then_some((red, green, blue));
    }
    if let Some(inner) = value.strip_prefix("rgb(").and_then(|value| value.strip_suffix(')')) {
        let mut numbers = inner.split([',', ' ']).filter(|number| !number.is_empty());
        let mut next = || numbers.next()?.parse().ok();
        return Some((next()?, next()?, next()?));
    }
    parse_named_color(value).ok()
}

fn shown((red, green, blue): Colour) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

/// The contrast ratio of two colours (WCAG 2.2, relative luminance).
fn contrast(one: Colour, other: Colour) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

fn luminance((red, green, blue): Colour) -> f64 {
    let linear = |channel: u8| {
        let channel = f64::from(channel) / 255.0;
        if channel <= 0.04045 { channel / 12.92 } else { ((channel + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contrast_is_what_the_guideline_says() {
        assert!((contrast((0, 0, 0), (255, 255, 255)) - 21.0).abs() < 0.01);
        assert!((contrast((0x76, 0x76, 0x76), (255, 255, 255)) - 4.54).abs() < 0.01);
    }

    #[test]
    fn colours_are_read_as_people_write_them() {
        assert_eq!(colour("#fff"), Some((255, 255, 255)));
        assert_eq!(colour("rgb(1, 2, 3)"), Some((1, 2, 3)));
        assert_eq!(colour("Navy"), Some((0, 0, 128)));
        assert_eq!(colour("#00000080"), None);
        assert_eq!(colour("transparent"), None);
        assert_eq!(pixels("17px/1.6", 16.0), Some(17.0));
        assert_eq!(pixels("bold", 16.0), None);
    }
}
