//! Every reason to refuse a request, and its stable code.

use std::fmt;

/// Why a request was refused.
///
/// Callers never see the reason: every refusal looks alike from outside. It is for logs, metrics and support.
/// New reasons may be added; [`code`](Self::code) of an existing one never changes.
///
/// What to do about each: [why was my request refused?](crate::guide::refusals)
///
/// # Security
///
/// A `Rejection` carries nothing that a caller wrote: neither its `Display` nor its `Debug` can leak a token, a secret or
/// a header value.
///
/// # Examples
///
/// ```
/// use approov_actix::{Approov, Rejection};
///
/// # fn main() -> Result<(), approov_actix::ConfigError> {
/// let approov = Approov::builder()
///     .base64_secret("h+CX0tOzdAAR9l15bWAqvq7w9olk66daIH+Xk+IAHhVVHszjDzeGobzNnqyRze3lw/WVyWrc2gZfh3XXfBOmww==")
///     .build()?;
/// let rejection = approov.verify_token("NO_NETWORK").unwrap_err();
///
/// assert_eq!(rejection, Rejection::TokenStatusWord("NO_NETWORK"));
/// assert_eq!(rejection.code(), "token_status_word");
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Rejection {
    /// `token_missing`: the request has no token header.
    TokenMissing,
    /// `token_empty`: the token header is empty, or says `Bearer` and nothing else. Some Android versions send this when
    /// they got no token.
    TokenEmpty,
    /// `token_status_word`: in place of a token stands the word with which the Approov SDK says why it got none, such as
    /// `NO_NETWORK`. The word is not authenticated.
    TokenStatusWord(&'static str),
    /// `token_repeated`: the request has more than one token header.
    TokenRepeated,
    /// `token_too_long`: the token is longer than 8 KiB.
    TokenTooLong,
    /// `token_encrypted`: five segments, so a JWE (RFC 7516). Encrypted tokens are not supported.
    TokenEncrypted,
    /// `token_malformed`: not a compact JWS (RFC 7515, section 7.1): not three segments, not strict base64url, not a JSON
    /// object, a member twice at its top level, or a header member of the wrong type.
    TokenMalformed,
    /// `token_critical_header`: the token's header has `crit` or `b64`, which ask for extensions that are not understood.
    TokenCriticalHeader,
    /// `token_key_unknown`: the token's `kid` is that of no configured key, and every key has one. Or there is no key at all, because
    /// their source cannot be read.
    TokenKeyUnknown,
    /// `token_algorithm`: the token's `alg` is not the algorithm of any key that its `kid` leaves to choose from.
    TokenAlgorithm,
    /// `token_signature`: no configured key made this signature. **The usual sign of an app that failed attestation**;
    /// also of a wrong secret.
    TokenSignature,
    /// `token_claim_invalid`: the named claim of a well-signed token has the wrong type or an impossible value.
    TokenClaimInvalid(&'static str),
    /// `token_expiry_missing`: a well-signed token without `exp`.
    TokenExpiryMissing,
    /// `token_expired`: `exp` is not in the future.
    TokenExpired,
    /// `token_not_yet_valid`: `nbf` is in the future.
    TokenNotYetValid,
    /// `token_issuer`: an issuer is configured, and `iss` is another or absent.
    TokenIssuer,
    /// `token_audience`: an audience is configured, and `aud` does not name it or is absent.
    TokenAudience,
    /// `binding_header_missing`: a header that the token must be bound to is absent or empty.
    BindingHeaderMissing,
    /// `binding_header_repeated`: a header that the token must be bound to is there more than once.
    BindingHeaderRepeated,
    /// `binding_claim_missing`: the token has no `pay` claim, so it is bound to nothing.
    BindingClaimMissing,
    /// `binding_mismatch`: the token is bound to something else.
    BindingMismatch,
    /// `signature_missing`: the policy asks for a message signature, and the request has none with an accepted label.
    SignatureMissing,
    /// `signature_malformed`: `Signature` or `Signature-Input` is no structured field (RFC 9651), has a label twice, has one of the two only, or a
    /// parameter of the wrong type.
    SignatureMalformed,
    /// `signature_key_missing`: there is a signature, but no key to verify it with: the token has no `ipk`, or no account key is configured that fits
    /// its `mskid`.
    SignatureKeyMissing,
    /// `signature_key_invalid`: the token's `ipk` is no P-256 public key.
    SignatureKeyInvalid,
    /// `signature_algorithm`: the signature's `alg` is not that of its label.
    SignatureAlgorithm,
    /// `signature_coverage`: the signature does not cover at least the method, the target and the token header.
    SignatureCoverage,
    /// `signature_component`: the signature covers something twice, something unknown or not supported, or a header that is absent.
    SignatureComponent,
    /// `signature_target`: the request's host is none, or malformed, or none of the configured public origins.
    SignatureTarget,
    /// `signature_time_missing`: the signature lacks `created` or `expires`, which the configuration asks for.
    SignatureTimeMissing,
    /// `signature_not_yet_valid`: `created` is in the future, by more than the clock skew.
    SignatureNotYetValid,
    /// `signature_expired`: `expires` is in the past, or `created` longer ago than allowed, by more than the clock skew.
    SignatureExpired,
    /// `signature_invalid`: the key did not make this signature of this request.
    SignatureInvalid,
    /// `digest_missing`: the request has a body, and the signature covers no digest of it, which the configuration asks for.
    DigestMissing,
    /// `digest_malformed`: the signature covers `Content-Digest`, which is no structured field, or has neither sha-256 nor sha-512.
    DigestMalformed,
    /// `digest_mismatch`: the body is not the one that was signed.
    DigestMismatch,
    /// `body_too_large`: the body is larger than the limit up to which digests are computed. Answered with 413.
    BodyTooLarge,
    /// `body_unavailable`: the body cannot be compared with its digest: it broke off, is that of a WebSocket or a tunnel, or
    /// [`ApproovClaims`](crate::ApproovClaims) alone protects the handler, which cannot look at the body.
    BodyUnavailable,
    /// `not_configured`: no [`Approov`](crate::Approov) was found for a protected handler. A fault of the server, answered
    /// with 500.
    NotConfigured,
    /// `policy_invalid`: the policy binds tokens to the very header that carries them. A fault of the server, answered
    /// with 500.
    PolicyInvalid,
}

impl Rejection {
    /// The stable code of this reason, for logs and metrics.
    ///
    /// # Security
    ///
    /// Do not send it to the caller: it tells who probes the server how far they got.
    pub fn code(self) -> &'static str {
        match self {
            Self::TokenMissing => "token_missing",
            Self::TokenEmpty => "token_empty",
            Self::TokenStatusWord(_) => "token_status_word",
            Self::TokenRepeated => "token_repeated",
            Self::TokenTooLong => "token_too_long",
            Self::TokenEncrypted => "token_encrypted",
            Self::TokenMalformed => "token_malformed",
            Self::TokenCriticalHeader => "token_critical_header",
            Self::TokenKeyUnknown => "token_key_unknown",
            Self::TokenAlgorithm => "token_algorithm",
            Self::TokenSignature => "token_signature",
            Self::TokenClaimInvalid(_) => "token_claim_invalid",
            Self::TokenExpiryMissing => "token_expiry_missing",
            Self::TokenExpired => "token_expired",
            Self::TokenNotYetValid => "token_not_yet_valid",
            Self::TokenIssuer => "token_issuer",
            Self::TokenAudience => "token_audience",
            Self::BindingHeaderMissing => "binding_header_missing",
            Self::BindingHeaderRepeated => "binding_header_repeated",
            Self::BindingClaimMissing => "binding_claim_missing",
            Self::BindingMismatch => "binding_mismatch",
            Self::SignatureMissing => "signature_missing",
            Self::SignatureMalformed => "signature_malformed",
            Self::SignatureKeyMissing => "signature_key_missing",
            Self::SignatureKeyInvalid => "signature_key_invalid",
            Self::SignatureAlgorithm => "signature_algorithm",
            Self::SignatureCoverage => "signature_coverage",
            Self::SignatureComponent => "signature_component",
            Self::SignatureTarget => "signature_target",
            Self::SignatureTimeMissing => "signature_time_missing",
            Self::SignatureNotYetValid => "signature_not_yet_valid",
            Self::SignatureExpired => "signature_expired",
            Self::SignatureInvalid => "signature_invalid",
            Self::DigestMissing => "digest_missing",
            Self::DigestMalformed => "digest_malformed",
            Self::DigestMismatch => "digest_mismatch",
            Self::BodyTooLarge => "body_too_large",
            Self::BodyUnavailable => "body_unavailable",
            Self::NotConfigured => "not_configured",
            Self::PolicyInvalid => "policy_invalid",
        }
    }

    /// The SDK's status word or the name of the invalid claim, where there is one.
    ///
    /// # Examples
    ///
    /// ```
    /// use approov_actix::Rejection;
    ///
    /// assert_eq!(Rejection::TokenStatusWord("NO_NETWORK").detail(), Some("NO_NETWORK"));
    /// assert_eq!(Rejection::TokenExpired.detail(), None);
    /// ```
    pub fn detail(self) -> Option<&'static str> {
        match self {
            Self::TokenStatusWord(detail) | Self::TokenClaimInvalid(detail) => Some(detail),
            _ => None,
        }
    }

    /// Whether the fault is the server's own configuration, not the request: these are answered with 500.
    pub fn is_server_fault(self) -> bool {
        matches!(self, Self::NotConfigured | Self::PolicyInvalid)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn display_is_the_code_with_its_detail() {
        assert_eq!(Rejection::TokenExpired.to_string(), "token_expired");
        assert_eq!(
            Rejection::TokenClaimInvalid("exp").to_string(),
            "token_claim_invalid(exp)"
        );
    }

    /// The codes as they stand in [`Rejection::code`], so that none is forgotten.
    #[test]
    fn every_code_is_explained_in_the_guide_and_at_its_variant() {
        let (before, after) = include_str!("rejection.rs").split_once("pub fn code(self)").unwrap();
        let (body, _) = after.split_once("pub fn detail(self)").unwrap();
        let codes: Vec<_> = body
            .split("=> \"")
            .skip(1)
            .filter_map(|code| code.split('"').next())
            .collect();
        assert_eq!(codes.len(), 40);
        for code in &codes {
            assert!(before.contains(&format!("/// `{code}`: ")), "{code}");
        }
        let headings: Vec<_> = include_str!("../docs/refusals.md")
            .lines()
            .filter_map(|line| line.strip_prefix("### "))
            .collect();
        for (heading, code) in headings.iter().zip(&codes) {
            assert_eq!(*heading, format!("`{code}`"), "in the order of the codes");
        }
        assert_eq!(headings.len(), codes.len());
    }
}
