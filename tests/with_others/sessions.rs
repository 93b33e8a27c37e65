//! actix-session, with its state in a cookie, and actix-identity.

use actix_identity::{Identity, IdentityMiddleware};
use actix_session::{
    Session, SessionMiddleware,
    config::{PersistentSession, TtlExtensionPolicy},
    storage::CookieSessionStore,
};
use actix_web::{App, HttpMessage as _, HttpRequest, HttpResponse, Responder, cookie::Key, web};
use approov_actix::{ApproovClaims, approov_protected};
use support::{
    client::{Answer, Request},
    codes::Codes,
    token,
};

use super::Site;
use crate::{builder, patient};

/// Renewed with each request, so that an answer tells whether the session was looked at.
fn sessions() -> SessionMiddleware<CookieSessionStore> {
    let renewed = PersistentSession::default().session_ttl_extension_policy(TtlExtensionPolicy::OnEveryRequest);
    SessionMiddleware::builder(CookieSessionStore::default(), Key::from(&[7; 64]))
        .cookie_secure(false)
        .session_lifecycle(renewed)
        .build()
}

async fn count(session: Session) -> actix_web::Result<String> {
    let count = session.get::<u32>("count")?.unwrap_or(0) + 1;
    session.insert("count", count)?;
    Ok(count.to_string())
}

#[approov_protected]
async fn guarded_count(session: Session) -> actix_web::Result<String> {
    count(session).await
}

async fn claims_and_count(_: ApproovClaims, session: Session) -> actix_web::Result<String> {
    count(session).await
}

/// The cookie as a browser sends it back.
fn cookie(answer: &Answer) -> Option<String> {
    let cookie = answer.header("set-cookie")?;
    cookie.split_once(';').map(|(pair, _)| pair.to_owned())
}

#[actix_web::test]
async fn a_session_survives_and_no_refused_request_touches_it() {
    let site = Site::new(|approov| {
        actix_test::start_with(patient(), move || {
            let scope = |path: &str| {
                web::scope(path)
                    .route("/middleware", web::get().to(count))
                    .route("/guard", web::get().to(guarded_count))
                    .route("/claims", web::get().to(claims_and_count))
            };
            App::new()
                .app_data(approov.clone())
                .service(scope("/session-inside").wrap(sessions()).wrap(approov.middleware()))
                .service(scope("/session-outside").wrap(approov.middleware()).wrap(sessions()))
        })
    });
    for face in ["/middleware", "/guard", "/claims"] {
        for (scope, renewed) in [("/session-inside", false), ("/session-outside", true)] {
            let request = Request::get(&format!("{scope}{face}"));
            let refused = site.refuses(&request, "token_missing");
            assert_eq!(cookie(&refused), None, "nothing is created: {request:?}");
            let good = request.clone().token(&token::good());
            let first = site.passes(&good, 200);
            let started = cookie(&first).unwrap();
            let second = site.passes(&good.header("Cookie", &started), 200);
            assert_eq!((first.body.as_str(), second.body.as_str()), ("1", "2"));

            // Outside, the middleware of the session renews it for everyone who has the cookie.
            let forged = request.header("Cookie", &started).token(&token::forged());
            let refused = site.refuses(&forged, "token_signature");
            assert_eq!(cookie(&refused).is_some(), renewed, "{forged:?}");
        }
    }
}

#[approov_protected(binding = false)]
async fn log_in(request: HttpRequest) -> impl Responder {
    Identity::login(&request.extensions(), "user-1".to_owned()).unwrap();
    HttpResponse::NoContent()
}

/// The token is bound to the session, by its cookie.
#[approov_protected]
async fn who(claims: ApproovClaims, user: Identity) -> String {
    format!("{} on {}", user.id().unwrap(), claims.device_id().unwrap())
}

#[approov_protected]
async fn log_out(user: Identity) -> impl Responder {
    user.logout();
    HttpResponse::NoContent()
}

/// Logging in needs a genuine app and no binding: the session is not there yet. From then on tokens are bound to the
/// cookie.
#[actix_web::test]
async fn an_identity_whose_tokens_are_bound_to_the_session() {
    let (approov, codes) = Codes::of(builder().binding(["Cookie"]));
    let site = Site {
        server: actix_test::start_with(patient(), move || {
            App::new()
                .route("/log-in", web::post().to(log_in))
                .route("/who", web::get().to(who))
                .route("/log-out", web::post().to(log_out))
                .wrap(IdentityMiddleware::default())
                .wrap(sessions())
                .wrap(approov.middleware().binding_exempt("/log-in"))
        }),
        codes,
    };
    let log_in = Request::new("POST", "/log-in");
    let refused = site.refuses(&log_in, "token_missing");
    assert_eq!(cookie(&refused), None);
    let session = cookie(&site.passes(&log_in.token(&token::good()), 204)).unwrap();

    let who = Request::get("/who");
    let bound = token::bound(&[&session]);
    site.refuses(&who.clone().token(&bound), "binding_header_missing");
    let mine = who.header("Cookie", &session);
    site.refuses(&mine, "token_missing");
    site.refuses(&mine.clone().token(&token::good()), "binding_claim_missing");
    site.refuses(&mine.clone().token(&token::bound(&["id=another"])), "binding_mismatch");
    let answer = site.passes(&mine.token(&bound), 200);
    assert_eq!(answer.body, format!("user-1 on {}", token::DEVICE_ID));

    // A genuine app that nobody has logged in on gets actix-identity's own 401.
    let unknown = Request::get("/who")
        .header("Cookie", "id=unknown")
        .token(&token::bound(&["id=unknown"]));
    assert_ne!(site.passes(&unknown, 401).body, "{}");
    let log_out = Request::new("POST", "/log-out").header("Cookie", &session);
    site.refuses(&log_out, "token_missing");
    let removed = site.passes(&log_out.token(&bound), 204);
    assert_eq!(cookie(&removed).as_deref(), Some("id="));
}
