//! Conditions, written back: what is asked of a cell is asked of what it means, not of its
//! letters, and a blank cell is a value that is not there.
//!
//! | | of a blank cell |
//! |---|---|
//! | `x == ""` | true |
//! | any other `==`, `<`, `<=`, `>`, `>=`, `in` | false |
//! | `x != ""` | false |
//! | any other `!=`, `not in` | true |
//! | `x`, or a filter of it, as a condition | false |

use super::filters::{BLANK_TEST, COMPARE, CONTAINS};
use super::unquoted;
use crate::compose::node::{Comparison, Literal, Node, NodeKind};
use crate::compose::rewrite::{Rewriter, Use};
use crate::template::is_built_in;
use crate::types::{ColumnType, Kind, Scalar};

/// The name under which a row's context holds what a cell means.
pub(crate) fn value_name(field: &str) -> String {
    format!("__v_{field}")
}

impl Rewriter<'_> {
    /// An expression of which only the truth counts.
    pub(in crate::compose) fn truth(&mut self, node: &Node) {
        self.while_used(Use::Asked, |this| match &node.kind {
            NodeKind::Group | NodeKind::And | NodeKind::Or | NodeKind::Not => {
                this.children(node, Self::truth);
            }
            NodeKind::Ternary => this.ternary(node, Self::truth),
            NodeKind::Compare(_) | NodeKind::In { .. } | NodeKind::Literal(_) => this.node(node),
            NodeKind::Name(_) => this.value(node),
            NodeKind::Test { name, is_negated, .. } => match &this.text[name.clone()] {
                "defined" | "undefined" | "none" => this.node(node),
                _ => this.present(node, if *is_negated { "true" } else { "false" }),
            },
            _ => this.present(node, "false"),
        });
    }

    /// What a column means where it is more than text; the expression itself otherwise.
    pub(in crate::compose) fn value(&mut self, node: &Node) {
        let Some(name) = self.typing.typed(node) else { return self.node(node) };
        match self.typing.whole_name(node) {
            // A variable has it as soon as it is set.
            Some(own) if own != name => {
                self.stands_for(node, &format!("({} if {own} else none)", value_name(name)));
            }
            _ => self.stands_for(node, &value_name(name)),
        }
    }

    /// An expression that is something else where a field that it works on is blank.
    fn present(&mut self, node: &Node, otherwise: &str) {
        let guard = self.guard(node);
        self.write(if guard.is_empty() { "" } else { "((" });
        self.node(node);
        if !guard.is_empty() {
            self.write(&format!(") if {guard} else {otherwise})"));
        }
    }

    /// `a == b`
    pub(in crate::compose) fn compared(&mut self, node: &Node, how: Comparison) {
        let [left, right] = node.children.as_slice() else { return };
        if self.is_ours() {
            return self.children(node, Self::node);
        }
        if !how.is_of_order()
            && let Some(other) = [(left, right), (right, left)]
                .into_iter()
                .find_map(|(one, other)| is_nothing(other).then_some(one))
        {
            self.write(if how == Comparison::Equal { "((" } else { "(not (" });
            self.operand(other, None);
            self.write(&format!(" | {BLANK_TEST}))"));
            return;
        }
        let kind = self.common(left, right);
        self.write("((");
        self.operand(left, self.typing.column(right));
        self.write(") | ");
        self.stands_for(node, COMPARE);
        self.write(&format!("(how=\"{}\", of=\"{kind}\", with=(", how.sign()));
        self.operand(right, self.typing.column(left));
        self.write(")))");
    }

    /// `a in b`
    pub(in crate::compose) fn contained(&mut self, node: &Node, is_negated: bool) {
        let [left, right] = node.children.as_slice() else { return };
        if self.is_ours() {
            return self.children(node, Self::node);
        }
        let column = self.typing.column(left);
        let kind = column.map_or("any", |column| column.kind.name());
        self.write(if is_negated { "(not (" } else { "((" });
        self.write("(");
        self.operand(left, None);
        self.write(") | ");
        self.stands_for(node, CONTAINS);
        self.write(&format!("(of=\"{kind}\", list=("));
        match &right.kind {
            NodeKind::Collection => {
                self.write("[");
                for (at, value) in right.children.iter().enumerate() {
                    self.write(if at == 0 { "" } else { ", " });
                    self.operand(value, column);
                }
                self.write("]");
            }
            _ => self.operand(right, None),
        }
        self.write("))))");
    }

    /// One side of a comparison: nothing where a field that it works on is blank. A literal is
    /// read as the column on the other side.
    fn operand(&mut self, node: &Node, other: Option<&ColumnType>) {
        self.while_used(Use::Asked, |this| match &node.kind {
            NodeKind::Group => this.children(node, |this, inner| this.operand(inner, other)),
            NodeKind::Literal(literal) => {
                let text = &this.text[node.range.clone()];
                match other.and_then(|other| this.written(*literal, text, other)) {
                    Some(written) => this.stands_for(node, &written),
                    None => this.node(node),
                }
            }
            NodeKind::Name(_) => this.value(node),
            _ => this.present(node, "none"),
        });
    }

    /// A literal as a value of a column's type.
    fn written(&self, literal: Literal, text: &str, column: &ColumnType) -> Option<String> {
        let is_flag = column.kind == Kind::Number && column.is_flag;
        match literal {
            Literal::Bool if is_flag => {
                Some(if text.eq_ignore_ascii_case("true") { "1" } else { "0" }.to_owned())
            }
            Literal::Str | Literal::Integer | Literal::Float if column.kind != Kind::Text => {
                Some(match column.literal(unquoted(text), self.typing.types.zone)? {
                    Scalar::Number(number) => format!("{number}"),
                    Scalar::YesNo(is_yes) => is_yes.to_string(),
                    Scalar::Day(text) | Scalar::Text(text) => format!("\"{text}\""),
                })
            }
            _ => None,
        }
    }

    /// As what two sides are compared.
    fn common(&self, left: &Node, right: &Node) -> &'static str {
        let kinds = [self.typing.column(left), self.typing.column(right)];
        let typed =
            kinds.into_iter().flatten().map(|column| column.kind).find(|kind| *kind != Kind::Text);
        match typed {
            Some(kind) => kind.name(),
            None if [left, right]
                .into_iter()
                .any(|node| self.typing.kind(node) == Some(Kind::Number)) =>
            {
                Kind::Number.name()
            }
            None => "any",
        }
    }

    /// Whether the part is of a template of ours, whose conditions are about no row.
    fn is_ours(&self) -> bool {
        self.typing.part.is_frame && is_built_in(self.typing.part.passage.source().name())
    }
}

/// `""` or `none`.
fn is_nothing(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Group => node.children.first().is_some_and(is_nothing),
        NodeKind::Literal(Literal::Str) => node.range.len() == 2,
        NodeKind::Literal(Literal::None) => true,
        _ => false,
    }
}
