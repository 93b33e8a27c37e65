struct Orders;

#[approov_actix::approov_protected(policy = Orders)]
async fn handler() -> &'static str {
    ""
}

pub fn route() {
    let _ = actix_web::web::to(handler);
}
