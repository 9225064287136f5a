//! The mailing itself: into a folder, or to a server with the ledger beside it.

use std::path::Path;

use super::Args;
use super::before::Numbers;
use super::during::Reporter;
use super::plan::Plan;
use crate::clock;
use crate::deliver::allowance::reserve;
use crate::deliver::crew::Tools;
use crate::deliver::mailing::{self, runtime};
use crate::deliver::outbox::Outbox;
use crate::deliver::rehearsal::{self, Job};
use crate::deliver::smtp::Smtp;
use crate::deliver::tally::{Ended, Witness};
use crate::finding::Checked;
use crate::ledger::{self, Ledger, NewRun, Process};

/// Writes the mails into a folder.
pub(super) fn into_outbox(
    mut reporter: Reporter<'_>,
    plan: &Plan,
    job: &Job<'_>,
    dir: &Path,
    to_send: u64,
) -> Checked<Ended> {
    let mut outbox = Outbox::new(dir);
    let sink = (&mut outbox, &mut reporter as &mut dyn Witness);
    let written = rehearsal::into_outbox(job, &plan.frame, &plan.from.address, to_send, sink);
    let ended = runtime()?.block_on(written);
    reporter.finish();
    ended
}

/// Sends the mails, as a run of the ledger.
pub(super) fn to_server(
    reporter: &mut Reporter<'_>,
    args: &Args,
    plan: &Plan,
    job: &Job<'_>,
    (smtp, mut book): (Smtp, Box<dyn Ledger>),
    numbers: &Numbers<'_>,
) -> Checked<Ended> {
    let run = book.open_run(&NewRun {
        campaign: plan.campaign.id.clone(),
        fingerprint: plan.fingerprint(),
        process: Process::this(),
        planned: numbers.to_send,
        beyond: numbers.beyond(),
        now: clock::unix_now(),
    })?;
    let to_send = reserve(&plan.daily(), &mut *book, run, numbers.to_send, clock::unix_now())?;
    let ledger = ledger::spawn(book)?;
    let tools = Tools {
        smtp: smtp.clone(),
        ledger: ledger.clone(),
        run,
        campaign: plan.campaign.id.clone(),
        soft: plan.soft_limit(),
        return_path: plan.return_path.clone(),
        retry_failed: args.retry_failed,
        speed: plan.speed(),
        limit: to_send.min(numbers.to_send),
        waits: args.waits(),
    };
    let mut ended = mailing::send(job, &plan.frame, tools, reporter)?;
    let stages = smtp.waits().so_far();
    let finished = ledger.ask(move |book| {
        book.finish_run(run, clock::unix_now())?;
        book.keep_stages(run, &stages)
    });
    // A ledger that fails now does not take back what the run has to tell.
    // What stopped the run stands in the way of its end as well, and is said once.
    if let Err(finding) = finished.wait().and(ledger.close().wait())
        && ended.stopped.iter().all(|said| said.code != finding.code)
    {
        ended.stopped.push(finding);
    }
    Ok(ended)
}
