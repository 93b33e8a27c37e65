#![deny(warnings)]

use actix_web::{App, HttpResponse, get, web};
use approov_actix::approov_protected;

mod policies {
    pub mod strict {
        use approov_actix::{Policy, RoutePolicy};

        pub struct Orders;

        impl RoutePolicy for Orders {
            fn policy() -> &'static Policy {
                static POLICY: Policy = Policy::new().binding(&["Authorization"]);
                &POLICY
            }
        }

        pub struct Of<T>(T);

        impl<T: 'static> RoutePolicy for Of<T> {
            fn policy() -> &'static Policy {
                Orders::policy()
            }
        }
    }
}

use policies::strict::Of;

#[get("/above")]
#[approov_protected(policy = policies::strict::Orders)]
async fn above() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[approov_protected(policy = crate::policy_types::policies::strict::Orders,)]
#[get("/below")]
async fn below() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[approov_protected(policy = self::Of<Vec<u8>>)]
async fn generic() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[approov_protected(policy = Of::<(u8, [u8; 4])>)]
async fn turbofish() -> HttpResponse {
    HttpResponse::Ok().finish()
}

pub(super) fn register() {
    let _ = App::new()
        .service(above)
        .service(below)
        .route("/generic", web::get().to(generic))
        .route("/turbofish", web::get().to(turbofish));
}
