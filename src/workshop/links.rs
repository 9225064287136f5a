//! Asks whether the links of a letter answer: `check --links`. Politely: each
//! page once, one question at a time to each host, with its name.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use ureq::Agent;
use ureq::http::StatusCode;

use crate::check::{BROKEN_LINK, WebLink};
use crate::finding::{Finding, Severity};
use crate::place::printable;

/// How many hosts are asked at the same time.
const HOSTS: usize = 4;
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Between two questions to one host.
const PAUSE: Duration = Duration::from_millis(250);
/// How often a page may have moved.
const REDIRECTS: u32 = 5;

/// What is wrong with links, in no order.
pub(super) fn broken(links: Vec<WebLink>) -> Vec<Finding> {
    let agent: Agent = Agent::config_builder()
        .timeout_global(Some(PATIENCE))
        .max_redirects(REDIRECTS)
        .http_status_as_error(false)
        .user_agent(concat!(
            "handbill/",
            env!("CARGO_PKG_VERSION"),
            " (checks the links of a letter)"
        ))
        .build()
        .into();
    let mut hosts: BTreeMap<String, Vec<WebLink>> = BTreeMap::new();
    for link in links {
        hosts.entry(link.host.clone()).or_default().push(link);
    }
    let hosts = Mutex::new(hosts);
    let findings = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..HOSTS {
            scope.spawn(|| {
                loop {
                    let next = hosts.lock().expect("nobody panicked").pop_first();
                    let Some((_, links)) = next else { return };
                    for (number, link) in links.iter().enumerate() {
                        if number > 0 {
                            thread::sleep(PAUSE);
                        }
                        let finding =
                            ask(&agent, &link.url).map(|finding| finding.at(link.place.clone()));
                        findings.lock().expect("nobody panicked").extend(finding);
                    }
                }
            });
        }
    });
    findings.into_inner().expect("nobody panicked")
}

/// Asks for a page's headers; for the page itself where a server gives no headers alone.
fn ask(agent: &Agent, url: &str) -> Option<Finding> {
    let answer = agent.head(url).call().map(|answer| answer.status());
    let answer = match answer {
        Ok(status) if status.is_client_error() || status.is_server_error() => {
            agent.get(url).call().map(|answer| answer.status())
        }
        other => other,
    };
    let shown: String = url.chars().take(80).map(printable).collect();
    let doubt = |why: String| {
        let finding = BROKEN_LINK.says(format!("`{shown}` does not answer: {why}"));
        let help = "try it in a browser: it may be down, or refuse programs".to_owned();
        Some(Finding { severity: Severity::Warning, help, ..finding })
    };
    match answer {
        Ok(status @ (StatusCode::NOT_FOUND | StatusCode::GONE)) => {
            Some(BROKEN_LINK.says(format!("`{shown}` is not there: {}", status.as_u16())))
        }
        // A page for members, or one that lets no programs in, is there.
        Ok(status) if status.is_server_error() => {
            doubt(format!("the server says {}", status.as_u16()))
        }
        Ok(_) => None,
        Err(ureq::Error::HostNotFound) => {
            Some(BROKEN_LINK.says(format!("`{shown}` is not there: nobody knows this host")))
        }
        Err(why) => doubt(why.to_string().chars().map(printable).collect()),
    }
}
