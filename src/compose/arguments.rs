//! The arguments of a component, as it is handed them: whatever fails, fails where it is called.

use std::ops::Range;

use super::addresses;
use super::engine::URL_PART;
use super::node::{Node, NodeKind};
use super::rewrite::{NEED, Rewriter, WITHIN};
use super::schemes::{MAIL_PART, PHONE_PART, Rest};

impl Rewriter<'_> {
    /// A component's argument must be there; Tera would pass an absence on
    /// and fail far from the author's line. `name` alone is `name={name}`.
    pub(super) fn component_value(&mut self, call: &Node, value: &Node, at: &mut usize) {
        let NodeKind::Component { arguments, .. } = &call.kind else { return };
        let is_short = matches!(&value.kind, NodeKind::Name(name) if arguments.contains(name));
        self.copy(*at, value.range.start);
        if is_short {
            self.copy(value.range.start, value.range.end);
            self.write("={");
        }
        if let NodeKind::Interpolated { pieces } = &value.kind {
            let is_address = self.is_address(call, value);
            self.write("{");
            self.interpolated(value, pieces, is_address);
            self.write("}");
        } else if self.is_wanted_as_value(call, value) {
            self.write("(");
            self.value(value);
            self.write(&format!(" | {NEED})"));
        } else {
            self.needed(value);
        }
        if is_short {
            self.write("}");
        }
        *at = value.range.end;
    }

    fn is_address(&self, call: &Node, value: &Node) -> bool {
        let Some((component, argument)) = self.named(call, value) else { return false };
        self.rules.addresses.get(component).is_some_and(|known| known.contains(argument))
    }

    /// Whether a column is handed over as what it means: to a parameter that is a number.
    fn is_wanted_as_value(&self, call: &Node, value: &Node) -> bool {
        let Some((component, argument)) = self.named(call, value) else { return false };
        self.typing.typed(value).is_some() && self.typing.wanted(component, argument).is_some()
    }

    /// The component of a call, and the name of one of its arguments.
    fn named(&self, call: &Node, value: &Node) -> Option<(&str, &str)> {
        let NodeKind::Component { name, arguments, .. } = &call.kind else { return None };
        let is_it = |name: &&Range<usize>| **name == value.range || name.end <= value.range.start;
        let argument = arguments.iter().rev().find(is_it)?;
        Some((&self.text[name.clone()], &self.text[argument.clone()]))
    }

    /// A component's string with tags in it, as a text of its pieces. In an address, what
    /// stands behind its beginning is encoded.
    pub(super) fn interpolated(&mut self, node: &Node, pieces: &[Range<usize>], is_address: bool) {
        let quote = &self.text[node.range.start..=node.range.start];
        let mut before = String::new();
        self.write("((");
        for (at, piece) in pieces.iter().enumerate() {
            // The first one says that all of it is a text, even if there is nothing in it.
            if at == 0 || !piece.is_empty() {
                self.write(if at == 0 { quote } else { " ~ " });
                self.write(if at == 0 { "" } else { quote });
                self.copy(piece.start, piece.end);
                self.write(quote);
            }
            before.push_str(&self.text[piece.clone()]);
            let Some(child) = node.children.get(at) else { continue };
            let is_behind = addresses::begins(&before) || is_address && !before.is_empty();
            self.write(" ~ ((");
            self.shown(child);
            self.write(&format!(") | {NEED}"));
            self.write(&match Rest::behind(&before) {
                _ if !is_behind => String::new(),
                Rest::Address => format!(" | {MAIL_PART}"),
                Rest::Number => format!(" | {PHONE_PART}"),
                Rest::Other => format!(" | {URL_PART}"),
            });
            self.write(")");
            before.push('x');
        }
        self.write(&format!(") | {WITHIN})"));
    }
}
