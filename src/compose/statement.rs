//! A tag, read: what it does, and which names it brings into being.

use std::ops::Range;

use super::expression::Parser;
use super::node::Node;
use super::syntax::{self, SyntaxError};
use super::tags::{Kind, Tag};

/// What one tag says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Statement {
    /// `{{ … }}`; a component called without a body is one of these.
    Print(Node),
    If(Node),
    Elif(Node),
    Else,
    EndIf,
    For {
        names: Vec<Range<usize>>,
        over: Node,
    },
    EndFor,
    Set {
        name: Range<usize>,
        value: Node,
    },
    SetBlock {
        name: Range<usize>,
    },
    EndSet,
    /// `{% <quote by="Ann"> %}`
    Open(Node),
    /// `{% </quote> %}`
    Close(Range<usize>),
    /// `{% component button(label, url) %}`
    /// What `@` stands before is seen from inside, and never passed.
    Define {
        name: Range<usize>,
        parameters: Vec<Range<usize>>,
        implicit: Vec<Range<usize>>,
    },
    EndDefine,
    Break,
    Continue,
}

impl Statement {
    /// The names that it brings into being, for what follows or stands inside.
    pub(crate) fn binds(&self) -> &[Range<usize>] {
        match self {
            Self::For { names, .. } => names,
            Self::Set { name, .. } | Self::SetBlock { name } => std::slice::from_ref(name),
            Self::Define { parameters, .. } => parameters,
            _ => &[],
        }
    }

    /// The expression in it, if there is one.
    pub(crate) fn node(&self) -> Option<&Node> {
        match self {
            Self::Print(node)
            | Self::If(node)
            | Self::Elif(node)
            | Self::Open(node)
            | Self::For { over: node, .. }
            | Self::Set { value: node, .. } => Some(node),
            _ => None,
        }
    }
}

/// Tags that Tera has and a letter has no use for, and what to do instead.
const REFUSED: [(&str, &str); 6] = [
    ("include", "a letter is one file; put what repeats into a component"),
    ("extends", "name the frame with `template:` at the top of the campaign"),
    ("block", "templates have one place for the letter, `{{ content }}`"),
    ("endblock", "templates have one place for the letter, `{{ content }}`"),
    ("filter", "write `{{ value | filter }}` instead"),
    ("endfilter", "write `{{ value | filter }}` instead"),
];

/// How many words and signs a tag may hold: what nests is read by recursion.
const MAX_TOKENS: usize = 500;

/// Reads a tag of kind `Expression` or `Block`.
pub(crate) fn read(text: &str, tag: &Tag) -> Result<Statement, SyntaxError> {
    let tokens = syntax::tokens(text, tag.inner.clone())?;
    if tokens.len() > MAX_TOKENS {
        return Err(SyntaxError::new(tag.range.clone(), "the tag is too long to be understood"));
    }
    let mut parser = Parser::new(text, &tokens, tag.inner.end);
    if parser.is_done() {
        return Err(SyntaxError::new(tag.range.clone(), "the tag is empty"));
    }
    let statement = match tag.kind {
        Kind::Block => block(text, &mut parser, &tag.inner)?,
        _ => Statement::Print(parser.expression(0)?),
    };
    parser.done()?;
    Ok(statement)
}

fn block(
    text: &str,
    parser: &mut Parser<'_>,
    inner: &Range<usize>,
) -> Result<Statement, SyntaxError> {
    if parser.takes("</") {
        let name = parser.dotted_name()?;
        parser.expect(">")?;
        return Ok(Statement::Close(name));
    }
    if parser.takes("<") {
        let component = parser.component(inner.start)?;
        parser.expect(">")?;
        return Ok(Statement::Open(component));
    }
    let word = parser.name()?;
    match &text[word.clone()] {
        "if" => Ok(Statement::If(parser.expression(0)?)),
        "elif" => Ok(Statement::Elif(parser.expression(0)?)),
        "else" => Ok(Statement::Else),
        "endif" => Ok(Statement::EndIf),
        "for" => for_loop(parser),
        "endfor" => Ok(Statement::EndFor),
        "set" | "set_global" => set(parser),
        "endset" => Ok(Statement::EndSet),
        "component" => define(parser),
        "endcomponent" => {
            if !parser.is_done() {
                parser.dotted_name()?;
            }
            Ok(Statement::EndDefine)
        }
        "break" => Ok(Statement::Break),
        "continue" => Ok(Statement::Continue),
        other => Err(match REFUSED.iter().find(|(name, _)| *name == other) {
            Some((name, instead)) => {
                SyntaxError::new(word, format!("`{name}` is not used in letters"))
                    .cured("tag-syntax", *instead)
            }
            None => SyntaxError::new(word, format!("there is no tag `{other}`")),
        }),
    }
}

fn for_loop(parser: &mut Parser<'_>) -> Result<Statement, SyntaxError> {
    let mut names = vec![parser.name()?];
    if parser.takes(",") {
        names.push(parser.name()?);
    }
    parser.expect("in")?;
    Ok(Statement::For { names, over: parser.expression(0)? })
}

fn set(parser: &mut Parser<'_>) -> Result<Statement, SyntaxError> {
    let name = parser.name()?;
    if parser.takes("=") {
        return Ok(Statement::Set { name, value: parser.expression(0)? });
    }
    Ok(Statement::SetBlock { name })
}

/// `name(a, b: string, c: number = 1, @d, ...rest) {"meta": 1}`
fn define(parser: &mut Parser<'_>) -> Result<Statement, SyntaxError> {
    let name = parser.dotted_name()?;
    parser.expect("(")?;
    let (mut parameters, mut implicit) = (Vec::new(), Vec::new());
    while !parser.takes(")") {
        if !(parameters.is_empty() && implicit.is_empty()) {
            parser.expect(",")?;
            if parser.takes(")") {
                break;
            }
        }
        let names = if parser.takes("@") { &mut implicit } else { &mut parameters };
        let _ = parser.takes("...");
        names.push(parser.name()?);
        if parser.takes(":") {
            parser.name()?;
        }
        if parser.takes("=") {
            parser.expression(0)?;
        }
    }
    if !parser.is_done() {
        parser.expression(0)?;
    }
    Ok(Statement::Define { name, parameters, implicit })
}
