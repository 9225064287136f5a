//! The page by which readers leave: plain HTTP below the path of
//! `[unsubscribe] url`, behind a proxy that does TLS.
//!
//! To look is never to act: programs that guard mailboxes follow every link.
//! A POST acts at once (RFC 8058), and by the time it is answered the wish is
//! on the disk. Links are found in the ledger's index of tokens (`register`);
//! whoever tries others is counted (`visitor`). Words are `template`'s, and
//! what a campaign is called and written in comes in with [`Settings`].
//! Signing up is not here: there is no form that puts anybody on a list.

mod answer;
mod page;
mod prefix;
mod register;
mod server;
mod visitor;

pub use page::About;
pub use prefix::Prefix;
pub use register::Describe;
pub use server::{Server, Settings};
