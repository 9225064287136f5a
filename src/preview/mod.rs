//! The live preview: a page in the browser that shows what `send` would send,
//! while the author types in any editor.
//!
//! It is served on 127.0.0.1 alone, and nothing on it comes from elsewhere
//! (P8). What it shows is made by the same rooms as what leaves (P6); here is
//! only what a picture needs beside that: who is on the list, and when to
//! look again.

mod front;
mod guard;
mod letter;
mod pages;
mod picture;
mod readers;
mod said;
mod server;
mod shelf;
mod state;
mod studio;
mod test_mail;
mod watch;
mod worst;

pub use server::{Preview, Settings};
