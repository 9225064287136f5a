//! What was understood of a list: which column holds the addresses, which say whom not to mail.

use serde::Serialize;

use crate::list::{ColumnConsent, List, Rule, Verdict};
use crate::place::printable;
use crate::types::{ColumnType, Doubt, Types};
use crate::ui::grouped;

/// How many values of a kind are named.
const NAMED: usize = 3;
/// How much of a value is shown, in characters.
const VALUE: usize = 30;

/// What was understood, for programs.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Understood {
    address_column: String,
    consent: Vec<Column>,
}

/// The same of one list among several.
#[derive(Clone, Debug, Serialize)]
pub(super) struct ListReport {
    file: String,
    #[serde(flatten)]
    understood: Understood,
    /// The columns that letters ask about, if they ask about any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    types: Vec<TypeReport>,
}

/// What a column is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct TypeReport {
    column: String,
    #[serde(rename = "type")]
    kind: &'static str,
    example: String,
}

impl ListReport {
    /// What was understood of a list.
    pub(super) fn of(list: &List) -> Self {
        Self { file: list.name().to_owned(), understood: Understood::of(list), types: Vec::new() }
    }

    /// Adds what columns are; whether one of them was not known.
    pub(super) fn learns(&mut self, types: &Types) -> bool {
        let before = self.types.len();
        for (column, found) in types.iter() {
            if self.types.iter().all(|known| known.column != column) {
                self.types.push(TypeReport {
                    column: column.to_owned(),
                    kind: found.kind.name(),
                    example: found.example.clone(),
                });
            }
        }
        self.types.len() > before
    }

    /// Whether this was told of the list already.
    pub(super) fn is_of(&self, list: &List) -> bool {
        self.file == list.name()
    }
}

/// A column of consent.
#[derive(Clone, Debug, Serialize)]
struct Column {
    #[serde(rename = "column")]
    header: String,
    rule: &'static str,
    mail: u64,
    left: u64,
    unclear: Vec<Unclear>,
    others: u64,
}

/// A value that nobody has a word for.
#[derive(Clone, Debug, Serialize)]
struct Unclear {
    value: String,
    rows: u64,
}

impl Understood {
    /// What was understood of a list.
    pub(super) fn of(list: &List) -> Self {
        Self {
            address_column: list.email_column().header.clone(),
            consent: list.consent().iter().map(Column::of).collect(),
        }
    }
}

impl Column {
    fn of(column: &ColumnConsent) -> Self {
        let unclear = column.unclear.iter();
        Self {
            header: column.header.clone(),
            rule: match column.rule {
                Rule::Settings => "settings",
                Rule::Vocabulary => "vocabulary",
                Rule::Unclear => "unclear",
            },
            mail: column.mail,
            left: column.left,
            unclear: unclear
                .map(|(value, rows)| Unclear { value: value.clone(), rows: *rows })
                .collect(),
            others: column.others,
        }
    }
}

/// How a list is written down: `UTF-8, cells between commas, names in line 1`.
pub(super) fn form(list: &List) -> String {
    let mut form = list.encoding().to_owned();
    match list.delimiter() {
        None => {
            if let Some(row) = list.header_line() {
                form.push_str(&format!(", names in row {row}"));
            }
            return form;
        }
        Some(',') => form.push_str(", cells between commas"),
        Some(';') => form.push_str(", cells between semicolons"),
        Some('\t') => form.push_str(", cells between tabs"),
        Some(other) => form.push_str(&format!(", cells between `{other}`")),
    }
    match list.header_line() {
        Some(line) => form.push_str(&format!(", names in line {line}")),
        None => form.push_str(", no line of names"),
    }
    form
}

/// What was understood, in lines for people.
pub(super) fn lines(list: &List) -> Vec<(&'static str, String)> {
    let mut lines = vec![("addresses", format!("from `{}`", shown(&list.email_column().header)))];
    if list.consent().is_empty() {
        lines.push(("consent", "no column says who has left".to_owned()));
    }
    for (index, column) in list.consent().iter().enumerate() {
        let label = if index == 0 { "consent" } else { "" };
        lines.push((label, in_words(column)));
    }
    lines
}

/// `` `Status`: 177 may be mailed (subscribed), 23 left (unsubscribed) ``
fn in_words(column: &ColumnConsent) -> String {
    let unknown: u64 = column.others + column.unclear.iter().map(|(_, rows)| rows).sum::<u64>();
    let mut parts =
        vec![format!("{} may be mailed{}", grouped(column.mail), values(column, &[Verdict::Mail]))];
    let left = values(column, &[Verdict::Left, Verdict::NotYet]);
    parts.push(format!("{} left out{left}", grouped(column.left)));
    if unknown > 0 {
        parts.push(format!("{} not understood", grouped(unknown)));
    }
    let told = if column.rule == Rule::Settings { ", by the settings" } else { "" };
    format!("`{}`{told}: {}", shown(&column.header), parts.join(", "))
}

fn values(column: &ColumnConsent, verdicts: &[Verdict]) -> String {
    let all: Vec<&str> = column
        .values
        .iter()
        .filter(|(_, verdict, _)| verdicts.contains(verdict))
        .map(|(value, ..)| value.as_str())
        .collect();
    let mut named: Vec<String> = all
        .iter()
        .take(NAMED)
        .map(|value| if value.is_empty() { "blank".to_owned() } else { shown(value) })
        .collect();
    if all.len() > NAMED {
        named.push("…".to_owned());
    }
    if named.is_empty() { String::new() } else { format!(" ({})", named.join(", ")) }
}

/// What columns are, in words: `` `gift` number (20), `vip` yes/no (yes) ``.
pub(super) fn types(types: &Types) -> String {
    let one = |(name, column): (&str, &ColumnType)| format!("`{name}` {}", in_short(column));
    types.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// `number (20)`, `text`, `nobody is sure (12,50)`
pub(super) fn in_short(column: &ColumnType) -> String {
    let (kind, example) = match &column.doubt {
        Some(Doubt::Unclear(odd)) => ("nobody is sure", odd.example.as_str()),
        _ => (column.kind.name(), column.example.as_str()),
    };
    if example.is_empty() { kind.to_owned() } else { format!("{kind} ({})", shown(example)) }
}

/// What stands in a list, safe to show on a terminal.
pub(super) fn shown(text: &str) -> String {
    let mut shown: String = text.chars().take(VALUE).map(printable).collect();
    if text.chars().nth(VALUE).is_some() {
        shown.push('…');
    }
    shown
}
