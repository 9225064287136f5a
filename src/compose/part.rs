//! A part of a letter: a passage that somebody wrote, with its tags read and
//! paired. Every slip in them is found here, at its own place.

use std::ops::Range;

use super::statement::{self, Statement};
use super::tags::{self, Kind, Tag};
use crate::finding::Finding;
use crate::place::{Passage, Place};

/// A passage with its tags.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) passage: Passage,
    pub(crate) tags: Vec<Tag>,
    /// What each tag says; nothing for comments, `raw` and tags that are wrong.
    pub(crate) statements: Vec<Option<Statement>>,
    /// For an opening tag, the tag that ends it.
    pub(crate) ends: Vec<Option<usize>>,
}

impl Part {
    /// Reads a passage's tags. The part is complete even where findings stand: a broken
    /// tag is simply one that says nothing.
    pub(crate) fn read(passage: Passage, findings: &mut Vec<Finding>) -> Self {
        let (tags, unclosed) = tags::find(passage.text());
        for slip in unclosed {
            let open = &passage.text()[slip.range.clone()];
            findings.push(
                Finding::error(
                    "unclosed-tag",
                    format!("`{open}` is never closed"),
                    format!(
                        "close it with `{}`; if you mean the characters themselves, write `{{% raw %}}{open}{{% endraw %}}`",
                        slip.wants
                    ),
                )
                .at(passage.place(slip.range)),
            );
        }
        let statements =
            tags.iter().map(|tag| read_one(&passage, tag, findings)).collect::<Vec<_>>();
        let mut part = Self { ends: vec![None; tags.len()], passage, tags, statements };
        part.pair(findings);
        part
    }

    /// The text of a range of this part.
    pub(crate) fn text(&self, range: &Range<usize>) -> &str {
        &self.passage.text()[range.clone()]
    }

    /// The place of a tag.
    pub(crate) fn place(&self, tag: usize) -> Place {
        self.passage.place(self.tags[tag].range.clone())
    }

    /// The tag that covers a position.
    pub(crate) fn tag_at(&self, at: usize) -> Option<usize> {
        self.tags.iter().position(|tag| tag.range.contains(&at))
    }

    /// Pairs opening tags with what ends them.
    fn pair(&mut self, findings: &mut Vec<Finding>) {
        let mut open: Vec<usize> = Vec::new();
        for at in 0..self.tags.len() {
            let Some(statement) = &self.statements[at] else { continue };
            match statement {
                Statement::If(_)
                | Statement::For { .. }
                | Statement::SetBlock { .. }
                | Statement::Open(_)
                | Statement::Define { .. } => open.push(at),
                Statement::Elif(_) | Statement::Else => {
                    let fits = open.last().is_some_and(|last| {
                        matches!(
                            self.statements[*last],
                            Some(Statement::If(_) | Statement::For { .. })
                        )
                    });
                    if !fits {
                        findings.push(self.stray(at));
                    }
                }
                _ if is_end(statement) => match open.last() {
                    Some(last) if self.ends_it(*last, at) => {
                        self.ends[*last] = Some(at);
                        open.pop();
                    }
                    _ => findings.push(self.stray(at)),
                },
                _ => {}
            }
        }
        for at in open {
            findings.push(
                Finding::error(
                    "unclosed-tag",
                    format!("`{}` is never ended", self.text(&self.tags[at].range)),
                    format!("put `{}` where it ends", self.end_of(at)),
                )
                .at(self.place(at)),
            );
        }
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

/// The name in a component call.
pub(crate) fn component_name(call: &super::expression::Node) -> Option<&Range<usize>> {
    match &call.kind {
        super::expression::NodeKind::Component { name, .. } => Some(name),
        _ => None,
    }
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

fn read_one(passage: &Passage, tag: &Tag, findings: &mut Vec<Finding>) -> Option<Statement> {
    if !matches!(tag.kind, Kind::Expression | Kind::Block) {
        return None;
    }
    match statement::read(passage.text(), tag) {
        Ok(statement) => Some(statement),
        Err(slip) => {
            let inner = &passage.text()[tag.inner.clone()];
            let name = plausible_field(inner).filter(|_| tag.kind == Kind::Expression);
            let finding = match name {
                Some(name) => Finding::error(
                    "foreign-tag",
                    format!(
                        "`{}` is no field of ours: it looks like a merge tag of another tool (YAMM, Handlebars, HubSpot)",
                        &passage.text()[tag.range.clone()]
                    ),
                    format!("write `{{{{ {name} }}}}`, with the name of the list's column"),
                )
                .at(passage.place(tag.range.clone())),
                None => Finding::error(
                    "tag-syntax",
                    slip.message,
                    "to show the characters themselves, put `{% raw %}` before and `{% endraw %}` after",
                )
                .at(passage.place(slip.range)),
            };
            findings.push(finding);
            None
        }
    }
}

/// `{{ First Name }}` means `{{ first_name }}`.
fn plausible_field(inner: &str) -> Option<String> {
    let words: Vec<&str> =
        inner.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty()).collect();
    let is_plain = inner.chars().all(|c| c.is_ascii_alphanumeric() || " _-.#/{}!".contains(c));
    (is_plain && !words.is_empty() && words.len() <= 4)
        .then(|| words.join("_").to_ascii_lowercase())
}
