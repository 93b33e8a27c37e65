//! A key server that speaks TLS.
//!
//! The certificates protect nothing, and the private key is no secret. They are good from 2020 to 2120. This makes
//! others, good from today on:
//!
//! ```sh
//! new="openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 36500"
//! $new -keyout ca.key -out ca.pem -subj "/CN=approov-actix test CA" -addext keyUsage=critical,keyCertSign
//! $new -CA ca.pem -CAkey ca.key -keyout server.key -out server.pem -subj /CN=localhost \
//!   -addext basicConstraints=CA:FALSE -addext extendedKeyUsage=serverAuth -addext subjectAltName=DNS:localhost
//! ```

use std::sync::Arc;

use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};
use support::key_server::{Behaviour, KeyServer};

/// The authority. Its private key was thrown away.
pub(crate) const CA: &str = include_str!("tls/ca.pem");
/// For `localhost` alone.
const CERTIFICATE: &[u8] = include_bytes!("tls/server.pem");
const PRIVATE_KEY: &[u8] = include_bytes!("tls/server.key");

pub(crate) fn start(behaviour: impl Into<Behaviour>) -> KeyServer {
    // The backend under test is also the one that the server uses.
    #[cfg(feature = "aws-lc-rs")]
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    #[cfg(not(feature = "aws-lc-rs"))]
    let provider = rustls::crypto::ring::default_provider();
    let config = ServerConfig::builder_with_provider(Arc::new(provider))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![CertificateDer::from_pem_slice(CERTIFICATE).unwrap()],
            PrivateKeyDer::from_pem_slice(PRIVATE_KEY).unwrap(),
        );
    let config = Arc::new(config.unwrap());
    let wrap = move |stream| -> Box<dyn support::key_server::Connection> {
        Box::new(StreamOwned::new(ServerConnection::new(config.clone()).unwrap(), stream))
    };
    KeyServer::start_with("127.0.0.1:0", behaviour, Box::new(wrap)).unwrap()
}
