//! Notices of Amazon SES: JSON, alone or wrapped by Amazon SNS.

use serde_json::Value;

use super::parts::Parts;
use super::reply::{Said, enhanced_in};
use super::{Entry, Verdict, verdict};

/// What a notice says, if the mail is one.
pub(super) fn entries(parts: &mut Parts) -> Option<Vec<Entry>> {
    let text =
        parts.texts.iter().map(|text| text.trim_start()).find(|text| text.starts_with('{'))?;
    // A line may have become too long for somebody on the way, who broke it.
    let text = text.replace("!\r\n ", "").replace("!\n ", "").replace(['\r', '\n'], "");
    // Behind it may stand how to leave the topic.
    let outer = serde_json::Deserializer::from_str(&text).into_iter::<Value>().next()?.ok()?;
    let inner: Option<Value> = outer
        .get("Message")
        .and_then(Value::as_str)
        .and_then(|text| serde_json::from_str(text).ok());
    let notice = inner.as_ref().unwrap_or(&outer);
    // SES gives a mail an id of its own; this is the one that it came with.
    if let Some(id) = notice["mail"]["commonHeaders"]["messageId"].as_str() {
        parts.id(id);
    }
    // Where it was to come back to.
    if let Some(source) = notice["mail"]["source"].as_str() {
        parts.addressed(source);
    }
    let kind = notice.get("notificationType").or_else(|| notice.get("eventType"))?.as_str()?;
    let address = |value: &Value| value.get("emailAddress")?.as_str().map(str::to_owned);
    let people = |key: &str, list: &str| {
        notice.get(key).and_then(|value| value.get(list)).and_then(Value::as_array)
    };
    Some(match kind {
        "Complaint" => people("complaint", "complainedRecipients")?
            .iter()
            .map(|person| Entry {
                verdict: Verdict::Complaint,
                recipient: address(person),
                aliases: Vec::new(),
                said: Said::default(),
            })
            .collect(),
        "Bounce" => {
            let is_permanent = notice["bounce"]["bounceType"].as_str() == Some("Permanent");
            people("bounce", "bouncedRecipients")?
                .iter()
                .map(|person| {
                    let text = |key: &str| person.get(key).and_then(Value::as_str).unwrap_or("");
                    let mut said = Said::read(text("diagnosticCode"));
                    said.enhanced = enhanced_in(text("status")).or(said.enhanced);
                    let otherwise = if is_permanent { Verdict::Hard } else { Verdict::Soft };
                    let verdict = verdict::of(&said).unwrap_or(otherwise);
                    Entry { verdict, recipient: address(person), aliases: Vec::new(), said }
                })
                .collect()
        }
        _ => Vec::new(),
    })
}
