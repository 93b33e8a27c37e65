#[approov_actix::approov_protected]
async fn handler(_: u32 _: String) {}
