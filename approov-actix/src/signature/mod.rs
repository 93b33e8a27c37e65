//! Message signatures: RFC 9421, as Approov's clients make them.

mod base;
mod digest;
mod fields;
mod label;
mod public_origin;
mod replay;
mod settings;
mod style;
mod target;
mod verified;
mod window;

use std::sync::Arc;

use actix_web::{HttpRequest, http::header::HeaderName};
use sfv::BareItemFromInput;

pub use self::verified::ApproovSignature;
use self::{
    base::{Allowance, Base, Component, ComponentFault, covers_all},
    fields::{InnerList, Member, combined, member, parse_dictionary},
    label::Label,
    target::Target,
    verified::VerifiedSignature,
};
pub(crate) use self::{
    digest::{ExpectedBody, ExpectedDigest},
    settings::SignatureSettings,
};
use crate::{
    crypto::{self, VerifyingKey},
    keys::Key,
    logging::{LOG_TARGET, LogText},
    policy::{EffectiveSignaturePolicy, SignatureLabel, SignatureRequirement},
    rejection::Rejection,
    time::UnixTime,
    token::ApproovClaims,
};

/// The signatures of a request.
#[derive(Clone, Default)]
pub(crate) struct Signatures {
    verified: Vec<Arc<VerifiedSignature>>,
    /// Whether the request has a signature for which there is no key.
    is_one_unverifiable: bool,
}

impl Signatures {
    /// The same signatures, checked against a policy with another age or coverage. They are not verified again, because
    /// a middleware in between may have changed the request.
    pub(crate) fn again(
        &self,
        settings: &SignatureSettings,
        policy: &EffectiveSignaturePolicy,
        now: UnixTime,
    ) -> Result<Self, Rejection> {
        let again = |signature: &Arc<VerifiedSignature>| {
            if !covers_all(&signature.components, policy.covers) {
                return Err(Rejection::SignatureCoverage {});
            }
            Ok(Arc::new(VerifiedSignature {
                validity: settings.window.check_times(signature.validity, policy.max_age, now)?,
                ..VerifiedSignature::clone(signature)
            }))
        };
        Ok(Self {
            verified: self.verified.iter().map(again).collect::<Result<_, _>>()?,
            is_one_unverifiable: self.is_one_unverifiable,
        })
    }

    /// The signature that the policy accepts, and what it requires of the body.
    pub(crate) fn accepted(
        self,
        claims: &ApproovClaims,
        policy: &EffectiveSignaturePolicy,
    ) -> Result<(Option<ApproovSignature>, ExpectedBody), Rejection> {
        let is_accepted = |label: Label| match policy.label {
            SignatureLabel::Either => true,
            SignatureLabel::Install => label == Label::Install,
            SignatureLabel::Account => label == Label::Account,
        };
        // A signature whose label is not accepted does not vouch for the body.
        let is_covered = self
            .verified
            .iter()
            .any(|signature| is_accepted(signature.label) && signature.digest.is_some());
        let covers_upgrade = self
            .verified
            .iter()
            .any(|signature| is_accepted(signature.label) && covers_all(&signature.components, &["upgrade"]));
        // All signatures have the same digest, because there is only one header.
        let digest = self.verified.iter().find_map(|signature| signature.digest.clone());
        let mut accepted = self
            .verified
            .into_iter()
            .filter(|signature| is_accepted(signature.label));
        if let Some(signature) = accepted.next() {
            let body = match digest {
                _ if policy.require_content_digest && !is_covered => ExpectedBody::Empty { covers_upgrade },
                Some(digest) => ExpectedBody::Digest(Box::new(digest)),
                None => ExpectedBody::Any,
            };
            return Ok((Some(ApproovSignature::new(signature, accepted.next())), body));
        }
        let is_able = (claims.installation_key().is_some() && is_accepted(Label::Install))
            || (claims.message_signing_key_id().is_some() && is_accepted(Label::Account));
        match policy.requirement {
            SignatureRequirement::IfAble if !is_able => Ok((None, ExpectedBody::Any)),
            _ if self.is_one_unverifiable => Err(Rejection::SignatureKeyMissing),
            _ => Err(Rejection::SignatureMissing),
        }
    }
}

/// What a verdict depends on, besides the request.
#[derive(Clone, Copy)]
pub(crate) struct Verifier<'a> {
    pub(crate) settings: &'a SignatureSettings,
    pub(crate) policy: &'a EffectiveSignaturePolicy,
    pub(crate) token_header: &'a HeaderName,
    pub(crate) claims: &'a ApproovClaims,
    /// Whether the log explains why a signature is wrong.
    pub(crate) explains: bool,
    pub(crate) now: UnixTime,
}

impl Verifier<'_> {
    /// Verifies every signature for which there is a key, without the body. One bad signature is a refusal, even beside
    /// a valid one.
    pub(crate) fn verify(self, request: &HttpRequest) -> Result<Signatures, Rejection> {
        self.settings.warn_without_origin();
        let headers = request.headers();
        let malformed = |_| Rejection::SignatureMalformed;
        let inputs = combined(headers, "signature-input").map_err(malformed)?;
        let signatures = combined(headers, "signature").map_err(malformed)?;
        let (inputs, signatures) = (inputs.unwrap_or_default(), signatures.unwrap_or_default());
        let inputs = parse_dictionary(&inputs).map_err(malformed)?;
        let signatures = parse_dictionary(&signatures).map_err(malformed)?;

        let allowance = Allowance::for_request();
        let mut found = Signatures::default();
        for label in Label::ALL {
            let (input, signature) = match (member(&inputs, label.name()), member(&signatures, label.name())) {
                (None, None) => continue,
                (Some(Member::InnerList(input)), Some(signature)) => (input, signature),
                _ => return Err(Rejection::SignatureMalformed),
            };
            let signature = signature.bytes().ok_or(Rejection::SignatureMalformed)?;
            let Some(keys) = Keys::of(label, self.claims, self.settings)? else {
                found.is_one_unverifiable = true;
                continue;
            };
            let signed = Signed {
                label,
                input,
                request,
                verifier: self,
                allowance: &allowance,
            };
            found.verified.push(Arc::new(signed.verify(&keys, signature)?));
        }
        Ok(found)
    }
}

/// The keys that may have made a signature.
enum Keys<'a> {
    Install(&'a VerifyingKey),
    Account(Vec<&'a Key>),
}

impl<'a> Keys<'a> {
    /// None if there is no key for the label.
    fn of(label: Label, claims: &'a ApproovClaims, settings: &'a SignatureSettings) -> Result<Option<Self>, Rejection> {
        match label {
            Label::Install if claims.installation_key().is_none() => Ok(None),
            Label::Install => {
                let key = claims.installation_verifying_key();
                key.map(|key| Some(Self::Install(key)))
                    .ok_or(Rejection::SignatureKeyInvalid)
            }
            Label::Account => {
                let keys = settings.account_keys(claims.message_signing_key_id());
                Ok((!keys.is_empty()).then_some(Self::Account(keys)))
            }
        }
    }

    fn verify(&self, base: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Install(key) => key.verifies(base, signature),
            Self::Account(keys) => keys.iter().any(|key| key.verifies(base, signature)),
        }
    }
}

/// A target for the log, without its query, which may hold secrets such as a token.
fn without_query(target: &str) -> String {
    match target.split_once('?') {
        None => LogText(target).to_string(),
        Some((path, query)) => format!("{} with a query of {} bytes", LogText(path), query.len()),
    }
}

/// One signature's input, and its context.
struct Signed<'a> {
    label: Label,
    input: &'a InnerList<'a>,
    request: &'a HttpRequest,
    verifier: Verifier<'a>,
    allowance: &'a Allowance,
}

impl Signed<'_> {
    fn verify(&self, keys: &Keys<'_>, signature: Vec<u8>) -> Result<VerifiedSignature, Rejection> {
        let Verifier {
            settings, policy, now, ..
        } = self.verifier;
        self.check_algorithm()?;
        let components = base::components(self.input).map_err(|fault| self.component_refused(&fault))?;
        self.check_coverage(&components)?;
        let validity = settings.window.check(self.input, policy.max_age, now)?;
        let target = self.target()?;
        let base = Base::new(self.input, &components, self.request, &target, self.allowance)
            .map_err(|fault| self.component_refused(&fault))?;
        self.check_signature(&base, keys, &signature)?;
        let covered: Vec<_> = components
            .iter()
            .filter(|component| component.name == "content-digest")
            .collect();
        let digest = (!covered.is_empty()).then(|| ExpectedDigest::of(self.request.headers(), &covered));
        Ok(VerifiedSignature {
            label: self.label,
            bytes: signature,
            validity,
            nonce: self.nonce()?,
            digest: digest.transpose()?,
            components,
        })
    }

    /// The key determines the algorithm. `alg` may only repeat it.
    fn check_algorithm(&self) -> Result<(), Rejection> {
        match self.input.parameter("alg") {
            None => Ok(()),
            Some(BareItemFromInput::String(name)) if name.as_str() == self.label.algorithm() => Ok(()),
            Some(_) => Err(Rejection::SignatureAlgorithm),
        }
    }

    fn component_refused(&self, ComponentFault { identifier, fault }: &ComponentFault) -> Rejection {
        self.refused(Rejection::SignatureComponent {}, || {
            format!("{} {fault}", LogText(identifier))
        })
    }

    fn target(&self) -> Result<Target<'_>, Rejection> {
        Target::of(self.request, &self.verifier.settings.origins).map_err(|rejection| {
            self.refused(rejection, || {
                "the request names no host, more than one, or none of the public origins".to_owned()
            })
        })
    }

    /// A signature that does not cover method, target and token proves nothing about this request. The policy may
    /// require more.
    fn check_coverage(&self, components: &[Component]) -> Result<(), Rejection> {
        let Verifier {
            token_header, policy, ..
        } = self.verifier;
        let covers = |names: &[&str]| covers_all(components, names);
        let mut missing: Vec<&str> = ["@method", token_header.as_str()]
            .iter()
            .chain(policy.covers)
            .copied()
            .filter(|name| !covers(&[name]))
            .collect();
        if !covers(&["@target-uri"]) && !covers(&["@authority", "@path", "@query"]) {
            missing.push("@target-uri");
        }
        if missing.is_empty() {
            return Ok(());
        }
        Err(self.refused(Rejection::SignatureCoverage {}, || {
            format!("not covered: {}", missing.join(", "))
        }))
    }

    fn check_signature(&self, base: &Base<'_>, keys: &Keys<'_>, signature: &[u8]) -> Result<(), Rejection> {
        if signature.len() == self.label.signature_length() && base.texts().any(|text| keys.verify(&text, signature)) {
            return Ok(());
        }
        Err(self.refused(Rejection::SignatureInvalid, || self.explanation(base, signature.len())))
    }

    /// Tells an integrator whether the signed text or the key differs. What the client claims decides nothing.
    fn explanation(&self, base: &Base<'_>, length: usize) -> String {
        let expected = self.label.signature_length();
        if length != expected {
            return format!(
                "wrong form: {length} bytes came, and {} has {expected}",
                self.label.form()
            );
        }
        let Some(digest) = self.base_digest() else {
            return "the client sent no Signature-Base-Digest, so the cause is unknown".to_owned();
        };
        if base.texts().any(|text| crypto::sha256(&text) == digest) {
            return "the client signed the same text, so the key differs".to_owned();
        }
        format!(
            "the client signed another text, so look at the target, which is {} here, the covered headers and what a proxy changes",
            without_query(&base.target_uri())
        )
    }

    /// Logs at `debug` what the code alone does not say.
    fn refused(&self, rejection: Rejection, explanation: impl FnOnce() -> String) -> Rejection {
        if self.verifier.explains && log::log_enabled!(target: LOG_TARGET, log::Level::Debug) {
            let (code, label) = (rejection.code(), self.label.name());
            log::debug!(target: LOG_TARGET, "{code} {label}: {}", explanation());
        }
        rejection
    }

    fn base_digest(&self) -> Option<Vec<u8>> {
        let text = combined(self.request.headers(), "signature-base-digest").ok()??;
        let dictionary = parse_dictionary(&text).ok()?;
        // The newest clients name the label, earlier ones the algorithm.
        let digest = member(&dictionary, self.label.name()).or_else(|| member(&dictionary, "sha-256"));
        digest?.bytes()
    }

    fn nonce(&self) -> Result<Option<String>, Rejection> {
        match self.input.parameter("nonce") {
            None => Ok(None),
            Some(BareItemFromInput::String(nonce)) => Ok(Some(nonce.as_str().to_owned())),
            Some(_) => Err(Rejection::SignatureMalformed),
        }
    }
}

#[cfg(test)]
#[cfg(feature = "testing")]
mod tests;
