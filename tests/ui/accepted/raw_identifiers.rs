#![deny(warnings)]

use actix_web::{App, HttpResponse, get, web};
use approov_actix::approov_protected;

#[get("/type/{id}")]
#[approov_protected(binding = "Authorization")]
async fn r#type(r#type: web::Path<u32>) -> HttpResponse {
    HttpResponse::Ok().body(r#type.to_string())
}

#[approov_protected(binding = "Authorization")]
async fn r#match(mut r#fn: web::Path<u32>) -> HttpResponse {
    *r#fn += 1;
    HttpResponse::Ok().body(r#fn.to_string())
}

mod r#loop {
    use approov_actix::{Policy, RoutePolicy};

    pub struct r#Struct;

    impl RoutePolicy for r#Struct {
        fn policy() -> &'static Policy {
            static POLICY: Policy = Policy::new();
            &POLICY
        }
    }
}

#[approov_protected(policy = r#loop::r#Struct)]
async fn r#while() -> HttpResponse {
    HttpResponse::Ok().finish()
}

pub(super) fn register() {
    let _ = App::new()
        .service(r#type)
        .route("/match/{id}", web::get().to(r#match))
        .route("/while", web::get().to(r#while));
}
