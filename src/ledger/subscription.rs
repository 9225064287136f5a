//! Who signed up by the form and confirmed it.

use crate::address::Address;

/// How the reason of a suppression begins that was its reader's own wish, by their link or by mail.
const OWN_WISH: &str = "unsubscribed";

/// Somebody who confirmed that they want mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// The address.
    pub address: Address,
    /// What they said of themselves: names and values.
    pub fields: Vec<(String, String)>,
    /// When they filled in the form, in unix seconds.
    pub asked_at: i64,
    /// When they confirmed it.
    pub confirmed_at: i64,
}

/// What became of a confirmation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joined {
    /// They are subscribed, by this confirmation or an earlier one.
    Yes,
    /// They are suppressed for a reason that is not theirs to lift, or left after they asked.
    No,
}

/// Whether somebody who asked at a moment may come back in spite of a suppression. What a
/// reader decided a reader may decide anew; that a mailbox is gone, that somebody called it
/// spam, and what was decided by hand, stay. Who left after they asked has left: their old
/// link, opened once more, does not bring them back.
pub(super) fn may_come_back(reason: &str, suppressed_at: i64, asked_at: i64) -> bool {
    reason.starts_with(OWN_WISH) && suppressed_at < asked_at
}

impl Subscription {
    /// The fields as the ledger keeps them: an object, which SQL can look into.
    pub(super) fn json(&self) -> String {
        let pairs = self.fields.iter().map(|(name, value)| (name.clone(), value.as_str().into()));
        serde_json::Value::Object(pairs.collect()).to_string()
    }

    /// Those of a row; none of what somebody wrote there by hand that is no such object.
    pub(super) fn fields_of(json: &str) -> Vec<(String, String)> {
        let Ok(serde_json::Value::Object(fields)) = serde_json::from_str(json) else {
            return Vec::new();
        };
        let text = |value: serde_json::Value| value.as_str().map(str::to_owned);
        fields.into_iter().filter_map(|(name, value)| Some((name, text(value)?))).collect()
    }
}
