//! Merge tags of other tools, pasted in with the text: `*|FNAME|*`,
//! `<< First Name >>`, `[First Name]`. To us they are words, and words are
//! sent. This is the mistake that the project was born from.

use std::ops::Range;

use pulldown_cmark::{Event, Parser, Tag};

use super::field_names::{identifier, is_name, is_word};
use super::fields::suggestion;
use super::rule::{Rule, promise};
use crate::compose::html::is_element;
use crate::compose::{markdown_options, tag_ranges};
use crate::finding::Finding;
use crate::place::Passage;

/// A tag that means nothing to us.
pub(super) const FOREIGN_TAG: Rule = promise(
    "foreign-tag",
    "merge tags of other tools: `*|FNAME|*`, `<< First Name >>`, `[First Name]` …",
    "write the field as `{{ first_name }}`",
    "promise: no unresolved field leaves; each tool's own documentation",
);

/// How another tool writes its tags.
struct Style {
    open: &'static str,
    close: &'static str,
    /// Which tools write them so.
    tools: &'static str,
    /// What has to stand between: any word, or a name that lists have.
    sure: bool,
}

const STYLES: [Style; 17] = [
    Style { open: "*|", close: "|*", tools: "Mailchimp", sure: true },
    Style { open: "<<", close: ">>", tools: "Autocrat or a word processor", sure: true },
    Style {
        open: "&lt;&lt;",
        close: "&gt;&gt;",
        tools: "Autocrat or a word processor",
        sure: true,
    },
    Style { open: "«", close: "»", tools: "Microsoft Word", sure: false },
    Style { open: "%%", close: "%%", tools: "Salesforce Marketing Cloud", sure: true },
    Style { open: "%", close: "%", tools: "ActiveCampaign", sure: false },
    Style { open: "[[", close: "]]", tools: "Constant Contact or GetResponse", sure: false },
    Style { open: "[%", close: "%]", tools: "Template Toolkit", sure: true },
    Style { open: "[", close: "]", tools: "Campaign Monitor, Sendy or phpList", sure: false },
    Style { open: "<%=", close: "%>", tools: "ERB or EJS", sure: true },
    Style { open: "${", close: "}", tools: "a script", sure: false },
    Style { open: "{$", close: "}", tools: "MailerLite or Smarty", sure: true },
    Style { open: "{!", close: "}", tools: "AWeber or Salesforce", sure: true },
    Style { open: "{", close: "}", tools: "GMass or CiviCRM", sure: false },
    Style { open: "~", close: "~", tools: "Infusionsoft (Keap)", sure: false },
    Style { open: "##", close: "##", tools: "Selligent or Sarbacane", sure: false },
    Style { open: "<", close: ">", tools: "somebody who meant to replace it", sure: false },
];

/// The longest thing that is still a tag, in bytes.
const LONGEST: usize = 80;

/// Every foreign tag of a passage: `foreign-tag`. In Markdown, code and links
/// are left alone; `columns` are the list's, if there is one.
pub fn foreign_tags(passage: &Passage, is_markdown: bool, columns: &[&str]) -> Vec<Finding> {
    let text = passage.text();
    let masks = if is_markdown { Masks::of_markdown(text) } else { Masks::of_page(text) };
    let mut findings = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let Some((style, range, inner)) = tag_at(text, at, &masks, columns) else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
            continue;
        };
        let name = identifier(inner);
        let help = if is_leave(&name) {
            "write `{{ unsubscribe_url }}`, as in `[Unsubscribe]({{ unsubscribe_url }})`".to_owned()
        } else if columns.is_empty() {
            format!("write `{{{{ {name} }}}}`, with the name of the list's column")
        } else {
            let near = suggestion(&name, columns);
            match near.split('`').nth(1).filter(|_| near.starts_with("did")) {
                Some(column) => format!("write `{{{{ {column} }}}}`"),
                None => format!("write `{{{{ … }}}}` with the name of a column; {near}"),
            }
        };
        let said = FOREIGN_TAG.says(format!(
            "`{}` would be sent as it stands: it looks like a merge tag of {}",
            &text[range.clone()],
            style.tools
        ));
        findings.push(Finding { help, ..said }.at(passage.place(range.clone())));
        at = range.end;
    }
    findings
}

fn tag_at<'t>(
    text: &'t str,
    at: usize,
    masks: &Masks,
    columns: &[&str],
) -> Option<(&'static Style, Range<usize>, &'t str)> {
    let rest = text.get(at..)?;
    if masks.covered[at] {
        return None;
    }
    STYLES.iter().find_map(|style| {
        let after = rest.strip_prefix(style.open)?;
        let window = &after[..floor(after, LONGEST)];
        let length = window.find(style.close)?;
        let inner = &window[..length];
        let end = at + style.open.len() + length + style.close.len();
        let is_one = !inner.is_empty()
            && !inner.contains('\n')
            && is_whole(style, text, at, end, inner)
            && if style.sure { is_word(inner) } else { is_name(inner, columns) };
        (is_one && !masks.links[at]).then_some((style, at..end, inner.trim()))
    })
}

/// Whether what surrounds a candidate speaks against it.
fn is_whole(style: &Style, text: &str, start: usize, end: usize, inner: &str) -> bool {
    let before = text[..start].chars().next_back();
    let after = text[end..].chars().next();
    match style.open {
        // `[Name](url)`, `[Name][ref]` and `[Name]: url` are links.
        "[" | "[[" => {
            !matches!(after, Some('(' | '[' | ':')) && before != Some('!') && before != Some('\\')
        }
        "{" => !matches!(before, Some('{' | '$' | '#' | '\\' | '%')) && after != Some('}'),
        // `100% of 50%` has a space inside; `a%20b` digits before.
        "%" => {
            inner.trim() == inner
                && before != Some('%')
                && after != Some('%')
                && !before.is_some_and(|c| c.is_ascii_alphanumeric())
        }
        "~" => inner.trim() == inner && before != Some('~') && after != Some('~'),
        // A column may be called as an element is: `<title>` is no tag of another tool.
        "<" => {
            inner.chars().all(|c| c.is_ascii_alphabetic() || c == ' ' || c == '_')
                && !is_element(inner.split(' ').next().unwrap_or(""))
        }
        _ => true,
    }
}

fn is_leave(name: &str) -> bool {
    name.split('_').any(|word| word.starts_with("unsub"))
}

fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// What each byte of a text is, as far as foreign tags are concerned.
struct Masks {
    /// In code, in a comment, in one of our own tags.
    covered: Vec<bool>,
    /// Where a link, image or footnote begins: brackets mean something there.
    links: Vec<bool>,
}

impl Masks {
    fn new(length: usize) -> Self {
        Self { covered: vec![false; length], links: vec![false; length] }
    }

    fn cover(&mut self, range: Range<usize>) {
        self.covered[range].fill(true);
    }

    fn of_markdown(text: &str) -> Self {
        let mut masks = Self::new(text.len());
        // Tags are hidden from Markdown: they may hold anything.
        let mut hidden = String::with_capacity(text.len());
        for range in tag_ranges(text) {
            hidden.push_str(&text[hidden.len()..range.start]);
            hidden.push_str(&"x".repeat(range.len()));
            masks.cover(range);
        }
        hidden.push_str(&text[hidden.len()..]);
        for (event, range) in Parser::new_ext(&hidden, markdown_options()).into_offset_iter() {
            match event {
                Event::Start(Tag::CodeBlock(_)) | Event::Code(_) => masks.cover(range),
                Event::Html(html) | Event::InlineHtml(html) if html.starts_with("<!--") => {
                    masks.cover(range);
                }
                Event::Start(Tag::Link { .. } | Tag::Image { .. })
                | Event::FootnoteReference(_) => masks.links[range.start] = true,
                _ => {}
            }
        }
        masks
    }

    /// A template's page: style sheets, comments and tags are not text.
    fn of_page(text: &str) -> Self {
        let mut masks = Self::new(text.len());
        for range in tag_ranges(text) {
            masks.cover(range);
        }
        for (open, close) in [("<style", "</style>"), ("<script", "</script>"), ("<!--", "-->")] {
            let mut at = 0;
            while let Some(start) = text[at..].find(open).map(|found| at + found) {
                let end = text[start..]
                    .find(close)
                    .map_or(text.len(), |found| start + found + close.len());
                masks.cover(start..end);
                at = end;
            }
        }
        masks
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::Source;

    fn found(text: &str) -> Vec<String> {
        let passage = Passage::whole(&Source::new("c.md", text));
        foreign_tags(&passage, true, &["email", "first_name", "city"])
            .into_iter()
            .map(|finding| finding.message.split('`').nth(1).unwrap_or("").to_owned())
            .collect()
    }

    #[test]
    fn the_tags_of_other_tools_are_recognised() {
        for tag in [
            "<< Test First Name >>",
            "<<First Name>>",
            "*|FNAME|*",
            "*|LIST:ADDRESS|*",
            "[First Name]",
            "[firstname,fallback=friend]",
            "%FNAME%",
            "%FIRST_NAME%",
            "%%First Name%%",
            "{FirstName}",
            "{first_name}",
            "{contact.first_name}",
            "«First_Name»",
            "[[firstname]]",
            "<%= name %>",
            "{$name}",
            "{!firstname}",
            "${firstName}",
            "~Contact.FirstName~",
            "<First Name>",
            "[city]",
            "[unsubscribe]",
            "&lt;&lt;First Name&gt;&gt;",
            "[Your Name]",
            "%recipient.name%",
        ] {
            assert_eq!(found(&format!("Dear {tag}, hello")), [tag], "{tag}");
        }
        assert_eq!(found("[Give](https://example.org/?e=*|EMAIL|*)"), ["*|EMAIL|*"]);
    }

    #[test]
    fn a_column_may_be_called_as_an_element_is() {
        let page = "<html><head><title>x</title></head><body><tr><td>a</td></tr></body></html>";
        for text in ["<p>a</p>\n\n<table><tr><td>b</td></tr></table>", page] {
            let passage = Passage::whole(&Source::new("c.md", text));
            let columns = ["title", "body", "head", "tr", "td", "p"];
            assert!(foreign_tags(&passage, true, &columns).is_empty(), "{text}");
            assert!(foreign_tags(&passage, false, &columns).is_empty(), "{text}");
        }
    }

    #[test]
    fn ordinary_writing_raises_no_alarm() {
        for text in [
            "It costs $20 [1] or 100% of 50% (about {x}).[^1]\n\n[^1]: Name of the source\n",
            "`<< First Name >>` and `*|FNAME|*`\n\n    [First Name]\n\n```\n%FNAME% {FirstName}\n```\n",
            "[links] and [Name](https://example.org) and [name][ref]\n\n[ref]: https://example.org\n",
            "[video] [City walk](https://example.org/%C3%A9?a=%20b%20)\n\n- [ ] name\n- [x] email\n",
            "a << b, 1 << 2 >> 3, `x`, {{ first_name }}, {% if city %}[…]{% endif %} «Bonjour» ~~old name~~",
            "[email]\n\n[email]: mailto:ann@example.org",
            "<a href=\"https://example.org\" title=\"name\">name</a> <!-- [First Name] --> <em>name</em>",
        ] {
            assert_eq!(found(text), Vec::<String>::new(), "{text}");
        }
    }
}
