//! Events of a letter: its component `event` shows one, and hands it over here, so that
//! the mail can bring it along as a file.

#![allow(clippy::needless_pass_by_value, reason = "Tera hands values and arguments over")]

use std::cell::RefCell;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tera::{Error, Kwargs, State, TeraResult, Value};

use super::local::Moment;
use crate::calendar;

/// Something that readers may put into their calendars.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Event {
    /// What it is called.
    pub title: String,
    /// When it begins, in seconds since 1970.
    pub start: i64,
    /// When it ends.
    pub end: i64,
    /// Where it is.
    pub place: String,
    /// Where there is more to read.
    pub url: Option<String>,
}

/// The longest event: a fortnight, in minutes.
const LONGEST: i64 = 14 * 24 * 60;

thread_local! {
    /// The events of the letter that is being merged on this thread.
    static SHOWN: RefCell<Vec<Event>> = const { RefCell::new(Vec::new()) };
}

/// Forgets the events of the letter before.
pub(super) fn begin() {
    SHOWN.with_borrow_mut(Vec::clear);
}

/// The events of the letter that was just merged, each once.
pub(super) fn shown() -> Vec<Event> {
    SHOWN.with_borrow_mut(std::mem::take)
}

/// `{{ start | calendar(title=…, length=…, where=…, url=…) }}`: writes nothing, and
/// brings the event along.
pub(super) fn calendar(start: &str, arguments: Kwargs, _: &State) -> TeraResult<Value> {
    Ok(show(Some(&event(start, &arguments)?)))
}

/// Brings an event along, once.
pub(super) fn show(event: Option<&Event>) -> Value {
    SHOWN.with_borrow_mut(|shown| {
        if let Some(event) = event.filter(|event| !shown.contains(event)) {
            shown.push(event.clone());
        }
    });
    Value::from("")
}

/// The same, to be sure that there is such an event.
pub(super) fn checked(start: &str, arguments: Kwargs, _: &State) -> TeraResult<Value> {
    event(start, &arguments).map(|_| Value::from(""))
}

/// `{{ start | calendar_link(to="google", …) }}`: a link by which a web calendar takes the event.
pub(super) fn calendar_link(start: &str, arguments: Kwargs, _: &State) -> TeraResult<String> {
    let event = event(start, &arguments)?;
    let part = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let (title, place) = (part(&event.title), part(&event.place));
    let more = part(event.url.as_deref().unwrap_or_default());
    let [start, end] = [event.start, event.end].map(calendar::rfc3339);
    match arguments.must_get::<&str>("to")? {
        "google" => {
            let basic = |moment: &str| moment.replace(['-', ':'], "");
            Ok(format!(
                "https://calendar.google.com/calendar/render?action=TEMPLATE&text={title}&dates={}/{}&location={place}&details={more}",
                basic(&start),
                basic(&end)
            ))
        }
        "outlook" => Ok(format!(
            "https://outlook.live.com/calendar/0/deeplink/compose?path=/calendar/action/compose&rru=addevent&subject={title}&startdt={}&enddt={}&location={place}&body={more}",
            part(&start),
            part(&end)
        )),
        other => Err(Error::message(format!(
            "there is no calendar `{other}`: use `google` or `outlook`"
        ))),
    }
}

fn event(start: &str, arguments: &Kwargs) -> TeraResult<Event> {
    let length = arguments.must_get::<i64>("length")?;
    if !(1..=LONGEST).contains(&length) {
        return Err(Error::message(format!("an event of {length} minutes is none")));
    }
    let start = Moment::read(start).and_then(|moment| moment.unix()).map_err(Error::message)?;
    let line = |text: &str| text.split(char::is_control).collect::<Vec<_>>().join(" ");
    let url = arguments.get::<&str>("url")?.filter(|url| !url.is_empty());
    Ok(Event {
        title: line(arguments.must_get::<&str>("title")?),
        start,
        end: start + length * 60,
        place: line(arguments.must_get::<&str>("where")?),
        url: url.map(str::to_owned),
    })
}
