//! How a reader comes: what they fill in ([`SignUp`]), and the link by which they confirm that
//! it was them ([`Seal`]).
//!
//! Promises: what is filled in is data, short, on one line, and nothing that a spreadsheet
//! would calculate; a link cannot be made by others, ends after a week, and shows nothing of
//! the address in it. Answering is `serve`'s, keeping the ledger's.

mod seal;
mod sign_up;

pub use seal::{LIFETIME, Opened, Seal};
pub use sign_up::{EMAIL, Filled, SignUp, TRAP, VALUE_MAX};
