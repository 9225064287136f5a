//! Conditions and filters on columns that are more than text. `asked` finds which columns a
//! letter asks about, and what is in doubt there (`doubt`) or cannot be compared (`pair`);
//! `conditions` writes what is asked back as Tera, and `filters` answer it for each row.

mod asked;
mod conditions;
mod doubt;
pub(super) mod filters;
mod pair;

use super::names::Components;
use super::node::{Literal, Node, NodeKind};
use super::part::Part;
use crate::types::{ColumnType, Kind, Types};

pub(super) use self::asked::Asked;
pub(crate) use self::conditions::value_name;

/// Filters of numbers; those of dates.
const OF_NUMBERS: [&str; 10] =
    ["abs", "bar", "float", "int", "money", "number", "percent", "plural", "pluralize", "round"];
const OF_DAYS: [&str; 4] = ["calendar", "calendar_link", "date", "time"];
/// Tests of numbers.
const TESTS_OF_NUMBERS: [&str; 6] = ["divisible_by", "even", "float", "integer", "number", "odd"];

/// What a part knows of its names.
#[derive(Clone, Copy)]
pub(super) struct Typing<'a> {
    pub(super) part: &'a Part,
    pub(super) is_field: &'a dyn Fn(&str) -> bool,
    pub(super) types: &'a Types,
    pub(super) components: &'a Components,
}

impl<'a> Typing<'a> {
    /// The column that an expression is, and nothing else; also where it was put by under
    /// another name (`{% set gift = donated %}`).
    pub(super) fn field(&self, node: &Node) -> Option<&'a str> {
        let name = self.whole_name(node)?;
        match self.part.set_once(name) {
            Some(value) => self.whole_name(value).filter(|name| self.is_column(name)),
            None => Some(name).filter(|name| self.is_column(name)),
        }
    }

    /// The name of a variable, if an expression is nothing else.
    pub(super) fn whole_name(&self, node: &Node) -> Option<&'a str> {
        match &node.kind {
            NodeKind::Group => node.children.first().and_then(|inner| self.whole_name(inner)),
            NodeKind::Name(name) if node.range == *name && node.children.is_empty() => {
                Some(self.part.text(name))
            }
            _ => None,
        }
    }

    fn is_column(&self, name: &str) -> bool {
        !self.part.binds(name) && !self.part.takes(name) && (self.is_field)(name)
    }

    /// The type of the column that an expression is.
    pub(super) fn column(&self, node: &Node) -> Option<&'a ColumnType> {
        self.types.get(self.field(node)?)
    }

    /// The name of a column whose values are more than text.
    pub(super) fn typed(&self, node: &Node) -> Option<&'a str> {
        self.column(node).filter(|column| column.kind != Kind::Text)?;
        self.field(node)
    }

    /// What a component's parameter wants, if it is more than text.
    pub(super) fn wanted(&self, component: &str, argument: &str) -> Option<Kind> {
        let signature = self.components.get(component)?;
        let parameter = signature.parameters.iter().find(|own| own.name == argument)?;
        match parameter.type_name? {
            "number" | "integer" | "float" => Some(Kind::Number),
            "bool" => Some(Kind::YesNo),
            _ => None,
        }
    }

    /// What an expression is, as far as that is known before a row.
    pub(super) fn kind(&self, node: &Node) -> Option<Kind> {
        match &node.kind {
            NodeKind::Group => node.children.first().and_then(|inner| self.kind(inner)),
            NodeKind::Name(_) => self.column(node).map(|column| column.kind),
            NodeKind::Literal(Literal::Integer | Literal::Float) | NodeKind::Arithmetic => {
                Some(Kind::Number)
            }
            NodeKind::Filter { name, .. } => match self.part.text(name) {
                "abs" | "float" | "int" | "length" | "percent" | "round" | "wordcount" => {
                    Some(Kind::Number)
                }
                "capitalize" | "lower" | "replace" | "str" | "title" | "trim" | "trim_end"
                | "trim_start" | "truncate" | "upper" => Some(Kind::Text),
                _ => None,
            },
            _ => None,
        }
    }
}

/// Whether a filter takes its operand, and its arguments, as more than text.
pub(super) fn is_of_values(filter: &str) -> bool {
    OF_NUMBERS.contains(&filter) || OF_DAYS.contains(&filter)
}

/// Whether a test looks at a number.
pub(super) fn is_test_of_numbers(test: &str) -> bool {
    TESTS_OF_NUMBERS.contains(&test)
}

/// A string without its quotes.
pub(super) fn unquoted(text: &str) -> &str {
    let inner = text.strip_prefix(['"', '\'', '`']);
    inner.and_then(|text| text.strip_suffix(['"', '\'', '`'])).unwrap_or(text)
}
