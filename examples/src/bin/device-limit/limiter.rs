//! Counts requests for each device: in this process, or in a Redis or Valkey that servers share.

use std::{env, num::NonZeroU32, time::Duration};

use approov_actix_examples::StartError;
use governor::{
    DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock as _, DefaultClock},
};
use redis::{
    Client, RedisError, Script,
    aio::{ConnectionManager, ConnectionManagerConfig},
};

pub(crate) enum DeviceLimiter {
    InProcess(DefaultKeyedRateLimiter<String>),
    Shared(SharedLimiter),
}

impl DeviceLimiter {
    /// Counts in the Redis that `DEVICE_LIMIT_STORE` names, or else in this process.
    pub(crate) fn from_env(per_minute: NonZeroU32) -> Result<Self, StartError> {
        match env::var("DEVICE_LIMIT_STORE") {
            Ok(address) => Ok(Self::Shared(SharedLimiter::new(&address, per_minute)?)),
            Err(env::VarError::NotPresent) => Ok(Self::InProcess(RateLimiter::keyed(Quota::per_minute(per_minute)))),
            Err(env::VarError::NotUnicode(_)) => Err("DEVICE_LIMIT_STORE is not UTF-8".into()),
        }
    }

    /// Takes one request from the device's limit; the error is how long to wait.
    pub(crate) async fn take(&self, device: &str) -> Result<(), Duration> {
        match self {
            Self::InProcess(limiter) => {
                let taken = limiter.check_key(&device.to_owned());
                taken.map_err(|until| until.wait_time_from(DefaultClock::default().now()))
            }
            // Better no limit for a while than no service.
            Self::Shared(limiter) => limiter.take(device).await.unwrap_or_else(|error| {
                log::warn!("devices are not limited, because the store fails: {:?}", error.kind());
                Ok(())
            }),
        }
    }

    /// Otherwise, this process would keep every device that it ever met. In Redis, each entry expires.
    pub(crate) fn forget_idle_devices(&self) {
        if let Self::InProcess(limiter) = self {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    }
}

pub(crate) struct SharedLimiter {
    connection: ConnectionManager,
    script: Script,
    per_minute: NonZeroU32,
}

impl SharedLimiter {
    fn new(address: &str, per_minute: NonZeroU32) -> Result<Self, StartError> {
        /// Nobody waits longer for a limit.
        const DEADLINE: Option<Duration> = Some(Duration::from_millis(250));
        // By default, each caller waits for several attempts to connect.
        let config = ConnectionManagerConfig::new()
            .set_number_of_retries(0)
            .set_connection_timeout(DEADLINE)
            .set_response_timeout(DEADLINE);
        // The error could show a password.
        let connect = |client| ConnectionManager::new_lazy_with_config(client, config);
        let connection = Client::open(address)
            .and_then(connect)
            .map_err(|_| "DEVICE_LIMIT_STORE is not the address of a Redis, such as redis://redis.internal")?;
        Ok(Self {
            connection,
            script: Script::new(include_str!("limit.lua")),
            per_minute,
        })
    }

    async fn take(&self, device: &str) -> Result<Result<(), Duration>, RedisError> {
        let mut connection = self.connection.clone();
        let mut call = self.script.key(format!("device-limit:{device}"));
        call.arg(self.per_minute.get());
        Ok(match call.invoke_async(&mut connection).await? {
            0 => Ok(()),
            milliseconds => Err(Duration::from_millis(milliseconds)),
        })
    }
}
