struct Id;

#[approov_actix::approov_protected]
async fn handler(_: Id) -> &'static str {
    ""
}

pub fn route() {
    let _ = actix_web::web::to(handler);
}
