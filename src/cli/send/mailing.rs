//! The mailing itself: into a folder, or to a server with the ledger beside it.

use std::path::Path;

use super::plan::Plan;
use super::words::Reporter;
use crate::clock;
use crate::deliver::outbox::Outbox;
use crate::deliver::rehearsal::Job;
use crate::deliver::run::{Books, Ended, Run, Witness};
use crate::deliver::smtp::Smtp;
use crate::finding::{Checked, Finding};
use crate::ledger::{self, Ledger, NewRun, Process};
use crate::ui::Ui;

/// Writes the mails into a folder.
pub(super) fn into_outbox(
    ui: &Ui,
    plan: &Plan,
    job: &Job<'_>,
    dir: &Path,
    to_send: u64,
) -> Checked<Ended> {
    let mut reporter = Reporter::new(ui, to_send);
    let mut run = run(plan, job, to_send, &mut reporter);
    let ended = runtime()?.block_on(run.into_outbox(&mut Outbox::new(dir)));
    reporter.finish();
    ended
}

/// Sends the mails, as a run of the ledger.
pub(super) fn to_server(
    ui: &Ui,
    plan: &Plan,
    job: &Job<'_>,
    (smtp, mut book): (Smtp, Box<dyn Ledger>),
    to_send: u64,
) -> Checked<Ended> {
    let runtime = runtime()?;
    let run_id = book.open_run(&NewRun {
        campaign: plan.campaign.id.clone(),
        fingerprint: plan.fingerprint(),
        process: Process::this(),
        now: clock::unix_now(),
    })?;
    let books = Books { ledger: ledger::spawn(book)?, run: run_id };
    let mut reporter = Reporter::new(ui, to_send);
    let mut run = run(plan, job, to_send, &mut reporter);
    let mut ended = runtime.block_on(run.to_server(&smtp, &books));
    reporter.finish();
    let finished = books.ledger.ask(move |book| book.finish_run(run_id, clock::unix_now()));
    // A ledger that fails now does not take back what the run has to tell.
    ended.stopped.extend(finished.wait().err());
    ended.stopped.extend(books.ledger.close().wait().err());
    Ok(ended)
}

fn run<'a>(plan: &'a Plan, job: &'a Job<'a>, limit: u64, witness: &'a mut dyn Witness) -> Run<'a> {
    Run { job, frame: &plan.frame, return_path: &plan.from.address, limit, witness }
}

pub(super) fn runtime() -> Checked<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| {
        Finding::error(
            "runtime",
            format!("the program cannot start its input and output: {error}"),
            "end other programs, then try again",
        )
        .into()
    })
}
