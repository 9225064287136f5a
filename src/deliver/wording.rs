//! What servers say in words: phrases and codes by which a refusal is known
//! to be about something else than its place in the conversation tells.

use super::transport::Reply;
use super::trouble::Stage;

/// Whether a server says that we are too fast or too many, other than by 421.
/// Codes: system congestion (4.5), a full system (3.1) and not accepting messages
/// (3.2) of RFC 3463, 7.28 of RFC 7372, which Gmail uses for rates, and the 7.6xx of Exchange Online.
/// Gmail tells its daily quota with a 5xx code, 5.4.5: nobody's address is bad.
pub(super) fn is_throttle(reply: &Reply) -> bool {
    let coded = match reply.enhanced {
        Some((4, 3, 1 | 2) | (4 | 5, 4, 5) | (4 | 5, 7, 28)) => true,
        Some((4, 7, detail)) => (500..700).contains(&detail),
        _ => false,
    };
    let text = reply.text.to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    coded
        || says(&["sending rate", "sending limit", "sending quota"])
        || (reply.code < 500
            && says(&[
                "throttl",
                "rate limit",
                "rate-limit",
                "ratelimit",
                "too many connections",
                "too many messages",
                "too many recipients",
                "too much mail",
            ]))
}

/// What a refusal of a recipient is about, where Postfix had kept it back: by
/// its default (`smtpd_delay_reject`) it says only after RCPT that it does not
/// like the client, its greeting or the sender.
pub(super) fn held_back(reply: &Reply) -> Option<Stage> {
    let text = reply.text.to_ascii_lowercase();
    [
        ("client host rejected:", Stage::Greeting),
        ("helo command rejected:", Stage::Hello),
        ("sender address rejected:", Stage::Mail),
    ]
    .into_iter()
    .find_map(|(words, stage)| text.contains(words).then_some(stage))
}
