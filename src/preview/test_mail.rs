//! "Send a test": the mail of a reader, to the sender's own address alone.

use super::studio::Studio;
use crate::deliver::mailing::runtime;
use crate::deliver::transport::Envelope;
use crate::finding::{Checked, Finding};
use crate::workshop::Way;
use crate::workshop::test_mail::{TestMail, hand_over, refuse_suppressed};

/// Sends it, and tells what the server said.
pub(super) fn send(studio: &Studio, key: &str, reader: u64) -> Checked<String> {
    let no = |message: &str, help: &str| Finding::error("test-failed", message, help);
    let picture = studio.picture(key).ok_or_else(|| no("there is no such campaign", ""))?;
    let workshop =
        picture.workshop.as_ref().ok_or_else(|| no("the settings cannot be read", ""))?;
    let own = workshop.project.sender.mailbox.as_ref().ok_or_else(|| {
        no(
            "there is no address to send a test to",
            "write `email` under `[sender]` in handbill.toml",
        )
    })?;
    let Some(Way::Server(server)) = workshop.way(None)? else {
        let help = "write `via` under `[delivery]` in handbill.toml";
        return Err(no("there is no server to send through", help).into());
    };
    let reader = picture.reader(reader)?.ok_or_else(|| no("there is no letter yet", ""))?;
    let made =
        picture.mail(&reader).map_err(|missing| missing.findings).and_then(|shown| match shown
            .standing
        {
            super::picture::Standing::Good => Ok(shown.made),
            _ => Err(no("the campaign is broken just now", "mend it, then send the test").into()),
        })?;
    let recipient = &own.address;
    refuse_suppressed(&workshop.ledger()?, recipient)?;
    let bytes = TestMail {
        letter: &made.letter,
        frame: &made.frame,
        leave: &made.leave,
        reader: (&reader.columns, &reader.subscriber),
        recipient,
    }
    .message()?;
    let smtp = workshop.smtp(&server)?;
    let envelope =
        Envelope { return_path: made.return_path.of(recipient), recipient: recipient.clone() };
    let reply = runtime()?.block_on(hand_over(&smtp, &envelope, &bytes))?;
    Ok(format!("sent to {recipient}; the server took it: {reply}"))
}
