//! `--test-to`: one real mail to an address of the author's own. The ledger
//! learns nothing of it.

use super::plan::{Plan, To, no_server};
use super::{Args, confirm};
use crate::address::{Address, Mailbox};
use crate::cli::Exit;
use crate::cli::render::{address, find, incomplete};
use crate::cli::report::Counts;
use crate::cli::workshop::links;
use crate::deliver::mailing::runtime;
use crate::deliver::rehearsal::write;
use crate::deliver::server::Server;
use crate::deliver::transport::{Envelope, Transport, Verdict};
use crate::finding::{Checked, Finding};
use crate::ledger;
use crate::merge::{Merger, made_up};
use crate::ui::Ui;

/// Sends the test, and says what the server said.
pub(super) fn send(ui: &Ui, args: &Args, plan: &Plan, recipient: &str) -> Checked<Exit> {
    let recipient = address(recipient)?;
    let To::Server(server) = &plan.to else {
        return Err(no_server("a test mail needs a server").into());
    };
    refuse_suppressed(plan, &recipient)?;
    let bytes = message(plan, args, &recipient)?;
    ui.status(&format!("a test of `{}` to {recipient} through {server}", plan.campaign.id));
    let verdict = hand_over(args, ui, plan, server, (recipient, &bytes))?;
    let refused = |message: String| {
        Finding::error(
            "test-failed",
            message,
            "correct what the server complains of, then try again",
        )
    };
    match verdict {
        Verdict::Sent(reply) => {
            ui.status(&format!("the server took it: {reply}"));
            Counts::test(&plan.campaign.id).answer(ui, args.format)
        }
        Verdict::Failed(reply) | Verdict::Deferred(reply) | Verdict::Throttled(reply) => {
            Err(refused(format!("the server refused it: {reply}")).into())
        }
        Verdict::Retry(loss) => Err(refused(loss.reason).into()),
        Verdict::InDoubt(why) => {
            Err(refused(format!("it may have been sent or not: {why}")).into())
        }
        Verdict::Stop(finding) => Err((*finding).into()),
    }
}

fn refuse_suppressed(plan: &Plan, recipient: &Address) -> Checked<()> {
    match ledger::read(&plan.ledger)? {
        Some(book) if book.is_suppressed(recipient)? => Err(Finding::error(
            "suppressed",
            format!("`{recipient}` is suppressed"),
            "test with another address",
        )
        .into()),
        _ => Ok(()),
    }
}

fn hand_over(
    args: &Args,
    ui: &Ui,
    plan: &Plan,
    server: &Server,
    (recipient, bytes): (Address, &[u8]),
) -> Checked<Verdict> {
    let smtp = plan.smtp(server)?;
    confirm(ui, args, 1, &format!("send one test through {server}"))?;
    let envelope = Envelope { return_path: plan.from.address.clone(), recipient };
    Ok(runtime()?.block_on(async {
        match smtp.connect().await {
            Ok(mut connection) => {
                let verdict = connection.deliver(&envelope, bytes).await;
                connection.close().await;
                verdict
            }
            Err(verdict) => verdict,
        }
    }))
}

/// The mail of a row of the list, as if it were the author's: with the
/// author's own links, so that a click in a test takes nobody off the list.
fn message(plan: &Plan, args: &Args, recipient: &Address) -> Checked<Vec<u8>> {
    let (columns, reader) = match find(&plan.list, args.reader.as_deref()) {
        Ok(reader) => (plan.list.columns().to_vec(), reader),
        Err(findings) if args.reader.is_some() => return Err(findings),
        Err(_) => made_up(&plan.letter, recipient),
    };
    let own = Mailbox { name: None, address: recipient.clone() };
    let mut merger = Merger::new(&plan.letter, &columns);
    let mut mail = merger
        .merge(&reader, &links(&plan.leave, &own))
        .map_err(|gaps| gaps.iter().map(|gap| incomplete(gap, &reader)).collect::<Vec<_>>())?;
    mail.to = own;
    mail.subject = format!("[test] {}", mail.subject);
    let mut bytes = Vec::new();
    write(&plan.frame, &plan.leave, &mail, &mut bytes);
    Ok(bytes)
}
