//! Which columns a part asks about, and where.

use super::doubt::{Wanted, doubt};
use super::pair::Pair;
use super::{OF_DAYS, OF_NUMBERS, Typing, is_test_of_numbers};
use crate::compose::node::{Comparison, Node, NodeKind};
use crate::compose::statement::Statement;
use crate::finding::Finding;
use crate::place::Place;
use crate::types::{Doubt, Kind};

/// What becomes of an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum For {
    /// It is printed.
    Print,
    /// Only its truth counts.
    Truth,
    /// It is compared, or calculated with.
    Value,
}

/// The columns that a part asks about, each place of them, and what is wrong with it.
pub(in crate::compose) struct Asked<'a> {
    typing: Typing<'a>,
    uses: Vec<(&'a str, Place, Wanted)>,
    findings: Vec<Finding>,
}

impl<'a> Asked<'a> {
    /// Reads a part.
    pub(in crate::compose) fn of(typing: Typing<'a>) -> Self {
        let mut asked = Self { typing, uses: Vec::new(), findings: Vec::new() };
        for statement in typing.part.statements.iter().flatten() {
            let is_condition = matches!(statement, Statement::If(_) | Statement::Elif(_));
            if let Some(node) = statement.node() {
                asked.node(node, if is_condition { For::Truth } else { For::Print });
            }
        }
        asked
    }

    /// The columns' names.
    pub(in crate::compose) fn names(&self) -> impl Iterator<Item = &'a str> + '_ {
        self.uses.iter().map(|(name, ..)| *name)
    }

    /// What is wrong, or not sure.
    pub(in crate::compose) fn findings(self) -> Vec<Finding> {
        let mut findings = self.findings;
        for (name, place, wanted) in self.uses {
            let Some(column) = self.typing.types.get(name) else { continue };
            let list = &self.typing.types.list;
            findings.extend(doubt(name, column, wanted, list).map(|finding| finding.at(place)));
        }
        findings
    }

    fn wants(&mut self, node: &Node, wanted: Wanted) {
        match self.typing.field(node) {
            Some(name) => {
                let place = self.typing.part.passage.place(node.range.clone());
                self.uses.push((name, place, wanted));
            }
            None => self.node(node, if wanted == Wanted::Truth { For::Truth } else { For::Value }),
        }
    }

    /// Reads an expression.
    fn node(&mut self, node: &Node, what: For) {
        let part = self.typing.part;
        match &node.kind {
            NodeKind::Name(_) if what != For::Print && self.typing.field(node).is_some() => {
                let is_truth = what == For::Truth;
                self.wants(node, if is_truth { Wanted::Truth } else { Wanted::Comparable });
            }
            NodeKind::Not => self.all(node, For::Truth),
            NodeKind::And | NodeKind::Or | NodeKind::Group => self.all(node, what),
            NodeKind::Filter { name, .. } if part.text(name) == "default" => self.all(node, what),
            NodeKind::Ternary => {
                for (at, child) in node.children.iter().enumerate() {
                    self.node(child, if at == 1 { For::Truth } else { what });
                }
            }
            NodeKind::Compare(_) | NodeKind::In { .. } => {
                for child in &node.children {
                    self.wants(child, Wanted::Comparable);
                }
                self.compared(node);
            }
            NodeKind::Arithmetic => {
                for child in &node.children {
                    self.wants(child, Wanted::Taken(Kind::Number));
                }
            }
            NodeKind::Filter { name, .. } if OF_NUMBERS.contains(&part.text(name)) => {
                for child in &node.children {
                    self.wants(child, Wanted::Taken(Kind::Number));
                }
            }
            NodeKind::Filter { name, .. } if OF_DAYS.contains(&part.text(name)) => {
                let (operand, arguments) = node.children.split_at(1);
                self.wants(&operand[0], Wanted::Taken(Kind::Date));
                for argument in arguments {
                    self.node(argument, For::Print);
                }
            }
            NodeKind::Test { name, .. } if is_test_of_numbers(part.text(name)) => {
                for child in &node.children {
                    self.wants(child, Wanted::Taken(Kind::Number));
                }
            }
            NodeKind::Component { name, arguments, .. } => {
                let component = part.text(name);
                for (at, child) in node.children.iter().enumerate() {
                    let argument = arguments.get(at).map(|name| part.text(name));
                    match argument.and_then(|name| self.typing.wanted(component, name)) {
                        Some(kind) => self.wants(child, Wanted::Taken(kind)),
                        None => self.node(child, For::Print),
                    }
                }
            }
            NodeKind::Comprehension { .. } => {
                for (at, child) in node.children.iter().enumerate() {
                    self.node(child, if at == 2 { For::Truth } else { For::Print });
                }
            }
            _ => self.all(node, For::Print),
        }
    }

    fn all(&mut self, node: &Node, what: For) {
        node.children.iter().for_each(|child| self.node(child, what));
    }

    /// What cannot be compared so.
    fn compared(&mut self, node: &Node) {
        let [left, right] = node.children.as_slice() else { return };
        let how = match &node.kind {
            NodeKind::Compare(how) => *how,
            _ => Comparison::Equal,
        };
        let is_in = matches!(node.kind, NodeKind::In { .. });
        for (column, other) in [(left, right), (right, left)] {
            let (Some(name), Some(of)) = (self.typing.field(column), self.typing.column(column))
            else {
                continue;
            };
            // Nothing is known of a column without a cell, and who doubts it asks first.
            if of.example.is_empty()
                || matches!(of.doubt, Some(Doubt::Unclear(_) | Doubt::Misfits(_)))
            {
                continue;
            }
            let pair = Pair { name, of, how, typing: self.typing };
            let found: Vec<Finding> = match (&other.kind, is_in) {
                (NodeKind::Collection, true) if std::ptr::eq(column, left) => {
                    other.children.iter().filter_map(|value| pair.with(value)).collect()
                }
                (_, true) if std::ptr::eq(column, left) => Vec::new(),
                // `"choir" in groups`: a piece of a text.
                (_, true) if of.kind == Kind::Text => Vec::new(),
                _ => pair.with(other).into_iter().collect(),
            };
            self.findings.extend(found);
        }
    }
}
