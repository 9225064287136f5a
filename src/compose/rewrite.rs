//! Writes a tag back as Tera, closing the holes through which a blank would slip silently, and
//! remembering where every piece came from.
//!
//! A blank cell is absent from the context, so `{{ city }}` fails at its span
//! by itself. Three things do not, in Tera 2.4: `"a" ~ city` swallows the
//! absence, `city | upper or "X"` fails although a fallback stands there, and a filter of which
//! nothing is left prints nothing. So an operand of `~` and an argument of a component goes
//! through the filter [`NEED`], what stands before `or` is only evaluated if its fields are
//! there, and what may be blank goes through [`SHOWN`] where it is printed.

use super::addresses::Addresses;
use super::blank::{FIXED, SHOWN};
use super::names::Components;
use super::node::{Node, NodeKind};
use super::part::Part;
use super::printed::Printed;
use super::statement::Statement;
use super::typed::{Typing, is_of_values, is_test_of_numbers};
use crate::types::Types;

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

/// What a rewriter knows of a letter.
#[derive(Clone, Copy)]
pub(crate) struct Rules<'a> {
    /// Whether a name is one that the list supplies.
    pub(crate) is_field: &'a dyn Fn(&str) -> bool,
    /// Which arguments of components are addresses.
    pub(crate) addresses: &'a Addresses,
    /// What the columns are.
    pub(crate) types: &'a Types,
    /// The parameters of components.
    pub(crate) components: &'a Components,
}

/// What becomes of an expression's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// It is only looked at: a condition.
    Asked,
    /// It is printed, alone or as a piece of something.
    Printed,
    /// It is printed if there is something of it; else a fallback is.
    Offered,
}

/// Rewrites expressions of one part.
pub(crate) struct Rewriter<'a> {
    pub(super) text: &'a str,
    pub(super) printed: Printed<'a>,
    pub(super) typing: Typing<'a>,
    pub(super) rules: Rules<'a>,
    pub(super) now: Use,
    out: Rewritten,
}

impl<'a> Rewriter<'a> {
    /// A rewriter over a part.
    pub(crate) fn new(part: &'a Part, rules: Rules<'a>) -> Self {
        let printed = Printed { part, is_field: rules.is_field };
        let Rules { is_field, types, components, .. } = rules;
        let typing = Typing { part, is_field, types, components };
        let text = part.passage.text();
        Self { text, printed, typing, rules, now: Use::Printed, out: Rewritten::default() }
    }

    /// An expression, for `{{ … }}`.
    pub(crate) fn expression(mut self, node: &Node) -> Rewritten {
        self.shown(node);
        self.out
    }

    /// A condition on rows.
    pub(crate) fn condition(mut self, node: &Node) -> Rewritten {
        self.truth(node);
        self.out
    }

    /// What stands between `{%` and `%}`.
    pub(crate) fn block(
        mut self,
        statement: &Statement,
        inner: std::ops::Range<usize>,
    ) -> Rewritten {
        let is_kept = matches!(statement, Statement::Set { .. });
        if !is_kept && !matches!(statement, Statement::Open(_)) {
            self.now = Use::Asked;
        }
        match statement.node() {
            Some(node) => {
                self.copy(inner.start, node.range.start);
                self.write(if is_kept { "(" } else { "" });
                if matches!(statement, Statement::If(_) | Statement::Elif(_)) {
                    self.truth(node);
                } else {
                    self.node(node);
                }
                self.write(&if is_kept { format!(") | {WITHIN}") } else { String::new() });
                self.copy(node.range.end, inner.end);
            }
            None => self.copy(inner.start, inner.end),
        }
        self.out
    }

    /// What is printed: a blank fails, unless somebody wrote it as `""`.
    pub(super) fn shown(&mut self, node: &Node) {
        match &node.kind {
            NodeKind::Or => self.or(node),
            NodeKind::Ternary => self.ternary(node, Self::shown),
            NodeKind::Group => self.children(node, Self::shown),
            _ if self.printed.may_be_blank(node) => {
                let filter = if self.printed.is_fixed(node) { FIXED } else { SHOWN };
                self.write("((");
                self.node(node);
                self.write(") | ");
                // What fails there is the expression.
                self.stands_for(node, filter);
                self.write(")");
            }
            _ => self.node(node),
        }
    }

    pub(super) fn node(&mut self, node: &Node) {
        match &node.kind {
            NodeKind::Or => self.or(node),
            NodeKind::Concat if self.now == Use::Offered => self.glued(node),
            NodeKind::Concat => {
                self.write("((");
                self.needed(&node.children[0]);
                self.write(" ~ ");
                self.needed(&node.children[1]);
                self.write(&format!(") | {WITHIN})"));
            }
            NodeKind::Filter { name, .. } if &self.text[name.clone()] == "default" => {
                self.write("(");
                self.offered(&node.children[0]);
                let mut at = node.children[0].range.end;
                for argument in &node.children[1..] {
                    self.copy(at, argument.range.start);
                    self.offered(argument);
                    at = argument.range.end;
                }
                self.copy(at, node.range.end);
                self.write(")");
            }
            NodeKind::Ternary => self.ternary(node, Self::node),
            NodeKind::Component { .. } => {
                let mut at = node.range.start;
                for value in &node.children {
                    self.component_value(node, value, &mut at);
                }
                self.copy(at, node.range.end);
            }
            NodeKind::Interpolated { pieces } => self.interpolated(node, pieces, false),
            NodeKind::Collection => self.children(node, Self::needed),
            NodeKind::Comprehension { .. } => self.comprehension(node),
            NodeKind::Compare(how) => self.compared(node, *how),
            NodeKind::In { is_negated } => self.contained(node, *is_negated),
            NodeKind::Not => self.children(node, Self::truth),
            NodeKind::Filter { name, .. } if is_of_values(&self.text[name.clone()]) => {
                self.children(node, Self::value);
            }
            NodeKind::Filter { .. } | NodeKind::Group | NodeKind::And => {
                self.children(node, Self::node);
            }
            NodeKind::Test { name, .. } if is_test_of_numbers(&self.text[name.clone()]) => {
                self.while_used(Use::Asked, |this| this.children(node, Self::value));
            }
            NodeKind::Arithmetic => {
                self.while_used(Use::Asked, |this| this.children(node, Self::value));
            }
            NodeKind::Name(_)
            | NodeKind::Literal(_)
            | NodeKind::Test { .. }
            | NodeKind::Call { .. } => {
                self.while_used(Use::Asked, |this| this.children(node, Self::node));
            }
        }
    }

    pub(super) fn while_used(&mut self, now: Use, write: impl FnOnce(&mut Self)) {
        let before = std::mem::replace(&mut self.now, now);
        write(self);
        self.now = before;
    }

    pub(super) fn or(&mut self, node: &Node) {
        let [left, right] = node.children.as_slice() else { return };
        self.offered(left);
        self.copy(left.range.end, right.range.start);
        match self.now {
            Use::Asked => self.node(right),
            Use::Printed => self.shown(right),
            Use::Offered => self.offered(right),
        }
    }

    pub(super) fn ternary(&mut self, node: &Node, write: impl Fn(&mut Self, &Node)) {
        let [yes, condition, no] = node.children.as_slice() else { return };
        write(self, yes);
        self.copy(yes.range.end, condition.range.start);
        self.truth(condition);
        self.copy(condition.range.end, no.range.start);
        write(self, no);
    }

    /// A node as it stands, but for its children.
    pub(super) fn children(&mut self, node: &Node, write: impl Fn(&mut Self, &Node)) {
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
        self.while_used(Use::Asked, |this| {
            this.node(over);
            this.write(&format!(" if {TICK}() == \"\""));
            if let [condition] = rest {
                this.write(" and (");
                this.truth(condition);
                this.write(")");
            }
        });
        self.write("]");
    }

    /// A piece of something: it must be there, and seen if it is printed.
    pub(super) fn needed(&mut self, node: &Node) {
        match node.kind {
            NodeKind::Literal(_) | NodeKind::Concat | NodeKind::Collection => self.node(node),
            NodeKind::Name(_) if self.now == Use::Asked || !self.printed.may_be_blank(node) => {
                self.write("(");
                self.node(node);
                self.write(&format!(" | {NEED})"));
            }
            _ => {
                self.write("((");
                if self.now == Use::Asked {
                    self.node(node);
                } else {
                    self.while_used(Use::Printed, |this| this.shown(node));
                }
                self.write(&format!(") | {NEED})"));
            }
        }
    }

    /// Writes something of the program's own, as if it stood where a node does.
    pub(super) fn stands_for(&mut self, node: &Node, text: &str) {
        let (compiled, author) = (self.out.text.len(), node.range.start);
        self.out.segments.push(Segment { compiled, author, length: text.len() });
        self.out.text.push_str(text);
    }

    pub(super) fn copy(&mut self, from: usize, to: usize) {
        if from < to {
            self.out.segments.push(Segment {
                compiled: self.out.text.len(),
                author: from,
                length: to - from,
            });
            self.out.text.push_str(&self.text[from..to]);
        }
    }

    pub(super) fn write(&mut self, text: &str) {
        self.out.text.push_str(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::{Passage, Source};
    use crate::types::{ColumnType, Kind};

    fn types() -> Types {
        let mut types = Types::default();
        types.insert("donated", ColumnType::of(Kind::Number));
        types.insert("vip", ColumnType::of(Kind::YesNo));
        types
    }

    fn rewritten(text: &str) -> String {
        let passage = Passage::whole(&Source::new("c.md", text));
        let part = Part::read(passage, &mut Vec::new());
        let is_field = |name: &str| !["sender", "vars"].contains(&name);
        let addresses = Addresses::from([("button".to_owned(), ["url".to_owned()].into())]);
        let (types, components) = (types(), Components::new());
        let rules = Rules {
            is_field: &is_field,
            addresses: &addresses,
            types: &types,
            components: &components,
        };
        let rewriter = Rewriter::new(&part, rules);
        let statement = part.statements[0].as_ref().expect("it is right");
        rewriter.expression(statement.node().expect("it prints")).text
    }

    #[test]
    fn what_needs_no_help_stays_as_it_is() {
        for text in [
            "city",
            "city or \"friend\"",
            "city | upper",
            "vars.a[0] | round(method=\"ceil\")",
            "\"\"",
        ] {
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
            "(((city | upper) if city else \"\") | default(value=\"X\"))"
        );
    }

    #[test]
    fn what_a_cell_means_is_asked_and_what_it_says_is_printed() {
        for (text, expected) in [
            ("donated", "donated"),
            ("donated | money(currency=\"GBP\")", "__v_donated | money(currency=\"GBP\")"),
            ("\"a\" if donated else \"b\"", "\"a\" if __v_donated else \"b\""),
            ("\"a\" if not city else \"b\"", "\"a\" if not city else \"b\""),
            (
                "\"a\" if donated > \"20\" else \"b\"",
                "\"a\" if ((__v_donated) | __compare(how=\">\", of=\"number\", with=(20))) else \"b\"",
            ),
            (
                "\"a\" if vip == \"Ja\" else \"b\"",
                "\"a\" if ((__v_vip) | __compare(how=\"==\", of=\"yes/no\", with=(true))) else \"b\"",
            ),
            (
                "\"a\" if (city | lower) == \"leeds\" else \"b\"",
                "\"a\" if (((((city | lower) if city else none))) | __compare(how=\"==\", of=\"any\", with=(\"leeds\"))) else \"b\"",
            ),
            ("\"a\" if city == \"\" else \"b\"", "\"a\" if ((city | __blank)) else \"b\""),
            ("\"a\" if city != \"\" else \"b\"", "\"a\" if (not (city | __blank)) else \"b\""),
            (
                "\"a\" if donated in [20, \"30\"] else \"b\"",
                "\"a\" if (((__v_donated) | __among(of=\"number\", list=([20, 30])))) else \"b\"",
            ),
        ] {
            assert_eq!(rewritten(&format!("{{{{ {text} }}}}")), expected, "{text}");
        }
    }

    #[test]
    fn a_blank_cell_is_not_swallowed_by_joining() {
        assert_eq!(rewritten("{{ \"a\" ~ city }}"), "((\"a\" ~ (city | __need)) | __within)");
    }

    #[test]
    fn what_a_filter_may_leave_blank_is_looked_at_where_it_is_printed() {
        assert_eq!(rewritten("{{ city | trim }}"), "((city | trim) | __shown)");
        assert_eq!(rewritten("{{ city | trim | upper }}"), "((city | trim | upper) | __shown)");
        assert_eq!(rewritten("{{ city[0:1] }}"), "((city[0:1]) | __shown)");
        assert_eq!(rewritten("{{ vars.a }}"), "((vars.a) | __fixed)");
        assert_eq!(
            rewritten("{{ city | trim or \"X\" }}"),
            "((city | trim | __given) if city else \"\") or \"X\""
        );
        assert_eq!(
            rewritten("{{ (city | trim) if b else \"\" }}"),
            "(((city | trim) | __shown)) if b else \"\""
        );
        assert_eq!(
            rewritten("{{ \"a\" ~ (city | trim) }}"),
            "((\"a\" ~ (((((city | trim) | __shown))) | __need)) | __within)"
        );
    }

    #[test]
    fn a_tag_in_a_components_string_is_merged() {
        assert_eq!(
            rewritten(
                "{{<button label=\"Give, {{ name or \"friend\" }}!\" url='{{ a }}?n={{ name }}'/>}}"
            ),
            "<button label={((\"Give, \" ~ ((name or \"friend\") | __need) ~ \"!\") | __within)} \
             url={(('' ~ ((a) | __need) ~ '?n=' ~ ((name) | __need | __url_part)) | __within)}/>"
        );
    }

    #[test]
    fn a_component_gets_only_what_is_there() {
        assert_eq!(
            rewritten("{{<button url={link} label=\"Give\" note/>}}"),
            "<button url={(link | __need)} label=\"Give\" note={(note | __need)}/>"
        );
    }
}
