//! The templates that come with us, against what mail programs understand.

use std::fs;
use std::path::{Path, PathBuf};

use handbill::check::support::{Clients, unsupported};

#[test]
fn our_own_templates_are_understood_everywhere() {
    let mut wrong = Vec::new();
    for path in pages_of(&Path::new(env!("CARGO_MANIFEST_DIR")).join("templates")) {
        let page = fs::read_to_string(&path).expect("readable");
        for name in ["gmail", "apple-mail", "outlook-windows", "outlook-web", "yahoo"] {
            for told in unsupported(&page, &Clients::with(&[(name.to_owned(), 100.0)]), 0.0) {
                wrong.push(format!("{}: {name}: {} `{}`", path.display(), told.slug, told.needle));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn pages_of(folder: &Path) -> Vec<PathBuf> {
    let mut pages = Vec::new();
    for entry in fs::read_dir(folder).expect("readable").flatten() {
        let path = entry.path();
        if path.is_dir() {
            pages.extend(pages_of(&path));
        } else if path.extension().is_some_and(|ending| ending == "html") {
            pages.push(path);
        }
    }
    pages.sort();
    pages
}
