//! actix-cors outside of Approov's middleware, where it belongs, and inside of it.

use actix_cors::Cors;
use support::{client::Request, token};

use super::{Site, ways_below};
use crate::ways::WAYS;

const ORIGIN: &str = "https://app.example.com";

/// Outside, it answers preflights, which have no token, and a browser can read refusals. Inside, preflights need
/// `allow_preflight`, and a refusal looks like a broken network.
#[actix_web::test]
async fn outside_and_inside() {
    let site = Site::new(|app, approov| {
        let with_cors = |path| {
            let cors = Cors::default().allowed_origin(ORIGIN).allowed_methods(["POST"]);
            ways_below(path, approov).wrap(cors.allowed_header("approov-token"))
        };
        app.service(with_cors("/outside"))
            .service(with_cors("/strict").wrap(approov.middleware()))
            .service(with_cors("/lenient").wrap(approov.middleware().allow_preflight()));
    });
    let allowed = "access-control-allow-origin";
    for (scope, answers_preflights, shows_refusals) in [
        ("/outside", true, true),
        ("/strict", false, false),
        ("/lenient", true, false),
    ] {
        for path in WAYS.map(|way| format!("{scope}{way}")) {
            let options = Request::new("OPTIONS", &path).header("Origin", ORIGIN);
            // Without the method it is no preflight.
            site.refuses(&options, "token_missing");
            let preflight = options.header("Access-Control-Request-Method", "POST");
            let preflight = preflight.header("Access-Control-Request-Headers", "approov-token");
            if answers_preflights {
                let answer = site.passes(&preflight, 200);
                assert_eq!(answer.header(allowed), Some(ORIGIN), "{path}");
                assert_eq!(answer.header("access-control-allow-headers"), Some("approov-token"));
            } else {
                site.refuses(&preflight, "token_missing");
            }
            let post = Request::new("POST", &path).header("Origin", ORIGIN);
            for (token, code) in [("", "token_empty"), (&*token::forged(), "token_signature")] {
                let refused = site.refuses(&post.clone().token(token), code);
                assert_eq!(refused.header(allowed), shows_refusals.then_some(ORIGIN), "{path}");
            }
            let accepted = site.passes(&post.token(&token::good()), 200);
            assert_eq!(accepted.header(allowed), Some(ORIGIN), "{path}");
        }
    }
}
