//! Images that are files: they go with the mail, and the page shows them by
//! their Content-ID (RFC 2392).

use std::collections::HashMap;

use percent_encoding::percent_decode_str;
use tera::{Context, Value};

use super::html::{self, Token};
use super::letter::{COMPONENTS, HTML, LocalImage, Origins};
use super::marks::Marks;
use super::node::{Literal, NodeKind};
use super::part::{Part, component_name};
use super::statement::Statement;
use crate::finding::Finding;
use crate::place::Place;

/// How many files a letter may show.
const MOST: usize = 200;

/// More images than can go with a mail.
pub(super) fn too_many(images: &[LocalImage]) -> Option<Finding> {
    let first = images.get(MOST)?;
    let finding = Finding::error(
        "too-many-images",
        format!("more than {MOST} pictures would go with every mail"),
        "put pictures on a website and show them by `https://`",
    );
    Some(finding.at(first.place.clone()))
}

/// Finds the images that components are given by their names: in the calls, and in
/// variables where a call has some. Only an author's words are files, never a row's.
pub(super) fn of_components(
    campaign: &str,
    parts: &[Part],
    constants: &Context,
    images: &mut Vec<LocalImage>,
) -> HashMap<String, String> {
    let mut named: Vec<(String, Place)> = Vec::new();
    let mut takes_variables = false;
    for part in parts {
        let calls = part.statements.iter().filter_map(|statement| match statement {
            Some(Statement::Print(node) | Statement::Open(node)) => Some(node),
            _ => None,
        });
        for call in calls.filter(|call| component_name(call).is_some()) {
            for value in &call.children {
                let text = part.text(&value.range);
                match value.kind {
                    NodeKind::Literal(Literal::Str) => {
                        let range = value.range.start + 1..value.range.end - 1;
                        named.push((text[1..text.len() - 1].to_owned(), part.passage.place(range)));
                    }
                    NodeKind::Literal(_) => {}
                    _ => takes_variables = true,
                }
            }
        }
    }
    if takes_variables {
        let mut texts = Vec::new();
        texts_of(constants.get("vars"), &mut texts);
        named.extend(texts.into_iter().map(|text| {
            let place = place_of(parts, &[&text]);
            (text, place)
        }));
    }
    let mut ids = HashMap::new();
    for (path, place) in named {
        if is_image(&path) && !has_scheme(&path) {
            let cid = cid_of(campaign, &path, images, || place);
            ids.insert(path, cid);
        }
    }
    ids
}

/// Every text in a value.
fn texts_of(value: Option<&Value>, texts: &mut Vec<String>) {
    let Some(value) = value else { return };
    if let Some(text) = value.as_str() {
        texts.push(text.to_owned());
    } else if let Some(values) = value.as_array() {
        for value in values {
            texts_of(Some(value), texts);
        }
    } else if let Some(map) = value.as_map() {
        for value in map.values() {
            texts_of(Some(value), texts);
        }
    }
}

/// Whether a name is that of an image's file.
fn is_image(name: &str) -> bool {
    const ENDINGS: [&str; 7] = ["png", "jpg", "jpeg", "gif", "webp", "avif", "svg"];
    name.rsplit_once('.')
        .is_some_and(|(_, ending)| ENDINGS.contains(&ending.to_ascii_lowercase().as_str()))
}

/// The Content-ID of a file, which is one image however often it is shown.
fn cid_of(
    campaign: &str,
    path: &str,
    images: &mut Vec<LocalImage>,
    place: impl FnOnce() -> Place,
) -> String {
    if let Some(known) = images.iter().find(|image| image.path == path) {
        return known.cid.clone();
    }
    if images.len() > MOST {
        // It is said of the last one.
        return String::new();
    }
    let cid = format!("image{}@{}.handbill", images.len() + 1, slug(campaign));
    images.push(LocalImage { path: path.to_owned(), cid: cid.clone(), place: place() });
    cid
}

/// Finds the images of a letter that are files, and puts their Content-IDs in.
pub(super) fn local_images(campaign: &str, origins: &mut Origins, images: &mut Vec<LocalImage>) {
    let Origins { parts, html: templates, .. } = origins;
    for name in [HTML, COMPONENTS] {
        let Some(page) = templates.get_mut(name) else { continue };
        let mut edits = Vec::new();
        for range in sources(&page.text) {
            let value = html_escape::decode_html_entities(&page.text[range.clone()]).into_owned();
            if value.is_empty()
                || value.contains("{{")
                || value.contains("{%")
                || has_scheme(&value)
            {
                continue;
            }
            let path = percent_decode_str(&value).decode_utf8_lossy().into_owned();
            let cid = cid_of(campaign, &path, images, || place_of(parts, &[&path, &value]));
            edits.push((range, format!("cid:{cid}")));
        }
        for (range, new) in edits.into_iter().rev() {
            page.replace(range, &new);
        }
    }
}

/// A file whose name depends on the reader cannot go with the mail. `place` is that of
/// a tag; `prints` says which tags write a value.
pub(super) fn check(
    page: &str,
    marks: &Marks,
    prints: &dyn Fn(usize) -> bool,
    place: impl Fn(usize) -> Option<Place>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for range in sources(page) {
        let url = &page[range];
        let found = marks.find(url);
        let Some(place) = found.first().and_then(|first| place(first.tag?)) else { continue };
        let value = found.iter().find(|found| found.tag.is_some_and(prints));
        let literal = marks.removed(value.map_or(url, |value| &url[..value.range.start]));
        if !literal.is_empty() && !has_scheme(&literal) {
            findings.push(
                Finding::error(
                    "image-with-field",
                    "the file of an image cannot depend on a field: it goes with every mail",
                    "begin its address with `https://`, or put each image into an `{% if %}` of its own",
                )
                .at(place),
            );
        }
    }
    findings
}

/// Where the `src` of every image stands.
fn sources(page: &str) -> Vec<std::ops::Range<usize>> {
    let is_image = |at: usize| {
        page.as_bytes().get(at + 1..at + 4).is_some_and(|name| name.eq_ignore_ascii_case(b"img"))
    };
    // Most letters show none.
    if !memchr::memchr_iter(b'<', page.as_bytes()).any(is_image) {
        return Vec::new();
    }
    html::tokens(page)
        .into_iter()
        .filter_map(|token| match token {
            Token::Start { name, attributes, .. } if name == "img" => attributes
                .into_iter()
                .find(|attribute| &page[attribute.name.clone()] == "src")
                .and_then(|attribute| attribute.value),
            _ => None,
        })
        .collect()
}

/// Where somebody wrote one of these, first.
fn place_of(parts: &[Part], texts: &[&str]) -> Place {
    // A variable stands in the front matter.
    let found = parts.iter().map(|part| part.passage.source()).find_map(|source| {
        let text = source.text();
        let (at, length) =
            texts.iter().find_map(|wanted| Some((text.find(wanted)?, wanted.len())))?;
        Some(source.place(at..at + length))
    });
    found.unwrap_or_else(|| parts[0].passage.place(0..0))
}

pub(super) fn has_scheme(url: &str) -> bool {
    url.starts_with("//")
        || url.split_once(':').is_some_and(|(scheme, _)| {
            scheme.len() > 1
                && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
        })
}

fn slug(text: &str) -> String {
    let slug: String =
        text.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let slug = slug.trim_matches('-');
    if slug.is_empty() { "letter".to_owned() } else { slug.chars().take(40).collect() }
}
