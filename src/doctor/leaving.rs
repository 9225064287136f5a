//! The unsubscribe URL: whether readers can reach it, and whether it is one
//! with which mail programs unsubscribe at a click (RFC 8058). It is asked
//! once, with a token that was made up and belongs to nobody.

use std::time::Duration;

use ureq::Agent;
use ureq::http::header::{DATE, LOCATION};
use url::Url;

use super::{Said, at, shown};
use crate::finding::Finding;
use crate::project::Project;

/// A token as long as a real one.
const MADE_UP: &str = "00000000000000000000000000000000";
/// How long the answer may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// What was found, and what time it was there.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) said: Vec<Said>,
    pub(super) date: Option<String>,
}

/// Asks for the page as a reader's browser would.
pub(super) fn look(project: &Project) -> Page {
    let Some(url) = &project.unsubscribe.url else { return Page::default() };
    let mut page = Page::default();
    let mut findings = Vec::new();
    match Url::parse(&format!("{url}{MADE_UP}")) {
        Ok(parsed) => {
            if parsed.scheme() != "https" {
                findings.push(not_https(url));
            }
            match ask(&parsed) {
                Ok((said, date)) => {
                    page.date = date;
                    match said {
                        Said::Wrong(finding) => findings.push(finding),
                        said => page.said.push(said),
                    }
                }
                Err(why) => findings.push(unreachable(url, &why)),
            }
        }
        Err(why) => findings.push(unreachable(url, &why.to_string())),
    }
    page.said.extend(findings.into_iter().map(|finding| at(finding, project.place())));
    page
}

fn ask(url: &Url) -> Result<(Said, Option<String>), String> {
    let agent: Agent = Agent::config_builder()
        .timeout_global(Some(PATIENCE))
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false)
        .user_agent(concat!(
            "handbill/",
            env!("CARGO_PKG_VERSION"),
            " (looks whether this answers)"
        ))
        .build()
        .into();
    let answer = agent.get(url.as_str()).call().map_err(|why| why.to_string())?;
    let text = |name| answer.headers().get(name).and_then(|value| value.to_str().ok());
    let date = text(DATE).map(str::to_owned);
    let status = answer.status();
    let said = if status.is_redirection() {
        moved(url, text(LOCATION).unwrap_or_default())
    } else if status.is_server_error() {
        Said::Wrong(Finding::error(
            "unsubscribe-broken",
            format!("the unsubscribe page answers with {}", status.as_u16()),
            "mend it before you send: readers who cannot leave report the mail as spam",
        ))
    } else if matches!(status.as_u16(), 401 | 403 | 405) {
        Said::Wrong(Finding::warning(
            "unsubscribe-refuses",
            format!("the unsubscribe page answers with {} to a GET", status.as_u16()),
            "show a page with a button to whoever follows the link, without a login; only a POST should act (RFC 8058 §3.1)",
        ))
    } else {
        Said::Well(format!("the unsubscribe page answers ({})", status.as_u16()))
    };
    Ok((said, date))
}

fn moved(url: &Url, to: &str) -> Said {
    let target = url.join(to).ok();
    let is_same = target.as_ref().is_some_and(|target| {
        target.host_str() == url.host_str() && target.scheme() == url.scheme()
    });
    if is_same {
        return Said::Well("the unsubscribe page answers, and leads on at the same host".into());
    }
    Said::Wrong(Finding::warning(
        "unsubscribe-redirects",
        format!("the unsubscribe page sends readers elsewhere: to `{}`", shown(to)),
        "name the last address as `url`: mail programs that unsubscribe by POST follow no redirects (RFC 8058 §3.1)",
    ))
}

fn not_https(url: &str) -> Finding {
    Finding::warning(
        "unsubscribe-not-https",
        format!("the unsubscribe URL `{}` is not https", shown(url)),
        "use https: otherwise mail programs show no button to unsubscribe, which large providers want of newsletters (RFC 8058 §3.1)",
    )
}

fn unreachable(url: &str, why: &str) -> Finding {
    Finding::error(
        "unsubscribe-unreachable",
        format!("the unsubscribe URL `{}` does not answer: {}", shown(url), shown(why)),
        "look at `url` under `[unsubscribe]`, and at the server behind it; readers who cannot leave report the mail as spam",
    )
}
