//! How a letter is built: its headings, its conditions, its HTML.

use super::elements::Kind;
use super::exhibit::Exhibit;
use super::rule::{Rule, warning};
use crate::compose::empty_segments;
use crate::compose::visible::is_blank;
use crate::finding::Finding;

/// A heading without the one above it.
pub(super) const HEADING_ORDER: Rule = warning(
    "heading-order",
    "headings that skip a level",
    "use one level after the other: `#`, then `##`, then `###`",
    "WCAG 2.2, 1.3.1 Info and Relationships; screen readers jump from heading to heading",
);
/// A line of nothing.
pub(super) const EMPTY_HEADING: Rule = warning(
    "empty-heading",
    "headings without a text",
    "write the heading, or take it out; a line is `---`",
    "WCAG 2.2, 2.4.6 Headings and Labels; screen readers stop at a heading that says nothing",
);
/// A condition around nothing.
pub(super) const EMPTY_SEGMENT: Rule = warning(
    "empty-segment",
    "conditions and loops with nothing in them",
    "write what those readers are to get, or take the branch out",
    "a reader of that segment would get a gap",
);
/// What a strict or an old parser reads in another way.
pub(super) const UNQUOTED_ATTRIBUTE: Rule = warning(
    "unquoted-attribute",
    "HTML attributes without quotes",
    "put the value into quotes: `width=\"100\"`",
    "WHATWG HTML §13.1.2.3; webmails rewrite HTML, and break on values without quotes",
);

/// All that there is to say about a letter's structure.
pub(super) fn structure(exhibit: &Exhibit<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut before = 0;
    for element in exhibit.elements() {
        let finding = match &element.kind {
            // Only the letter's own headings are one sequence.
            Kind::Heading { text, .. } if element.is_written && is_blank(text) => {
                Some(EMPTY_HEADING.says("the heading has no text"))
            }
            Kind::Heading { level, .. } if element.place.file == exhibit.campaign.source.name() => {
                let skipped = *level > before + 1 && before > 0;
                let finding = skipped.then(|| {
                    HEADING_ORDER
                        .says(format!("a heading of level {level} follows one of level {before}"))
                });
                before = *level;
                finding
            }
            Kind::Unquoted { attribute } => {
                Some(UNQUOTED_ATTRIBUTE.says(format!("the value of `{attribute}` has no quotes")))
            }
            _ => None,
        };
        findings.extend(finding.map(|finding| finding.at(element.place.clone())));
    }
    let segments = empty_segments(&exhibit.campaign.body).into_iter();
    findings.extend(
        segments.map(|place| EMPTY_SEGMENT.says("nothing stands between these tags").at(place)),
    );
    findings
}
