//! Handlers that utoipa documents: the guard below `#[utoipa::path]` takes nothing away from what the document says.

use actix_web::{get, post, web};
use approov_actix::openapi::SecurityScheme;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use support::{client::Request, token};
use utoipa::{IntoParams, OpenApi, ToSchema};

use crate::{approov, builder, served::Served};

#[derive(Deserialize, IntoParams)]
struct Page {
    skip: u32,
    limit: Option<u32>,
}

#[derive(Serialize, Deserialize, ToSchema)]
struct Order {
    id: u32,
    /// utoipa cannot read back what it writes for this.
    #[serde(default)]
    more: Option<Value>,
}

/// The same handlers, as they are and with these attributes.
macro_rules! documented {
    ($module:ident $(, #[$attribute:meta])?) => {
        mod $module {
            use super::*;

            #[derive(OpenApi)]
            #[openapi(paths(listed, changed), components(schemas(Order)))]
            pub(super) struct Document;

            /// Lists orders.
            ///
            /// All of them.
            #[utoipa::path(params(Page), responses((status = 200, description = "some", body = Vec<Order>)), security(("Approov" = [], "user" = [])))]
            #[get("/users/{user}/orders/{year}")]
            $(#[$attribute])?
            async fn listed(path: web::Path<(String, u32)>, page: web::Query<Page>) -> web::Json<Value> {
                let Page { skip, limit } = page.into_inner();
                web::Json(json!([*path, skip, limit]))
            }

            #[utoipa::path(params(Page), responses((status = 200, body = Order)), security(("Approov" = [])))]
            #[post("/orders")]
            $(#[$attribute])?
            async fn changed(order: web::Json<Order>, page: web::Query<Page>) -> web::Json<Order> {
                let _ = page;
                order
            }

            pub(super) fn configure(app: &mut web::ServiceConfig) {
                app.service(listed).service(changed);
            }
        }
    };
}

documented!(bare);
documented!(guarded, #[approov_actix::approov_protected]);

#[test]
fn the_document_is_that_of_the_bare_handlers() {
    let text = |document: utoipa::openapi::OpenApi| serde_json::to_value(document).unwrap();
    let document = text(guarded::Document::openapi());
    assert_eq!(document, text(bare::Document::openapi()));

    let listed = &document["paths"]["/users/{user}/orders/{year}"]["get"];
    assert_eq!(listed["summary"], "Lists orders.");
    let names = |operation: &Value| -> Vec<String> {
        let parameters = operation["parameters"].as_array().unwrap();
        parameters
            .iter()
            .map(|parameter| parameter["name"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(names(listed), ["skip", "limit", "user", "year"]);
    let changed = &document["paths"]["/orders"]["post"];
    assert_eq!(names(changed), ["skip", "limit"]);
    assert!(changed["requestBody"]["content"]["application/json"].is_object());
}

#[test]
fn the_scheme_is_added_and_nothing_else_changes() {
    let before = guarded::Document::openapi();
    let mut expected = serde_json::to_value(&before).unwrap();
    let document = SecurityScheme::new(&approov()).add_to(before).unwrap();
    let document = serde_json::to_value(document).unwrap();

    let refusal = json!({ "$ref": "#/components/responses/ApproovRefusal" });
    for (path, method) in [("/users/{user}/orders/{year}", "get"), ("/orders", "post")] {
        expected["paths"][path][method]["responses"]["401"] = refusal.clone();
    }
    expected["components"]["securitySchemes"] = document["components"]["securitySchemes"].clone();
    expected["components"]["responses"] = document["components"]["responses"].clone();
    assert_eq!(document, expected);
    let scheme = &document["components"]["securitySchemes"]["Approov"];
    assert_eq!([&scheme["in"], &scheme["name"]], ["header", "Approov-Token"]);
}

#[actix_web::test]
async fn the_handlers_are_guarded() {
    let server = Served::new(builder(), |app, _| {
        app.configure(guarded::configure)
            .service(web::scope("/bare").configure(bare::configure));
    });
    let listed = |prefix: &str| Request::get(&format!("{prefix}/users/u/orders/2026?skip=1"));
    let changed = Request::post("/orders?skip=1", "application/json", r#"{"id":1}"#);
    for request in [listed(""), changed.clone()] {
        server.refuses("no token", "token_missing", &request);
    }
    let token = token::good();
    for (request, body) in [
        (listed("/bare"), r#"[["u",2026],1,null]"#),
        (listed("").token(&token), r#"[["u",2026],1,null]"#),
        (changed.token(&token), r#"{"id":1,"more":null}"#),
    ] {
        assert_eq!(server.accepts(body, &request).body, body);
    }
}
