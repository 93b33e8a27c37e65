//! Where a handler may stand, and who may see it. The policy's type is as visible as the handler.

#![deny(missing_docs, private_interfaces, private_bounds, unnameable_types, unreachable_pub)]

use actix_web::{HttpResponse, get, web};
use approov_actix::{Policy, RoutePolicy, approov_protected};

struct Orders {
    name: String,
}

impl RoutePolicy for Orders {
    fn policy() -> &'static Policy {
        static POLICY: Policy = Policy::new().binding(&["Authorization"]);
        &POLICY
    }
}

impl Orders {
    #[approov_protected(policy = Orders)]
    async fn bound(orders: web::Data<Self>, id: web::Path<u32>) -> String {
        format!("{} {id}", orders.name)
    }

    #[approov_protected(policy = Self)]
    async fn its_own(orders: web::Data<Self>) -> String {
        orders.name.clone()
    }

    #[approov_protected]
    async fn default() -> HttpResponse {
        HttpResponse::Ok().finish()
    }

    /// Documented.
    #[approov_protected(binding = false)]
    pub(crate) async fn unbound() -> HttpResponse {
        HttpResponse::Ok().finish()
    }
}

fn in_a_function(app: &mut web::ServiceConfig) {
    #[get("/above")]
    #[approov_protected(binding = "Authorization")]
    async fn above() -> HttpResponse {
        HttpResponse::Ok().finish()
    }

    app.service((above, below));

    #[approov_protected(binding = "Authorization")]
    #[get("/below")]
    async fn below() -> HttpResponse {
        HttpResponse::Ok().finish()
    }

    {
        const LOCAL: Policy = Policy::new();

        #[approov_protected(policy = LOCAL)]
        async fn below() -> HttpResponse {
            HttpResponse::Ok().finish()
        }

        app.route("/inner", web::to(below));
    }
}

mod handlers {
    use actix_web::{HttpResponse, get};
    use approov_actix::approov_protected;

    #[approov_protected(binding = "Authorization")]
    #[get("/for-the-crate")]
    pub(crate) async fn for_the_crate() -> HttpResponse {
        HttpResponse::Ok().finish()
    }

    #[approov_protected(binding = "Authorization")]
    pub(super) async fn for_the_parent() -> HttpResponse {
        HttpResponse::Ok().finish()
    }

    pub(crate) mod inner {
        use actix_web::{HttpResponse, get};
        use approov_actix::approov_protected;

        #[get("/for-the-grandparent")]
        #[approov_protected(binding = "Authorization")]
        pub(in super::super) async fn for_the_grandparent() -> HttpResponse {
            HttpResponse::Ok().finish()
        }

        #[approov_protected(binding = "Authorization")]
        pub(in crate::places::handlers) async fn for_the_module() -> HttpResponse {
            HttpResponse::Ok().finish()
        }

        #[approov_protected(binding = "Authorization")]
        pub(self) async fn for_itself() -> HttpResponse {
            HttpResponse::Ok().finish()
        }

        pub(in crate::places::handlers) fn configure(app: &mut actix_web::web::ServiceConfig) {
            app.route("/for-itself", actix_web::web::to(for_itself));
        }
    }

    pub(crate) fn configure(app: &mut actix_web::web::ServiceConfig) {
        app.route("/for-the-module", actix_web::web::to(inner::for_the_module))
            .configure(inner::configure);
    }
}

pub(super) fn register(app: &mut web::ServiceConfig) {
    app.configure(in_a_function)
        .configure(handlers::configure)
        .service((handlers::for_the_crate, handlers::inner::for_the_grandparent))
        .route("/for-the-parent", web::to(handlers::for_the_parent))
        .route("/bound/{id}", web::to(Orders::bound))
        .route("/its-own", web::to(Orders::its_own))
        .route("/default", web::to(Orders::default))
        .route("/unbound", web::to(Orders::unbound));
}
