//! Handbill: a newsletter in Markdown becomes the exact mails, once each.
//!
//! The rooms, in the order in which a letter goes through them.

pub mod address;
pub mod archive;
pub mod bounces;
pub mod calendar;
pub mod campaign;
pub mod check;
pub mod cli;
pub mod clock;
pub mod compose;
pub mod consent;
pub mod deliver;
pub mod doctor;
pub mod files;
pub mod finding;
pub mod identifier;
pub mod ledger;
pub mod list;
pub mod mailbox;
pub mod merge;
pub mod message;
pub mod place;
pub mod postgres;
pub mod preview;
pub mod project;
pub mod rate;
pub mod secret;
pub mod serve;
pub mod settings;
pub mod stop;
pub mod subscribe;
pub mod template;
pub mod tls;
pub mod token;
pub mod types;
pub mod ui;
pub mod unsubscribe;
pub mod wire;
pub mod workshop;
