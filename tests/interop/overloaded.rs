//! Postfix has limits of its own: room, connections, mails in a time, errors
//! on one connection, size. Whoever meets one has lost nothing by it.

use crate::postfix::Postfix;
use crate::{SETTINGS, came_to, desk, everybody, many, outcomes, send, sent, start};

const HEADER: &str = "email,first_name,city\n";

#[test]
#[ignore = "needs scripts/install-test-servers.sh"]
fn a_full_queue_ends_the_run_and_everybody_gets_it_when_there_is_room() {
    let postfix = Postfix::start("queue_minfree = 1000000000000000\n");
    let list = format!("{HEADER}{}", many("reader", 40));
    let hasty = desk("connections = 2\nretry_wait = 0\n", &list);
    let ran = send(&hasty, &postfix, "").ends(1).says("error[server-busy]").says("452 4.3.1");
    let deferred = outcomes(&hasty).len();
    assert!(deferred < 10, "it does not go through the whole list: {ran:?}");
    came_to(&ran, &[("deferred", deferred), ("remaining", 40 - deferred)]);
    assert_eq!(postfix.delivered(), [""; 0]);

    postfix.change(&["queue_minfree=0"]);
    let patient = hasty.settings(&SETTINGS.replace("retry_wait = 0", "retry_wait = 60"));
    came_to(&send(&patient, &postfix, "").ends(0), &[("sent", 40)]);
    assert_eq!(postfix.delivered(), everybody(&list));
}

#[test]
#[ignore = "needs scripts/install-test-servers.sh"]
fn who_mails_too_much_in_a_time_gets_a_pause_and_everybody_their_mail() {
    for (limit, complaint) in [
        ("smtpd_client_message_rate_limit", "too much mail from 127.0.0.1"),
        ("smtpd_client_recipient_rate_limit", "too many recipients from 127.0.0.1"),
    ] {
        // So long a time that nobody is quick enough for the next one.
        let postfix = Postfix::start(&format!("{limit} = 5\nanvil_rate_time_unit = 1h\n"));
        let list = format!("{HEADER}{}", many("reader", 20));
        let desk = desk("connections = 2\nretry_wait = 60\n", &list);
        let running = start(&desk, &postfix);
        postfix.until_logs("rate limit exceeded");
        // All answers are in: from here on Postfix says nothing but no.
        while sent(&desk) < 5 {
            std::thread::yield_now();
        }
        postfix.change(&["-X", limit]);
        came_to(&running.wait().ends(0).says(complaint), &[("sent", 20)]);
        assert_eq!(postfix.delivered(), everybody(&list));
    }
}

#[test]
#[ignore = "needs scripts/install-test-servers.sh"]
fn a_server_that_takes_fewer_connections_gets_everything_over_those() {
    let postfix = Postfix::start("smtpd_client_connection_count_limit = 2\n");
    let list = format!("{HEADER}{}", many("reader", 300));
    let desk = desk("connections = 6\nretry_wait = 60\n", &list);
    let ran = send(&desk, &postfix, "").ends(0);
    came_to(&ran, &[("sent", 300)]);
    assert_eq!(postfix.delivered(), everybody(&list));
    assert!(postfix.log().contains("Connection concurrency limit exceeded"), "{}", postfix.log());
}

#[test]
#[ignore = "needs scripts/install-test-servers.sh"]
fn a_connection_on_which_too_many_failed_is_renewed_and_the_others_get_their_mail() {
    let postfix = Postfix::start(
        "smtpd_hard_error_limit = 7\nsmtpd_recipient_restrictions = \
         check_recipient_access regexp:{{/^gone/ 550 5.1.1 no such user}}\n",
    );
    let (gone, there) = (many("gone", 25), many("reader", 15));
    let desk = desk("connections = 1\nretry_wait = 0\n", &format!("{HEADER}{there}{gone}"));
    let ran = send(&desk, &postfix, "").ends(3);
    came_to(&ran, &[("sent", 15), ("failed", 25)]);
    assert_eq!(postfix.delivered(), everybody(&format!("{HEADER}{there}")));
    assert!(postfix.log().contains("too many errors after"), "{}", postfix.log());

    postfix.change(&["-X", "smtpd_recipient_restrictions"]);
    came_to(&send(&desk, &postfix, "--retry-failed").ends(0), &[("sent", 25), ("already", 15)]);
    assert_eq!(postfix.delivered(), everybody(&format!("{HEADER}{there}{gone}")));
}

#[test]
#[ignore = "needs scripts/install-test-servers.sh"]
fn a_letter_that_is_too_large_stops_the_run_before_anybody_is_refused() {
    let postfix = Postfix::start("message_size_limit = 1000\n");
    let list = format!("{HEADER}{}", many("reader", 3));
    let desk = desk("connections = 1\nretry_wait = 0\n", &list);
    let ran =
        send(&desk, &postfix, "").ends(1).says("error[message-too-large]").says("at most 1000");
    came_to(&ran, &[("remaining", 3)]);
    assert_eq!(postfix.delivered(), [""; 0]);

    postfix.change(&["-X", "message_size_limit"]);
    came_to(&send(&desk, &postfix, "").ends(0), &[("sent", 3)]);
    assert_eq!(postfix.delivered(), everybody(&list));
}

#[test]
#[ignore = "needs scripts/install-test-servers.sh"]
fn a_connection_that_was_idle_for_too_long_is_renewed_before_the_next_mail() {
    let postfix = Postfix::start("smtpd_timeout = 4s\n");
    let list = format!("{HEADER}{}", many("reader", 2));
    let desk = desk("connections = 1\nretry_wait = 0\nrate = \"10/min\"\n", &list);
    came_to(&send(&desk, &postfix, "").ends(0), &[("sent", 2)]);
    assert_eq!(postfix.delivered(), everybody(&list));
    assert!(postfix.log().contains("timeout after END-OF-MESSAGE"), "it had hung up");
}
