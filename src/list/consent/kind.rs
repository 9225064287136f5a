//! How a column tells of consent.

/// How a column tells of consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// By the listed values and no others.
    Values,
    /// A yes or a date means that the person left, a no that they may be mailed.
    YesLeft,
    /// A no means that the person left.
    YesMail,
    /// A no means that the person has not confirmed yet.
    NotYetIfNo,
    /// Anything but an empty date means that the person left.
    FilledLeft,
    /// By words such as `unsubscribed`.
    Status,
    /// By one word among others: tags, groups, types.
    Tags,
    /// By how often: never means that the person left.
    Frequency,
    /// It looks like consent, and decides nothing about mail.
    Nothing,
    /// It looks like consent, and is never guessed.
    Ask,
    /// It tells nothing, but a word in it does: somebody has to say what that means.
    Telling,
}

impl Kind {
    /// The kind that a table names so.
    pub(super) fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "values" => Self::Values,
            "yes-left" => Self::YesLeft,
            "yes-mail" => Self::YesMail,
            "not-yet-if-no" => Self::NotYetIfNo,
            "filled-left" => Self::FilledLeft,
            "status" => Self::Status,
            "tags" => Self::Tags,
            "frequency" => Self::Frequency,
            "nothing" => Self::Nothing,
            "ask" => Self::Ask,
            _ => return None,
        })
    }
}
