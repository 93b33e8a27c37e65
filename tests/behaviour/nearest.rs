//! Which configuration is nearest, layout by layout: the tables in `docs/middleware.md`.

use std::{
    future::{Ready, ready},
    rc::Rc,
};

use actix_test::TestServer;
use actix_web::{
    App, Error, FromRequest as _, HttpRequest, HttpResponse, Resource, Scope,
    body::MessageBody,
    dev::{HttpServiceFactory, Service, ServiceRequest, ServiceResponse, Transform, forward_ready},
    http::Uri,
    middleware::Condition,
    web::{self, Bytes, Data, ServiceConfig},
};
use approov_actix::{Approov, ApproovClaims, ApproovMiddleware, Policy, approov_protected};
use futures_util::{future::LocalBoxFuture, stream};
use support::{
    client::Request,
    token::{self, OTHER_SECRET, SECRET},
};

use crate::{approov, builder, patient, with_secret};

#[approov_protected]
async fn guarded() -> &'static str {
    "in"
}

async fn claims(_: ApproovClaims) -> &'static str {
    "in"
}

async fn extract(request: HttpRequest) -> Result<&'static str, Error> {
    ApproovClaims::extract(&request).await?;
    Ok("in")
}

#[approov_protected]
async fn guarded_but_missing() -> HttpResponse {
    HttpResponse::NotFound().finish()
}

#[approov_protected(binding = false)]
async fn unbound_but_missing() -> HttpResponse {
    HttpResponse::NotFound().finish()
}

async fn claims_but_missing(_: ApproovClaims) -> HttpResponse {
    HttpResponse::NotFound().finish()
}

const WAYS: [&str; 3] = ["/guard", "/claims", "/extract"];

/// Those that ask who is nearest, and those that send a request on to them.
fn handlers(config: &mut ServiceConfig) {
    config
        .route("/guard", web::get().to(guarded))
        .route("/claims", web::get().to(claims))
        .route("/extract", web::get().to(extract))
        .route("/missing/guard", web::get().to(guarded_but_missing))
        .route("/missing/claims", web::get().to(claims_but_missing));
}

/// What layouts are made of.
#[derive(Clone)]
struct Parts {
    a: Approov,
    b: Approov,
    data_a: Data<Approov>,
    data_b: Data<Approov>,
}

impl Parts {
    fn new() -> Self {
        let (a, b) = (approov(), with_secret(OTHER_SECRET).build().unwrap());
        let (data_a, data_b) = (Data::new(a.clone()), Data::new(b.clone()));
        Self { a, b, data_a, data_b }
    }

    fn a(&self) -> Approov {
        self.a.clone()
    }

    fn b(&self) -> Approov {
        self.b.clone()
    }

    /// The same pointer each time.
    fn data_a(&self) -> Data<Approov> {
        self.data_a.clone()
    }

    fn data_b(&self) -> Data<Approov> {
        self.data_b.clone()
    }

    /// These let everything on, so what is nearest at the handler decides alone.
    fn wrap_a(&self) -> ApproovMiddleware {
        self.a.middleware().report(true)
    }

    fn wrap_b(&self) -> ApproovMiddleware {
        self.b.middleware().report(true)
    }
}

/// What an app has of data and services.
type Inside = fn(&mut ServiceConfig, &Parts);

/// What it is wrapped with, from inside to outside.
#[derive(Clone, Copy)]
struct Wraps {
    send_on: bool,
    a: bool,
    b: bool,
}

const BARE: Wraps = Wraps {
    send_on: false,
    a: false,
    b: false,
};
const WRAP_A: Wraps = Wraps { a: true, ..BARE };

type Layout = (&'static str, Wraps, Inside);

/// On one worker, so that anything kept by the thread would show. One function for all layouts, as each app of another
/// type takes seconds to compile.
fn serve(wraps: Wraps, inside: Inside) -> TestServer {
    let parts = Parts::new();
    actix_test::start_with(patient().workers(1), move || {
        App::new()
            .configure(|config| inside(config, &parts))
            .wrap(Condition::new(wraps.send_on, SendOn))
            .wrap(Condition::new(wraps.a, parts.wrap_a()))
            .wrap(Condition::new(wraps.b, parts.wrap_b()))
    })
}

/// Whose tokens pass.
fn nearest(server: &TestServer, request: &Request) -> &'static str {
    let ask = |secret| {
        let request = request.clone().token(&token::signed_by(secret));
        request.send(server.addr()).status
    };
    match (ask(SECRET), ask(OTHER_SECRET)) {
        (200, 401) => "a",
        (401, 200) => "b",
        (500, 500) => "500",
        statuses => panic!("{statuses:?}"),
    }
}

/// The rows of the table that begins with this line: layout and who is nearest.
fn rows_of_the_guide(head: &str) -> Vec<(&'static str, &'static str)> {
    let guide = include_str!("../../docs/middleware.md");
    let table = guide.lines().skip_while(|line| *line != head).skip(2);
    let rows = table.take_while(|line| line.starts_with('|'));
    rows.map(|row| {
        let (layout, nearest) = row.trim_matches(['|', ' ']).split_once(" | ").unwrap();
        (layout, nearest.trim_matches('`'))
    })
    .collect()
}

fn scope() -> Scope {
    web::scope("").configure(handlers)
}

/// Each handler as a resource of its own, with something around it.
fn resources<T: HttpServiceFactory + 'static>(config: &mut ServiceConfig, around: impl Fn(Resource) -> T) {
    config
        .service(around(web::resource("/guard").get(guarded)))
        .service(around(web::resource("/claims").get(claims)))
        .service(around(web::resource("/extract").get(extract)));
}

const LAYOUTS: &[Layout] = &[
    ("app data `a`", BARE, |app, parts| {
        app.app_data(parts.a()).configure(handlers);
    }),
    ("app data `Data(a)`", BARE, |app, parts| {
        app.app_data(parts.data_a()).configure(handlers);
    }),
    ("app data `b`, then app data `a`", BARE, |app, parts| {
        app.app_data(parts.b()).app_data(parts.a()).configure(handlers);
    }),
    ("app data `b` and `Data(a)`", BARE, |app, parts| {
        app.app_data(parts.b()).app_data(parts.data_a()).configure(handlers);
    }),
    ("app data `a` and `Data(a)`", BARE, |app, parts| {
        app.app_data(parts.a()).app_data(parts.data_a()).configure(handlers);
    }),
    ("app data `a` > scope data `b`", BARE, |app, parts| {
        app.app_data(parts.a()).service(scope().app_data(parts.b()));
    }),
    ("app data `Data(a)` > scope data `Data(b)`", BARE, |app, parts| {
        app.app_data(parts.data_a()).service(scope().app_data(parts.data_b()));
    }),
    ("app data `a` > scope data `b` by `configure`", BARE, |app, parts| {
        let add = |config: &mut ServiceConfig| {
            config.app_data(parts.b());
        };
        app.app_data(parts.a()).service(scope().configure(add));
    }),
    ("app data `a` > scope data `Data(b)`", BARE, |app, parts| {
        app.app_data(parts.a()).service(scope().app_data(parts.data_b()));
    }),
    ("app data `a` > resource data `b`", BARE, |app, parts| {
        app.app_data(parts.a());
        resources(app, |resource| resource.app_data(parts.b()));
    }),
    ("app data `b` > app wrap `a`", WRAP_A, |app, parts| {
        app.app_data(parts.b()).configure(handlers);
    }),
    ("app wrap `b` > app wrap `a`", Wraps { b: true, ..WRAP_A }, |app, _| {
        app.configure(handlers);
    }),
    ("app wrap `a` > scope wrap `b`", WRAP_A, |app, parts| {
        app.service(scope().wrap(parts.wrap_b()));
    }),
    ("app wrap `a` > scope data `b`", WRAP_A, |app, parts| {
        app.service(scope().app_data(parts.b()));
    }),
    ("app wrap `a` > scope data `Data(b)`", WRAP_A, |app, parts| {
        app.service(scope().app_data(parts.data_b()));
    }),
    ("app wrap `a` > resource data `b`", WRAP_A, |app, parts| {
        resources(app, |resource| resource.app_data(parts.b()));
    }),
    ("app data `b` > app wrap `a` > scope data `b`", WRAP_A, |app, parts| {
        app.app_data(parts.b()).service(scope().app_data(parts.b()));
    }),
    (
        "app data `Data(b)` > app wrap `a` > scope data `Data(b)`",
        WRAP_A,
        |app, parts| {
            app.app_data(parts.data_b()).service(scope().app_data(parts.data_b()));
        },
    ),
    (
        "app data `b` > app wrap `a` > resource data `b`",
        WRAP_A,
        |app, parts| {
            app.app_data(parts.b());
            resources(app, |resource| resource.app_data(parts.b()));
        },
    ),
    ("app data `b` > app wrap `a` > scope data `a`", WRAP_A, |app, parts| {
        app.app_data(parts.b()).service(scope().app_data(parts.a()));
    }),
    (
        "app data `b` > app wrap `a` > scope data `Data(a)`",
        WRAP_A,
        |app, parts| {
            app.app_data(parts.b()).service(scope().app_data(parts.data_a()));
        },
    ),
    (
        "app data `Data(b)` > app wrap `a` > scope data `a`",
        WRAP_A,
        |app, parts| {
            app.app_data(parts.data_b()).service(scope().app_data(parts.a()));
        },
    ),
    (
        "app wrap `a` > scope data `b` > scope wrap `a`",
        WRAP_A,
        |app, parts| {
            app.service(scope().app_data(parts.b()).wrap(parts.wrap_a()));
        },
    ),
    ("scope data `b` > scope wrap `a`", BARE, |app, parts| {
        app.service(scope().app_data(parts.b()).wrap(parts.wrap_a()));
    }),
    ("resource data `b` > resource wrap `a`", BARE, |app, parts| {
        resources(app, |resource| resource.app_data(parts.b()).wrap(parts.wrap_a()));
    }),
    (
        "scope wrap `a` > scope data `b` > scope data `a`",
        BARE,
        |app, parts| {
            let inner = web::scope("").service(scope().app_data(parts.a())).app_data(parts.b());
            app.service(web::scope("").service(inner).wrap(parts.wrap_a()));
        },
    ),
    ("no data", BARE, |app, _| {
        app.configure(handlers);
    }),
];

#[actix_web::test]
async fn each_layout_of_the_guide() {
    assert_matches_guide("| layout, from outside to inside | nearest |", LAYOUTS, |way| {
        vec![Request::get(way)]
    });
}

/// Asks each layout in each way, as `requests` says.
fn assert_matches_guide(head: &str, layouts: &[Layout], requests: impl Fn(&str) -> Vec<Request>) {
    let rows = rows_of_the_guide(head);
    let described: Vec<_> = rows.iter().map(|(layout, _)| *layout).collect();
    let tested: Vec<_> = layouts.iter().map(|(layout, ..)| *layout).collect();
    assert_eq!(described, tested);
    for ((layout, expected), (_, wraps, inside)) in rows.iter().zip(layouts) {
        let server = serve(*wraps, *inside);
        for way in WAYS {
            for request in requests(way) {
                assert_eq!(nearest(&server, &request), *expected, "{layout}: {way}");
            }
        }
    }
}

/// Sends a request that is not answered with 200 on to the path in `X-Next`.
#[derive(Clone)]
pub(crate) struct SendOn;

pub(crate) struct SendOnService<S> {
    service: Rc<S>,
}

impl<S, B> Transform<S, ServiceRequest> for SendOn
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<B>;
    type Error = Error;
    type InitError = ();
    type Transform = SendOnService<S>;
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(SendOnService {
            service: Rc::new(service),
        }))
    }
}

impl<S, B> Service<ServiceRequest> for SendOnService<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<B>;
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self::Response, Error>>;

    forward_ready!(service);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let service = Rc::clone(&self.service);
        Box::pin(async move {
            let response = service.call(request).await?;
            let next = response.request().headers().get("x-next");
            let next: Option<Uri> = next.map(|next| next.to_str().unwrap().parse().unwrap());
            let Some(next) = next.filter(|_| response.status() != 200) else {
                return Ok(response);
            };
            let (request, _) = response.into_parts();
            let mut request = ServiceRequest::from_request(request);
            request.match_info_mut().get_mut().update(&next);
            request.match_info_mut().reset();
            request.head_mut().uri = next;
            service.call(request).await
        })
    }
}

const SEND_ON: Wraps = Wraps { send_on: true, ..BARE };

fn first() -> Scope {
    web::scope("/1").configure(handlers)
}

fn second() -> Scope {
    web::scope("/2").configure(handlers)
}

const LAYOUTS_TO_SEND_ON: &[Layout] = &[
    ("scope data `a` > scope data `b`", SEND_ON, |app, parts| {
        app.service(first().app_data(parts.a()));
        app.service(second().app_data(parts.b()));
    }),
    ("scope data `b` > scope data `a`", SEND_ON, |app, parts| {
        app.service(first().app_data(parts.b()));
        app.service(second().app_data(parts.a()));
    }),
    ("scope data `Data(a)` > scope data `Data(b)`", SEND_ON, |app, parts| {
        app.service(first().app_data(parts.data_a()));
        app.service(second().app_data(parts.data_b()));
    }),
    ("scope wrap `a` > scope data `b`", SEND_ON, |app, parts| {
        app.service(first().wrap(parts.wrap_a()));
        app.service(second().app_data(parts.b()));
    }),
    ("scope data `b` > scope wrap `a`", SEND_ON, |app, parts| {
        app.service(first().app_data(parts.b()));
        app.service(second().wrap(parts.wrap_a()));
    }),
    ("scope wrap `a` > scope wrap `b`", SEND_ON, |app, parts| {
        app.service(first().wrap(parts.wrap_a()));
        app.service(second().wrap(parts.wrap_b()));
    }),
    ("scope wrap `a` > app data `b`", SEND_ON, |app, parts| {
        app.app_data(parts.b());
        app.service(first().wrap(parts.wrap_a())).service(second());
    }),
    (
        "scope wrap `a`, which exempts its paths > app data `b`",
        SEND_ON,
        |app, parts| {
            app.app_data(parts.b());
            app.service(first().wrap(parts.wrap_a().exempt_prefix("/1")))
                .service(second());
        },
    ),
    (
        "scope wrap `b` > app wrap `a`",
        Wraps { a: true, ..SEND_ON },
        |app, parts| {
            app.service(first().wrap(parts.wrap_b())).service(second());
        },
    ),
    ("scope wrap `a` > nothing", SEND_ON, |app, parts| {
        app.service(first().wrap(parts.wrap_a())).service(second());
    }),
    ("scope data `b` > app data `a`", SEND_ON, |app, parts| {
        app.app_data(parts.a());
        app.service(first().app_data(parts.b())).service(second());
    }),
    (
        "scope data `b` > app data `a` > scope wrap `a`",
        SEND_ON,
        |app, parts| {
            app.app_data(parts.a());
            app.service(first().app_data(parts.b()));
            app.service(second().wrap(parts.wrap_a()));
        },
    ),
];

#[actix_web::test]
async fn each_layout_of_the_guide_in_which_a_request_is_sent_on() {
    assert_matches_guide("| first > then | nearest |", LAYOUTS_TO_SEND_ON, |way| {
        let firsts = ["/1/missing/guard", "/1/missing/claims", "/1/unknown"];
        firsts
            .map(|first| Request::get(first).header("X-Next", &format!("/2{way}")))
            .to_vec()
    });
}

/// A guard's policy is its handler's: a request that is sent on from there, with the same configuration, meets the
/// policy of where it comes to.
#[actix_web::test]
async fn a_lax_guard_is_left_with_its_handler() {
    let approov = builder().binding(["X-User"]).build().unwrap();
    let server = actix_test::start_with(patient(), move || {
        let routes = |path: &str| {
            web::scope(path)
                .route("/unbound", web::get().to(unbound_but_missing))
                .configure(handlers)
        };
        App::new()
            .service(routes("/data").app_data(approov.clone()))
            .service(routes("/wrapped").wrap(approov.middleware().exempt_prefix("/wrapped")))
            .wrap(SendOn)
    });
    for scope in ["/data", "/wrapped"] {
        for way in WAYS {
            let ask = |token: &str| {
                let request = Request::get(&format!("{scope}/unbound")).token(token);
                let request = request.header("X-Next", &format!("{scope}{way}"));
                request.header("X-User", "u").send(server.addr()).status
            };
            assert_eq!(ask(&token::good()), 401, "{scope}{way}");
            assert_eq!(ask(&token::bound(&["u"])), 200, "{scope}{way}");
        }
    }
}

/// So that an access log further out, a stream or a task still gets the claims, of whatever configuration there is.
#[actix_web::test]
async fn what_a_request_has_left_counts_where_it_has_not_been_sent_on() {
    async fn streamed(request: HttpRequest) -> HttpResponse {
        let claims = async move {
            let claims = ApproovClaims::extract(&request).await;
            Ok::<_, Error>(Bytes::from(claims.is_ok().to_string()))
        };
        HttpResponse::Ok().streaming(stream::once(Box::pin(claims)))
    }
    let (a, b) = (approov(), with_secret(OTHER_SECRET).build().unwrap());
    let server = actix_test::start_with(patient(), move || {
        App::new()
            .app_data(b.clone())
            .service(
                web::scope("")
                    .route("/stream", web::get().to(streamed))
                    .wrap(a.middleware().policy(Policy::new().no_binding())),
            )
            .wrap_fn(|request, service| {
                let response = service.call(request);
                async {
                    let mut response = response.await?;
                    let claims = ApproovClaims::extract(response.request()).await;
                    let seen = if claims.is_ok() { "claims" } else { "none" };
                    let name = "x-outside".parse().unwrap();
                    response.headers_mut().insert(name, seen.parse().unwrap());
                    Ok(response)
                }
            })
    });
    let answer = Request::get("/stream").token(&token::good()).send(server.addr());
    assert_eq!((answer.status, answer.header("x-outside")), (200, Some("claims")));
    assert!(answer.body.contains("true"), "{}", answer.body);
}
