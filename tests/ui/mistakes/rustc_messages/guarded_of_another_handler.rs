use actix_web::{App, HttpResponse, web};
use approov_actix::{
    __private::{Guarded, UnboundPolicy},
    approov_protected,
};

#[approov_protected(binding = "Authorization")]
async fn strict() -> HttpResponse {
    HttpResponse::Ok().finish()
}

// What a laxer check let in is not what a stricter handler takes.
async fn lax(guarded: Guarded<UnboundPolicy, ()>) -> HttpResponse {
    strict(guarded).await
}

fn main() {
    let _ = App::new().route("/", web::get().to(lax));
}
