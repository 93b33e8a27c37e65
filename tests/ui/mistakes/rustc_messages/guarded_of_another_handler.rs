use approov_actix::__private::{Guarded, UnboundPolicy};

#[approov_actix::approov_protected(binding = "Authorization")]
async fn strict() {}

// What a laxer check let in is not what a stricter handler takes.
pub async fn lax(guarded: Guarded<UnboundPolicy, ()>) {
    strict(guarded).await
}
