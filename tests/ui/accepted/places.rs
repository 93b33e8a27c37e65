//! Where a handler may stand, and who may see it. The policy's type is as visible as the handler.

#![deny(missing_docs, private_interfaces, private_bounds, unnameable_types, unreachable_pub)]

use actix_web::{get, web};
use approov_actix::{Policy, RoutePolicy, approov_protected};

struct Orders;

impl RoutePolicy for Orders {
    fn policy() -> &'static Policy {
        static POLICY: Policy = Policy::new().binding(&["Authorization"]);
        &POLICY
    }
}

impl Orders {
    #[approov_protected(policy = Orders)]
    async fn bound(_: web::Data<Self>, id: web::Path<u32>) -> String {
        id.to_string()
    }

    #[approov_protected(policy = Self)]
    async fn its_own() -> &'static str {
        "in"
    }

    #[approov_protected]
    async fn default() -> &'static str {
        "in"
    }

    /// Documented.
    #[approov_protected(binding = false)]
    pub(crate) async fn unbound() -> &'static str {
        "in"
    }
}

fn in_a_function(app: &mut web::ServiceConfig) {
    #[approov_protected(binding = "Authorization")]
    #[get("/")]
    async fn outer() -> &'static str {
        "in"
    }

    app.service(outer);
    {
        const LOCAL: Policy = Policy::new();

        #[approov_protected(policy = LOCAL)]
        async fn outer() -> &'static str {
            "in"
        }

        handlers! { app: outer }
    }
}

mod handlers {
    use actix_web::get;
    use approov_actix::approov_protected;

    #[approov_protected(binding = "Authorization")]
    #[get("/")]
    pub(crate) async fn for_the_crate() -> &'static str {
        "in"
    }

    #[approov_protected(binding = "Authorization")]
    pub(super) async fn for_the_parent() -> &'static str {
        "in"
    }

    pub(crate) mod inner {
        use approov_actix::approov_protected;

        #[approov_protected(binding = "Authorization")]
        pub(in super::super) async fn for_the_grandparent() -> &'static str {
            "in"
        }
    }
}

pub(super) fn register(app: &mut web::ServiceConfig) {
    app.configure(in_a_function).service(handlers::for_the_crate);
    handlers! { app: handlers::for_the_parent, handlers::inner::for_the_grandparent }
    handlers! { app: Orders::bound, Orders::its_own, Orders::default, Orders::unbound }
}
