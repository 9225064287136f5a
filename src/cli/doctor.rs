//! `handbill doctor`: whether the project is fit to send; and new keys.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::report::{self, FindingsFormat, Format};
use super::{Exit, Global, print, print_json, workshop};
use crate::doctor::{self, KeyType, Said};
use crate::finding::{Checked, Finding};
use crate::ui::Ui;
use crate::workshop::Workshop;

/// Find out whether the project is fit to send: server, SPF, DKIM, DMARC; nothing is sent
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// How to answer
    #[arg(long, default_value = "human")]
    format: Format,
    /// The DNS server to ask; the system's if none is named
    #[arg(long, value_name = "ADDR:PORT")]
    resolver: Option<SocketAddr>,
    /// Make a key for DKIM and print its DNS record
    #[arg(long, num_args = 2, value_names = ["DOMAIN", "SELECTOR"], conflicts_with = "resolver")]
    new_key: Option<Vec<String>>,
    /// The kind of the new key
    #[arg(long = "type", value_name = "TYPE", requires = "new_key", default_value = "rsa")]
    kind: KeyType,
    /// Write the new key to FILE instead of .handbill/dkim-SELECTOR.pem
    #[arg(short, long, value_name = "FILE", requires = "new_key")]
    output: Option<PathBuf>,
}

/// A new key for programs.
#[derive(Serialize)]
struct Record<'a> {
    name: &'a str,
    r#type: &'a str,
    value: &'a str,
    file: &'a str,
}

/// Looks at everything, or makes a key.
pub(super) fn run(ui: &Ui, global: &Global, args: &Args) -> Checked<Exit> {
    if let Some([domain, selector]) = args.new_key.as_deref() {
        return new_key(ui, global, args, domain, selector);
    }
    let mut findings: Vec<Finding> = Vec::new();
    let is_for_people = args.format == Format::Human;
    match workshop::open(global).and_then(|open| doctor::examine(&open, args.resolver)) {
        Ok(everything) => {
            for said in everything {
                match said {
                    Said::Wrong(finding) => findings.push(finding),
                    Said::Well(text) if is_for_people => ui.status(&format!("ok: {text}")),
                    Said::Note(text) if is_for_people => ui.status(&format!("note: {text}")),
                    Said::Well(_) | Said::Note(_) => {}
                }
            }
        }
        Err(stopped) => findings.extend(stopped),
    }
    let format = if is_for_people { FindingsFormat::Human } else { FindingsFormat::Json };
    report::findings(ui, (&findings, None), format, false)
}

fn new_key(ui: &Ui, global: &Global, args: &Args, domain: &str, selector: &str) -> Checked<Exit> {
    let workshop = workshop::open(global)?;
    let usual = doctor::usual_file(selector);
    let file = args.output.clone().unwrap_or_else(|| workshop.project.root.join(&usual));
    let key = doctor::make(args.kind, domain, selector, &file)?;
    let named = match &args.output {
        None => usual,
        Some(typed) => beside_settings(&workshop, typed),
    };
    let named = named.display().to_string();
    if args.format == Format::Json {
        let record = Record { name: &key.name, r#type: "TXT", value: &key.value, file: &named };
        return print_json(ui, &record);
    }
    ui.status(&format!(
        "the private key is in {}; keep a copy where nobody else can read it",
        file.display()
    ));
    ui.status("this belongs into DNS (a form wants the value in one piece, without quotes):");
    print(ui, format!("{}\n", key.zone_line()).as_bytes())?;
    ui.status(
        "and this into handbill.toml, when DNS has it; `handbill doctor` says whether it has:",
    );
    let quoted = |text: &str| format!("{text:?}");
    let lines = [("domain", &*key.domain), ("selector", selector), ("key", &*named)];
    ui.tell("[dkim]");
    for (name, value) in lines {
        ui.tell(&format!("{name} = {}", quoted(value)));
    }
    Ok(Exit::Done)
}

/// How the settings name a file that was named here.
fn beside_settings(workshop: &Workshop, typed: &Path) -> PathBuf {
    let here = std::env::current_dir().unwrap_or_default();
    let root = here.join(&workshop.project.root);
    let file = here.join(typed);
    file.strip_prefix(&root).map(Path::to_owned).unwrap_or(file)
}
