//! `handbill serve`: how a reader leaves, over real HTTP.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::desk::{CAMPAIGN, Desk};
use crate::reception::{Answer, FORM, ONE_CLICK, Serve, path_in, request, with_links};
use crate::smtp_server::{Script, SmtpServer, Step, at};
use crate::{got, send};

/// A desk whose letters have links.
fn desk() -> Desk {
    Desk::new().settings(&with_links())
}

/// Sends the campaign, and gives back the path of each reader's link, in their order.
fn links(desk: &Desk, server: &SmtpServer) -> Vec<String> {
    let before = server.accepted().len();
    send(desk, server, "").ends(0);
    server.accepted()[before..].iter().map(|mail| link(&mail.data)).collect()
}

/// The path in a mail's `List-Unsubscribe`.
fn link(mail: &[u8]) -> String {
    path_in(mail, "/u/")
}

#[test]
fn looking_at_the_page_changes_nothing_and_tells_nobody_who_the_reader_is() {
    let (desk, server) = (desk(), Script::new().start());
    let links = links(&desk, &server);
    let serve = Serve::start(&desk);
    let page = serve.get(&links[0]);
    assert_eq!(page.status, 200, "{}", page.head);
    assert!(page.body.contains("<form method=\"post\">") && !page.body.contains("<script"));
    assert!(page.body.contains("Do you no longer want mail from <bdi>River Path Friends</bdi>?"));
    assert!(!page.body.contains("ann"), "{}", page.body);
    let head = page.head.to_lowercase();
    for promise in [
        "default-src 'none'; style-src 'sha256-",
        "form-action 'self'",
        "cache-control: no-store",
        "referrer-policy: no-referrer",
        "x-content-type-options: nosniff",
    ] {
        assert!(head.contains(promise), "{promise}: {head}");
    }
    let looked = serve.ask("HEAD", &links[1], &[], "");
    assert_eq!((looked.status, looked.body.as_str()), (200, ""));
    // What scanners add to a link, and a body where none belongs.
    assert_eq!(serve.get(&format!("{}?utm_source=mail", links[2])).status, 200);
    assert_eq!(serve.ask("GET", &links[2], &[("Content-Type", FORM)], ONE_CLICK).status, 200);
    desk.run("suppress list").ends(0).prints_only("");
}

#[test]
fn a_post_acts_at_once_in_every_form_that_mail_programs_and_browsers_have() {
    let (desk, server) = (desk(), Script::new().start());
    let links = links(&desk, &server);
    let serve = Serve::start(&desk);
    assert_eq!(serve.post(&links[0]).status, 200);
    desk.run("suppress list").prints_only("ann@example.org\n");
    let part = "--x\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--x--\r\n";
    let multipart = [("Content-Type", "multipart/form-data; boundary=x")];
    let left = serve.ask("POST", &links[1], &multipart, part);
    assert!(left.status == 200 && left.body.contains("You have left the list"), "{}", left.body);
    assert_eq!(serve.ask("POST", &links[2], &[], "").status, 200);
    desk.run("suppress list").prints_only("ann@example.org\nbob@example.org\ncyd@example.org\n");
    let once = desk.run("suppress export").out;
    assert!(once.contains("ann@example.org,unsubscribed (spring),"), "{once}");
    for link in &links {
        assert_eq!(serve.post(link).status, 200, "a second time");
    }
    assert_eq!(desk.run("suppress export").out, once, "the first time counts");
}

#[test]
fn who_has_left_is_not_mailed_by_the_next_send_and_links_of_every_campaign_work() {
    let (desk, server) = (desk().file("campaigns/autumn.md", CAMPAIGN), Script::new().start());
    let spring = links(&desk, &server);
    let serve = Serve::start(&desk);
    assert_eq!(serve.post(&spring[1]).status, 200);
    let before = server.accepted().len();
    desk.run(&format!("send campaigns/autumn.md --yes --via {}", server.url())).ends(0);
    assert_eq!(got(&server)[before..], ["ann", "cyd"], "bob has left");
    // The index was made before these were sent.
    let autumn = link(&server.accepted()[before].data);
    assert_ne!(autumn, spring[0]);
    assert_eq!(serve.post(&autumn).status, 200);
    assert_eq!(serve.post(&spring[2]).status, 200);
    let export = desk.run("suppress export").out;
    assert!(export.contains("ann@example.org,unsubscribed (autumn),"), "{export}");
    assert!(export.contains("cyd@example.org,unsubscribed (spring),"), "{export}");
}

#[test]
fn a_forged_foreign_or_cut_token_is_nobodys() {
    let (ours, server) = (desk(), Script::new().start());
    let other = desk();
    let (own, foreign) = (links(&ours, &server), links(&other, &server));
    let serve = Serve::start(&ours);
    let forged = format!("/u/{}", "0123456789abcdef".repeat(2));
    let (cut, long) = (&own[0][..own[0].len() - 1], format!("{}0", own[0]));
    let upper = format!("/u/{}", own[0]["/u/".len()..].to_uppercase());
    for path in [&foreign[0], &forged, cut, &long, &upper, "/u/", "/u/%00", "/", "/u", "/x/u/"] {
        for method in ["GET", "POST"] {
            let answer = serve.ask(method, path, &[], "");
            assert_eq!(answer.status, 404, "{method} {path}");
            assert!(answer.body.contains("This link does not work"), "{}", answer.body);
        }
    }
    assert_eq!(serve.get("/healthz").body, "ok\n");
    ours.run("suppress list").prints_only("");
}

#[test]
fn other_methods_and_too_large_requests_are_refused() {
    let (desk, server) = (desk(), Script::new().start());
    let links = links(&desk, &server);
    let serve = Serve::start(&desk);
    for method in ["PUT", "DELETE", "OPTIONS", "PATCH"] {
        let answer = serve.ask(method, &links[0], &[], "");
        assert_eq!(answer.status, 405, "{method}");
        assert!(answer.head.to_lowercase().contains("allow: get, head, post"), "{}", answer.head);
    }
    assert_eq!(serve.ask("POST", &links[0], &[], &"x".repeat((8 << 10) + 1)).status, 413);
    assert_eq!(serve.ask("GET", &links[0], &[("X-Long", &"x".repeat(40_000))], "").status, 431);
    desk.run("suppress list").prints_only("");
    assert_eq!(serve.ask("POST", &links[0], &[], &"x".repeat(8 << 10)).status, 200);
}

#[test]
fn only_refused_tokens_are_counted_and_a_reader_never_is() {
    let (desk, server) = (desk(), Script::new().start());
    let links = links(&desk, &server);
    let serve = Serve::start(&desk);
    let forged = format!("/u/{}", "0123456789abcdef".repeat(2));
    let from = |visitor: &str, path: &str| {
        serve.ask("POST", path, &[("X-Forwarded-For", visitor)], "").status
    };
    assert!((0..30).all(|_| from("198.51.100.1", &forged) == 404));
    assert_eq!(from("198.51.100.1", &forged), 429);
    assert_eq!(from("6.6.6.6, 198.51.100.1", &forged), 429, "it cannot name another");
    assert_eq!(from("198.51.100.2", &forged), 404);
    assert_eq!(from("198.51.100.1", &links[0]), 200, "a reader behind the same address");
    assert!((0..40).all(|_| from("198.51.100.3", &links[1]) == 200));
}

#[test]
fn the_page_speaks_the_campaigns_language_else_the_browsers() {
    let campaign =
        CAMPAIGN.replace("---\nsubject", "---\nlang: de\nfrom: Mühle <m@example.org>\nsubject");
    let (desk, server) = (desk().campaign(&campaign), Script::new().start());
    let links = links(&desk, &server);
    let serve = Serve::start(&desk);
    let french = [("Accept-Language", "fr-CH, en;q=0.5")];
    let page = serve.ask("GET", &links[0], &french, "").body;
    assert!(page.contains("<html lang=\"de\" dir=\"ltr\">"), "{page}");
    assert!(page.contains("keine Mails von <bdi>Mühle</bdi>"), "{page}");
    let unknown = serve.ask("GET", "/u/0", &french, "").body;
    assert!(unknown.contains("<html lang=\"fr\"") && unknown.contains("Ce lien"), "{unknown}");
}

#[test]
fn what_was_acknowledged_outlives_a_kill() {
    let (desk, server) = (desk(), Script::new().start());
    let links = links(&desk, &server);
    let serve = Serve::start(&desk);
    assert_eq!(serve.post(&links[0]).status, 200);
    serve.running.kill();
    desk.run("suppress list").ends(0).prints_only("ann@example.org\n");
    let serve = Serve::start(&desk);
    assert_eq!(serve.get(&links[1]).status, 200);
    send(&desk, &server, "").ends(0);
}

#[test]
fn fifty_who_leave_at_once_are_remembered_whenever_it_is_killed() {
    const READERS: usize = 2000;
    const CLIENTS: usize = 50;
    const KILLS: usize = 20;
    let rows = (0..READERS).map(|number| format!("r{number:04}@example.org\n"));
    let list = format!("email\n{}", rows.collect::<String>());
    let campaign = CAMPAIGN.replace("{{ first_name or \"you\" }}", "all");
    let campaign = campaign.replace("{{ first_name or \"friend\" }}", "friend");
    let (desk, server) = (desk().campaign(&campaign).list(&list), Script::new().start());
    let mut left_to_go: Vec<(String, String)> = server_links(&desk, &server);
    assert_eq!(left_to_go.len(), READERS);
    let acknowledged = Mutex::new(BTreeSet::new());
    for round in 0..=KILLS {
        let serve = Serve::start(&desk);
        let (next, host, links) = (AtomicUsize::new(0), &serve.host, &left_to_go);
        let before = acknowledged.lock().expect("ours").len();
        let running = Mutex::new(Some(serve.running));
        let client = || {
            while let Some((reader, link)) = links.get(next.fetch_add(1, Ordering::SeqCst)) {
                if !leaves(host, link) {
                    continue;
                }
                let mut acknowledged = acknowledged.lock().expect("ours");
                acknowledged.insert(reader.clone());
                // It is killed by one of those who just had their answer, while the others are
                // at it; each time after another number of answers. The last one lives.
                if round < KILLS && acknowledged.len() == before + 20 + 4 * round {
                    running.lock().expect("ours").take().expect("one kills it").kill();
                }
            }
        };
        thread::scope(|scope| {
            for _ in 0..CLIENTS {
                scope.spawn(client);
            }
        });
        drop(running);
        let known = desk.run("suppress list").ends(0).out;
        let known: BTreeSet<&str> = known.lines().collect();
        let acknowledged = acknowledged.lock().expect("ours");
        let missing = acknowledged.iter().find(|reader| !known.contains(reader.as_str()));
        assert!(missing.is_none(), "{missing:?} had an answer, and is not suppressed");
        left_to_go.retain(|(reader, _)| !acknowledged.contains(reader));
    }
    assert!(left_to_go.is_empty(), "in the end everybody gets an answer");
    assert_eq!(send(&desk, &server, "").ends(0).json()["sent"], 0);
}

/// Sends the campaign, and gives back each reader with the path of their link.
fn server_links(desk: &Desk, server: &SmtpServer) -> Vec<(String, String)> {
    send(desk, server, "").ends(0);
    let mails = server.accepted().into_iter();
    mails.map(|mut mail| (mail.to.remove(0), link(&mail.data))).collect()
}

/// Whether somebody who leaves is told that they have, in a whole answer.
fn leaves(host: &str, path: &str) -> bool {
    let Ok(mut stream) = TcpStream::connect(host) else { return false };
    let headers = [("Content-Type", FORM)];
    let mut answer = String::new();
    let asked = stream.write_all(request("POST", path, &headers, ONE_CLICK).as_bytes());
    let heard = asked.and_then(|()| stream.read_to_string(&mut answer));
    // What came before the connection broke counts: it was said.
    drop(heard);
    Answer::parse(&answer).is_some_and(|answer| answer.status == 200)
}

#[test]
fn who_leaves_while_a_send_is_under_way_is_not_reached_by_it() {
    let (desk, server) = (desk().file("campaigns/autumn.md", CAMPAIGN), Script::new().start());
    let spring = links(&desk, &server);
    let serve = Serve::start(&desk);
    let rule = at(Step::Mail).times(1);
    let gate = crate::smtp_server::Gate::default();
    let slow = Script::new().rule(rule.waits_for(&gate)).start();
    let sending = desk.start(&format!("send campaigns/autumn.md --yes --via {}", slow.url()));
    gate.until_reached();
    // The server has not answered to ann's mail yet; bob's claim may be made ahead.
    assert_eq!(serve.post(&spring[2]).status, 200);
    assert_eq!(serve.get(&spring[0]).status, 200);
    gate.open();
    sending.wait().ends(0);
    assert_eq!(got(&slow), ["ann", "bob"], "cyd has left meanwhile");
    desk.run("suppress list").prints_only("cyd@example.org\n");
}

#[test]
fn clients_that_dawdle_keep_nobody_waiting() {
    let (desk, server) = (desk(), Script::new().start());
    let links = links(&desk, &server);
    let serve = Serve::start(&desk);
    let half_a_head = format!("POST {} HTTP/1.1\r\nHost: news", links[0]);
    let half_a_body =
        format!("POST {} HTTP/1.1\r\nHost: x\r\nContent-Length: 26\r\n\r\nList", links[1]);
    let dawdlers: Vec<TcpStream> = (0..300)
        .map(|number| {
            let mut stream = serve.connect();
            let half = if number % 2 == 0 { &half_a_head } else { &half_a_body };
            stream.write_all(half.as_bytes()).expect("it reads");
            stream
        })
        .collect();
    for link in &links[2..] {
        assert_eq!(serve.post(link).status, 200);
    }
    assert!((0..50).all(|_| serve.get(&links[0]).status == 200));
    drop(dawdlers);
    // Half a request is none.
    desk.run("suppress list").prints_only("cyd@example.org\n");
}

#[test]
fn who_finds_no_place_waits_for_one_and_dawdlers_lose_theirs() {
    let (desk, server) = (desk(), Script::new().start());
    let links = links(&desk, &server);
    let serve = Serve::start(&desk);
    // More than there are places; those beyond them wait to be let in.
    let dawdlers: Vec<TcpStream> = (0..1100).filter_map(|_| dawdle(&serve.host)).collect();
    assert!(dawdlers.len() >= 1000, "only {} connections can be made here", dawdlers.len());
    assert_eq!(serve.post(&links[0]).status, 200, "it is answered when a place is free");
    drop(dawdlers);
    desk.run("suppress list").prints_only("ann@example.org\n");
}

fn dawdle(host: &str) -> Option<TcpStream> {
    let mut stream = TcpStream::connect(host).ok()?;
    stream.write_all(b"GET /u/").ok()?;
    Some(stream)
}

#[test]
fn sigterm_lets_no_more_in_and_answers_what_runs() {
    let (desk, server) = (desk(), Script::new().start());
    let links = links(&desk, &server);
    let mut serve = Serve::start(&desk);
    assert_eq!(serve.get(&links[0]).status, 200);
    let idle = serve.connect();
    let mut stream = serve.connect();
    let head = format!(
        "POST {} HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Type: {FORM}\r\nContent-Length: {}\r\n\r\n",
        links[0],
        ONE_CLICK.len()
    );
    stream.write_all(head.as_bytes()).expect("it reads");
    // It is at this request when it asks for the body.
    let mut go_on = [0; 25];
    stream.read_exact(&mut go_on).expect("it goes on");
    assert!(go_on.starts_with(b"HTTP/1.1 100 "));
    serve.running.terminate();
    let host = serve.host.clone();
    serve.running.until(|| TcpStream::connect(&host).is_err());
    stream.write_all(ONE_CLICK.as_bytes()).expect("it reads");
    assert_eq!(Answer::read(stream).status, 200);
    drop(idle);
    serve.running.wait().ends(0);
    desk.run("suppress list").prints_only("ann@example.org\n");
    assert!(!desk.path(".handbill/ledger.db-wal").exists(), "the ledger was closed");
}

#[test]
fn ctrl_c_ends_it() {
    let desk = desk();
    let serve = Serve::start(&desk);
    serve.running.interrupt();
    serve.running.wait().ends(0);
}

#[test]
fn another_key_makes_the_links_of_the_old_one_nobodys() {
    let (desk, server) = (desk(), Script::new().start());
    let links = links(&desk, &server);
    let serve = Serve::start(&desk);
    assert_eq!(serve.get(&links[0]).status, 200);
    serve.running.kill();
    let old = desk.read(".handbill/unsubscribe.key");
    std::fs::write(desk.path(".handbill/unsubscribe.key"), [7; 32]).expect("writable");
    let serve = Serve::start(&desk);
    assert_eq!(serve.post(&links[0]).status, 404);
    serve.running.kill();
    std::fs::write(desk.path(".handbill/unsubscribe.key"), old).expect("writable");
    let serve = Serve::start(&desk);
    assert_eq!(serve.post(&links[0]).status, 200);
}

#[test]
fn what_it_cannot_serve_is_said_before_it_listens() {
    Desk::new()
        .run("serve --listen 127.0.0.1:0")
        .ends(1)
        .says("error[no-unsubscribe-url]")
        .says("help: write `url = ");
    let desk = Desk::new().settings("[unsubscribe]\nurl = \"https://example.org/#\"\n");
    desk.run("serve").ends(1).says("error[unsubscribe-url]");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address");
    self::desk().run(&format!("serve --listen {address}")).ends(1).says("error[serve-port]");
}
