//! Conditions on rows: what is told where one is broken.

use super::whole;
use crate::finding::{Checked, Finding};
use crate::place::Passage;

/// What helps where a condition is broken.
const CONDITION_HELP: &str = "write a condition such as `city == \"Leeds\" and not donated`";

/// A condition is compiled into a tag, and so has none of its own.
pub(super) fn bare_expression(condition: &Passage) -> Checked<()> {
    let text = condition.text();
    let found = ["{{", "}}", "{%", "%}", "{#"]
        .into_iter()
        .filter_map(|sign| Some((text.find(sign)?, sign)))
        .min();
    let Some((at, sign)) = found else { return Ok(()) };
    let message = format!("a condition has no `{sign}` in it");
    let place = condition.place(at..at + sign.len());
    Err(Finding::error("tag-syntax", message, CONDITION_HELP).at(place).into())
}

/// A condition is compiled as a tag around it. What is said about that tag's
/// end when the condition itself is broken helps nobody.
pub(super) fn about(condition: &Passage, mut findings: Vec<Finding>) -> Vec<Finding> {
    let place = whole(condition);
    let lines = place.line..=condition.place(condition.text().len()..condition.text().len()).line;
    let is_here = |finding: &Finding| {
        let at = finding.place.as_ref();
        at.is_some_and(|at| at.file == place.file && lines.contains(&at.line))
    };
    let is_broken = |finding: &Finding| finding.code == "tag-syntax" && is_here(finding);
    if findings.iter().any(is_broken) {
        findings.retain(|finding| finding.code == "tag-syntax" || !is_here(finding));
    }
    // A cure that shows the condition as it should be is better than an example.
    let is_cured = |finding: &Finding| !finding.help.contains('{');
    for finding in findings.iter_mut().filter(|finding| is_broken(finding) && !is_cured(finding)) {
        CONDITION_HELP.clone_into(&mut finding.help);
    }
    findings
}
