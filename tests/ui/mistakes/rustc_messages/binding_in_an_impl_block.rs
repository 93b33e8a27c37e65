struct Orders;

impl Orders {
    #[approov_actix::approov_protected(binding = "Authorization")]
    async fn handler() {}
}
