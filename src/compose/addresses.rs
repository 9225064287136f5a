//! Which arguments of a component are addresses of links: what stands in them behind their
//! beginning is encoded, as in a link of the letter's own.

use std::collections::{HashMap, HashSet};

use super::html::{self, Token};
use super::node::NodeKind;
use super::part::Part;
use super::places::is_url;
use super::statement::Statement;

/// The addresses among the parameters of each component, by the place where they stand.
pub(super) type Addresses = HashMap<String, HashSet<String>>;

/// The parameters with which the address of a link or an image begins.
pub(super) fn of_components(components: &[Part]) -> Addresses {
    let mut found = Addresses::new();
    for part in components {
        let text = part.passage.text();
        // Tags are hidden from the parser: they may hold quotes.
        let mut hidden = text.as_bytes().to_vec();
        for tag in &part.tags {
            hidden[tag.range.clone()].fill(b'x');
        }
        // Only whole tags were painted over, and with ASCII.
        let hidden = String::from_utf8(hidden).unwrap_or_default();
        let begin = html::tokens(&hidden).into_iter().flat_map(|token| match token {
            Token::Start { attributes, .. } => attributes,
            _ => Vec::new(),
        });
        let begin = begin.filter(|attribute| is_url(&hidden[attribute.name.clone()]));
        let starts: HashSet<usize> =
            begin.filter_map(|attribute| Some(attribute.value?.start)).collect();
        let mut component = String::new();
        for (tag, statement) in part.tags.iter().zip(&part.statements) {
            match statement {
                Some(Statement::Define { name, .. }) => part.text(name).clone_into(&mut component),
                Some(Statement::Print(node)) if starts.contains(&tag.range.start) => {
                    if let NodeKind::Name(name) = &node.kind {
                        let name = part.text(name).to_owned();
                        found.entry(component.clone()).or_default().insert(name);
                    }
                }
                _ => {}
            }
        }
    }
    found
}

/// Whether a text that ends here is the beginning of an address: `https://example.org/?n=`.
pub(super) fn begins(text: &str) -> bool {
    let word = text.rsplit(char::is_whitespace).next().unwrap_or("");
    let word = word.trim_start_matches(['(', '<', '[', '"', '\'']).to_ascii_lowercase();
    ["https://", "http://", "mailto:", "tel:"].iter().any(|scheme| word.starts_with(scheme))
}
