//! Reads HTML token by token, with spans: enough of the HTML standard's
//! tokenizer (§13.2.5) to know what every byte of a page is, so that each
//! value is escaped for the place where it stands.

use std::ops::Range;

/// A token of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    /// Text between tags.
    Text(Range<usize>),
    /// What stands inside `title`, `textarea`, `style` or `script`.
    Raw { element: String, range: Range<usize> },
    /// `<a href="…">`
    Start { name: String, range: Range<usize>, attributes: Vec<Attribute>, closes_itself: bool },
    /// `</a>`
    End { name: String, range: Range<usize> },
    /// `<!-- … -->` (the whole of it), a doctype or another declaration.
    Comment(Range<usize>),
}

/// An attribute: its name as written, and its value without quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Attribute {
    pub(crate) name: Range<usize>,
    pub(crate) value: Option<Range<usize>>,
}

/// Elements that have no end tag.
pub(crate) const VOID: [&str; 14] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr",
];

/// The other elements of HTML (the standard's index), and those that it had once.
const ELEMENTS: [&str; 132] = [
    "a",
    "abbr",
    "acronym",
    "address",
    "applet",
    "article",
    "aside",
    "audio",
    "b",
    "basefont",
    "bdi",
    "bdo",
    "bgsound",
    "big",
    "blink",
    "blockquote",
    "body",
    "button",
    "canvas",
    "caption",
    "center",
    "cite",
    "code",
    "colgroup",
    "data",
    "datalist",
    "dd",
    "del",
    "details",
    "dfn",
    "dialog",
    "dir",
    "div",
    "dl",
    "dt",
    "em",
    "fieldset",
    "figcaption",
    "figure",
    "font",
    "footer",
    "form",
    "frame",
    "frameset",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hgroup",
    "html",
    "i",
    "iframe",
    "ins",
    "kbd",
    "label",
    "legend",
    "li",
    "listing",
    "main",
    "map",
    "mark",
    "marquee",
    "math",
    "menu",
    "meter",
    "nav",
    "nobr",
    "noembed",
    "noframes",
    "noscript",
    "object",
    "ol",
    "optgroup",
    "option",
    "output",
    "p",
    "picture",
    "plaintext",
    "pre",
    "progress",
    "q",
    "rb",
    "rp",
    "rt",
    "rtc",
    "ruby",
    "s",
    "samp",
    "script",
    "search",
    "section",
    "select",
    "slot",
    "small",
    "span",
    "strike",
    "strong",
    "style",
    "sub",
    "summary",
    "sup",
    "svg",
    "table",
    "tbody",
    "td",
    "template",
    "textarea",
    "tfoot",
    "th",
    "thead",
    "time",
    "title",
    "tr",
    "tt",
    "u",
    "ul",
    "var",
    "video",
    "xml",
    "xmp",
    "path",
    "rect",
    "circle",
    "line",
    "g",
    "mi",
    "mo",
    "mn",
];

/// Whether a name is that of an element: HTML's, or one of another vocabulary (`o:p`, `my-own`).
pub(crate) fn is_element(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.contains([':', '-']) || VOID.contains(&&*name) || ELEMENTS.contains(&&*name)
}

/// Elements whose content holds no tags.
const RAW: [&str; 4] = ["style", "script", "title", "textarea"];

/// Whether a comment is one that Outlook reads: `<!--[if mso]> … <![endif]-->`.
pub(crate) fn is_conditional(comment: &str) -> bool {
    comment.starts_with("<!--[if") || comment.starts_with("<!--<![")
}

/// Elements whose end tag may be left out: how many are open says nothing.
const CLOSED_BY_OTHERS: [&str; 12] =
    ["p", "li", "dt", "dd", "tr", "td", "th", "tbody", "thead", "tfoot", "option", "colgroup"];

/// Where elements nest deeper than a limit, if they do.
pub(crate) fn too_deep(text: &str, limit: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for token in tokens(text) {
        match token {
            Token::Start { name, closes_itself: false, range, .. }
                if !VOID.contains(&name.as_str()) && !CLOSED_BY_OTHERS.contains(&name.as_str()) =>
            {
                depth += 1;
                if depth > limit {
                    return Some(range.start);
                }
            }
            Token::End { name, .. } if !CLOSED_BY_OTHERS.contains(&name.as_str()) => {
                depth = depth.saturating_sub(1);
            }
            _ => {}
        }
    }
    None
}

/// Where an element has more attributes than a limit, if one does.
pub(crate) fn too_wide(text: &str, limit: usize) -> Option<usize> {
    tokens(text).into_iter().find_map(|token| match token {
        Token::Start { attributes, range, .. } if attributes.len() > limit => Some(range.start),
        _ => None,
    })
}

/// All tokens of a page; a tag that never ends counts as text, with all that
/// follows it.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut at = 0;
    let mut text_start = 0;
    while let Some(open) = text[at..].find('<').map(|open| at + open) {
        let token = match markup(text, open) {
            Markup::Token(token) => token,
            Markup::Text => {
                at = open + 1;
                continue;
            }
            Markup::Open => break,
        };
        if text_start < open {
            found.push(Token::Text(text_start..open));
        }
        at = range(&token).end;
        let raw = match &token {
            Token::Start { name, closes_itself: false, .. } if RAW.contains(&name.as_str()) => {
                Some(name.clone())
            }
            _ => None,
        };
        found.push(token);
        if let Some(element) = raw {
            let end = end_of_raw(text, at, &element);
            found.push(Token::Raw { element, range: at..end });
            at = end;
        }
        text_start = at;
    }
    if text_start < text.len() {
        found.push(Token::Text(text_start..text.len()));
    }
    found
}

/// The span of a token.
pub(crate) fn range(token: &Token) -> &Range<usize> {
    match token {
        Token::Text(range)
        | Token::Raw { range, .. }
        | Token::Start { range, .. }
        | Token::End { range, .. }
        | Token::Comment(range) => range,
    }
}

fn end_of_raw(text: &str, from: usize, element: &str) -> usize {
    let mut at = from;
    while let Some(open) = text[at..].find("</").map(|open| at + open) {
        let name = text.as_bytes().get(open + 2..open + 2 + element.len());
        if name.is_some_and(|name| name.eq_ignore_ascii_case(element.as_bytes())) {
            return open;
        }
        at = open + 2;
    }
    text.len()
}

/// What a `<` begins.
enum Markup {
    Token(Token),
    /// A `<` that is only a sign.
    Text,
    /// A tag that never ends. To look for others behind it would take a
    /// quadratic time, and a browser does not.
    Open,
}

fn markup(text: &str, open: usize) -> Markup {
    let rest = &text.as_bytes()[open + 1..];
    let end_of = |found: Option<usize>| found.map_or(text.len(), |at| at);
    match rest {
        [b'!' | b'?', ..] => {
            let end = match text[open..].strip_prefix("<!--") {
                Some(body) => end_of(body.find("-->").map(|at| open + 4 + at + 3)),
                None => end_of(text[open..].find('>').map(|at| open + at + 1)),
            };
            Markup::Token(Token::Comment(open..end))
        }
        [b'/', letter, ..] if letter.is_ascii_alphabetic() => {
            let name = name_at(text, open + 2);
            let end = end_of(text[open..].find('>').map(|at| open + at + 1));
            Markup::Token(Token::End { name: text[name].to_ascii_lowercase(), range: open..end })
        }
        [letter, ..] if letter.is_ascii_alphabetic() => {
            start_tag(text, open).map_or(Markup::Open, Markup::Token)
        }
        _ => Markup::Text,
    }
}

fn name_at(text: &str, from: usize) -> Range<usize> {
    let end = text[from..]
        .find(|c: char| c.is_ascii_whitespace() || c == '/' || c == '>')
        .map_or(text.len(), |at| from + at);
    from..end
}

fn start_tag(text: &str, open: usize) -> Option<Token> {
    let bytes = text.as_bytes();
    let name = name_at(text, open + 1);
    let mut at = name.end;
    let mut attributes = Vec::new();
    let mut closes_itself = false;
    loop {
        match *bytes.get(at)? {
            b'>' => break,
            b'/' => closes_itself = bytes.get(at + 1) == Some(&b'>'),
            byte if byte.is_ascii_whitespace() => {}
            _ => {
                let (attribute, end) = attribute(text, at)?;
                attributes.push(attribute);
                at = end;
                continue;
            }
        }
        at += 1;
    }
    let name = text[name].to_ascii_lowercase();
    Some(Token::Start { name, range: open..at + 1, attributes, closes_itself })
}

/// An attribute and where it ends, quote included.
fn attribute(text: &str, from: usize) -> Option<(Attribute, usize)> {
    let bytes = text.as_bytes();
    // An equals sign at the beginning is part of the name (§13.2.5.32).
    let after = from + text[from..].chars().next()?.len_utf8();
    let end = text[after..]
        .find(|c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>' | '='))
        .map(|at| after + at)?;
    let name = from..end;
    let skip_space = |mut at: usize| {
        while bytes.get(at).is_some_and(u8::is_ascii_whitespace) {
            at += 1;
        }
        at
    };
    let equals = skip_space(end);
    if bytes.get(equals) != Some(&b'=') {
        return Some((Attribute { name, value: None }, end));
    }
    let start = skip_space(equals + 1);
    let (value, end) = if let quote @ (b'"' | b'\'') = *bytes.get(start)? {
        let close = text[start + 1..].find(quote as char).map(|at| start + 1 + at)?;
        (start + 1..close, close + 1)
    } else {
        let close = text[start..]
            .find(|c: char| c.is_ascii_whitespace() || c == '>')
            .map(|at| start + at)?;
        (start..close, close)
    };
    Some((Attribute { name, value: Some(value) }, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_of_a_page_has_its_token() {
        let page =
            "a<b><a href='x>y' class=z hidden>t</a><!-- <i> --><title>1 < 2</title><br/>5 < 6";
        let all = tokens(page);
        let joined: String = all.iter().map(|token| &page[range(token).clone()]).collect();
        assert_eq!(joined, page);
        let Token::Start { attributes, .. } = &all[2] else { panic!("{:?}", all[2]) };
        assert_eq!(attributes.len(), 3);
        assert_eq!(&page[attributes[0].value.clone().expect("it has one")], "x>y");
        assert!(matches!(&all[7], Token::Raw { element, .. } if element == "title"));
        assert!(matches!(all.last(), Some(Token::Text(_))));
        assert_eq!(tokens("<a é ¡=1 =x>").len(), 1);
    }
}
