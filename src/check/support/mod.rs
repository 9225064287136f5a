//! Which HTML and CSS of a mail the readers' mail programs do not understand.
//!
//! [`unsupported`] looks at a whole page, as it is sent, and tells each feature that
//! many readers would miss. It says nothing of what has a fallback, and of what
//! degrades to something that is fine too (`graceful`): a rule that speaks up on
//! every newsletter is read by nobody. What programs understand is the
//! knowledge of caniemail.com (`caniemail.tsv`); where in the author's files a feature
//! stands, and how to say it, is left to others.

mod clients;
mod css;
mod declared;
mod features;
mod found;
mod graceful;
mod names;
mod table;

pub use self::clients::{Clients, known_clients};

use self::clients::{FAMILIES, PROGRAMS};
use self::found::{Part, Use};
use self::graceful::is_graceful;
use self::table::Feature;

/// How many readers in a hundred have to miss something before it is told: one in
/// twenty. With the usual shares, that is less than Outlook for Windows has alone, which
/// is the program that lacks most, and more than any of the small ones: what only
/// Samsung's or Yahoo's readers miss is not worth the author's time.
pub const THRESHOLD: f64 = 5.0;

/// A feature that many readers' programs do not understand.
#[derive(Clone, Debug, PartialEq)]
pub struct Unsupported {
    /// As caniemail.com names it: `css-display-flex`.
    pub slug: &'static str,
    /// As people write it: `display:flex`.
    pub title: &'static str,
    /// Where to read about it.
    pub url: String,
    /// How many readers in a hundred do not see it. Who sees it in part counts half.
    pub share: f64,
    /// The programs without it that the most readers have, first; a maker's programs
    /// together if none of them has it: `Gmail`, `Outlook (Windows)`.
    pub clients: Vec<&'static str>,
    /// What to look for in the author's source: `border-radius`, `<video`, `@font-face`.
    pub needle: String,
}

/// Every feature that a page uses and more than `threshold` per cent of its readers
/// cannot see, most readers first. What nobody has tried counts as understood.
pub fn unsupported(page: &str, clients: &Clients, threshold: f64) -> Vec<Unsupported> {
    let found = features::features(page);
    let mut told: Vec<Unsupported> = found
        .uses
        .into_iter()
        .filter(|(slug, _)| !is_graceful(slug))
        .filter_map(|(slug, mut used)| {
            used.in_outlook &= !(found.tables_for_outlook && LAYOUT.contains(&slug)
                || found.shapes_for_outlook && SHAPES.contains(&slug));
            let told = told(table::feature(slug)?, used, clients);
            (told.share > threshold).then_some(told)
        })
        .collect();
    told.sort_by(|a, b| b.share.total_cmp(&a.share).then(a.slug.cmp(b.slug)));
    told
}

/// What tables in a comment for Outlook do instead.
const LAYOUT: [&str; 5] =
    [names::FLEX, names::FLEX_DIRECTION, names::FLEX_WRAP, names::FLOAT, names::GRID];

/// What VML in a comment for Outlook does instead.
const SHAPES: [&str; 5] = [
    names::BACKGROUND_ATTRIBUTE,
    names::BACKGROUND_IMAGE,
    names::CONIC_GRADIENT,
    names::LINEAR_GRADIENT,
    names::RADIAL_GRADIENT,
];

fn told(feature: &Feature, used: Use, clients: &Clients) -> Unsupported {
    let mut share = 0.0;
    let mut lacking = [None; PROGRAMS.len()];
    for (at, (program, weight)) in clients.shares().enumerate() {
        if program.name == "outlook-windows" && !used.in_outlook {
            continue;
        }
        let lacks = match (feature.support.get(at), used.part) {
            (Some(b'n'), _) | (Some(b'a'), Part::Missing) => true,
            (Some(b'a'), Part::MissingBut(but)) => !but.contains(&program.family),
            (Some(b'a'), Part::Half) => {
                share += weight / 2.0;
                false
            }
            _ => false,
        };
        if lacks && weight > 0.0 {
            share += weight;
            lacking[at] = Some(weight);
        }
    }
    Unsupported {
        slug: feature.slug,
        title: feature.title,
        url: format!("https://www.caniemail.com/features/{}/", feature.slug),
        share,
        clients: titles(&lacking, clients),
        needle: used.needle,
    }
}

/// The names of the programs that have a weight here, the heaviest first.
fn titles(lacking: &[Option<f64>], clients: &Clients) -> Vec<&'static str> {
    let mut titles: Vec<(&'static str, f64)> = Vec::new();
    for (at, (program, _)) in clients.shares().enumerate() {
        let Some(weight) = lacking[at] else { continue };
        let members =
            || clients.shares().zip(lacking).filter(|((it, _), _)| it.family == program.family);
        let is_whole = members().all(|((_, weight), lacks)| weight <= 0.0 || lacks.is_some());
        let together = FAMILIES.iter().find(|(name, _)| is_whole && *name == program.family);
        let title = together.map_or(program.title, |(_, title)| title);
        match titles.iter_mut().find(|(known, _)| *known == title) {
            Some((_, sum)) => *sum += weight,
            None => titles.push((title, weight)),
        }
    }
    titles.sort_by(|a, b| b.1.total_cmp(&a.1));
    titles.into_iter().map(|(title, _)| title).collect()
}

#[cfg(test)]
mod tests;
