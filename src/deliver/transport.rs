//! What every transport promises: one message for one recipient goes in, one
//! [`Verdict`] comes out, and the verdict never claims more than is known.

use std::fmt;

use super::trouble::Stage;
use crate::address::Address;
use crate::finding::Finding;
use crate::place::printable;

/// The longest text of a reply that is kept, in characters.
const TEXT_MAX: usize = 400;

/// What takes messages.
pub trait Transport {
    /// Hands over one message, CRLF line ends and all, for one recipient.
    ///
    /// A future that is dropped before its end leaves the transport closed:
    /// a reply that nobody waited for must not be read as somebody else's.
    fn deliver(
        &mut self,
        envelope: &Envelope,
        message: &[u8],
    ) -> impl Future<Output = Verdict> + Send;

    /// Whether another message may be handed over. A closed transport answers
    /// every message with [`Verdict::Retry`].
    fn is_open(&self) -> bool;

    /// Says goodbye. What was accepted stays accepted, whatever happens here.
    fn close(&mut self) -> impl Future<Output = ()> + Send;
}

/// Who it is for, and who hears of it when it bounces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// Where bounces go: `MAIL FROM`.
    pub return_path: Address,
    /// The one recipient: `RCPT TO`.
    pub recipient: Address,
}

/// What became of one message for one recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Accepted: the other side has taken responsibility for it.
    Sent(Reply),
    /// Refused for good. It is about this message to the recipient.
    Failed(Reply),
    /// The recipient was refused for good, before the server saw any message.
    Refused(Reply),
    /// Refused for now. It is about this recipient: others may go on at once.
    Deferred(Reply),
    /// Refused for now, and it is about us: too fast, too many, or the server
    /// is going down. Surely not delivered; the same recipient may be tried
    /// again after a pause, with fewer connections.
    Throttled(Reply),
    /// The connection broke before the final dot could have been written:
    /// surely not delivered, to be tried again on a new connection.
    Retry(Loss),
    /// The final dot may have been written and no reply came. Whether it was
    /// delivered cannot be known from here; the text says what happened.
    InDoubt(String),
    /// The run cannot go on, and no recipient is to blame: surely not
    /// delivered. Boxed, so that a verdict stays small.
    Stop(Box<Finding>),
}

/// A connection that broke, and how far it had come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// What was going on.
    pub stage: Stage,
    /// What happened, naming the server.
    pub reason: String,
}

impl Loss {
    /// Whether the server never said a word: nobody there, or closed before
    /// its greeting. A run all of whose connections end so cannot go on.
    pub fn before_greeting(&self) -> bool {
        self.stage <= Stage::Greeting
    }
}

/// What a server said, made safe to store and to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The reply code (RFC 5321 §4.2).
    pub code: u16,
    /// The enhanced status code (RFC 3463), when the reply has a valid one.
    pub enhanced: Option<(u8, u16, u16)>,
    /// The text without the codes: printable, at most 400 characters.
    pub text: String,
}

impl Reply {
    /// Takes text from anywhere: what could paint on a terminal is replaced,
    /// and what is too long is cut.
    pub fn new(code: u16, enhanced: Option<(u8, u16, u16)>, text: &str) -> Self {
        let mut safe: String = text.trim().chars().take(TEXT_MAX).map(printable).collect();
        safe.truncate(safe.trim_end().len());
        Self { code, enhanced, text: safe }
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code)?;
        if let Some((class, subject, detail)) = self.enhanced {
            write!(f, " {class}.{subject}.{detail}")?;
        }
        if self.text.is_empty() { Ok(()) } else { write!(f, " {}", self.text) }
    }
}

#[cfg(test)]
mod tests {
    use super::Reply;

    #[test]
    fn the_words_of_a_server_cannot_paint_on_the_terminal() {
        let reply = Reply::new(550, Some((5, 1, 1)), "no\u{1b}[31m such\u{202e} user\r\n");
        assert_eq!(reply.to_string(), "550 5.1.1 no·[31m such· user");
        assert_eq!(Reply::new(550, None, &"é".repeat(5000)).text.chars().count(), 400);
    }
}
