//! Certificates for tests: made when they are needed, trusted by nobody else.

use std::path::PathBuf;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;

/// A certificate authority for tests, and a server's certificate signed by it.
pub(crate) struct TestCa {
    folder: tempfile::TempDir,
    pub(super) server: Arc<ServerConfig>,
}

impl TestCa {
    /// Makes a certificate for these names and addresses, fresh and trusted
    /// by nobody but who is given [`TestCa::file`].
    pub(crate) fn vouching_for(names: &[&str]) -> Self {
        let ca_key = rcgen::KeyPair::generate().expect("ring makes keys");
        let mut ca = rcgen::CertificateParams::default();
        ca.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        // OpenSSL takes a certificate with its issuer's name for self-signed.
        ca.distinguished_name.push(rcgen::DnType::CommonName, "a CA for tests");
        let ca_certificate = ca.self_signed(&ca_key).expect("the parameters are valid");
        let issuer = rcgen::Issuer::new(ca, ca_key);

        let key = rcgen::KeyPair::generate().expect("ring makes keys");
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        let mut leaf = rcgen::CertificateParams::new(names).expect("the names are valid");
        // rustls refuses a CA's own certificate as a server's.
        leaf.is_ca = rcgen::IsCa::ExplicitNoCa;
        let leaf = leaf.signed_by(&key, &issuer).expect("the parameters are valid");

        let folder = tempfile::tempdir().expect("a folder");
        let server_pem = key.serialize_pem() + &leaf.pem();
        for (file, text) in [("ca.pem", ca_certificate.pem()), ("server.pem", server_pem)] {
            std::fs::write(folder.path().join(file), text).expect("writable");
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let server = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("ring supports them")
            .with_no_client_auth()
            .with_single_cert(
                vec![leaf.der().clone()],
                PrivateKeyDer::Pkcs8(key.serialize_der().into()),
            )
            .expect("key and certificate belong together");
        Self { folder, server: Arc::new(server) }
    }

    /// The CA's certificate in PEM.
    pub(crate) fn file(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// The server's side of TLS.
    #[allow(dead_code, reason = "only some servers are ours")]
    pub(crate) fn config(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.server)
    }

    /// The server's key and certificate in PEM, for a server that is not ours.
    pub(crate) fn server_pem(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("server.pem")).expect("readable")
    }
}
