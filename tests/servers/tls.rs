//! A key server that speaks TLS.
//!
//! The certificates protect nothing, and the private key is no secret. They are good from 2020 to 2120, and were made
//! with:
//!
//! ```sh
//! cat > ca.cnf <<END
//! [ca]
//! default_ca = test
//! [test]
//! database = index.txt
//! new_certs_dir = .
//! rand_serial = yes
//! default_md = sha256
//! policy = policy
//! [policy]
//! commonName = supplied
//! [ca_ext]
//! basicConstraints = critical, CA:TRUE
//! keyUsage = critical, keyCertSign
//! [server_ext]
//! basicConstraints = CA:FALSE
//! extendedKeyUsage = serverAuth
//! subjectAltName = DNS:localhost
//! END
//! : > index.txt
//! request="-new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
//! dates="-startdate 20200101000000Z -enddate 21200101000000Z"
//! openssl req $request -keyout ca.key -out ca.csr -subj "/CN=approov-actix test CA"
//! openssl ca -batch -notext -config ca.cnf -selfsign -keyfile ca.key -in ca.csr -out ca.pem -extensions ca_ext $dates
//! openssl req $request -keyout server.key -out server.csr -subj "/CN=localhost"
//! ca="-batch -notext -config ca.cnf -keyfile ca.key"
//! openssl ca $ca -cert ca.pem -in server.csr -out server.pem -extensions server_ext $dates
//! ```

use std::sync::Arc;

use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    crypto::CryptoProvider,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};
use support::key_server::{Behaviour, KeyServer};

/// The authority. Its private key was thrown away.
pub(crate) const CA: &str = include_str!("tls/ca.pem");
/// For `localhost` alone.
const CERTIFICATE: &[u8] = include_bytes!("tls/server.pem");
const PRIVATE_KEY: &[u8] = include_bytes!("tls/server.key");

/// The backend under test is also the one that the server uses.
fn provider() -> CryptoProvider {
    #[cfg(feature = "aws-lc-rs")]
    return rustls::crypto::aws_lc_rs::default_provider();
    #[cfg(not(feature = "aws-lc-rs"))]
    return rustls::crypto::ring::default_provider();
}

pub(crate) fn start(behaviour: impl Into<Behaviour>) -> KeyServer {
    let config = ServerConfig::builder_with_provider(Arc::new(provider()))
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
