//! Claims and verdicts as arguments.

use actix_web::{
    App, Error, FromRequest as _, HttpMessage as _, HttpRequest,
    body::MessageBody,
    dev::{Payload, ServiceRequest, ServiceResponse},
    middleware::{Next, from_fn},
    web,
};
use approov_actix::{
    ApproovClaims, ApproovSignature, ApproovVerdict, Enforcement, Policy, Refused, Rejection, approov_protected,
};
use support::{client::Request, log, token};

use crate::{approov, builder, patient, with_secret};

async fn claims(claims: ApproovClaims) -> String {
    claims.device_id().unwrap().to_owned()
}

async fn verdict(verdict: ApproovVerdict) -> String {
    match verdict {
        ApproovVerdict::Genuine(claims) => claims.device_id().unwrap().to_owned(),
        ApproovVerdict::Rejected(_) => verdict
            .rejection()
            .map_or_else(String::new, |rejection| rejection.to_string()),
    }
}

#[actix_web::test]
async fn verdict_serves_everyone_and_tells_them_apart() {
    let approov = builder().binding(["X-User"]).build().unwrap();
    let server = actix_test::start_with(patient(), move || {
        App::new().app_data(approov.clone()).route("/", web::get().to(verdict))
    });
    let ask = |token: &str| {
        Request::get("/")
            .token(token)
            .header("X-User", "u")
            .send(server.addr())
            .body
    };
    assert_eq!(ask(&token::bound(&["u"])), token::DEVICE_ID);
    assert_eq!(ask(&token::bound(&["v"])), "binding_mismatch");
    assert_eq!(ask(&token::expired()), "token_expired");
    assert_eq!(Request::get("/").send(server.addr()).body, "token_missing");
}

/// Nothing is genuine to a verdict that a report would complain of, and nobody is told.
#[actix_web::test]
async fn verdict_does_not_know_report_mode() {
    log::capture();
    let approov = builder()
        .binding(["X-User"])
        .policy(
            Policy::new()
                .token_enforcement(Enforcement::Report)
                .binding_enforcement(Enforcement::Report),
        )
        .on_rejection(|event| assert_ne!(event.request.uri.path(), "/reported/data"))
        .build()
        .unwrap();
    let server = actix_test::start_with(patient(), move || {
        App::new()
            .app_data(approov.clone())
            .route("/reported/data", web::get().to(verdict))
            .service(
                web::scope("/reported/scope")
                    .route("", web::get().to(verdict))
                    .wrap(approov.middleware()),
            )
    });
    for path in ["/reported/data", "/reported/scope"] {
        let ask = |token: &str| {
            Request::get(path)
                .token(token)
                .header("X-User", "u")
                .send(server.addr())
                .body
        };
        assert_eq!(ask(&token::bound(&["u"])), token::DEVICE_ID, "{path}");
        assert_eq!(ask(&token::bound(&["v"])), "binding_mismatch", "{path}");
        assert_eq!(ask(&token::good()), "binding_claim_missing", "{path}");
        assert_eq!(ask(&token::forged()), "token_signature", "{path}");
    }
    assert!(
        log::lines_with("/reported/data")
            .iter()
            .all(|line| !line.contains("REJECT"))
    );
}

#[actix_web::test]
async fn without_configuration_nobody_gets_in() {
    #[approov_actix::approov_protected]
    async fn guarded() -> &'static str {
        "in"
    }
    log::capture();
    let server = actix_test::start_with(patient(), || {
        App::new()
            .route("/nowhere/guard", web::get().to(guarded))
            .route("/nowhere/claims", web::get().to(claims))
            .route("/nowhere/verdict", web::get().to(verdict))
            .route(
                "/nowhere/optional",
                web::get().to(|claims: Option<ApproovClaims>| async move { claims.is_some().to_string() }),
            )
    });
    for path in ["/nowhere/guard", "/nowhere/claims", "/nowhere/verdict"] {
        for request in [Request::get(path), Request::get(path).token(&token::good())] {
            let answer = request.send(server.addr());
            assert_eq!((answer.status, answer.body.as_str()), (500, "{}"), "{path}");
        }
        let line = format!("ERROR approov_actix not_configured {path}: no `Approov` found");
        assert_eq!(log::lines_with(&line).len(), 2, "{path}");
    }
    assert_eq!(
        Request::get("/nowhere/optional")
            .token(&token::good())
            .send(server.addr())
            .body,
        "false"
    );
}

#[actix_web::test]
async fn either_form_of_application_data_is_found() {
    let (plain, shared) = (approov(), web::Data::new(approov()));
    let server = actix_test::start_with(patient(), move || {
        App::new()
            .service(
                web::scope("/plain")
                    .app_data(plain.clone())
                    .route("", web::get().to(claims)),
            )
            .service(
                web::scope("/shared")
                    .app_data(shared.clone())
                    .route("", web::get().to(claims)),
            )
    });
    for path in ["/plain", "/shared"] {
        assert_eq!(
            Request::get(path).token(&token::good()).send(server.addr()).status,
            200,
            "{path}"
        );
        assert_eq!(
            Request::get(path).token(&token::forged()).send(server.addr()).status,
            401,
            "{path}"
        );
    }
}

/// Nobody can tell which of the two is nearer, so neither counts.
#[actix_web::test]
async fn two_configurations_in_two_forms_are_a_fault() {
    let a = approov();
    let b = web::Data::new(with_secret(token::OTHER_SECRET).build().unwrap());
    let same = web::Data::new(a.clone());
    let server = actix_test::start_with(patient(), move || {
        App::new()
            .app_data(a.clone())
            .service(
                web::scope("/other")
                    .app_data(b.clone())
                    .route("", web::get().to(claims)),
            )
            .service(
                web::scope("/same")
                    .app_data(same.clone())
                    .route("", web::get().to(claims)),
            )
    });
    assert_eq!(
        Request::get("/other").token(&token::good()).send(server.addr()).status,
        500
    );
    assert_eq!(
        Request::get("/other")
            .token(&token::forged())
            .send(server.addr())
            .status,
        500
    );
    assert_eq!(
        Request::get("/same").token(&token::good()).send(server.addr()).status,
        200
    );
}

/// A refusal that is kept across the inner call must not keep the request alive: actix panics when it routes a shared
/// one.
#[actix_web::test]
async fn a_refusal_may_be_kept_while_the_request_is_routed() {
    async fn curious(
        claims: Result<ApproovClaims, Refused>,
        request: ServiceRequest,
        next: Next<impl MessageBody>,
    ) -> Result<ServiceResponse<impl MessageBody>, Error> {
        let response = next.call(request).await?;
        drop(claims);
        Ok(response)
    }
    let approov = approov();
    let server = actix_test::start_with(patient(), move || {
        App::new()
            .app_data(approov.clone())
            .service(web::scope("/a").route("/{b}", web::get().to(|| async { "in" })))
            .wrap(from_fn(curious))
    });
    assert_eq!(Request::get("/a/b").send(server.addr()).body, "in");
}

/// What a guard has found is only read.
#[actix_web::test]
async fn claims_can_be_extracted_while_the_request_s_extensions_are_read() {
    #[approov_protected]
    async fn reading(request: actix_web::HttpRequest) -> Result<String, Error> {
        let extensions = request.extensions();
        let claims = ApproovClaims::from_request(&request, &mut Payload::None).into_inner()?;
        drop(extensions);
        Ok(claims.device_id().unwrap().to_owned())
    }
    let server = actix_test::start_with(patient(), || {
        App::new().app_data(approov()).route("/", web::get().to(reading))
    });
    let answer = Request::get("/").token(&token::good()).send(server.addr());
    assert_eq!(answer.body, token::DEVICE_ID);
}

#[actix_web::test]
async fn claims_can_be_extracted_in_the_body_of_a_handler() {
    #[approov_actix::approov_protected(binding = "Authorization")]
    async fn guarded(request: actix_web::HttpRequest) -> Result<String, Error> {
        let claims = ApproovClaims::extract(&request).await?;
        Ok(claims.device_id().unwrap().to_owned())
    }
    let approov = approov();
    let server = actix_test::start_with(patient(), move || {
        App::new().app_data(approov.clone()).route("/", web::get().to(guarded))
    });
    let request = Request::get("/").token(&token::bound(&["u"]));
    assert_eq!(
        request.header("Authorization", "u").send(server.addr()).body,
        token::DEVICE_ID
    );
}

/// What is borrowed of a request is its handler's, also while it asks for claims.
#[actix_web::test]
async fn a_handler_may_ask_while_it_reads_the_requests_extensions() {
    async fn handler(way: web::Path<String>, request: HttpRequest) -> String {
        let (extensions, info);
        if way.as_str() == "extensions" {
            extensions = request.extensions();
            assert!(extensions.get::<u8>().is_none());
        } else {
            info = request.connection_info();
            assert_eq!(info.host(), "localhost");
        }
        let claims = ApproovClaims::extract(&request).into_inner();
        let verdict = ApproovVerdict::extract(&request).into_inner().unwrap();
        let signature = ApproovSignature::extract(&request).into_inner();
        let codes = [
            claims.as_ref().err().map(Refused::rejection),
            verdict.rejection(),
            signature.as_ref().err().map(Refused::rejection),
        ];
        codes.map(|code| code.map_or("in", Rejection::code)).join(" ")
    }
    async fn beside_an_argument(_: Option<ApproovClaims>, way: web::Path<String>, request: HttpRequest) -> String {
        handler(way, request).await
    }
    #[approov_protected(report = true)]
    async fn guarded(way: web::Path<String>, request: HttpRequest) -> String {
        handler(way, request).await
    }

    let approov = builder().token_cache_capacity(0).build().unwrap();
    let server = actix_test::start_with(patient(), move || {
        App::new()
            .app_data(approov.clone())
            .route("/bare/{way}", web::get().to(handler))
            .route("/argument/{way}", web::get().to(beside_an_argument))
            .route("/guard/{way}", web::get().to(guarded))
            .service(
                web::scope("/scope")
                    .route("/{way}", web::get().to(handler))
                    .wrap(approov.middleware().report(true)),
            )
            .service(
                web::scope("/exempt")
                    .route("/{way}", web::get().to(handler))
                    .wrap(approov.middleware().exempt_prefix("/exempt")),
            )
    });
    for place in ["bare", "argument", "guard", "scope", "exempt"] {
        for way in ["extensions", "connection-info"] {
            for (token, expected) in [
                (token::good(), "in in signature_missing"),
                (token::forged(), "token_signature token_signature token_signature"),
            ] {
                let request = Request::get(&format!("/{place}/{way}")).token(&token);
                let answer = request.send(server.addr());
                assert_eq!((answer.status, answer.body.as_str()), (200, expected), "{place} {way}");
            }
        }
    }
}
