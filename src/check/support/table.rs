//! The features of HTML and CSS that caniemail.com has tried in mail programs.

use std::sync::LazyLock;

use super::clients::PROGRAMS;

/// A feature, and who understands it.
#[derive(Debug)]
pub(super) struct Feature {
    pub(super) slug: &'static str,
    pub(super) title: &'static str,
    /// A letter for each of the programs: `y`, `a` (in part), `n` or `u` (unknown).
    pub(super) support: &'static [u8],
}

/// All of them, sorted by slug. Made by `scripts/caniemail.mjs`.
static FEATURES: LazyLock<Vec<Feature>> = LazyLock::new(|| {
    let lines = include_str!("caniemail.tsv").lines().filter(|line| !line.starts_with('#'));
    // The first line names the columns.
    lines.skip(1).filter_map(feature_of).collect()
});

fn feature_of(line: &'static str) -> Option<Feature> {
    let mut cells = line.split('\t');
    let (slug, title, _, support) = (cells.next()?, cells.next()?, cells.next()?, cells.next()?);
    let support = support.as_bytes();
    (support.len() == PROGRAMS.len()).then_some(Feature { slug, title, support })
}

/// The feature of that slug.
pub(super) fn feature(slug: &str) -> Option<&'static Feature> {
    let at = FEATURES.binary_search_by(|feature| feature.slug.cmp(slug)).ok()?;
    FEATURES.get(at)
}

#[cfg(test)]
mod tests {
    use super::super::graceful::GRACEFUL;
    use super::super::names;
    use super::*;

    #[test]
    fn every_line_is_a_feature_and_the_columns_are_ours() {
        let text = include_str!("caniemail.tsv");
        let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
        assert_eq!(FEATURES.len(), lines.len() - 1);
        assert!(FEATURES.len() > 300);
        assert!(FEATURES.windows(2).all(|pair| pair[0].slug < pair[1].slug));
        let columns: Vec<&str> =
            lines[0].split('\t').next_back().expect("columns").split(' ').collect();
        assert_eq!(columns, PROGRAMS.map(|program| program.name));
        for Feature { slug, support, .. } in FEATURES.iter() {
            assert!(support.iter().all(|letter| b"yanu".contains(letter)), "{slug}");
        }
    }

    #[test]
    fn every_slug_that_we_name_is_one() {
        let named = GRACEFUL.iter().map(|(slug, _)| *slug).chain(names::slugs());
        for slug in named {
            assert!(feature(slug).is_some(), "{slug}");
        }
        assert!(GRACEFUL.windows(2).all(|pair| pair[0].0 < pair[1].0), "sorted");
    }
}
