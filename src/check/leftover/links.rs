//! Links and tables of which readers see the signs.

use super::super::links::{MISSPELT_LINK, misspelt};
use super::line::{Left, Line, OTHER};
use super::{LEFTOVER_LINK, LEFTOVER_TABLE};

/// How far a bracket is looked for, in bytes.
const NEAR: usize = 400;

/// What was meant as a link or a table.
pub(super) fn links(line: &Line) -> Vec<Left> {
    let text = line.text.as_str();
    let mut found = Vec::new();
    let mut done = 0;
    for (at, _) in text.match_indices([']', ')']) {
        if at < done {
            continue;
        }
        let closes = if text[at..].starts_with(']') { '[' } else { '(' };
        let Some(start) = opening(text, at, closes) else { continue };
        let (what, rest) = (&text[start..=at], &text[at + 1..]);
        let Some((message, length)) = slip(what, rest, &text[..start]) else { continue };
        let start = if text[..start].ends_with('!') { start - 1 } else { start };
        done = at + 1 + length;
        found.push(Left { range: start..done, rule: LEFTOVER_LINK, message });
    }
    found.extend(table(line));
    found.extend(misspelt_addresses(text));
    found
}

/// Where the bracket begins that closes at a position.
fn opening(text: &str, close: usize, bracket: char) -> Option<usize> {
    let from = (close.saturating_sub(NEAR)..=close).find(|at| text.is_char_boundary(*at))?;
    text[from..close].rfind(bracket).map(|at| from + at)
}

/// What is wrong behind a closing bracket, and how much of the rest belongs to it.
fn slip(what: &str, rest: &str, before: &str) -> Option<(String, usize)> {
    let end = |close: char| {
        let near =
            rest.char_indices().map_while(|(at, c)| (at < NEAR && c != '\n').then_some((at, c)));
        let last = near.clone().last().map_or(0, |(at, c)| at + c.len_utf8());
        near.clone().find(|(_, c)| *c == close).map_or(last, |(at, _)| at + 1)
    };
    if what.starts_with('(') {
        let is_reversed = rest.strip_prefix('[').is_some_and(leads);
        return is_reversed.then(|| {
            (format!("`{what}[…]` is no link: the brackets are the other way round"), end(']'))
        });
    }
    let inside = &what[1..what.len() - 1];
    let is_note = inside.starts_with('^') && inside.len() > 1 && !inside.contains(' ');
    if is_note {
        return Some((format!("there is no footnote `{what}`"), 0));
    }
    if rest.starts_with('(') {
        let length = end(')');
        let has_space = rest[..length].contains(char::is_whitespace);
        let why = if has_space { "its target holds a space" } else { "its target does not end" };
        return Some((format!("`{what}(…)` is no link: {why}"), length));
    }
    let spaced = rest.trim_start_matches(' ');
    if spaced.len() < rest.len() && spaced.strip_prefix('(').is_some_and(leads) {
        return Some((format!("`{what} (…)` is no link: a space parts it"), end(')')));
    }
    let name =
        rest.strip_prefix('[').and_then(|rest| rest.split_once(']')).map(|(name, _)| name)?;
    let is_count = |text: &str| text.chars().all(|c| !c.is_alphabetic());
    let is_index = before.ends_with(|c: char| c.is_alphanumeric() || c == ']');
    let is_named = !is_index && !is_count(name) && !is_count(inside) && !name.contains(['\n', '[']);
    is_named.then(|| (format!("nothing in the letter says where `[{name}]` leads"), name.len() + 2))
}

/// Whether what stands behind an opening bracket is an address.
fn leads(text: &str) -> bool {
    ["https://", "http://", "www.", "mailto:", "tel:"]
        .iter()
        .any(|start| text.get(..start.len()).is_some_and(|text| text.eq_ignore_ascii_case(start)))
}

/// `htps://example.org` in the text.
fn misspelt_addresses(text: &str) -> Vec<Left> {
    let found = text.match_indices("://").filter_map(|(at, _)| {
        let length = text[..at].bytes().rev().take_while(u8::is_ascii_alphabetic).count();
        let scheme = &text[at - length..at];
        let meant = misspelt(scheme)?;
        let message = format!("`{scheme}:` is not `{meant}:`");
        Some(Left { range: at - length..at, rule: MISSPELT_LINK, message })
    });
    found.collect()
}

/// Lines that all begin with `|`, of which Markdown made a paragraph.
fn table(line: &Line) -> Option<Left> {
    let is_row = |row: &str| {
        row.starts_with('|') && row.matches('|').count() > 1 && !row.contains(OTHER)
            || row.starts_with('|') && row.trim_end().ends_with('|')
    };
    let rows = line.text.trim_end_matches('\n');
    let first = rows.lines().next()?;
    let is_table = line.is_paragraph && rows.contains('\n') && rows.lines().all(is_row);
    is_table.then(|| Left {
        range: 0..first.len(),
        rule: LEFTOVER_TABLE,
        message: "these rows are no table".to_owned(),
    })
}
