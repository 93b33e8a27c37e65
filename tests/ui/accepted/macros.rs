//! Handlers that a macro writes.

use actix_web::{HttpResponse, get, web};
use approov_actix::{Policy, RoutePolicy, approov_protected};

struct Orders;

impl RoutePolicy for Orders {
    fn policy() -> &'static Policy {
        static POLICY: Policy = Policy::new();
        &POLICY
    }
}

macro_rules! handlers {
    ($($name:ident($parameter:pat, $type:ty): $path:literal, $header:literal;)*) => {$(
        #[get($path)]
        #[approov_protected(binding = $header)]
        async fn $name($parameter: $type, method: actix_web::http::Method) -> String {
            method.to_string()
        }
    )*};
}

handlers! {
    first(_, web::Bytes): "/first", "Authorization";
    second(web::Query((_, _)), web::Query<(u32, u32)>): "/second", "X-Device-Id";
}

macro_rules! handler {
    ($vis:vis $name:ident, list $list:tt, $($body:tt)*) => {
        #[approov_protected(binding = $list)]
        $vis async fn $name() -> HttpResponse { $($body)* }
    };
    ($vis:vis $name:ident, listed $($header:expr),* => $body:block) => {
        #[approov_protected(binding = [$($header),*])]
        $vis async fn $name() -> HttpResponse $body
    };
    ($name:ident, expression $header:expr) => {
        #[approov_protected(binding = $header)]
        async fn $name() -> HttpResponse {
            HttpResponse::Ok().finish()
        }
    };
    ($name:ident, policy $policy:path) => {
        #[approov_protected(policy = $policy)]
        async fn $name() -> HttpResponse {
            HttpResponse::Ok().finish()
        }
    };
    ($name:ident, type $policy:ty) => {
        #[approov_protected(policy = $policy)]
        async fn $name() -> HttpResponse {
            HttpResponse::Ok().finish()
        }
    };
    (whole $handler:item) => {
        #[approov_protected(binding = "Authorization")]
        $handler
    };
    (meta $meta:meta, $handler:item) => {
        #[$meta]
        $handler
    };
}

handler!(list, list ["Authorization", "X-Device-Id"], HttpResponse::Ok().finish());
handler!(pub(crate) listed, listed "Authorization", "X-Device-Id" => { HttpResponse::Ok().finish() });
handler!(expression, expression "Authorization");
handler!(expression_list, expression ["Authorization", "X-Device-Id"]);
handler!(expression_false, expression false);
handler!(policy, policy crate::macros::Orders);
handler!(policy_type, type crate::macros::Orders);
handler!(whole async fn whole(id: web::Path<u32>) -> String {
    id.to_string()
});
handler!(meta approov_protected(binding = "Authorization"), async fn meta(id: web::Path<u32>) -> String {
    id.to_string()
});

// The parameter's name comes from the caller, the same name in the body from the macro: they are different variables.
macro_rules! hygienic {
    ($name:ident, $parameter:ident, $body:expr) => {
        #[approov_protected]
        async fn $name($parameter: web::Path<u32>, other: web::Bytes) -> String {
            let _ = other;
            $body
        }
    };
}

const OTHER: u32 = 1;
hygienic!(hygiene, other_id, format!("{other_id} {OTHER}"));

pub(super) fn register(app: &mut web::ServiceConfig) {
    app.service((first, second))
        .route("/list", web::to(list))
        .route("/listed", web::to(listed))
        .route("/expression", web::to(expression))
        .route("/expression-list", web::to(expression_list))
        .route("/expression-false", web::to(expression_false))
        .route("/policy", web::to(policy))
        .route("/policy-type", web::to(policy_type))
        .route("/whole/{id}", web::to(whole))
        .route("/meta/{id}", web::to(meta))
        .route("/hygiene/{id}", web::to(hygiene));
}
