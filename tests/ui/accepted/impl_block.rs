#![deny(warnings, dead_code)]

use actix_web::{App, HttpResponse, web};
use approov_actix::{Policy, RoutePolicy, approov_protected};

struct Bound;

impl RoutePolicy for Bound {
    fn policy() -> &'static Policy {
        static POLICY: Policy = Policy::new().binding(&["Authorization"]);
        &POLICY
    }
}

struct Orders {
    name: String,
}

impl Orders {
    #[approov_protected(policy = Bound)]
    async fn bound(orders: web::Data<Self>, id: web::Path<u32>) -> HttpResponse {
        HttpResponse::Ok().body(format!("{} {id}", orders.name))
    }

    #[approov_protected(policy = Self)]
    async fn its_own(orders: web::Data<Self>) -> HttpResponse {
        HttpResponse::Ok().body(orders.name.clone())
    }

    #[approov_protected]
    async fn default(orders: web::Data<Self>) -> HttpResponse {
        HttpResponse::Ok().body(orders.name.clone())
    }

    /// Documented.
    #[approov_protected(binding = false)]
    pub(crate) async fn unbound() -> HttpResponse {
        HttpResponse::Ok().finish()
    }
}

impl RoutePolicy for Orders {
    fn policy() -> &'static Policy {
        Bound::policy()
    }
}

pub(super) fn register() {
    let name = "orders".to_owned();
    let _ = App::new()
        .app_data(web::Data::new(Orders { name }))
        .route("/bound/{id}", web::get().to(Orders::bound))
        .route("/its-own", web::get().to(Orders::its_own))
        .route("/default", web::get().to(Orders::default))
        .route("/unbound", web::get().to(Orders::unbound));
}
