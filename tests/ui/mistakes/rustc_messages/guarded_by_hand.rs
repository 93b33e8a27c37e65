use std::marker::PhantomData;

use actix_web::HttpResponse;
use approov_actix::{
    __private::{DefaultPolicy, Guarded},
    approov_protected,
};

#[approov_protected]
async fn handler() -> HttpResponse {
    HttpResponse::Ok().finish()
}

fn main() {
    let guarded: Guarded<DefaultPolicy, ()> = Guarded {
        parameters: (),
        policy: PhantomData,
    };
    let _ = handler(guarded);
}
