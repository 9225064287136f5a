//! The strings inside of tags that may leave with a mail, for `check`: fallbacks, arguments of
//! components, variables, pieces of what is joined.

use std::ops::Range;

use super::node::{Literal, Node, NodeKind};
use super::part::Part;
use super::statement::Statement;

/// The strings of a part that may leave with a mail, without their quotes.
pub(super) fn printed(part: &Part) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for statement in part.statements.iter().flatten() {
        match statement {
            Statement::Print(node)
            | Statement::Open(node)
            | Statement::For { over: node, .. }
            | Statement::Set { value: node, .. } => gather(part, node, &mut found),
            _ => {}
        }
    }
    found
}

/// Arguments of filters that say how, and are not written.
const SETTINGS: [&str; 8] =
    ["attribute", "currency", "from", "key", "length", "method", "pat", "style"];

fn gather(part: &Part, node: &Node, found: &mut Vec<Range<usize>>) {
    match &node.kind {
        NodeKind::Literal(Literal::Str) => found.push(node.range.start + 1..node.range.end - 1),
        NodeKind::Interpolated { pieces } => {
            found.extend(pieces.iter().cloned());
            node.children.iter().for_each(|child| gather(part, child, found));
        }
        NodeKind::Ternary => {
            node.children.iter().step_by(2).for_each(|child| gather(part, child, found));
        }
        NodeKind::Filter { arguments, .. } => {
            let written = |at: usize| match at.checked_sub(1).and_then(|at| arguments.get(at)) {
                Some(name) => !SETTINGS.contains(&part.text(name)),
                None => true,
            };
            let children = node.children.iter().enumerate().filter(|(at, _)| written(*at));
            children.for_each(|(_, child)| gather(part, child, found));
        }
        NodeKind::Or
        | NodeKind::And
        | NodeKind::Group
        | NodeKind::Concat
        | NodeKind::Collection
        | NodeKind::Component { .. } => {
            node.children.iter().for_each(|child| gather(part, child, found));
        }
        NodeKind::Comprehension { .. } => {
            node.children.iter().take(2).for_each(|child| gather(part, child, found));
        }
        NodeKind::Name(_)
        | NodeKind::Literal(_)
        | NodeKind::Test { .. }
        | NodeKind::Call { .. }
        | NodeKind::Compare(_)
        | NodeKind::In { .. }
        | NodeKind::Not
        | NodeKind::Arithmetic => {}
    }
}
