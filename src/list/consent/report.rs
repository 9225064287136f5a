//! What was understood of a column of consent, and what to say where something was not.

use std::collections::HashMap;

use super::super::cell;
use super::column::{ConsentColumn, Rule};
use super::speech::Verdict;
use super::value::as_written;
use super::vocabulary::value_key;
use crate::finding::Finding;
use crate::place::Place;

/// How many values of a column are told; the others are counted.
const VALUES_TOLD: usize = 20;
/// How many different values are kept while rows are counted.
const VALUES: usize = 64;
/// How many of those that are not understood stand in a message.
const SHOWN: usize = 5;

/// What a column says of everybody on the list.
#[derive(Clone, Debug)]
pub struct ColumnConsent {
    /// Its place among the columns.
    pub index: usize,
    /// Its name in the file.
    pub header: String,
    /// Where its meaning comes from.
    pub rule: Rule,
    /// How many rows may be mailed by it.
    pub mail: u64,
    /// How many people left by it, or have not confirmed.
    pub left: u64,
    /// Which values mean what, the most frequent first; a blank is an empty text.
    pub values: Vec<(String, Verdict, u64)>,
    /// Values that are not understood and stand in rows that nothing else keeps out.
    pub unclear: Vec<(String, u64)>,
    /// How many more such rows have other values.
    pub others: u64,
}

/// The rows of a column, counted.
#[derive(Clone, Debug, Default)]
pub(super) struct ColumnCount {
    mail: u64,
    left: u64,
    values: HashMap<(String, Verdict), (String, u64)>,
    unclear: HashMap<String, (String, u64)>,
    others: u64,
}

impl ColumnCount {
    /// Counts a cell.
    pub(super) fn add(&mut self, verdict: Verdict, cell: &str, matters: bool) {
        match verdict {
            Verdict::Mail => self.mail += 1,
            Verdict::Left | Verdict::NotYet => self.left += 1,
            Verdict::Unclear if !matters => return,
            Verdict::Unclear => return self.add_unclear(cell),
        }
        let cell = as_written(cell);
        let key = (value_key(cell), verdict);
        if let Some((_, count)) = self.values.get_mut(&key) {
            *count += 1;
        } else if self.values.len() < VALUES {
            self.values.insert(key, (cell::shown(cell), 1));
        }
    }

    fn add_unclear(&mut self, cell: &str) {
        let is_blank = ConsentColumn::is_blank(cell);
        let cell = as_written(cell);
        let key = if is_blank { String::new() } else { value_key(cell) };
        if let Some((_, count)) = self.unclear.get_mut(&key) {
            *count += 1;
        } else if self.unclear.len() < VALUES {
            let shown = if key.is_empty() { String::new() } else { cell::shown(cell) };
            self.unclear.insert(key, (shown, 1));
        } else {
            self.others += 1;
        }
    }

    /// What there is to tell of a column.
    pub(super) fn report(self, column: &ConsentColumn, header: String) -> ColumnConsent {
        let mut values: Vec<(String, Verdict, u64)> = self
            .values
            .into_iter()
            .map(|((_, verdict), (text, count))| (text, verdict, count))
            .collect();
        values.sort_by(|a, b| b.2.cmp(&a.2).then_with(|| a.0.cmp(&b.0)));
        let mut unclear: Vec<(String, u64)> = self.unclear.into_values().collect();
        unclear.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let beyond: u64 = unclear.iter().skip(VALUES_TOLD).map(|(_, count)| count).sum();
        unclear.truncate(VALUES_TOLD);
        let rule = if unclear.is_empty() { column.rule } else { Rule::Unclear };
        ColumnConsent {
            index: column.index,
            header,
            rule,
            mail: self.mail,
            left: self.left,
            values,
            unclear,
            others: self.others + beyond,
        }
    }
}

impl ConsentColumn {
    /// Whether there is anything to tell: a word that nobody could miss only where it is not
    /// understood, tags and states only where one of them keeps somebody out.
    pub(super) fn is_worth_telling(&self, count: &ColumnCount) -> bool {
        let has_unclear = !count.unclear.is_empty() || count.others > 0;
        let has_told = self.rule != Rule::Unclear && (count.left > 0 || !self.is_by_the_way());
        has_unclear || has_told
    }
}

/// What to say of a column that is not understood: in which rows, and what to write.
pub(in crate::list) fn unclear(column: &ColumnConsent, place: Option<Place>) -> Option<Finding> {
    if column.unclear.is_empty() && column.others == 0 {
        return None;
    }
    let header = cell::shown(&column.header);
    let of_rows = |count: u64| format!("{count} {}", if count == 1 { "row" } else { "rows" });
    let mut shown: Vec<String> = column
        .unclear
        .iter()
        .take(SHOWN)
        .map(|(value, count)| match value.as_str() {
            "" => format!("blank in {}", of_rows(*count)),
            value => format!("`{value}` in {}", of_rows(*count)),
        })
        .collect();
    let beyond: u64 =
        column.others + column.unclear.iter().skip(SHOWN).map(|(_, count)| count).sum::<u64>();
    if beyond > 0 {
        shown.push(format!("other values in {}", of_rows(beyond)));
    }
    let known = match (column.mail, column.left) {
        (0, 0) => String::new(),
        (mail, left) => format!("; of the others, {mail} may be mailed and {left} left"),
    };
    let message = format!(
        "`{header}` looks as if it told who may be mailed, and this is not understood: {}{known}",
        shown.join(", ")
    );
    let finding = Finding::error("unclear-consent", message, help(column, &header));
    Some(match place {
        Some(place) => finding.at(place),
        None => finding,
    })
}

fn help(column: &ColumnConsent, header: &str) -> String {
    let quoted = |value: &str| format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""));
    let list = |verdicts: &[Verdict]| {
        let values = column
            .values
            .iter()
            .filter(|(value, verdict, _)| verdicts.contains(verdict) && !value.is_empty());
        let values: Vec<String> = values.take(SHOWN).map(|(value, ..)| quoted(value)).collect();
        values.join(", ")
    };
    let (mut mail, mut left) = (list(&[Verdict::Mail]), list(&[Verdict::Left, Verdict::NotYet]));
    let example = column.unclear.iter().find(|(value, _)| !value.is_empty());
    let example = example.map_or_else(|| "…".to_owned(), |(value, _)| quoted(value));
    if mail.is_empty() {
        mail.clone_from(&example);
    }
    if left.is_empty() {
        left.clone_from(&example);
    }
    let key = quoted(header);
    format!(
        "say in handbill.toml what it means, by one of these lines:\n\
         [list.consent]\n\
         {key} = {{ mail = [{mail}] }}  # everybody else is left out\n\
         {key} = {{ left = [{left}] }}  # everybody else may be mailed\n\
         {key} = \"left-if-filled\"\n\
         {key} = \"ignore\"  # it is not about consent"
    )
}
