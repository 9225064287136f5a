//! Images, for readers who do not see them.

use super::elements::Kind;
use super::exhibit::Exhibit;
use super::rule::{Rule, warning};
use crate::finding::Finding;

/// An image that says nothing where it is not shown.
pub(super) const MISSING_ALT: Rule = warning(
    "missing-alt",
    "images without an alternative text",
    "say in a few words what it shows: `![Ann at the weir](weir.jpg)`; a mere ornament is `<img alt=\"\" …>`",
    "WCAG 2.2, 1.1.1 Non-text Content; many mail programs show no images until they are asked",
);

/// Every image without a text. An empty one in HTML means that it is an ornament.
pub(super) fn images(exhibit: &Exhibit<'_>) -> Vec<Finding> {
    let elements = exhibit.elements().iter();
    let lacking = elements.filter(|element| matches!(&element.kind, Kind::Image { alt: None, .. }));
    lacking
        .map(|element| {
            MISSING_ALT.says("the image has no alternative text").at(element.place.clone())
        })
        .collect()
}
