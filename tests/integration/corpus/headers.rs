//! The token header itself, against servers with different names for it.

use support::{
    corpus::headers::{self, lines},
    token,
};

use super::tokens::serve;
use crate::{builder, ways::WAYS};

fn request(path: &str, rest: &[u8]) -> Vec<u8> {
    [b"POST ", path.as_bytes(), rest].concat()
}

#[actix_web::test]
async fn each_request_is_refused_for_its_reason() {
    for (builder, good, rows) in [
        (builder(), "Approov-Token", headers::for_the_default_name()),
        (
            builder().token_header("Authorization"),
            "Authorization",
            headers::for_authorization(),
        ),
    ] {
        let served = serve(builder);
        for row in rows {
            for way in WAYS {
                served.refuses(&format!("{}, {way}", row.name), &request(way, &row.value), row.refusal);
            }
        }
        let good = lines(format!("{good}: Bearer {}\r\n", token::good()));
        for way in WAYS {
            served.accepts(way, &request(way, &good));
        }
    }
}

/// How a good token may be sent: there is no reason to refuse any of these.
#[actix_web::test]
async fn odd_requests_that_are_good_pass() {
    let good = token::good();
    let served = serve(builder());
    for header in [
        format!("Approov-Token: {good}\r\n"),
        format!("approov-token: {good}\r\n"),
        format!("APPROOV-TOKEN: {good}\r\n"),
        format!("aPPROOV-tOKEN: {good}\r\n"),
        format!("Approov-Token:{good}\r\n"),
        format!("Approov-Token:\t {good} \t\r\n"),
        format!("Approov-Token: {good}\n"),
        format!("Approov-Token: {good}\r\nConnection: Approov-Token\r\n"),
        format!(
            "Approov-Token: {good}\r\nApproov_Token: {}\r\nX-Approov-Token: a\r\n",
            token::forged()
        ),
        format!("Approov-Token: {good}\r\nAuthorization: Bearer {}\r\n", token::forged()),
    ] {
        for way in WAYS {
            served.accepts(&format!("{header:?}, {way}"), &request(way, &lines(&header)));
        }
    }
}
