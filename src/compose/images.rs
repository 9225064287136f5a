//! Images that are files: they go with the mail, and the page shows them by
//! their Content-ID (RFC 2392).

use percent_encoding::percent_decode_str;

use super::html::{self, Token};
use super::letter::{COMPONENTS, HTML, LocalImage, Origins};
use super::marks::Marks;
use super::part::Part;
use crate::finding::Finding;
use crate::place::Place;

/// Finds the images of a letter that are files, and puts their Content-IDs in.
pub(super) fn local_images(campaign: &str, origins: &mut Origins) -> Vec<LocalImage> {
    let Origins { parts, html: templates, .. } = origins;
    let mut images: Vec<LocalImage> = Vec::new();
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
            let known = images.iter().find(|image| image.path == path).map(|i| i.cid.clone());
            let cid = known.unwrap_or_else(|| {
                let cid = format!("image{}@{}.handbill", images.len() + 1, slug(campaign));
                let place = place_of(parts, &[&path, &value]);
                images.push(LocalImage { path, cid: cid.clone(), place });
                cid
            });
            edits.push((range, format!("cid:{cid}")));
        }
        for (range, new) in edits.into_iter().rev() {
            page.replace(range, &new);
        }
    }
    images
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
    let found = parts.iter().find_map(|part| {
        let text = part.passage.text();
        let (at, length) =
            texts.iter().find_map(|wanted| Some((text.find(wanted)?, wanted.len())))?;
        Some(part.passage.place(at..at + length))
    });
    found.unwrap_or_else(|| parts[0].passage.place(0..0))
}

fn has_scheme(url: &str) -> bool {
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
