//! What each part of a letter sees. A subject, a preheader and a condition on rows are merged
//! before the page, so they do not see what the page shows of them: it would be that of the
//! row before.

/// What a part of a letter may name.
#[derive(Clone, Copy, Debug)]
pub(super) enum Sight {
    /// The letter itself: everything.
    Letter,
    /// A frame: everything, and the letter.
    Frame,
    /// What is made before the page, by what it is called.
    Head(&'static str),
    /// A component: nothing but its parameters.
    Component,
}

pub(super) const SUBJECT: Sight = Sight::Head("a subject");
pub(super) const PREHEADER: Sight = Sight::Head("a preheader");
pub(super) const CONDITION: Sight = Sight::Head(OF_ROWS);

const OF_ROWS: &str = "a condition on rows";

impl Sight {
    /// What a name stands for that is made after this part, and what this part is called.
    /// `path` is the name with its attributes: `campaign.subject`.
    pub(super) fn later(self, path: &str) -> Option<(&'static str, &'static str)> {
        let Self::Head(head) = self else { return None };
        let squeezed: String = path.chars().filter(|c| !c.is_whitespace()).collect();
        let name = squeezed.split(['.', '?', '[']).next().unwrap_or("");
        let shown = match name {
            "preheader" => "preheader",
            "campaign" if is_subject(&squeezed[name.len()..]) => "campaign.subject",
            // A reader's link is there for a subject, but before a condition nobody is chosen.
            "unsubscribe_url" if head == OF_ROWS => "unsubscribe_url",
            _ => return None,
        };
        Some((shown, head))
    }
}

/// `.subject`, `?.subject`, `["subject"]`
fn is_subject(rest: &str) -> bool {
    let name = rest.trim_start_matches(['?', '.', '[', '"', '\'', '`']);
    name.trim_end_matches([']', '"', '\'', '`']) == "subject"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_of_a_part_is_not_seen_by_it() {
        let shown = |sight: Sight, path| sight.later(path).map(|(shown, _)| shown);
        for path in ["campaign.subject", "campaign . subject", "campaign[\"subject\"]"] {
            assert_eq!(shown(SUBJECT, path), Some("campaign.subject"), "{path}");
        }
        assert_eq!(shown(PREHEADER, "preheader"), Some("preheader"));
        assert_eq!(shown(CONDITION, "unsubscribe_url"), Some("unsubscribe_url"));
        assert_eq!(shown(SUBJECT, "unsubscribe_url"), None);
        assert_eq!(shown(SUBJECT, "campaign.id"), None);
        assert_eq!(shown(Sight::Letter, "campaign.subject"), None);
    }
}
