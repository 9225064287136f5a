//! Elements that mail programs take out, or take the whole mail for an attack by.

use super::elements::Kind;
use super::exhibit::Exhibit;
use super::rule::{Rule, warning};
use crate::finding::Finding;

/// What does not arrive.
pub(super) const BLOCKED_ELEMENT: Rule = warning(
    "blocked-element",
    "elements that run, embed or load something: `<script>`, `<iframe>`, `<link rel=\"stylesheet\">`",
    "link to a page that has it, with a picture if there is something to see; styles belong into the template",
    "webmails take out what runs, embeds or loads, and filters count it as an attack; forms, films and objects are `unsupported-feature`",
);

/// Elements of the kind that no mail program keeps.
const BLOCKED: [&str; 12] = [
    "applet", "canvas", "embed", "frame", "frameset", "iframe", "noscript", "portal", "script",
    "slot", "template", "xml",
];

/// What an element is called, if it is one of those.
pub(super) fn blocked(name: &str, value: impl Fn(&str) -> Option<String>) -> Option<String> {
    let is = |attribute: &str, wanted: &str| {
        value(attribute).is_some_and(|value| value.to_ascii_lowercase().contains(wanted))
    };
    match name {
        "link" if is("rel", "stylesheet") || is("rel", "preload") || is("rel", "import") => {
            Some(format!("<link rel=\"{}\">", value("rel")?.trim()))
        }
        "meta" if is("http-equiv", "refresh") => Some("<meta http-equiv=\"refresh\">".to_owned()),
        _ => BLOCKED.contains(&name).then(|| format!("<{name}>")),
    }
}

/// All that there is to say about elements that do not arrive.
pub(super) fn elements(exhibit: &Exhibit<'_>) -> Vec<Finding> {
    let found = exhibit.elements().iter().filter_map(|element| {
        let Kind::Blocked { name } = &element.kind else { return None };
        let finding = BLOCKED_ELEMENT.says(format!("mail programs take `{name}` out"));
        Some(finding.at(element.place.clone()))
    });
    found.collect()
}
