//! Signs of emphasis, headings, attributes and HTML that readers see.

use super::LEFTOVER_MARKUP;
use super::line::{Left, Line};
use crate::compose::html::{Token, is_element, tokens};

/// What was meant as markup. `has_notes`: whether two asterisks are a footnote's sign.
pub(super) fn markup(line: &Line, has_notes: bool) -> Vec<Left> {
    let mut found: Vec<Left> = Vec::new();
    for sign in ["**", "~~", "__"] {
        found.extend(emphasis(&line.text, sign, has_notes));
    }
    if line.is_paragraph {
        found.extend(heading(&line.text));
    }
    found.extend(attributes(&line.text));
    found.extend(tag(&line.text));
    found
}

/// Markdown in a block of HTML, where it is not read: `<center>*no*</center>`.
pub(super) fn in_html(html: &str) -> Option<Left> {
    tokens(html).into_iter().find_map(|token| {
        let Token::Text(range) = token else { return None };
        let text = &html[range.clone()];
        let (start, end) =
            emphasised(text, "**").or_else(|| emphasised(text, "*")).or_else(|| linked(text))?;
        Some(Left {
            range: range.start + start..range.start + end,
            rule: LEFTOVER_MARKUP,
            message: format!("`{}` stands in HTML, where Markdown is not read", &text[start..end]),
        })
    })
}

/// `*word*` or `**some words**`, on one line.
fn emphasised(text: &str, sign: &str) -> Option<(usize, usize)> {
    let is_edge = |c: Option<char>| !c.is_some_and(|c| c.is_alphanumeric() || c == '*');
    text.match_indices(sign).find_map(|(start, _)| {
        let inside = start + sign.len();
        let length = text[inside..].find(sign)?;
        let words = &text[inside..inside + length];
        let end = inside + length + sign.len();
        let is_one = words.starts_with(char::is_alphanumeric)
            && words.ends_with(|c: char| !c.is_whitespace())
            && !words.contains('\n')
            && is_edge(text[..start].chars().next_back())
            && is_edge(text[end..].chars().next());
        is_one.then_some((start, end))
    })
}

/// `[Give](https://…)`.
fn linked(text: &str) -> Option<(usize, usize)> {
    let middle = text.find("](http")?;
    let start = text[..middle].rfind('[')?;
    let end = text[middle..].find(')')?;
    Some((start, middle + end + 1))
}

/// `** bold **`: a pair of signs, or one that begins a word and never ends.
fn emphasis(text: &str, sign: &str, has_notes: bool) -> Option<Left> {
    let letter = sign.chars().next()?;
    let mut runs = Vec::new();
    let mut at = 0;
    while let Some(start) = text[at..].find(sign).map(|start| at + start) {
        let length = text[start..].chars().take_while(|c| *c == letter).count();
        at = start + length;
        let before = text[..start].trim_end().chars().next_back();
        let after = text[at..].trim_start().chars().next();
        let is_sum = [before, after].iter().all(|c| c.is_some_and(char::is_numeric));
        // `f**k` is a word.
        let is_inside = text[..start].ends_with(char::is_alphanumeric)
            && text[at..].starts_with(char::is_alphanumeric);
        if length <= 3 && !is_sum && !is_inside {
            runs.push(start..at);
        }
    }
    let first = runs.first()?;
    let begins = |run: &std::ops::Range<usize>| {
        let before = text[..run.start].chars().next_back();
        before.is_none_or(|c| c.is_whitespace() || "([{\"„“«".contains(c))
            && text[run.end..].starts_with(|c: char| c.is_alphanumeric())
    };
    let is_pair = runs.len() > 1;
    let is_open = letter == '*' && begins(first) && !has_notes;
    (is_pair || is_open).then(|| Left {
        range: first.clone(),
        rule: LEFTOVER_MARKUP,
        message: format!(
            "`{sign}` is left as it is: no space may stand inside, no letter right behind or before"
        ),
    })
}

/// `#Heading` and `##Heading`; a hashtag in a sentence is none.
fn heading(text: &str) -> Option<Left> {
    let hashes = text.bytes().take_while(|byte| *byte == b'#').count();
    let rest = &text[hashes..];
    let is_word = rest.starts_with(char::is_alphabetic);
    let is_capital = rest.starts_with(char::is_uppercase);
    let is_sentence =
        rest.contains(['#', '\n']) || rest.trim_end().ends_with(['.', '!', '?', '…', ':']);
    let is_heading = match hashes {
        1 => is_capital && !is_sentence,
        2..=6 => is_word,
        _ => false,
    };
    is_heading.then(|| Left {
        range: 0..hashes,
        rule: LEFTOVER_MARKUP,
        message: format!("`{}` without a space behind it begins no heading", &text[..hashes]),
    })
}

/// `{width=200}`, `{.lead}`, `{: .lead}`: attributes, which this Markdown does not have.
fn attributes(text: &str) -> Option<Left> {
    text.match_indices('{').find_map(|(start, _)| {
        let rest = &text[start + 1..];
        let length = rest.find(['}', '{', '\n'])?;
        let inside = &rest[..length];
        let name = inside.trim_start_matches([':', '.', '#', ' ']);
        let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic());
        let is_marked = inside.starts_with(['.', ':', '#']);
        let is_set = name.split_once('=').is_some_and(|(name, _)| {
            name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_ .#".contains(&byte))
        });
        let is_closed = rest[length..].starts_with('}');
        (is_closed && is_name && (is_marked || is_set)).then(|| Left {
            range: start..start + length + 2,
            rule: LEFTOVER_MARKUP,
            message: format!("`{{{inside}}}` is shown as it is: attributes are not read"),
        })
    })
}

/// `<a href="x>`: a tag of HTML that does not end.
fn tag(text: &str) -> Option<Left> {
    text.match_indices('<').find_map(|(start, _)| {
        let rest = &text[start + 1..];
        let name = rest.trim_start_matches('/');
        let length = name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len());
        let (name, after) = name.split_at(length);
        let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic()) && is_element(name);
        let line = after.lines().next().unwrap_or_default();
        let has_attribute = after.starts_with(' ') && {
            let attribute = line.trim_start();
            let end = attribute.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
            end.is_some_and(|end| end > 0 && attribute[end..].trim_start().starts_with('='))
        };
        let ends = rest.starts_with('/') && !line.starts_with('>');
        (is_name && (has_attribute || ends)).then(|| Left {
            range: start..start + 1 + rest.len() - after.len(),
            rule: LEFTOVER_MARKUP,
            message: format!(
                "`<{}{name}` is no HTML: a quote or its `>` is missing",
                if rest.starts_with('/') { "/" } else { "" }
            ),
        })
    })
}
