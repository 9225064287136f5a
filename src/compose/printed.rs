//! What may turn out to be blank where it is printed. A field is not among it: a blank cell
//! is not there at all, and fails by itself. What costs a mail nothing is left alone.

use super::names::CONSTANT;
use super::node::{Node, NodeKind};
use super::part::Part;

/// Filters that never leave a blank, or do so on purpose.
const FULL: [&str; 14] = [
    "abs",
    "bar",
    "calendar",
    "calendar_link",
    "date",
    "float",
    "int",
    "length",
    "money",
    "number",
    "percent",
    "plural",
    "pluralize",
    "round",
];

/// Filters of which a blank comes only where there was one.
const FAITHFUL: [&str; 12] = [
    "capitalize",
    "lower",
    "newlines_to_br",
    "quoted",
    "reverse",
    "sort",
    "str",
    "time",
    "title",
    "unique",
    "upper",
    "urlencode",
];

/// A part's expressions, and which names the list supplies.
#[derive(Clone, Copy)]
pub(super) struct Printed<'a> {
    pub(super) part: &'a Part,
    pub(super) is_field: &'a dyn Fn(&str) -> bool,
}

impl Printed<'_> {
    /// Whether a row may leave an expression blank. What is written as `""` is meant so.
    pub(super) fn may_be_blank(self, node: &Node) -> bool {
        let child = |at: usize| node.children.get(at).is_some_and(|node| self.may_be_blank(node));
        match &node.kind {
            NodeKind::Name(name) => self.name(node, self.part.text(name)),
            NodeKind::Filter { name, .. } => match self.part.text(name) {
                "default" => node.children[1..].iter().any(|node| self.may_be_blank(node)),
                name if FULL.contains(&name) => false,
                name if FAITHFUL.contains(&name) => child(0),
                _ => true,
            },
            NodeKind::Or => child(1),
            NodeKind::And => true,
            NodeKind::Ternary => child(0) || child(2),
            NodeKind::Group => child(0),
            // Whatever is joined is looked at by itself.
            NodeKind::Concat
            | NodeKind::Interpolated { .. }
            | NodeKind::Collection
            | NodeKind::Comprehension { .. }
            | NodeKind::Component { .. }
            | NodeKind::Literal(_)
            | NodeKind::Test { .. }
            | NodeKind::Call { .. }
            | NodeKind::Compare(_)
            | NodeKind::In { .. }
            | NodeKind::Not
            | NodeKind::Arithmetic => false,
        }
    }

    fn name(self, node: &Node, name: &str) -> bool {
        let is_whole = node.range.len() == name.len();
        if self.part.binds(name) {
            return name != "loop";
        }
        if self.part.takes(name) || name == "body" && self.part.is_frame {
            return !is_whole && !node.children.is_empty();
        }
        if CONSTANT.contains(&name) {
            // What the settings leave empty in a footer is meant so.
            return !self.part.is_frame || name == "vars";
        }
        match name {
            "loop" | "email" | "unsubscribe_url" | "web_url" | "preheader" | "content" => false,
            // A piece of a cell: `name[0:1]`.
            name => !(self.is_field)(name) || !is_whole,
        }
    }

    /// Whether no row changes an expression.
    pub(super) fn is_fixed(self, node: &Node) -> bool {
        let is_fixed_here = match &node.kind {
            NodeKind::Name(name) => {
                let name = self.part.text(name);
                CONSTANT.contains(&name) && !self.part.binds(name) && !self.part.takes(name)
            }
            _ => true,
        };
        is_fixed_here && node.children.iter().all(|child| self.is_fixed(child))
    }
}
