//! All campaigns, and how far each has gone out.

use std::os::unix::fs::MetadataExt as _;
use std::sync::Arc;

use axum::extract::State as Shared;
use axum::response::{IntoResponse, Json, Response};
use serde_json::{Value, json};

use super::server::{Desk, blocking};
use super::shelf::Entry;
use super::state::sent;
use super::studio::Studio;
use crate::calendar;
use crate::ledger::{self, Book};
use crate::workshop::Workshop;

/// What the front page lists.
pub(super) async fn campaigns(Shared(desk): Shared<Arc<Desk>>) -> Response {
    blocking(move || {
        let workshop = desk.studio.workshop().ok();
        let location = workshop.as_ref().and_then(|workshop| workshop.ledger().ok());
        let book = location.and_then(|location| ledger::read(&location).ok().flatten());
        let mut entries: Vec<(i64, Value)> = desk
            .studio
            .entries()
            .iter()
            .map(|entry| described(&desk.studio, entry, book.as_deref()))
            .collect();
        entries.sort_by_key(|(modified, _)| std::cmp::Reverse(*modified));
        let name = workshop.as_ref().and_then(|workshop| {
            let mailbox = workshop.project.sender.mailbox.as_ref()?;
            mailbox.name.clone().or_else(|| Some(mailbox.address.to_string()))
        });
        let list = workshop.as_ref().and_then(|workshop| workshop.project.list.file.clone());
        let list = list.map(|file| json!({ "file": file.text() }));
        let campaigns: Vec<Value> = entries.into_iter().map(|(_, entry)| entry).collect();
        Json(json!({ "project": name, "list": list, "campaigns": campaigns })).into_response()
    })
    .await
}

fn described(studio: &Studio, entry: &Entry, book: Option<&dyn Book>) -> (i64, Value) {
    let modified = std::fs::metadata(&entry.path).map_or(0, |data| data.mtime());
    let campaign = Workshop::campaign(&entry.path);
    let done = campaign
        .as_ref()
        .ok()
        .and_then(|campaign| book.and_then(|book| sent(book, &campaign.id).ok().flatten()));
    let status = match (&campaign, &done) {
        (Err(_), _) => "broken",
        (_, None) => "draft",
        (_, Some(done)) if done.sent == 0 => "draft",
        (_, Some(done)) if done.sent < done.of => "partly",
        _ => "sent",
    };
    let subject = campaign.as_ref().map_or_else(
        |_| entry.path.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
        |campaign| merged(studio, &entry.key, campaign.subject.text()),
    );
    let day = calendar::rfc3339(modified);
    let about = json!({
        "key": entry.key,
        "file": entry.path.display().to_string(),
        "subject": subject,
        "status": status,
        "sent": done.as_ref().map_or(0, |done| done.sent),
        "of": done.as_ref().map(|done| done.of),
        "failed": done.as_ref().map_or(0, |done| done.failed),
        "deferred": done.as_ref().map_or(0, |done| done.deferred),
        "in_doubt": done.as_ref().map_or(0, |done| done.in_doubt),
        "errors": campaign.as_ref().err().map_or(0, Vec::len),
        "modified": day.split('T').next(),
    });
    (modified, about)
}

/// A subject as the first reader gets it; it is only compiled where it has tags.
fn merged(studio: &Studio, key: &str, subject: &str) -> String {
    let merge = || {
        let picture = studio.picture(key)?;
        let reader = picture.reader(0).ok().flatten()?;
        Some(picture.mail(&reader).ok()?.mail.subject)
    };
    let has_tags = subject.contains("{{") || subject.contains("{%");
    has_tags.then(merge).flatten().unwrap_or_else(|| subject.to_owned())
}
