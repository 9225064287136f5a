//! The vocabulary of consent: every program's columns and values, words in all languages, names
//! that people give, and that no column ever adds to who is mailed.

#[path = "../common/desk.rs"]
mod desk;

mod columns;
mod docs;
mod exports;
mod property;
mod stories;
mod table;
mod tools;
mod words;
