use actix_web::{App, get, test::{TestRequest, call_service, init_service}};
use approov_actix::{approov_protected, testing::{self, ApproovTestRequest as _, TokenBuilder}};

#[get("/orders")]
#[approov_protected(binding = "Authorization")]
async fn orders() -> &'static str { "in" }

#[actix_web::test]
async fn only_genuine_apps_of_this_user_get_in() {
    let app = init_service(App::new().app_data(testing::approov()).service(orders)).await;
    let request = || TestRequest::get().uri("/orders").insert_header(("Authorization", "Bearer user-1"));
    let status = async |token: TokenBuilder| call_service(&app, request().approov_token(token).to_request()).await.status();

    assert_eq!(status(TokenBuilder::new().bind("Bearer user-1")).await, 200);
    assert_eq!(status(TokenBuilder::new().bind("Bearer user-2")).await, 401);
    assert_eq!(status(TokenBuilder::new().bind("Bearer user-1").expired()).await, 401);
    assert_eq!(status(TokenBuilder::new().bind("Bearer user-1").forged()).await, 401);
}
