//! What stands around an address in a cell: quotes, brackets, list marks, links, a name.
//!
//! It takes apart and judges nothing: whether what is left is an address is asked elsewhere.

use crate::address::{is_bidi_control, is_invisible};

/// A text without what nobody sees at its ends: white space, marks of direction, and the NULs
/// with which databases fill up.
pub(super) fn outer(text: &str) -> &str {
    text.trim_matches(|c: char| {
        c.is_whitespace() || c.is_control() || is_invisible(c) || is_bidi_control(c)
    })
}

/// Whether a character is a quotation mark, of any script.
pub(super) fn is_quote(c: char) -> bool {
    matches!(c,
        '"' | '\'' | '`' | '´' | '«' | '»' | '\u{2bb}'..='\u{2bd}' | '\u{2018}'..='\u{201f}'
        | '\u{2032}'..='\u{2037}' | '‹' | '›' | '❛'..='❞' | '「'..='』' | '〝'..='〟'
        | '＂' | '＇' | '｢' | '｣')
}

/// Whether the part before the `@` is a quoted string (RFC 5321 §4.1.2): its quotes are its own.
pub(super) fn has_quoted_local(text: &str) -> bool {
    text.starts_with('"') && text.rfind('@').is_some_and(|at| at > 1 && text[..at].ends_with('"'))
}

/// An address without marks around it, and whether `mailto:` stood before it.
pub(super) fn stripped(text: &str) -> (&str, bool) {
    let (mut text, mut is_link) = (text, false);
    loop {
        let length = text.len();
        text = list_item(outer(text));
        text = match emphasized(text) {
            Some(inside) => inside,
            None => without_last(without_first(text)),
        };
        if let Some(rest) = scheme(text, "mailto:") {
            (text, is_link) = (rest.trim_start_matches('/'), true);
        }
        // Exchange writes `SMTP:` before a person's first address; people write the others.
        for label in ["smtp:", "email:", "e-mail:", "mail:"] {
            text = scheme(text, label).unwrap_or(text);
        }
        if text.len() == length {
            return (text, is_link);
        }
    }
}

/// `Ann <ann@example.org>` and `Ann [mailto:ann@example.org]`: the name, and what is in brackets.
pub(super) fn angle(text: &str) -> Option<(&str, &str)> {
    let mut text = outer(text.trim_end_matches([',', ';', '.', ' ']));
    // `"Ann <ann@example.org>"`: quoted once more than needed.
    if text.ends_with(is_quote) && text.starts_with(is_quote) {
        text = without_last(without_first(text));
    }
    let (at, inside) = if let Some(inside) = text.strip_suffix(['>', '＞']) {
        (inside.rfind(['<', '＜'])?, inside)
    } else {
        let inside = text.strip_suffix(']')?;
        let at = inside.rfind('[').filter(|at| scheme(&inside[at + 1..], "mailto:").is_some())?;
        (at, inside)
    };
    let open = inside[at..].chars().next().map_or(0, char::len_utf8);
    let (before, inside) = (&inside[..at], &inside[at + open..]);
    Some((before, inside))
}

/// A link of Markdown, of HTML or of Access (`ann#mailto:ann@example.org#`): its text, and where
/// it leads.
pub(super) fn link(text: &str) -> Option<(&str, &str)> {
    let text = list_item(text);
    if let Some(inside) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(')')) {
        return inside.split_once("](");
    }
    if scheme(text, "<a ").is_some() {
        let (tag, rest) = text.split_once('>')?;
        let shown = rest.get(..rest.len().checked_sub(4)?)?;
        scheme(&rest[shown.len()..], "</a>")?;
        let target = &tag[tag.to_ascii_lowercase().find("href=")? + "href=".len()..];
        let quote = target.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        return Some((shown, target[1..].split_once(quote)?.0));
    }
    let (shown, target) = text.split_once("#mailto:")?;
    Some((shown, target.trim_end_matches('#')))
}

/// What the function of links is called in the languages of spreadsheets.
const HYPERLINK: &str = "\
    HYPERLINK COLLEG.IPERTESTUALE HIPERHIVATKOZÁS HIPERLIGAÇÃO HIPERŁĄCZE HIPERVINCULO \
    HIPERVÍNCULO HYPERKOBLING HYPERLINKKI HYPERLÄNK HYPERTEXTOVÝ.ODKAZ KÖPRÜ LIEN_HYPERTEXTE \
    ГИПЕРССЫЛКА";

/// `=HYPERLINK("mailto:ann@example.org","Ann")`: where it leads, and its text.
pub(super) fn hyperlink(text: &str) -> Option<(String, String)> {
    let (name, rest) = text.strip_prefix('=')?.split_once('(')?;
    let name = name.trim().to_uppercase();
    if !HYPERLINK.split(' ').any(|known| known == name) {
        return None;
    }
    let mut rest = rest.trim_end().strip_suffix(')')?.trim();
    let mut texts = Vec::new();
    while !rest.is_empty() {
        let (one, behind) = quoted(rest)?;
        texts.push(one);
        let behind = behind.trim_start();
        rest = match behind.strip_prefix([',', ';']) {
            Some(next) if texts.len() == 1 => next.trim_start(),
            None if behind.is_empty() => "",
            _ => return None,
        };
    }
    let mut texts = texts.into_iter();
    Some((texts.next()?, texts.next().unwrap_or_default()))
}

/// A name without the marks of a list and quotes around it.
pub(super) fn name(text: &str) -> &str {
    let mut text = list_item(outer(text));
    while let (Some(first), Some(last)) = (text.chars().next(), text.chars().next_back()) {
        if !is_quote(first) || !is_quote(last) || text.len() < first.len_utf8() + last.len_utf8() {
            break;
        }
        text = outer(&text[first.len_utf8()..text.len() - last.len_utf8()]);
    }
    text
}

/// A text in quotes, doubled ones inside undone, and what follows it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut rest = text.strip_prefix('"')?;
    let mut inside = String::new();
    loop {
        let (before, behind) = rest.split_once('"')?;
        inside.push_str(before);
        match behind.strip_prefix('"') {
            Some(more) => {
                inside.push('"');
                rest = more;
            }
            None => return Some((inside, behind)),
        }
    }
}

/// A text without the mark of a list's item: `• `, `- `, `12. `, `3) `.
fn list_item(text: &str) -> &str {
    let Some(first) = text.chars().next() else { return text };
    let rest = &text[first.len_utf8()..];
    if is_bullet(first)
        || (matches!(first, '-' | '*' | '+') && rest.starts_with(char::is_whitespace))
    {
        return rest.trim_start();
    }
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    match text[digits..].chars().next() {
        Some(')') if (1..=4).contains(&digits) => text[digits + 1..].trim_start(),
        Some('.')
            if (1..=4).contains(&digits) && text[digits + 1..].starts_with(char::is_whitespace) =>
        {
            text[digits + 1..].trim_start()
        }
        _ => text,
    }
}

/// Bullets, dashes and arrows before an item. Word's own bullets are letters of its fonts Symbol
/// and Wingdings, which arrive as private characters or as `§`. Boxes and crosses are none: one
/// that is not ticked may say that somebody has left.
fn is_bullet(c: char) -> bool {
    "•·‣⁃∙◦●○▪▫▸►▶➢➤→⇒・･§‐‑‒–—―−✉📧📨📩".contains(c) || matches!(c, '\u{f000}'..='\u{f0ff}')
}

/// `*ann@example.org*`, `_…_`, `|…|`: what no domain ends with stands at both ends.
fn emphasized(text: &str) -> Option<&str> {
    ["*", "_", "|"].iter().find_map(|mark| text.strip_prefix(mark)?.strip_suffix(mark))
}

/// What may be left before an address of brackets and lists, …
const BEFORE: &str = "([{<>,;:（［｛＜〈《【〔⟨，；：";
/// … and behind one.
const BEHIND: &str = ")]}>,;:!）］｝＞〉》】〕⟩，；：！、。．｡،؛۔·•–—―";

fn without_first(text: &str) -> &str {
    let Some(first) = text.chars().next() else { return text };
    let rest = &text[first.len_utf8()..];
    let is_mark = match first {
        '"' if has_quoted_local(text) => false,
        // One of them marks an item; two may mark a remark.
        '-' | '*' => !rest.starts_with(first),
        _ if BEFORE.contains(first) => true,
        _ => is_quote(first),
    };
    if is_mark { rest } else { text }
}

fn without_last(text: &str) -> &str {
    let Some(last) = text.chars().next_back() else { return text };
    let rest = &text[..text.len() - last.len_utf8()];
    let is_mark = match last {
        // Two are the sign that something was cut off.
        '.' => !rest.ends_with(['.', '…']),
        '-' => rest.ends_with(char::is_whitespace),
        _ if BEHIND.contains(last) => true,
        _ => is_quote(last),
    };
    if is_mark { rest } else { text }
}

/// What follows a beginning, which is ASCII, in whatever case it is written.
fn scheme<'t>(text: &'t str, beginning: &str) -> Option<&'t str> {
    let head = text.get(..beginning.len())?;
    head.eq_ignore_ascii_case(beginning).then(|| &text[beginning.len()..])
}
