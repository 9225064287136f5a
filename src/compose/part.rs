//! A part of a letter: a passage that somebody wrote, with its tags read and
//! paired. Every slip in them is found here, at its own place.

use std::collections::HashSet;
use std::ops::Range;

use super::node::Node;
use super::reading::{braces, read_one};
use super::slips;
use super::statement::Statement;
use super::tags::{self, Kind, Tag, Unclosed};
use crate::finding::Finding;
use crate::place::{Passage, Place};

/// How many branches one `if` may have.
const BRANCHES: usize = 200;

/// How many tags may stand inside each other; Tera's own bound.
const NESTED: usize = 40;

/// A passage with its tags.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) passage: Passage,
    pub(crate) tags: Vec<Tag>,
    /// What each tag says; nothing for comments, `raw` and tags that are wrong.
    pub(crate) statements: Vec<Option<Statement>>,
    /// For an opening tag, the tag that ends it.
    pub(crate) ends: Vec<Option<usize>>,
    /// For a tag that ends or divides a block, the tag that opened it.
    pub(crate) opens: Vec<Option<usize>>,
    /// Whether a tag stands in a loop or a component, and so may write again and again.
    pub(crate) repeats: Vec<bool>,
    /// Names that its tags bring into being: of loops and variables.
    bound: HashSet<String>,
    /// Names that a component is handed.
    parameters: HashSet<String>,
    /// Whether it belongs to the template, and not to the letter that somebody wrote.
    pub(crate) is_frame: bool,
}

impl Part {
    /// Reads a passage's tags. The part is complete even where findings stand: a broken
    /// tag is simply one that says nothing.
    pub(crate) fn read(passage: Passage, findings: &mut Vec<Finding>) -> Self {
        let (tags, unclosed) = tags::find(passage.text());
        findings.extend(unclosed.into_iter().map(|slip| never_closed(&passage, slip)));
        let mut told = Vec::new();
        let statements =
            tags.iter().map(|tag| read_one(&passage, tag, &mut told, findings)).collect::<Vec<_>>();
        let count = tags.len();
        let mut part = Self {
            passage,
            tags,
            statements,
            ends: vec![None; count],
            opens: vec![None; count],
            repeats: vec![false; count],
            bound: HashSet::new(),
            parameters: HashSet::new(),
            is_frame: false,
        };
        part.pair(findings);
        part.bind();
        part
    }

    /// The same, as a part of the template.
    pub(crate) fn of_frame(self) -> Self {
        Self { is_frame: true, ..self }
    }

    fn bind(&mut self) {
        for statement in self.statements.iter().flatten() {
            let names = match statement {
                Statement::Define { .. } => &mut self.parameters,
                _ => &mut self.bound,
            };
            let text = self.passage.text();
            names.extend(statement.binds().iter().map(|name| text[name.clone()].to_owned()));
        }
    }

    /// Whether a loop or a variable here has this name.
    pub(crate) fn binds(&self, name: &str) -> bool {
        self.bound.contains(name)
    }

    /// What a variable stands for that is set here, and only once.
    pub(crate) fn set_once(&self, name: &str) -> Option<&Node> {
        if !self.binds(name) {
            return None;
        }
        let is_it = |own: &Range<usize>| self.text(own) == name;
        let mut sets = self.statements.iter().flatten().filter(|one| one.binds().iter().any(is_it));
        match (sets.next(), sets.next()) {
            (Some(Statement::Set { value, .. }), None) => Some(value),
            _ => None,
        }
    }

    /// Whether a component here is handed something by this name.
    pub(crate) fn takes(&self, name: &str) -> bool {
        self.parameters.contains(name)
    }

    /// The text of a range of this part.
    pub(crate) fn text(&self, range: &Range<usize>) -> &str {
        &self.passage.text()[range.clone()]
    }

    /// The place of a tag.
    pub(crate) fn place(&self, tag: usize) -> Place {
        self.passage.place(self.tags[tag].range.clone())
    }

    /// A condition, as `{% if condition %}` would read it.
    pub(crate) fn condition(passage: Passage, findings: &mut Vec<Finding>) -> Self {
        let whole = 0..passage.text().len();
        let tag = Tag {
            kind: Kind::Expression,
            range: whole.clone(),
            inner: whole,
            trims_before: false,
            trims_after: false,
        };
        let statement =
            read_one(&passage, &tag, &mut Vec::new(), findings).map(|statement| match statement {
                Statement::Print(node) => Statement::If(node),
                other => other,
            });
        Self {
            passage,
            tags: vec![tag],
            statements: vec![statement],
            ends: vec![None],
            opens: vec![None],
            repeats: vec![false],
            bound: HashSet::new(),
            parameters: HashSet::new(),
            is_frame: false,
        }
    }

    /// The tag that covers a position.
    pub(crate) fn tag_at(&self, at: usize) -> Option<usize> {
        self.tags.iter().position(|tag| tag.range.contains(&at))
    }

    /// Pairs opening tags with what ends them.
    fn pair(&mut self, findings: &mut Vec<Finding>) {
        let passage = &self.passage;
        let is_broken = |(tag, statement): (&Tag, &Option<Statement>)| {
            statement.is_none() && (tag.kind == Kind::Block || braces(passage, tag).is_some())
        };
        // A tag that is told to be wrong may be the one that opens or ends a block: one slip.
        let mut nothing = Vec::new();
        let is_partial = self.tags.iter().zip(&self.statements).any(is_broken);
        let findings = if is_partial { &mut nothing } else { findings };
        let mut open: Vec<usize> = Vec::new();
        let mut branches = vec![0_usize; self.tags.len()];
        let mut loops = 0_usize;
        for at in 0..self.tags.len() {
            self.repeats[at] = loops > 0;
            let Some(statement) = &self.statements[at] else { continue };
            let last = open.last().copied();
            if is_start(statement) {
                loops += usize::from(repeats(statement));
                open.push(at);
                if open.len() == NESTED + 1 {
                    findings.push(self.too_deep(at));
                }
            } else if matches!(statement, Statement::Elif(_) | Statement::Else) {
                match last.filter(|last| self.branches(*last)) {
                    Some(last) => {
                        self.opens[at] = Some(last);
                        branches[last] += 1;
                    }
                    None => findings.push(self.stray(at)),
                }
            } else if is_end(statement) {
                match last.filter(|last| self.ends_it(*last, at)) {
                    Some(last) => {
                        loops -= usize::from(self.statements[last].as_ref().is_some_and(repeats));
                        self.ends[last] = Some(at);
                        self.opens[at] = Some(last);
                        open.pop();
                    }
                    None => findings.push(self.stray(at)),
                }
            }
        }
        findings.extend(open.into_iter().map(|at| self.never_ended(at)));
        self.many_branches(&branches, findings);
    }

    /// Conditions with more branches than anybody reads. Tera reads them by recursion, each
    /// inside of the one before.
    fn many_branches(&self, branches: &[usize], findings: &mut Vec<Finding>) {
        for (open, count) in branches.iter().enumerate().filter(|(_, count)| **count > BRANCHES) {
            let message =
                format!("{count} branches belong to one `if`, and {BRANCHES} are the most");
            let help = "put the texts into `vars` and look them up, or into a column of the list";
            findings.push(Finding::error("nesting", message, help).at(self.place(open)));
        }
    }

    fn too_deep(&self, at: usize) -> Finding {
        Finding::error(
            "nesting",
            format!("more than {NESTED} tags stand inside each other"),
            "join conditions with `and`, or end what is open",
        )
        .at(self.place(at))
    }

    fn branches(&self, open: usize) -> bool {
        matches!(self.statements[open], Some(Statement::If(_) | Statement::For { .. }))
    }

    fn never_ended(&self, at: usize) -> Finding {
        Finding::error(
            "unclosed-tag",
            format!("`{}` is never ended", self.text(&self.tags[at].range)),
            format!("put `{}` where it ends", self.end_of(at)),
        )
        .at(self.place(at))
    }

    fn ends_it(&self, open: usize, end: usize) -> bool {
        match (&self.statements[open], &self.statements[end]) {
            (Some(Statement::If(_)), Some(Statement::EndIf))
            | (Some(Statement::For { .. }), Some(Statement::EndFor))
            | (Some(Statement::SetBlock { .. }), Some(Statement::EndSet))
            | (Some(Statement::Define { .. }), Some(Statement::EndDefine)) => true,
            (Some(Statement::Open(call)), Some(Statement::Close(name))) => {
                component_name(call).is_some_and(|called| self.text(called) == self.text(name))
            }
            _ => false,
        }
    }

    fn end_of(&self, open: usize) -> String {
        match &self.statements[open] {
            Some(Statement::For { .. }) => "{% endfor %}".to_owned(),
            Some(Statement::SetBlock { .. }) => "{% endset %}".to_owned(),
            Some(Statement::Define { .. }) => "{% endcomponent %}".to_owned(),
            Some(Statement::Open(call)) => {
                let name = component_name(call).map_or("", |name| self.text(name));
                format!("{{% </{name}> %}}")
            }
            _ => "{% endif %}".to_owned(),
        }
    }

    fn stray(&self, at: usize) -> Finding {
        Finding::error(
            "stray-tag",
            format!("`{}` has nothing to belong to here", self.text(&self.tags[at].range)),
            "take it out, or put the tag that opens it before it; tags must not overlap",
        )
        .at(self.place(at))
    }
}

fn never_closed(passage: &Passage, slip: Unclosed) -> Finding {
    let text = passage.text();
    let open = &text[slip.range.clone()];
    let line = text[..slip.range.start].rsplit('\n').next().unwrap_or("");
    let help = if open == "{#" && line.starts_with('#') {
        "headings take no `{#name}`: leave it out; `{#` begins a comment, which ends with `#}`"
            .to_owned()
    } else {
        slips::unclosed(open, &text[slip.range.end..], slip.wants)
    };
    Finding::error("unclosed-tag", format!("`{open}` is never closed"), help)
        .at(passage.place(slip.range))
}

/// The name in a component call.
pub(crate) fn component_name(call: &super::node::Node) -> Option<&Range<usize>> {
    match &call.kind {
        super::node::NodeKind::Component { name, .. } => Some(name),
        _ => None,
    }
}

fn is_start(statement: &Statement) -> bool {
    matches!(
        statement,
        Statement::If(_)
            | Statement::For { .. }
            | Statement::SetBlock { .. }
            | Statement::Open(_)
            | Statement::Define { .. }
    )
}

/// Whether what stands inside may be written more than once.
fn repeats(statement: &Statement) -> bool {
    matches!(statement, Statement::For { .. } | Statement::Define { .. })
}

fn is_end(statement: &Statement) -> bool {
    matches!(
        statement,
        Statement::EndIf
            | Statement::EndFor
            | Statement::EndSet
            | Statement::EndDefine
            | Statement::Close(_)
    )
}
