//! Handbill: a newsletter in Markdown becomes the exact mails, once each.
//!
//! The rooms, in the order in which a letter goes through them.

pub mod address;
pub mod clock;
pub mod deliver;
pub mod finding;
pub mod ledger;
pub mod list;
pub mod message;
pub mod place;
