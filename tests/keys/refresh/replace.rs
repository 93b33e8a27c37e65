//! Keys that are replaced in code while a request is on its way through the layers. What is cached:
//! `tests/behaviour/remembered.rs`.

use actix_web::{FromRequest as _, HttpRequest, HttpResponse, dev::Service as _, web};
use approov_actix::{Approov, ApproovClaims, ApproovVerdict, Enforcement, KeySet, Policy};
use support::{client::Request, oct, token};

use crate::{key, served::Served, ways::configure};

fn keys(kid: &str) -> KeySet {
    KeySet::new([key(&oct::secret(kid)).with_key_id(kid)]).unwrap()
}

/// An outer middleware accepts a token of the key `old` and keeps that with the request; then its key goes.
#[actix_web::test]
async fn what_was_verified_does_not_outlive_its_key() {
    async fn verdict(verdict: ApproovVerdict) -> HttpResponse {
        match verdict {
            ApproovVerdict::Genuine(_) => HttpResponse::Ok().finish(),
            ApproovVerdict::Rejected(_) => HttpResponse::Unauthorized().finish(),
        }
    }
    for path in ["/guard", "/claims", "/middleware", "/verdict"] {
        let server = Served::new(Approov::builder().keys(keys("old")), |app, approov| {
            let inner = approov.clone();
            let scope = web::scope("")
                .route("/verdict", web::get().to(verdict))
                .configure(|app| configure(app, approov))
                .wrap_fn(move |request, service| {
                    inner.replace_keys(keys("new")).unwrap();
                    service.call(request)
                });
            app.service(scope.wrap(approov.middleware()));
        });
        let answer = server.send(&Request::get(path).token(&oct::token("old")));
        assert_eq!(answer.status, 401, "{path}");
        let got_past_the_middleware = super::verdict(&server.approov, "new");
        assert_eq!(got_past_the_middleware, Ok(()), "{path}");
    }
}

/// A token that an outer layer has only reported, and whose key comes before the inner one looks.
#[actix_web::test]
async fn a_refusal_does_not_outlive_the_change_either() {
    async fn replace(request: HttpRequest, approov: web::Data<Approov>) -> String {
        assert!(ApproovClaims::extract(&request).await.is_err());
        approov.replace_keys(keys("new")).unwrap();
        let claims = ApproovClaims::extract(&request).await.unwrap();
        claims.device_id().unwrap().to_owned()
    }
    let report = Policy::new().token_enforcement(Enforcement::Report);
    let server = Served::new(Approov::builder().keys(keys("old")), move |app, approov| {
        let scope = web::scope("").app_data(web::Data::new(approov.clone()));
        app.service(
            scope
                .route("/", web::get().to(replace))
                .wrap(approov.middleware().policy(report)),
        );
    });
    let answer = server.send(&Request::get("/").token(&oct::token("new")));
    assert_eq!((answer.status, answer.body.as_str()), (200, token::DEVICE_ID));
}
