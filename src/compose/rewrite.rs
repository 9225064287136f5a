//! Writes a tag back as Tera, closing the holes through which a blank cell
//! would slip silently, and remembering where every piece came from.
//!
//! A blank cell is absent from the context, so `{{ city }}` fails at its span
//! by itself. Two things do not, in Tera 2.4: `"a" ~ city` swallows the
//! absence, and `city | upper or "X"` fails although a fallback stands there.
//! So an operand of `~` and an argument of a component goes through the filter
//! [`NEED`], and what stands before `or` is only evaluated if its fields are there.

use super::node::{Node, NodeKind};
use super::statement::Statement;

/// Fails if its value is absent; counts it otherwise.
pub(crate) const NEED: &str = "__need";
/// Counts a value, and fails if it is longer than any letter; stops `s ~ s ~ s …`.
pub(crate) const WITHIN: &str = "__within";
/// Counts a turn of a loop, so that none runs forever.
pub(crate) const TICK: &str = "__tick";

/// A piece of compiled text that stands literally in the author's file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Segment {
    /// Where it begins in the compiled text.
    pub(crate) compiled: usize,
    /// Where it begins in the part's text.
    pub(crate) author: usize,
    /// How long it is, in both.
    pub(crate) length: usize,
}

/// Compiled text with its origins.
#[derive(Debug, Default)]
pub(crate) struct Rewritten {
    pub(crate) text: String,
    pub(crate) segments: Vec<Segment>,
}

/// Rewrites expressions of one part.
pub(crate) struct Rewriter<'a> {
    text: &'a str,
    /// Whether a name is one that the list supplies.
    is_field: &'a dyn Fn(&str) -> bool,
    out: Rewritten,
}

impl<'a> Rewriter<'a> {
    /// A rewriter over a part's text.
    pub(crate) fn new(text: &'a str, is_field: &'a dyn Fn(&str) -> bool) -> Self {
        Self { text, is_field, out: Rewritten::default() }
    }

    /// An expression, for `{{ … }}`.
    pub(crate) fn expression(mut self, node: &Node) -> Rewritten {
        self.node(node);
        self.out
    }

    /// What stands between `{%` and `%}`.
    pub(crate) fn block(
        mut self,
        statement: &Statement,
        inner: std::ops::Range<usize>,
    ) -> Rewritten {
        match statement.node() {
            Some(node) => {
                let grows = matches!(statement, Statement::Set { .. });
                self.copy(inner.start, node.range.start);
                self.write(if grows { "(" } else { "" });
                self.node(node);
                self.write(&if grows { format!(") | {WITHIN}") } else { String::new() });
                self.copy(node.range.end, inner.end);
            }
            None => self.copy(inner.start, inner.end),
        }
        self.out
    }

    fn node(&mut self, node: &Node) {
        match &node.kind {
            NodeKind::Or => {
                self.guarded(&node.children[0]);
                self.copy(node.children[0].range.end, node.children[1].range.start);
                self.node(&node.children[1]);
            }
            NodeKind::Concat => {
                self.write("((");
                self.needed(&node.children[0]);
                self.write(" ~ ");
                self.needed(&node.children[1]);
                self.write(&format!(") | {WITHIN})"));
            }
            NodeKind::Filter { name, arguments }
                if &self.text[name.clone()] == "default" && self.can_fail(&node.children[0]) =>
            {
                let guard = self.guard(&node.children[0]);
                self.write("((");
                self.node(&node.children[0]);
                self.write(&format!(") if {guard} else "));
                let fallback =
                    arguments.iter().position(|name| &self.text[name.clone()] == "value");
                match fallback.and_then(|at| node.children.get(at + 1)) {
                    Some(fallback) => self.node(fallback),
                    None => self.write("\"\""),
                }
                self.write(")");
            }
            NodeKind::Component { .. } => {
                let mut at = node.range.start;
                for value in &node.children {
                    self.component_value(node, value, &mut at);
                }
                self.copy(at, node.range.end);
            }
            NodeKind::Collection => self.children(node, Self::needed),
            NodeKind::Comprehension { .. } => self.comprehension(node),
            _ => self.children(node, Self::node),
        }
    }

    /// A node as it stands, but for its children.
    fn children(&mut self, node: &Node, write: impl Fn(&mut Self, &Node)) {
        let mut at = node.range.start;
        for child in &node.children {
            self.copy(at, child.range.start);
            write(self, child);
            at = child.range.end;
        }
        self.copy(at, node.range.end);
    }

    /// `[… for x in list if …]` takes turns like any loop.
    fn comprehension(&mut self, node: &Node) {
        let [each, over, rest @ ..] = node.children.as_slice() else { return };
        self.copy(node.range.start, each.range.start);
        self.needed(each);
        self.copy(each.range.end, over.range.start);
        self.node(over);
        self.write(&format!(" if {TICK}() == \"\""));
        if let [condition] = rest {
            self.write(" and (");
            self.node(condition);
            self.write(")");
        }
        self.write("]");
    }

    /// A component's argument must be there; Tera would pass an absence on
    /// and fail far from the author's line. `name` alone is `name={name}`.
    fn component_value(&mut self, call: &Node, value: &Node, at: &mut usize) {
        let NodeKind::Component { arguments, .. } = &call.kind else { return };
        let is_short = matches!(&value.kind, NodeKind::Name(name) if arguments.contains(name));
        self.copy(*at, value.range.start);
        if is_short {
            self.copy(value.range.start, value.range.end);
            self.write("={");
        }
        self.needed(value);
        if is_short {
            self.write("}");
        }
        *at = value.range.end;
    }

    fn needed(&mut self, node: &Node) {
        match node.kind {
            NodeKind::Literal(_) | NodeKind::Concat | NodeKind::Collection => self.node(node),
            NodeKind::Name(_) => {
                self.write("(");
                self.node(node);
                self.write(&format!(" | {NEED})"));
            }
            _ => {
                self.write("((");
                self.node(node);
                self.write(&format!(") | {NEED})"));
            }
        }
    }

    /// The left side of `or`: empty, and so falling through, when a field
    /// that it works on is blank.
    fn guarded(&mut self, node: &Node) {
        if !self.can_fail(node) {
            return self.node(node);
        }
        let guard = self.guard(node);
        self.write("((");
        self.node(node);
        self.write(&format!(") if {guard} else \"\")"));
    }

    fn can_fail(&self, node: &Node) -> bool {
        !matches!(node.kind, NodeKind::Name(_) | NodeKind::Or) && !self.guard(node).is_empty()
    }

    /// `city and first_name`: the fields that an expression works on.
    fn guard(&self, node: &Node) -> String {
        let mut names = Vec::new();
        gather_names(node, self.text, &mut names);
        names.retain(|name| (self.is_field)(name));
        names.dedup();
        names.join(" and ")
    }

    fn copy(&mut self, from: usize, to: usize) {
        if from < to {
            self.out.segments.push(Segment {
                compiled: self.out.text.len(),
                author: from,
                length: to - from,
            });
            self.out.text.push_str(&self.text[from..to]);
        }
    }

    fn write(&mut self, text: &str) {
        self.out.text.push_str(text);
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

#[cfg(test)]
mod tests {
    use super::super::{statement, tags};
    use super::*;

    fn rewritten(text: &str) -> String {
        let tag = tags::find(text).0.remove(0);
        let statement = statement::read(text, &tag).expect("it is right");
        let is_field = |name: &str| !["sender", "vars"].contains(&name);
        let rewriter = Rewriter::new(text, &is_field);
        rewriter.expression(statement.node().expect("it prints")).text
    }

    #[test]
    fn what_needs_no_help_stays_as_it_is() {
        for text in
            ["city", "city or \"friend\"", "city | upper", "vars.a[0] | round(method=\"ceil\")"]
        {
            assert_eq!(rewritten(&format!("{{{{ {text} }}}}")), text);
        }
    }

    #[test]
    fn a_fallback_protects_what_stands_before_it() {
        assert_eq!(
            rewritten("{{ city | upper or \"X\" }}"),
            "((city | upper) if city else \"\") or \"X\""
        );
        assert_eq!(
            rewritten("{{ city | upper | default(value=\"X\") }}"),
            "((city | upper) if city else \"X\")"
        );
    }

    #[test]
    fn a_blank_cell_is_not_swallowed_by_joining() {
        assert_eq!(rewritten("{{ \"a\" ~ city }}"), "((\"a\" ~ (city | __need)) | __within)");
    }

    #[test]
    fn a_component_gets_only_what_is_there() {
        assert_eq!(
            rewritten("{{<button url={link} label=\"Give\" note/>}}"),
            "<button url={(link | __need)} label=\"Give\" note={(note | __need)}/>"
        );
    }
}
