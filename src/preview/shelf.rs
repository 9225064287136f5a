//! The campaigns that can be shown, and the name of each in a URL.

use std::path::{Path, PathBuf};

use crate::workshop::Workshop;

/// A campaign that can be shown.
#[derive(Clone)]
pub(super) struct Entry {
    /// Its name in URLs.
    pub(super) key: String,
    /// Its file.
    pub(super) path: PathBuf,
}

/// The campaigns of a project, and the one that was named.
pub(super) fn entries(workshop: Option<&Workshop>, named: Option<&Path>) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    let found = workshop.map(Workshop::campaigns).unwrap_or_default();
    let is_same = |one: &Path, other: &Path| match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => one == other,
    };
    let named = named.map(Path::to_owned);
    let others = found
        .into_iter()
        .filter(|path| named.as_ref().is_none_or(|named| !is_same(named, path)))
        .collect::<Vec<_>>();
    for path in named.into_iter().chain(others) {
        let stem = slug(&path);
        let mut key = stem.clone();
        let mut number = 1;
        while entries.iter().any(|entry| entry.key == key) {
            number += 1;
            key = format!("{stem}-{number}");
        }
        entries.push(Entry { key, path });
    }
    entries
}

fn slug(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' };
    let slug: String = stem.chars().map(plain).collect();
    let slug = slug.trim_matches('-');
    if slug.is_empty() { "campaign".to_owned() } else { slug.to_owned() }
}
