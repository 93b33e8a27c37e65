//! Which configuration is nearest, layout by layout: the tables in `docs/middleware.md`, which are read here.

use actix_test::TestServer;
use actix_web::{
    App, Error, FromRequest as _, HttpRequest, HttpResponse, Scope,
    body::MessageBody,
    dev::{HttpServiceFactory, Service as _, ServiceRequest, ServiceResponse},
    http::Uri,
    middleware::{Condition, Next, from_fn},
    web::{self, Bytes, Data, ServiceConfig},
};
use approov_actix::{Approov, ApproovClaims, ApproovMiddleware, approov_protected};
use futures_util::stream;
use support::{
    client::Request,
    token::{self, OTHER_SECRET, SECRET},
};

use crate::{
    approov, builder, patient,
    served::Served,
    ways::{guarded, with_claims},
    with_secret,
};

#[approov_protected]
async fn guarded_but_missing() -> HttpResponse {
    HttpResponse::NotFound().finish()
}

#[approov_protected(binding = false)]
async fn unbound_but_missing() -> HttpResponse {
    HttpResponse::NotFound().finish()
}

const WAYS: [&str; 2] = ["/guard", "/claims"];

/// A layout in the words of the guide: steps from outside to inside, such as "app wrap `a` > scope data `Data(b)`".
#[derive(Clone)]
struct Layout {
    text: &'static str,
    /// `a` and `b`.
    approovs: [Approov; 2],
    /// The same pointers each time.
    data: [Data<Approov>; 2],
}

/// Adds what a step names in backticks. An app, a scope and a resource have no trait in common.
macro_rules! add_data {
    ($layout:expr, $steps:expr, $place:expr) => {
        $steps
            .iter()
            .flat_map(|step| step.split('`').skip(1).step_by(2))
            .fold($place, |place, name| match name {
                "a" => place.app_data($layout.approovs[0].clone()),
                "b" => place.app_data($layout.approovs[1].clone()),
                "Data(a)" => place.app_data($layout.data[0].clone()),
                "Data(b)" => place.app_data($layout.data[1].clone()),
                "configure" => place,
                _ => panic!("{name}"),
            })
    };
}

impl Layout {
    fn new(text: &'static str) -> Self {
        let approovs = [approov(), with_secret(OTHER_SECRET).build().unwrap()];
        let data = approovs.clone().map(Data::new);
        Self { text, approovs, data }
    }

    fn steps(&self, start: &str) -> Vec<&'static str> {
        let steps = self.text.split(" > ");
        steps.filter(|step| step.starts_with(start)).collect()
    }

    /// What a step wraps with, if it is there. It lets everything on, so what is nearest at the handler decides alone.
    fn wrap(&self, step: Option<&str>) -> Condition<ApproovMiddleware> {
        let index = usize::from(step.is_some_and(|step| step.contains("wrap `b`")));
        let mut middleware = self.approovs[index].middleware().report(true);
        if step.is_some_and(|step| step.ends_with(", which exempts its paths")) {
            middleware = middleware.exempt_prefix("/1");
        }
        Condition::new(step.is_some(), middleware)
    }

    /// On one worker, so that anything kept by the thread would show. One function for all layouts, as each app of
    /// another type takes seconds to compile.
    fn serve(&self, configure: fn(&Self, &mut ServiceConfig)) -> TestServer {
        let layout = self.clone();
        actix_test::start_with(patient().workers(1), move || {
            let wrap = |step| layout.wrap(layout.steps(step).first().copied());
            App::new()
                .configure(|app| {
                    add_data!(layout, layout.steps("app data"), app);
                })
                .configure(|app| configure(&layout, app))
                .wrap(from_fn(send_on))
                .wrap(wrap("app wrap `a`"))
                .wrap(wrap("app wrap `b`"))
        })
    }

    /// Each step is inside of the one before.
    fn nested(&self, app: &mut ServiceConfig) {
        let mut steps = self.steps("scope").into_iter().rev().peekable();
        if steps.peek().is_none() {
            return self.handlers(app);
        }
        let mut inner = web::scope("").configure(|app| self.handlers(app));
        while let Some(step) = steps.next() {
            // actix has the data of a scope outside of what wraps the same scope.
            let (wrap, data) = if step.starts_with("scope wrap") {
                (Some(step), steps.next_if(|step| step.starts_with("scope data")))
            } else {
                (None, Some(step))
            };
            inner = web::scope("").service(self.scope(inner, data, wrap));
        }
        app.service(inner);
    }

    /// The first step is beside the other ones.
    fn beside(&self, app: &mut ServiceConfig) {
        let (first, then) = self.text.split_once(" > ").unwrap();
        let second = then.split(" > ").find(|step| step.starts_with("scope"));
        for (path, step) in [("/1", Some(first)), ("/2", second)] {
            let is = |kind: &str| step.filter(|step| step.contains(kind));
            let scope = web::scope(path).configure(|app| self.handlers(app));
            app.service(self.scope(scope, is(" data "), is(" wrap ")));
        }
    }

    fn scope(&self, scope: Scope, data: Option<&str>, wrap: Option<&str>) -> impl HttpServiceFactory + use<> {
        let scope = match data {
            Some(step) if step.ends_with("by `configure`") => scope.configure(|scope| {
                add_data!(self, [step], scope);
            }),
            step => add_data!(self, step.as_slice(), scope),
        };
        scope.wrap(self.wrap(wrap))
    }

    /// Those that ask who is nearest, as resources with what is around them, and those that send a request on to them.
    fn handlers(&self, config: &mut ServiceConfig) {
        let routes = [web::get().to(guarded), web::get().to(with_claims)];
        for (path, route) in WAYS.into_iter().zip(routes) {
            let resource = add_data!(self, self.steps("resource data"), web::resource(path).route(route));
            config.service(resource.wrap(self.wrap(self.steps("resource wrap").first().copied())));
        }
        let claims = async |_: ApproovClaims| HttpResponse::NotFound();
        config
            .route("/missing/guard", web::get().to(guarded_but_missing))
            .route("/missing/claims", web::get().to(claims));
    }
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
    let cells = |row: &'static str| row.trim_matches(['|', ' ']).split_once(" | ").unwrap();
    rows.map(cells).collect()
}

#[actix_web::test]
async fn each_layout_of_the_guide() {
    let rows = rows_of_the_guide("| layout, from outside to inside | nearest |");
    assert!(rows.len() >= 27, "{rows:?}");
    for (layout, expected) in rows {
        let server = Layout::new(layout).serve(Layout::nested);
        for way in WAYS {
            let nearest = nearest(&server, &Request::get(way));
            assert_eq!(nearest, expected.trim_matches('`'), "{layout}: {way}");
        }
    }
}

/// Sends a request that is not answered with 200 on to the path in `X-Next`.
pub(crate) async fn send_on<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let response = next.call(request).await?;
    let path = response.request().headers().get("x-next");
    let path: Option<Uri> = path.map(|path| path.to_str().unwrap().parse().unwrap());
    let Some(path) = path.filter(|_| response.status() != 200) else {
        return Ok(response);
    };
    let (request, _) = response.into_parts();
    let mut request = ServiceRequest::from_request(request);
    request.match_info_mut().get_mut().update(&path);
    request.match_info_mut().reset();
    request.head_mut().uri = path;
    next.call(request).await
}

#[actix_web::test]
async fn each_layout_of_the_guide_in_which_a_request_is_sent_on() {
    let rows = rows_of_the_guide("| first > then | nearest |");
    assert!(rows.len() >= 12, "{rows:?}");
    for (layout, expected) in rows {
        let server = Layout::new(layout).serve(Layout::beside);
        for way in WAYS {
            for first in ["/1/missing/guard", "/1/missing/claims", "/1/unknown"] {
                let request = Request::get(first).header("X-Next", &format!("/2{way}"));
                let nearest = nearest(&server, &request);
                assert_eq!(nearest, expected.trim_matches('`'), "{layout}: {first} {way}");
            }
        }
    }
}

/// A guard's policy is its handler's: a request that is sent on from there, with the same configuration, meets the
/// policy of where it comes to.
#[actix_web::test]
async fn a_lax_guard_is_left_with_its_handler() {
    let server = Served::new(builder().binding(["X-User"]), |app, approov| {
        let routes = |path: &str| {
            web::scope(path)
                .route("/unbound", web::get().to(unbound_but_missing))
                .route("/guard", web::get().to(guarded))
                .route("/claims", web::get().to(with_claims))
        };
        let wrapped = routes("/wrapped").wrap(approov.middleware().exempt_prefix("/wrapped"));
        let both = web::scope("").service(routes("/data")).service(wrapped);
        app.service(both.wrap(from_fn(send_on)));
    });
    for scope in ["/data", "/wrapped"] {
        for way in WAYS {
            let request = Request::get(&format!("{scope}/unbound")).header("X-User", "u");
            let request = request.header("X-Next", &format!("{scope}{way}"));
            let refused = server.send(&request.clone().token(&token::good()));
            assert_eq!((refused.status, server.codes()), (401, vec!["binding_claim_missing"]));
            server.accepts(way, &request.token(&token::bound(&["u"])));
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
    let server = Served::new(with_secret(OTHER_SECRET), |app, _| {
        let inner = web::scope("").route("/stream", web::get().to(streamed));
        let outer = web::scope("").service(inner.wrap(approov().middleware()));
        app.service(outer.wrap_fn(|request, service| {
            let response = service.call(request);
            async {
                let mut response = response.await?;
                let claims = ApproovClaims::extract(response.request()).await;
                let seen = claims.is_ok().to_string().parse().unwrap();
                response.headers_mut().insert("x-outside".parse().unwrap(), seen);
                Ok(response)
            }
        }));
    });
    let answer = server.send(&Request::get("/stream").token(&token::good()));
    assert_eq!((answer.status, answer.header("x-outside")), (200, Some("true")));
    assert!(answer.body.contains("true"), "{}", answer.body);
}
