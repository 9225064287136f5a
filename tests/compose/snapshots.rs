//! What readers get of every built-in template, with every component in the letter: whole, so
//! that no change of it goes unseen. `INSTA_UPDATE=always cargo test snapshots` takes it over.

use handbill::campaign::Campaign;
use handbill::compose;
use handbill::merge::{Links, Merger};
use handbill::place::Source;
use handbill::template::{self, Template};
use tera::{Context, Map, Value};

use crate::desk::row;

const LETTER: &str = include_str!("../fixtures/letters/everything.md");

fn table(entries: &[(&'static str, Value)]) -> Value {
    Value::from(entries.iter().map(|(key, value)| ((*key).into(), value.clone())).collect::<Map>())
}

/// What is the same for every reader, as the commands make it.
fn constants() -> Context {
    let mut context = Context::new();
    let sender = [
        ("name", "River Path Friends".into()),
        ("postal_address", "Mill House\n1 Mill Lane\nExampleton".into()),
        ("website", "https://example.org/".into()),
        ("logo", "https://example.org/logo.png".into()),
    ];
    context.insert_value("sender", table(&sender));
    let campaign = [("lang", "en".into()), ("dir", "ltr".into()), ("date", "14 May 2027".into())];
    context.insert_value("campaign", table(&campaign));
    let links = [("Archive", "https://example.org/archive".into())];
    let variables = [("words", template::words("en").into()), ("links", table(&links))];
    context.insert_value("template", table(&variables));
    context.insert_value("web_url", "https://example.org/read/a1".into());
    context.insert_value("vars", table(&[]));
    context
}

#[test]
fn every_template_gives_what_it_gave() {
    let links = Links { unsubscribe: Some("https://example.org/leave/a1".to_owned()) };
    let campaign = Campaign::parse(&Source::new("c.md", LETTER), "c").expect("it is right");
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let _bound = settings.bind_to_scope();
    for name in Template::built_in_names() {
        let template = Template::built_in(name).expect("it is built in");
        let letter = compose::compile(
            &campaign,
            &template,
            constants(),
            None,
            &handbill::types::Types::default(),
        )
        .expect("right");
        let (columns, reader) = row(&[("first_name", "Ann")]);
        let mail = Merger::new(&letter, &columns).merge(&reader, &links).expect("complete");
        insta::assert_snapshot!(format!("{name}.html"), mail.html);
        insta::assert_snapshot!(format!("{name}.txt"), mail.text);
    }
}
