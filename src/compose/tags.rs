//! Finds Tera's tags in a text, with their spans, and knows how they nest.
//!
//! The same rules as Tera 2.4's own lexer: a string inside a tag may hold
//! `}}`, a comment ends at the first `#}`, `raw` ends at `endraw`. It stands
//! here because Markdown and HTML parsers must never see a tag, and because
//! every mistake is to be told at the author's line, not at Tera's.

use std::ops::Range;

/// What kind of tag it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `{{ … }}`
    Expression,
    /// `{% … %}`
    Block,
    /// `{# … #}`
    Comment,
    /// `{% raw %}` or `{% endraw %}`
    Raw,
    /// A delimiter inside `raw`: text that only looks like a tag.
    Literal,
}

/// One tag: where it stands, and what stands between its delimiters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tag {
    pub(crate) kind: Kind,
    /// With delimiters.
    pub(crate) range: Range<usize>,
    /// Without delimiters and white-space control.
    pub(crate) inner: Range<usize>,
    /// `{{-`: white space before goes.
    pub(crate) trims_before: bool,
    /// `-}}`: white space after goes.
    pub(crate) trims_after: bool,
}

/// A tag that does not end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unclosed {
    /// The opening delimiter, or the whole `{% raw %}`.
    pub(crate) range: Range<usize>,
    /// What should have come.
    pub(crate) wants: &'static str,
}

/// All tags of a text in order, and those that do not end. After an unclosed
/// tag the rest of its line is skipped, so that one slip is one mistake.
pub(crate) fn find(text: &str) -> (Vec<Tag>, Vec<Unclosed>) {
    let mut tags = Vec::new();
    let mut unclosed = Vec::new();
    let mut at = 0;
    // Where one `raw` does not end, none behind it does.
    let mut may_end = true;
    while let Some(start) = next_delimiter(text, at) {
        match one_tag(text, start) {
            Ok(tag) if is_raw(text, &tag, "raw") => {
                let was_open = !may_end;
                let section = if may_end { raw_section(text, &tag) } else { None };
                may_end = section.is_some();
                if was_open {
                    at = tag.range.end;
                } else if let Some(section) = section {
                    at = section.last().map_or(tag.range.end, |last| last.range.end);
                    tags.extend(section);
                } else {
                    at = tag.range.end;
                    unclosed.push(Unclosed { range: tag.range, wants: "{% endraw %}" });
                }
            }
            Ok(tag) => {
                at = tag.range.end;
                tags.push(tag);
            }
            Err(slip) => {
                at = text[start..].find('\n').map_or(text.len(), |end| start + end);
                unclosed.push(slip);
            }
        }
    }
    (tags, unclosed)
}

/// Where the next `{{`, `{%` or `{#` begins.
fn next_delimiter(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    (from..bytes.len().saturating_sub(1))
        .find(|&i| bytes[i] == b'{' && matches!(bytes[i + 1], b'{' | b'%' | b'#'))
}

fn one_tag(text: &str, start: usize) -> Result<Tag, Unclosed> {
    let (kind, close) = match text.as_bytes()[start + 1] {
        b'{' => (Kind::Expression, "}}"),
        b'%' => (Kind::Block, "%}"),
        _ => (Kind::Comment, "#}"),
    };
    let trims_before = text.as_bytes().get(start + 2) == Some(&b'-');
    let inner_start = start + 2 + usize::from(trims_before);
    let end = match kind {
        Kind::Comment => end_of_comment(text, start + 2),
        _ => end_of_code(text, inner_start, close.as_bytes()),
    };
    let end = end.ok_or(Unclosed { range: start..start + 2, wants: close })?;
    let trims_after = end > inner_start && text.as_bytes()[end - 1] == b'-';
    let inner_end = end - usize::from(trims_after);
    Ok(Tag {
        kind,
        range: start..end + 2,
        inner: inner_start..inner_end,
        trims_before,
        trims_after,
    })
}

/// The end of a comment. A comment does not hold another one: the first
/// is not closed then, as in `## Title {#id}`, and would swallow what follows.
fn end_of_comment(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let signs = memchr::memchr_iter(b'#', &bytes[from..]).map(|at| from + at);
    let mut signs = signs.filter_map(|at| match (bytes[at - 1], bytes.get(at + 1)) {
        (_, Some(b'}')) => Some(Some(at)),
        (b'{', _) if at > from => Some(None),
        _ => None,
    });
    signs.next().flatten()
}

/// The end of an expression or block: the first closing delimiter outside a
/// string and outside a map's braces. A tag does not run over a blank line: a missing `}}`
/// would otherwise swallow the letter up to the next one.
fn end_of_code(text: &str, from: usize, close: &[u8]) -> Option<usize> {
    let bytes = text.as_bytes();
    let nests = calls_component(&text[from..]);
    let mut quote = None;
    let mut depth = 0_usize;
    let mut is_first_line = true;
    let mut i = from;
    while i < bytes.len().min(from + LONGEST) {
        match (quote, bytes[i]) {
            (Some(_), b'\\') => i += 1,
            (Some(_), b'{') if nests => i = nested(text, i).map_or(i, |end| end - 1),
            (Some(open), byte) if byte == open => quote = None,
            (None, byte @ (b'"' | b'\'' | b'`')) => quote = Some(byte),
            // Another tag begins on a later line: this one was never closed.
            (None, b'{')
                if !is_first_line && matches!(bytes.get(i + 1), Some(b'{' | b'%' | b'#')) =>
            {
                return None;
            }
            (None, b'{') => depth += 1,
            (None, b'}') if depth > 0 => depth -= 1,
            (None, _) if depth == 0 && bytes[i..].starts_with(close) => return Some(i),
            (None, b'\n')
                if text[i + 1..].trim_start_matches([' ', '\t', '\r']).starts_with('\n') =>
            {
                return None;
            }
            (None, b'\n') => is_first_line = false,
            _ => {}
        }
        i += 1;
    }
    None
}

/// Whether what stands between a tag's delimiters calls a component, whose strings may hold
/// tags of their own: `<button label="Give, {{ name or "friend" }}"`.
pub(super) fn calls_component(inner: &str) -> bool {
    inner.trim_start().starts_with('<')
}

/// Where an expression ends that begins at `at`, inside a component's string: on the same line,
/// and soon, so that a hostile text is not searched again and again.
pub(super) fn nested(text: &str, at: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    if !bytes[at..].starts_with(b"{{") {
        return None;
    }
    let mut quote = None;
    let mut i = at + 2;
    while i < bytes.len().min(at + NESTED) {
        match (quote, bytes[i]) {
            (_, b'\n') | (None, b'\\') => return None,
            (Some(_), b'\\') => i += 1,
            (Some(open), byte) if byte == open => quote = None,
            (None, byte @ (b'"' | b'\'' | b'`')) => quote = Some(byte),
            (None, _) if bytes[i..].starts_with(b"}}") => return Some(i + 2),
            _ => {}
        }
        i += 1;
    }
    None
}

/// The longest tag, in bytes: what does not end is not read again and again.
const LONGEST: usize = 16_000;
/// The longest tag inside a string, in bytes.
const NESTED: usize = 400;

fn is_raw(text: &str, tag: &Tag, word: &str) -> bool {
    tag.kind == Kind::Block && text[tag.inner.clone()].trim() == word
}

/// From `{% raw %}` to `{% endraw %}`: the two tags, and between them every
/// delimiter as a literal. Markdown between them stays Markdown.
fn raw_section(text: &str, open: &Tag) -> Option<Vec<Tag>> {
    let mut section = vec![Tag { kind: Kind::Raw, ..open.clone() }];
    let bytes = text.as_bytes();
    let mut i = open.range.end;
    while i + 1 < bytes.len() {
        if bytes[i..].starts_with(b"{%")
            && let Ok(tag) = one_tag(text, i)
            && is_raw(text, &tag, "endraw")
        {
            section.push(Tag { kind: Kind::Raw, ..tag });
            return Some(section);
        }
        if matches!(&bytes[i..i + 2], b"{{" | b"}}" | b"{%" | b"%}" | b"{#" | b"#}") {
            section.push(Tag {
                kind: Kind::Literal,
                range: i..i + 2,
                inner: i..i + 2,
                trims_before: false,
                trims_after: false,
            });
            i += 1;
        }
        i += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(Kind, &str)> {
        find(text).0.into_iter().map(|tag| (tag.kind, &text[tag.range])).collect()
    }

    #[test]
    fn every_kind_of_tag_is_found_with_its_span() {
        assert_eq!(
            found("Dear {{ name or \"}}\" }}, {%- if a -%}x{% endif %}{# note #}"),
            [
                (Kind::Expression, "{{ name or \"}}\" }}"),
                (Kind::Block, "{%- if a -%}"),
                (Kind::Block, "{% endif %}"),
                (Kind::Comment, "{# note #}"),
            ]
        );
        assert_eq!(
            found("{{<button url={donate_url} label=\"Give\"/>}}"),
            [(Kind::Expression, "{{<button url={donate_url} label=\"Give\"/>}}")]
        );
    }

    #[test]
    fn the_string_of_a_component_may_hold_a_tag_with_quotes() {
        let call = "{{<button label=\"Give, {{ name or \"friend\" }}\" url='a{{ \"}}\" }}'/>}}";
        assert_eq!(found(&format!("{call} {{{{ x }}}}")).len(), 2);
        assert_eq!(found(call), [(Kind::Expression, call)]);
        assert_eq!(found("{{<a b=\"{{\" c=\"d\"/>}} x").len(), 1);
    }

    #[test]
    fn a_heading_with_an_id_swallows_nothing() {
        let (tags, unclosed) = find("## A {#a}\n\ntext\n\n{# note #}");
        assert_eq!((tags.len(), unclosed.len()), (1, 1));
    }

    #[test]
    fn raw_keeps_its_delimiters_as_text() {
        assert_eq!(
            found("{% raw %}**{{ x }}**{% endraw %}"),
            [
                (Kind::Raw, "{% raw %}"),
                (Kind::Literal, "{{"),
                (Kind::Literal, "}}"),
                (Kind::Raw, "{% endraw %}"),
            ]
        );
    }

    #[test]
    fn an_unclosed_tag_is_one_mistake_and_the_next_line_goes_on() {
        let (tags, unclosed) = find("Dear {{ name,\n\nyours {{ city }}");
        assert_eq!(tags.len(), 1);
        assert_eq!(unclosed, [Unclosed { range: 5..7, wants: "}}" }]);
        assert_eq!(find("{% raw %} {{ x }}").1[0].wants, "{% endraw %}");
    }
}
