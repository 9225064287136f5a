//! Who comes and who leaves where the ledger is in PostgreSQL: two servers answer for one
//! project, the database is restarted under them, and `send` keeps to what they wrote down.

use std::collections::BTreeSet;

use crate::database::Database;
use crate::desk::Desk;
use crate::reception::{Serve, path_in, with_form};
use crate::smtp_server::Script;

/// A desk that keeps its ledger in a database, and has so many readers.
fn desk(server: &crate::smtp_server::SmtpServer, database: &Database, readers: usize) -> Desk {
    let ledger = format!("fields = [\"Town\"]\n[ledger]\nurl = \"{}\"\n", database.url);
    let rows = (0..readers).map(|number| format!("r{number:03}@example.org,Reader\n"));
    let list = format!("email,first_name\n{}", rows.collect::<String>());
    Desk::new().settings(&with_form(server, &ledger)).list(&list)
}

#[test]
#[ignore = "needs PostgreSQL"]
fn two_servers_let_readers_go_while_their_database_is_restarted() {
    const READERS: usize = 200;
    let (database, server) = (Database::start(), Script::new().start());
    let desk = desk(&server, &database, READERS);
    desk.run("send campaigns/spring.md --yes").ends(0);
    let links: Vec<String> =
        server.accepted().iter().map(|mail| path_in(&mail.data, "/u/")).collect();
    let pair = [Serve::start_with_form(&desk), Serve::start_with_form(&desk)];
    assert_eq!(pair[0].get(&links[0]).status, 200);
    desk.run("suppress list").prints_only("");
    std::thread::scope(|scope| {
        for (serve, links) in pair.iter().zip(links.chunks(READERS / 2)) {
            scope.spawn(move || {
                for link in links {
                    assert_eq!(serve.post(link).status, 200, "{link}");
                }
            });
        }
        for _ in 0..3 {
            let before = desk.run("suppress list").out.lines().count();
            database.restart();
            while desk.run("suppress list").out.lines().count() < (before + 20).min(READERS) {
                std::thread::yield_now();
            }
        }
    });
    let known = desk.run("suppress list").ends(0).out;
    assert_eq!(known.lines().collect::<BTreeSet<_>>().len(), READERS);
    for serve in pair {
        serve.running.terminate();
        serve.running.wait().ends(0);
    }
}

#[test]
#[ignore = "needs PostgreSQL"]
fn who_signs_up_and_confirms_is_on_the_list_that_every_machine_exports() {
    let (database, server) = (Database::start(), Script::new().start());
    let desk = desk(&server, &database, 1);
    let mut serve = Serve::start_with_form(&desk);
    assert_eq!(serve.fill_in("email=dee%40example.org&Town=York").status, 200);
    serve.running.until(|| server.accepted_count() == 1);
    let link = path_in(&server.accepted()[0].data, "/join/");
    assert_eq!(serve.get(&link).status, 200);
    desk.run("list export").prints_only("email,Town,subscribed_at\n");
    for _ in 0..2 {
        assert_eq!(serve.post(&link).status, 200);
    }
    serve.running.kill();
    let list = desk.run("list export").ends(0).out;
    assert!(list.contains("\ndee@example.org,York,2") && list.lines().count() == 2, "{list}");
    assert_eq!(
        database.answers("SELECT fields FROM handbill.subscriptions"),
        "{\"Town\":\"York\"}"
    );
}
