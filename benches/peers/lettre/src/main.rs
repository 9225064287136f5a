//! lettre's pooled transport: the same message for every reader of a list.
//!
//! `lettre-peer HOST PORT LIST COUNT HTML TEXT CONNECTIONS`

use std::cell::RefCell;
use std::error::Error;
use std::fs;

use futures_util::future::try_join_all;
use lettre::message::MultiPart;
use lettre::transport::smtp::PoolConfig;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [host, port, list, count, html, text, connections] = &arguments[..] else {
        return Err("HOST PORT LIST COUNT HTML TEXT CONNECTIONS".into());
    };
    let connections: usize = connections.parse()?;
    let (html, text) = (fs::read_to_string(html)?, fs::read_to_string(text)?);
    let list = fs::read_to_string(list)?;
    let rows = RefCell::new(list.lines().skip(1).take(count.parse()?));
    let transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host)
        .port(port.parse()?)
        .pool_config(PoolConfig::new().max_size(u32::try_from(connections)?))
        .build();
    let worker = || async {
        loop {
            let row = rows.borrow_mut().next();
            let Some((to, name)) = row.and_then(|row| row.split_once(',')) else { break };
            let name = name.split(',').next().unwrap_or_default();
            let fill = |part: &str| part.replace("{{ first_name }}", name);
            let message = Message::builder()
                .from("Ann Lee <news@example.org>".parse()?)
                .to(to.parse()?)
                .subject(format!("News for {name}"))
                .multipart(MultiPart::alternative_plain_html(fill(&text), fill(&html)))?;
            transport.send(message).await?;
        }
        Ok::<(), Box<dyn Error>>(())
    };
    // All at once, on this thread: what they wait for is the network.
    try_join_all((0..connections).map(|_| worker())).await?;
    Ok(())
}
