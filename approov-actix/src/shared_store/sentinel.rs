//! Asks Sentinels which server is the master.

use std::time::Duration;

use futures_util::future::select_ok;
use redis::{RedisConnectionInfo, Value, cmd};
use tokio::time::sleep;

use super::{
    address::{Place, Sentinels},
    connection::Connection,
    fault::Fault,
};

/// How long to wait for a Sentinel before asking the next one as well.
const LEAD: Duration = Duration::from_millis(30);

/// A connection to the first server that a Sentinel names and that is a master.
pub(super) async fn connect(sentinels: &Sentinels, login: &RedisConnectionInfo) -> Result<Connection, Fault> {
    let mut lead = Duration::ZERO;
    let attempts = sentinels.places.iter().map(|sentinel| {
        let wait = sleep(lead);
        lead += LEAD;
        Box::pin(async move {
            wait.await;
            let master = master(sentinel, sentinels).await?;
            connect_to(&master, login).await
        })
    });
    let (connection, _) = select_ok(attempts).await?;
    Ok(connection)
}

async fn master(sentinel: &Place, Sentinels { master, login, .. }: &Sentinels) -> Result<Place, Fault> {
    const REFUSED: Fault = Fault::Disconnected("a Sentinel refuses to answer: is `sentinel_password` right?");
    const UNKNOWN: Fault = Fault::Disconnected("a Sentinel knows no master of this name");
    let mut question = cmd("SENTINEL");
    question.arg("get-master-addr-by-name").arg(master);
    let answer = async { Connection::open(sentinel, login).await?.ask(&question).await };
    let answer: Result<Option<(String, u16)>, Fault> = answer.await;
    let (host, port) = match answer {
        Err(Fault::Refused(_)) => return Err(REFUSED),
        answer => answer?.ok_or(UNKNOWN)?,
    };
    sentinel.sibling(&host, port).ok_or(UNKNOWN)
}

/// A Sentinel may not know yet that another server has taken over.
async fn connect_to(master: &Place, login: &RedisConnectionInfo) -> Result<Connection, Fault> {
    let connection = Connection::open(master, login).await?;
    let role: Vec<Value> = connection.ask(&cmd("ROLE")).await?;
    match role.first() {
        Some(Value::BulkString(role)) if role == b"master" => Ok(connection),
        _ => Err(Fault::Disconnected("the Sentinels name a server that is no master")),
    }
}
