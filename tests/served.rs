//! A server in this process, and what its configuration says of each request.

use std::{
    mem,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use actix_test::{TestServer, TestServerConfig};
use actix_web::{App, web};
use approov_actix::{Approov, ApproovBuilder, Enforcement, SingleUseAdmission};
use support::client::{Answer, Request};

use crate::patient;

type Configure = dyn Fn(&mut web::ServiceConfig, &Approov) + Send + Sync;

/// On one worker, so that anything kept by the thread would show.
pub(crate) struct Served {
    server: TestServer,
    pub(crate) approov: Approov,
    record: Arc<Mutex<Record>>,
}

/// What the configuration has said since it was last asked.
#[derive(Default)]
struct Record {
    /// What was refused or only reported: its code, and the same with the detail, if any.
    refusals: Vec<(&'static str, String)>,
    admissions: Vec<Option<SingleUseAdmission>>,
    told: Vec<String>,
}

impl Served {
    /// A server with these routes, and the configuration as its data.
    pub(crate) fn new(
        builder: ApproovBuilder,
        configure: impl Fn(&mut web::ServiceConfig, &Approov) + Send + Sync + 'static,
    ) -> Self {
        Self::on(patient().workers(1).h1(), builder, configure)
    }

    pub(crate) fn on(
        config: TestServerConfig,
        builder: ApproovBuilder,
        configure: impl Fn(&mut web::ServiceConfig, &Approov) + Send + Sync + 'static,
    ) -> Self {
        Self::start(config, builder, Arc::new(configure))
    }

    /// Not generic: each copy of it would compile actix's whole server again.
    fn start(config: TestServerConfig, builder: ApproovBuilder, configure: Arc<Configure>) -> Self {
        let record = Arc::<Mutex<Record>>::default();
        let (of_refusals, of_acceptances) = (Arc::clone(&record), Arc::clone(&record));
        let builder = builder.on_rejection(move |event| {
            let text = event.rejection.to_string();
            let is_reported = event.enforcement == Enforcement::Report;
            let mode = if is_reported { "reported " } else { "" };
            let mut record = of_refusals.lock().unwrap();
            record.told.push(format!("{mode}{text}"));
            record.refusals.push((event.rejection.code(), text));
        });
        let builder = builder.on_acceptance(move |event| {
            let mut record = of_acceptances.lock().unwrap();
            record.told.push("accepted".to_owned());
            record.admissions.push(event.single_use);
        });
        let approov = builder.build().unwrap();
        let shared = approov.clone();
        let server = actix_test::start_with(config, move || {
            let (approov, configure) = (shared.clone(), Arc::clone(&configure));
            App::new()
                .app_data(approov.clone())
                .configure(|app| configure(app, &approov))
        });
        Self {
            server,
            approov,
            record,
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.server.addr()
    }

    pub(crate) fn send(&self, request: &Request) -> Answer {
        request.send(self.address())
    }

    /// What was refused or reported since this was last asked: the codes.
    pub(crate) fn codes(&self) -> Vec<&'static str> {
        let refusals = mem::take(&mut self.record.lock().unwrap().refusals);
        refusals.into_iter().map(|(code, _)| code).collect()
    }

    /// The same with their details.
    pub(crate) fn refusals(&self) -> Vec<String> {
        let refusals = mem::take(&mut self.record.lock().unwrap().refusals);
        refusals.into_iter().map(|(_, text)| text).collect()
    }

    /// How accepted requests have passed single use, since this was last asked.
    pub(crate) fn admissions(&self) -> Vec<Option<SingleUseAdmission>> {
        mem::take(&mut self.record.lock().unwrap().admissions)
    }

    /// All of that in order: `accepted`, or a refusal with its detail, behind `reported` if it was only that.
    pub(crate) fn told(&self) -> Vec<String> {
        mem::take(&mut *self.record.lock().unwrap()).told
    }

    /// The request passes, and nobody complains of it.
    #[track_caller]
    pub(crate) fn accepts(&self, case: &str, request: &Request) -> Answer {
        let answer = self.send(request);
        assert_eq!((answer.status, self.codes()), (200, Vec::new()), "{case}: {request:?}");
        answer
    }

    /// The request is refused for this reason, or passes if there is none.
    #[track_caller]
    pub(crate) fn decides(&self, case: &str, refusal: Option<&str>, request: &Request) {
        match refusal {
            Some(code) => self.refuses(case, code, request),
            None => self.accepts(case, request),
        };
    }

    /// The request is refused for this reason, with the answer that every refusal has.
    #[track_caller]
    pub(crate) fn refuses(&self, case: &str, code: &str, request: &Request) -> Answer {
        self.admissions();
        let answer = self.send(request);
        let status = match code {
            "request_replayed" => 409,
            "body_too_large" => 413,
            "policy_invalid" => 500,
            "single_use_unavailable" => 503,
            _ => 401,
        };
        assert_eq!(
            (answer.status, self.codes()),
            (status, vec![code]),
            "{case}: {request:?}"
        );
        assert_eq!(self.admissions(), [], "{case}");
        if status == 401 {
            assert_eq!(comparable(answer.clone()), refused(), "{case}");
        } else if status != 500 {
            let cache_control = answer.header("cache-control");
            assert_eq!((&*answer.body, cache_control), ("{}", Some("no-store")), "{case}");
        }
        answer
    }
}

/// What every refusal looks like, whatever its reason. Apart from `Date`, and from `Connection`, which repeats the
/// request's own.
pub(crate) fn refused() -> Answer {
    let headers = [
        ("cache-control", "no-store"),
        ("content-length", "2"),
        ("content-type", "application/json"),
        ("www-authenticate", "Approov"),
    ];
    Answer {
        status: 401,
        headers: headers
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec(),
        body: "{}".to_owned(),
    }
}

/// Without the header that varies, and with the others in order: actix sends them in any.
pub(crate) fn comparable(mut answer: Answer) -> Answer {
    answer.headers.retain(|(name, _)| name != "connection");
    answer.headers.sort();
    answer
}
