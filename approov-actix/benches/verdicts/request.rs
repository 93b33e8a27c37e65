//! Requests that were built beforehand, and the whole verdict on them.

use actix_web::{FromRequest as _, HttpMessage as _, HttpRequest, dev::Payload, test::TestRequest};
use approov_actix::{Approov, ApproovVerdict};

pub(crate) fn request(approov: &Approov, headers: &[(&str, &str)]) -> HttpRequest {
    let request = TestRequest::get().uri(PATH).app_data(approov.clone());
    headers
        .iter()
        .fold(request, |request, (name, value)| request.insert_header((*name, *value)))
        .to_http_request()
}

pub(crate) const PATH: &str = "/v2/shapes?sides=4";

/// From headers to verdict, as for a request that was never looked at.
pub(crate) fn verdict(request: &HttpRequest) -> ApproovVerdict {
    request.extensions_mut().clear();
    ApproovVerdict::from_request(request, &mut Payload::None)
        .into_inner()
        .expect("an `Approov` in the application's data")
}

pub(crate) fn is_genuine(request: &HttpRequest) -> bool {
    verdict(request).claims().is_some()
}
