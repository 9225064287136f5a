//! Merge tags that nothing fills: those of other tools, pasted in with the text (`*|FNAME|*`,
//! `<< First Name >>`, `[First Name]`), and ours where nothing is merged. To the program they
//! are words, and words are sent. This is the mistake that the project was born from.
//!
//! One rule looks at everything that leaves as somebody wrote it: as readers see it, however it
//! was written. What a row's cells hold is data, and nobody looks at it.

mod reading;
mod seen;
mod styles;
mod values;
mod vocabulary;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ops::Range;

use self::reading::read;
use self::seen::{Kind, Seen};
use self::styles::{Hit, tags_in};
use self::values::Set;
use self::vocabulary::{identifier, is_leave};
use super::fields::suggestion;
use super::rule::{Rule, promise};
use crate::campaign::Campaign;
use crate::compose::{Letter, printed_strings, tag_ranges};
use crate::finding::{Finding, Severity};
use crate::place::{Passage, Place, Source};
use crate::project::Project;
use crate::template::{self, Template};

pub use self::reading::Written;

/// A tag that means nothing to us.
pub(super) const FOREIGN_TAG: Rule = promise(
    "foreign-tag",
    "merge tags that nothing fills: other tools' `*|FNAME|*`, `<< First Name >>`, `[First Name]` …, ours in a variable or a name",
    "write the field as `{{ first_name }}`",
    "promise: no unresolved field leaves; each tool's own documentation",
);

/// Everything of which mails are made, but the rows.
pub struct Outgoing<'a> {
    /// The project, whose settings are written into every mail.
    pub project: &'a Project,
    /// The campaign.
    pub campaign: &'a Campaign,
    /// Its template, if it can be read.
    pub template: Option<&'a Template>,
    /// The letter, if it could be compiled.
    pub letter: Option<&'a Letter>,
    /// The names of the list's columns.
    pub columns: &'a [&'a str],
}

/// Every tag that would leave as it stands, wherever it was written: `foreign-tag`.
pub fn unfilled_tags(outgoing: &Outgoing<'_>) -> Vec<Finding> {
    let Outgoing { project, campaign, template, letter, columns } = outgoing;
    let mut search = Search { columns, findings: Vec::new(), said: HashSet::new() };
    search.passage(&campaign.subject, Written::Lines);
    if let Some(preheader) = &campaign.preheader {
        search.passage(preheader, Written::Lines);
    }
    search.passage(&campaign.body, Written::Markdown);
    for (source, written) in template.iter().flat_map(|template| files(template)) {
        search.passage(&Passage::whole(source), written);
    }
    for set in values::of_campaign(campaign).into_iter().chain(values::of_project(project)) {
        search.set(&set);
    }
    if let Some(letter) = letter {
        search.letter(letter, campaign);
    }
    search.findings
}

/// Every tag of another tool in a passage: `foreign-tag`. `columns` are the list's, if
/// there is one.
pub fn foreign_tags(passage: &Passage, written: Written, columns: &[&str]) -> Vec<Finding> {
    let mut search = Search { columns, findings: Vec::new(), said: HashSet::new() };
    search.passage(passage, written);
    search.findings
}

/// A template's own files. Ours hold nobody's tags, whatever a list calls its columns.
fn files(template: &Template) -> impl Iterator<Item = (&Source, Written)> {
    let components = template.components.iter().flat_map(|component| {
        [(&component.html, Written::Page), (&component.text, Written::Lines)]
    });
    let pages = [(&template.page, Written::Page), (&template.text_page, Written::Lines)];
    let all = pages.into_iter().chain(components);
    all.filter(|(source, _)| !template::is_built_in(source.name()))
}

struct Search<'a> {
    columns: &'a [&'a str],
    findings: Vec<Finding>,
    /// The tags that were found, as they are seen.
    said: HashSet<String>,
}

impl Search<'_> {
    /// What a passage shows, and the strings inside its tags.
    fn passage(&mut self, passage: &Passage, written: Written) {
        let mut texts = read(passage, written);
        let of_code: BTreeSet<usize> = texts
            .iter()
            .filter(|seen| seen.kind == Kind::Code)
            .flat_map(|seen| seen.tags().map(|tag| tag.start))
            .collect();
        let tags = tag_ranges(passage.text());
        for range in printed_strings(passage) {
            let tag = tags.partition_point(|tag| tag.start <= range.start).checked_sub(1);
            let is_code = tag.is_some_and(|tag| of_code.contains(&tags[tag].start));
            let kind = if is_code { Kind::Code } else { Kind::Prose };
            let mut seen = Seen::new(kind, passage);
            seen.decoded(range, &[]);
            texts.push(seen);
        }
        // The same words may be read twice: as the text of a link and as its address.
        let mut covered: BTreeMap<usize, usize> = BTreeMap::new();
        for seen in &texts {
            for hit in tags_in(&seen.text, seen.kind, self.columns) {
                let Range { start, end } = seen.source(&hit.range);
                let before = covered.range(..end.max(start + 1)).next_back();
                if before.is_none_or(|(_, old)| *old <= start) {
                    covered.insert(start, end);
                    self.say(seen, &hit);
                }
            }
        }
    }

    fn say(&mut self, seen: &Seen<'_>, hit: &Hit) {
        let (place, written) = seen.shown(&hit.range);
        self.said.insert(letters(&seen.text[hit.range.clone()]));
        let inner = &seen.text[hit.inner.clone()];
        let finding = self.about(&written, inner, hit.tools).at(place);
        self.findings.push(if seen.kind == Kind::Code {
            // Who writes about tags shows them in code.
            Finding {
                severity: Severity::Warning,
                help: format!("{}; in code it may be meant so", finding.help),
                ..finding
            }
        } else {
            finding
        });
    }

    fn about(&self, written: &str, inner: &str, tools: &str) -> Finding {
        let name = identifier(inner);
        let help = if is_leave(&name) {
            "write `{{ unsubscribe_url }}`, as in `[Unsubscribe]({{ unsubscribe_url }})`".to_owned()
        } else if self.columns.is_empty() {
            format!("write `{{{{ {name} }}}}`, with the name of the list's column")
        } else {
            let near = suggestion(&name, self.columns);
            match near.split('`').nth(1).filter(|_| near.starts_with("did")) {
                Some(column) => format!("write `{{{{ {column} }}}}`"),
                None => format!("write `{{{{ … }}}}` with the name of a column; {near}"),
            }
        };
        let said = FOREIGN_TAG.says(format!(
            "`{written}` would be sent as it stands: it looks like a merge tag of {tools}"
        ));
        Finding { help, ..said }
    }

    /// A text that is the same for everybody: our own tags are not merged in it, either.
    fn set(&mut self, set: &Set) {
        let passage = &set.passage;
        let text = passage.text();
        let tags = tag_ranges(text);
        for tag in &tags {
            let written = &text[tag.clone()];
            self.said.insert(letters(written));
            let said = FOREIGN_TAG.says(format!(
                "`{written}` would be sent as it stands: nothing is merged in {}",
                set.what
            ));
            let help = format!(
                "{} is the same for everybody: write the field into the letter itself",
                set.what
            );
            self.findings.push(Finding { help, ..said }.at(passage.place(tag.clone())));
        }
        let mut seen = Seen::new(Kind::Prose, passage);
        seen.decoded(0..text.len(), &tags);
        for hit in tags_in(&seen.text, Kind::Prose, self.columns) {
            self.say(&seen, &hit);
        }
    }

    /// The letter as it was compiled: what came together only there.
    fn letter(&mut self, letter: &Letter, campaign: &Campaign) {
        for (text, is_page) in letter.written() {
            let passage = Passage::whole(&Source::new("", text));
            let written = if is_page { Written::Page } else { Written::Lines };
            for seen in read(&passage, written) {
                for hit in tags_in(&seen.text, seen.kind, self.columns) {
                    let tag = &seen.text[hit.range.clone()];
                    if seen.kind == Kind::Code
                        || is_quotation(tag, &seen.text[hit.inner.clone()], campaign)
                        || !self.said.insert(letters(tag))
                    {
                        continue;
                    }
                    let finding = self.about(tag, &seen.text[hit.inner.clone()], hit.tools);
                    self.findings.push(finding.at(found(campaign, &seen.text[hit.inner.clone()])));
                }
            }
        }
    }
}

/// Whether the guillemets of a finished letter are its language's quotation marks, where its
/// author wrote straight ones: `"prénom"`.
fn is_quotation(tag: &str, inner: &str, campaign: &Campaign) -> bool {
    let source = campaign.source.text();
    let is_straight = || source.contains(&format!("\"{}\"", inner.trim()));
    tag.starts_with('«') && (!source.contains('«') || is_straight())
}

/// Where a campaign's file has some words; else the beginning of the letter.
fn found(campaign: &Campaign, words: &str) -> Place {
    let words = words.trim();
    match campaign.source.text().find(words).filter(|_| !words.is_empty()) {
        Some(at) => campaign.source.place(at..at + words.len()),
        None => campaign.body.place(0..0),
    }
}

/// What makes two spellings of a tag the same.
fn letters(tag: &str) -> String {
    tag.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests;
