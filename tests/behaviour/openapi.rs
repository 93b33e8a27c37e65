//! A document of utoipa's own type. Handlers that it describes are guarded: `tests/servers/openapi.rs`.

use actix_web::{post, web};
use approov_actix::{approov_protected, openapi::SecurityScheme};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{OpenApi, ToSchema};

use crate::approov;

#[derive(Serialize, Deserialize, ToSchema)]
struct Order {
    /// utoipa cannot read back what it writes for this.
    #[serde(default)]
    more: Option<Value>,
}

#[utoipa::path(responses((status = 200, body = Order)), security(("Approov" = [], "user" = [])))]
#[post("/users/{user}/orders")]
#[approov_protected]
async fn order(user: web::Path<String>, order: web::Json<Order>) -> web::Json<Order> {
    drop(user);
    order
}

#[derive(OpenApi)]
#[openapi(paths(order))]
struct Document;

#[test]
fn the_scheme_is_added_and_nothing_else_changes() {
    let mut expected = serde_json::to_value(Document::openapi()).unwrap();
    let document = SecurityScheme::new(&approov()).add_to(Document::openapi()).unwrap();
    let document = serde_json::to_value(document).unwrap();
    let operation = &mut expected["paths"]["/users/{user}/orders"]["post"];
    // The guard takes nothing away.
    assert_eq!(operation["parameters"][0]["name"], "user");
    assert!(operation["requestBody"]["content"]["application/json"].is_object());
    operation["responses"]["401"] = json!({ "$ref": "#/components/responses/ApproovRefusal" });
    for added in ["securitySchemes", "responses"] {
        expected["components"][added] = document["components"][added].clone();
    }
    assert_eq!(document, expected);
}
