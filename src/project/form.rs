//! `[subscribe]`: the form by which readers come.

use super::{Subscribe, owned};
use crate::finding::Finding;
use crate::place::Passage;
use crate::settings::{Kind, Reader, Value};

/// The most fields beside the address: all of them travel in a link, and who is asked for much
/// goes away.
const FIELDS: usize = 8;
/// The longest name of one, in characters.
const NAME_MAX: usize = 40;

/// Reads the table.
pub(super) fn read(mut reader: Reader<'_>, findings: &mut Vec<Finding>) -> Subscribe {
    let url = reader.text("url").filter(|url| !url.text().is_empty());
    if let Some(url) = &url
        && !is_usable(url.text())
    {
        let help = "write it as `https://news.example.org/join/`, without `?` and `#`";
        findings.push(
            Finding::error("subscribe-url", "the form's `url` is no address of one", help)
                .at(url.place(0..url.text().len())),
        );
    }
    let fields = fields(&mut reader);
    let subscribe = Subscribe {
        url,
        fields,
        heading: owned(&mut reader, "heading"),
        text: owned(&mut reader, "text"),
        lang: owned(&mut reader, "lang"),
    };
    findings.append(&mut reader.finish());
    subscribe
}

fn is_usable(url: &str) -> bool {
    let is_web = ["https://", "http://"].iter().any(|scheme| url.starts_with(scheme));
    is_web && !url.contains(['?', '#'])
}

fn fields(reader: &mut Reader<'_>) -> Vec<Passage> {
    let Some(value) = reader.take("fields") else { return Vec::new() };
    let Kind::List(items) = &value.kind else {
        reader.wrong_type("fields", &value, "a list of names: [\"First name\", \"Town\"]");
        return Vec::new();
    };
    if items.len() > FIELDS {
        reader.wrong_type("fields", &value, &format!("a list of at most {FIELDS} names"));
    }
    let mut fields = Vec::new();
    for item in items {
        match name(item) {
            Some(name) => fields.push(reader.passage(item, name)),
            None => reader.wrong_type("fields", item, "names of up to 40 letters"),
        }
    }
    fields
}

fn name(value: &Value) -> Option<String> {
    let name = value.as_text()?.trim().to_owned();
    let is_name =
        !name.is_empty() && name.chars().count() <= NAME_MAX && !name.chars().any(char::is_control);
    is_name.then_some(name)
}
