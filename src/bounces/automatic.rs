//! Whether a machine answers for a reader (RFC 3834): holidays, tickets,
//! confirmations.

use super::parts::Parts;

/// How subjects of automatic replies begin, as mail programs write them.
const SUBJECTS: &[&str] = &[
    "auto:",
    "auto re:",
    "auto reply",
    "auto-reply",
    "autoreply",
    "autorespon",
    "auto response",
    "auto-response",
    "automatic reply",
    "automatic response",
    "automated reply",
    "automated response",
    "out of office",
    "out-of-office",
    "out of the office",
    "on vacation",
    "vacation:",
    "vacation reply",
    "vacation response",
    "away from",
    "i am away",
    "absence",
    "abwesenheit",
    "abwesend",
    "automatische antwort",
    "automatisch antwoord",
    "automatisk svar",
    "autosvar",
    "afwezig",
    "réponse automatique",
    "reponse automatique",
    "absent du bureau",
    "message d'absence",
    "respuesta automática",
    "respuesta automatica",
    "fuera de la oficina",
    "resposta automática",
    "fora do escritório",
    "risposta automatica",
    "fuori ufficio",
    "automatyczna odpowiedź",
    "автоответ",
    "автоматический ответ",
    "自動応答",
    "自動返信",
    "不在",
];

/// Whether a mail is an automatic reply.
pub(super) fn is_reply(parts: &Parts) -> bool {
    let value = |name| parts.header(name).map(|value| value.trim().to_lowercase());
    // `auto-generated` is also what a calendar or a shop writes: no reply to us.
    let submitted = value("Auto-Submitted").is_some_and(|value| value.starts_with("auto-replied"));
    let named = ["X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Auto-Reply"]
        .into_iter()
        .any(|name| value(name).is_some_and(|value| value != "no"))
        || parts.header("X-Auto-Reply-From").is_some()
        || parts.header("X-Mail-Autoreply").is_some();
    let precedence = ["Precedence", "X-Precedence"]
        .into_iter()
        .filter_map(value)
        .any(|value| matches!(value.as_str(), "auto_reply" | "auto-reply" | "autoreply"));
    let subject = parts.subject.to_lowercase();
    let mut subject = subject.trim();
    for before in ["re:", "aw:", "sv:"] {
        subject = subject.strip_prefix(before).unwrap_or(subject).trim_start();
    }
    submitted
        || named
        || precedence
        || SUBJECTS.iter().any(|beginning| subject.starts_with(beginning))
}
