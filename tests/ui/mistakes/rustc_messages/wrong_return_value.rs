#[approov_actix::approov_protected]
async fn handler(id: u32) -> String {
    id.to_string();
}
