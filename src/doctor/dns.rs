//! DNS, asked of one resolver: the system's, or the one that was named. What
//! is not there is an empty answer; what was not answered is a finding. The
//! names of the mail server and of the unsubscribe page are not asked for here:
//! the system finds them, as it does for `send`.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{
    ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig, ResolverOpts,
};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::{Name, RData, RecordType};
use tokio::time::timeout;

use super::shown;
use crate::finding::Finding;

/// The code of a question without an answer.
pub(super) const UNANSWERED: &str = "dns-unanswered";
/// How long an answer may take, with all attempts.
const PATIENCE: Duration = Duration::from_secs(5);
/// No more records of an answer are read.
const RECORDS_MAX: usize = 50;

/// A resolver.
pub(super) struct Dns(TokioResolver);

impl Dns {
    /// The system's resolver, or this one.
    pub(super) fn new(server: Option<SocketAddr>) -> Result<Self, Finding> {
        let builder = match server {
            Some(address) => {
                let config = ResolverConfig::from_name_servers(vec![at(address)]);
                let runtime = TokioRuntimeProvider::default();
                Ok(TokioResolver::builder_with_config(config, runtime))
            }
            None => TokioResolver::builder_tokio(),
        };
        let built = builder.and_then(|mut builder| {
            limit(builder.options_mut());
            builder.build()
        });
        built.map(Self).map_err(|why| {
            Finding::error(
                UNANSWERED,
                format!(
                    "this system has no resolver that can be used: {}",
                    shown(&why.to_string())
                ),
                "name one with `--resolver ADDRESS:53`",
            )
        })
    }

    /// The TXT records of a name, each with its strings put together (RFC 7208 §3.3).
    pub(super) async fn txt(&self, name: &str) -> Result<Vec<String>, Finding> {
        let text = |data: &RData| match data {
            RData::TXT(txt) => Some(String::from_utf8_lossy(&txt.txt_data.concat()).into_owned()),
            _ => None,
        };
        self.ask(name, RecordType::TXT, text).await
    }

    /// The mail exchangers of a domain, the preferred ones first. The root,
    /// which says that there are none (RFC 7505), is an empty name.
    pub(super) async fn mx(&self, name: &str) -> Result<Vec<String>, Finding> {
        let host = |data: &RData| match data {
            RData::MX(mx) => {
                let host = mx.exchange.to_ascii();
                Some((mx.preference, host.trim_end_matches('.').to_owned()))
            }
            _ => None,
        };
        let mut found = self.ask(name, RecordType::MX, host).await?;
        found.sort();
        Ok(found.into_iter().map(|(_, host)| host).collect())
    }

    /// Whether a host has an address of either kind.
    pub(super) async fn has_address(&self, name: &str) -> Result<bool, Finding> {
        Ok(!self.ask(name, RecordType::A, address).await?.is_empty()
            || !self.ask(name, RecordType::AAAA, address).await?.is_empty())
    }

    /// The addresses of a host, of both kinds.
    pub(super) async fn addresses(&self, name: &str) -> Result<Vec<IpAddr>, Finding> {
        let mut all = self.ask(name, RecordType::A, address).await?;
        all.extend(self.ask(name, RecordType::AAAA, address).await?);
        Ok(all)
    }

    /// The names of an address (RFC 1035 §3.5).
    pub(super) async fn names_of(&self, address: IpAddr) -> Result<Vec<String>, Finding> {
        let host = |data: &RData| match data {
            RData::PTR(ptr) => Some(ptr.to_ascii().trim_end_matches('.').to_owned()),
            _ => None,
        };
        self.ask(&Name::from(address).to_ascii(), RecordType::PTR, host).await
    }

    async fn ask<T>(
        &self,
        name: &str,
        kind: RecordType,
        read: impl Fn(&RData) -> Option<T>,
    ) -> Result<Vec<T>, Finding> {
        // At what is no name, nothing stands.
        let Ok(mut asked) = Name::from_ascii(name) else { return Ok(Vec::new()) };
        // Without it, the names that the system searches would be added.
        asked.set_fqdn(true);
        let answer = timeout(PATIENCE, self.0.lookup(asked, kind)).await;
        let why = match answer {
            Ok(Ok(found)) => {
                let records = found.answers().iter().take(RECORDS_MAX);
                return Ok(records.filter_map(|record| read(&record.data)).collect());
            }
            Ok(Err(error)) if is_nothing(&error) => return Ok(Vec::new()),
            Ok(Err(NetError::Timeout)) | Err(_) => "nobody answered in time".to_owned(),
            Ok(Err(error)) => shown(&error.to_string()),
        };
        Err(Finding::error(
            UNANSWERED,
            format!("the {kind} record of `{}` could not be asked for: {why}", shown(name)),
            "try again; if it stays so, name another resolver with `--resolver ADDRESS:53`",
        ))
    }
}

fn address(data: &RData) -> Option<IpAddr> {
    match data {
        RData::A(ip) => Some(ip.0.into()),
        RData::AAAA(ip) => Some(ip.0.into()),
        _ => None,
    }
}

/// Somebody who knows said that there is no such name or record.
fn is_nothing(error: &NetError) -> bool {
    match error {
        NetError::Dns(DnsError::NoRecordsFound(none)) => {
            matches!(none.response_code, ResponseCode::NXDomain | ResponseCode::NoError)
        }
        _ => false,
    }
}

fn at(address: SocketAddr) -> NameServerConfig {
    let with_port = |mut connection: ConnectionConfig| {
        connection.port = address.port();
        connection
    };
    let ways = [ConnectionConfig::udp(), ConnectionConfig::tcp()].map(with_port);
    NameServerConfig::new(address.ip(), true, ways.into())
}

fn limit(options: &mut ResolverOpts) {
    options.timeout = PATIENCE / 2;
    options.attempts = 1;
    options.edns0 = true;
    options.use_hosts_file = ResolveHosts::Never;
}
