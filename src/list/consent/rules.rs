//! The rules that settings and campaigns give for columns of consent, found in a list.

use std::collections::HashMap;

use super::super::columns::{self, Column};
use super::column::Readings;
use super::kind::Kind;
use super::speech::Speech;
use crate::consent::{ConsentRule, Told};
use crate::finding::{Checked, Finding, closest};

/// How a column is read of which something was said.
pub(super) fn readings(told: &Told, header: &str) -> Readings {
    match told {
        Told::Values { mail, left } => {
            Readings::Told(Speech::of_values(mail.as_deref(), left.as_deref()))
        }
        Told::LeftIfFilled => Readings::Told(Speech::of_kind(Kind::FilledLeft)),
        Told::Ignore => Readings::Told(Speech::of_kind(Kind::Nothing)),
        Told::Status => match Readings::of(header) {
            known @ Readings::Known(_) => known,
            _ => Readings::Told(Speech::of_kind(Kind::Status)),
        },
    }
}

/// Finds the columns of which something was said. Of two rules for one column the later holds:
/// a campaign's stand behind the project's.
pub(in crate::list) fn resolve(
    columns: &[Column],
    name: &str,
    rules: &[ConsentRule],
) -> Checked<HashMap<usize, Told>> {
    let mut told = HashMap::new();
    let mut findings = Vec::new();
    for rule in rules {
        match columns::find_called(columns, rule.column.text()) {
            Some(index) => {
                told.insert(index, rule.told.clone());
            }
            None if rule.is_required => findings.push(missing(columns, name, rule)),
            None => {}
        }
    }
    if findings.is_empty() { Ok(told) } else { Err(findings) }
}

fn missing(columns: &[Column], name: &str, rule: &ConsentRule) -> Finding {
    let (code, what) = match rule.told {
        Told::Status => ("no-status-column", "`[list] status` names it"),
        _ => ("no-consent-column", "a rule of consent names it"),
    };
    let message = format!(
        "no column `{}` in `{name}`, and {what}",
        super::super::cell::shown(rule.column.text())
    );
    let known = columns::names(columns);
    let help = match closest(rule.column.text(), columns.iter().map(|column| column.name.as_str()))
    {
        Some(close) => format!("did you mean `{close}`? the columns are {known}"),
        None => format!(
            "the columns are {known}; a campaign with another list has its own `consent:` in its front matter"
        ),
    };
    Finding::error(code, message, help).at(rule.column.place(0..rule.column.text().len()))
}
