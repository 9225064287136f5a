//! Which names a letter uses: the fields that the list must supply, and
//! filters, functions and components that do not exist.

use std::collections::{BTreeMap, HashSet};
use std::ops::Range;

use super::engine::{FILTERS, FUNCTIONS, TESTS};
use super::node::{Literal, Node, NodeKind};
use super::part::Part;
use super::sight::Sight;
use super::signatures::{self, example, fits};
use super::statement::Statement;
use super::unknown;
use crate::finding::{Finding, closest};
use crate::place::Place;

/// Names that are always there, whatever the list has.
pub const ALWAYS: [&str; 8] =
    ["email", "sender", "campaign", "template", "vars", "unsubscribe_url", "web_url", "preheader"];

/// Those of them that are the same for every reader.
pub(crate) const CONSTANT: [&str; 4] = ["campaign", "sender", "template", "vars"];

/// A field used in a letter.
#[derive(Clone, Debug)]
pub struct FieldUse {
    /// The name, as the column is called.
    pub name: String,
    /// Where it stands.
    pub place: Place,
    /// The tag that uses it, counted over all parts.
    pub(crate) tag: usize,
}

/// What components a template has: their parameters.
pub(crate) type Components = BTreeMap<String, Signature>;

/// A component's parameters, as its HTML form declares them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Signature {
    pub(crate) parameters: Vec<Parameter>,
    /// What the component sees without being handed it: `@template`.
    pub(crate) implicit: Vec<String>,
    pub(crate) takes_rest: bool,
}

impl Signature {
    /// Whether both have the same parameters, by their names.
    pub(crate) fn same_names(&self, other: &Self) -> bool {
        let names = |signature: &Self| -> Vec<String> {
            let mut names: Vec<String> =
                signature.parameters.iter().map(|parameter| parameter.name.clone()).collect();
            names.sort();
            names
        };
        names(self) == names(other)
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    pub(crate) required: bool,
    pub(crate) type_name: Option<&'static str>,
}

/// Collects what the parts of a letter name.
pub(crate) struct Names<'a> {
    pub(crate) components: &'a Components,
    pub(crate) fields: Vec<FieldUse>,
    pub(crate) findings: Vec<Finding>,
}

impl Names<'_> {
    /// Reads one part. `first` is the number of its first tag.
    pub(crate) fn read(&mut self, part: &Part, first: usize, sight: Sight) {
        let mut scope: HashSet<&str> = HashSet::new();
        if !matches!(sight, Sight::Component) {
            scope.extend(ALWAYS);
        }
        if matches!(sight, Sight::Frame) {
            scope.insert("content");
        }
        let mut parameters: HashSet<&str> = HashSet::new();
        for (at, statement) in part.statements.iter().enumerate() {
            let Some(statement) = statement else { continue };
            match statement {
                Statement::For { names, .. } => {
                    scope.extend(names.iter().map(|name| part.text(name)));
                    scope.insert("loop");
                }
                Statement::SetBlock { name } => {
                    scope.insert(part.text(name));
                }
                Statement::Define { parameters: names, implicit, .. } => {
                    parameters = names.iter().chain(implicit).map(|name| part.text(name)).collect();
                    parameters.insert("body");
                    self.findings.extend(unseen(part, implicit));
                }
                Statement::EndDefine => parameters.clear(),
                _ => {}
            }
            let mut reader = Reader {
                names: self,
                part,
                tag: first + at,
                scope: &scope,
                parameters: &parameters,
                sight,
            };
            if let Some(node) = statement.node() {
                reader.node(node, &mut Vec::new());
            }
            if let Statement::Set { name, .. } = statement {
                scope.insert(part.text(name));
            }
        }
    }
}

/// What differs from reader to reader is handed to a component, so that a blank is found where
/// it is used.
fn unseen<'p>(part: &'p Part, implicit: &'p [Range<usize>]) -> impl Iterator<Item = Finding> + 'p {
    let differs = |name: &&Range<usize>| !CONSTANT.contains(&part.text(name));
    implicit.iter().filter(differs).map(|name| {
        let text = part.text(name);
        Finding::error(
            "unknown-field",
            format!("a component does not see `{text}` by itself"),
            format!("write `{text}` and pass it in the call; `@` is for {}", CONSTANT.join(", ")),
        )
        .at(part.passage.place(name.clone()))
    })
}

struct Reader<'a, 'n, 'c> {
    names: &'n mut Names<'c>,
    part: &'a Part,
    tag: usize,
    scope: &'n HashSet<&'a str>,
    parameters: &'n HashSet<&'a str>,
    sight: Sight,
}

impl<'a> Reader<'a, '_, '_> {
    /// `bound` are names of comprehensions around.
    fn node(&mut self, node: &Node, bound: &mut Vec<&'a str>) {
        match &node.kind {
            NodeKind::Name(name) => {
                self.later(node, name, bound);
                self.variable(name, bound);
            }
            NodeKind::Filter { name, arguments } => {
                self.known("filter", name, &FILTERS);
                self.called("filter", name, arguments);
            }
            NodeKind::Test { name, arguments, .. } => {
                self.known("test", name, &TESTS);
                self.called("test", name, arguments);
            }
            NodeKind::Call { name, arguments } => {
                self.known("function", name, &FUNCTIONS);
                self.called("function", name, arguments);
            }
            NodeKind::Component { name, arguments, spreads } => {
                self.component(node, name, arguments, *spreads);
            }
            _ => {}
        }
        let before = bound.len();
        if let NodeKind::Comprehension { names } = &node.kind {
            bound.extend(names.iter().map(|name| self.part.text_of(name)));
        }
        for child in &node.children {
            self.node(child, bound);
        }
        bound.truncate(before);
    }

    fn variable(&mut self, name: &Range<usize>, bound: &[&'a str]) {
        let text = self.part.text_of(name);
        let is_known =
            self.scope.contains(text) || self.parameters.contains(text) || bound.contains(&text);
        if text.starts_with("__") {
            self.finding(
                "unknown-field",
                name,
                format!("`{text}` is no name for a field"),
                "names that begin with `__` are the program's own".to_owned(),
            );
        } else if is_known {
        } else if matches!(self.sight, Sight::Component) {
            let help = match closest(text, self.parameters.iter().copied()) {
                Some(name) => format!("did you mean `{name}`?"),
                None => {
                    format!("add `{text}` to the component's parameters and pass it in the call")
                }
            };
            self.finding(
                "unknown-field",
                name,
                format!("this component has no parameter `{text}`"),
                help,
            );
        } else {
            self.names.fields.push(FieldUse {
                name: text.to_owned(),
                place: self.part.passage.place(name.clone()),
                tag: self.tag,
            });
        }
    }

    /// What a subject is made of cannot be the subject.
    fn later(&mut self, node: &Node, name: &Range<usize>, bound: &[&str]) {
        let Some((shown, head)) = self.sight.later(self.part.text_of(&node.range)) else { return };
        let name = self.part.text_of(name);
        if bound.contains(&name) || self.part.binds(name) {
            return;
        }
        self.finding(
            "unknown-field",
            &node.range,
            format!("{head} does not know `{shown}`, which is made after it"),
            format!("write the text itself here; `{shown}` is for the letter and its template"),
        );
    }

    fn known(&mut self, what: &str, name: &Range<usize>, known: &[&str]) {
        let text = self.part.text_of(name);
        if known.contains(&text) {
            return;
        }
        let code = match what {
            "filter" => "unknown-filter",
            "test" => "unknown-test",
            _ => "unknown-function",
        };
        let help = unknown::instead(what, text, known);
        self.finding(code, name, format!("there is no {what} `{text}`"), help);
    }

    /// What is handed to a filter, test or function: Tera ignores what it does not know.
    fn called(&mut self, what: &str, name: &Range<usize>, arguments: &[Range<usize>]) {
        let text = self.part.text_of(name);
        let Some(signature) = signatures::of(what, text) else { return };
        let mut is_complete = true;
        for argument in arguments {
            let given = self.part.text_of(argument);
            if signature.takes(given) {
                continue;
            }
            is_complete = false;
            self.finding(
                "unknown-argument",
                argument,
                format!("the {what} `{text}` takes no `{given}`"),
                signature.instead(given),
            );
        }
        let is_given =
            |wanted: &str| arguments.iter().any(|name| self.part.text_of(name) == wanted);
        let missing = signature.required.iter().find(|wanted| !is_given(wanted));
        if let Some(missing) = missing.filter(|_| is_complete) {
            let message = format!("the {what} `{text}` needs `{missing}`");
            self.finding("missing-argument", name, message, signature.example());
        }
    }

    fn component(
        &mut self,
        call: &Node,
        name: &Range<usize>,
        arguments: &[Range<usize>],
        spreads: bool,
    ) {
        let text = self.part.text_of(name);
        let Some(signature) = self.names.components.get(text) else {
            let known: Vec<&str> = self.names.components.keys().map(String::as_str).collect();
            let help = match closest(text, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("this template has: {}", known.join(", ")),
            };
            return self.finding(
                "unknown-component",
                name,
                format!("there is no component `{text}`"),
                help,
            );
        };
        let signature = signature.clone();
        for (argument, value) in arguments.iter().zip(&call.children) {
            self.argument(text, &signature, argument, value);
        }
        let given = |parameter: &Parameter| {
            arguments.iter().any(|name| self.part.text_of(name) == parameter.name)
        };
        let missing: Vec<String> = signature
            .parameters
            .iter()
            .filter(|parameter| parameter.required && !spreads && !given(parameter))
            .map(|parameter| format!("`{}`", parameter.name))
            .collect();
        if !missing.is_empty() {
            self.finding(
                "missing-argument",
                name,
                format!("the component `{text}` needs {}", missing.join(" and ")),
                format!("write it as `{}`", example(text, &signature)),
            );
        }
    }

    fn argument(
        &mut self,
        component: &str,
        signature: &Signature,
        name: &Range<usize>,
        value: &Node,
    ) {
        let text = self.part.text_of(name);
        let Some(parameter) = signature.parameters.iter().find(|parameter| parameter.name == text)
        else {
            if !signature.takes_rest || signature.implicit.iter().any(|name| name == text) {
                let names = signature.parameters.iter().map(|parameter| parameter.name.as_str());
                let help = match closest(text, names) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("write it as `{}`", example(component, signature)),
                };
                self.finding(
                    "unknown-argument",
                    name,
                    format!("the component `{component}` takes no `{text}`"),
                    help,
                );
            }
            return;
        };
        let literal = match &value.kind {
            NodeKind::Literal(literal) => Some(*literal),
            NodeKind::Interpolated { .. } => Some(Literal::Str),
            _ => None,
        };
        if let (Some(wanted), Some(literal)) = (parameter.type_name, literal)
            && !fits(wanted, literal)
        {
            let help = match wanted {
                "string" => format!("write `{text}=\"…\"`"),
                _ => format!("write `{text}={{…}}` with a {wanted} in braces"),
            };
            self.finding(
                "wrong-argument",
                &value.range,
                format!("`{text}` of the component `{component}` must be a {wanted}"),
                help,
            );
        }
    }

    fn finding(&mut self, code: &'static str, range: &Range<usize>, message: String, help: String) {
        let place = self.part.passage.place(range.clone());
        self.names.findings.push(Finding::error(code, message, help).at(place));
    }
}

impl Part {
    fn text_of(&self, range: &Range<usize>) -> &str {
        &self.passage.text()[range.clone()]
    }
}
