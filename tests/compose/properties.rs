//! What holds for every cell, every body and every file.

use handbill::address::{Address, Mailbox};
use handbill::campaign::Campaign;
use handbill::check::{self, Exhibit, Written, foreign_tags, switched};
use handbill::compose::{self, Letter};
use handbill::merge::{Links, Mail, Merger};
use handbill::place::{Passage, Source};
use handbill::project::Project;
use proptest::prelude::*;
use std::sync::LazyLock;

use crate::desk::{built_in, compile, compile_with, constants, merge, row};
use crate::page::seen;

/// A value in every place at once.
const EVERYWHERE: &str = "---\nsubject: For {{ x }}\npreheader: Dear {{ x }}\n---\n\
# {{ x }}

Dear **{{ x }}**, [a {{ x }}](https://x.test/{{ x }}?q={{ x }} \"t {{ x }}\") and `{{ x }}`

![{{ x }}](https://x.test/{{ x }}.png)

- {{ x }}
{% if x %}
- {{ x | upper }}
{% endif %}

| a | b |
|---|---|
| {{ x }} | {{ x ~ x }} |

> {{ x }}

{% <quote by={x}> %}
{{ x }}
{% </quote> %}

{{<button label={x} url=\"https://x.test\"/>}}

<p title=\"{{ x }}\">{{ x }}</p>
<!--[if mso]><p title='{{ x }}'>{{ x }}</p><![endif]-->
";

static LETTER: LazyLock<Letter> =
    LazyLock::new(|| compile_with(EVERYWHERE, &built_in()).unwrap_or_else(|f| panic!("{f:#?}")));

/// A letter in which everything that one row could leave to the next is looked for.
const MEMORY: &str = "---\nsubject: \"{% set c = campaign %}{% if x %}For {{ x }}{% else %}News{% endif %}\
{{ c | get(key='subject', default='') }}\"\npreheader: \"{{ y or 'All' }}{{ [campaign] | join }}\"\n---\n\
{% if preheader %}({{ preheader }}){% endif %} {{ campaign.subject }}

{% if x %}{% set z = x %}{{ z }}{% endif %}{% if y %}[leave]({{ unsubscribe_url or \"https://x.test\" }}){% endif %}

{{ y }} {{ x or y }}

{% if x %}{{<event title={x} start=\"2027-06-15 18:30 UTC\" length={90} where={y or \"here\"}/>}}{% endif %}
";

/// The same, as a condition on rows.
const REMEMBERS: &str = "x or \"subject\" in campaign or y == \"b\"";

static REMEMBERING: LazyLock<Letter> = LazyLock::new(|| {
    let campaign = Campaign::parse(&Source::new("c.md", MEMORY), "c").expect("it is right");
    let condition = Passage::whole(&Source::new("--where", REMEMBERS));
    compose::compile(
        &campaign,
        &built_in(),
        constants(),
        Some(&condition),
        &handbill::types::Types::default(),
    )
    .unwrap_or_else(|f| panic!("{f:#?}"))
});

/// Cells that come back.
fn few() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(vec!["", "a", "b", "0", "Ann"])
}

/// Pieces of which trouble is made, between any characters.
fn cell() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        3 => any::<char>().prop_map(String::from),
        3 => proptest::sample::select(vec![
            "<", ">", "\"", "'", "&", "{{", "}}", "{%", "%}", "{#", "#}", "-->", "<!--", "]]>", "</p>",
            "<b>", "javascript:", "\r\n", "\u{1}", "\u{2}", "\u{3}", "\u{4}", "\u{5}", "hbq0x000001p",
            "**", "`", "](", "| ", "\\", "&amp;", "style=", "=", " ",
        ])
        .prop_map(str::to_owned),
        1 => "[ -~]{0,12}",
    ];
    proptest::collection::vec(piece, 1..12)
        .prop_map(|pieces| pieces.concat())
        .prop_filter("a blank cell is a gap", |cell| {
            cell.contains(|c: char| c.is_alphanumeric() || c.is_ascii_graphic())
        })
}

/// Markdown, tags and raw HTML in any order; blocks of tags mostly whole.
fn body() -> impl Strategy<Value = String> {
    let block =
        (any::<bool>(), markdown(), markdown(), 0..5_usize).prop_map(|(own, a, b, kind)| {
            let line = if own { "\n" } else { "" };
            let (open, middle, end) = [
                ("{% if x %}", "", "{% endif %}"),
                ("{% if not x %}", "{% else %}", "{% endif %}"),
                ("{% for y in vars.books %}", "{{ y }}", "{% endfor %}"),
                ("{% <quote by={x}> %}", "{{ x }}", "{% </quote> %}"),
                ("{% set z %}", "", "{% endset %}"),
            ][kind];
            format!("{line}{open}{line}{a}{middle}{line}{b}{line}{end}{line}")
        });
    let piece = prop_oneof![3 => markdown(), 3 => block, 1 => trouble()];
    proptest::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

fn markdown() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => proptest::sample::select(vec![
            "\n", "\n\n", "\n- ", "\n  - ", "\n1. ", "\n> ", "\n# ", "\n    ", "\n| a | b |\n|---|---|\n| c | d |\n",
            "\n| {{ x }} |\n", "*a*", "**", "`", "\n```\n", "[a]({{ x }})", "[a](https://x.test/{{ x }})", "<{{ x }}>",
            "![a]({{ x }})", "<b>", "</b>", "<!-- a -->", "{{ x }}", "{{ x | upper }}", "{{<button label=\"a\" url={x}/>}}",
            "{{<divider/>}}", "{# c #}", "  \n", "\r\n", "<p>a</p>\n", "<table><tr><td>a</td></tr></table>\n",
        ]).prop_map(str::to_owned),
        2 => "[a-z ]{0,8}",
    ];
    proptest::collection::vec(piece, 0..5).prop_map(|pieces| pieces.concat())
}

/// Whatever breaks things.
fn trouble() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => proptest::sample::select(vec![
            "{{ x }}", "{{ x | upper }}", "{{ x or \"y\" }}", "{% if x %}", "{% else %}", "{% elif x %}",
            "{% endif %}", "{% for y in vars.books %}", "{% endfor %}", "{{ y }}", "{% set z = x %}",
            "{% set z %}", "{% endset %}", "{# c #}", "{% raw %}", "{% endraw %}", "{% <quote by={x}> %}",
            "{% </quote> %}", "{{<button label=\"a\" url={x}/>}}", "{{<divider/>}}", "{{- x -}}", "{{", "}}",
            "{%", "{#",
        ]).prop_map(str::to_owned),
        6 => proptest::sample::select(vec![
            "\n", "\n\n", "\r\n", "- ", "1. ", "> ", "# ", "## ", "    ", "\t", "| ", "|---|---|\n", "| a | b |\n",
            "*", "**", "_", "`", "```\n", "~~", "[", "](", "](https://x.test)", "]: ", "[^1]", "[^1]: ", "![", ")",
            "<", ">", "<b>", "</b>", "<table>", "<tr><td>", "</table>", "<!--", "-->", "<!--[if mso]>", "<![endif]-->",
            "<a href=\"", "\">", "<style>", "</style>", "<script>", "&#123;", "\\", "***", "---\n", "- [ ] ", "\u{1}",
            "\u{feff}", "\u{a0}", "é",
        ]).prop_map(str::to_owned),
        3 => "[a-z ]{0,8}",
        1 => any::<char>().prop_map(String::from),
    ];
    proptest::collection::vec(piece, 0..10).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_cell_never_changes_the_shape_of_a_mail(x in cell()) {
        let harmless = merge(&LETTER, &[("x", "x")]).expect("x is harmless");
        let mail = merge(&LETTER, &[("x", &x)]).expect("a cell is only data");
        let (page, shape) = (seen(&mail.html), seen(&harmless.html));
        prop_assert_eq!(&page.structure, &shape.structure);
        prop_assert_eq!(page.schemes(), shape.schemes());
        prop_assert_eq!(page.comments.len(), shape.comments.len());
        prop_assert!(!mail.subject.contains(char::is_control));
        prop_assert!(!mail.text.contains(|c: char| c.is_control() && c != '\n' && c != '\t'));
        prop_assert!(x.contains("hbq") || !mail.html.contains("hbq") && !mail.text.contains("hbq"));
    }

    #[test]
    fn a_mail_depends_on_its_row_alone(rows in proptest::collection::vec((few(), few(), any::<bool>()), 1..8)) {
        let letter = &*REMEMBERING;
        let columns = row(&[("x", ""), ("y", "")]).0;
        let mut merger = Merger::new(letter, &columns);
        for (x, y, link) in rows {
            let (_, reader) = row(&[("x", x), ("y", y)]);
            let links = Links { unsubscribe: link.then(|| "https://x.test/leave".to_owned()) };
            let mut alone = Merger::new(letter, &columns);
            prop_assert_eq!(merger.selects(&reader), alone.selects(&reader));
            let mut alone = Merger::new(letter, &columns);
            let (mail, own) = (merger.merge(&reader, &links), alone.merge(&reader, &links));
            prop_assert_eq!(&mail, &own);
            if let Ok(mail) = mail {
                prop_assert_eq!(merger.preheader(), alone.preheader());
                merger.recycle(mail);
            }
        }
    }

    #[test]
    fn any_body_compiles_or_says_where_it_is_wrong(body in body()) {
        match compile(&body) {
            Err(findings) => {
                prop_assert!(!findings.is_empty());
                for finding in findings {
                    let place = finding.place.expect("a finding has a place");
                    prop_assert_eq!(place.file, "c.md");
                    prop_assert!(place.line >= 4);
                }
            }
            Ok(letter) => {
                if let Ok(mail) = merge(&letter, &[("x", "https://x.test/")]) {
                    prop_assert!(!mail.html.contains("hbq0x0") && !mail.text.contains("hbq0x0"));
                    let is_sign = |c: char| c.is_control() && c != '\n' && c != '\t';
                    prop_assert!(!mail.text.contains(is_sign), "{:?}", mail.text);
                }
            }
        }
    }

    #[test]
    fn any_file_is_a_campaign_or_a_finding(text in "(---|\\+\\+\\+)?\n(\\PC|[:\\[\\]{}\"'&*!|>%@`#,\n -])*\n?(---)?\n?\\PC*") {
        let _ = Campaign::parse(&Source::new("c.md", text), "c");
    }

    #[test]
    fn any_text_can_be_searched_for_foreign_tags(text in body()) {
        let passage = Passage::whole(&Source::new("c.md", text));
        let _ = foreign_tags(&passage, Written::Markdown, &["name"]);
        let _ = foreign_tags(&passage, Written::Page, &[]);
    }

    #[test]
    fn any_letter_and_any_page_can_be_checked(text in body(), page in body()) {
        let file = format!("---\nsubject: x\n---\n{text}");
        let campaign = Campaign::parse(&Source::new("c.md", file), "c").expect("it begins right");
        let project = Project::bare(std::path::PathBuf::new());
        let address = Address::parse("ann@example.org").expect("an address");
        let to = Mailbox { name: None, address };
        let mail = Mail { to, subject: text.clone(), html: page, text, events: Vec::new() };
        let (template, constants) = (built_in(), constants());
        let mut exhibit = Exhibit::new(&project, &campaign, &template, &constants);
        exhibit.mail = Some((&mail, Some("x")));
        let findings = switched(check::quality(&exhibit), &project.check, &[&campaign.source]);
        let _ = (findings, check::duties(&exhibit), exhibit.web_links());
    }
}
