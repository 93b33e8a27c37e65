// The handler is still there for what uses it, so this is the only error.
#[approov_actix::approov_protected(binding = true)]
#[actix_web::get("/")]
async fn handler() -> &'static str {
    ""
}

pub fn app() {
    let _ = actix_web::App::new().service(handler);
}
