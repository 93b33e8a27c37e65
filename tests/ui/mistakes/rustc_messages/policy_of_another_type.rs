const HEADERS: &[&str] = &["Authorization"];

#[approov_actix::approov_protected(policy = HEADERS)]
async fn handler() {}
