//! A merged mail becomes a message: MIME bytes, ready for the wire.
//!
//! Promises: the same mail gives the same bytes (no clock, no chance; the date
//! comes in as an argument), but for a signature's own date; no value from a list can add, end or split a
//! header; no line is longer than 998 bytes, none ends but by CRLF, and all
//! is 7-bit unless an address itself is not (RFC 6531).
//!
//! What all mails of a campaign share is encoded once, in a [`Frame`].
//! Delivering and the words themselves are other rooms' business.

mod attachment;
mod date;
mod dkim;
mod encoded_word;
mod frame;
mod header;
mod hex;
mod id;
mod invite;
mod quoted_printable;

pub use attachment::{Attachment, InlineImage, media_type};
pub use dkim::{PublicKey, Signer};
pub use frame::{Frame, FrameParts, Mail};
pub use id::{message_id, token_in};
pub use invite::Invite;
