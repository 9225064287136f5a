//! TLS by rustls: certificate and host name are always verified, against the
//! system's roots and a CA file of the user's own.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use crate::finding::{Checked, Finding};

/// What every connection to a server shares: roots, versions, session tickets.
pub fn config(extra_ca: Option<&Path>) -> Checked<Arc<ClientConfig>> {
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

fn unusable_ca(path: &Path, why: &str) -> Finding {
    Finding::error(
        "ca-file",
        format!("the CA file `{}` cannot be used: {why}", path.display()),
        "name a file with certificates in PEM (`-----BEGIN CERTIFICATE-----`)",
    )
}
