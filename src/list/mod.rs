//! A list: the bytes of a CSV file as people really have it, or what a database
//! answers to a query, become [`Subscriber`]s, one at a time, and what is wrong with the file is said.
//!
//! It promises constant memory however long the list or a row is, the line
//! number of everything it complains about, and that nobody vanishes without
//! a word: every row is a subscriber, kept out by a column of consent, or invalid.
//! A list that could mislead is refused by [`List::open`], before any row, or says by
//! [`List::refusals`] why nobody on it may be mailed yet. Every walk sees the file as it was then.
//! Two rows with one address are not its concern: the ledger's claim finds them.

mod blank;
mod cell;
mod columns;
mod consent;
mod dialect;
mod document;
mod encoding;
mod garbled;
mod header;
mod notes;
mod open;
mod origin;
mod person;
mod query;
mod records;
mod refusal;
mod rows;
mod snapshot;
mod source;
mod spool;
pub mod stats;
mod types;

pub use columns::{Column, field_name};
pub use consent::{ColumnConsent, Rule, Verdict};
pub use open::{List, Options};
pub use origin::{Origin, Query};
pub use rows::{Gone, InvalidRow, Row, Rows, Subscriber, Unit};
