//! One real mail to an address of the author's own. The ledger learns
//! nothing of it.

use super::links;
use crate::address::{Address, Mailbox};
use crate::compose::Letter;
use crate::deliver::rehearsal::write;
use crate::deliver::smtp::Smtp;
use crate::deliver::transport::{Envelope, Reply, Transport, Verdict};
use crate::finding::{Checked, Finding};
use crate::ledger::{self, Location};
use crate::list::{Column, Subscriber};
use crate::merge::Merger;
use crate::message::Frame;
use crate::unsubscribe::Leave;

/// What a test is made of: the mail of a reader, as if it were the author's.
pub struct TestMail<'a> {
    /// The compiled letter.
    pub letter: &'a Letter,
    /// What its messages have in common.
    pub frame: &'a Frame,
    /// How readers leave.
    pub leave: &'a Leave,
    /// The reader whose mail it is, and the columns of their list.
    pub reader: (&'a [Column], &'a Subscriber),
    /// Who gets it.
    pub recipient: &'a Address,
}

impl TestMail<'_> {
    /// The message: with the author's own links, so that a click in a test
    /// takes nobody off the list.
    pub fn message(&self) -> Checked<Vec<u8>> {
        let (columns, reader) = self.reader;
        let own = Mailbox { name: None, address: self.recipient.clone() };
        let mut merger = Merger::new(self.letter, columns);
        let mut mail = merger
            .merge(reader, &links(self.leave, &own))
            .map_err(|gaps| gaps.iter().map(|gap| gap.about(reader)).collect::<Vec<_>>())?;
        mail.to = own;
        mail.subject = format!("[test] {}", mail.subject);
        let mut bytes = Vec::new();
        write(self.frame, self.leave, &mail, &mut bytes);
        Ok(bytes)
    }
}

/// An address that is never to be mailed gets no test either (P4).
pub fn refuse_suppressed(location: &Location, recipient: &Address) -> Checked<()> {
    match ledger::read(location)? {
        Some(book) if book.is_suppressed(recipient)? => Err(Finding::error(
            "suppressed",
            format!("`{recipient}` is suppressed"),
            "test with another address",
        )
        .into()),
        _ => Ok(()),
    }
}

/// Hands it to the server, and gives what the server said.
pub async fn hand_over(smtp: &Smtp, envelope: &Envelope, bytes: &[u8]) -> Checked<Reply> {
    let verdict = match smtp.connect().await {
        Ok(mut connection) => {
            let verdict = connection.deliver(envelope, bytes).await;
            connection.close().await;
            verdict
        }
        Err(verdict) => verdict,
    };
    let why = match verdict {
        Verdict::Sent(reply) => return Ok(reply),
        Verdict::Failed(reply)
        | Verdict::Refused(reply)
        | Verdict::Deferred(reply)
        | Verdict::Throttled(reply) => {
            format!("the server refused it: {reply}")
        }
        Verdict::Retry(loss) => loss.reason,
        Verdict::InDoubt(why) => format!("it may have been sent or not: {why}"),
        Verdict::Stop(finding) => return Err((*finding).into()),
    };
    let help = "correct what the server complains of, then try again";
    Err(Finding::error("test-failed", why, help).into())
}
