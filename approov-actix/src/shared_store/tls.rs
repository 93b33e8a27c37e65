//! TLS with this crate's own backend. The `redis` crate would use the process's backend, and panic if there are two.

use std::sync::{Arc, OnceLock};

use rustls::{ClientConfig, pki_types::ServerName};
use rustls_platform_verifier::Verifier;
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, client::TlsStream};

use super::fault::Fault;
use crate::crypto;

/// Certificates are checked against the authorities that the system trusts.
pub(super) async fn encrypted(stream: TcpStream, host: &str) -> Result<TlsStream<TcpStream>, Fault> {
    let name = ServerName::try_from(host.to_owned()).map_err(|_| Fault::Disconnected("TLS: no name of a host"))?;
    let connected = TlsConnector::from(configuration().map_err(|error| fault(&error))?)
        .connect(name, stream)
        .await;
    connected.map_err(|error| match error.get_ref().and_then(|inner| inner.downcast_ref()) {
        Some(error) => fault(error),
        None => error.into(),
    })
}

/// Reads the system's authorities once.
fn configuration() -> Result<Arc<ClientConfig>, rustls::Error> {
    static CONFIGURATION: OnceLock<Arc<ClientConfig>> = OnceLock::new();
    if let Some(configuration) = CONFIGURATION.get() {
        return Ok(Arc::clone(configuration));
    }
    let provider = Arc::new(crypto::tls_provider());
    let verifier = Arc::new(Verifier::new(Arc::clone(&provider))?);
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    // rustls calls any verifier except its own "dangerous". This one checks everything.
    let builder = builder.dangerous().with_custom_certificate_verifier(verifier);
    let configuration = Arc::new(builder.with_no_client_auth());
    Ok(Arc::clone(CONFIGURATION.get_or_init(|| configuration)))
}

fn fault(error: &rustls::Error) -> Fault {
    Fault::Disconnected(match error {
        rustls::Error::InvalidCertificate(_) => "TLS: the certificate is not trusted, or is for another host",
        _ => "TLS has failed",
    })
}
