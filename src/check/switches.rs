//! Who switches a rule off, or makes it graver: the project's settings for all
//! campaigns, a comment for one place.
//!
//! ```text
//! <!-- check: allow missing-alt, vague-link -->
//! ```
//!
//! speaks for its own line and the paragraph that follows, `allow … everywhere` for the
//! whole file. `{# … #}` and, in the front matter, `# …` do as well.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use super::RULES;
use super::rule::{Rule, error};
use crate::finding::{Finding, Severity, closest};
use crate::place::{Passage, Source};
use crate::project::{CheckSettings, Switch};

/// A name that no rule has.
pub(super) const UNKNOWN_RULE: Rule = error(
    "unknown-rule",
    "switches for rules that do not exist",
    "`docs/check.md` lists the rules",
    "a switch that does nothing would be taken for one that does",
);

/// Findings as the project and the comments of some files want them.
pub fn switched(
    findings: Vec<Finding>,
    settings: &CheckSettings,
    sources: &[&Source],
) -> Vec<Finding> {
    let mut slips = Vec::new();
    for (name, _) in &settings.rules {
        slips.extend(in_settings(name));
    }
    let allowed =
        Allowances::new(sources.iter().flat_map(|source| allowances(source, &mut slips)).collect());
    let wanted = |mut finding: Finding| {
        if allowed.covers(&finding) {
            return None;
        }
        let switch = settings.rules.iter().find(|(name, _)| name.text() == finding.code);
        match switch.map(|(_, switch)| switch).filter(|_| is_switchable(finding.code)) {
            Some(Switch::Off) => return None,
            Some(Switch::Warning) => finding.severity = Severity::Warning,
            Some(Switch::Error) => finding.severity = Severity::Error,
            None => {}
        }
        Some(finding)
    };
    let mut findings: Vec<Finding> = findings.into_iter().filter_map(wanted).collect();
    findings.append(&mut slips);
    findings
}

fn is_switchable(code: &str) -> bool {
    RULES.iter().any(|rule| rule.code == code && !rule.is_promise)
}

fn in_settings(name: &Passage) -> Option<Finding> {
    let place = name.place(0..name.text().len());
    match RULES.iter().find(|rule| rule.code == name.text()) {
        None => Some(unknown(name.text()).at(place)),
        Some(rule) if rule.is_promise => {
            let message = format!("`{}` cannot be switched for a whole project", rule.code);
            let mut finding = UNKNOWN_RULE.says(message);
            "it keeps merge fields from leaking; allow one place with a comment"
                .clone_into(&mut finding.help);
            Some(finding.at(place))
        }
        Some(_) => None,
    }
}

fn unknown(name: &str) -> Finding {
    let mut finding = UNKNOWN_RULE.says(format!("there is no rule `{name}`"));
    if let Some(near) = closest(name, RULES.iter().map(|rule| rule.code)) {
        finding.help = format!("did you mean `{near}`?");
    }
    finding
}

/// A rule that is allowed in some lines of a file.
struct Allowed {
    code: String,
    file: String,
    lines: RangeInclusive<usize>,
}

/// All of them, so that one look tells whether a finding is allowed.
struct Allowances {
    /// By code and file: the first line of each, and the last line of it and of those before.
    lines: HashMap<(String, String), Vec<(usize, usize)>>,
}

impl Allowances {
    fn new(mut all: Vec<Allowed>) -> Self {
        all.sort_by_key(|allowed| *allowed.lines.start());
        let mut lines: HashMap<_, Vec<(usize, usize)>> = HashMap::new();
        for allowed in all {
            let known = lines.entry((allowed.code, allowed.file)).or_default();
            let before = known.last().map_or(0, |(_, end)| *end);
            known.push((*allowed.lines.start(), before.max(*allowed.lines.end())));
        }
        Self { lines }
    }

    fn covers(&self, finding: &Finding) -> bool {
        let Some(place) = &finding.place else { return false };
        let known = self.lines.get(&(finding.code.to_owned(), place.file.clone()));
        known.is_some_and(|known| {
            let next = known.partition_point(|(start, _)| *start <= place.line);
            next.checked_sub(1).is_some_and(|last| known[last].1 >= place.line)
        })
    }
}

const WORD: &str = "check: allow ";

/// Every comment of a file that allows something.
fn allowances(source: &Source, slips: &mut Vec<Finding>) -> Vec<Allowed> {
    let mut found = Vec::new();
    // Where the paragraph ends in which the comment before stands.
    let mut end = 0;
    for (at, _) in source.text().match_indices(WORD) {
        let line_start = source.text()[..at].rfind('\n').map_or(0, |end| end + 1);
        let before = source.text()[line_start..at].trim_end();
        let Some(close) = [("<!--", "-->"), ("{#", "#}"), ("#", "\n")]
            .into_iter()
            .find_map(|(open, close)| before.ends_with(open).then_some(close))
        else {
            continue;
        };
        let start = at + WORD.len();
        let rest = &source.text()[start..];
        let said = &rest[..rest.find(close).or(rest.find('\n')).unwrap_or(rest.len())];
        let place = source.place(at..at);
        let is_everywhere = said.split_whitespace().any(|word| word == "everywhere");
        let lines = if is_everywhere {
            1..=usize::MAX
        } else {
            if place.line >= end {
                end = match close {
                    "\n" => place.line + 1,
                    _ => end_of_paragraph(&source.text()[line_start..], place.line),
                };
            }
            place.line..=end
        };
        let mut at = start;
        for word in said.split([' ', ',', '\t']) {
            let range = at..at + word.len();
            at += word.len() + 1;
            if word.is_empty() || word == "everywhere" {
                continue;
            }
            if !RULES.iter().any(|rule| rule.code == word) {
                slips.push(unknown(word).at(source.place(range)));
            }
            let file = source.name().to_owned();
            found.push(Allowed { code: word.to_owned(), file, lines: lines.clone() });
        }
    }
    found
}

/// The last line of the paragraph that begins behind a line, the first of this text.
fn end_of_paragraph(text: &str, line: usize) -> usize {
    let mut lines = text.lines().enumerate().skip(1).peekable();
    while lines.next_if(|(_, line)| line.trim().is_empty()).is_some() {}
    let last = lines.take_while(|(_, line)| !line.trim().is_empty()).last();
    last.map_or(line, |(at, _)| line + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_speaks_for_its_line_and_the_paragraph_behind_it() {
        let text = "---\n# check: allow long-subject\nsubject: x\n---\n\n<!-- check: allow missing-alt, vague-link -->\n\n![](a)\n![](b)\n\n![](c)\n\
                    {# check: allow text-differs everywhere #}\n<!-- check: allow mising-alt -->\n";
        let source = Source::new("c.md", text);
        let mut slips = Vec::new();
        let found: Vec<(String, RangeInclusive<usize>)> =
            allowances(&source, &mut slips).into_iter().map(|a| (a.code, a.lines)).collect();
        assert_eq!(found[0], ("long-subject".into(), 2..=3));
        assert_eq!(found[1], ("missing-alt".into(), 6..=9));
        assert_eq!(found[2], ("vague-link".into(), 6..=9));
        assert_eq!(found[3], ("text-differs".into(), 1..=usize::MAX));
        assert_eq!(slips.len(), 1);
        assert_eq!(slips[0].place.as_ref().expect("a place").to_string(), "c.md:13:19");
        assert_eq!(slips[0].help, "did you mean `missing-alt`?");
    }
}
