//! The whole ledger, row by row: what `handbill ledger` checks, carries from one database to
//! another, and writes down as text.
//!
//! `tables` says what is carried, and in which order; a table that belongs to one database
//! alone (the index of tokens) is left out, and fills again. `inspector` is the one judge of
//! rows: of those that stand in a ledger, those that move, and those that come from a file
//! of a stranger's. `lines` is their text. How rows are read and written is each database's affair.

mod inspector;
mod lines;
mod tables;

use crate::address::Address;
use crate::finding::Finding;

use super::book::Ledger;
pub use inspector::{Inspector, Tallied};
pub use lines::{LINE_MAX, Reader, Writer};
pub(super) use tables::Kind;
pub use tables::{Column, MADE_ANEW, TABLES, Table};

/// A cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Nothing.
    Null,
    /// A number, or a moment.
    Integer(i64),
    /// Yes or no.
    Flag(bool),
    /// A text.
    Text(String),
}

/// A row of a table, its cells in the order of the table's columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The table.
    pub table: &'static Table,
    /// The cells.
    pub values: Vec<Value>,
}

/// Takes rows, one after the other.
pub type Sink<'a> = dyn FnMut(Row) -> Result<(), Finding> + 'a;

/// A ledger that is looked at, moved or put in order as a whole.
pub trait Whole: Ledger {
    /// Hands over every row as it stands at one moment, the tables in their order.
    fn rows(&self, each: &mut Sink<'_>) -> Result<(), Finding>;

    /// Takes all rows that are poured, where there was none: all of them, or, where anything
    /// is wrong with one, none. They are counted again before they are kept.
    fn take_in(
        &mut self,
        pour: &mut dyn FnMut(&mut Sink<'_>) -> Result<(), Finding>,
    ) -> Result<(), Finding>;

    /// What is wrong with the database itself, whatever the rows say.
    fn faults(&self) -> Result<Vec<Finding>, Finding>;

    /// The version of its tables.
    fn version(&self) -> Result<usize, Finding>;

    /// How much room it takes, in bytes.
    fn size(&self) -> Result<u64, Finding>;

    /// Gives back the room that nothing stands in any more.
    fn vacuum(&mut self) -> Result<(), Finding>;
}

impl Row {
    /// A cell by its column.
    pub(super) fn value(&self, column: &str) -> &Value {
        let place = self.table.columns.iter().position(|known| known.name == column);
        place.and_then(|place| self.values.get(place)).unwrap_or(&Value::Null)
    }

    /// The row as it stands in another ledger. No run goes on there: one that was never ended
    /// ends with its last heartbeat, and what it had claimed is in doubt.
    pub(super) fn at_rest(mut self) -> Self {
        if self.table.name == "runs" && *self.value("finished_at") == Value::Null {
            let heartbeat = self.value("heartbeat_at").clone();
            let place = self.table.columns.iter().position(|column| column.name == "finished_at");
            if let Some(cell) = place.and_then(|place| self.values.get_mut(place)) {
                *cell = heartbeat;
            }
        }
        self
    }

    /// What all spellings of its reader share; nothing for a plain key, and where there is none.
    pub(super) fn identity(&self) -> Option<String> {
        let is_there = self.table.has_identity();
        is_there.then(|| Address::identity_of_key(self.text("address"))).flatten()
    }

    fn integer(&self, column: &str) -> Option<i64> {
        if let Value::Integer(number) = self.value(column) { Some(*number) } else { None }
    }

    fn text(&self, column: &str) -> &str {
        if let Value::Text(text) = self.value(column) { text } else { "" }
    }
}

/// The finding about rows that cannot stand beside each other.
pub(super) fn contradiction(table: &str, why: &str) -> Finding {
    Finding::error(
        "ledger-contradiction",
        format!("a row of `{table}` contradicts another: {why}"),
        "nothing was taken over; `handbill ledger check` looks at the ledger that it comes from",
    )
}

/// The finding about recipients that another counts for which is not there.
pub(super) fn merged_astray(name: &str, count: u64) -> Finding {
    Finding::error(
        "ledger-contradiction",
        format!("{count} of `recipients` in `{name}` are merged into others that are not there"),
        "somebody has deleted rows by hand; restore the ledger from a backup",
    )
}

/// The finding about a ledger that has rows already.
pub(super) fn not_empty(name: &str) -> Finding {
    Finding::error(
        "ledger-not-empty",
        format!("the ledger `{name}` is not empty; nothing was taken over"),
        "name one that does not exist yet: two records of who got what cannot be made one",
    )
}

/// The finding about rows that did not all arrive.
pub(super) fn miscounted(table: &str, poured: u64, found: u64) -> Finding {
    Finding::error(
        "ledger-miscounted",
        format!("{poured} rows of `{table}` were handed over and {found} arrived"),
        "nothing was taken over; try again when nobody else writes to that ledger",
    )
}
