//! `handbill template`: the frames of letters, built in and one's own.

use std::fs::{self, OpenOptions};
use std::io::Write;

use clap::builder::PossibleValuesParser;

use super::{Exit, Global, print, workshop};
use crate::files;
use crate::finding::{Checked, Finding};
use crate::place::Source;
use crate::template::{self, Template};
use crate::ui::Ui;

/// List templates, or make one of your own from another
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Say which templates there are
    List,
    /// Copy a built-in template to templates/NAME, to change it
    New(New),
}

#[derive(Debug, clap::Args)]
struct New {
    /// The name of the new template
    name: String,
    /// The template to begin with
    #[arg(
        long,
        value_name = "TEMPLATE",
        default_value = template::DEFAULT,
        value_parser = PossibleValuesParser::new(Template::built_in_names())
    )]
    from: String,
}

/// Lists templates or copies one.
pub(super) fn run(ui: &Ui, global: &Global, args: &Args) -> Checked<Exit> {
    match &args.command {
        Command::List => list(ui, global),
        Command::New(args) => new(ui, global, args),
    }
}

fn list(ui: &Ui, global: &Global) -> Checked<Exit> {
    let own = files::own_templates(&workshop::open(global)?.project.root);
    let built_in = Template::built_in_names().filter(|name| own.iter().all(|own| own != name));
    let mut lines: Vec<(&str, String)> =
        built_in.map(|name| (name, "built in".to_owned())).collect();
    lines.extend(own.iter().map(|name| (name.as_str(), format!("templates/{name}"))));
    let width = lines.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    let text: String =
        lines.iter().map(|(name, place)| format!("{name:width$}  {place}\n")).collect();
    print(ui, text.as_bytes())
}

/// Writes a whole template, so that every part of it can be changed; never over one that is there.
fn new(ui: &Ui, global: &Global, args: &New) -> Checked<Exit> {
    let name = args.name.as_str();
    if !template::is_name(name) {
        return Err(Finding::error(
            "template-name",
            format!("`{name}` is no name for a template"),
            "take the name of a folder, such as `harvest`: no dot first, and no `/` in it",
        )
        .into());
    }
    let workshop = workshop::open(global)?;
    let folder = workshop.project.root.join("templates").join(name);
    let shown = format!("templates/{name}");
    let template = Template::built_in(&args.from).expect("its name is one of the built-in ones");
    let make = || {
        fs::create_dir_all(workshop.project.root.join("templates"))?;
        fs::create_dir(&folder)?;
        fs::create_dir(folder.join("components"))?;
        for (path, source) in files_of(&template) {
            let mut file =
                OpenOptions::new().write(true).create_new(true).open(folder.join(path))?;
            file.write_all(source.text().as_bytes())?;
        }
        Ok(())
    };
    make().map_err(|error: std::io::Error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => Finding::error(
            "file-exists",
            format!("`{shown}` is there already"),
            "choose another name, or edit what is in it",
        ),
        _ => Finding::error(
            "output",
            format!("cannot write `{shown}`: {}", files::plain(&error)),
            "check that you may write here",
        ),
    })?;
    ui.status(&format!("wrote {shown} from {}", args.from));
    ui.status(&format!(
        "next: put `template: {name}` into a campaign, or `name = \"{name}\"` under [template] in \
         handbill.toml; then edit {shown}/page.html and look with `handbill preview`"
    ));
    Ok(Exit::Done)
}

/// Every file of a template: its path in the folder, and what is in it.
fn files_of(template: &Template) -> impl Iterator<Item = (String, &Source)> {
    let pages = [("page.html", &template.page), ("page.txt", &template.text_page)];
    let components = template.components.iter().flat_map(|component| {
        let path = |ending: &str| format!("components/{}.{ending}", component.stem());
        [(path("html"), &component.html), (path("txt"), &component.text)]
    });
    pages.into_iter().map(|(path, source)| (path.to_owned(), source)).chain(components)
}
