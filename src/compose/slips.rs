//! Slips inside of tags, each with its cure: signs and words of other languages, quotes of a
//! word processor, conditions in the braces of fields. What nobody knows better is told as
//! the parser saw it.

use std::ops::Range;

use super::signatures;
use super::syntax::SyntaxError;
use super::tags::{Kind, Tag};

/// A slip, and what to do about it.
pub(super) struct Slip {
    pub(super) range: Range<usize>,
    pub(super) message: String,
    pub(super) help: String,
}

/// What somebody meant who made a slip that is known.
pub(super) fn known(text: &str, tag: &Tag, slip: &SyntaxError) -> Option<Slip> {
    let it = Around { text, tag, at: slip.range.start };
    let told =
        |help: String| Slip { range: slip.range.clone(), message: slip.message.clone(), help };
    it.typography()
        .or_else(|| it.operator().map(told))
        .or_else(|| it.argument().map(told))
        .or_else(|| it.word().map(told))
}

/// A slip that nobody knows better.
pub(super) fn unknown(slip: &SyntaxError) -> Slip {
    Slip {
        range: slip.range.clone(),
        message: slip.message.clone(),
        help: "tags are `{{ field }}`, `{{ field or \"…\" }}`, `{% if field %}` … `{% endif %}`; between `{% raw %}` and `{% endraw %}` stands what is none".to_owned(),
    }
}

/// How to close a tag, by what stands behind its beginning.
pub(super) fn unclosed(open: &str, behind: &str, wants: &str) -> String {
    let close = format!("close it with `{wants}`");
    if !matches!(wants, "}}" | "%}") {
        return close;
    }
    let line = behind.split('\n').next().unwrap_or("");
    let other = if wants == "}}" { "%}" } else { "}}" };
    match (line.find(wants), line.find(other)) {
        (Some(at), _) if line[..at].contains("\\\"") || line[..at].contains("\\'") => {
            "quotes inside a tag take no backslash: write `{{ name or \"friend\" }}`".to_owned()
        }
        (Some(at), _) if line[..at].contains(['"', '\'', '`']) => {
            format!("a quote in it is never closed, so that `{wants}` is a part of its text")
        }
        (None, Some(at)) if !line[..at].contains('{') => format!("{close}, not with `{other}`"),
        (None, _) if line.contains('}') => format!("{close}: there is only `}}`"),
        _ if line.trim_start().starts_with(|c: char| c.is_alphabetic()) => close,
        _ => format!(
            "{close}; if you mean the characters themselves, write `{{% raw %}}{open}{{% endraw %}}`"
        ),
    }
}

/// A place in a tag, with what stands before and behind it.
struct Around<'t> {
    text: &'t str,
    tag: &'t Tag,
    at: usize,
}

const QUOTES: &str = "“”„‟«»″＂‘’‚‛′";

impl Around<'_> {
    fn inner(&self) -> &str {
        &self.text[self.tag.inner.clone()]
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..self.tag.inner.end).unwrap_or("")
    }

    fn before(&self) -> &str {
        self.text[self.tag.inner.start..self.at.max(self.tag.inner.start)].trim()
    }

    /// The tag with something else in it.
    fn written(&self, inner: &str) -> String {
        let inner = one_line(inner);
        match self.tag.kind {
            // A condition of the settings has no braces.
            _ if self.tag.range == self.tag.inner => inner,
            Kind::Block => format!("{{% {inner} %}}"),
            _ => format!("{{{{ {inner} }}}}"),
        }
    }

    /// The tag with a sign replaced where it is no part of a string.
    fn replaced(&self, from: &str, to: &str) -> String {
        let mut out = String::new();
        let mut quote = None;
        let mut rest = self.inner();
        while let Some(c) = rest.chars().next() {
            if quote.is_none() && rest.starts_with(from) {
                out.push_str(to);
                rest = &rest[from.len()..];
                continue;
            }
            match quote {
                Some(open) if open == c => quote = None,
                None if matches!(c, '"' | '\'' | '`') => quote = Some(c),
                _ => {}
            }
            out.push(c);
            rest = &rest[c.len_utf8()..];
        }
        self.written(&out)
    }

    /// What a word processor or a web page made of what was typed.
    fn typography(&self) -> Option<Slip> {
        let c = self.rest().chars().next()?;
        let slip = |length: usize, message: String, help: String| {
            Some(Slip { range: self.at..self.at + length, message, help })
        };
        if QUOTES.contains(c) {
            let straight: String = self
                .inner()
                .chars()
                .map(|c| match c {
                    '‘' | '’' | '‚' | '‛' | '′' => '\'',
                    c if QUOTES.contains(c) => '"',
                    c => c,
                })
                .collect();
            let end = self.rest().char_indices().skip(1).find(|(_, c)| QUOTES.contains(*c));
            let length = end.map_or(c.len_utf8(), |(at, c)| at + c.len_utf8());
            let message = format!("`{c}` is no quote in a tag: those are straight");
            return slip(length, message, format!("write `{}`", self.written(&straight)));
        }
        if (c.is_whitespace() || is_unseen(c)) && !c.is_ascii() {
            let name = match c {
                '\u{a0}' | '\u{202f}' => "a no-break space".to_owned(),
                c if c.is_whitespace() => {
                    format!("a space that is none to a tag (U+{:04X})", c as u32)
                }
                c => format!("a character that nobody sees (U+{:04X})", c as u32),
            };
            let clean: String = self
                .inner()
                .chars()
                .filter(|c| !is_unseen(*c))
                .map(|c| if c.is_whitespace() { ' ' } else { c })
                .collect();
            let message = format!("{name} stands in the tag");
            return slip(
                c.len_utf8(),
                message,
                format!("type it anew: `{}`", self.written(&clean)),
            );
        }
        let entity = self.rest().find(';').filter(|end| {
            let name = &self.rest()[..*end];
            (2..=8).contains(&name.len())
                && name[1..].chars().all(|c| c.is_ascii_alphanumeric() || c == '#')
        });
        if let (true, Some(end)) = (self.rest().starts_with('&'), entity) {
            let name = &self.rest()[..=end];
            let decoded = html_escape::decode_html_entities(self.inner());
            let decoded = decoded.replace('\u{a0}', " ").replace("&&", "and");
            let message = format!("`{name}` means nothing inside a tag");
            return slip(
                end + 1,
                message,
                format!("write the sign itself: `{}`", self.written(&decoded)),
            );
        }
        None
    }

    /// A sign of another language.
    fn operator(&self) -> Option<String> {
        let (before, rest) = (self.before(), self.rest());
        let instead = |from: &str, to: &str| Some(format!("write `{}`", self.replaced(from, to)));
        let is_set = self.tag.kind == Kind::Block && self.inner().trim_start().starts_with("set");
        match rest.chars().next()? {
            '&' if rest.starts_with("&&") => instead("&&", "and"),
            '&' => instead("&", "and"),
            '|' if before.ends_with('|') => instead("||", "or"),
            '=' if rest.starts_with("==") && is_set => instead("==", "="),
            '=' if before.ends_with("!=") => instead("!==", "!="),
            '=' if before.ends_with("==") => instead("===", "=="),
            '=' if rest.starts_with("=>") || rest.starts_with("=<") => {
                instead(&rest[..2], if rest.starts_with("=>") { ">=" } else { "<=" })
            }
            '=' if !rest.starts_with("==") => {
                let help = format!("`==` compares: write `{}`", self.replaced("=", "=="));
                Some(help)
            }
            '>' if before.ends_with('<') => instead("<>", "!="),
            '>' if before.ends_with('=') => instead("=>", ">="),
            '<' if before.ends_with('=') => instead("=<", "<="),
            '!' => instead("!", "not "),
            '?' if rest.starts_with("??") => instead("??", "or"),
            '?' => Some("a choice is written as `{{ \"yes\" if field else \"no\" }}`".to_owned()),
            '$' | '@' => instead(&rest[..1], ""),
            ';' => instead(";", ""),
            '\\' => Some(format!(
                "quotes inside a tag take no backslash: `{}`",
                self.written(&self.inner().replace('\\', ""))
            )),
            '%' | '}' | '{' if before.is_empty() => None,
            '{' => Some(format!(
                "a field stands in a tag as its name: `{}`",
                self.written(&self.inner().replace(['{', '}'], " "))
            )),
            '–' | '—' | '−' => instead(&rest[..rest.chars().next()?.len_utf8()], "-"),
            '…' => Some("take it out: a tag is written in full".to_owned()),
            _ => None,
        }
    }

    /// An argument without its name: `default("friend")`, `default: "friend"`, `upper(name)`.
    fn argument(&self) -> Option<String> {
        let (before, rest) = (self.before(), self.rest());
        let (called, value) = if let Some(called) = before.strip_suffix('(') {
            (called, rest.to_owned())
        } else if let Some(value) = rest.strip_prefix(':') {
            (before, value.trim_start().to_owned())
        } else if rest.starts_with([')', ',']) {
            let (called, given) = before.rsplit_once('(').filter(|(_, given)| is_name(given))?;
            (called, format!("{given}{rest}"))
        } else {
            return None;
        };
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let start = called.rfind(|c: char| !is_word(c)).map_or(0, |at| at + 1);
        let (operand, name) = (called[..start].trim_end(), &called[start..]);
        let what = match operand.chars().last() {
            Some('|') => "filter",
            _ if operand.ends_with("is") || operand.ends_with("not") => "test",
            _ => "function",
        };
        let end = end_of_value(&value);
        let given = value[..end].trim();
        let is_filter = what == "function" && super::engine::FILTERS.contains(&name);
        if is_filter && !given.is_empty() && !rest.starts_with(':') {
            let call = format!("{given} | {name}");
            return Some(format!("it is a filter: write `{}`", self.written(&call)));
        }
        let argument = signatures::of(what, name)?.first().filter(|_| !given.is_empty())?;
        let behind = &value[end..];
        let behind = if rest.starts_with(':') { behind } else { behind.strip_prefix(')')? };
        let inner = format!("{called}({argument}={given}){behind}");
        Some(format!("arguments have names: write `{}`", self.written(&inner)))
    }

    /// A word of another language, or one too many.
    fn word(&self) -> Option<String> {
        let (before, rest) = (self.before(), self.rest());
        let word: &str =
            &rest[..rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len())];
        let behind = rest[word.len()..].trim();
        if self.tag.kind == Kind::Block && before.is_empty() {
            return tag_word(word, behind);
        }
        let written = |inner: String| Some(format!("write `{}`", self.written(&inner)));
        match word {
            "if" if self.inner().trim_start().starts_with("else") => {
                return written(format!("elif {behind}"));
            }
            "eq" | "equals" => return written(format!("{before} == {behind}")),
            "ne" | "neq" => return written(format!("{before} != {behind}")),
            "gt" => return written(format!("{before} > {behind}")),
            "lt" => return written(format!("{before} < {behind}")),
            "ge" | "gte" => return written(format!("{before} >= {behind}")),
            "le" | "lte" => return written(format!("{before} <= {behind}")),
            "contains" | "includes" => {
                let start = before.rfind(char::is_whitespace).map_or(0, |at| at + 1);
                let (head, haystack) = before.split_at(start);
                return written(format!("{head}{behind} in {haystack}"));
            }
            "then" | "do" if behind.is_empty() => return written(before.to_owned()),
            _ => {}
        }
        let is_text =
            rest.starts_with(['"', '\'']) || rest.starts_with(|c: char| c.is_ascii_digit());
        if is_text && let Some(head) = before.strip_suffix(" is not") {
            return written(format!("{head} != {rest}"));
        }
        if is_text && let Some(head) = before.strip_suffix(" is") {
            return written(format!("{head} == {rest}"));
        }
        let is_print = self.tag.kind == Kind::Expression;
        if is_text && is_print && is_name(before) {
            return written(format!("{before} or {rest}"));
        }
        if let Some((head, last)) = before.rsplit_once(" or ").filter(|_| !word.is_empty()) {
            // `{{ name or dear friend }}`
            let is_words = is_name(last.trim())
                && rest.trim().chars().all(|c| c.is_alphanumeric() || c == ' ');
            return is_words.then(|| {
                format!(
                    "words stand in quotes: `{}`",
                    self.written(&format!("{head} or \"{last} {}\"", rest.trim()))
                )
            });
        }
        if rest.trim().is_empty() && (before == "or" || before.ends_with(" or")) {
            return written(format!("{before} \"…\""));
        }
        None
    }
}

/// What to write in place of a tag that there is not.
fn tag_word(word: &str, behind: &str) -> Option<String> {
    let write = |tag: String| Some(format!("write `{tag}`"));
    match word {
        "elseif" | "elsif" | "elsif:" => write(format!("{{% elif {behind} %}}")),
        "foreach" | "each" => write(format!(
            "{{% for {} %}}",
            if behind.contains(" in ") { behind.to_owned() } else { format!("item in {behind}") }
        )),
        "unless" => write(format!("{{% if not {behind} %}}")),
        "endunless" | "fi" => write("{% endif %}".to_owned()),
        "end" => match behind {
            "for" => write("{% endfor %}".to_owned()),
            _ => write("{% endif %}".to_owned()),
        },
        "endforeach" | "endeach" => write("{% endfor %}".to_owned()),
        "assign" | "let" | "var" | "capture" => write(format!("{{% set {behind} %}}")),
        "endcapture" => write("{% endset %}".to_owned()),
        "case" | "switch" | "when" => write("{% if field == \"…\" %} … {% elif field == \"…\" %} … {% endif %}".to_owned()),
        "print" | "echo" | "output" => write(format!("{{{{ {behind} }}}}")),
        "comment" => Some("a comment stands in `{# … #}`".to_owned()),
        "verbatim" | "literal" | "nowiki" => write("{% raw %} … {% endraw %}".to_owned()),
        "while" => Some("walk through a list: `{% for item in vars.items %}`".to_owned()),
        "macro" | "import" | "from" | "call" => Some(
            "a piece of letter that repeats is a component: two files in `templates/NAME/components`, called as `{{<name argument=\"…\"/>}}`".to_owned(),
        ),
        _ => {
            let near = crate::finding::closest(word, TAGS)?;
            let rest = if behind.is_empty() { String::new() } else { format!("{behind} ") };
            Some(format!("did you mean `{{% {near} {rest}%}}`?"))
        }
    }
}

/// The tags of a letter.
const TAGS: [&str; 9] = ["if", "elif", "else", "endif", "for", "endfor", "set", "endset", "raw"];

/// Where a value ends in what follows it: at a comma, a bar or a bracket outside of strings.
fn end_of_value(value: &str) -> usize {
    let mut quote = None;
    let mut depth = 0;
    for (at, c) in value.char_indices() {
        match (quote, c) {
            (Some(open), c) => quote = (open != c).then_some(open),
            (None, '"' | '\'' | '`') => quote = Some(c),
            (None, '(' | '[') => depth += 1,
            (None, ')' | ']') if depth > 0 => depth -= 1,
            (None, ')' | ',' | '|') if depth == 0 => return at,
            _ => {}
        }
    }
    value.len()
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.')
}

fn is_unseen(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}

pub(super) fn one_line(text: &str) -> String {
    text.split([' ', '\t', '\n', '\r'])
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}
