//! What stands in `{{ … }}` and belongs into `{% … %}`: conditions and loops as other languages
//! write them.

use super::slips::{Slip, one_line};
use super::tags::Tag;

/// Words that open a block, and those that divide or end one, as they stand in braces.
const OPENING: [&str; 6] = ["if", "for", "unless", "each", "foreach", "set"];
const CLOSING: [&str; 9] =
    ["else", "elif", "elseif", "elsif", "endif", "endfor", "endunless", "endeach", "end"];

/// `{{ if town }}`, `{{#if town}}`.
pub(super) struct InBraces {
    /// Whether it opens a block.
    pub(super) opens: bool,
    /// What to write.
    instead: String,
}

/// What an expression's tag would be as a block.
pub(super) fn in_braces(inner: &str) -> Option<InBraces> {
    let inner = inner.trim().trim_end_matches(':').trim_end();
    let (sign, rest) = match inner.chars().next()? {
        c @ ('#' | '/' | '^') => (Some(c), inner[1..].trim_start()),
        _ => (None, inner),
    };
    let (word, rest) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let rest = rest.trim();
    // `{{ if or "x" }}` would be a field of that name; `{{ end }}` is one.
    let is_operand = !["or", "|", ".", "~", "=="].iter().any(|sign| rest.starts_with(sign));
    let opens = OPENING.contains(&word) && !rest.is_empty() && is_operand;
    let instead = match (sign, word) {
        (Some('^'), "") => "{% else %}".to_owned(),
        (_, "else" | "elif" | "elseif" | "elsif") if rest.is_empty() => "{% else %}".to_owned(),
        (_, "elif" | "elseif" | "elsif") => format!("{{% elif {rest} %}}"),
        (_, "else") => {
            let condition = rest.strip_prefix("if ")?;
            format!("{{% elif {} %}}", condition.trim())
        }
        (Some('/'), "if" | "unless") | (_, "endif" | "endunless") => "{% endif %}".to_owned(),
        (Some('/'), "each" | "for") | (_, "endfor" | "endeach") => "{% endfor %}".to_owned(),
        (_, "end") if rest == "if" || rest == "for" => format!("{{% end{rest} %}}"),
        (_, "if") if opens => format!("{{% if {rest} %}}"),
        (_, "unless") if opens => format!("{{% if not {rest} %}}"),
        (_, "for") if opens && rest.contains(" in ") => format!("{{% for {rest} %}}"),
        (_, "each" | "foreach") if opens => format!("{{% for item in {rest} %}}"),
        (_, "set") if opens && rest.contains('=') => format!("{{% set {rest} %}}"),
        _ => return None,
    };
    let opens = !CLOSING.contains(&word) && sign != Some('/') && sign != Some('^');
    Some(InBraces { opens, instead })
}

impl InBraces {
    /// The slip, of a tag.
    pub(super) fn slip(self, text: &str, tag: &Tag) -> Slip {
        let shown = one_line(&text[tag.range.clone()]);
        let end = match () {
            () if !self.opens => "",
            () if self.instead.starts_with("{% for") => ", and `{% endfor %}` where it ends",
            () if self.instead.starts_with("{% if") => ", and `{% endif %}` where it ends",
            () => "",
        };
        Slip {
            range: tag.range.clone(),
            message: format!(
                "`{shown}` shows nothing: what chooses or repeats stands in `{{% … %}}`"
            ),
            help: format!("write `{}`{end}", self.instead),
        }
    }
}
