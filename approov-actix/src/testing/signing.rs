//! Signs requests as Approov's clients do. Shares no code with the verifier.

use std::{
    fmt,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use actix_web::{
    dev::Payload,
    http::{Uri, header::HeaderMap},
    test::TestRequest,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use futures_util::{FutureExt as _, StreamExt as _};
use jsonwebtoken::EncodingKey;
use url::Url;

use super::process_secret::process_secret;
use crate::{
    Algorithm, Approov, ConfigError,
    approov::DEFAULT_TOKEN_HEADER,
    crypto,
    keys::{decode_secrets, of_message_signing_key},
};

/// Besides the token header, what Approov's clients cover by default if the request has it.
const CLIENT_DEFAULTS: [&str; 5] = [
    "approov-traceid",
    "approov-status",
    "authorization",
    "content-length",
    "content-type",
];

/// The bytes before the private scalar in the PKCS#8 form of a P-256 key: RFC 5958, RFC 5915.
const PKCS8_PREFIX: &[u8] = &[
    0x30, 0x41, 0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
    0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x04, 0x27, 0x30, 0x25, 0x02, 0x01, 0x01, 0x04, 0x20,
];

/// The bytes before the point in the `SubjectPublicKeyInfo` of a P-256 key: RFC 5480.
const SPKI_PREFIX: &[u8] = &[
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
    0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

/// The key of one installation of an app: a P-256 key. Feature `message-signing`.
///
/// # Examples
///
/// ```
/// use approov_actix::testing::{InstallationKey, TokenBuilder};
///
/// let key = InstallationKey::new();
/// let token = TokenBuilder::new().installation_key(&key).build();
/// ```
#[derive(Clone)]
pub struct InstallationKey {
    private: EncodingKey,
    point: Vec<u8>,
}

impl InstallationKey {
    /// The key that all tests of a process share. It is random and new in each process.
    #[allow(clippy::missing_panics_doc, reason = "the scalar is a good one")]
    pub fn new() -> Self {
        #[allow(
            clippy::expect_used,
            reason = "for tests; only one random number in 2^32 is not below the group's order"
        )]
        Self::from_scalar(&process_secret()[..32]).expect("a private key")
    }

    /// Reads a private key in PEM, as `openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256` makes it.
    ///
    /// # Errors
    ///
    /// If the text is not PKCS#8 in PEM, or the key is not a P-256 key.
    pub fn from_pem(pem: &str) -> Result<Self, ConfigError> {
        let error = || {
            ConfigError::invalid(
                "the text given to `InstallationKey::from_pem` is not a P-256 private key in PEM (PKCS#8)",
            )
        };
        let pem = pem::parse(pem).map_err(|_| error())?;
        Some(&pem)
            .filter(|pem| pem.tag() == "PRIVATE KEY")
            .and_then(|pem| Self::from_pkcs8(pem.contents()))
            .ok_or_else(error)
    }

    /// The public key, as in the token's claim `ipk`: a DER `SubjectPublicKeyInfo` in base64.
    pub fn public_key(&self) -> String {
        STANDARD.encode([SPKI_PREFIX, &self.point].concat())
    }

    fn from_scalar(scalar: &[u8]) -> Option<Self> {
        Self::from_pkcs8(&[PKCS8_PREFIX, scalar].concat())
    }

    fn from_pkcs8(pkcs8: &[u8]) -> Option<Self> {
        let (private, point) = crypto::es256_signing_key(pkcs8)?;
        Some(Self { private, point })
    }
}

impl Default for InstallationKey {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for InstallationKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InstallationKey").finish_non_exhaustive()
    }
}

/// Signs requests as Approov's newest clients do. Feature `message-signing`.
///
/// For a `TestRequest`, call [`approov_signature`](super::ApproovTestRequest::approov_signature). For any other client,
/// call [`sign`](Self::sign) and send the headers that it returns.
///
/// A signature has the parameters `alg`, `created` and `expires`. By default it expires after 15 seconds.
///
/// # Examples
///
/// ```
/// use actix_web::test::TestRequest;
/// use approov_actix::testing::{ApproovTestRequest as _, InstallationKey, RequestSigner, TokenBuilder};
///
/// let key = InstallationKey::new();
/// let request = TestRequest::post()
///     .uri("/orders")
///     .set_payload("one book")
///     .approov_token(TokenBuilder::new().installation_key(&key))
///     .approov_signature(&RequestSigner::install(&key), "https://api.example.com");
/// ```
///
/// # Security
///
/// Anyone who has the account's key can sign for every app of the account: treat it like the secret in
/// [`TokenBuilder::with_base64_secret`](super::TokenBuilder::with_base64_secret). `Debug` does not show the key.
#[derive(Clone)]
#[must_use]
pub struct RequestSigner {
    label: &'static str,
    algorithm: Algorithm,
    algorithm_name: &'static str,
    key: EncodingKey,
    created: Option<SystemTime>,
    lifetime: Duration,
    token_header: String,
    covered: Vec<String>,
    base_digest: bool,
}

impl RequestSigner {
    /// Signs with the installation's key: the label `install`.
    pub fn install(key: &InstallationKey) -> Self {
        Self::new("install", Algorithm::ES256, "ecdsa-p256-sha256", key.private.clone())
    }

    /// Signs with the account's key, in base64: the label `account`.
    ///
    /// # Errors
    ///
    /// If the key is not base64, or is shorter than 32 bytes.
    pub fn account(base64_key: &str) -> Result<Self, ConfigError> {
        let keys = decode_secrets(base64_key).map_err(|fault| {
            let fault = of_message_signing_key(fault);
            ConfigError::invalid(format!("the key given to `RequestSigner::account` {fault}"))
        })?;
        let key = crypto::hs256_signing_key(&keys[0]);
        Ok(Self::new("account", Algorithm::HS256, "hmac-sha256", key))
    }

    fn new(label: &'static str, algorithm: Algorithm, algorithm_name: &'static str, key: EncodingKey) -> Self {
        Self {
            label,
            algorithm,
            algorithm_name,
            key,
            created: None,
            lifetime: Duration::from_secs(15),
            token_header: DEFAULT_TOKEN_HEADER.as_str().to_owned(),
            covered: Vec::new(),
            base_digest: false,
        }
    }

    /// Signs as if it were this time. Default: the time of each signature.
    pub fn created_at(mut self, time: SystemTime) -> Self {
        self.created = Some(time);
        self
    }

    /// Makes signatures that expire this long after they are created, in whole seconds. Default: 15 seconds.
    pub fn expires_in(mut self, lifetime: Duration) -> Self {
        self.lifetime = lifetime;
        self
    }

    /// The header that carries the token, in requests that
    /// [`approov_signature`](super::ApproovTestRequest::approov_signature) signs. Default: `Approov-Token`.
    ///
    /// Set it if you set [`ApproovBuilder::token_header`](crate::ApproovBuilder::token_header).
    pub fn token_header(mut self, name: impl Into<String>) -> Self {
        self.token_header = name.into().to_ascii_lowercase();
        self
    }

    /// Covers these headers as well, in requests that
    /// [`approov_signature`](super::ApproovTestRequest::approov_signature) signs. Call it again to add more.
    ///
    /// # Examples
    ///
    /// ```
    /// use approov_actix::testing::{InstallationKey, RequestSigner};
    ///
    /// let signer = RequestSigner::install(&InstallationKey::new()).covering(["X-Device", "X-Session"]);
    /// ```
    pub fn covering<N: Into<String>>(mut self, headers: impl IntoIterator<Item = N>) -> Self {
        let names = headers.into_iter().map(|name| name.into().to_ascii_lowercase());
        self.covered.extend(names);
        self
    }

    /// Whether to add the header `Signature-Base-Digest`, the SHA-256 of the signed text, as a client in debug mode
    /// does. If a signature does not match, the server's log then says whether the text or the key differs.
    /// Default: no.
    pub fn base_digest(mut self, add: bool) -> Self {
        self.base_digest = add;
        self
    }

    /// Signs a request of any HTTP client. Returns the headers to add: `Signature-Input`, `Signature` and, if there is
    /// a body, `Content-Digest`; with [`base_digest`](Self::base_digest), `Signature-Base-Digest` as well.
    ///
    /// `url` is the whole URL that the app requests, such as `https://api.example.com/orders?id=1`. `headers` are the
    /// ones to cover: the token header, and any others. The signature also covers the method, the URL and the digest
    /// of the body.
    ///
    /// # Examples
    ///
    /// ```
    /// use approov_actix::testing::{InstallationKey, RequestSigner, TokenBuilder};
    ///
    /// let key = InstallationKey::new();
    /// let token = TokenBuilder::new().installation_key(&key).build();
    /// let to_add = RequestSigner::install(&key).sign(
    ///     "POST",
    ///     "https://api.example.com/orders",
    ///     &[("Approov-Token", &token), ("Content-Type", "application/json")],
    ///     Some(b"{}"),
    /// );
    /// assert_eq!(to_add.len(), 3);
    /// ```
    pub fn sign(
        &self,
        method: &str,
        url: &str,
        headers: &[(&str, &str)],
        body: Option<&[u8]>,
    ) -> Vec<(String, String)> {
        let fields = headers
            .iter()
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().into()));
        self.sign_fields(method, url, fields.collect(), body)
    }

    /// See [`ApproovTestRequest::approov_signature`](super::ApproovTestRequest::approov_signature).
    #[track_caller]
    pub(super) fn sign_request(&self, request: TestRequest, origin: &str) -> TestRequest {
        let (head, payload) = request.to_http_parts();
        assert!(
            head.app_data::<Approov>().is_none(),
            "`approov_signature` cannot keep app data: call `app_data` after it"
        );
        let body = read(payload);
        let url = target_uri(origin, head.uri());
        let digested = Some(body.as_slice()).filter(|body| !body.is_empty());
        let fields = self.fields(head.headers(), digested.is_some());
        let signature = self.sign_fields(head.method().as_str(), &url, fields, digested);

        // A `TestRequest` has no getters and cannot be made from a request, so this builds another one, part by part.
        let mut rebuilt = TestRequest::default()
            .method(head.method().clone())
            .version(head.version())
            .uri(&head.uri().to_string());
        if let Some(address) = head.peer_addr() {
            rebuilt = rebuilt.peer_addr(address);
        }
        if !body.is_empty() {
            rebuilt = rebuilt.set_payload(body);
        }
        for (name, value) in head.match_info().iter() {
            rebuilt = rebuilt.param(name.to_owned(), value.to_owned());
        }
        for name in head.headers().keys() {
            let mut lines = head.headers().get_all(name);
            // The first one replaces the `Content-Length` of `set_payload`.
            rebuilt = lines.next().into_iter().fold(rebuilt, |request, line| {
                request.insert_header((name.clone(), line.clone()))
            });
            rebuilt = lines.fold(rebuilt, |request, line| {
                request.append_header((name.clone(), line.clone()))
            });
        }
        signature.into_iter().fold(rebuilt, TestRequest::insert_header)
    }

    /// The headers to cover, each once, with their values.
    #[track_caller]
    fn fields(&self, headers: &HeaderMap, has_digest: bool) -> Vec<(String, Vec<u8>)> {
        let present = CLIENT_DEFAULTS.into_iter().filter(|name| headers.contains_key(*name));
        let covered = self.covered.iter().map(String::as_str);
        let mut fields: Vec<(String, Vec<u8>)> = Vec::new();
        for name in [self.token_header.as_str()].into_iter().chain(present).chain(covered) {
            if fields.iter().any(|(earlier, _)| earlier == name) || (has_digest && name == "content-digest") {
                continue;
            }
            let lines: Vec<_> = headers.get_all(name).map(|line| line.as_bytes().trim_ascii()).collect();
            assert!(
                !lines.is_empty(),
                "the test request has no header `{name}` to sign: add it before `approov_signature`"
            );
            let separator: &[u8] = if name == "cookie" { b"; " } else { b", " };
            fields.push((name.to_owned(), lines.join(separator)));
        }
        fields
    }

    fn sign_fields(
        &self,
        method: &str,
        url: &str,
        fields: Vec<(String, Vec<u8>)>,
        body: Option<&[u8]>,
    ) -> Vec<(String, String)> {
        let digest = body.map(|body| format!("sha-256=:{}:", STANDARD.encode(crypto::sha256(body))));
        let mut lines = vec![
            ("@method".to_owned(), method.into()),
            ("@target-uri".to_owned(), url.into()),
        ];
        lines.extend(fields);
        lines.extend(
            digest
                .iter()
                .map(|digest| ("content-digest".to_owned(), digest.as_bytes().to_vec())),
        );

        let names: Vec<_> = lines.iter().map(|(name, _)| format!("\"{name}\"")).collect();
        let created = self
            .created
            .unwrap_or_else(SystemTime::now)
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default()
            .as_secs();
        let parameters = format!(
            "({});alg=\"{}\";created={created};expires={}",
            names.join(" "),
            self.algorithm_name,
            created.saturating_add(self.lifetime.as_secs())
        );
        let mut base = Vec::new();
        for (name, value) in names.iter().zip(lines.iter().map(|(_, value)| value)) {
            base.extend_from_slice(name.as_bytes());
            base.extend_from_slice(b": ");
            base.extend_from_slice(value);
            base.push(b'\n');
        }
        base.extend_from_slice(format!("\"@signature-params\": {parameters}").as_bytes());
        #[allow(clippy::expect_used, reason = "for tests; both kinds of keys sign any message")]
        let signature = crypto::sign(self.algorithm, &self.key, &base).expect("a signature");

        let mut signed = vec![
            ("Signature-Input".to_owned(), format!("{}={parameters}", self.label)),
            (
                "Signature".to_owned(),
                format!("{}=:{}:", self.label, STANDARD.encode(signature)),
            ),
        ];
        signed.extend(digest.map(|digest| ("Content-Digest".to_owned(), digest)));
        if self.base_digest {
            let digest = STANDARD.encode(crypto::sha256(&base));
            signed.push(("Signature-Base-Digest".to_owned(), format!("sha-256=:{digest}:")));
        }
        signed
    }
}

/// The whole body of a test request, which is in memory.
fn read(mut payload: Payload) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(Some(Ok(chunk))) = payload.next().now_or_never() {
        body.extend_from_slice(&chunk);
    }
    body
}

/// The URL that the app requests, if the server is at `origin` and sees `uri`.
#[track_caller]
fn target_uri(origin: &str, uri: &Uri) -> String {
    let parsed = Url::parse(origin).ok().filter(|url| {
        let is_web = matches!(url.scheme(), "http" | "https");
        let is_bare = url.username().is_empty() && url.password().is_none();
        is_web && is_bare && url.query().is_none() && url.fragment().is_none()
    });
    #[allow(clippy::expect_used, reason = "for tests, where a panic is a failed test")]
    let url = parsed.expect("`approov_signature` takes an origin such as https://api.example.com");
    let query = uri.query().map_or(String::new(), |query| format!("?{query}"));
    let prefix = url.path().trim_end_matches('/');
    format!("{}{prefix}{}{query}", url.origin().ascii_serialization(), uri.path())
}

impl fmt::Debug for RequestSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestSigner")
            .field("label", &self.label)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use actix_web::http::Version;

    use super::*;
    use crate::{
        MessageSigning,
        testing::{self, ApproovTestRequest as _, TokenBuilder},
    };

    const ORIGIN: &str = "https://api.example.com";

    #[test]
    fn keys() {
        let key = InstallationKey::new();
        assert_eq!(key.public_key().len(), 124);
        assert_eq!(key.public_key(), InstallationKey::default().public_key());
        assert_eq!(format!("{key:?}"), "InstallationKey { .. }");
        assert!(InstallationKey::from_pem("junk").is_err());
        assert!(RequestSigner::account("junk!").is_err());
    }

    fn signer() -> RequestSigner {
        RequestSigner::install(&InstallationKey::new())
    }

    fn token() -> TokenBuilder {
        TokenBuilder::new().installation_key(&InstallationKey::new())
    }

    #[cfg(feature = "macros")]
    mod through_a_handler {
        use std::sync::{Arc, Mutex};

        use actix_web::{
            App,
            http::{Method, header::HeaderValue},
            route,
            test::{call_service, init_service, read_body},
        };

        use super::*;
        use crate::{ApproovBuilder, approov_protected};

        #[route("/{path:.*}", method = "GET", method = "POST")]
        #[approov_protected(signature = "required", crate = "crate")]
        async fn echo(body: String) -> String {
            body
        }

        /// What the handler echoes, or the code of the refusal.
        async fn answer(builder: ApproovBuilder, request: TestRequest) -> Result<String, &'static str> {
            let refusal = Arc::new(Mutex::new(None));
            let seen = refusal.clone();
            let approov = builder
                .on_rejection(move |event| *seen.lock().unwrap() = Some(event.rejection.code()))
                .build()
                .unwrap();
            let app = init_service(App::new().app_data(approov).service(echo)).await;
            let response = call_service(&app, request.to_request()).await;
            let code = refusal.lock().unwrap().take();
            assert_eq!(response.status(), if code.is_some() { 401 } else { 200 });
            let body = read_body(response).await;
            code.map_or_else(|| Ok(String::from_utf8(body.into()).unwrap()), Err)
        }

        /// One row: the request that is signed, the headers that are covered besides the usual ones, what is changed
        /// after that, and the code of the refusal.
        struct Case(
            fn() -> TestRequest,
            &'static [&'static str],
            fn(TestRequest) -> TestRequest,
            &'static str,
        );

        const CASES: [Case; 13] = [
            Case(TestRequest::get, &[], |it| it.uri("/other"), "signature_invalid"),
            Case(TestRequest::get, &[], |it| it.method(Method::POST), "signature_invalid"),
            Case(
                TestRequest::get,
                &[],
                |it| it.approov_token(token().device_id("another")),
                "signature_invalid",
            ),
            Case(
                TestRequest::get,
                &[],
                |it| it.approov_token(TokenBuilder::new()),
                "signature_key_missing",
            ),
            Case(
                || TestRequest::with_uri("/a//b%2F?id=1&x="),
                &[],
                |it| it.uri("/a//b%2F?id=2&x="),
                "signature_invalid",
            ),
            Case(
                || TestRequest::post().set_payload("one book"),
                &[],
                |it| it.set_payload("two book"),
                "digest_mismatch",
            ),
            Case(
                || TestRequest::post().set_payload("one book"),
                &["Content-Digest", "content-length"],
                |it| it.set_payload("one book, please"),
                "signature_invalid",
            ),
            Case(
                || TestRequest::post().set_json(["book"]),
                &[],
                |it| it.insert_header(("Content-Type", "text/plain")),
                "signature_invalid",
            ),
            Case(
                || TestRequest::get().insert_header(("Authorization", "Bearer user-1")),
                &[],
                |it| it.insert_header(("Authorization", "Bearer user-2")),
                "signature_invalid",
            ),
            Case(
                || TestRequest::get().insert_header(("X-Device", " device-1")),
                &["X-Device"],
                |it| it.insert_header(("X-Device", "device-2")),
                "signature_invalid",
            ),
            Case(
                || {
                    TestRequest::get()
                        .append_header(("X-Device", "device-1"))
                        .append_header(("X-Device", "device-2"))
                },
                &["x-device", "X-Device"],
                |it| it.append_header(("X-Device", "device-3")),
                "signature_invalid",
            ),
            Case(
                || {
                    TestRequest::get()
                        .append_header(("Cookie", "a=1"))
                        .append_header(("Cookie", "b=2"))
                },
                &["Cookie"],
                |it| it.append_header(("Cookie", "c=3")),
                "signature_invalid",
            ),
            Case(
                || TestRequest::get().insert_header(("X-Name", HeaderValue::from_bytes(b"J\xfcrgen").unwrap())),
                &["X-Name"],
                |it| it.insert_header(("X-Name", "Jurgen")),
                "signature_invalid",
            ),
        ];

        #[actix_web::test]
        async fn what_was_signed_is_served_and_what_was_changed_after_that_is_not() {
            for (row, Case(request, covered, change, code)) in CASES.into_iter().enumerate() {
                let builder = || testing::builder().message_signing(MessageSigning::new().public_origins(ORIGIN));
                let body = String::from_utf8(read(request().to_http_parts().1)).unwrap();
                let signed = || {
                    let signer = signer().covering(covered.iter().copied());
                    request().approov_token(token()).approov_signature(&signer, ORIGIN)
                };
                assert_eq!(answer(builder(), signed()).await, Ok(body), "row {row}");
                assert_eq!(answer(builder(), change(signed())).await, Err(code), "row {row}");
            }
        }

        #[actix_web::test]
        async fn the_origin_is_read_as_the_builder_reads_it() {
            for (configured, signed, accepted) in [
                ("https://api.example.com", "https://API.example.com:443/", true),
                (
                    "http://api.example.com:8080/v2",
                    "http://api.example.com:8080/v2/",
                    true,
                ),
                ("https://api.example.com", "https://other.example.com", false),
                ("https://api.example.com", "https://api.example.com/v2", false),
                ("https://api.example.com", "http://api.example.com", false),
            ] {
                let builder = testing::builder().message_signing(MessageSigning::new().public_origins(configured));
                let request = TestRequest::with_uri("/a?b").approov_token(token());
                let answer = answer(builder, request.approov_signature(&signer(), signed)).await;
                let expected = if accepted {
                    Ok(String::new())
                } else {
                    Err("signature_invalid")
                };
                assert_eq!(answer, expected, "{configured} {signed}");
            }
        }

        #[actix_web::test]
        async fn a_token_in_another_header() {
            let builder = || {
                testing::builder()
                    .message_signing(MessageSigning::new().public_origins(ORIGIN))
                    .token_header("X-Token")
            };
            let request = |header| {
                let signer = signer().token_header(header);
                TestRequest::get()
                    .insert_header(("X-Token", token().build()))
                    .approov_token(token())
                    .approov_signature(&signer, ORIGIN)
            };
            assert_eq!(answer(builder(), request("X-Token")).await, Ok(String::new()));
            assert_eq!(
                answer(builder(), request("Approov-Token")).await,
                Err("signature_coverage")
            );
        }

        #[actix_web::test]
        async fn the_last_signature_counts() {
            let builder = || testing::builder().message_signing(MessageSigning::new().public_origins(ORIGIN));
            let good = signer();
            let old = signer().created_at(UNIX_EPOCH).expires_in(Duration::MAX);
            let request = |signers: [&RequestSigner; 2]| {
                let request = TestRequest::get().approov_token(token());
                let sign = |request: TestRequest, signer| request.approov_signature(signer, ORIGIN);
                signers.into_iter().fold(request, sign)
            };
            assert_eq!(answer(builder(), request([&old, &good])).await, Ok(String::new()));
            assert!(answer(builder(), request([&good, &old])).await.is_err());
        }
    }

    #[test]
    fn a_signed_request_is_otherwise_the_same() {
        let address = "192.0.2.1:4711".parse().unwrap();
        let request = || {
            TestRequest::post()
                .version(Version::HTTP_2)
                .uri("http://example.com/a?b=c")
                .param("id", "7")
                .peer_addr(address)
                .approov_token(token())
                .set_payload("body")
                .insert_header(("Content-Length", "5"))
                .append_header(("X-Device", "1"))
                .append_header(("X-Device", "2"))
        };
        let (before, _) = request().to_http_parts();
        let (after, payload) = request().approov_signature(&signer(), ORIGIN).to_http_parts();
        assert_eq!(read(payload), b"body");
        assert_eq!(after.method(), before.method());
        assert_eq!(after.version(), before.version());
        assert_eq!(after.uri(), before.uri());
        assert_eq!(after.peer_addr(), Some(address));
        assert_eq!(&after.match_info()["id"], "7");
        let mut headers = after.headers().clone();
        for name in ["Signature-Input", "Signature", "Content-Digest"] {
            assert_eq!(headers.remove(name).count(), 1, "{name}");
        }
        let values = |headers: &HeaderMap, name| headers.get_all(name).cloned().collect::<Vec<_>>();
        assert_eq!(headers.len(), before.headers().len());
        for name in before.headers().keys() {
            assert_eq!(
                values(&headers, name.as_str()),
                values(before.headers(), name.as_str()),
                "{name}"
            );
        }
    }

    #[test]
    fn what_cannot_be_signed_is_a_panic_that_says_what_to_do() {
        let panic = |sign: &dyn Fn() -> TestRequest| {
            let payload = catch_unwind(AssertUnwindSafe(|| drop(sign()))).unwrap_err();
            let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
            text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap()
        };
        let request = || TestRequest::get().approov_token(token());
        assert_eq!(
            panic(&|| TestRequest::get().approov_signature(&signer(), ORIGIN)),
            "the test request has no header `approov-token` to sign: add it before `approov_signature`"
        );
        assert_eq!(
            panic(&|| request().approov_signature(&signer().covering(["X Device"]), ORIGIN)),
            "the test request has no header `x device` to sign: add it before `approov_signature`"
        );
        assert_eq!(
            panic(&|| request()
                .app_data(testing::approov())
                .approov_signature(&signer(), ORIGIN)),
            "`approov_signature` cannot keep app data: call `app_data` after it"
        );
        for origin in [
            "",
            "api.example.com",
            "ftp://a",
            "data:a",
            "https://u@a",
            "https://a?b",
            "https://a#b",
        ] {
            assert_eq!(
                panic(&|| request().approov_signature(&signer(), origin)),
                "`approov_signature` takes an origin such as https://api.example.com",
                "{origin}"
            );
        }
    }
}
