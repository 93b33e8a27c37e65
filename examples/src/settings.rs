//! `.env`, the log, and where to listen.

use std::{env, error::Error, fmt, io, net::IpAddr, str::FromStr, thread};

use approov_actix::{Approov, ApproovBuilder, ConfigErrorKind};

use crate::demo::{Call, Demo};

/// Where a server listens, and its demo mode.
#[derive(Debug)]
pub struct Settings {
    /// `HTTP_HOST`, 127.0.0.1 by default.
    pub host: String,
    /// `HTTP_PORT`, 8002 by default.
    pub port: u16,
    /// `HTTP_WORKERS`, one for each core by default.
    pub workers: usize,
    /// The demo mode, once [`approov`](Self::approov) has found that it is on.
    pub(crate) demo: Option<Demo>,
}

impl Settings {
    /// Reads `.env` from the current folder or a parent, then the environment, which takes precedence. Starts the log
    /// with this filter, unless `RUST_LOG` sets another.
    ///
    /// # Errors
    ///
    /// If `.env` cannot be read, or a variable is wrong.
    pub fn load(filter: &str) -> Result<Self, StartError> {
        Self::load_with_log(|| start_log(filter))
    }

    /// Like [`load`](Self::load), but with the server's own log, which is started after `.env` has been read.
    ///
    /// # Errors
    ///
    /// If `.env` cannot be read, or a variable is wrong.
    pub fn load_with_log(start_log: impl FnOnce()) -> Result<Self, StartError> {
        load_dotenv()?;
        start_log();
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let settings = Self {
            host: variable("HTTP_HOST")?.unwrap_or_else(|| "127.0.0.1".to_owned()),
            port: number("HTTP_PORT")?.unwrap_or(8002),
            workers: number("HTTP_WORKERS")?.unwrap_or(cores),
            demo: None,
        };
        if settings.workers == 0 {
            return Err("HTTP_WORKERS must be at least 1".into());
        }
        Ok(settings)
    }

    /// Makes the `Approov` from the environment. If no variable names a key, the demo mode is on, with a secret for
    /// this run.
    ///
    /// # Errors
    ///
    /// If the environment is wrong, or other machines could reach a server in demo mode.
    pub fn approov(&mut self, builder: impl Fn() -> ApproovBuilder) -> Result<Approov, Box<dyn Error>> {
        match builder().env()?.build() {
            Err(error) if error.kind() == ConfigErrorKind::NoKeys => {
                let demo = self.demo.insert(Demo::new(self.is_loopback())?);
                Ok(builder().env()?.keys(demo.key()?).build()?)
            }
            approov => Ok(approov?),
        }
    }

    /// In demo mode, prints how to call the server.
    pub fn announce(&self, calls: &[Call]) {
        if let Some(demo) = &self.demo {
            demo.announce(&self.url(), calls);
        }
    }

    /// Says which settings to look at when the server cannot listen.
    #[must_use]
    pub fn bind_error(&self, error: &io::Error) -> StartError {
        StartError(format!(
            "cannot listen on HTTP_HOST and HTTP_PORT, {}: {error}",
            self.url()
        ))
    }

    /// Whether only this machine can reach the server.
    fn is_loopback(&self) -> bool {
        self.host == "localhost" || IpAddr::from_str(&self.host).is_ok_and(|address| address.is_loopback())
    }

    /// The address for a browser or `curl`.
    pub(crate) fn url(&self) -> String {
        let Self { host, port, .. } = self;
        if host.contains(':') {
            format!("http://[{host}]:{port}")
        } else {
            format!("http://{host}:{port}")
        }
    }
}

/// Why a server does not start, in one sentence. `Debug` writes it too, because `main() -> Result` prints that.
pub struct StartError(String);

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error for StartError {}

impl From<String> for StartError {
    fn from(sentence: String) -> Self {
        Self(sentence)
    }
}

impl From<&str> for StartError {
    fn from(sentence: &str) -> Self {
        sentence.to_owned().into()
    }
}

/// Reads `.env` from the current folder or a parent into the environment, which takes precedence.
///
/// # Errors
///
/// If the file cannot be read. The line at fault is not shown: it may hold the secret.
pub fn load_dotenv() -> Result<(), StartError> {
    match dotenvy::dotenv() {
        Ok(_) => Ok(()),
        Err(error) if error.not_found() => Ok(()),
        Err(dotenvy::Error::LineParse(..)) => Err("a line of the file .env is not of the form NAME=value".into()),
        Err(_) => Err("the file .env cannot be read".into()),
    }
}

fn variable(name: &str) -> Result<Option<String>, StartError> {
    match env::var(name) {
        Ok(value) if value.trim().is_empty() => Err(format!("{name} is empty; set it to a value or remove it").into()),
        Ok(value) => Ok(Some(value)),
        Err(env::VarError::NotPresent) => Ok(None),
        Err(env::VarError::NotUnicode(_)) => Err(format!("{name} is not text").into()),
    }
}

/// A variable that is a number, if it is set.
///
/// # Errors
///
/// If it is not a number of this type.
pub fn number<T: FromStr>(name: &str) -> Result<Option<T>, StartError> {
    variable(name)?
        .map(|value| {
            value
                .trim()
                .parse()
                .map_err(|_| format!("{name} is not a number in its range").into())
        })
        .transpose()
}

/// At `debug` and `trace`, the HTTP client logs whole addresses and answers, so no log may go below `warn` for these.
pub const HTTP_CLIENT: [&str; 2] = ["ureq", "ureq_proto"];

fn start_log(filter: &str) {
    env_logger::Builder::from_env(env_logger::Env::default().default_filter_or(filter))
        .filter_module(HTTP_CLIENT[0], log::LevelFilter::Warn)
        .filter_module(HTTP_CLIENT[1], log::LevelFilter::Warn)
        .init();
}
