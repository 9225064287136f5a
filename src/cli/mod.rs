//! The commands: one file each, with what was typed (its `Args`) and one
//! function that does it. Here is what they share: global flags, the exit codes.

mod archive;
mod bounces;
mod check;
mod doctor;
mod init;
mod ledger;
mod list;
mod new;
mod output;
mod preview;
mod render;
mod report;
mod sarif;
mod send;
mod serve;
mod status;
mod suppress;
mod template;
mod understood;
mod workshop;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, CommandFactory, Parser, Subcommand};

use crate::finding::{Checked, Finding, tidy};
use crate::ui::{Color, Ui};

/// Write a newsletter in Markdown, see exactly what each reader will get, send it once to everybody
#[derive(Debug, Parser)]
#[command(name = "handbill", version, max_term_width = 100)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// What every command understands.
#[derive(Debug, Args)]
struct Global {
    /// Work as if started in DIR
    #[arg(short = 'C', global = true, help_heading = "Everywhere", value_name = "DIR")]
    chdir: Option<PathBuf>,
    /// Read the settings from FILE instead of handbill.toml
    #[arg(long, global = true, help_heading = "Everywhere", value_name = "FILE")]
    config: Option<PathBuf>,
    /// Keep the ledger at URL: sqlite:PATH or `postgres://user@host/database`
    #[arg(long, global = true, help_heading = "Everywhere", value_name = "URL")]
    ledger: Option<String>,
    /// Say only what is wrong
    #[arg(short, long, global = true, help_heading = "Everywhere")]
    quiet: bool,
    /// Say more
    #[arg(short, long, global = true, help_heading = "Everywhere")]
    verbose: bool,
    /// When to use colour
    #[arg(
        long,
        global = true,
        help_heading = "Everywhere",
        value_name = "WHEN",
        default_value = "auto"
    )]
    color: Color,
}

#[derive(Debug, Subcommand)]
enum Command {
    Init(init::Args),
    New(new::Args),
    Template(template::Args),
    Check(check::Args),
    Render(render::Args),
    Preview(preview::Args),
    Send(send::Args),
    Serve(serve::Args),
    Status(status::Args),
    List(list::Args),
    Suppress(suppress::Args),
    Ledger(ledger::Args),
    Archive(archive::Args),
    Doctor(doctor::Args),
    Bounces(bounces::Args),
    Completions(CompletionArgs),
    /// Print the manual page
    Man,
}

/// Print a completion script for a shell
#[derive(Debug, Args)]
struct CompletionArgs {
    /// The shell
    shell: clap_complete::Shell,
}

/// How a command ended, when it did its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Exit {
    /// Done, all of it.
    Done,
    /// Done, and the answer is no: `check` found errors.
    Refused,
    /// Finished, but not for every recipient.
    Partly,
    /// Stopped by the user; `send` again goes on.
    Interrupted,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Refused => 1,
            Exit::Partly => 3,
            Exit::Interrupted => 130,
        })
    }
}

/// Runs the program: arguments in, exit code out.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let ui = Ui::new(cli.global.color, cli.global.quiet, cli.global.verbose);
    match dispatch(&ui, &cli) {
        Ok(exit) => exit.into(),
        Err(findings) => {
            for finding in &tidy(findings) {
                ui.finding(finding);
            }
            Exit::Refused.into()
        }
    }
}

fn dispatch(ui: &Ui, cli: &Cli) -> Checked<Exit> {
    if let Some(directory) = &cli.global.chdir {
        std::env::set_current_dir(directory).map_err(|error| {
            Finding::error(
                "no-directory",
                format!("cannot go to `{}`: {}", directory.display(), crate::files::plain(&error)),
                "name a folder that exists after -C",
            )
        })?;
    }
    match &cli.command {
        Command::Init(args) => init::run(ui, args),
        Command::New(args) => new::run(ui, &cli.global, args),
        Command::Template(args) => template::run(ui, &cli.global, args),
        Command::Check(args) => check::run(ui, &cli.global, args),
        Command::Render(args) => render::run(ui, &cli.global, args),
        Command::Preview(args) => preview::run(ui, &cli.global, args),
        Command::Send(args) => send::run(ui, &cli.global, args),
        Command::Serve(args) => serve::run(ui, &cli.global, args),
        Command::Status(args) => status::run(ui, &cli.global, args),
        Command::List(args) => list::run(ui, &cli.global, args),
        Command::Bounces(args) => bounces::run(ui, &cli.global, args),
        Command::Suppress(args) => suppress::run(ui, &cli.global, args),
        Command::Ledger(args) => ledger::run(ui, &cli.global, args),
        Command::Archive(args) => archive::run(ui, &cli.global, args),
        Command::Doctor(args) => doctor::run(ui, &cli.global, args),
        Command::Man => {
            let mut page = Vec::new();
            clap_mangen::Man::new(Cli::command())
                .render(&mut page)
                .expect("a vector takes all that is written");
            print(ui, &page)
        }
        Command::Completions(args) => {
            let mut script = Vec::new();
            clap_complete::generate(args.shell, &mut Cli::command(), "handbill", &mut script);
            print(ui, &script)
        }
    }
}

/// Puts data on standard output.
fn print(ui: &Ui, bytes: &[u8]) -> Checked<Exit> {
    ui.data(bytes).map_err(|error| unwritten(&error))?;
    Ok(Exit::Done)
}

fn unwritten(error: &std::io::Error) -> Finding {
    Finding::error(
        "output",
        format!("cannot write to standard output: {}", crate::files::plain(error)),
        "check where the output goes",
    )
}

/// Puts a value on standard output as JSON.
fn print_json(ui: &Ui, value: &impl serde::Serialize) -> Checked<Exit> {
    let mut text = serde_json::to_string(value).expect("counts and texts are JSON");
    text.push('\n');
    print(ui, text.as_bytes())
}
