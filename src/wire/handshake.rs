//! A connection to a mail server becomes an encrypted one.

use std::io;
use std::sync::Arc;

use rustls::pki_types::ServerName;
use rustls::{CertificateError, ClientConfig};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::{Fault, closed_or};
use crate::place::printable;

/// The longest reason of a failed handshake, in characters.
const REASON_MAX: usize = 400;

/// Encrypts a connection to a host.
pub(crate) async fn handshake(
    config: Arc<ClientConfig>,
    host: &url::Host<String>,
    stream: TcpStream,
) -> Result<TlsStream<TcpStream>, Fault> {
    let name = match host {
        url::Host::Domain(name) => ServerName::try_from(name.clone())
            .map_err(|_| Fault::Certificate("the host is not a DNS name".into()))?,
        url::Host::Ipv4(address) => ServerName::IpAddress((*address).into()),
        url::Host::Ipv6(address) => ServerName::IpAddress((*address).into()),
    };
    TlsConnector::from(config).connect(name, stream).await.map_err(|why| fault(&why))
}

/// A certificate's own words may stand in the reason: they are made printable.
fn fault(why: &io::Error) -> Fault {
    let cause = why.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    let text = |why: &dyn std::fmt::Display| -> String {
        why.to_string().chars().take(REASON_MAX).map(printable).collect()
    };
    match cause {
        Some(rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer)) => {
            Fault::Certificate("no authority that this system knows has signed it".into())
        }
        Some(rustls::Error::InvalidCertificate(why)) => Fault::Certificate(text(why)),
        Some(why) => Fault::Tls(text(why)),
        None => closed_or(why),
    }
}
