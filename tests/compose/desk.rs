//! The desk at which the stories happen: a campaign's text in, mails out.

use handbill::address::{Address, Mailbox};
use handbill::campaign::Campaign;
use handbill::compose::{self, Letter};
use handbill::finding::Checked;
use handbill::list::{Column, Subscriber, Unit};
use handbill::merge::{Gap, Links, Mail, Merger};
use handbill::place::Source;
use handbill::template::{self, Component, Template};
use tera::{Context, Value};

/// A row: two cells of it are blank.
pub(crate) const ROW: [(&str, &str); 7] = [
    ("name", "Ann"),
    ("city", "Leeds"),
    ("url", "https://x.test/?a=1&b=2"),
    ("odd", "a & b"),
    ("yes", "1"),
    ("no", ""),
    ("blank", ""),
];

/// The campaign that a body belongs to; the body begins at line 4.
pub(crate) fn campaign(body: &str) -> String {
    format!("---\nsubject: News\n---\n{body}")
}

/// A template whose page is nothing but the letter.
pub(crate) fn bare() -> Template {
    framed("<html><head></head><body>{{ content }}</body></html>")
}

/// A template with this page, and the built-in components.
pub(crate) fn framed(page: &str) -> Template {
    Template {
        page: Source::new("templates/own/page.html", page),
        text_page: Source::new("templates/own/page.txt", "{{ content }}\n"),
        ..built_in()
    }
}

/// The template that a campaign gets when nothing names another.
pub(crate) fn built_in() -> Template {
    Template::built_in("letter").expect("it is built in")
}

/// A bare template with one more component.
pub(crate) fn with_component(html: &str, text: &str) -> Template {
    let mut template = bare();
    template.components.push(Component {
        html: Source::new("templates/own/components/own.html", html),
        text: Source::new("templates/own/components/own.txt", text),
    });
    template
}

/// What is the same for every reader.
pub(crate) fn constants() -> Context {
    let map = |pairs: &[(&str, &str)]| {
        Value::from(
            pairs
                .iter()
                .map(|(name, value)| ((*name).to_owned().into(), Value::from(*value)))
                .collect::<tera::Map>(),
        )
    };
    let mut context = Context::new();
    context.insert_value(
        "sender",
        map(&[("name", "The Library"), ("postal_address", "1 Mill Lane, Leeds")]),
    );
    context.insert_value("campaign", map(&[("id", "c"), ("dir", "ltr")]));
    let words = Value::from(template::words("en"));
    context.insert_value("template", Value::from(tera::Map::from_iter([("words".into(), words)])));
    context.insert(
        "vars",
        &serde_json::json!({
            "goal": 300,
            "books": ["Emma", "Ulysses"],
            "empty": [],
            "rows": [{"day": "Mon", "talk": "Owls"}, {"day": "Tue", "talk": "Bats"}],
        }),
    );
    context
}

/// Compiles a whole campaign file.
pub(crate) fn compile_with(text: &str, template: &Template) -> Checked<Letter> {
    let campaign = Campaign::parse(&Source::new("c.md", text), "c")?;
    compose::compile(&campaign, template, constants(), None, &handbill::types::Types::default())
}

/// Compiles a body in a bare page.
pub(crate) fn compile(body: &str) -> Checked<Letter> {
    compile_with(&campaign(body), &bare())
}

/// A list of one row, with its columns.
pub(crate) fn row(cells: &[(&str, &str)]) -> (Vec<Column>, Subscriber) {
    let columns = cells
        .iter()
        .map(|(name, _)| Column { header: (*name).to_owned(), name: (*name).to_owned() })
        .collect();
    let mailbox = Mailbox {
        name: None,
        address: Address::parse("ann@example.org").expect("it is an address"),
    };
    let cells = cells.iter().map(|(_, cell)| (*cell).to_owned()).collect();
    (columns, Subscriber { mailbox, line: 2, unit: Unit::Line, cells, surplus: 0 })
}

/// Merges a letter for one row.
pub(crate) fn merge(letter: &Letter, cells: &[(&str, &str)]) -> Result<Mail, Vec<Gap>> {
    let (columns, subscriber) = row(cells);
    Merger::new(letter, &columns).merge(&subscriber, &Links::default())
}

/// What a body becomes for one row, HTML and text, when all is right.
pub(crate) fn mail(body: &str, cells: &[(&str, &str)]) -> Mail {
    let letter = compile(body).unwrap_or_else(|findings| panic!("{body}\n{findings:#?}"));
    merge(&letter, cells).unwrap_or_else(|gaps| panic!("{body}\n{gaps:#?}"))
}

/// The HTML between `<body>` and `</body>`.
pub(crate) fn inner(mail: &Mail) -> &str {
    let start = mail.html.find("<body>").expect("there is a body") + 6;
    mail.html[start..].split("</body>").next().unwrap_or("").trim()
}

/// Findings as `code file:line:column`.
pub(crate) fn places(body: &str) -> Vec<String> {
    let Err(findings) = compile(body) else { return Vec::new() };
    findings
        .iter()
        .map(|finding| match &finding.place {
            Some(place) => format!("{} {place}", finding.code),
            None => format!("{} nowhere", finding.code),
        })
        .collect()
}
