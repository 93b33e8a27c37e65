//! `openapi`, as its table promises.

use serde_json::{Value, json};
use support::{
    client::Request,
    token::{self, SECRET},
};

use crate::process::Process;

const OPENAPI: &str = env!("CARGO_BIN_EXE_openapi");

/// The server does what its document says.
#[test]
fn the_document_says_what_needs_approov() {
    let server = Process::serve(OPENAPI, &[("APPROOV_BASE64_SECRET", SECRET)], None);
    let body = |request: &Request| request.send(server.address()).body;
    let document: Value = body(&Request::get("/openapi.json")).parse().unwrap();
    let of = |path: &str, method: &str| {
        let operation = &document["paths"][path][method];
        (operation["security"].clone(), operation["responses"]["401"].clone())
    };
    let refusal = json!({ "$ref": "#/components/responses/ApproovRefusal" });
    let with_user = (json!([{ "Approov": [], "user": [] }]), refusal.clone());
    assert_eq!(of("/users/{user}/orders", "get"), with_user);
    assert_eq!(of("/orders", "post"), (json!([{ "Approov": [] }]), refusal));
    assert_eq!(of("/health", "get"), (Value::Null, Value::Null));
    let components = &document["components"];
    assert_eq!(components["securitySchemes"]["Approov"]["name"], "Approov-Token");
    assert!(components["responses"]["ApproovRefusal"].is_object());

    let orders = Request::get("/users/alice/orders?skip=2").header("Authorization", "user");
    assert_eq!(orders.send(server.address()).status, 401);
    assert_eq!(orders.clone().token(&token::good()).send(server.address()).status, 401);
    let answer = body(&orders.token(&token::bound(&["user"])));
    assert_eq!(answer, r#"[{"id":3,"item":"a book of alice"}]"#);

    let pen = r#"{"id":1,"item":"a pen"}"#;
    let order = Request::post("/orders", "application/json", pen);
    assert_eq!(body(&order), "{}");
    assert_eq!(body(&order.token(&token::good())), pen);
    assert_eq!(body(&Request::get("/health")), "ok");
}
