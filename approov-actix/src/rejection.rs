//! Every reason to refuse a request, with its stable code and its default status.

use std::fmt;

use actix_web::http::StatusCode;

/// Makes the enum from a table that defines the meaning, the code and the default status of each reason once.
///
/// A field can only be a `&'static str`, so no reason can hold text from a caller. The first field is the detail.
macro_rules! rejections {
    (@status 401) => { StatusCode::UNAUTHORIZED };
    (@status 409) => { StatusCode::CONFLICT };
    (@status 413) => { StatusCode::PAYLOAD_TOO_LARGE };
    (@status 500) => { StatusCode::INTERNAL_SERVER_ERROR };
    (@status 503) => { StatusCode::SERVICE_UNAVAILABLE };
    (
        $(#[$about:meta])+
        pub enum $name:ident {
            $(
                $(#[$meaning:meta])+
                $variant:ident $({ $($(#[$detail:meta])+ $field:ident: &'static str,)* })?
                    => ($code:literal, $status:tt),
            )+
        }
    ) => {
        $(#[$about])+
        pub enum $name {
            $(
                #[doc = concat!("`", $code, "` (", $status, "):")]
                $(#[$meaning])+
                $variant $({ $($(#[$detail])+ $field: &'static str,)* })?,
            )+
        }

        impl $name {
            /// In the order of the table.
            #[cfg(test)]
            pub(crate) const CODES: &[&str] = &[$($code),+];

            fn row(self) -> Row {
                match self {
                    $(Self::$variant { $($($field,)*)? .. } => Row {
                        code: $code,
                        status: rejections!(@status $status),
                        detail: [$($($field),*)?].first().copied(),
                    },)+
                }
            }
        }
    };
}

rejections! {
    /// Why a request was refused. Each reason begins with its [`code`](Self::code) and its
    /// [default status](Self::default_status).
    ///
    /// Callers never see the reason: it is for logs, metrics and support. New reasons may be added, and new fields to
    /// the reasons that have braces, so match those with `..`, as below. The code of an existing reason never changes.
    ///
    /// [Refusal codes](crate::guide::refusal_codes) describes what to do about each.
    ///
    /// # Security
    ///
    /// A `Rejection` carries no text from a caller: neither its `Display` nor its `Debug` can leak a token, a secret or
    /// a header value.
    ///
    /// # Examples
    ///
    /// ```
    /// use approov_actix::{Approov, Key, Rejection};
    ///
    /// # fn main() -> Result<(), approov_actix::ConfigError> {
    /// # let secret = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    /// let approov = Approov::builder().keys(Key::from_base64_secret(secret)?).build()?;
    /// let rejection = approov.verify_token("NO_NETWORK").unwrap_err();
    ///
    /// assert!(matches!(rejection, Rejection::TokenStatusWord { word: "NO_NETWORK", .. }));
    /// assert_eq!(rejection.code(), "token_status_word");
    /// # Ok(())
    /// # }
    /// ```
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    #[non_exhaustive]
    pub enum Rejection {
        /// the request has no token header.
        TokenMissing => ("token_missing", 401),
        /// the token header is empty, or is `Bearer` and nothing else. Some Android versions send this when they get
        /// no token.
        TokenEmpty => ("token_empty", 401),
        /// instead of a token, the header holds a status word that says why the Approov SDK has no token. The word is
        /// not authenticated.
        #[non_exhaustive]
        TokenStatusWord {
            /// The word, such as `NO_NETWORK`: one that the SDK is known to send.
            word: &'static str,
        } => ("token_status_word", 401),
        /// the request has more than one token header.
        TokenRepeated => ("token_repeated", 401),
        /// the token is longer than 8 KiB.
        TokenTooLong => ("token_too_long", 401),
        /// the token has five segments, so it is a JWE (RFC 7516). Encrypted tokens are not supported.
        TokenEncrypted => ("token_encrypted", 401),
        /// the token is not a compact JWS (RFC 7515, section 7.1): it does not have three segments, is not strict
        /// base64url, does not hold JSON objects, repeats a member at its top level, or has a header member of the
        /// wrong type.
        TokenMalformed => ("token_malformed", 401),
        /// the token's header has `crit` or `b64`, which demand extensions that are not supported.
        TokenCriticalHeader => ("token_critical_header", 401),
        /// the server has no key at this moment: no source of keys could be read yet, or for too long, or all keys were
        /// revoked. This is a state of the server, and the token may be valid.
        KeysUnavailable => ("keys_unavailable", 503),
        /// the token's `kid` is not the id of any configured key, and every key has an id.
        TokenKeyUnknown => ("token_key_unknown", 401),
        /// the token's `alg` is not the algorithm of any key that may be tried for its `kid`.
        TokenAlgorithm => ("token_algorithm", 401),
        /// no configured key made this signature. **The usual sign of an app that failed attestation**, and also of a
        /// wrong secret.
        TokenSignature => ("token_signature", 401),
        /// a claim of a correctly signed token has the wrong type or an impossible value.
        #[non_exhaustive]
        TokenClaimInvalid {
            /// The name of the claim, such as `exp`.
            claim: &'static str,
        } => ("token_claim_invalid", 401),
        /// a correctly signed token has no `exp`.
        TokenExpiryMissing => ("token_expiry_missing", 401),
        /// the token's `exp` is not in the future.
        TokenExpired => ("token_expired", 401),
        /// the token's `nbf` is in the future.
        TokenNotYetValid => ("token_not_yet_valid", 401),
        /// an issuer is configured, and the token's `iss` is missing or different.
        TokenIssuer => ("token_issuer", 401),
        /// an audience is configured, and the token's `aud` is missing or does not name it.
        TokenAudience => ("token_audience", 401),
        /// a header that the token must be bound to is missing or empty.
        #[non_exhaustive]
        BindingHeaderMissing {} => ("binding_header_missing", 401),
        /// the request repeats a header that the token must be bound to.
        #[non_exhaustive]
        BindingHeaderRepeated {} => ("binding_header_repeated", 401),
        /// the token has no `pay` claim, so it is bound to nothing.
        BindingClaimMissing => ("binding_claim_missing", 401),
        /// the token is bound to values other than those in the request's headers.
        BindingMismatch => ("binding_mismatch", 401),
        /// the policy requires a message signature, and the request has none with an accepted label.
        SignatureMissing => ("signature_missing", 401),
        /// `Signature` or `Signature-Input` is not a structured field (RFC 9651), repeats a label, comes without the
        /// other header, or has a parameter of the wrong type.
        SignatureMalformed => ("signature_malformed", 401),
        /// the request has a signature, but there is no key to verify it with: the token has no `ipk`, or no configured
        /// account key fits its `mskid`.
        SignatureKeyMissing => ("signature_key_missing", 401),
        /// the token's `ipk` is not a P-256 public key.
        SignatureKeyInvalid => ("signature_key_invalid", 401),
        /// the signature's `alg` is not the algorithm of its label.
        SignatureAlgorithm => ("signature_algorithm", 401),
        /// the signature does not cover everything that it must: the method, the target, the token header, and whatever
        /// else the policy requires.
        #[non_exhaustive]
        SignatureCoverage {} => ("signature_coverage", 401),
        /// the signature covers a component twice, a component that is unknown or not supported, or a header that is
        /// missing.
        #[non_exhaustive]
        SignatureComponent {} => ("signature_component", 401),
        /// the request's host is missing, malformed, or not one of the configured public origins.
        SignatureTarget => ("signature_target", 401),
        /// the signature has no `created` or no `expires`, and the configuration or the policy requires it. Or the
        /// policy requires single use, and the request stays valid for too long for that.
        SignatureTimeMissing => ("signature_time_missing", 401),
        /// the signature's `created` is in the future by more than the clock skew.
        SignatureNotYetValid => ("signature_not_yet_valid", 401),
        /// the signature's `expires` is in the past, or its `created` is longer ago than allowed, by more than the
        /// clock skew.
        SignatureExpired => ("signature_expired", 401),
        /// the key did not make this signature for this request.
        SignatureInvalid => ("signature_invalid", 401),
        /// the request has a body, and the signature covers no digest of it, although the policy requires one.
        DigestMissing => ("digest_missing", 401),
        /// the signature covers `Content-Digest`, but that header is not a structured field, or has neither sha-256 nor
        /// sha-512.
        DigestMalformed => ("digest_malformed", 401),
        /// the body is not the one that was signed.
        DigestMismatch => ("digest_mismatch", 401),
        /// the body is larger than the limit up to which digests are computed.
        BodyTooLarge => ("body_too_large", 413),
        /// the bodies that are held for their digests would exceed `MessageSigning::body_budget`.
        BodyBudget => ("body_budget", 503),
        /// the body cannot be compared with its digest: it broke off, it belongs to a WebSocket or a tunnel, or only
        /// [`ApproovClaims`](crate::ApproovClaims) protects the handler, and an argument cannot read the body.
        BodyUnavailable => ("body_unavailable", 401),
        /// one of the application's own checks refused the request.
        #[non_exhaustive]
        ApplicationCheck {
            /// The reason that the check gives, such as `device_blocked`.
            reason: &'static str,
        } => ("application_check", 401),
        /// the policy requires single use, and a request with this signature was accepted before. The status is 409, so
        /// that no app renews its token and signs the same request again.
        RequestReplayed => ("request_replayed", 409),
        /// the policy requires single use, and the server cannot tell whether the request was accepted before.
        #[non_exhaustive]
        SingleUseUnavailable {
            /// The reason that the store gives, such as `timed_out`.
            reason: &'static str,
        } => ("single_use_unavailable", 503),
        /// a protected handler finds no [`Approov`](crate::Approov), or two different ones. This is a fault of the
        /// server.
        NotConfigured => ("not_configured", 500),
        /// the policy binds tokens to the header that carries them, or requires single use but has no required
        /// signature or no store. This is a fault of the server.
        PolicyInvalid => ("policy_invalid", 500),
    }
}

impl Rejection {
    /// The stable code of this reason, for logs and metrics.
    ///
    /// # Security
    ///
    /// Do not send it to the caller: anyone who probes the server would learn how far they got.
    ///
    /// # Examples
    ///
    /// ```
    /// use approov_actix::Rejection;
    ///
    /// assert_eq!(Rejection::TokenExpired.code(), "token_expired");
    /// ```
    pub fn code(self) -> &'static str {
        self.row().code
    }

    /// The SDK's status word, the name of the invalid claim, or the reason that the application's own check or the
    /// single-use store gives.
    ///
    /// # Examples
    ///
    /// ```
    /// use approov_actix::Rejection;
    ///
    /// assert_eq!(Rejection::TokenExpired.detail(), None);
    /// ```
    pub fn detail(self) -> Option<&'static str> {
        self.row().detail
    }

    /// The status of the answer, unless [`reject_with`](crate::ApproovBuilder::reject_with) gives another. It is 401,
    /// except: 409 for a replay; 413 if the body is too large; 503 if the server has no key, has no room for the body
    /// or cannot claim the request; 500 if the server's configuration is at fault.
    ///
    /// # Examples
    ///
    /// ```
    /// use actix_web::http::StatusCode;
    /// use approov_actix::Rejection;
    ///
    /// assert_eq!(Rejection::TokenExpired.default_status(), StatusCode::UNAUTHORIZED);
    /// ```
    pub fn default_status(self) -> StatusCode {
        self.row().status
    }

    /// Whether the server's own configuration is at fault, and not the request. The answer is then always a plain 500.
    ///
    /// [`KeysUnavailable`](Self::KeysUnavailable) is not such a fault: it may go away without a change.
    ///
    /// # Examples
    ///
    /// ```
    /// use approov_actix::Rejection;
    ///
    /// assert!(Rejection::NotConfigured.is_server_fault());
    /// assert!(!Rejection::TokenExpired.is_server_fault());
    /// ```
    pub fn is_server_fault(self) -> bool {
        self.default_status() == StatusCode::INTERNAL_SERVER_ERROR
    }
}

/// The code, and the detail in brackets: `token_status_word(NO_NETWORK)`.
impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())?;
        self.detail().map_or(Ok(()), |detail| write!(f, "({detail})"))
    }
}

impl std::error::Error for Rejection {}

struct Row {
    code: &'static str,
    status: StatusCode,
    detail: Option<&'static str>,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn display_is_the_code_with_its_detail() {
        let (word, claim, reason) = ("NO_NETWORK", "exp", "device_blocked");
        for (rejection, display) in [
            (Rejection::TokenExpired, "token_expired"),
            (Rejection::BindingHeaderMissing {}, "binding_header_missing"),
            (Rejection::TokenStatusWord { word }, "token_status_word(NO_NETWORK)"),
            (Rejection::TokenClaimInvalid { claim }, "token_claim_invalid(exp)"),
            (
                Rejection::ApplicationCheck { reason },
                "application_check(device_blocked)",
            ),
        ] {
            assert_eq!(rejection.to_string(), display);
        }
    }

    #[test]
    fn only_a_fault_of_the_server_is_500() {
        let reason = "device_blocked";
        for (rejection, status, is_server_fault) in [
            (Rejection::TokenMissing, 401, false),
            (Rejection::BodyTooLarge, 413, false),
            (Rejection::BodyBudget, 503, false),
            (Rejection::KeysUnavailable, 503, false),
            (Rejection::ApplicationCheck { reason }, 401, false),
            (Rejection::RequestReplayed, 409, false),
            (Rejection::SingleUseUnavailable { reason }, 503, false),
            (Rejection::NotConfigured, 500, true),
            (Rejection::PolicyInvalid, 500, true),
        ] {
            assert_eq!(rejection.default_status().as_u16(), status, "{rejection}");
            assert_eq!(rejection.is_server_fault(), is_server_fault, "{rejection}");
        }
    }

    #[test]
    fn every_code_is_a_heading_of_the_guide() {
        let pages = [
            include_str!("../docs/refusal-codes.md"),
            include_str!("../docs/refusal-codes-signatures.md"),
        ];
        let headings = |page: &'static str| {
            page.lines()
                .filter_map(|line| line.strip_prefix("### `")?.strip_suffix('`'))
        };
        let position = |code: &str| Rejection::CODES.iter().position(|known| *known == code);
        for page in pages {
            let positions: Vec<_> = headings(page).map(|code| position(code).expect(code)).collect();
            assert!(positions.is_sorted_by(|one, next| one < next), "in the same order");
        }
        let all: BTreeSet<_> = pages.into_iter().flat_map(headings).collect();
        assert_eq!(all.len(), Rejection::CODES.len());
    }

    #[test]
    fn no_code_stands_for_two_reasons() {
        let codes: BTreeSet<_> = Rejection::CODES.iter().collect();
        assert_eq!((codes.len(), Rejection::CODES.len()), (45, 45));
    }
}
