//! A column beside something that it cannot be compared with.

use super::doubt::cells;
use super::{Typing, unquoted};
use crate::compose::node::{Comparison, Literal, Node, NodeKind};
use crate::finding::Finding;
use crate::types::{ColumnType, Doubt, Kind};

/// A column beside something that it is compared with.
pub(super) struct Pair<'a> {
    pub(super) name: &'a str,
    pub(super) of: &'a ColumnType,
    pub(super) how: Comparison,
    pub(super) typing: Typing<'a>,
}

/// What is wrong, and what to write.
type Slip = Option<(String, String)>;

impl Pair<'_> {
    /// Why it cannot be compared with that.
    pub(super) fn with(&self, other: &Node) -> Option<Finding> {
        let text = self.typing.part.text(&other.range);
        let slip = match literal(other) {
            None => self.with_column(other, text),
            Some(Literal::None) => None,
            Some(Literal::Str) if text.len() == 2 => None,
            Some(literal) => match self.of.kind {
                Kind::Number => self.number(literal, text),
                Kind::YesNo => self.yes_or_no(literal, text),
                Kind::Date | Kind::DateTime => self.day(literal, text),
                Kind::Text => self.text(literal, text),
            },
        };
        let (message, help) = slip?;
        let place = self.typing.part.passage.place(other.range.clone());
        Some(Finding::error("wrong-type", message, help).at(place))
    }

    fn number(&self, literal: Literal, text: &str) -> Slip {
        let (name, sign) = (self.name, self.how.sign());
        match literal {
            Literal::Bool if !self.of.is_flag => Some((
                format!("`{name}` is a number, which is neither true nor false"),
                format!("write `{name} > 0`, or what you mean by it"),
            )),
            Literal::Str if !self.can_read(text) => Some((
                format!("`{name}` is a number, and {text} is none"),
                format!("write a number: `{name} {sign} 20`; {}", self.or_text()),
            )),
            _ => None,
        }
    }

    fn yes_or_no(&self, literal: Literal, text: &str) -> Slip {
        let name = self.name;
        if self.how.is_of_order() {
            return Some((
                format!("`{name}` is yes or no, which is neither more nor less"),
                format!("write `{name} == true` or `{name} == false`"),
            ));
        }
        (literal != Literal::Bool && !self.can_read(text)).then(|| {
            (
                format!("`{name}` is yes or no, and {text} is neither"),
                format!("write `{name} == true` or `{name} == \"yes\"`; {}", self.or_text()),
            )
        })
    }

    fn day(&self, literal: Literal, text: &str) -> Slip {
        let (name, sign, noun) = (self.name, self.how.sign(), self.of.kind.noun());
        match literal {
            Literal::Str if self.can_read(text) => None,
            Literal::Str => Some((
                format!("`{name}` is a {noun}, and {text} is none"),
                format!("write the day as `{name} {sign} \"2026-05-14\"`"),
            )),
            _ => Some((
                format!("`{name}` is a {noun}, and `{text}` is none"),
                format!("write the day in quotes: `{name} {sign} \"2026-05-14\"`"),
            )),
        }
    }

    fn text(&self, literal: Literal, text: &str) -> Slip {
        let name = self.name;
        let begins_as_number = unquoted(text).starts_with(|c: char| c.is_ascii_digit());
        match literal {
            Literal::Integer | Literal::Float => Some((
                format!("`{name}` is text, and `{text}` is a number{}", self.but(Kind::Number)),
                format!("correct the cells; or compare it with text: `{name} == \"{text}\"`"),
            )),
            Literal::Bool => Some((
                format!("`{name}` is text, and `{text}` is yes or no{}", self.but(Kind::YesNo)),
                format!("correct the cells; or compare it with what stands there: `{name} == \"…\"`"),
            )),
            Literal::Str if self.how.is_of_order() && begins_as_number => Some((
                format!(
                    "`{name}` is text: its letters would be compared with those of {text}{}",
                    self.but(Kind::Number)
                ),
                "correct the cells, so that all of them are numbers, or all days such as 2026-05-14"
                    .to_owned(),
            )),
            _ => None,
        }
    }

    fn with_column(&self, other: &Node, text: &str) -> Slip {
        let other = self.typing.column(other).filter(|other| !other.example.is_empty())?;
        let is_day = |kind| matches!(kind, Kind::Date | Kind::DateTime);
        let is_flag = |one: &ColumnType, two: &ColumnType| one.is_flag && two.kind == Kind::YesNo;
        let (one, two) = (self.of.kind, other.kind);
        let fits = one == two
            || is_day(one) && is_day(two)
            || is_flag(self.of, other)
            || is_flag(other, self.of);
        (!fits).then(|| {
            (
                format!("`{}` holds: {}; and `{text}`: {}", self.name, one.name(), two.name()),
                "compare columns of one type; `handbill list stats` shows what they are".to_owned(),
            )
        })
    }

    fn can_read(&self, text: &str) -> bool {
        self.of.literal(unquoted(text), self.typing.types.zone).is_some()
    }

    fn or_text(&self) -> String {
        format!("or say that it is text:\n[list.types]\n{} = \"text\"", self.name)
    }

    /// What keeps the column from being what is wanted, if most cells are.
    fn but(&self, wanted: Kind) -> String {
        match &self.of.doubt {
            Some(Doubt::Mixed(odd)) if odd.kind == wanted => format!(": {}", cells(odd)),
            _ => String::new(),
        }
    }
}

/// What a literal is; a number may have a sign.
fn literal(node: &Node) -> Option<Literal> {
    match &node.kind {
        NodeKind::Literal(literal) => Some(*literal),
        NodeKind::Group => node.children.first().and_then(literal),
        NodeKind::Arithmetic if node.children.len() == 1 => literal(&node.children[0]),
        _ => None,
    }
}
