//! Markup that did not become markup: readers would see asterisks, brackets and half an HTML
//! tag. Looked for in the text that Markdown leaves, so that code, links and what was escaped
//! are none of it.

mod line;
mod links;
mod markup;

use std::ops::Range;

use pulldown_cmark::{Event, Tag, TagEnd};

use self::line::Line;
use super::exhibit::Exhibit;
use super::rule::{Rule, warning};
use crate::compose::Reading;
use crate::finding::Finding;

/// Asterisks, hashes, braces and angle brackets that readers see.
pub(super) const LEFTOVER_MARKUP: Rule = warning(
    "leftover-markup",
    "signs of Markdown or HTML that did not become markup: `** bold **`, `#Heading`, `{width=200}`, `<a href=\"x>`",
    "correct the markup; to show the signs themselves, put a backslash before them",
    "CommonMark 0.31 §6.2 (emphasis), §4.2 (headings), §6.6 (raw HTML): what is not quite markup is text",
);
/// A link that is none.
pub(super) const LEFTOVER_LINK: Rule = warning(
    "leftover-link",
    "links and images of which readers see the brackets: `[Give] (https://…)`, `[Give](my page)`, `[Give][missing]`",
    "write `[text](https://…)`, without a space between `]` and `(` or in the address (a space is `%20`)",
    "CommonMark 0.31 §6.3 (links): a target has no space, and a name must be defined",
);
/// A table that is none.
pub(super) const LEFTOVER_TABLE: Rule = warning(
    "leftover-table",
    "rows between `|` that are no table",
    "put a row of dashes below the first one, with as many cells: `|---|---|`; a `|` in a cell is `\\|`",
    "GitHub Flavored Markdown §4.10 (tables): the row of dashes makes the table",
);
/// A line that became a heading.
pub(super) const UNDERLINED_HEADING: Rule = warning(
    "underlined-heading",
    "lines that become a heading because `--` or `---` stands right below them",
    "leave an empty line between them; a heading is best written `## Heading`",
    "CommonMark 0.31 §4.3 (setext headings); `-- ` above a signature is a habit of mail programs (RFC 3676 §4.3)",
);

/// All that is left over.
pub(super) fn leftover(exhibit: &Exhibit<'_>) -> Vec<Finding> {
    let reading = Reading::of(&exhibit.campaign.body);
    of_reading(&reading)
}

fn of_reading(reading: &Reading<'_>) -> Vec<Finding> {
    let mut lines = Vec::new();
    let mut findings = Vec::new();
    let mut line = Line::default();
    let mut is_verbatim = false;
    for (event, range) in reading.events() {
        match &event {
            Event::Text(text) if !is_verbatim => line.text(text, range, reading.text()),
            Event::SoftBreak | Event::HardBreak => line.end_of_line(range.start),
            Event::Code(_)
            | Event::FootnoteReference(_)
            | Event::Start(Tag::Link { .. } | Tag::Image { .. })
            | Event::End(TagEnd::Link | TagEnd::Image) => line.hidden(range.start),
            Event::Start(Tag::Emphasis | Tag::Strong) if line.text.ends_with('*') => {
                let star = range.start - 1..range.start;
                let message = "`*` is left as it is: as many signs end emphasis as begin it";
                findings.push(LEFTOVER_MARKUP.says(message).at(reading.place(&star)));
            }
            Event::InlineHtml(_)
            | Event::TaskListMarker(_)
            | Event::Start(Tag::Emphasis | Tag::Strong | Tag::Strikethrough)
            | Event::End(TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough) => {}
            _ => {
                is_verbatim = match event {
                    Event::Start(Tag::CodeBlock(_) | Tag::HtmlBlock) => true,
                    Event::End(TagEnd::CodeBlock | TagEnd::HtmlBlock) => false,
                    _ => is_verbatim,
                };
                if let Event::Start(Tag::HtmlBlock) = event {
                    let left = markup::in_html(&reading.text()[range.clone()]);
                    findings.extend(left.map(|left| {
                        let range = range.start + left.range.start..range.start + left.range.end;
                        left.rule.says(left.message).at(reading.place(&range))
                    }));
                }
                if let Event::Start(Tag::Heading { .. }) = event {
                    findings.extend(underlined(reading, &range));
                }
                let next = Line::beginning(matches!(event, Event::Start(Tag::Paragraph)));
                lines.push(std::mem::replace(&mut line, next));
            }
        }
    }
    lines.push(line);
    let has_notes = lines.iter().any(Line::ends_with_stars);
    for line in lines.iter().filter(|line| !line.is_empty()) {
        findings.extend(line.said(reading, &markup::markup(line, has_notes)));
        findings.extend(line.said(reading, &links::links(line)));
    }
    findings
}

/// A heading that somebody may not have meant: an underline of one or two signs, or below
/// several lines.
fn underlined(reading: &Reading<'_>, range: &Range<usize>) -> Option<Finding> {
    let written = reading.text()[range.clone()].trim_end();
    let (text, underline) = written.rsplit_once('\n')?;
    let underline = underline.trim_start_matches([' ', '>']).trim_end();
    let is_rule =
        underline.bytes().all(|byte| byte == b'-') || underline.bytes().all(|byte| byte == b'=');
    let is_long = text.contains('\n');
    if !is_rule || (underline.len() > 2 && !is_long) {
        return None;
    }
    let start = range.start + written.len() - underline.len();
    let what =
        if is_long { "one heading of the lines above it" } else { "the line above it a heading" };
    let message = format!("`{underline}` makes {what}");
    Some(UNDERLINED_HEADING.says(message).at(reading.place(&(start..start + underline.len()))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::{Passage, Source};

    fn said(text: &str) -> Vec<String> {
        let passage = Passage::whole(&Source::new("c.md", text));
        let findings = of_reading(&Reading::of(&passage));
        let shown = |finding: &Finding| {
            let place = finding.place.as_ref().map(ToString::to_string).unwrap_or_default();
            format!("{} {}", finding.code, place.trim_start_matches("c.md:"))
        };
        findings.iter().map(shown).collect()
    }

    #[test]
    fn what_is_left_over_is_said_at_its_place() {
        for (text, wanted) in [
            ("a ** bold ** b", "leftover-markup 1:3"),
            ("**bold **text", "leftover-markup 1:1"),
            ("**\u{201e}Fest\u{201c}**s", "leftover-markup 1:1"),
            ("x **bold", "leftover-markup 1:3"),
            ("{{ name }} ** bold **", "leftover-markup 1:12"),
            ("~~ no ~~", "leftover-markup 1:1"),
            ("**Important*: x", "leftover-markup 1:1"),
            ("##Heading", "leftover-markup 1:1"),
            ("#Heading", "leftover-markup 1:1"),
            ("#The path is open", "leftover-markup 1:1"),
            ("![a](https://a.test/b.png){width=200}", "leftover-markup 1:27"),
            ("text {.lead}", "leftover-markup 1:6"),
            ("an <a href=\"https://a.test/x>here</a>", "leftover-markup 1:4"),
            ("[Give] (https://a.test)", "leftover-link 1:1"),
            ("[Give] (www.a.test)", "leftover-link 1:1"),
            ("[x](https://a.test/a b)", "leftover-link 1:1"),
            ("a [Call](tel:01234 567 890)", "leftover-link 1:3"),
            ("![Logo](my logo.png)", "leftover-link 1:1"),
            ("[x][missing]", "leftover-link 1:1"),
            ("(Page)[https://a.test]", "leftover-link 1:1"),
            ("[x](https://a.test", "leftover-link 1:1"),
            ("a[^note]", "leftover-link 1:2"),
            ("| a | b |\n| 1 | 2 |", "leftover-table 1:1"),
            ("| a | b | c |\n|---|---|\n| 1 | 2 |", "leftover-table 1:1"),
            ("Ann\n-- \nThe Path", "underlined-heading 2:1"),
            ("One line\nand one more\n---", "underlined-heading 3:1"),
            ("<center>*no* emphasis</center>", "leftover-markup 1:9"),
            ("<div>\nsome **bold**\n</div>", "leftover-markup 2:6"),
            ("<td>[Give](https://a.test)</td>", "leftover-markup 1:5"),
        ] {
            assert_eq!(said(text), [wanted], "{text}");
        }
    }

    #[test]
    fn ordinary_prose_raises_no_alarm() {
        for text in [
            "2 * 3 * 4 and 2 ** 3 ** 4, snake_case __init__, f**k",
            "#1 in the charts, #spring and #path",
            "#spring is here, come!",
            "as he said [sic] (and he knows) [1] (see below) [2][3]",
            "matrix[i][j], {{ name }}, { a }, {yes}",
            "`** a **` `[a] (https://a.test)` `<a href=\"x>`",
            "```\n** a **\n#Heading\n| a | b |\n| c | d |\n```",
            "\\** a \\** \\[a](b c) \\#Heading",
            "5 < 6 and 7 > 3, a <b and c> d, I <3 you",
            "Home | About | Contact\nNews | Give | Leave",
            "Price 5 \u{a3}**\n\n** with tax",
            "Hello\n\n---\n\nBye",
            "Title\n=====\n\nPart\n----",
            "a {% if x %}**b**{% endif %} [c](https://a.test) https://a.test/a_(b)",
            "{% for x in vars.y %}\n| a | b |\n{% endfor %}",
            "| a | b |\n|---|---|\n{% for x in vars.y %}\n| {{ x }} | b |\n{% endfor %}",
            "- [ ] to do\n- [x] done",
            "Note: * one * and ** two",
            "<p>\n2 * 3 * 4 <b>5*</b> [1]\n</p>",
            "<style>\na > *{color: red} /* **x** */\n</style>",
            "<p title=\"*a*\">x</p>",
        ] {
            assert!(said(text).is_empty(), "{text}: {:?}", said(text));
        }
    }
}
