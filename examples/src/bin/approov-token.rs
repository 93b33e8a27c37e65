//! Mints and inspects tokens, and signs requests, for development, and changes a block list. Real tokens come from the
//! Approov service.
//!
//! `cargo run --bin approov-token -- --help`

use std::{
    collections::BTreeMap,
    error::Error,
    fmt::Write as _,
    fs,
    io::{self, Read as _},
    path::{Path, PathBuf},
    process::ExitCode,
    time::{Duration, SystemTime},
};

use actix_web::rt::System;
use approov_actix::{
    Approov, ApproovClaims, BlockList, Blockable, ConfigError, Key, Rejection, StoreError,
    testing::{InstallationKey, RequestSigner, TokenBuilder},
};
use approov_actix_examples::{StartError, load_dotenv};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use clap::{Args, Parser, Subcommand};
use serde_json::{Value, json};

/// Mints and inspects Approov tokens, and signs requests, for development.
///
/// The secret comes from `--secret`, or else from `APPROOV_BASE64_SECRET` or `APPROOV_BASE64URL_SECRET` in the
/// environment or in `.env`. With `_FILE` at its end, either variable names a file. `check` also takes public keys and
/// key sets from there, as a server does.
#[derive(Parser)]
#[command(name = "approov-token", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// Print JSON, for scripts.
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Print a token.
    Mint(Mint),
    /// Say whether a token is valid, and print its claims. Exits with 0 only if it is valid.
    Check(Check),
    /// Print the headers that sign a request, one per line: for curl, `-H @-` or `-H @FILE`.
    Sign(Sign),
    /// Print a new random secret.
    Secret,
    /// Block a device, an installation or a token on all servers that share a list.
    Block(Block),
    /// Take an entry off the list. Exits with 0 only if it was there.
    Unblock(Unblock),
    /// Print what is on the list, and until when.
    List(Shared),
}

#[derive(Args)]
struct Mint {
    /// How long the token lives: 90s, 5m, 1h.
    #[arg(long, default_value = "5m", value_parser = humantime::parse_duration)]
    expires_in: Duration,
    /// A token that has expired.
    #[arg(long, conflicts_with = "expires_in")]
    expired: bool,
    /// A token signed with a wrong key, like that of an app that failed attestation.
    #[arg(long)]
    forged: bool,
    /// Bind it to this value, for example 'Bearer …'. Several values are bound in the given order.
    #[arg(long, value_name = "VALUE")]
    bind: Vec<String>,
    /// One more claim. The value is JSON, or else a text.
    #[arg(long, value_name = "NAME=VALUE", value_parser = parse_claim)]
    claim: Vec<(String, Value)>,
    /// The private key of an installation, a file in PEM (P-256, PKCS#8): the token gets its public key as `ipk`.
    #[arg(long, value_name = "FILE")]
    installation_key: Option<PathBuf>,
    /// The account secret, in base64.
    #[arg(long)]
    secret: Option<String>,
}

#[derive(Args)]
struct Sign {
    /// The method.
    #[arg(long, default_value = "GET")]
    method: String,
    /// The whole URL, as the app sees it.
    url: String,
    /// A header to cover: give `Approov-Token`, and send the same header with the request.
    #[arg(long, value_name = "NAME: VALUE", value_parser = parse_header)]
    header: Vec<(String, String)>,
    /// The body, whose digest is covered.
    #[arg(long, conflicts_with = "body_file")]
    body: Option<String>,
    /// The file with the body.
    #[arg(long, value_name = "FILE")]
    body_file: Option<PathBuf>,
    /// Sign with the private key of an installation, a file in PEM (P-256, PKCS#8).
    #[arg(
        long,
        value_name = "FILE",
        required_unless_present = "account_key",
        conflicts_with = "account_key"
    )]
    installation_key: Option<PathBuf>,
    /// Sign with the account's message signing key, in base64.
    #[arg(long, value_name = "BASE64")]
    account_key: Option<String>,
    /// How long the signature is valid: 15s, 1h.
    #[arg(long, default_value = "15s", value_parser = humantime::parse_duration)]
    expires_in: Duration,
    /// Add `Signature-Base-Digest`, so that the server's log says whether the signed text or the key differs.
    #[arg(long)]
    base_digest: bool,
}

#[derive(Args)]
struct Check {
    /// The token, or `-` for standard input.
    token: String,
    /// Say whether it is bound to this value. Several values are taken in the given order.
    #[arg(long, value_name = "VALUE")]
    bind: Vec<String>,
    /// The account secret, in base64.
    #[arg(long)]
    secret: Option<String>,
}

#[derive(Args)]
struct Block {
    #[command(flatten)]
    what: What,
    /// For how long: 90m, 12h, 30days.
    #[arg(long = "for", value_name = "TIME", value_parser = humantime::parse_duration)]
    time: Duration,
    #[command(flatten)]
    shared: Shared,
}

#[derive(Args)]
struct Unblock {
    #[command(flatten)]
    what: What,
    #[command(flatten)]
    shared: Shared,
}

#[derive(Args)]
#[group(required = true, multiple = false)]
struct What {
    /// A device, by the `did` of its tokens.
    #[arg(long, value_name = "DID")]
    device: Option<String>,
    /// An installation, by the `ipk` of its tokens.
    #[arg(long, value_name = "IPK")]
    installation: Option<String>,
    /// A token.
    #[arg(long, value_name = "TOKEN")]
    token: Option<String>,
    /// A token, by the SHA-256 of its first two parts, in base64url or hexadecimal.
    #[arg(long, value_name = "HASH")]
    token_hash: Option<String>,
}

/// Where the list is.
#[derive(Args)]
struct Shared {
    /// The address of Redis: `redis://:password@host`, `redis-sentinel://host1,host2/mymaster` or
    /// `redis-cluster://host1,host2`. Others on this machine can see arguments, so prefer `APPROOV_SINGLE_USE_STORE`.
    #[arg(long, value_name = "ADDRESS")]
    redis: Option<String>,
    /// The key of the list.
    #[arg(long, value_name = "KEY", default_value = "approov:block-list")]
    key: String,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(&cli) {
        Ok(code) => code,
        Err(error) => {
            complain(&*error);
            ExitCode::from(2)
        }
    }
}

fn run(cli: &Cli) -> Result<ExitCode, Box<dyn Error>> {
    load_dotenv()?;
    match &cli.command {
        Command::Mint(mint) => {
            let token = mint.token()?.build();
            print(cli.json, &token, &json!({ "token": token }));
        }
        Command::Secret => {
            let mut secret = [0; 64];
            getrandom::fill(&mut secret)?;
            let secret = STANDARD.encode(secret);
            print(cli.json, &secret, &json!({ "secret": secret }));
        }
        Command::Sign(sign) => {
            let headers = sign.headers()?;
            for warning in sign.warnings()? {
                warn(&warning);
            }
            let lines: Vec<_> = headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
            print(
                cli.json,
                &lines.join("\n"),
                &json!(headers.into_iter().collect::<BTreeMap<_, _>>()),
            );
        }
        Command::Block(block) => {
            let until = SystemTime::now().checked_add(block.time).ok_or("--for is too long")?;
            let (list, what) = (block.shared.list()?, block.what.blockable()?);
            System::new().block_on(list.block(&what, until)).map_err(no_answer)?;
            let until = written(until);
            print(
                cli.json,
                &format!("{what} is blocked until {until}"),
                &json!({ "what": what.to_string(), "until": until }),
            );
        }
        Command::Unblock(unblock) => {
            let (list, what) = (unblock.shared.list()?, unblock.what.blockable()?);
            let was_on = System::new().block_on(list.unblock(&what)).map_err(no_answer)?;
            let text = if was_on {
                "is no longer blocked"
            } else {
                "was not blocked"
            };
            print(
                cli.json,
                &format!("{what} {text}"),
                &json!({ "what": what.to_string(), "was_blocked": was_on }),
            );
            if !was_on {
                return Ok(ExitCode::FAILURE);
            }
        }
        Command::List(shared) => {
            let blocked = System::new().block_on(shared.list()?.list()).map_err(no_answer)?;
            let entries: Vec<_> = blocked
                .iter()
                .map(|blocked| (blocked.what.to_string(), written(blocked.until)))
                .collect();
            let lines: Vec<_> = entries.iter().map(|(what, until)| format!("{until} {what}")).collect();
            let json: Vec<_> = entries
                .iter()
                .map(|(what, until)| json!({ "what": what, "until": until }))
                .collect();
            print(cli.json, &lines.join("\n"), &json!(json));
        }
        Command::Check(check) => {
            let report = check.report()?;
            print(cli.json, &report.text(), &report.json());
            return Ok(if report.is_good() {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            });
        }
    }
    Ok(ExitCode::SUCCESS)
}

impl Mint {
    fn token(&self) -> Result<TokenBuilder, Box<dyn Error>> {
        if SystemTime::now().checked_add(self.expires_in).is_none() {
            return Err("--expires-in is too long".into());
        }
        let secret = Given::secret(self.secret.as_ref())?;
        let token = TokenBuilder::with_base64_secret(&secret.value);
        let mut token = token.map_err(|error| secret.fault(&error))?.expires_in(self.expires_in);
        if self.expired {
            token = token.expired();
        }
        for value in &self.bind {
            token = token.bind(value);
        }
        for (name, value) in &self.claim {
            token = token.claim(name, value);
        }
        if let Some(file) = &self.installation_key {
            token = token.installation_key(&installation_key(file)?);
        }
        Ok(if self.forged { token.forged() } else { token })
    }
}

impl What {
    fn blockable(&self) -> Result<Blockable, StartError> {
        let (origin, blockable) = match (&self.device, &self.installation, &self.token, &self.token_hash) {
            (Some(id), ..) => ("--device", Blockable::device(id)),
            (_, Some(key), ..) => ("--installation", Blockable::installation_key(key)),
            (_, _, Some(token), _) => ("--token", Blockable::token(token)),
            (_, _, _, Some(hash)) => ("--token-hash", Blockable::token_hash(hash)),
            _ => return Err("give --device, --installation, --token or --token-hash".into()),
        };
        blockable.map_err(|error| fault(origin, &error))
    }
}

impl Shared {
    fn list(&self) -> Result<BlockList, StartError> {
        let store = Given::store(self.redis.as_ref())?;
        let list = BlockList::new(store.value.trim_end()).map_err(|error| store.fault(&error))?;
        list.key(&self.key).map_err(|error| fault("--key", &error))
    }
}

fn no_answer(error: StoreError) -> StartError {
    format!("Redis failed: {error}").into()
}

fn written(time: SystemTime) -> String {
    let mut text = String::new();
    match write!(text, "{}", humantime::format_rfc3339_seconds(time)) {
        Ok(()) => text,
        Err(_) => "after the year 9999".to_owned(),
    }
}

impl Sign {
    fn headers(&self) -> Result<Vec<(String, String)>, Box<dyn Error>> {
        let signer = match (&self.installation_key, &self.account_key) {
            (Some(file), _) => RequestSigner::install(&installation_key(file)?),
            (None, Some(key)) => RequestSigner::account(key).map_err(|error| fault("--account-key", &error))?,
            (None, None) => return Err("give --installation-key or --account-key".into()),
        };
        let body = match (&self.body, &self.body_file) {
            (Some(body), _) => Some(body.clone().into_bytes()),
            (None, Some(file)) => Some(fs::read(file).map_err(|error| format!("--body-file cannot be read: {error}"))?),
            (None, None) => None,
        };
        let headers: Vec<_> = self
            .header
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let signer = signer.expires_in(self.expires_in).base_digest(self.base_digest);
        Ok(signer.sign(&self.method, &self.url, &headers, body.as_deref()))
    }
}

/// Mistakes that make even a valid signature useless.
impl Sign {
    fn warnings(&self) -> Result<Vec<String>, StartError> {
        let mut warnings = self.warnings_of_the_target();
        warnings.extend(self.warnings_of_the_headers());
        let token = self.token();
        if token.is_none() {
            warnings.push(format!(
                "no {} is covered, and every server insists on that",
                token_header()
            ));
        }
        if let (Some(file), Some(claims)) = (&self.installation_key, token.and_then(payload)) {
            let public_key = installation_key(file)?.public_key();
            if claims.get("ipk").and_then(Value::as_str) != Some(&public_key) {
                warnings.push(
                    "the token was not minted for this --installation-key: its `ipk` is missing or different"
                        .to_owned(),
                );
            }
        }
        Ok(warnings)
    }

    fn warnings_of_the_target(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        let mut warn_if = |is_wrong: bool, warning: &str| {
            if is_wrong {
                warnings.push(warning.to_owned());
            }
        };
        let origin = origin_of(&self.url);
        warn_if(origin.is_none(), "the URL is not of the form https://host/path?query");
        warn_if(
            self.url.contains('#'),
            "the URL has a fragment, which no client sends: leave out `#` and what follows",
        );
        let has_lower_case = self.method.contains(|c: char| c.is_ascii_lowercase());
        warn_if(
            has_lower_case,
            "the method has lower-case letters, but methods are case-sensitive: write GET or POST",
        );
        if let (Ok(origins), Some(own)) = (std::env::var("APPROOV_PUBLIC_ORIGIN"), origin) {
            let is_there = origins.split(',').any(|other| origin_of(other).as_ref() == Some(&own));
            warn_if(
                !is_there,
                "the URL's scheme, host and port are not in APPROOV_PUBLIC_ORIGIN, which a server compares them with",
            );
        }
        warnings
    }

    fn warnings_of_the_headers(&self) -> Vec<String> {
        let has_body = self.body.is_some() || self.body_file.is_some();
        let names = self.header.iter().map(|(name, _)| name.to_ascii_lowercase());
        let mut seen: Vec<String> = has_body.then(|| "content-digest".to_owned()).into_iter().collect();
        let mut warnings = Vec::new();
        for name in names {
            if seen.contains(&name) {
                warnings.push(format!("{name} is covered twice, which no server accepts"));
            }
            seen.push(name);
        }
        warnings
    }

    fn token(&self) -> Option<&str> {
        let name = token_header();
        let (_, token) = self
            .header
            .iter()
            .find(|(other, _)| other.eq_ignore_ascii_case(&name))?;
        Some(token)
    }
}

fn token_header() -> String {
    std::env::var("APPROOV_TOKEN_HEADER").unwrap_or_else(|_| "Approov-Token".to_owned())
}

/// Scheme, host and port, as servers compare them.
fn origin_of(url: &str) -> Option<(String, String)> {
    let (scheme, rest) = url.trim().split_once("://")?;
    let scheme = scheme.to_ascii_lowercase();
    let authority = rest.split(['/', '?', '#']).next()?.to_ascii_lowercase();
    let default_port = match scheme.as_str() {
        "https" => ":443",
        "http" => ":80",
        _ => return None,
    };
    let authority = authority.strip_suffix(default_port).unwrap_or(&authority).to_owned();
    (!authority.is_empty()).then_some((scheme, authority))
}

fn installation_key(file: &Path) -> Result<InstallationKey, StartError> {
    let pem = fs::read_to_string(file).map_err(|error| format!("--installation-key cannot be read: {error}"))?;
    InstallationKey::from_pem(&pem).map_err(|error| fault("--installation-key", &error))
}

/// The library's sentence names its own method; the user of this program gave the value in another way.
fn fault(origin: &str, error: &ConfigError) -> StartError {
    let sentence = error.to_string();
    let fault = sentence.split_once("` ").map_or(sentence.as_str(), |(_, fault)| fault);
    format!("{origin} {fault}").into()
}

fn parse_header(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once(':').ok_or("write NAME: VALUE")?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

impl Check {
    /// With the given secret, or with the keys that a server would take from the environment.
    fn approov(&self) -> Result<Approov, Box<dyn Error>> {
        let builder = Approov::builder();
        if self.secret.is_none() {
            return Ok(builder.env()?.logging(false).build()?);
        }
        let secret = Given::secret(self.secret.as_ref())?;
        let key = Key::from_base64_secret(&secret.value).map_err(|error| secret.fault(&error))?;
        Ok(builder.keys(key).logging(false).build()?)
    }

    /// The library's own verdict.
    fn report(&self) -> Result<Report, Box<dyn Error>> {
        let mut token = self.token.clone();
        if token == "-" {
            token.clear();
            io::stdin().read_to_string(&mut token)?;
        }
        let approov = self.approov()?;
        let verdict = approov.verify_token(token.trim());
        let claims = verdict.as_ref().ok();
        Ok(Report {
            bound: claims
                .filter(|_| !self.bind.is_empty())
                .map(|claims| claims.is_bound_to(&self.bind)),
            payload: payload(&token),
            verdict,
        })
    }
}

struct Report {
    verdict: Result<ApproovClaims, Rejection>,
    /// Whether it is bound to the given values, if some were given.
    bound: Option<bool>,
    /// The claims of the token, verified or not.
    payload: Option<Value>,
}

impl Report {
    fn is_good(&self) -> bool {
        self.verdict.is_ok() && self.bound != Some(false)
    }

    fn text(&self) -> String {
        let mut lines = match &self.verdict {
            Ok(claims) => vec![format!("VALID, for another {}", time_left(claims))],
            Err(rejection) => vec![format!("INVALID: {rejection}"), explanation(*rejection).to_owned()],
        };
        match self.bound {
            Some(true) => lines.push("bound to the given value".to_owned()),
            Some(false) => lines.push("NOT bound to the given value".to_owned()),
            None => {}
        }
        if let Some(payload) = &self.payload {
            let verified = if self.verdict.is_ok() {
                "claims"
            } else {
                "claims, NOT VERIFIED"
            };
            lines.push(format!("{verified}: {payload:#}"));
        }
        lines.join("\n")
    }

    fn json(&self) -> Value {
        let rejection = self.verdict.as_ref().err();
        json!({
            "valid": self.verdict.is_ok(),
            "code": rejection.map(|rejection| rejection.code()),
            "detail": rejection.and_then(|rejection| rejection.detail()),
            "seconds_left": self.verdict.as_ref().ok().map(|claims| seconds_left(claims).as_secs()),
            "bound": self.bound,
            "claims": self.payload,
        })
    }
}

fn seconds_left(claims: &ApproovClaims) -> Duration {
    claims
        .expires_at()
        .duration_since(SystemTime::now())
        .unwrap_or_default()
}

fn time_left(claims: &ApproovClaims) -> humantime::FormattedDuration {
    humantime::format_duration(Duration::from_secs(seconds_left(claims).as_secs()))
}

fn explanation(rejection: Rejection) -> &'static str {
    match rejection {
        Rejection::TokenEmpty => "There is no token.",
        Rejection::TokenStatusWord { .. } => "No token: with this word the Approov SDK says why it got none.",
        Rejection::TokenEncrypted => {
            "Five segments: a JWE, which is encrypted. Your account's option for that must be off."
        }
        Rejection::TokenSignature => {
            "Another key signed it: the app failed attestation, or this is not the account's secret or key."
        }
        Rejection::KeysUnavailable => "There is no key at all.",
        Rejection::TokenKeyUnknown => "It names a key, with `kid`, that is not one of these.",
        Rejection::TokenAlgorithm => "It was signed with another algorithm than that of the key.",
        Rejection::TokenExpired => "It is no longer valid.",
        Rejection::TokenNotYetValid => "It is not valid yet. Is this machine's clock right?",
        Rejection::TokenMalformed => {
            "This is no JWT: three segments of base64url without padding, with JSON in the first two."
        }
        _ => "See docs/refusal-codes.md.",
    }
}

/// The claims as they are in the token. No decision depends on them.
fn payload(token: &str) -> Option<Value> {
    let payload = token.split('.').nth(1)?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()
}

/// A value that must not be shown, and where it came from.
struct Given {
    origin: String,
    value: String,
}

/// The same as for a server.
const SECRET_VARIABLES: [&str; 4] = [
    "APPROOV_BASE64_SECRET",
    "APPROOV_BASE64URL_SECRET",
    "APPROOV_BASE64_SECRET_FILE",
    "APPROOV_BASE64URL_SECRET_FILE",
];
const STORE_VARIABLES: [&str; 2] = ["APPROOV_SINGLE_USE_STORE", "APPROOV_SINGLE_USE_STORE_FILE"];

impl Given {
    fn secret(argument: Option<&String>) -> Result<Self, StartError> {
        Self::find("secret", "--secret", argument, &SECRET_VARIABLES)
    }

    fn store(argument: Option<&String>) -> Result<Self, StartError> {
        Self::find("list", "--redis", argument, &STORE_VARIABLES)
    }

    fn find(what: &str, option: &str, argument: Option<&String>, variables: &[&str]) -> Result<Self, StartError> {
        if let Some(value) = argument {
            return Ok(Self {
                origin: option.to_owned(),
                value: value.clone(),
            });
        }
        let mut given = variables
            .iter()
            .filter_map(|name| Some((*name, std::env::var(name).ok()?)));
        match (given.next(), given.next()) {
            (Some((name, value)), None) => Self::of_variable(name, value),
            (Some((one, _)), Some((other, _))) => Err(format!("{one} and {other} are both set; keep one").into()),
            (None, _) => Err(format!("no {what}: give {option}, or set {}", variables[0]).into()),
        }
    }

    fn of_variable(name: &str, value: String) -> Result<Self, StartError> {
        if !name.ends_with("_FILE") {
            let origin = name.to_owned();
            return Ok(Self { origin, value });
        }
        let origin = format!("{name} names a file that");
        match fs::read_to_string(&value) {
            Ok(value) => Ok(Self { origin, value }),
            Err(error) => Err(format!("{origin} cannot be read: {error}").into()),
        }
    }

    fn fault(&self, error: &ConfigError) -> StartError {
        fault(&self.origin, error)
    }
}

fn parse_claim(text: &str) -> Result<(String, Value), String> {
    let (name, value) = text.split_once('=').ok_or("write NAME=VALUE")?;
    let value = serde_json::from_str(value).unwrap_or_else(|_| value.into());
    Ok((name.to_owned(), value))
}

#[allow(clippy::print_stdout, reason = "this is what the program is for")]
fn print(as_json: bool, text: &str, json: &Value) {
    if as_json {
        println!("{json}");
    } else {
        println!("{text}");
    }
}

#[allow(clippy::print_stderr, reason = "beside the output, which is for a file or a pipe")]
fn warn(warning: &str) {
    eprintln!("Warning: {warning}");
}

#[allow(clippy::print_stderr, reason = "a command line tool's way to fail")]
fn complain(error: &dyn Error) {
    eprintln!("Error: {error}");
}
