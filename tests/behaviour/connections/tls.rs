//! TLS that the server ends itself. The scheme that was signed is then known without a public origin.

use std::{
    net::{SocketAddr, TcpStream},
    sync::Arc,
};

use actix_web::rt;
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, ServerConfig, StreamOwned,
    crypto::CryptoProvider,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject as _},
};
use support::{client::TIMEOUT, signing::Message};
use tokio_rustls::TlsConnector;

use super::{Exchange, Listen, Running, bound, bound_at_origin, check, signed};
use crate::{ORIGIN, http2::exchange};

/// Made as tests/servers/tls.rs says, for `localhost`.
const CA: &[u8] = include_bytes!("../../servers/tls/ca.pem");
const CERTIFICATE: &[u8] = include_bytes!("../../servers/tls/server.pem");
const PRIVATE_KEY: &[u8] = include_bytes!("../../servers/tls/server.key");

/// The backend under test is also the one that speaks TLS.
fn provider() -> Arc<CryptoProvider> {
    #[cfg(feature = "aws-lc-rs")]
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    #[cfg(not(feature = "aws-lc-rs"))]
    let provider = rustls::crypto::ring::default_provider();
    Arc::new(provider)
}

pub(super) fn server_config() -> ServerConfig {
    let certificate = CertificateDer::from_pem_slice(CERTIFICATE).unwrap();
    let key = PrivateKeyDer::from_pem_slice(PRIVATE_KEY).unwrap();
    ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap()
}

/// A client that speaks this protocol alone.
fn client_config(protocol: &[u8]) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(CA).unwrap()).unwrap();
    let mut config = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![protocol.to_vec()];
    Arc::new(config)
}

fn host() -> ServerName<'static> {
    ServerName::try_from("localhost").unwrap()
}

fn http_1(server: SocketAddr, message: &Message, authority: &str) -> Exchange {
    let socket = TcpStream::connect(server).unwrap();
    socket.set_read_timeout(Some(TIMEOUT)).unwrap();
    let client = socket.local_addr().unwrap();
    let mut tls = ClientConnection::new(client_config(b"http/1.1"), host()).unwrap();
    tls.complete_io(&mut &socket).unwrap();
    assert_eq!(tls.alpn_protocol(), Some(&b"http/1.1"[..]));
    let request = message.request().host(Some(authority));
    let answer = request.send_over(StreamOwned::new(tls, socket));
    (answer.status, answer.body, Some(client))
}

async fn http_2(server: SocketAddr, message: &Message, authority: &str) -> Exchange {
    let socket = rt::net::TcpStream::connect(server).await.unwrap();
    let client = socket.local_addr().unwrap();
    let connector = TlsConnector::from(client_config(b"h2"));
    let tls = connector.connect(host(), socket).await.unwrap();
    assert_eq!(tls.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let (sender, connection) = h2::client::handshake(tls).await.unwrap();
    rt::spawn(connection);
    let (status, body) = exchange(sender, message, &format!("https://{authority}{}", message.target())).await;
    (status, String::from_utf8(body).unwrap(), Some(client))
}

/// With a public origin and without one.
#[actix_web::test]
async fn every_way_to_protect_over_tls() {
    for (builder, origin) in [(bound(), None), (bound_at_origin(), Some(ORIGIN.to_owned()))] {
        let server = Running::start(builder, vec![Listen::Tls]);
        let address = server.addresses[0];
        let authority = format!("localhost:{}", address.port());
        let base = origin.unwrap_or(format!("https://{authority}")) + "/tls";
        check(&server, &base, async |message| http_1(address, message, &authority)).await;
        let http_2 = async |message: &Message| http_2(address, message, &authority).await;
        check(&server, &base, http_2).await;
    }
}

/// One server with both: the scheme is that of the connection on which a request came.
#[actix_web::test]
async fn beside_a_port_without_tls() {
    const HOST: &str = "a.example.com";
    let server = Running::start(bound(), vec![Listen::Tls, Listen::Tcp]);
    let [tls, plain] = server.addresses[..] else {
        panic!("two addresses")
    };
    for (scheme, of_tls, of_plain) in [("https", 200, 401), ("http", 401, 200)] {
        let message = signed(&Message::get(&format!("{scheme}://{HOST}/both/signed/guard")));
        let over_tls = [http_1(tls, &message, HOST).0, http_2(tls, &message, HOST).await.0];
        let over_plain = message.request().host(Some(HOST)).send(plain).status;
        assert_eq!((over_tls, over_plain), ([of_tls; 2], of_plain), "{scheme}");
    }
    let codes = server.refusals().into_iter().map(|(code, _)| code);
    assert_eq!(codes.collect::<Vec<_>>(), ["signature_invalid"; 3]);
}
