//! Reads a tag, and tells its slip: one finding for one mistake, at its place.

use super::braces::{InBraces, in_braces};
use super::slips;
use super::statement::{self, Statement};
use super::syntax::SyntaxError;
use super::tags::{Kind, Tag};
use crate::finding::Finding;
use crate::identifier::identifier;
use crate::place::Passage;

/// Reads a tag. `told` holds the words of broken tags, so that what ends one is not another
/// mistake.
pub(super) fn read_one(
    passage: &Passage,
    tag: &Tag,
    told: &mut Vec<String>,
    findings: &mut Vec<Finding>,
) -> Option<Statement> {
    if !matches!(tag.kind, Kind::Expression | Kind::Block) {
        return None;
    }
    let text = passage.text();
    let inner = &text[tag.inner.clone()];
    if let Some(braces) = braces(passage, tag) {
        if braces.opens || !told.iter().any(|word| word == IN_BRACES) {
            let slip = braces.slip(text, tag);
            findings.push(as_finding(passage, slip));
        }
        told.push(IN_BRACES.to_owned());
        return None;
    }
    let slip = match statement::read(text, tag) {
        Ok(statement) => return Some(statement),
        Err(slip) => slip,
    };
    let word = inner.split_whitespace().next().unwrap_or("");
    if word.strip_prefix("end").is_some_and(|opener| told.iter().any(|word| word == opener)) {
        return None;
    }
    told.push(word.to_owned());
    let name = plausible_field(inner).filter(|_| tag.kind == Kind::Expression);
    let finding = match (slip.cure.clone(), slips::known(text, tag, &slip)) {
        (Some((code, help)), _) => {
            Finding::error(code, slip.message, help).at(passage.place(slip.range))
        }
        (None, Some(known)) => as_finding(passage, known),
        (None, None) => match name {
            Some(name) => Finding::error(
                "foreign-tag",
                format!(
                    "`{}` is no field of ours: it looks like a merge tag of another tool (YAMM, Handlebars, HubSpot)",
                    &text[tag.range.clone()]
                ),
                format!("write `{{{{ {name} }}}}`, with the name of the list's column"),
            )
            .at(passage.place(tag.range.clone())),
            None => foreign_name(passage, tag, &slip)
                .unwrap_or_else(|| as_finding(passage, slips::unknown(&slip))),
        },
    };
    findings.push(finding);
    None
}

/// Stands for the word of a block whose tags are in the braces of fields.
const IN_BRACES: &str = "{{";

/// What belongs into `{% … %}`, in a tag that shows fields.
pub(super) fn braces(passage: &Passage, tag: &Tag) -> Option<InBraces> {
    // A condition of the settings has no braces.
    let is_shown = tag.kind == Kind::Expression && tag.range != tag.inner;
    is_shown.then(|| in_braces(&passage.text()[tag.inner.clone()])).flatten()
}

fn as_finding(passage: &Passage, slip: slips::Slip) -> Finding {
    Finding::error("tag-syntax", slip.message, slip.help).at(passage.place(slip.range))
}

/// `{{ имя }}`: the header of a column, whose name here is in ASCII.
fn foreign_name(passage: &Passage, tag: &Tag, slip: &SyntaxError) -> Option<Finding> {
    let text = &passage.text()[..tag.inner.end];
    let is_foreign = |c: char| !c.is_ascii() && c.is_alphabetic();
    let is_in_word =
        |c: char| c.is_alphanumeric() || c == '_' || matches!(c, '\u{300}'..='\u{36f}');
    let at = slip.range.start;
    text.get(at..)?.chars().next().filter(|c| is_foreign(*c))?;
    let before = text[tag.inner.start..at].chars().rev().take_while(|c| is_in_word(*c));
    let start = at - before.map(char::len_utf8).sum::<usize>();
    // `Полное имя`: a header may have several words.
    let (mut end, mut next) = (start, start);
    for word in text[start..].split_inclusive(|c| !is_in_word(c)) {
        let length = word.find(|c| !is_in_word(c)).unwrap_or(word.len());
        if end > start && !word.starts_with(is_foreign) {
            break;
        }
        end = next + length;
        next += word.len();
        if !word.ends_with(' ') {
            break;
        }
    }
    let header = &text[start..end];
    let help = match identifier(header) {
        Some(name) => format!("the column `{header}` is `{{{{ {name} }}}}` here"),
        None => {
            "a column without Latin, Greek or Cyrillic letters in its header is `column_2` here, \
             the number counted from the left"
                .to_owned()
        }
    };
    let message =
        format!("`{header}` is no name in a tag: names are of the letters a to z, digits and `_`");
    Some(Finding::error("unknown-field", message, help).at(passage.place(start..end)))
}

/// `{{ First Name }}` means `{{ first_name }}`.
fn plausible_field(inner: &str) -> Option<String> {
    let words: Vec<&str> =
        inner.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty()).collect();
    let is_plain = inner.chars().all(|c| c.is_ascii_alphanumeric() || " _-.#/{}!".contains(c));
    let is_ours = words.iter().skip(1).any(|word| ["or", "and", "if", "in", "is"].contains(word));
    (is_plain && !is_ours && !words.is_empty() && words.len() <= 4)
        .then(|| words.join("_").to_ascii_lowercase())
}
