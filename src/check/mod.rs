//! Check: what there is to say about a campaign before anything is sent.
//! One file per family of rules; each rule has a stable code. Pure.

mod field_names;
mod fields;
mod foreign;
mod sender;
pub mod support;

pub use fields::fields;
pub use foreign::foreign_tags;
pub use sender::sender;
