//! `openapi`, as its table promises.

use serde_json::{Value, json};
use support::{
    client::Request,
    token::{self, SECRET},
};

use crate::process::Process;

const OPENAPI: &str = env!("CARGO_BIN_EXE_openapi");

fn serve() -> Process {
    Process::serve(OPENAPI, &[("APPROOV_BASE64_SECRET", SECRET)], None)
}

#[test]
fn the_document_says_what_needs_approov() {
    let server = serve();
    let document: Value = Request::get("/openapi.json")
        .send(server.address())
        .body
        .parse()
        .unwrap();
    let of = |path: &str, method: &str| {
        let operation = &document["paths"][path][method];
        (operation["security"].clone(), operation["responses"]["401"].clone())
    };
    let refusal = json!({ "$ref": "#/components/responses/ApproovRefusal" });
    assert_eq!(
        of("/users/{user}/orders", "get"),
        (json!([{ "Approov": [], "user": [] }]), refusal.clone())
    );
    assert_eq!(of("/orders", "post"), (json!([{ "Approov": [] }]), refusal));
    assert_eq!(of("/health", "get"), (Value::Null, Value::Null));
    let scheme = &document["components"]["securitySchemes"]["Approov"];
    assert_eq!([&scheme["type"], &scheme["name"]], ["apiKey", "Approov-Token"]);
    assert_eq!(
        document["components"]["responses"]["ApproovRefusal"]["content"]["application/json"]["example"],
        json!({})
    );
}

#[test]
fn the_server_does_what_the_document_says() {
    let server = serve();
    let orders = Request::get("/users/alice/orders?skip=2").header("Authorization", "user");
    assert_eq!(orders.send(server.address()).status, 401);
    assert_eq!(orders.clone().token(&token::good()).send(server.address()).status, 401);
    let answer = orders.token(&token::bound(&["user"])).send(server.address());
    assert_eq!(answer.body, r#"[{"id":3,"item":"a book of alice"}]"#);

    let order = Request::post("/orders", "application/json", r#"{"id":1,"item":"a pen"}"#);
    let refused = order.send(server.address());
    assert_eq!((refused.status, refused.body.as_str()), (401, "{}"));
    assert_eq!(
        order.token(&token::good()).send(server.address()).body,
        r#"{"id":1,"item":"a pen"}"#
    );
    assert_eq!(Request::get("/health").send(server.address()).body, "ok");
}
