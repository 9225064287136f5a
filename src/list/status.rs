//! Who has left: the columns in which other systems say so, and what their
//! values mean. Only a clear word counts, so that a `status` of `pending
//! payment` loses nobody; every column that says it is honoured.

use super::columns::{Column, fold, has};

/// How a column says that somebody is not to be mailed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Says {
    /// In words: `unsubscribed`, `cleaned`.
    Status,
    /// In words, in a column about the subscription: `inactive` is clear there.
    Subscription,
    /// By a no: `subscribed`, `opt_in`.
    Stayed,
    /// By a yes or a date: `unsubscribed`, `bounced`.
    Left,
    /// By anything at all: `unsubscribed_at`.
    LeftAt,
}

impl Says {
    /// What a column's name promises of its values, if it is one of these.
    pub(super) fn of(column: &Column) -> Option<Self> {
        let words: Vec<&str> = column.words().collect();
        if let Some((&"status", rest)) = words.split_last() {
            let is_about = |word: &&str| has(SUBSCRIPTION, word);
            return rest.iter().all(|word| is_about(word) || has(PERSON, word)).then(|| {
                if rest.iter().any(is_about) { Self::Subscription } else { Self::Status }
            });
        }
        let core: Vec<&str> = words.iter().copied().skip_while(|word| has(BEFORE, word)).collect();
        let kept = core.iter().rposition(|word| !has(MOMENT, word)).map_or(0, |last| last + 1);
        let (name, whole) = (core[..kept].concat(), words.concat());
        let is_moment = kept < core.len() || words.first() == Some(&"date");
        let is_in = |names| has(names, &name) || has(names, &whole);
        match is_moment {
            true if is_in(LEFT) || is_in(LEAVING) => Some(Self::LeftAt),
            false if is_in(LEFT) => Some(Self::Left),
            false if is_in(STAYED) => Some(Self::Stayed),
            _ => None,
        }
    }

    /// What a column says that the user named, whatever it is called.
    pub(super) fn of_named(column: &Column) -> Self {
        let named = || match column.name.as_str() {
            "active" | "aktiv" | "actif" | "activo" | "newsletter" | "consent" => Self::Stayed,
            _ => Self::Subscription,
        };
        Self::of(column).unwrap_or_else(named)
    }

    /// Whether the value says that the person is gone.
    pub(super) fn is_gone(self, value: &str) -> bool {
        // Nearly all rows of nearly all lists.
        if matches!(value, "" | "subscribed" | "Subscribed" | "active") {
            return false;
        }
        let value = fold_words(value);
        let compact = value.replace(' ', "");
        match self {
            Self::Status => is_clear(&value),
            Self::Subscription => is_clear(&value) || has(INACTIVE, &compact),
            Self::Stayed => has(NO, &compact) || is_clear(&value),
            Self::Left => has(YES, &compact) || is_date(&compact) || is_clear(&value),
            Self::LeftAt => {
                let is_nothing = has(NO, &compact) || has(NEVER, &compact);
                !is_nothing && compact.bytes().any(|byte| byte != b'0')
            }
        }
    }
}

/// Words that make a status one of the subscription, …
const SUBSCRIPTION: &str = "\
    bounce can2 delivery e email emails in mail mailing marketing newsletter opt optin optout \
    out permission subscriber subscription";
/// … and words that only say whose it is.
const PERSON: &str = "contact current list member person profile user";

/// Words before the one that matters: `is_email_bounced`, `date_unsubscribed`.
const BEFORE: &str = "\
    address can2 contact date e email emails has is list mail mailing member newsletter \
    subscriber user was";
/// Words that make it a moment: `unsubscribed_at`, `Abgemeldet am`.
const MOMENT: &str = "am at date datetime datum el le on op time timestamp";

/// What a column is called whose yes means that the person left.
const LEFT: &str = "\
    abgemeldet afgemeld blacklisted blocklisted bounced cleaned complained desabonne \
    desinscrit disiscritto donotcontact donotemail emaildisabled hardbounced \
    hasoptedoutofemail nobulkemailsuseroptout optedout optedoutofemail optout suppressed \
    uitgeschreven unsub unsubscribe unsubscribed";
/// What, with a moment behind it, is when the person left; alone it is a
/// number of bounces, or anything.
const LEAVING: &str = "abmeldung bounce clean complaint hardbounce unsubscription";
/// What a column is called whose no means that the person left.
const STAYED: &str = "\
    acceptsemailmarketing acceptsmarketing optedin optin subscribed subscribedtoemails \
    subscribedtonewsletter";

const NO: &str = "0 f falsch false falso faux n nao nee nein nej nie no non off нет לא لا";
const YES: &str = "\
    1 j ja o on oui s si sim t tak true verdadero vero vrai wahr x y yes да כן نعم";
/// What stands in a column of dates where there is none.
const NEVER: &str = "na nan never nil none null undefined";

/// What clearly says that mail is not wanted or does not arrive.
const CLEAR: &str = "\
    abgemeldet abuse afgemeld ausgetragen blacklisted blocklisted cleaned dadodebaja desabonne \
    desinscrit disiscritto donotcontact donotemail hasleft left nolongersubscribed \
    nonsubscribed notsubscribed optedout optout reportedasspam spam spamreport suppressed \
    uitgeschreven undeliverable unsub";
/// What is as clear in a column about the subscription.
const INACTIVE: &str = "\
    archived blocked canceled cancelled deleted disabled inactive invalid removed";
/// Words beside `bounced` that leave it the bounce of a mail, not of a cheque.
const BESIDE: &str = "\
    address by e email hard mail permanent permanently previous previously report spam user";

/// Takes the value's words with a space between each two.
fn is_clear(value: &str) -> bool {
    if has(CLEAR, &value.replace(' ', "")) {
        return true;
    }
    let words = || value.split(' ');
    let is_denied = words().any(|word| matches!(word, "not" | "never" | "no" | "0"));
    let is_trouble = |word: &str| word.starts_with("bounc") || word.starts_with("complain");
    let is_only_trouble =
        words().any(is_trouble) && words().all(|word| is_trouble(word) || has(BESIDE, word));
    !is_denied && (words().any(|word| word.starts_with("unsubscri")) || is_only_trouble)
}

/// `2024-05-03 10:00`, but not `0000-00-00`.
fn is_date(compact: &str) -> bool {
    compact.bytes().filter(u8::is_ascii_digit).count() >= 6 && compact.bytes().any(|b| b != b'0')
}

/// A value's words in lower case, a space between each two.
fn fold_words(value: &str) -> String {
    let words: Vec<String> = value
        .split(|c: char| !c.is_alphanumeric() && !('\u{300}'..='\u{36f}').contains(&c))
        .map(fold)
        .filter(|word| !word.is_empty())
        .collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(header: &str) -> Option<Says> {
        Says::of(&Column::new(header, 0))
    }

    #[test]
    fn a_columns_name_tells_how_it_speaks() {
        let cases = [
            ("can2_subscription_status", Some(Says::Subscription)),
            ("MEMBER_STATUS", Some(Says::Status)),
            ("Status", Some(Says::Status)),
            ("Email Status", Some(Says::Subscription)),
            ("Marital status", None),
            ("Payment status", None),
            ("subscribed", Some(Says::Stayed)),
            ("Subscribed to emails", Some(Says::Stayed)),
            ("subscribed_at", None),
            ("unsubscribed", Some(Says::Left)),
            ("HasOptedOutOfEmail", Some(Says::Left)),
            ("is_email_bounced", Some(Says::Left)),
            ("UNSUB_TIME", Some(Says::LeftAt)),
            ("Date unsubscribed", Some(Says::LeftAt)),
            ("Abgemeldet am", Some(Says::LeftAt)),
            ("Email disabled", Some(Says::Left)),
            ("Disabled", None),
            ("Bounce date", Some(Says::LeftAt)),
            ("Bounce", None),
            ("Bounce count", None),
            ("state", None),
            ("date", None),
        ];
        for (header, expected) in cases {
            assert_eq!(says(header), expected, "{header}");
        }
    }

    #[test]
    fn only_what_clearly_says_so_is_gone() {
        let gone = [
            (Says::Status, "Unsubscribed (by user)"),
            (Says::Status, "cleaned"),
            (Says::Status, "hard bounce"),
            (Says::Status, "Spam complaint"),
            (Says::Status, "désabonné"),
            (Says::Status, "left"),
            (Says::Subscription, "previous bounce"),
            (Says::Subscription, "inactive"),
            (Says::Stayed, "No"),
            (Says::Stayed, "0"),
            (Says::Left, "TRUE"),
            (Says::Left, "2024-05-03 10:00"),
            (Says::LeftAt, "3 May"),
        ];
        for (says, value) in gone {
            assert!(says.is_gone(value), "{says:?} {value}");
        }
        let stays = [
            (Says::Status, "member"),
            (Says::Status, "pending payment"),
            (Says::Status, "payment bounced"),
            (Says::Status, "inactive"),
            (Says::Status, "not unsubscribed"),
            (Says::Subscription, "soft bounce"),
            (Says::Subscription, "pending"),
            (Says::Stayed, "2024-05-03"),
            (Says::Left, "no"),
            (Says::Left, "0000-00-00 00:00:00"),
            (Says::LeftAt, "NULL"),
            (Says::LeftAt, "0000-00-00"),
            (Says::LeftAt, "-"),
        ];
        for (says, value) in stays {
            assert!(!says.is_gone(value), "{says:?} {value}");
        }
    }
}
