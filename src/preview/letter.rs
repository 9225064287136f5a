//! One reader's mail, in all the ways to look at it.

use std::path::Path as FilePath;
use std::sync::Arc;

use axum::extract::{Path, Query, State as Shared};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Json, Response};
use serde_json::json;

use super::picture::{Missing, Picture, Shown, Standing};
use super::server::{Desk, Images, Question, blocking};
use super::state::State;

type Desked = Shared<Arc<Desk>>;

/// All that is said beside the letter.
pub(super) async fn state(
    Shared(desk): Desked,
    Path(key): Path<String>,
    Query(question): Query<Question>,
) -> Response {
    blocking(move || {
        let (Some(entry), Some(picture)) = (desk.studio.entry(&key), desk.studio.picture(&key))
        else {
            return StatusCode::NOT_FOUND.into_response();
        };
        Json(State::of(&key, &entry.path, &picture, question.reader)).into_response()
    })
    .await
}

/// The page, as a mail program gets it; its files are fetched from here.
pub(super) async fn html(
    Shared(desk): Desked,
    Path(key): Path<String>,
    Query(question): Query<Question>,
) -> Response {
    let policy = policy(question.images);
    blocking(move || {
        let answer = shown(&desk, &key, question.reader, |shown| {
            let mut page = shown.mail.html.clone();
            for image in &shown.made.letter.images {
                let here = format!("/campaign/{key}/image/{}", image.cid);
                page = page.replace(&format!("cid:{}", image.cid), &here);
            }
            ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], page).into_response()
        });
        let answer = answer.unwrap_or_else(|why| {
            let page = format!(
                "<!doctype html><meta charset=\"utf-8\"><title>no letter</title>\
                 <p style=\"font: 16px/1.5 system-ui, sans-serif; color: #667; margin: 3em 2em\">{}</p>",
                html_escape::encode_text(&why)
            );
            let kind = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
            (StatusCode::CONFLICT, kind, page).into_response()
        });
        ([(header::CONTENT_SECURITY_POLICY, policy)], answer).into_response()
    })
    .await
}

/// The text part.
pub(super) async fn text(
    Shared(desk): Desked,
    Path(key): Path<String>,
    Query(question): Query<Question>,
) -> Response {
    plain_part(desk, key, question.reader, |shown| shown.mail.text.clone().into_bytes()).await
}

/// The message's bytes.
pub(super) async fn source(
    Shared(desk): Desked,
    Path(key): Path<String>,
    Query(question): Query<Question>,
) -> Response {
    plain_part(desk, key, question.reader, Shown::message).await
}

async fn plain_part(
    desk: Arc<Desk>,
    key: String,
    reader: u64,
    part: fn(&Shown) -> Vec<u8>,
) -> Response {
    let plain = |bytes: Vec<u8>| {
        ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], bytes).into_response()
    };
    blocking(move || {
        shown(&desk, &key, reader, |shown| plain(part(shown)))
            .unwrap_or_else(|why| (StatusCode::CONFLICT, plain(why.into_bytes())).into_response())
    })
    .await
}

/// An image that travels with the mail.
pub(super) async fn image(
    Shared(desk): Desked,
    Path((key, cid)): Path<(String, String)>,
) -> Response {
    blocking(move || {
        let missing = || StatusCode::NOT_FOUND.into_response();
        let Some(picture) = desk.studio.picture(&key) else { return missing() };
        let Some(made) = picture.made() else { return missing() };
        let Some(image) = made.letter.images.iter().find(|image| image.cid == cid) else {
            return missing();
        };
        let folder = FilePath::new(made.campaign.source.name()).parent();
        match crate::workshop::read_file(folder.unwrap_or(FilePath::new("")), &image.path) {
            // What is no image is not shown as anything else.
            Ok(bytes) => ([(header::CONTENT_TYPE, kind(&image.path))], bytes).into_response(),
            Err(_) => missing(),
        }
    })
    .await
}

/// Readers by a part of their address or name.
pub(super) async fn readers(
    Shared(desk): Desked,
    Path(key): Path<String>,
    Query(question): Query<Question>,
) -> Response {
    blocking(move || {
        let readers = desk.studio.picture(&key).and_then(|picture| picture.readers.clone());
        let Some(readers) = readers else {
            return Json(json!({ "readers": [], "more": false })).into_response();
        };
        match readers.find(&question.find) {
            Ok((hits, more)) => {
                let hits: Vec<_> = hits
                    .into_iter()
                    .map(|hit| json!({ "index": hit.index, "email": hit.email, "name": hit.name }))
                    .collect();
                Json(json!({ "readers": hits, "more": more })).into_response()
            }
            Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        }
    })
    .await
}

/// Readers worth a look.
pub(super) async fn worst(Shared(desk): Desked, Path(key): Path<String>) -> Response {
    blocking(move || {
        let readers = desk.studio.picture(&key).and_then(|picture| picture.readers.clone());
        let worst = readers.map(|readers| readers.worst.clone()).unwrap_or_default();
        let worst: Vec<_> = worst
            .into_iter()
            .map(|one| {
                json!({ "index": one.index, "email": one.email, "name": one.name, "why": one.why })
            })
            .collect();
        Json(json!({ "readers": worst })).into_response()
    })
    .await
}

/// A reader's mail made into an answer, or why there is none.
fn shown(
    desk: &Desk,
    key: &str,
    reader: u64,
    answer: impl FnOnce(&Shown) -> Response,
) -> Result<Response, String> {
    let picture = desk.studio.picture(key).ok_or("there is no such campaign")?;
    let mail = mail(&picture, reader)?;
    Ok(answer(&mail))
}

fn mail(picture: &Picture, reader: u64) -> Result<Shown, String> {
    let reader = match picture.reader(reader) {
        Ok(Some(reader)) => reader,
        Ok(None) => return Err("there is no letter yet".to_owned()),
        Err(findings) => return Err(findings.into_iter().map(|one| one.message).collect()),
    };
    picture.mail(&reader).map_err(|Missing { standing, findings }| match standing {
        Standing::Incomplete => {
            let lacks: Vec<String> = findings.into_iter().map(|one| one.message).collect();
            format!("this reader gets no mail: {}", lacks.join("; "))
        }
        _ => "there is no letter yet".to_owned(),
    })
}

/// What a letter may fetch: scripts, forms and frames never, images as wanted.
fn policy(images: Images) -> String {
    let images = match images {
        Images::Off => "'none'",
        Images::Inline => "'self' data:",
        Images::Remote => "'self' data: https: http:",
    };
    format!(
        "sandbox allow-same-origin; default-src 'none'; style-src 'unsafe-inline'; \
         img-src {images}; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    )
}

/// The type of an image, by its ending.
fn kind(path: &str) -> &'static str {
    let ending = path.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    match ending.as_str() {
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "svg" => "image/svg+xml",
        _ => "application/octet-stream",
    }
}
