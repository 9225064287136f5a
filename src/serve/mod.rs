//! The page by which readers leave, and the form by which they come: plain HTTP below the
//! paths of `[unsubscribe] url` and `[subscribe] url`, behind a proxy that does TLS.
//!
//! To look is never to act: programs that guard mailboxes follow every link.
//! A POST acts at once (RFC 8058), and by the time it is answered the wish is
//! on the disk. Links are found in the ledger's index of tokens (`register`);
//! whoever tries others is counted (`visitor`). Words are `template`'s, and
//! what a campaign is called and written in comes in with [`Settings`].
//!
//! Nobody is put on a list by the form alone: it is answered alike for every address (`form`,
//! `entrance`), and a mail leaves (`post`), seldom enough to bomb nobody (`restraint`), whose
//! link leads to a button. What was filled in travels in the link (`subscribe`), so that
//! nothing is kept of people who do not confirm.

mod answer;
mod entrance;
mod form;
mod page;
mod post;
mod prefix;
mod register;
mod restraint;
mod server;
mod visitor;

pub use page::About;
pub use post::{Post, Via};
pub use prefix::Prefix;
pub use register::Describe;
pub use server::{Server, Settings, SignUps};
