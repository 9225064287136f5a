//! The types of a list's columns, read from all of its rows when they are asked for the first
//! time: a look at those columns alone.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::columns::{Column, find_called, names};
use super::consent::Verdict;
use super::header;
use super::open::List;
use super::records::Step;
use super::refusal;
use crate::finding::{Checked, Finding};
use crate::types::{ColumnType, Tally, TypeRule, Types, Zone};

/// What is known of the columns, and what the settings tell of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    told: Arc<HashMap<usize, TypeRule>>,
    read: Arc<Mutex<HashMap<(usize, Zone), ColumnType>>>,
}

impl Known {
    /// What the settings tell of these columns; and what they tell of others.
    pub(super) fn new(columns: &[Column], rules: &[TypeRule], list: &str) -> (Self, Vec<Finding>) {
        let (mut told, mut findings) = (HashMap::new(), Vec::new());
        for rule in rules {
            let name = rule.column.text();
            match find_called(columns, name) {
                Some(index) => {
                    told.insert(index, rule.clone());
                }
                None => findings.push(
                    Finding::warning(
                        "unused-type",
                        format!("`{list}` has no column `{name}`, of which `[list.types]` tells"),
                        format!("the columns are {}", names(columns)),
                    )
                    .at(rule.column.place(0..name.len())),
                ),
            }
        }
        (Self { told: Arc::new(told), ..Self::default() }, findings)
    }
}

impl List {
    /// What some columns are, by their names in a letter; columns that are not there are left
    /// out. `zone` is where moments with an offset are looked at from.
    ///
    /// # Errors
    /// `list-unreadable`.
    pub fn types(&self, columns: &[String], zone: Zone) -> Checked<Types> {
        let wanted: Vec<usize> = columns
            .iter()
            .filter_map(|name| self.columns().iter().position(|column| column.name == *name))
            .collect();
        let mut read = self.known().read.lock().unwrap_or_else(PoisonError::into_inner);
        let new: Vec<usize> =
            wanted.iter().copied().filter(|index| !read.contains_key(&(*index, zone))).collect();
        if !new.is_empty() {
            for (index, found) in new.iter().zip(self.read_types(&new, zone)?) {
                read.insert((*index, zone), found);
            }
        }
        let mut types = Types::new(self.name(), zone);
        for index in wanted {
            if let Some(found) = read.get(&(index, zone)) {
                types.insert(&self.columns()[index].name, found.clone());
            }
        }
        Ok(types)
    }

    /// Looks at the cells of some columns, in all rows of those who have not left.
    fn read_types(&self, columns: &[usize], zone: Zone) -> Checked<Vec<ColumnType>> {
        let unreadable = |error| refusal::unreadable(self.name(), &error);
        let mut tallies: Vec<(usize, Tally)> = columns
            .iter()
            .map(|index| {
                let rule = self.known().told.get(index);
                (*index, Tally::new(&self.columns()[*index].name, rule, zone))
            })
            .collect();
        let (mut rows, mut judge) = (self.source()?, self.judge.clone());
        loop {
            match rows.next().map_err(unreadable)? {
                Step::End | Step::OpenQuote { .. } => break,
                Step::TooLong => continue,
                Step::Record if rows.is_none() => continue,
                Step::Record => {}
            }
            let of = |index| rows.cell(index);
            let email = self.email_index();
            if header::repeated(self.columns(), email, rows.len(), of).is_some()
                || matches!(judge.row(of), Verdict::Left | Verdict::NotYet)
            {
                continue;
            }
            for (index, tally) in &mut tallies {
                if !rows.cell(*index).is_empty() {
                    tally.add(rows.line(), &self.cell(&rows, *index), || self.is_readable(&rows));
                }
            }
        }
        Ok(tallies.iter().map(|(_, tally)| tally.column_type()).collect())
    }
}
