//! `--test-to`: one real mail to an address of the author's own.

use super::plan::{Plan, To, no_server};
use super::{Args, confirm};
use crate::cli::Exit;
use crate::cli::render::{address, find};
use crate::cli::report::Counts;
use crate::deliver::mailing::runtime;
use crate::deliver::transport::Envelope;
use crate::finding::Checked;
use crate::merge::made_up;
use crate::ui::Ui;
use crate::workshop::test_mail::{TestMail, hand_over, refuse_suppressed};

/// Sends the test, and says what the server said.
pub(super) fn send(ui: &Ui, args: &Args, plan: &Plan, recipient: &str) -> Checked<Exit> {
    let recipient = address(recipient)?;
    let To::Server(server) = &plan.to else {
        return Err(no_server("a test mail needs a server").into());
    };
    refuse_suppressed(&plan.ledger, &recipient)?;
    let (columns, reader) = match find(&plan.list, args.reader.as_deref()) {
        Ok(reader) => (plan.list.columns().to_vec(), reader),
        Err(findings) if args.reader.is_some() => return Err(findings),
        Err(_) => made_up(&plan.letter, &recipient),
    };
    let Plan { letter, frame, leave, .. } = plan;
    let reader = (columns.as_slice(), &reader);
    let bytes = TestMail { letter, frame, leave, reader, recipient: &recipient }.message()?;
    ui.status(&format!("a test of `{}` to {recipient} through {server}", plan.campaign.id));
    let smtp = plan.smtp(server)?;
    confirm(ui, args, 1, &format!("send one test through {server}"))?;
    let envelope = Envelope { return_path: plan.return_path.of(&recipient), recipient };
    let reply = runtime()?.block_on(hand_over(&smtp, &envelope, &bytes))?;
    ui.status(&format!("the server took it: {reply}"));
    Counts::test(plan).answer(ui, args.format)
}
