//! The mail in which somebody confirms that they want mail, and its way out.
//!
//! Nothing stands in it that was typed into the form: whoever fills that in for somebody else
//! does not get to write to them from here.

use std::sync::Arc;
use std::time::Duration;

use html_escape::{encode_double_quoted_attribute, encode_safe};
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::register::{Register, Trouble};
use crate::address::{Address, Mailbox};
use crate::clock;
use crate::deliver::outbox::Outbox;
use crate::deliver::smtp::Smtp;
use crate::deliver::transport::{Envelope, Transport as _, Verdict};
use crate::finding::{Checked, Finding};
use crate::message::{Frame, FrameParts, Mail, Signer};
use crate::subscribe::{Seal, SignUp};
use crate::template::subscribing::Subscribing;
use crate::token::Tokens;

/// How many mails are on their way at a time.
const HANDS: usize = 4;
/// How long a mail that was put off waits before each further try. Who greylists wants minutes.
const PAUSES: [Duration; 4] = [
    Duration::from_secs(1),
    Duration::from_secs(30),
    Duration::from_mins(5),
    Duration::from_mins(30),
];

/// Who asked, and in which language.
pub(super) struct Errand {
    pub(super) sign_up: SignUp,
    pub(super) words: &'static Subscribing,
}

/// The way of mails of confirmation.
pub struct Post {
    /// Where they go.
    pub via: Via,
    /// Whom they come from.
    pub from: Mailbox,
    /// Where answers go, if elsewhere.
    pub reply_to: Option<Mailbox>,
    /// Where those come back to that cannot be delivered. No reader has had a campaign by it, so nobody's
    /// token stands in it.
    pub return_path: Address,
    /// How their Message-IDs are made.
    pub tokens: Tokens,
    /// The keys with which they are signed.
    pub signers: Arc<[Signer]>,
    /// What their links begin with.
    pub url: String,
    /// How their links are made.
    pub seal: Seal,
}

/// What takes mails.
pub enum Via {
    /// A server.
    Smtp(Box<Smtp>),
    /// A folder, to try it out.
    Outbox(Outbox),
}

impl Post {
    /// Who the mails name as their sender.
    pub(super) fn sender(&self) -> &str {
        self.from.name.as_deref().unwrap_or_else(|| self.from.address.as_str())
    }

    /// The mail. It answers no mail, and wants none from programs: `auto-generated`
    /// (RFC 3834 §5). It belongs to no list yet, so it has neither `List-Id` nor a way to leave.
    fn message(&self, errand: &Errand) -> Checked<Vec<u8>> {
        let Errand { sign_up, words } = errand;
        let link = format!("{}{}", self.url, self.seal.close(sign_up));
        let frame = Frame::new(&FrameParts {
            tokens: self.tokens.clone(),
            from: &self.from,
            reply_to: self.reply_to.as_ref(),
            // A second mail is another mail: it must not have the first one's Message-ID.
            campaign_id: &format!("confirm {}", sign_up.asked_at),
            list_name: None,
            language: Some(words.lang),
            attachments: Vec::new(),
            inline_images: Vec::new(),
            headers: Vec::new(),
        })?;
        let frame = frame.automatic().signed_by(self.signers.clone());
        let to = Mailbox { name: None, address: sign_up.address.clone() };
        let named = |text: &str| text.replacen("{}", self.sender(), 1);
        let mail = Mail {
            to: &to,
            subject: &named(words.subject),
            html: &self.html(words, &link),
            text: &format!("{}\n\n{link}\n\n{}\n", named(words.why), words.ignore),
            headers: &[],
            invites: &[],
        };
        let mut bytes = Vec::new();
        frame.write(&mail, clock::unix_now(), &mut bytes);
        Ok(bytes)
    }

    fn html(&self, words: &Subscribing, link: &str) -> String {
        let (dir, start) = if words.is_rtl() { ("rtl", "right") } else { ("ltr", "left") };
        let sender = encode_safe(self.sender());
        let named = |text: &str| text.replacen("{}", &sender, 1);
        let Subscribing { lang, yes, ignore, .. } = words;
        let link = encode_double_quoted_attribute(link);
        let (subject, why) = (named(words.subject), named(words.why));
        format!(
            "<!DOCTYPE html>\n<html lang=\"{lang}\" dir=\"{dir}\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n<title>{subject}</title>\n</head>\n\
             <body style=\"margin:0;padding:24px;font:16px/1.6 sans-serif;text-align:{start}\">\n\
             <p>{why}</p>\n\
             <p><a href=\"{link}\" style=\"display:inline-block;padding:12px 24px;border-radius:8px;\
             background:#1f5f8b;color:#ffffff;font-weight:bold;text-decoration:none\">{yes}</a></p>\n\
             <p>{ignore}</p>\n</body>\n</html>\n"
        )
    }

    async fn deliver(&self, envelope: &Envelope, message: &[u8]) -> Verdict {
        match &self.via {
            Via::Outbox(outbox) => outbox.clone().deliver(envelope, message).await,
            Via::Smtp(smtp) => match smtp.connect().await {
                Ok(mut connection) => {
                    let verdict = connection.deliver(envelope, message).await;
                    connection.close().await;
                    verdict
                }
                Err(verdict) => verdict,
            },
        }
    }
}

/// Runs errands until nobody sends any more, and those that are under way. `stopping` ends the
/// waiting of those that were put off: who asked can ask again.
pub(super) async fn run(
    post: Post,
    mut errands: mpsc::Receiver<Errand>,
    register: Register,
    stopping: watch::Receiver<bool>,
    trouble: Trouble,
) {
    let office = Arc::new(Office { post, register, trouble, hands: Semaphore::new(HANDS) });
    let mut under_way = JoinSet::new();
    while let Some(errand) = errands.recv().await {
        while under_way.try_join_next().is_some() {}
        let (office, stopping) = (office.clone(), stopping.clone());
        under_way.spawn(async move { office.run(&errand, stopping).await });
    }
    while under_way.join_next().await.is_some() {}
}

struct Office {
    post: Post,
    register: Register,
    trouble: Trouble,
    hands: Semaphore,
}

impl Office {
    async fn run(&self, errand: &Errand, mut stopping: watch::Receiver<bool>) {
        // Whose mailbox is gone, and who called mail of ours spam, gets none (P4). It is asked
        // here, so that the form answers all alike, and as fast.
        if !self.register.may_be_asked(errand.sign_up.address.clone()).await {
            return;
        }
        let message = match self.post.message(errand) {
            Ok(message) => message,
            Err(findings) => return findings.into_iter().for_each(|finding| self.tell(finding)),
        };
        let return_path = self.post.return_path.clone();
        let envelope = Envelope { return_path, recipient: errand.sign_up.address.clone() };
        let mut pauses = PAUSES.into_iter();
        loop {
            let hand = self.hands.acquire().await;
            let verdict = self.post.deliver(&envelope, &message).await;
            drop(hand);
            let why = match verdict {
                // What may have arrived is not sent twice; they can fill in the form again.
                Verdict::Sent(_)
                | Verdict::Failed(_)
                | Verdict::Refused(_)
                | Verdict::InDoubt(_) => return,
                Verdict::Deferred(reply) | Verdict::Throttled(reply) => reply.to_string(),
                Verdict::Retry(loss) => loss.reason,
                Verdict::Stop(finding) => return self.tell(*finding),
            };
            let Some(pause) = pauses.next() else { return self.tell(unsent(&why)) };
            tokio::select! {
                () = sleep(pause) => {}
                _ = stopping.changed() => return self.tell(unsent("the program ends")),
            }
        }
    }

    fn tell(&self, finding: Finding) {
        // At the end nobody listens any more.
        let _ = self.trouble.send(finding);
    }
}

fn unsent(why: &str) -> Finding {
    Finding::warning(
        "confirmation-not-sent",
        format!("somebody who signed up got no mail to confirm it: {why}"),
        "`handbill doctor` looks at the server; whoever it was can fill in the form again",
    )
}
