//! actix-session, with its state in a cookie.

use actix_session::{
    Session, SessionMiddleware,
    config::{PersistentSession, TtlExtensionPolicy},
    storage::CookieSessionStore,
};
use actix_web::{cookie::Key, web};
use support::{
    client::{Answer, Request},
    token,
};

use super::Site;

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

/// The cookie as a browser sends it back.
fn cookie(answer: &Answer) -> Option<String> {
    let cookie = answer.header("set-cookie")?;
    cookie.split_once(';').map(|(pair, _)| pair.to_owned())
}

#[actix_web::test]
async fn no_refused_request_touches_a_session_that_is_inside() {
    let site = Site::new(|app, approov| {
        let scope = |path| web::scope(path).route("", web::get().to(count));
        app.service(scope("/inside").wrap(sessions()).wrap(approov.middleware()))
            .service(scope("/outside").wrap(approov.middleware()).wrap(sessions()));
    });
    for (path, renewed) in [("/inside", false), ("/outside", true)] {
        let request = Request::get(path);
        let refused = site.refuses(&request, "token_missing");
        assert_eq!(cookie(&refused), None, "nothing is created: {path}");
        let good = request.clone().token(&token::good());
        let first = site.passes(&good, 200);
        let started = cookie(&first).unwrap();
        let second = site.passes(&good.header("Cookie", &started), 200);
        assert_eq!((&*first.body, &*second.body), ("1", "2"), "{path}");

        // Outside, the middleware of the session renews it for everyone who has the cookie.
        let forged = request.header("Cookie", &started).token(&token::forged());
        let refused = site.refuses(&forged, "token_signature");
        assert_eq!(cookie(&refused).is_some(), renewed, "{path}");
    }
}
