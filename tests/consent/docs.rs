//! The page about consent has the table that the program reads.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::table::{Tool, tools};

/// What a kind says, in the table of the docs.
fn meaning(kind: &str) -> &'static str {
    match kind {
        "values" => "",
        "yes-left" => "a yes or a date: left; a no: may be mailed",
        "yes-mail" => "a no: left; a yes or a date: may be mailed",
        "not-yet-if-no" => "a no: not yet",
        "filled-left" => "anything in it: left",
        "status" => "by its words",
        "tags" => "left by one word among others",
        "nothing" => "decides nothing",
        other => panic!("no kind {other}"),
    }
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('*', "\\*")
}

fn line(tool: &Tool) -> String {
    let values = |label: &str, values: &[String]| {
        let shown: Vec<String> = values
            .iter()
            .map(|value| if value == "*" { "all others".to_owned() } else { format!("`{value}`") })
            .collect();
        if shown.is_empty() { None } else { Some(format!("{label}: {}", shown.join(", "))) }
    };
    let blank = (!tool.blank.is_empty()).then(|| {
        format!(
            "blank: {}",
            match tool.blank.as_str() {
                "mail" => "may be mailed",
                "ask" => "asked about",
                other => other,
            }
        )
    });
    let kind = Some(meaning(&tool.kind).to_owned()).filter(|kind| !kind.is_empty());
    let parts = [
        kind,
        values("may be mailed", &tool.mail),
        values("left", &tool.left),
        values("not yet", &tool.not_yet),
        blank,
    ];
    let said: Vec<String> = parts.into_iter().flatten().collect();
    let said = if said.is_empty() { "asked about".to_owned() } else { said.join("; ") };
    let source = match tool.source.split_once(' ') {
        Some((repository, path)) => format!("{repository}: `{path}`"),
        None => format!("<{}>", tool.source),
    };
    let checked = if tool.checked == "unverified" { " (not read)" } else { "" };
    format!("| {} | `{}` | {} | {source}{checked} |\n", cell(&tool.name), tool.column, cell(&said))
}

/// The table of programs, and how many words of which languages there are.
fn tables() -> String {
    let mut table =
        String::from("| program | column | what it means | source |\n|---|---|---|---|\n");
    for tool in tools() {
        table += &line(&tool);
    }
    let mut words: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in crate::table::words() {
        let list = line[2].split('|').map(|word| format!("`{word}`")).collect::<Vec<_>>().join(" ");
        words.entry(line[0].clone()).or_default().push(format!("{} {list}", line[1]));
    }
    table += "\n## Words\n";
    for (meaning, languages) in words {
        let _ = write!(table, "\n### {meaning}\n\n");
        for language in languages {
            let (language, list) = language.split_once(' ').expect("a language");
            let _ = writeln!(table, "- {language}: {list}");
        }
    }
    table
}

#[test]
fn the_docs_list_every_program_and_every_word() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/consent.md");
    let docs = fs::read_to_string(&file).expect("the docs");
    let (begin, end) = ("<!-- vocabulary -->\n", "<!-- end of vocabulary -->");
    let start = docs.find(begin).expect("a beginning") + begin.len();
    let stop = docs.find(end).expect("an end");
    let table = tables();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&file, format!("{}{table}{}", &docs[..start], &docs[stop..])).expect("writable");
    } else {
        assert!(docs[start..stop] == *table, "run it with UPDATE_DOCS=1");
    }
}
