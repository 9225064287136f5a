//! The quotation marks of a letter's language, by `quotes.tsv`.

/// What stands around a quotation, and around one inside of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Quotes {
    pub(super) outer: (String, String),
    pub(super) inner: (String, String),
}

const TABLE: &str = include_str!("quotes.tsv");

impl Quotes {
    /// The marks of a language: of the longest beginning of its tag that has a line of its own.
    pub(super) fn of(tag: Option<&str>) -> Self {
        let tag = tag.unwrap_or_default().replace('_', "-");
        let lines = TABLE.lines().filter(|line| !line.starts_with('#'));
        let line = lines
            .filter_map(|line| line.split_once('\t'))
            .filter(|(beginning, _)| begins(&tag, beginning))
            .max_by_key(|(beginning, _)| beginning.len());
        let (beginning, marks) = line.unwrap_or(("", "“\t”\t‘\t’"));
        let line: Vec<&str> = std::iter::once(beginning).chain(marks.split('\t')).collect();
        let [_, start, end, inner_start, inner_end, gap @ ..] = line.as_slice() else {
            return Self::of(None);
        };
        let gap = if gap.is_empty() { "" } else { "\u{a0}" };
        let pair = |start: &str, end: &str| {
            let gap = if is_guillemet(start) { gap } else { "" };
            (format!("{start}{gap}"), format!("{gap}{end}"))
        };
        let inner = pair(inner_start, inner_end);
        // Two strokes are never made one: where CLDR puts single marks first, as in Dutch,
        // those who type double ones mean double ones.
        let outer = match (is_single(start), is_single(inner_start)) {
            (false, _) => pair(start, end),
            (true, false) => inner.clone(),
            (true, true) => pair("“", "”"),
        };
        let inner = if is_single(start) { pair(start, end) } else { inner };
        Self { outer, inner }
    }
}

fn begins(tag: &str, beginning: &str) -> bool {
    tag.get(..beginning.len()).is_some_and(|start| start.eq_ignore_ascii_case(beginning))
        && matches!(tag.as_bytes().get(beginning.len()), None | Some(b'-'))
}

fn is_single(mark: &str) -> bool {
    matches!(mark, "‘" | "’" | "‚")
}

fn is_guillemet(mark: &str) -> bool {
    matches!(mark, "«" | "»" | "‹" | "›")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_has_its_own_marks() {
        for (tag, outer, inner) in [
            ("en", "“x”", "‘x’"),
            ("en-GB", "“x”", "‘x’"),
            ("de", "„x“", "‚x‘"),
            ("DE-at", "„x“", "‚x‘"),
            ("de_CH", "„x“", "‚x‘"),
            ("fr", "«\u{a0}x\u{a0}»", "«\u{a0}x\u{a0}»"),
            ("fr-CA", "«\u{a0}x\u{a0}»", "”x“"),
            ("fr-CH", "«x»", "‹x›"),
            ("sv", "”x”", "’x’"),
            ("nl", "“x”", "‘x’"),
            ("pl", "„x”", "«x»"),
            ("es-MX", "“x”", "‘x’"),
            ("es-ES", "“x”", "‘x’"),
            ("it", "«x»", "“x”"),
            ("ja", "「x」", "『x』"),
            ("zh-TW", "「x」", "『x』"),
            ("zh", "“x”", "‘x’"),
            ("fil", "“x”", "‘x’"),
            ("", "“x”", "‘x’"),
            ("x", "“x”", "‘x’"),
        ] {
            let quotes = Quotes::of(Some(tag));
            let around = |(start, end): &(String, String)| format!("{start}x{end}");
            assert_eq!(
                (around(&quotes.outer), around(&quotes.inner)),
                (outer.into(), inner.into()),
                "{tag}"
            );
        }
    }

    #[test]
    fn the_table_is_whole() {
        for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
            let columns = line.split('\t').count();
            assert!(columns == 5 || columns == 6, "{line}");
        }
    }
}
