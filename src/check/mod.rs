//! Check: what there is to say about a campaign before anything is sent.
//! One file per family of rules; each rule has a stable code, a help line and
//! a source. `docs/check.md` is made of them. Pure.

mod attachments;
mod blocked;
mod colours;
mod date_words;
mod dates;
mod elements;
mod exhibit;
mod fields;
mod footer;
mod foreign;
mod images;
mod known;
mod language;
mod leftover;
mod links;
mod parts;
mod rule;
mod shown;
mod structure;
mod subject;
pub mod support;
mod switches;
mod unsupported;

pub use self::exhibit::{Exhibit, File, WebLink};
pub use self::fields::fields;
pub use self::footer::{LEAVE, owed};
pub use self::foreign::{Outgoing, Written, foreign_tags, unfilled_tags};
pub use self::links::BROKEN_LINK;
pub use self::rule::Rule;
pub use self::switches::switched;

use crate::finding::Finding;

/// Every rule, in the order of the docs: first those that keep promises.
pub const RULES: [Rule; 52] = [
    foreign::FOREIGN_TAG,
    fields::UNKNOWN_FIELD,
    fields::SHADOWED_COLUMN,
    footer::MISSING_POSTAL_ADDRESS,
    footer::NO_UNSUBSCRIBE,
    footer::ADDRESS_NOT_SHOWN,
    footer::UNSUBSCRIBE_NOT_SHOWN,
    subject::LONG_SUBJECT,
    subject::SHOUTING_SUBJECT,
    subject::SUBJECT_EMOJI,
    subject::FAKE_REPLY,
    subject::NO_PREHEADER,
    subject::REPEATED_SUBJECT,
    links::UNSAFE_LINK,
    links::RELATIVE_LINK,
    links::LOCAL_LINK,
    links::INSECURE_LINK,
    links::SHORTENED_LINK,
    links::TRACKING_LINK,
    links::TRACKING_PIXEL,
    links::EMPTY_LINK,
    links::VAGUE_LINK,
    links::MISLEADING_LINK,
    links::BROKEN_ANCHOR,
    links::MISSPELT_LINK,
    images::MISSING_ALT,
    structure::HEADING_ORDER,
    structure::EMPTY_HEADING,
    structure::EMPTY_SEGMENT,
    structure::UNQUOTED_ATTRIBUTE,
    leftover::LEFTOVER_MARKUP,
    leftover::LEFTOVER_LINK,
    leftover::LEFTOVER_TABLE,
    leftover::UNDERLINED_HEADING,
    blocked::BLOCKED_ELEMENT,
    language::NO_LANGUAGE,
    language::WRONG_LANGUAGE,
    language::WRONG_DIRECTION,
    dates::WRONG_WEEKDAY,
    dates::DATE_PASSED,
    colours::LOW_CONTRAST,
    colours::COLOUR_ONLY,
    parts::LARGE_MAIL,
    parts::CLIPPED_MAIL,
    parts::LARGE_STYLE,
    parts::TEXT_DIFFERS,
    unsupported::UNSUPPORTED_FEATURE,
    unsupported::UNKNOWN_CLIENT,
    attachments::LARGE_ATTACHMENTS,
    attachments::RISKY_ATTACHMENT,
    switches::UNKNOWN_RULE,
    links::BROKEN_LINK,
];

/// A family of rules.
type Family = fn(&Exhibit<'_>) -> Vec<Finding>;

/// What a mailing owes its readers, whatever it says: `send` says so, too.
const DUTIES: [Family; 1] = [footer::footer];

/// What makes a letter good.
const QUALITY: [Family; 12] = [
    subject::subject,
    links::links,
    images::images,
    structure::structure,
    leftover::leftover,
    blocked::elements,
    language::language,
    dates::dates,
    colours::colours,
    parts::parts,
    unsupported::unsupported,
    attachments::attachments,
];

/// What a mailing owes its readers.
pub fn duties(exhibit: &Exhibit<'_>) -> Vec<Finding> {
    DUTIES.iter().flat_map(|family| family(exhibit)).collect()
}

/// What there is to say about the letter itself.
pub fn quality(exhibit: &Exhibit<'_>) -> Vec<Finding> {
    QUALITY.iter().flat_map(|family| family(exhibit)).collect()
}
