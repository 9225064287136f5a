//! The parts of an expression, as far as merging needs to know them.

use std::ops::Range;

/// A part of an expression, with its span.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node {
    pub(crate) range: Range<usize>,
    pub(crate) kind: NodeKind,
    pub(crate) children: Vec<Node>,
}

/// What a node is, as far as merging needs to know.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum NodeKind {
    /// A variable, with the attributes that follow it: `sender.name`.
    /// The range is that of the first name.
    Name(Range<usize>),
    /// A string, number, boolean or none.
    Literal(Literal),
    /// `"Give, {{ name }}"` as an argument of a component: children are what stands in the
    /// braces, `pieces` the texts before, between and after them.
    Interpolated { pieces: Vec<Range<usize>> },
    /// `a or b`
    Or,
    /// `a and b`
    And,
    /// `a if b else c`
    Ternary,
    /// `(a)`
    Group,
    /// `a ~ b`
    Concat,
    /// `a | name(…)`: the operand is the first child.
    Filter { name: Range<usize>, arguments: Vec<Range<usize>> },
    /// `a is name(…)`, `a is not name(…)`
    Test { name: Range<usize>, is_negated: bool, arguments: Vec<Range<usize>> },
    /// `name(…)`
    Call { name: Range<usize>, arguments: Vec<Range<usize>> },
    /// `<name …>`: children are the values, in the order of the names.
    Component { name: Range<usize>, arguments: Vec<Range<usize>>, spreads: bool },
    /// `[… for a in b]`: names that only exist inside.
    Comprehension { names: Vec<Range<usize>> },
    /// `[a, b]` or `{"a": b}`
    Collection,
    /// `a == b`, `a < b` …
    Compare(Comparison),
    /// `a in b`, `a not in b`
    In { is_negated: bool },
    /// `not a`
    Not,
    /// `a + b`, `-a` …
    Arithmetic,
}

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    More,
    MoreOrEqual,
}

impl Comparison {
    /// The comparison of a sign.
    pub(crate) fn of(sign: &str) -> Option<Self> {
        Some(match sign {
            "==" => Self::Equal,
            "!=" => Self::Unequal,
            "<" => Self::Less,
            "<=" => Self::LessOrEqual,
            ">" => Self::More,
            ">=" => Self::MoreOrEqual,
            _ => return None,
        })
    }

    /// Its sign.
    pub(crate) fn sign(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::Unequal => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::More => ">",
            Self::MoreOrEqual => ">=",
        }
    }

    /// Whether it asks which of two values is more.
    pub(crate) fn is_of_order(self) -> bool {
        !matches!(self, Self::Equal | Self::Unequal)
    }
}

/// The type of a literal, for checking a component's arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Literal {
    Str,
    Integer,
    Float,
    Bool,
    None,
}
