//! How other tools write their tags, and how to tell such a tag from ordinary writing.

use std::ops::Range;

use super::seen::Kind;
use super::vocabulary::{is_name, is_placeholder, is_word};
use crate::compose::html::is_element;

/// A tag of another tool in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hit {
    pub(super) range: Range<usize>,
    /// What stands in it.
    pub(super) inner: Range<usize>,
    /// Which tools write them so.
    pub(super) tools: &'static str,
}

/// How a tool writes its tags.
struct Style {
    open: &'static str,
    close: &'static str,
    tools: &'static str,
    /// What has to stand between.
    wants: Wants,
}

/// What has to stand in a tag, so that it is one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wants {
    /// Any letter: nobody writes these signs otherwise.
    Letter,
    /// A word or a few.
    Word,
    /// A word that touches both ends, or a name.
    TightWord,
    /// A name that lists have.
    Name,
    /// The same, and nothing between it and the signs.
    TightName,
    /// Large letters, or a name; not what is left of an address.
    Percent,
    /// A name, and no element of HTML.
    Element,
    /// A name, or a word with a line below: what Word calls its fields.
    Chevrons,
}

const fn style(
    open: &'static str,
    close: &'static str,
    tools: &'static str,
    wants: Wants,
) -> Style {
    Style { open, close, tools, wants }
}

/// Longer signs first: `<<` before `<`.
const STYLES: [Style; 29] = [
    style("{{", "}}", "a tool, or of ours where nothing is merged", Wants::Word),
    style("*|", "|*", "Mailchimp", Wants::Letter),
    style("<<", ">>", "Autocrat or a word processor", Wants::TightWord),
    style("<%", "%>", "ERB, EJS or ASP", Wants::Letter),
    style("«", "»", "Microsoft Word", Wants::Chevrons),
    style("%%=", "=%%", "Salesforce Marketing Cloud", Wants::Letter),
    style("%%[", "]%%", "Salesforce Marketing Cloud", Wants::Letter),
    style("%%", "%%", "Salesforce Marketing Cloud", Wants::TightWord),
    style("%(", ")s", "Python", Wants::Name),
    style("%", "%", "ActiveCampaign", Wants::Percent),
    style("[[", "]]", "Constant Contact or GetResponse", Wants::Name),
    style("[%", "%]", "Template Toolkit", Wants::Word),
    style("[", "]", "Campaign Monitor, Sendy, MailPoet or phpList", Wants::Name),
    style("${", "}", "a script", Wants::Name),
    style("#{", "}", "Ruby", Wants::Name),
    style("@{", "}", "a script", Wants::Name),
    style("{$", "}", "MailerLite or Smarty", Wants::Word),
    style("{!", "}", "AWeber or Salesforce", Wants::Word),
    style("{", "}", "GMass or CiviCRM", Wants::Name),
    style("~", "~", "Infusionsoft (Keap)", Wants::TightName),
    style("##", "##", "Selligent or Sarbacane", Wants::TightName),
    style("#", "#", "another tool", Wants::TightName),
    style("$$", "$$", "another tool", Wants::TightName),
    style("$", "$", "another tool", Wants::TightName),
    style("@@", "@@", "another tool", Wants::TightName),
    style("||", "||", "another tool", Wants::TightName),
    style("::", "::", "another tool", Wants::TightName),
    style("__", "__", "another tool", Wants::TightName),
    style("<", ">", "somebody who meant to replace it", Wants::Element),
];

/// The longest thing that is still a tag, in bytes.
const LONGEST: usize = 120;

/// Every tag of another tool in a text, in order.
pub(super) fn tags_in(text: &str, kind: Kind, columns: &[&str]) -> Vec<Hit> {
    let mut hits: Vec<Hit> = Vec::new();
    let mut at = 0;
    // Half a tag is one more brace than there should be.
    let mut braces = 0_usize;
    while let Some(c) = text[at..].chars().next() {
        let hit = if c.is_alphanumeric() || c == ' ' {
            None
        } else {
            let whole = STYLES.iter().find_map(|style| style.at(text, at, kind, columns));
            whole.or_else(|| half(text, at, kind, braces, hits.last()))
        };
        match c {
            '\n' => braces = 0,
            '{' => braces += 1,
            '}' => braces = braces.saturating_sub(1),
            _ => {}
        }
        at = hit.as_ref().map_or(at + c.len_utf8(), |hit| hit.range.end);
        hits.extend(hit);
    }
    hits
}

impl Style {
    fn at(&self, text: &str, at: usize, kind: Kind, columns: &[&str]) -> Option<Hit> {
        let after = text[at..].strip_prefix(self.open)?;
        if !self.stands_in(kind) {
            return None;
        }
        let window = &after[..floor(after, LONGEST)];
        let length = window.find(self.close)?;
        let inner = &window[..length];
        if inner.is_empty() || inner.contains('\n') {
            return None;
        }
        let start = at + self.open.len();
        let end = start + length + self.close.len();
        // A row is only looked at for what Markdown takes apart.
        if kind == Kind::Row && !text[at..end].contains('|') {
            return None;
        }
        let around = (text[..at].chars().next_back(), text[end..].chars().next());
        let is_one = self.is_whole(around, kind) && self.fits(inner, kind, columns);
        is_one.then(|| {
            // `{ first_name }}` has lost its first brace.
            let end = if self.open == "{" && around.1 == Some('}') { end + 1 } else { end };
            Hit { range: at..end, inner: start..start + length, tools: self.tools }
        })
    }

    /// In code most signs mean something else.
    fn stands_in(&self, kind: Kind) -> bool {
        match kind {
            Kind::Prose | Kind::Row => true,
            Kind::Url => !matches!(self.open, "$" | "$$" | "#" | "##" | "::" | "@@" | "__" | "<"),
            Kind::Code => matches!(self.open, "*|" | "<<" | "«" | "%%" | "%%=" | "[["),
        }
    }

    /// Whether what surrounds a candidate speaks for it.
    fn is_whole(&self, (before, after): (Option<char>, Option<char>), kind: Kind) -> bool {
        let is_letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        match self.open {
            // A link or an image of which Markdown has made nothing.
            "[" | "[[" => after != Some('(') && before != Some('!'),
            "{" => !matches!(before, Some('{' | '$' | '#' | '@' | '%' | '\\')),
            // `100% of 50%` has a digit before it.
            "%" => {
                before != Some('%')
                    && after != Some('%')
                    && !before.is_some_and(|c| c.is_ascii_alphanumeric())
                    && (kind == Kind::Url || !is_letter(after))
            }
            open if self.wants == Wants::TightName => {
                let sign = open.chars().next();
                before != sign && after != sign && !is_letter(before) && !is_letter(after)
            }
            _ => true,
        }
    }

    fn fits(&self, inner: &str, kind: Kind, columns: &[&str]) -> bool {
        let has_letter = inner.contains(char::is_alphabetic);
        let is_tight = inner.trim() == inner;
        let is_name = || is_name(inner, columns) && inner.chars().count() <= 60;
        match self.wants {
            Wants::Letter if kind == Kind::Code => has_letter && self.open == "*|" || is_name(),
            Wants::Letter if self.open == "*|" => inner.starts_with(char::is_alphabetic),
            Wants::Letter => has_letter,
            Wants::Word => is_word(inner),
            Wants::TightWord if kind == Kind::Code => is_name() && (is_tight || is_titled(inner)),
            Wants::TightWord => is_word(inner) && (is_tight || is_titled(inner) || is_name()),
            Wants::Name => is_name() || kind == Kind::Prose && is_placeholder(inner),
            Wants::TightName => is_tight && is_name(),
            Wants::Percent => is_tight && (is_large(inner, kind) || is_name()),
            Wants::Element => {
                let first = inner.split([' ', '/']).next().unwrap_or("");
                let is_plain = |c: char| c.is_alphabetic() || " _-.:".contains(c);
                inner.chars().all(is_plain)
                    && !is_element(first)
                    && (is_name() || is_placeholder(inner))
            }
            Wants::Chevrons => {
                let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
                is_name() || is_tight && inner.contains('_') && inner.chars().all(is_plain)
            }
        }
    }
}

/// `Donation Amount`: every word begins large.
fn is_titled(inner: &str) -> bool {
    inner.split_whitespace().all(|word| word.starts_with(char::is_uppercase))
}

/// `UNSUBSCRIBELINK`, `SENDER-INFO`: as no one writes between two signs of per cent.
fn is_large(inner: &str, kind: Kind) -> bool {
    let bytes = inner.as_bytes();
    let is_code = kind == Kind::Url && bytes.iter().take(2).all(u8::is_ascii_hexdigit);
    bytes.iter().filter(|byte| byte.is_ascii_uppercase()).count() >= 3
        && bytes.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b"_-.:".contains(b))
        && !is_code
}

/// Half a tag, of ours or another tool's: `first_name }}`, `FNAME|*`, `*|FNAME`.
fn half(text: &str, at: usize, kind: Kind, braces: usize, last: Option<&Hit>) -> Option<Hit> {
    const TOOLS: &str = "a tool, or of ours, of which only half was pasted";
    if kind != Kind::Prose {
        return None;
    }
    let rest = &text[at..];
    let from = last.map_or(0, |hit| hit.range.end);
    let is_end = rest.starts_with("}}") && braces < 2 || rest.starts_with("%}");
    if is_end {
        let word = word_before(&text[from..at])?;
        let start = from + word.start;
        return Some(Hit { range: start..at + 2, inner: start..from + word.end, tools: TOOLS });
    }
    if rest.starts_with("{{") || rest.starts_with("{%") {
        let inner = &rest[2..];
        let length = inner.find(|c: char| !(c.is_alphanumeric() || "_. -".contains(c)));
        let length = length.unwrap_or(inner.len()).min(floor(inner, 40));
        let has_word = inner[..length].chars().filter(|c| c.is_alphabetic()).count() >= 2;
        let end = at + 2 + inner[..length].trim_end().len();
        return has_word.then(|| Hit { range: at..end, inner: at + 2..end, tools: TOOLS });
    }
    let is_sign = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || "_:".contains(c);
    let is_long = |name: &str| name.len() >= 3 && name.contains(|c: char| c.is_ascii_uppercase());
    if let Some(after) = rest.strip_prefix("*|") {
        let length = after.find(|c| !is_sign(c)).unwrap_or(after.len());
        let inner = at + 2..at + 2 + length;
        let is_half = is_long(&text[inner.clone()]);
        return is_half.then_some(Hit { range: at..at + 2 + length, inner, tools: TOOLS });
    }
    if rest.starts_with("|*") {
        let before = &text[from..at];
        let length = before.chars().rev().take_while(|c| is_sign(*c)).count();
        let inner = at - length..at;
        let is_half = is_long(&text[inner.clone()]);
        return is_half.then_some(Hit { range: at - length..at + 2, inner, tools: TOOLS });
    }
    None
}

/// The word that stands right before, of two letters at least.
fn word_before(text: &str) -> Option<Range<usize>> {
    let end = text.trim_end_matches(' ').len();
    if text.len() - end > 2 {
        return None;
    }
    let fits = |c: char| c.is_alphanumeric() || "_.".contains(c);
    let length: usize =
        text[..end].chars().rev().take(40).take_while(|c| fits(*c)).map(char::len_utf8).sum();
    let word = &text[end - length..end];
    let is_word = word.chars().filter(|c| c.is_alphabetic()).count() >= 2;
    is_word.then_some(end - length..end)
}

fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}
