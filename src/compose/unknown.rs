//! Filters, tests and functions that there are not, and what does the same here.

use crate::finding::closest;

/// What other languages call a filter.
const FILTERS: [(&str, &str); 34] = [
    ("upcase", "`upper`"),
    ("uppercase", "`upper`"),
    ("downcase", "`lower`"),
    ("lowercase", "`lower`"),
    ("capitalise", "`capitalize`"),
    ("ucfirst", "`capitalize`"),
    ("capfirst", "`capitalize`"),
    ("titlecase", "`title`"),
    ("size", "`length`"),
    ("count", "`length`"),
    ("len", "`length`"),
    ("strip", "`trim`"),
    ("lstrip", "`trim_start`"),
    ("rstrip", "`trim_end`"),
    ("strftime", "`date`, which writes as the letter's language does"),
    ("date_format", "`date`, which writes as the letter's language does"),
    ("format_date", "`date`, which writes as the letter's language does"),
    ("datetime", "`date` and `time`"),
    ("number_format", "`number`"),
    ("format", "`number`, `money` or `date`"),
    ("currency", "`money(currency=\"EUR\")`"),
    ("format_currency", "`money(currency=\"EUR\")`"),
    ("nl2br", "`newlines_to_br`"),
    ("linebreaks", "`newlines_to_br`"),
    ("linebreaksbr", "`newlines_to_br`"),
    ("url_encode", "`urlencode`; a link encodes its fields by itself"),
    ("urlencode_strict", "`urlencode`; a link encodes its fields by itself"),
    ("fallback", "`{{ field or \"…\" }}`"),
    ("default_if_none", "`{{ field or \"…\" }}`"),
    ("tostring", "`str`"),
    ("string", "`str`"),
    ("to_i", "`int`"),
    ("uniq", "`unique`"),
    ("slice", "`{{ field[0:3] }}`"),
];

/// What to write in place of a name that there is not.
pub(super) fn instead(what: &str, name: &str, known: &[&str]) -> String {
    match (what, name) {
        (
            "filter",
            "safe" | "escape" | "escape_html" | "escape_xml" | "e" | "raw" | "striptags",
        ) => {
            return "every value is escaped for the place where it stands; put HTML of your own into the letter or the template".to_owned();
        }
        ("test", "empty" | "blank" | "null" | "nil") => {
            return "write `not field`: a blank field is false".to_owned();
        }
        ("test", "present" | "set" | "filled" | "true") => {
            return "write the field alone, `{% if field %}`: a blank one is false".to_owned();
        }
        ("function", "now" | "date" | "today") => {
            return "a letter has no clock: write the date, or `{{ campaign.day }}` with `date` at its top".to_owned();
        }
        ("function", "if" | "iif" | "IF") => {
            return "a choice is written as `{{ \"yes\" if field else \"no\" }}`".to_owned();
        }
        _ => {}
    }
    let other = FILTERS.iter().find(|(other, _)| what == "filter" && *other == name);
    if let Some((_, here)) = other {
        return format!("write {here}");
    }
    // `{{ upper(name) }}`
    if what == "function" && super::engine::FILTERS.contains(&name) {
        return format!("it is a filter: write `{{{{ field | {name} }}}}`");
    }
    match closest(name, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there are: {}", known.join(", ")),
    }
}
