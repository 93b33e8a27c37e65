#![deny(warnings)]

use std::sync::LazyLock;

use actix_web::{App, HttpResponse, get, web};
use approov_actix::{Policy, approov_protected};

mod policies {
    pub mod strict {
        use approov_actix::Policy;

        pub const ORDERS: Policy = Policy::new().binding(&["Authorization"]);
        pub static ORDERS_2: Policy = ORDERS.report(true);
    }
}

/// Less visible than the handlers.
static CONFIGURED: LazyLock<Policy> = LazyLock::new(|| {
    let names = vec!["X-Device-Id".to_owned()];
    Policy::new().try_binding(names).unwrap()
});

static BORROWED: &Policy = &policies::strict::ORDERS;

struct Orders;

impl Orders {
    const POLICY: Policy = Policy::new().no_binding();
}

#[get("/const")]
#[approov_protected(policy = policies::strict::ORDERS)]
pub async fn constant() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[approov_protected(policy = crate::policy_values::policies::strict::ORDERS_2,)]
#[get("/static")]
pub async fn in_a_static() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[approov_protected(policy = CONFIGURED)]
pub async fn lazy(id: web::Path<u32>) -> HttpResponse {
    HttpResponse::Ok().body(id.to_string())
}

#[approov_protected(policy = self::BORROWED)]
async fn borrowed() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[approov_protected(policy = Orders::POLICY)]
async fn associated() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[approov_protected(policy = CONFIGURED)]
async fn generic<T: 'static>() -> HttpResponse {
    HttpResponse::Ok().body(std::any::type_name::<T>())
}

fn in_a_function() -> actix_web::Route {
    const LOCAL: Policy = Policy::new();

    #[approov_protected(policy = LOCAL)]
    async fn handler() -> HttpResponse {
        HttpResponse::Ok().finish()
    }

    web::get().to(handler)
}

pub(super) fn register() {
    let _ = App::new()
        .service(constant)
        .service(in_a_static)
        .route("/lazy/{id}", web::get().to(lazy))
        .route("/borrowed", web::get().to(borrowed))
        .route("/associated", web::get().to(associated))
        .route("/generic", web::get().to(generic::<u8>))
        .route("/local", in_a_function());
}
