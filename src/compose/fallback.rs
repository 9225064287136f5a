//! What stands before a fallback: it must not fail, and fall through where nothing of it
//! would be seen.

use super::blank::{GIVEN, GLUE};
use super::node::{Literal, Node, NodeKind};
use super::rewrite::{Rewriter, Use};

impl Rewriter<'_> {
    /// What stands before a fallback: empty, and so falling through, when a field that it
    /// works on is blank, or nothing is left of it.
    pub(super) fn offered(&mut self, node: &Node) {
        let now = if self.now == Use::Asked { Use::Asked } else { Use::Offered };
        self.while_used(now, |this| match &node.kind {
            NodeKind::Or => this.or(node),
            NodeKind::Group => this.children(node, Self::offered),
            NodeKind::Ternary => this.ternary(node, Self::offered),
            _ => this.guarded(node),
        });
    }

    fn guarded(&mut self, node: &Node) {
        let is_name = matches!(node.kind, NodeKind::Name(_));
        let guard = if is_name { String::new() } else { self.guard(node) };
        let may_be_blank = self.now == Use::Offered && self.printed.may_be_blank(node);
        self.write(if guard.is_empty() { "" } else { "(" });
        self.write(if guard.is_empty() && !may_be_blank { "" } else { "(" });
        // A filter binds more tightly than anything but another one.
        let is_tight = is_name || matches!(node.kind, NodeKind::Filter { .. });
        self.write(if may_be_blank && !is_tight { "(" } else { "" });
        if self.now == Use::Asked {
            self.value(node);
        } else {
            self.node(node);
        }
        self.write(if may_be_blank && !is_tight { ")" } else { "" });
        if may_be_blank {
            self.write(&format!(" | {GIVEN}"));
        }
        self.write(if guard.is_empty() && !may_be_blank { "" } else { ")" });
        if !guard.is_empty() {
            self.write(&format!(" if {guard} else \"\")"));
        }
    }

    /// `a ~ b` before a fallback: nothing, if one of them is blank.
    pub(super) fn glued(&mut self, node: &Node) {
        let [left, right] = node.children.as_slice() else { return };
        let is_empty = |node: &Node| {
            matches!(node.kind, NodeKind::Literal(Literal::Str)) && node.range.len() == 2
        };
        let (first, second) = if is_empty(left) { (right, left) } else { (left, right) };
        self.write("((");
        self.offered(first);
        self.write(&format!(") | {GLUE}"));
        if !is_empty(second) {
            self.write("(with=(");
            self.offered(second);
            self.write("))");
        }
        self.write(")");
    }

    /// `city and first_name`: the fields that an expression works on.
    pub(super) fn guard(&self, node: &Node) -> String {
        let mut names = Vec::new();
        gather_names(node, self.text, &mut names);
        names.retain(|name| (self.rules.is_field)(name));
        names.dedup();
        names.join(" and ")
    }
}

/// The names on which an expression fails. What has a fallback of its own does not.
fn gather_names<'t>(node: &Node, text: &'t str, names: &mut Vec<&'t str>) {
    let protected = match &node.kind {
        NodeKind::Or => 1,
        NodeKind::Filter { name, .. } => usize::from(&text[name.clone()] == "default"),
        NodeKind::Name(name) => {
            names.push(&text[name.clone()]);
            0
        }
        _ => 0,
    };
    for child in node.children.iter().skip(protected) {
        gather_names(child, text, names);
    }
}
