//! Bodies above the limit of their route.

use approov_actix::SignaturePolicy;

use crate::{
    behaviour::signatures::bodies::{WAYS, chunked, post, routes},
    served::Served,
    signing, signing_by,
};

#[actix_web::test]
async fn bodies_above_the_limit_are_too_large() {
    let server = Served::new(signing_by(SignaturePolicy::required().body_limit(1000)), routes);
    let default = Served::new(signing(), routes);
    let too_large = Some("body_too_large");
    for path in WAYS.map(|way| format!("{way}/payload")) {
        let of_size = |size: usize| post(&path, "text/plain", &vec![b'x'; size]);
        // Announced, and never sent: nobody waits for it.
        let announced = |size: usize| post(&path, "text/plain", b"").replace("Content-Length", &size.to_string());
        for (server, case, message, verdict) in [
            (&server, "less", of_size(999), None),
            (&server, "as much", of_size(1000), None),
            (&server, "as much, in chunks", chunked(of_size(1000)), None),
            (&server, "more", of_size(1001), too_large),
            (&server, "more, in chunks", chunked(of_size(1001)), too_large),
            (&server, "much more, in chunks", chunked(of_size(20_000)), too_large),
            (&server, "announced", announced(1001), too_large),
            (&server, "not read", of_size(5000).without("Content-Digest"), None),
            (&default, "the default limit", of_size(2 * 1024 * 1024), None),
            (&default, "more than that", announced(2 * 1024 * 1024 + 1), too_large),
        ] {
            server.decides(case, verdict, &message.signed());
        }
    }
}
