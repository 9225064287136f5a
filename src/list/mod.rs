//! A list: the bytes of a CSV file as people really have it, or what a database
//! answers to a query, become [`Subscriber`]s, one at a time, and what is wrong with the file is said.
//!
//! It promises constant memory however long the list or a row is, the line
//! number of everything it complains about, and that nobody vanishes without
//! a word: every row is a subscriber, gone by a status column, or invalid.
//! A list that could mislead is refused by [`List::open`], before any row.
//! Two rows with one address are not its concern: the ledger's claim finds them.

mod cell;
mod columns;
mod dialect;
mod encoding;
// Until the rows feed it.
#[allow(dead_code, unused_imports)]
mod garbled;
mod header;
mod open;
mod origin;
mod query;
mod records;
mod refusal;
mod rows;
mod source;
mod spool;
pub mod stats;
mod status;

pub use columns::{Column, field_name};
pub use open::{List, Options, StatusColumn};
pub use origin::{Origin, Query};
pub use rows::{Gone, InvalidRow, Row, Rows, Subscriber, Unit};
