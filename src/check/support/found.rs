//! What a page uses, as the finders collect it.

use std::collections::BTreeMap;

/// What it means for a use that a program supports its feature in part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Nobody knows: it counts half.
    Half,
    /// The part that is used is the one that is there.
    There,
    /// The part that is used is the one that is missing.
    Missing,
    /// It is missing, but for these families.
    MissingBut(&'static [&'static str]),
}

/// A feature that a page uses.
#[derive(Clone, Debug)]
pub(super) struct Use {
    /// What to look for in the author's source.
    pub(super) needle: String,
    pub(super) part: Part,
    /// Whether Outlook for Windows reads it: not all of it stands in `<!--[if !mso]><!-->`.
    pub(super) in_outlook: bool,
}

/// Everything that a page uses, by slug.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) uses: BTreeMap<&'static str, Use>,
    /// Whether Outlook is given tables, or VML, in comments of its own.
    pub(super) tables_for_outlook: bool,
    pub(super) shapes_for_outlook: bool,
}

impl Found {
    /// Adds a use. The first one is shown, and the gravest counts.
    pub(super) fn add(&mut self, slug: &'static str, needle: &str, part: Part, in_outlook: bool) {
        let found = self.uses.entry(slug).or_insert_with(|| Use {
            needle: needle.to_owned(),
            part: Part::There,
            in_outlook: false,
        });
        if weight(part) > weight(found.part) {
            found.part = part;
            needle.clone_into(&mut found.needle);
        }
        found.in_outlook |= in_outlook;
    }
}

fn weight(part: Part) -> u8 {
    match part {
        Part::There => 0,
        Part::Half => 1,
        Part::MissingBut(_) => 2,
        Part::Missing => 3,
    }
}
