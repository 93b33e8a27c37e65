#[approov_actix::approov_protected(bindings = "Authorization")]
async fn handler() {}
