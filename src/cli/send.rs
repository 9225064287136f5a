//! `handbill send`: says what it is about to do, asks, and does it. Running
//! it again goes on where it stopped.

use std::path::PathBuf;

use serde::Serialize;

use super::render::{address, find, incomplete};
use super::report::Format;
use super::workshop::{ListArgs, Workshop, links};
use super::{Exit, Global, print_json};
use crate::address::{Address, Mailbox};
use crate::campaign::Campaign;
use crate::clock;
use crate::compose::Letter;
use crate::deliver::crew::{Speed, Tools};
use crate::deliver::mailing;
use crate::deliver::outbox::Outbox;
use crate::deliver::rehearsal::{Audience, Forecast, Job, rehearse};
use crate::deliver::roll::Mailing;
use crate::deliver::run::{Ended, Run, Tally, deliver};
use crate::deliver::server::{self, PASSWORD_VARIABLE, Server};
use crate::deliver::smtp::Smtp;
use crate::deliver::transport::{Envelope, Transport, Verdict};
use crate::finding::{Checked, Finding};
use crate::ledger::{self, Fingerprint, Location, NewRun, Process, Totals};
use crate::list::{List, Subscriber};
use crate::merge::{Gap, Merger, made_up};
use crate::message::{Frame, Mail};
use crate::ui::{Confirmation, Ui, counted, grouped};
use crate::unsubscribe::Leave;

/// How many incomplete rows are shown one by one.
const SHOWN: u64 = 20;

/// Send a campaign to its list, once to each
#[derive(Debug, clap::Args)]
#[allow(clippy::struct_excessive_bools, reason = "they are flags of a command line")]
pub(super) struct Args {
    /// The campaign's file
    campaign: PathBuf,
    #[command(flatten)]
    list: ListArgs,
    /// Only rows for which this holds: `city == "Leeds" and not donated`
    #[arg(long = "where", value_name = "EXPR")]
    condition: Option<String>,
    /// No more than N mails
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
    /// Go through the whole list and send nothing
    #[arg(long, conflicts_with_all = ["test_to", "outbox"])]
    dry_run: bool,
    /// Send one real mail to EMAIL, marked `[test]`
    #[arg(long, value_name = "EMAIL", conflicts_with = "outbox")]
    test_to: Option<String>,
    /// Whose row the test is merged with; the first one's if nobody is named
    #[arg(long = "for", value_name = "EMAIL", requires = "test_to")]
    reader: Option<String>,
    /// Write each mail to DIR as an .eml file instead of sending it
    #[arg(long, value_name = "DIR")]
    outbox: Option<PathBuf>,
    /// Send through URL: `smtp://user@host:587`, `smtps://user@host:465` or `outbox:DIR`
    #[arg(long, value_name = "URL")]
    via: Option<String>,
    /// Send to complete rows and leave out the others
    #[arg(long)]
    skip_incomplete: bool,
    /// Go on although the campaign has changed since its first mail
    #[arg(long)]
    changed: bool,
    /// Do not ask
    #[arg(long)]
    yes: bool,
    /// How to answer
    #[arg(long, default_value = "human")]
    format: Format,
}

/// What `send --format json` prints.
#[derive(Clone, Debug, Default, Serialize)]
struct Report {
    campaign: String,
    sent: u64,
    failed: u64,
    deferred: u64,
    in_doubt: u64,
    skipped: u64,
    already: u64,
    suppressed: u64,
    remaining: u64,
}

/// Where the mails go.
enum Way {
    Nowhere,
    Outbox(PathBuf),
    Server(Server),
}

/// Everything that a mailing needs, read and proven usable before anything is sent.
struct Plan {
    workshop: Workshop,
    campaign: Campaign,
    letter: Letter,
    list: List,
    frame: Frame,
    leave: Leave,
    from: Mailbox,
    ledger: Location,
    way: Way,
}

/// Sends, rehearses or tests.
pub(super) fn run(ui: &Ui, global: &Global, args: &Args) -> Checked<Exit> {
    let plan = plan(ui, global, args)?;
    if let Some(recipient) = &args.test_to {
        return test(ui, args, &plan, recipient);
    }
    let job = Job {
        letter: &plan.letter,
        list: &plan.list,
        leave: &plan.leave,
        mailing: Mailing { campaign: &plan.campaign.id, ledger: &plan.ledger, retry_failed: false },
    };
    let forecast = forecast(ui, &job, args)?;
    let to_send = args.limit.map_or(forecast.complete, |limit| limit.min(forecast.complete));
    describe(ui, &plan, &forecast, to_send);
    refuse_incomplete(&plan, &forecast, args)?;
    match &plan.way {
        Way::Nowhere => {
            let report = Report { remaining: forecast.complete, ..report_of(&plan, &forecast) };
            ui.status("nothing was sent: this was a dry run");
            answer(ui, args, &report)
        }
        Way::Outbox(dir) => {
            let ended = into_outbox(ui, args, &plan, &job, dir, to_send)?;
            let done = format!(
                "{} in `{}`",
                counted(ended.tally.sent, "mail is", "mails are"),
                dir.display()
            );
            finish(ui, args, &plan, &forecast, ended, None, &done)
        }
        Way::Server(server) => {
            refuse_changed(&plan, args)?;
            if to_send == 0 {
                ui.status("there is nothing to send");
                return answer(ui, args, &report_of(&plan, &forecast));
            }
            confirm(ui, args, to_send)?;
            let (ended, totals) = to_server(ui, args, &plan, &job, server, to_send)?;
            let done = format!("{} sent", counted(ended.tally.sent, "mail", "mails"));
            finish(ui, args, &plan, &forecast, ended, Some(totals), &done)
        }
    }
}

fn plan(ui: &Ui, global: &Global, args: &Args) -> Checked<Plan> {
    let workshop = Workshop::open(global)?;
    let campaign = Workshop::campaign(&args.campaign)?;
    let list = workshop.list(Some(&campaign), &args.list)?;
    let condition = workshop.condition(&campaign, args.condition.as_deref());
    let mut errors = Vec::new();
    let letter = workshop
        .letter(&campaign, condition.as_ref())
        .map_err(|mut slips| errors.append(&mut slips))
        .ok();
    for finding in workshop.findings(&campaign, letter.as_ref(), list.as_ref()) {
        if finding.is_error() {
            errors.push(finding);
        } else {
            ui.finding(&finding);
        }
    }
    let from = workshop.from(&campaign).map_err(|mut slips| errors.append(&mut slips)).ok();
    let way = way(&workshop, args).map_err(|mut slips| errors.append(&mut slips)).ok();
    let frame = letter.as_ref().filter(|_| from.is_some()).and_then(|letter| {
        workshop.frame(&campaign, letter).map_err(|mut slips| errors.append(&mut slips)).ok()
    });
    let list = list.or_else(|| {
        errors.push(Finding::error(
            "no-list",
            "there is no list to send to",
            "name one with `--list FILE`, or write `file = \"subscribers.csv\"` under `[list]` in handbill.toml",
        ));
        None
    });
    let (Some(letter), Some(from), Some(way), Some(frame), Some(list), true) =
        (letter, from, way, frame, list, errors.is_empty())
    else {
        return Err(errors);
    };
    let leave = workshop.leave(&campaign, !args.dry_run)?;
    let ledger = workshop.ledger()?;
    Ok(Plan { workshop, campaign, letter, list, frame, leave, from, ledger, way })
}

/// Where the mails go: as typed, or as the project says.
fn way(workshop: &Workshop, args: &Args) -> Checked<Way> {
    if args.dry_run {
        return Ok(Way::Nowhere);
    }
    if let Some(dir) = &args.outbox {
        return Ok(Way::Outbox(dir.clone()));
    }
    let configured = workshop.project.delivery.via.as_ref();
    let Some(via) = args.via.as_deref().or_else(|| configured.map(crate::place::Passage::text))
    else {
        return Err(Finding::error(
            "no-server",
            "there is no server to send through",
            "write `via = \"smtp://user@host:587\"` under `[delivery]` in handbill.toml, or try `--outbox outbox` or `--dry-run`",
        )
        .into());
    };
    if let Some(dir) = via.strip_prefix("outbox:") {
        let dir = PathBuf::from(dir);
        return Ok(Way::Outbox(if args.via.is_some() {
            dir
        } else {
            workshop.project.root.join(dir)
        }));
    }
    Server::parse(via).map(Way::Server).map_err(|findings| {
        let place =
            configured.filter(|_| args.via.is_none()).map(|via| via.place(0..via.text().len()));
        findings
            .into_iter()
            .map(|finding| match &place {
                Some(place) => finding.at(place.clone()),
                None => finding,
            })
            .collect()
    })
}

/// Says incomplete rows as they come, and keeps count of the rest.
struct Listener<'a> {
    ui: &'a Ui,
    progress: crate::ui::Progress,
    shown: u64,
    shows_all: bool,
    unusable: u64,
    hidden: u64,
}

impl Audience for Listener<'_> {
    fn row(&mut self) {
        self.progress.advance();
    }

    fn unusable(&mut self, finding: &Finding) {
        self.unusable += 1;
        if self.shows_all || self.unusable <= SHOWN {
            self.progress.suspended(|| self.ui.finding(finding));
        }
    }

    fn incomplete(&mut self, subscriber: &Subscriber, gaps: &[Gap]) {
        self.shown += 1;
        if !self.shows_all && self.shown > SHOWN {
            self.hidden += 1;
            return;
        }
        for gap in gaps {
            self.progress.suspended(|| self.ui.finding(&incomplete(gap, subscriber)));
        }
    }
}

fn forecast(ui: &Ui, job: &Job<'_>, args: &Args) -> Checked<Forecast> {
    let progress = ui.progress(None, "rows rehearsed");
    let mut listener =
        Listener { ui, progress, shown: 0, shows_all: args.dry_run, unusable: 0, hidden: 0 };
    let forecast = rehearse(job, &mut listener)?;
    listener.progress.finish();
    if listener.hidden > 0 {
        ui.status(&format!(
            "… and {}; `--dry-run` shows them all",
            counted(listener.hidden, "incomplete row more", "incomplete rows more")
        ));
    }
    Ok(forecast)
}

/// Says what is about to happen.
fn describe(ui: &Ui, plan: &Plan, forecast: &Forecast, to_send: u64) {
    let counts = &forecast.counts;
    let way = match &plan.way {
        Way::Nowhere => "nowhere (dry run)".to_owned(),
        Way::Outbox(dir) => format!("the folder `{}`", dir.display()),
        Way::Server(server) => server.to_string(),
    };
    ui.status(&format!("campaign    {}  “{}”", plan.campaign.id, plan.campaign.subject.text()));
    let from = &plan.from;
    ui.status(&match &from.name {
        Some(name) => format!("from        {name} <{}>", from.address),
        None => format!("from        {}", from.address),
    });
    ui.status(&format!("through     {way}"));
    ui.status(&format!(
        "list        {}: {}",
        plan.list.name(),
        counted(counts.rows(), "row", "rows")
    ));
    ui.status(&format!("to send     {}", grouped(to_send)));
    for (count, what) in [
        (forecast.complete - to_send, "beyond the limit"),
        (counts.sent, "have it already"),
        (forecast.unselected, "are left out by the condition"),
        (counts.duplicates, "stand there a second time"),
        (counts.left, "have left, by the list's status column"),
        (counts.invalid, "cannot be mailed: no usable address"),
        (counts.suppressed, "are suppressed"),
        (counts.failed, "failed before"),
        (counts.deferred, "are deferred"),
        (counts.in_doubt, "are in doubt"),
        (counts.held, "are with another run"),
        (forecast.incomplete, "are incomplete"),
    ] {
        if count > 0 {
            ui.status(&format!("            {} {what}", grouped(count)));
        }
    }
    let first: Vec<&str> = forecast.first.iter().map(|mailbox| mailbox.address.as_str()).collect();
    if !first.is_empty() {
        ui.status(&format!("first       {}", first.join(", ")));
    }
}

fn refuse_incomplete(plan: &Plan, forecast: &Forecast, args: &Args) -> Checked<()> {
    if forecast.incomplete == 0 || args.skip_incomplete {
        return Ok(());
    }
    Err(Finding::error(
        "incomplete-rows",
        format!(
            "{} of {} cannot be merged; nothing was sent",
            counted(forecast.incomplete, "row", "rows"),
            plan.list.name()
        ),
        "mend the list or the letter, or send to the others with `--skip-incomplete`",
    )
    .into())
}

/// A campaign that has changed after its first mail left is two campaigns.
fn refuse_changed(plan: &Plan, args: &Args) -> Checked<()> {
    if args.changed {
        return Ok(());
    }
    let Some(book) = ledger::read(&plan.ledger)? else { return Ok(()) };
    let Some(before) = book.campaign(&plan.campaign.id)? else { return Ok(()) };
    let now = fingerprint(plan);
    if before.fingerprint == now || book.totals(&plan.campaign.id, clock::unix_now())?.sent == 0 {
        return Ok(());
    }
    let what = if before.fingerprint.subject == now.subject {
        "its text, its template or its sender"
    } else {
        "its subject"
    };
    Err(Finding::error(
        "changed-campaign",
        format!("`{}` has changed since its first mail left: {what}", plan.campaign.id),
        "send the rest as it is now with `--changed`, or give the new letter an `id` of its own",
    )
    .into())
}

fn fingerprint(plan: &Plan) -> Fingerprint {
    Fingerprint {
        subject: plan.campaign.subject.text().to_owned(),
        content_hash: format!("{}{}", plan.letter.fingerprint(), plan.from.address),
    }
}

fn confirm(ui: &Ui, args: &Args, count: u64) -> Checked<()> {
    if args.yes {
        return Ok(());
    }
    let (message, help) = match ui.confirms(count) {
        Confirmation::Yes => return Ok(()),
        Confirmation::No => {
            ("nothing was sent: the number was not typed", "run it again when you are sure")
        }
        Confirmation::NobodyThere => (
            "nothing was sent: there is nobody to ask, as standard input is no terminal",
            "add `--yes` to send without being asked",
        ),
    };
    Err(Finding::error("not-confirmed", message, help).into())
}

fn into_outbox(
    ui: &Ui,
    args: &Args,
    plan: &Plan,
    job: &Job<'_>,
    dir: &std::path::Path,
    to_send: u64,
) -> Checked<Ended> {
    let mut progress = ui.progress(Some(to_send), "mails");
    let mut on_mail = |_: &Tally| progress.advance();
    let mut run = Run {
        job,
        frame: &plan.frame,
        return_path: &plan.from.address,
        limit: args.limit,
        on_mail: &mut on_mail,
    };
    let ended = runtime()?.block_on(run.into_outbox(&mut Outbox::new(dir)));
    progress.finish();
    ended
}

fn to_server(
    ui: &Ui,
    args: &Args,
    plan: &Plan,
    job: &Job<'_>,
    server: &Server,
    to_send: u64,
) -> Checked<(Ended, Totals)> {
    let smtp = smtp(plan, server)?;
    let mut book = ledger::open(&plan.ledger)?;
    let run_id = book.open_run(&NewRun {
        campaign: plan.campaign.id.clone(),
        fingerprint: fingerprint(plan),
        process: Process::this(),
        now: clock::unix_now(),
    })?;
    let handle = ledger::spawn(book)?;
    let progress = std::rc::Rc::new(std::cell::RefCell::new(ui.progress(Some(to_send), "mails")));
    let tools = Tools {
        smtp,
        ledger: handle.clone(),
        run: run_id,
        return_path: plan.from.address.clone(),
        retry_failed: false,
        speed: Speed {
            connections: std::env::var("CONN").ok().and_then(|c| c.parse().ok()).unwrap_or(4),
            ..Speed::default()
        },
        limit: args.limit,
    };
    let shown = std::rc::Rc::clone(&progress);
    let ended =
        mailing::send(job, &plan.frame, tools, Box::new(move |_| shown.borrow_mut().advance()));
    let campaign = plan.campaign.id.clone();
    let totals = handle.ask(move |book| {
        book.finish_run(run_id, clock::unix_now())?;
        book.totals(&campaign, clock::unix_now())
    });
    let totals = totals.wait()?;
    handle.close().wait()?;
    let ended = ended?;
    let t = ended.tally;
    Ok((
        Ended {
            tally: Tally {
                sent: t.sent,
                failed: t.failed,
                deferred: t.deferred,
                in_doubt: t.in_doubt,
                skipped: t.skipped,
            },
            stopped: ended.trouble.into_iter().next(),
            interrupted: ended.interrupted,
        },
        totals,
    ))
}

fn smtp(plan: &Plan, server: &Server) -> Checked<Smtp> {
    let delivery = &plan.workshop.project.delivery;
    let secret = match server.user {
        Some(_) => server::password(
            std::env::var(PASSWORD_VARIABLE).ok(),
            delivery.password_command.as_deref(),
        )?,
        None => None,
    };
    let ca = delivery.ca.as_ref().map(|file| plan.workshop.project.root.join(file));
    Smtp::new(server.clone(), secret, ca.as_deref())
}

/// One real mail to an address of the author's own. The ledger learns nothing.
fn test(ui: &Ui, args: &Args, plan: &Plan, recipient: &str) -> Checked<Exit> {
    let recipient = address(recipient)?;
    let Way::Server(server) = &plan.way else {
        return Err(Finding::error(
            "no-server",
            "a test mail needs a server",
            "write `via = \"smtp://…\"` under `[delivery]`",
        )
        .into());
    };
    if let Some(book) = ledger::read(&plan.ledger)?
        && book.is_suppressed(&recipient)?
    {
        return Err(Finding::error(
            "suppressed",
            format!("`{recipient}` is suppressed"),
            "test with another address",
        )
        .into());
    }
    let bytes = test_message(plan, args, &recipient)?;
    ui.status(&format!("a test of `{}` to {recipient} through {server}", plan.campaign.id));
    confirm(ui, args, 1)?;
    let smtp = smtp(plan, server)?;
    let envelope = Envelope { return_path: plan.from.address.clone(), recipient };
    let verdict = runtime()?.block_on(async {
        let mut connection = None;
        let verdict = deliver(&smtp, &mut connection, &envelope, &bytes).await;
        if let Some(mut connection) = connection {
            connection.close().await;
        }
        verdict
    });
    let refused = |message: String| {
        Err(Finding::error(
            "test-failed",
            message,
            "correct what the server complains of, then try again",
        )
        .into())
    };
    match verdict {
        Verdict::Sent(reply) => {
            ui.status(&format!("the server took it: {reply}"));
            let report =
                Report { campaign: plan.campaign.id.clone(), sent: 1, ..Report::default() };
            answer(ui, args, &report)
        }
        Verdict::Failed(reply) | Verdict::Deferred(reply) | Verdict::Throttled(reply) => {
            refused(format!("the server refused it: {reply}"))
        }
        Verdict::Retry(loss) => refused(loss.reason),
        Verdict::InDoubt(why) => refused(format!("it may have been sent or not: {why}")),
        Verdict::Stop(finding) => Err((*finding).into()),
    }
}

fn test_message(plan: &Plan, args: &Args, recipient: &Address) -> Checked<Vec<u8>> {
    let (columns, mut reader) = match find(&plan.list, args.reader.as_deref()) {
        Ok(reader) => (plan.list.columns().to_vec(), reader),
        Err(findings) if args.reader.is_some() => return Err(findings),
        Err(_) => made_up(&plan.letter, recipient),
    };
    let mut merger = Merger::new(&plan.letter, &columns);
    let mail = merger
        .merge(&reader, &links(&plan.leave, &reader.mailbox))
        .map_err(|gaps| gaps.iter().map(|gap| incomplete(gap, &reader)).collect::<Vec<_>>())?;
    let headers = plan.leave.headers(&reader.mailbox.address);
    reader.mailbox = Mailbox { name: None, address: recipient.clone() };
    let subject = format!("[test] {}", mail.subject);
    let mail = Mail {
        to: &reader.mailbox,
        subject: &subject,
        html: &mail.html,
        text: &mail.text,
        headers: &headers,
    };
    let mut bytes = Vec::new();
    plan.frame.write(&mail, clock::unix_now(), &mut bytes);
    Ok(bytes)
}

/// What is known before anything was sent.
fn report_of(plan: &Plan, forecast: &Forecast) -> Report {
    Report {
        campaign: plan.campaign.id.clone(),
        sent: 0,
        failed: forecast.counts.failed,
        deferred: forecast.counts.deferred,
        in_doubt: forecast.counts.in_doubt,
        skipped: forecast.incomplete + forecast.counts.skipped,
        already: forecast.counts.sent,
        suppressed: forecast.counts.suppressed,
        remaining: forecast.counts.held,
    }
}

fn finish(
    ui: &Ui,
    args: &Args,
    plan: &Plan,
    forecast: &Forecast,
    ended: Ended,
    totals: Option<Totals>,
    done: &str,
) -> Checked<Exit> {
    let before = report_of(plan, forecast);
    let tally = ended.tally;
    let tried = tally.sent + tally.failed + tally.deferred + tally.in_doubt;
    let report = Report {
        sent: tally.sent,
        failed: before.failed + tally.failed,
        deferred: before.deferred + tally.deferred,
        in_doubt: totals.map_or(before.in_doubt + tally.in_doubt, |totals| totals.in_doubt),
        remaining: before.remaining + forecast.complete.saturating_sub(tried),
        ..before
    };
    ui.status(done);
    if let Some(finding) = ended.stopped {
        answer(ui, args, &report)?;
        return Err(finding.into());
    }
    let exit = answer(ui, args, &report)?;
    if ended.interrupted {
        ui.status("stopped; run the same command again to go on");
        return Ok(Exit::Interrupted);
    }
    Ok(exit)
}

/// The counts, and the exit code that they mean.
fn answer(ui: &Ui, args: &Args, report: &Report) -> Checked<Exit> {
    if args.format == Format::Json {
        print_json(ui, report)?;
    }
    for (count, what) in [
        (report.failed, "failed"),
        (report.deferred, "deferred: run the same command again later"),
        (report.in_doubt, "in doubt: the server may have them or not"),
        (report.skipped, "skipped as incomplete"),
    ] {
        if count > 0 {
            ui.status(&format!("{} {what}", grouped(count)));
        }
    }
    let open = report.failed + report.deferred + report.in_doubt + report.skipped;
    Ok(if open > 0 { Exit::Partly } else { Exit::Done })
}

fn runtime() -> Checked<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| {
        Finding::error(
            "runtime",
            format!("the program cannot start its input and output: {error}"),
            "end other programs, then try again",
        )
        .into()
    })
}
