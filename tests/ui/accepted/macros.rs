//! Handlers that a macro writes.

use actix_web::{http::Method, web};
use approov_actix::{Policy, RoutePolicy, approov_protected};

struct Orders;

impl RoutePolicy for Orders {
    fn policy() -> &'static Policy {
        static POLICY: Policy = Policy::new();
        &POLICY
    }
}

macro_rules! handler {
    ($name:ident, literal $header:literal, $parameter:pat, $type:ty) => {
        #[approov_protected(binding = $header)]
        async fn $name($parameter: $type, method: Method) -> String {
            method.to_string()
        }
    };
    ($vis:vis $name:ident, listed $($header:expr),* => $body:block) => {
        #[approov_protected(binding = [$($header),*])]
        $vis async fn $name() -> String $body
    };
    ($name:ident, expression $header:expr) => {
        #[approov_protected(binding = $header)]
        async fn $name() -> String {
            String::new()
        }
    };
    ($name:ident, path $policy:path) => {
        #[approov_protected(policy = $policy)]
        async fn $name() -> String {
            String::new()
        }
    };
    ($name:ident, type $policy:ty) => {
        #[approov_protected(policy = $policy)]
        async fn $name() -> String {
            String::new()
        }
    };
    (meta $meta:meta, $handler:item) => {
        #[$meta]
        $handler
    };
}

handler!(literal, literal "X-Device-Id", web::Query((_, _)), web::Query<(u32, u32)>);
handler!(pub(crate) listed, listed "Authorization", "X-Device-Id" => { String::new() });
handler!(expression, expression "Authorization");
handler!(expression_list, expression ["Authorization", "X-Device-Id"]);
handler!(expression_false, expression false);
handler!(policy, path crate::macros::Orders);
handler!(policy_type, type crate::macros::Orders);
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
    handlers! { app: literal, listed, expression, expression_list, expression_false, policy, policy_type, meta, hygiene }
}
