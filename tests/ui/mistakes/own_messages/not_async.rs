#[approov_actix::approov_protected]
fn handler() {}
