//! Connecting: by TLS with everything verified, or on loopback without.

use tokio::task::JoinHandle;
use tokio_postgres::Client;
use tokio_postgres_rustls::MakeRustlsConnect;

use super::server::{Encryption, Server};

/// Connects, encrypts and logs in. The task is what moves the bytes; it ends with the client.
pub(crate) async fn connect(
    server: &Server,
) -> Result<(Client, JoinHandle<()>), tokio_postgres::Error> {
    let config = server.config();
    Ok(match server.encryption() {
        Encryption::None => {
            let (client, connection) = config.connect(tokio_postgres::NoTls).await?;
            (client, tokio::spawn(async { drop(connection.await) }))
        }
        Encryption::Tls(tls) => {
            let tls = MakeRustlsConnect::new(tls.as_ref().clone());
            let (client, connection) = config.connect(tls).await?;
            (client, tokio::spawn(async { drop(connection.await) }))
        }
    })
}
