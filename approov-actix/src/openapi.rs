//! Approov in an OpenAPI document. Feature `openapi`.
//!
//! The document can come from any tool, such as utoipa, as long as serde can serialise it.
//!
//! ```
//! # use serde_json::json;
//! use approov_actix::{Approov, openapi::SecurityScheme};
//!
//! # fn main() -> Result<(), approov_actix::ConfigError> {
//! # let key = approov_actix::Key::from_base64_secret("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")?;
//! # let approov = Approov::builder().keys(key).build()?;
//! # let operation = json!({ "get": { "responses": {} } });
//! # let document = json!({ "openapi": "3.1.0", "info": {}, "paths": { "/orders": operation, "/health": operation } });
//! let document = SecurityScheme::new(&approov)
//!     .required_where(|operation| operation.path != "/health")
//!     .add_to(document)?;
//! // A handler answers with `web::Json(document)`.
//! # let document = serde_json::to_value(document).unwrap();
//! # assert_eq!(document["paths"]["/orders"]["get"]["security"], json!([{ "Approov": [] }]));
//! # assert_eq!(document["paths"]["/health"]["get"]["security"], json!(null));
//! # Ok(())
//! # }
//! ```
//!
//! # Security
//!
//! A document protects nothing: middlewares, guards and arguments do. It describes what is required, even if a failed
//! check is only reported.

use std::fmt;

use actix_web::http::{Method, header};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};

use crate::{
    approov::{Approov, DEFAULT_TOKEN_HEADER},
    config::ConfigError,
};

/// The name of the scheme, by which operations refer to it.
const SCHEME: &str = "Approov";
const REFUSAL: &str = "ApproovRefusal";

/// The fields of a Path Item Object that are operations.
const METHODS: [Method; 8] = [
    Method::GET,
    Method::PUT,
    Method::POST,
    Method::DELETE,
    Method::OPTIONS,
    Method::HEAD,
    Method::PATCH,
    Method::TRACE,
];

/// Describes in an OpenAPI document, version 3.0 or 3.1, that requests need an Approov token: the [Security Scheme
/// Object](https://spec.openapis.org/oas/v3.1.1.html#security-scheme-object) with the name `Approov`, the operations
/// that require it, and their 401 answer. The document then names the header that carries the token, but contains no
/// key.
///
/// Operations that already declare that they require `Approov` need nothing more: with utoipa,
/// `#[utoipa::path(security(("Approov" = [])))]`. Choose others with [`required_where`](Self::required_where).
pub struct SecurityScheme {
    scheme: Value,
    refusal: Value,
    is_required: Box<dyn Fn(Operation<'_>) -> bool>,
}

/// One operation of the document.
///
/// # Examples
///
/// ```
/// use approov_actix::openapi::Operation;
///
/// fn is_protected(operation: Operation<'_>) -> bool {
///     operation.path.starts_with("/v2/") && operation.path != "/v2/hello"
/// }
/// ```
///
/// # Security
///
/// Method and path are those of the document, which may differ from what the application routes.
#[non_exhaustive]
#[derive(Debug, Clone, Copy)]
pub struct Operation<'a> {
    /// Its method.
    pub method: &'a Method,
    /// Its path, as in the document: `/orders/{id}`.
    pub path: &'a str,
}

impl SecurityScheme {
    /// The scheme of this configuration: its token header, and what a refusal looks like. With
    /// [`reject_with`](crate::ApproovBuilder::reject_with), only the application knows the body of a refusal, so the
    /// 401 answer is described without one. If your refusals have another body or another status, describe them in the
    /// document: as `components.responses.ApproovRefusal`, or in each operation.
    pub fn new(approov: &Approov) -> Self {
        let settings = approov.settings();
        let description = "The Approov token: a JWT that a genuine installation of the app gets from Approov and that lives for minutes.";
        let scheme = if settings.token_header == header::AUTHORIZATION {
            json!({ "type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": description })
        } else {
            let name = if settings.token_header == DEFAULT_TOKEN_HEADER {
                "Approov-Token"
            } else {
                settings.token_header.as_str()
            };
            json!({ "type": "apiKey", "in": "header", "name": name, "description": description })
        };
        let mut refusal = json!({ "description": "Not a request of a genuine app." });
        if settings.reject_with.is_none() {
            refusal["content"] = json!({ "application/json": { "schema": { "type": "object" }, "example": {} } });
        }
        Self {
            scheme,
            refusal,
            is_required: Box::new(|_| false),
        }
    }

    /// Chooses more operations that require the token: those behind a middleware, which do not declare it themselves.
    ///
    /// By default no operation is added. A second call replaces the first.
    ///
    /// # Examples
    ///
    /// ```
    /// use approov_actix::openapi::SecurityScheme;
    /// # let key = approov_actix::Key::from_base64_secret("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")?;
    /// # let builder = approov_actix::Approov::builder().keys(key);
    ///
    /// let scheme = SecurityScheme::new(&builder.build()?);
    /// let scheme = scheme.required_where(|operation| operation.path.starts_with("/v2/"));
    /// # Ok::<(), approov_actix::ConfigError>(())
    /// ```
    #[must_use]
    pub fn required_where(mut self, is_required: impl Fn(Operation<'_>) -> bool + 'static) -> Self {
        self.is_required = Box::new(is_required);
        self
    }

    /// Returns the document with the scheme, the requirements and the 401 answers. Whatever the document already
    /// defines stays: another description of the scheme, an answer of the same name, an operation's own 401.
    ///
    /// A chosen operation that already requires something else, such as the user's bearer token, then requires both.
    ///
    /// # Errors
    ///
    /// If it is not an OpenAPI document of version 3.0 or 3.1, if it has a different scheme with the name `Approov`,
    /// such as one with another header, or if a path is a reference, because protected and unprotected paths may share
    /// its target.
    pub fn add_to(&self, document: impl Serialize) -> Result<Document, ConfigError> {
        let mut document = serde_json::to_value(document).map_err(|_| not_openapi())?;
        let is_openapi = document["openapi"]
            .as_str()
            .is_some_and(|version| version.starts_with("3.0.") || version.starts_with("3.1."));
        if !is_openapi {
            return Err(not_openapi());
        }
        if self.contradicts(&document["components"]["securitySchemes"][SCHEME]) {
            return Err(fault("has another security scheme with the name `Approov`"));
        }
        let mut paths = document["paths"].as_object().into_iter().flatten();
        if paths.any(|(path, item)| is_path(path) && item.get("$ref").is_some()) {
            return Err(fault("has a path that is a reference"));
        }
        self.describe(&mut document).ok_or_else(not_openapi)?;
        Ok(Document(document))
    }

    /// Whether this is a scheme that differs from ours.
    fn contradicts(&self, scheme: &Value) -> bool {
        let differs = |field: &str| scheme[field] != self.scheme[field];
        let lower_case_name = |scheme: &Value| scheme["name"].as_str().map(str::to_ascii_lowercase);
        let differs_in_name = lower_case_name(scheme) != lower_case_name(&self.scheme);
        !scheme.is_null() && (differs("type") || differs("in") || differs("scheme") || differs_in_name)
    }

    /// `None` if something does not have the type that OpenAPI requires.
    fn describe(&self, document: &mut Value) -> Option<()> {
        let document = document.as_object_mut()?;
        let components = object(document, "components")?;
        object(components, "securitySchemes")?
            .entry(SCHEME)
            .or_insert_with(|| self.scheme.clone());
        object(components, "responses")?
            .entry(REFUSAL)
            .or_insert_with(|| self.refusal.clone());
        let inherited = document.get("security").cloned();
        let paths = object(document, "paths")?.iter_mut();
        for (path, item) in paths.filter(|(path, _)| is_path(path)) {
            for method in &METHODS {
                if let Some(operation) = item.get_mut(method.as_str().to_ascii_lowercase()) {
                    let is_required = (self.is_required)(Operation { method, path });
                    Self::describe_operation(operation.as_object_mut()?, inherited.as_ref(), is_required)?;
                }
            }
        }
        Some(())
    }

    fn describe_operation(
        operation: &mut Map<String, Value>,
        inherited: Option<&Value>,
        is_required: bool,
    ) -> Option<()> {
        let mut security = match operation.get("security").or(inherited) {
            Some(security) => security.as_array()?.clone(),
            None => Vec::new(),
        };
        if is_required {
            require(&mut security)?;
            operation.insert("security".to_owned(), Value::Array(security));
        } else if !security.iter().any(|alternative| alternative.get(SCHEME).is_some()) {
            return Some(());
        }
        let refusal = json!({ "$ref": format!("#/components/responses/{REFUSAL}") });
        object(operation, "responses")?.entry("401").or_insert(refusal);
        Some(())
    }
}

/// Other fields of the Paths Object are extensions.
fn is_path(field: &str) -> bool {
    field.starts_with('/')
}

/// Adds Approov to each alternative, because a request has to satisfy only one of them.
fn require(alternatives: &mut Vec<Value>) -> Option<()> {
    if alternatives.is_empty() {
        alternatives.push(json!({}));
    }
    for alternative in alternatives {
        alternative.as_object_mut()?.entry(SCHEME).or_insert_with(|| json!([]));
    }
    Some(())
}

/// The object in this field, created if there is none.
fn object<'a>(of: &'a mut Map<String, Value>, field: &str) -> Option<&'a mut Map<String, Value>> {
    of.entry(field).or_insert_with(|| json!({})).as_object_mut()
}

fn fault(fault: &str) -> ConfigError {
    ConfigError::invalid(format!("the document given to `SecurityScheme::add_to` {fault}"))
}

fn not_openapi() -> ConfigError {
    fault("is no OpenAPI document of version 3.0 or 3.1")
}

/// A whole OpenAPI document, as [`SecurityScheme::add_to`] returns it.
///
/// serde can serialise it, and `Display` writes it as JSON. Members are in alphabetical order, unless the application
/// turns on the feature `preserve_order` of `serde_json`.
///
/// # Examples
///
/// ```
/// use actix_web::web;
/// use approov_actix::openapi::Document;
///
/// async fn openapi(document: web::Data<Document>) -> web::Json<Document> {
///     web::Json(document.get_ref().clone())
/// }
/// ```
///
/// # Security
///
/// It names every path that it describes: decide who may read it.
#[derive(Debug, Clone, PartialEq)]
pub struct Document(Value);

impl Serialize for Document {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl fmt::Display for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for SecurityScheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecurityScheme")
            .field("scheme", &self.scheme)
            .field("refusal", &self.refusal)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use actix_web::HttpResponse;

    use super::*;
    use crate::test_support::builder;

    fn scheme() -> SecurityScheme {
        SecurityScheme::new(&builder().build().unwrap())
    }

    fn add(scheme: &SecurityScheme, document: Value) -> Value {
        scheme.add_to(document).unwrap().0
    }

    fn with_operation(operation: &Value) -> Value {
        json!({ "openapi": "3.1.0", "paths": { "/a": { "parameters": [], "get": operation } } })
    }

    /// The operation after the scheme was added.
    fn described(scheme: &SecurityScheme, operation: &Value) -> Value {
        let mut document = add(scheme, with_operation(operation));
        document["paths"]["/a"]["get"].take()
    }

    fn refusal() -> Value {
        json!({ "401": { "$ref": "#/components/responses/ApproovRefusal" } })
    }

    #[test]
    fn the_scheme_names_the_token_header() {
        let of = |header| {
            let approov = builder().token_header(header).build().unwrap();
            let document = add(&SecurityScheme::new(&approov), with_operation(&json!({})));
            let mut scheme = document["components"]["securitySchemes"]["Approov"].clone();
            scheme.as_object_mut().unwrap().remove("description").unwrap();
            scheme
        };
        assert_eq!(
            of("Approov-Token"),
            json!({ "type": "apiKey", "in": "header", "name": "Approov-Token" })
        );
        assert_eq!(
            of("X-Token"),
            json!({ "type": "apiKey", "in": "header", "name": "x-token" })
        );
        assert_eq!(
            of("Authorization"),
            json!({ "type": "http", "scheme": "bearer", "bearerFormat": "JWT" })
        );
    }

    #[test]
    fn operations_that_do_not_ask_for_it_stay_as_they_are() {
        for operation in [
            json!({}),
            json!({ "responses": { "200": {} }, "security": [{ "bearer": [] }] }),
            json!({ "security": [] }),
        ] {
            assert_eq!(described(&scheme(), &operation), operation);
        }
    }

    #[test]
    fn operations_that_ask_for_it_get_the_answer() {
        let security = json!([{ "bearer": [] }, { "Approov": [], "bearer": [] }]);
        let operation = described(&scheme(), &json!({ "security": security }));
        assert_eq!(operation, json!({ "security": security, "responses": refusal() }));
    }

    #[test]
    fn chosen_operations_ask_for_it_beside_everything_else() {
        let scheme = scheme().required_where(|operation| operation.method == Method::GET && operation.path == "/a");
        for (before, after) in [
            (json!(null), json!([{ "Approov": [] }])),
            (json!([]), json!([{ "Approov": [] }])),
            (json!([{ "Approov": [] }]), json!([{ "Approov": [] }])),
            (
                json!([{ "bearer": ["read"] }, { "key": [] }, {}]),
                json!([{ "bearer": ["read"], "Approov": [] }, { "key": [], "Approov": [] }, { "Approov": [] }]),
            ),
        ] {
            let operation = if before.is_null() {
                json!({})
            } else {
                json!({ "security": before })
            };
            let expected = json!({ "security": after, "responses": refusal() });
            assert_eq!(described(&scheme, &operation), expected, "{before}");
        }
    }

    #[test]
    fn only_chosen_operations_ask_for_it() {
        let scheme = scheme().required_where(|operation| operation.method == Method::POST || operation.path == "/b");
        let document =
            json!({ "openapi": "3.0.3", "paths": { "/a": { "get": {}, "post": {} }, "/b": { "trace": {} } } });
        let document = add(&scheme, document);
        let asks = |path: &str, method: &str| document["paths"][path][method].get("security").is_some();
        assert_eq!(
            [asks("/a", "get"), asks("/a", "post"), asks("/b", "trace")],
            [false, true, true]
        );
    }

    #[test]
    fn what_the_document_asks_of_all_counts_for_each() {
        let with_security = |security: Value, operation: Value| {
            let mut document = with_operation(&operation);
            document["security"] = security;
            document
        };
        let bearer = with_security(json!([{ "bearer": [] }]), json!({}));
        let chosen = add(&scheme().required_where(|_| true), bearer);
        assert_eq!(
            chosen["paths"]["/a"]["get"]["security"],
            json!([{ "bearer": [], "Approov": [] }])
        );
        assert_eq!(chosen["security"], json!([{ "bearer": [] }]));

        let approov = with_security(json!([{ "Approov": [] }]), json!({}));
        let inherited = add(&scheme(), approov);
        assert_eq!(inherited["paths"]["/a"]["get"], json!({ "responses": refusal() }));

        let open = with_security(json!([{ "Approov": [] }]), json!({ "security": [] }));
        assert_eq!(add(&scheme(), open)["paths"]["/a"]["get"], json!({ "security": [] }));
    }

    #[test]
    fn what_the_document_says_stays() {
        let own = json!({ "description": "own" });
        let operation = json!({ "security": [{ "Approov": [] }], "responses": { "401": own }, "x-null": null });
        let mut document = with_operation(&operation);
        document["paths"]["x-extension"] = json!({ "$ref": "#/x", "get": { "security": [{ "Approov": [] }] } });
        document["components"] = json!({
            "schemas": { "Any": {}, "Null": { "default": null } },
            "securitySchemes": { "Approov": { "type": "apiKey", "in": "header", "name": "APPROOV-TOKEN" }, "bearer": {} },
            "responses": { "ApproovRefusal": own },
        });
        assert_eq!(add(&scheme(), document.clone()), document);
        // A second time, too.
        let described = scheme().add_to(with_operation(&json!({}))).unwrap();
        assert_eq!(scheme().add_to(&described).unwrap(), described);
        assert_eq!(described.to_string(), serde_json::to_string(&described).unwrap());
    }

    #[test]
    fn another_scheme_of_the_same_name_is_a_mistake() {
        for other in [
            json!({}),
            json!({ "type": "apiKey", "in": "query", "name": "Approov-Token" }),
            json!({ "type": "apiKey", "in": "header", "name": "X-Token" }),
            json!({ "type": "http", "scheme": "bearer" }),
            json!({ "$ref": "#/components/securitySchemes/Other" }),
        ] {
            let mut document = with_operation(&json!({}));
            document["components"] = json!({ "securitySchemes": { "Approov": other } });
            assert_eq!(
                scheme().add_to(document).unwrap_err().to_string(),
                "the document given to `SecurityScheme::add_to` has another security scheme with the name `Approov`",
                "{other}"
            );
        }
    }

    #[test]
    fn a_path_that_is_a_reference_cannot_be_described() {
        let document =
            json!({ "openapi": "3.1.0", "paths": { "/a": {}, "/b": { "$ref": "#/components/pathItems/B" } } });
        assert_eq!(
            scheme().add_to(document).unwrap_err().to_string(),
            "the document given to `SecurityScheme::add_to` has a path that is a reference"
        );
    }

    #[test]
    fn an_answer_of_the_applications_own_is_described_without_its_body() {
        let approov = builder()
            .reject_with(|_| HttpResponse::BadRequest().finish())
            .build()
            .unwrap();
        let scheme = SecurityScheme::new(&approov);
        let security = json!([{ "Approov": [] }]);
        let mut document = with_operation(&json!({ "security": security }));
        let described = add(&scheme, document.clone());
        let reference = json!({ "$ref": "#/components/responses/ApproovRefusal" });
        assert_eq!(
            described["paths"]["/a"]["get"]["responses"],
            json!({ "401": reference })
        );
        let refusal = json!({ "description": "Not a request of a genuine app." });
        assert_eq!(
            described["components"]["responses"],
            json!({ "ApproovRefusal": refusal })
        );

        // The application's own description stays.
        let own = json!({ "description": "Please update the app." });
        document["components"]["responses"]["ApproovRefusal"] = own.clone();
        assert_eq!(
            add(&scheme, document)["components"]["responses"],
            json!({ "ApproovRefusal": own })
        );
    }

    #[test]
    fn other_documents_are_refused() {
        for document in [
            json!(null),
            json!([]),
            json!({}),
            json!({ "swagger": "2.0", "paths": {} }),
            json!({ "openapi": "2.0", "paths": {} }),
            json!({ "openapi": "3.2.0", "paths": {} }),
            json!({ "openapi": "3.x", "paths": {} }),
            json!({ "openapi": 3, "paths": {} }),
            json!({ "openapi": "3.1.0", "paths": [] }),
            json!({ "openapi": "3.1.0", "components": [] }),
            json!({ "openapi": "3.1.0", "components": { "securitySchemes": 1 } }),
            json!({ "openapi": "3.1.0", "components": { "responses": 1 } }),
            with_operation(&json!([])),
            with_operation(&json!({ "security": {} })),
            with_operation(&json!({ "security": [{ "Approov": [] }], "responses": [] })),
        ] {
            let error = scheme().add_to(document.clone()).unwrap_err();
            assert_eq!(
                error.to_string(),
                "the document given to `SecurityScheme::add_to` is no OpenAPI document of version 3.0 or 3.1",
                "{document}"
            );
        }
        let error = scheme()
            .required_where(|_| true)
            .add_to(with_operation(&json!({ "security": [1] })));
        assert!(error.is_err());
    }
}
