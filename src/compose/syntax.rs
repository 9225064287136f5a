//! Tokens of Tera's tags (Tera 2.4's `parsing/lexer.rs`), with spans.

use std::ops::Range;

use super::tags;

/// What a token is; its text is the span's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenKind {
    Name,
    Str,
    Number,
    Operator,
}

/// One token of a tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) range: Range<usize>,
}

/// A mistake inside a tag: where, and what; its code and its cure, where there are special ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SyntaxError {
    pub(crate) range: Range<usize>,
    pub(crate) message: String,
    pub(crate) cure: Option<(&'static str, String)>,
}

impl SyntaxError {
    pub(crate) fn new(range: Range<usize>, message: impl Into<String>) -> Self {
        Self { range, message: message.into(), cure: None }
    }

    /// The same mistake, with a code and a help line of its own.
    pub(crate) fn cured(self, code: &'static str, help: impl Into<String>) -> Self {
        Self { cure: Some((code, help.into())), ..self }
    }
}

/// Operators of more than one character, longest first.
const LONG_OPERATORS: [&str; 10] = ["...", "//", "**", "==", "!=", ">=", "<=", "</", "?.", "?["];
const SHORT_OPERATORS: &str = "+-*/%!.,:~|=><()[]{}@";

/// The tokens of a range of a text.
pub(crate) fn tokens(text: &str, range: Range<usize>) -> Result<Vec<Token>, SyntaxError> {
    let mut found = Vec::new();
    let nests = tags::calls_component(&text[range.clone()]);
    let mut at = range.start;
    while at < range.end {
        let rest = &text[at..range.end];
        let Some(first) = rest.chars().next() else { break };
        if first.is_ascii_whitespace() {
            at += 1;
            continue;
        }
        let (kind, length) = one_token(rest, first, nests)
            .map_err(|(width, message)| SyntaxError::new(at..at + width, message))?;
        found.push(Token { kind, range: at..at + length });
        at += length;
    }
    Ok(found)
}

fn one_token(rest: &str, first: char, nests: bool) -> Result<(TokenKind, usize), (usize, String)> {
    match first {
        '"' | '\'' | '`' => string(rest, first, nests).map(|length| (TokenKind::Str, length)),
        c if c.is_ascii_digit() => {
            let digits = rest.bytes().take_while(|b| b.is_ascii_digit() || *b == b'.').count();
            Ok((TokenKind::Number, digits))
        }
        c if c == '_' || c.is_ascii_alphabetic() => {
            let length =
                rest.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
            Ok((TokenKind::Name, length))
        }
        c => LONG_OPERATORS
            .iter()
            .find(|operator| rest.starts_with(**operator))
            .map(|operator| operator.len())
            .or_else(|| SHORT_OPERATORS.contains(c).then_some(1))
            .map(|length| (TokenKind::Operator, length))
            .ok_or_else(|| (c.len_utf8(), format!("`{c}` means nothing inside a tag"))),
    }
}

/// The length of a string. If it `nests`, tags in it may hold quotes of their own.
fn string(rest: &str, quote: char, nests: bool) -> Result<usize, (usize, String)> {
    let (mut escaped, mut tag_end) = (false, 0);
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if at < tag_end => {}
            _ if escaped && !matches!(c, '"' | '\'' | '/' | '\\' | 'n' | 't' | 'r') => {
                return Err((at + c.len_utf8(), format!("`\\{c}` is no escape in a string")));
            }
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return Ok(at + 1),
            '{' if nests => tag_end = tags::nested(rest, at).unwrap_or(0),
            _ => {}
        }
    }
    Err((rest.len(), format!("the string is missing its closing `{quote}`")))
}
