#[approov_actix::approov_protected]
async fn handler(_: u32, #[cfg(any())] gone: Gone) {}
