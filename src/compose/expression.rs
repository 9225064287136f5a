//! Reads what stands inside a tag: enough of Tera 2.4's grammar to know which
//! fields it uses, where a fallback protects them, and which filters and
//! components it calls. Precedence is that of Tera's own parser.

use std::ops::Range;

use super::node::{Comparison, Literal, Node, NodeKind};
use super::strings;
use super::syntax::{self, SyntaxError, Token, TokenKind};
use super::tags::Tag;

/// How deep expressions may nest; Tera's own bound.
const DEPTH: usize = 40;

/// Reads tokens one after the other; knows where the text ends.
pub(crate) struct Parser<'a> {
    text: &'a str,
    tokens: &'a [Token],
    at: usize,
    end: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    /// A parser over the tokens of a tag that ends at `end`.
    pub(crate) fn new(text: &'a str, tokens: &'a [Token], end: usize) -> Self {
        Self { text, tokens, at: 0, end, depth: 0 }
    }

    pub(crate) fn is_done(&self) -> bool {
        self.at == self.tokens.len()
    }

    /// The text of the next token, or nothing at the end.
    pub(crate) fn peek(&self) -> &'a str {
        self.tokens.get(self.at).map_or("", |token| &self.text[token.range.clone()])
    }

    fn peek_kind(&self) -> Option<TokenKind> {
        self.tokens.get(self.at).map(|token| token.kind)
    }

    /// Takes the next token if its text is this one.
    pub(crate) fn takes(&mut self, text: &str) -> bool {
        let is = !self.is_done() && self.peek() == text;
        self.at += usize::from(is);
        is
    }

    pub(crate) fn expect(&mut self, text: &str) -> Result<Range<usize>, SyntaxError> {
        let here = self.here();
        if self.takes(text) { Ok(here) } else { Err(self.unexpected(&format!("`{text}`"))) }
    }

    /// Takes a name that is no keyword.
    pub(crate) fn name(&mut self) -> Result<Range<usize>, SyntaxError> {
        match self.peek_kind() {
            Some(TokenKind::Name) => {
                self.at += 1;
                Ok(self.tokens[self.at - 1].range.clone())
            }
            _ => Err(self.unexpected("a name")),
        }
    }

    /// A name with dots: `forms.button`.
    pub(crate) fn dotted_name(&mut self) -> Result<Range<usize>, SyntaxError> {
        let mut range = self.name()?;
        while self.takes(".") {
            range.end = self.name()?.end;
        }
        Ok(range)
    }

    pub(crate) fn done(&self) -> Result<(), SyntaxError> {
        if self.is_done() { Ok(()) } else { Err(self.unexpected("the end of the tag")) }
    }

    fn here(&self) -> Range<usize> {
        self.tokens.get(self.at).map_or(self.end..self.end, |token| token.range.clone())
    }

    pub(crate) fn unexpected(&self, wanted: &str) -> SyntaxError {
        let found = match self.peek() {
            "" => "the tag ends".to_owned(),
            text => format!("`{text}` stands"),
        };
        SyntaxError::new(self.here(), format!("{found} where {wanted} is expected"))
    }

    /// An expression whose operators bind at least this tightly.
    pub(crate) fn expression(&mut self, binding: u8) -> Result<Node, SyntaxError> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(SyntaxError::new(self.here(), "the expression is nested too deeply"));
        }
        let node = self.operand().and_then(|first| self.operators(first, binding));
        self.depth -= 1;
        node
    }

    fn operators(&mut self, first: Node, binding: u8) -> Result<Node, SyntaxError> {
        let mut left = first;
        loop {
            left = match self.peek() {
                "|" if 17 >= binding => self.filter(left)?,
                "is" if 5 >= binding => self.test(left)?,
                "if" if binding == 0 => return self.ternary(left),
                "not" if 5 >= binding => {
                    self.takes("not");
                    self.expect("in")?;
                    self.binary(left, 6, NodeKind::In { is_negated: true })?
                }
                operator => match binary_operator(operator) {
                    Some((l, r, kind)) if l >= binding => {
                        self.at += 1;
                        self.binary(left, r, kind)?
                    }
                    _ => return Ok(left),
                },
            };
        }
    }

    fn binary(&mut self, left: Node, right: u8, kind: NodeKind) -> Result<Node, SyntaxError> {
        let right = self.expression(right)?;
        Ok(Node { range: left.range.start..right.range.end, kind, children: vec![left, right] })
    }

    fn ternary(&mut self, yes: Node) -> Result<Node, SyntaxError> {
        self.expect("if")?;
        let condition = self.expression(0)?;
        self.expect("else")?;
        let no = self.expression(0)?;
        let range = yes.range.start..no.range.end;
        Ok(Node { range, kind: NodeKind::Ternary, children: vec![yes, condition, no] })
    }

    fn filter(&mut self, operand: Node) -> Result<Node, SyntaxError> {
        self.expect("|")?;
        let name = self.name()?;
        let start = operand.range.start;
        let mut children = vec![operand];
        let (arguments, end) = self.arguments(&mut children)?;
        let range = start..end.unwrap_or(name.end);
        Ok(Node { range, kind: NodeKind::Filter { name, arguments }, children })
    }

    fn test(&mut self, operand: Node) -> Result<Node, SyntaxError> {
        self.expect("is")?;
        let is_negated = self.takes("not");
        let name = self.name()?;
        let start = operand.range.start;
        let mut children = vec![operand];
        let (arguments, end) = self.arguments(&mut children)?;
        let range = start..end.unwrap_or(name.end);
        Ok(Node { range, kind: NodeKind::Test { name, is_negated, arguments }, children })
    }

    /// `(name=value, …)`, if it stands here: the names, and where it ends.
    fn arguments(
        &mut self,
        values: &mut Vec<Node>,
    ) -> Result<(Vec<Range<usize>>, Option<usize>), SyntaxError> {
        let mut names = Vec::new();
        if !self.takes("(") {
            return Ok((names, None));
        }
        loop {
            let here = self.here();
            if self.takes(")") {
                return Ok((names, Some(here.end)));
            }
            if !names.is_empty() {
                self.expect(",")?;
                if self.peek() == ")" {
                    continue;
                }
            }
            names.push(self.name()?);
            self.expect("=")?;
            values.push(self.expression(0)?);
        }
    }

    fn operand(&mut self) -> Result<Node, SyntaxError> {
        let here = self.here();
        let Some(kind) = self.peek_kind() else {
            return Err(self.unexpected("a field or a value"));
        };
        let text = self.peek();
        self.at += 1;
        let literal = |literal| Node {
            range: here.clone(),
            kind: NodeKind::Literal(literal),
            children: Vec::new(),
        };
        let node = match (kind, text) {
            (TokenKind::Str, _) => {
                strings::without_tags(self.text, &here)?;
                literal(Literal::Str)
            }
            (TokenKind::Number, number) if number.contains('.') => literal(Literal::Float),
            (TokenKind::Number, _) => literal(Literal::Integer),
            (_, "true" | "True" | "false" | "False") => literal(Literal::Bool),
            (_, "none" | "None" | "null") => literal(Literal::None),
            (_, "not") => return self.unary(here.start, 5, NodeKind::Not),
            (_, "-") => return self.unary(here.start, 20, NodeKind::Arithmetic),
            (_, "(") => {
                let inner = self.expression(0)?;
                let end = self.expect(")")?.end;
                Node { range: here.start..end, kind: NodeKind::Group, children: vec![inner] }
            }
            (_, "[") => self.array(here.start)?,
            (_, "{") => self.map(here.start)?,
            (_, "<") => {
                let component = self.component(here.start)?;
                self.expect("/")?;
                let end = self.expect(">")?.end;
                Node { range: here.start..end, ..component }
            }
            (TokenKind::Name, _) => self.variable(here)?,
            _ => {
                self.at -= 1;
                return Err(self.unexpected("a field or a value"));
            }
        };
        self.postfix(node)
    }

    fn unary(&mut self, start: usize, binding: u8, kind: NodeKind) -> Result<Node, SyntaxError> {
        let inner = self.expression(binding)?;
        Ok(Node { range: start..inner.range.end, kind, children: vec![inner] })
    }

    fn variable(&mut self, name: Range<usize>) -> Result<Node, SyntaxError> {
        if self.peek() == "(" {
            let mut children = Vec::new();
            let (arguments, end) = self.arguments(&mut children)?;
            let range = name.start..end.unwrap_or(name.end);
            return Ok(Node { range, kind: NodeKind::Call { name, arguments }, children });
        }
        Ok(Node { range: name.clone(), kind: NodeKind::Name(name), children: Vec::new() })
    }

    /// `.name`, `?.name`, `[index]` and slices after an operand.
    fn postfix(&mut self, mut node: Node) -> Result<Node, SyntaxError> {
        loop {
            if self.takes(".") || self.takes("?.") {
                node.range.end = self.name()?.end;
            } else if self.takes("[") || self.takes("?[") {
                while self.peek() != "]" {
                    if !self.takes(":") {
                        node.children.push(self.expression(0)?);
                    }
                }
                node.range.end = self.expect("]")?.end;
            } else {
                return Ok(node);
            }
        }
    }

    fn array(&mut self, start: usize) -> Result<Node, SyntaxError> {
        let mut children = Vec::new();
        let mut kind = NodeKind::Collection;
        loop {
            let here = self.here();
            if self.takes("]") {
                return Ok(Node { range: start..here.end, kind, children });
            }
            if !children.is_empty() {
                self.expect(",")?;
                if self.peek() == "]" {
                    continue;
                }
            }
            self.takes("...");
            children.push(self.expression(u8::from(children.is_empty()))?);
            if children.len() == 1 && self.takes("for") {
                let mut names = vec![self.name()?];
                if self.takes(",") {
                    names.push(self.name()?);
                }
                self.expect("in")?;
                children.push(self.expression(1)?);
                if self.takes("if") {
                    children.push(self.expression(0)?);
                }
                kind = NodeKind::Comprehension { names };
                let end = self.expect("]")?.end;
                return Ok(Node { range: start..end, kind, children });
            }
        }
    }

    fn map(&mut self, start: usize) -> Result<Node, SyntaxError> {
        let mut children = Vec::new();
        loop {
            let here = self.here();
            if self.takes("}") {
                return Ok(Node { range: start..here.end, kind: NodeKind::Collection, children });
            }
            if !children.is_empty() {
                self.expect(",")?;
                if self.peek() == "}" {
                    continue;
                }
            }
            if self.takes("...") {
                children.push(self.expression(0)?);
                continue;
            }
            self.at += 1;
            self.expect(":")?;
            children.push(self.expression(0)?);
        }
    }

    /// `name a="x" b={y} c {...d}` of a component call, after its `<`.
    pub(crate) fn component(&mut self, start: usize) -> Result<Node, SyntaxError> {
        let name = self.dotted_name()?;
        let (mut arguments, mut children, mut spreads) = (Vec::new(), Vec::new(), false);
        loop {
            if self.takes("{") {
                self.expect("...")?;
                children.push(self.expression(0)?);
                self.expect("}")?;
                spreads = true;
                continue;
            }
            if self.peek_kind() != Some(TokenKind::Name) {
                break;
            }
            let argument = self.name()?;
            children.push(self.component_value(&argument)?);
            arguments.push(argument);
        }
        let end = self.tokens[self.at - 1].range.end;
        let kind = NodeKind::Component { name, arguments, spreads };
        Ok(Node { range: start..end, kind, children })
    }

    /// What stands in a tag inside of a string.
    fn nested(&self, tag: &Tag) -> Result<Node, SyntaxError> {
        let tokens = syntax::tokens(self.text, tag.inner.clone())?;
        let mut parser = Parser::new(self.text, &tokens, tag.inner.end);
        parser.depth = self.depth + 1;
        if parser.is_done() {
            return Err(SyntaxError::new(tag.range.clone(), "the tag is empty"));
        }
        let node = parser.expression(0)?;
        parser.done()?;
        Ok(node)
    }

    fn component_value(&mut self, argument: &Range<usize>) -> Result<Node, SyntaxError> {
        if !self.takes("=") {
            // `<card name/>` is short for `<card name={name}/>`.
            let kind = NodeKind::Name(argument.clone());
            return Ok(Node { range: argument.clone(), kind, children: Vec::new() });
        }
        if self.peek_kind() == Some(TokenKind::Str) {
            let here = self.here();
            self.at += 1;
            return strings::argument(self.text, &here, |tag| self.nested(tag));
        }
        if self.peek() != "{" {
            return Err(self.unexpected("a \"text\" or a {field}"));
        }
        self.expect("{")?;
        let value = self.expression(0)?;
        self.expect("}")?;
        Ok(value)
    }
}

/// Left and right binding power, as in Tera's `binary_binding_power`.
fn binary_operator(operator: &str) -> Option<(u8, u8, NodeKind)> {
    Some(match operator {
        "or" => (1, 2, NodeKind::Or),
        "and" => (3, 4, NodeKind::And),
        "in" => (5, 6, NodeKind::In { is_negated: false }),
        "==" | "!=" | "<" | "<=" | ">" | ">=" => {
            (7, 8, NodeKind::Compare(Comparison::of(operator)?))
        }
        "+" | "-" => (11, 12, NodeKind::Arithmetic),
        "~" => (13, 14, NodeKind::Concat),
        "*" | "/" | "%" | "//" => (13, 14, NodeKind::Arithmetic),
        "**" => (16, 15, NodeKind::Arithmetic),
        _ => return None,
    })
}
