//! TLS by rustls: certificate and host name are always verified, against the
//! system's roots and a CA file of the user's own.

use std::io;
use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{CertificateError, ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::wire::closed_or;
use crate::deliver::trouble::Fault;
use crate::finding::{Checked, Finding};
use crate::place::printable;

/// The longest reason of a failed handshake, in characters.
const REASON_MAX: usize = 400;

/// What every connection to a server shares: roots, versions, session tickets.
pub(super) fn config(extra_ca: Option<&Path>) -> Checked<Arc<ClientConfig>> {
    let mut roots = RootCertStore::empty();
    // Certificates of the system that rustls cannot read are skipped, as everywhere.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if let Some(path) = extra_ca {
        add_file(&mut roots, path).map_err(|why| unusable_ca(path, &why))?;
    }
    if roots.is_empty() {
        return Err(Finding::error(
            "no-root-certificates",
            "this system has no root certificates, so no server can be verified",
            "install the package `ca-certificates`, or name a CA file",
        )
        .into());
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring supports TLS 1.2 and 1.3")
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

/// Encrypts a connection to a host.
pub(super) async fn handshake(
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

fn add_file(roots: &mut RootCertStore, path: &Path) -> Result<(), String> {
    let certificates: Vec<CertificateDer> = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect)
        .map_err(|why| why.to_string())?;
    if certificates.is_empty() {
        return Err("no certificate in it".into());
    }
    certificates
        .into_iter()
        .try_for_each(|certificate| roots.add(certificate).map_err(|why| why.to_string()))
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

fn unusable_ca(path: &Path, why: &str) -> Finding {
    Finding::error(
        "ca-file",
        format!("the CA file `{}` cannot be used: {why}", path.display()),
        "name a file with certificates in PEM (`-----BEGIN CERTIFICATE-----`)",
    )
}
