//! The long run: `quickstart` under mixed load, while its keys change, and a check of every single answer. Started by
//! `tests/deep/long-run`.
//!
//! Each of 200 connections has a thread that behaves in one way all the time (`behaviours`) and draws its requests from
//! one table (`kinds`). What an answer must be is known when the request is made (`shot`), as the schedule of keys says
//! what is certain (`keys`).

#![allow(clippy::print_stdout, reason = "a program for the terminal")]

mod behaviours;
mod client;
mod connection;
mod keys;
mod kinds;
mod maker;
mod report;
mod server;
mod shot;
mod tally;

use std::{
    env, io,
    net::SocketAddr,
    path::Path,
    process::ExitCode,
    sync::atomic::Ordering::Relaxed,
    thread,
    time::{Duration, Instant},
};

use client::Client;
use connection::Connection;
use keys::Keys;
use maker::Maker;
use report::Report;
use serde_json::json;
use server::Server;
use support::{client::Request, signing::ACCOUNT_KEY};
use tally::Tally;

/// A key lives for three of these.
const ROTATION: Duration = Duration::from_secs(4);
/// For what never happens: the server reads its keys every second.
const ROTATION_LIMIT: Duration = Duration::from_secs(30);

/// What all clients share.
pub(crate) struct Load {
    pub(crate) server: SocketAddr,
    pub(crate) keys: Keys,
    pub(crate) tally: Tally,
}

/// `long-run QUICKSTART FOLDER SECONDS [NAME=VALUE…]`
fn main() -> Result<ExitCode, io::Error> {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let [quickstart, folder, seconds, variables @ ..] = arguments.as_slice() else {
        return Err(io::Error::other(
            "usage: long-run QUICKSTART FOLDER SECONDS [NAME=VALUE…]",
        ));
    };
    let seconds = seconds
        .parse()
        .map_err(|_| io::Error::other("SECONDS is not a number"))?;
    let variables = variables.iter().map(|variable| variable.split_once('='));
    let variables: Option<Vec<_>> = variables.collect();
    let variables = variables.ok_or_else(|| io::Error::other("a variable has no `=`"))?;

    let (file, log) = (Path::new(folder).join("keys.json"), Path::new(folder).join("log"));
    let keys = Keys::new(file.clone())?;
    let server = Server::start(Path::new(quickstart), &file, log, &variables)?;
    let load = Load {
        server: server.address,
        keys,
        tally: Tally::new(),
    };
    let report = run(server, &load, Duration::from_secs(seconds))?;
    println!("{}", report.text(&load.tally));
    Ok(if report.is_good(&load.tally) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The load, and then the end of the server.
fn run(mut server: Server, load: &Load, time: Duration) -> io::Result<Report> {
    // Its workers begin one by one.
    some_requests(load);
    let mut report = Report::new(server.open_files_at_rest()?);
    let sample = under_load(load, || report.watch(&server, &load.tally, time));
    report.files_after = server.settle(report.files_before)?;
    some_requests(load);
    match server.terminate() {
        Ok(time) => report.shutdown = Some(time),
        Err(error) => load.tally.fault(&load.tally.other, &format!("the end: {error}")),
    }
    report.read_log(&server, &secrets_of(load, sample))?;
    Ok(report)
}

/// Runs all clients until `watch` comes back or all is lost. Returns some of what they sent that must not be in the
/// log.
fn under_load(load: &Load, watch: impl FnOnce()) -> Vec<String> {
    thread::scope(|scope| {
        let client = |mut client: Client<'_>| {
            client.run();
            client.maker.sample
        };
        let clients: Vec<_> = Client::all(load).map(|one| scope.spawn(move || client(one))).collect();
        scope.spawn(|| rotate(load));
        watch();
        load.tally.stop();
        let samples = clients.into_iter().map(|client| {
            let sample = client.join();
            sample.unwrap_or_else(|_| {
                load.tally.fault(&load.tally.other, "a client ended with a panic");
                Vec::new()
            })
        });
        samples.flatten().collect()
    })
}

/// Signatures of tokens and bound values, a sample of all, and every key.
fn secrets_of(load: &Load, mut sample: Vec<String>) -> Vec<String> {
    sample.extend(load.keys.secrets());
    sample.push(ACCOUNT_KEY.to_owned());
    // How every header of a token begins, and every payload.
    sample.push("eyJ".to_owned());
    sample
}

/// Changes the keys all the time.
fn rotate(load: &Load) {
    let mut maker = Maker::new(&load.keys, 999);
    while !load.tally.is_stopped() {
        thread::sleep(ROTATION);
        let result = load.keys.publish().and_then(|newest| {
            wait_until_known(load, &mut maker, newest)?;
            load.keys.seen(newest);
            load.tally.key_changes.fetch_add(1, Relaxed);
            Ok(())
        });
        if let Err(error) = result {
            load.tally.fault(&load.tally.other, &format!("new keys: {error}"));
            load.tally.stop();
        }
    }
}

/// Asks until a token of this key is accepted.
fn wait_until_known(load: &Load, maker: &mut Maker<'_>, key: u64) -> io::Result<()> {
    let (start, id) = (Instant::now(), Keys::id(key));
    while start.elapsed() < ROTATION_LIMIT {
        let device = maker.device();
        let token = maker.sign(&id, &id, &json!({ "did": device }));
        let mut connection = Connection::open(load.server)?;
        connection.send(&Request::get("/token-check").token(&token).bytes())?;
        if connection.answer()?.status == 200 {
            return Ok(());
        }
        thread::sleep(Duration::from_millis(50));
    }
    Err(io::ErrorKind::TimedOut.into())
}

/// Before and after all others.
fn some_requests(load: &Load) {
    let mut client = Client::new(load, 0, 998);
    for _ in 0..100 {
        if let Err(error) = behaviours::a_connection_each(&mut client) {
            load.tally
                .fault(&load.tally.broken, &format!("while nobody else asks: {error}"));
            break;
        }
    }
}
